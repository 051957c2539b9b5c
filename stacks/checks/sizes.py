"""Subnets given by size: what `fit` means, and when it is no longer a good idea."""

from __future__ import annotations

from collections.abc import Iterator

from components.network.plan import CIDR_OR_SIZE
from components.problems import Problem
from components.rules import Rule
from stacks.view import NetworkView, StackView

UNPINNED = Rule(
    "PIN-01",
    "Protected subnets have a fixed size",
    why="With 'size: fit' a subnet grows with its pools. A subnet cannot grow in place while nodes are in it, and what"
    " is packed after it moves, so one larger maxCount would ask for the replacement of protected subnets.",
    fix="Run 'cilia plan --pin', which writes the computed ranges into the file, or give a size such as /24.",
    source="docs/addressing.md",
)
RETIRED_FIT = Rule(
    "CFG-21",
    "A retired subnet keeps a space of known size",
    why="A retired subnet has no pools any more, so 'fit' would shrink it and move every subnet packed after it.",
    fix="Give the range or size that the subnet had.",
    source="docs/addressing.md",
)
FIT_NOTHING = Rule(
    "CFG-22",
    "A subnet that fits its users has some",
    why="Without pools and otherAddresses 'fit' means the smallest subnet there is, which has to be replaced as soon as"
    " anything uses it. Nothing refuses it, so it is a warning.",
    fix="Name the subnet in a pool, give otherAddresses, or give a size.",
    source="docs/addressing.md",
)


def _either(view: StackView) -> Iterator[Problem]:
    """CFG-20, as far as the plan does not find it: both a range and a size."""
    for network in view.networks:
        for key, subnet in network.config.subnets.items():
            if subnet.cidr is not None and subnet.size is not None:
                size = "fit" if subnet.size == "fit" else f"/{subnet.size}"
                yield CIDR_OR_SIZE.error(
                    (*network.path, "subnets", key, "size"), f"{size} beside cidr {subnet.cidr}; remove one of them"
                )


def _fit(view: StackView) -> Iterator[Problem]:
    """PIN-01, CFG-21, CFG-22."""
    for network in view.networks:
        for key, subnet in network.config.subnets.items():
            if subnet.size != "fit" or subnet.cidr is not None:
                continue
            path = (*network.path, "subnets", key, "size")
            planned = network.plan.subnet(key) if network.plan else None
            if subnet.retired:
                yield RETIRED_FIT.error(
                    path, "fit for a retired subnet, which has no pools; give the size or cidr it had"
                )
            elif planned and not planned.needed and _all_users_known(network):
                yield FIT_NOTHING.warning(
                    path, f"fit with no pools and no otherAddresses is {planned.cidr}; use the subnet, or give a size"
                )
            elif planned and planned.protect:
                yield UNPINNED.warning(
                    path,
                    f"fit is {planned.cidr} now and grows with its pools;"
                    " pin it with 'cilia plan --pin' or give a size",
                )


def _all_users_known(network: NetworkView) -> bool:
    """Whether every cluster and pool parsed, so that a subnet without users really has none."""
    return not any(path[0] == "cilia:clusters" for path in network.stack.skipped)


CHECKS = (_either, _fit)
