"""Writes computed ranges into a stack file: `size: /24` becomes `cidr: 10.20.1.0/24`, and nothing else changes.

The text is edited where the key stands, so that comments, order and layout stay as they are. The result is read again
and has to give the same ranges before anybody gets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from components.problems import PROJECT_NAMESPACE
from stacks.load import Loaded, load_file, load_text

_NETWORKS = ("networks", f"{PROJECT_NAMESPACE}:networks")


class PinError(Exception):
    """A stack file whose ranges cannot be written into it; its text is one line."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A stack file with its ranges written down.

    Attributes:
        text: The new content; the old one if there was nothing to write.
        subnets: What was written, as `network.subnet` and range.
    """

    text: str
    subnets: tuple[tuple[str, str], ...]


def pin(path: Path, *, today: date) -> Pinned:
    """The stack file with a range in place of every size.

    Raises:
        PinError: The stack has errors, or a size stands where it cannot be replaced, below a YAML alias or merge key.
    """
    loaded = load_file(path, today=today)
    if loaded.plan is None:
        raise PinError(f"{path} has errors; mend them first: cilia validate {path}")
    text = path.read_bytes().decode("utf-8-sig")
    edits = [edit for network in loaded.plan.networks for edit in _edits(text, loaded, network)]
    new = text
    for start, end, _, cidr in sorted(edits, reverse=True):
        new = f"{new[:start]}cidr: {cidr}{new[end:]}"
    again = load_text(new.encode(), path, today=today)
    if again.plan is None or _ranges(again) != _ranges(loaded):
        raise PinError(f"{path} would read differently with its ranges written down; write them as cidr by hand")
    return Pinned(new, tuple((name, cidr) for _, _, name, cidr in edits))


def _ranges(loaded: Loaded) -> dict[str, str]:
    networks = loaded.plan.networks.values() if loaded.plan else ()
    return {f"{network.key}.{subnet.key}": str(subnet.cidr) for network in networks for subnet in network.subnets}


def _edits(text: str, loaded: Loaded, network: str) -> Iterator[tuple[int, int, str, str]]:
    """Start and end of each `size: ...` of a network, the subnet it belongs to, and its range."""
    assert loaded.plan is not None
    for subnet in loaded.plan.networks[network].subnets:
        if not subnet.sized:
            continue
        name = f"{network}.{subnet.key}"
        place = _size_of(text, network, subnet.key)
        if place is None:
            raise PinError(f"networks.{name}.size comes from a YAML alias or merge key; write its cidr by hand")
        yield *place, name, str(subnet.cidr)


def _size_of(text: str, network: str, subnet: str) -> tuple[int, int] | None:
    """Where a subnet's `size: ...` stands in the text; None where it is shared with another place by an alias."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    node = _below(root, ("config",))
    node = _below(node, _NETWORKS)
    for key in (network, "subnets", subnet):
        node = _below(node, (key,))
    if root is None or not isinstance(node, yaml.MappingNode) or _count(root, node) > 1:
        return None
    for key, value in node.value:
        if key.value == "size":
            return key.start_mark.index, value.end_mark.index
    return None


def _below(node: yaml.Node | None, names: tuple[str, ...]) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for key, value in node.value if key.value in names), None)


def _count(root: yaml.Node, wanted: yaml.Node) -> int:
    """How often a node is reached from the root: more than once where an alias leads to it or to something above."""
    found = 0
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node is wanted:
            found += 1
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(value for _, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
    return found
