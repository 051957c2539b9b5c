"""What can only be seen when several stack files of a project lie side by side: networks that are or will be peered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from components.network.plan import ipv4_spaces
from components.problems import KeyPath, Problem
from stacks.checks.net import UNKNOWN_REFERENCE, unknown_reference
from stacks.checks.ranges import behind_peering, overlaps_with
from stacks.load import Loaded, with_problems
from stacks.view import NetworkView


@dataclass(frozen=True, slots=True)
class _Link:
    """A peering that leads from a network of one stack to a network of another."""

    near: Loaded
    network: NetworkView
    peering: str
    far_stack: str
    far_network: str

    @property
    def path(self) -> KeyPath:
        return (*self.network.path, "peerings", self.peering)


def check_across(stacks: Sequence[Loaded], *, others: Collection[str] = ()) -> list[Loaded]:
    """The same stacks, with the problems that only all of them together show.

    Networks that are peered must not overlap (NET-06), and neither must two networks that are peered with the same
    third one: Azure refuses the second peering. Pods and Services must not overlap what is behind a peering (NET-10,
    NET-15).

    Args:
        stacks: What to look at.
        others: Names of further stacks of the project, about which nothing is said.
    """
    by_name = {loaded.stack: loaded for loaded in stacks}
    links = [link for loaded in stacks for link in _links(loaded)]
    found = [(link.near.stack, problem) for link in links for problem in _look(link, links, by_name, others)]
    return [with_problems(loaded, [problem for stack, problem in found if stack == loaded.stack]) for loaded in stacks]


def _links(loaded: Loaded) -> Iterator[_Link]:
    for network in loaded.checked.view.networks if loaded.checked else ():
        for name, peering in network.config.peerings.items():
            if peering.stack is not None and peering.network is not None:
                yield _Link(loaded, network, name, peering.stack.rsplit("/", 1)[-1], peering.network)


def _look(
    link: _Link, links: Sequence[_Link], by_name: dict[str, Loaded], others: Collection[str]
) -> Iterator[Problem]:
    far = by_name.get(link.far_stack)
    if far is None:
        known = [name for name in (*by_name, *others) if name != link.near.stack]
        if link.far_stack not in known:
            yield UNKNOWN_REFERENCE.error(
                (*link.path, "stack"), unknown_reference(link.far_stack, "other stacks of this project", known)
            )
        return
    if far.checked is None:
        return
    network = next((found for found in far.checked.view.networks if found.key == link.far_network), None)
    if network is None:
        known = [found.key for found in far.checked.view.networks]
        yield UNKNOWN_REFERENCE.error(
            (*link.path, "network"), unknown_reference(link.far_network, f"networks of stack {link.far_stack}", known)
        )
        return
    label = f"stack {link.far_stack} networks.{link.far_network}"
    yield from overlaps_with(
        link.network, behind_peering(link.network, link.peering, label, ipv4_spaces(network.config))
    )
    for sibling in _siblings(link, links):
        label = f"stack {sibling.near.stack} networks.{sibling.network.key}, peered with the same network,"
        spaces = ipv4_spaces(sibling.network.config)
        yield from overlaps_with(link.network, behind_peering(link.network, link.peering, label, spaces))


def _siblings(link: _Link, links: Iterable[_Link]) -> Iterator[_Link]:
    """Links of stacks declared before this one to the same far network: each pair is looked at once."""
    for other in links:
        if other is link:
            return
        if (other.far_stack, other.far_network) == (link.far_stack, link.far_network):
            yield other
