"""The question turned around: how many nodes and pods given ranges hold, and which of them is the first to run out.

Asks the same functions that plan a cluster, so that the two can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from components.cluster.modes.registry import Networking, mode_of
from components.cluster.pools import PoolSettings
from components.facts import limits
from components.facts.features import MODES
from components.facts.ranges import usable_addresses


@dataclass(frozen=True, slots=True)
class Ranges:
    """What a cluster has for nodes and pods beside its own pod range.

    Attributes:
        node_subnet: The subnet of its nodes.
        pod_subnet: The subnet of its pods, with a mode that has one.
        other_addresses: Addresses of the node subnet that others take.
    """

    node_subnet: IPv4Network
    pod_subnet: IPv4Network | None = None
    other_addresses: int = 0


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How many nodes one thing holds while all of them are upgraded.

    Attributes:
        what: The thing, as a stack file calls it.
        nodes: Nodes outside an upgrade.
        surge_nodes: Nodes on top during one.
    """

    what: str
    nodes: int
    surge_nodes: int


def ceilings(networking: Any, ranges: Ranges, *, max_pods: int | None, max_surge: int | str) -> list[Ceiling]:
    """What every range holds, and AKS itself; the lowest comes first.

    Args:
        networking: A cluster's `networking`, of any mode.
        ranges: Its subnets.
        max_pods: Pods per node; the mode's own number if None.
        max_surge: Extra nodes during an upgrade, a number or a percentage.
    """
    pods = max_pods if max_pods is not None else MODES[mode_of(networking).name].default_max_pods
    found = [_largest(what, size, taken, max_surge) for what, size, taken in _bounds(networking, ranges, pods)]
    return sorted(found, key=lambda ceiling: ceiling.nodes)


def _bounds(networking: Networking, ranges: Ranges, max_pods: int) -> Iterator[tuple[str, int, int]]:
    """Each thing that runs out: what it is called, how much it has, and how much a node takes."""
    mode = mode_of(networking)
    free = usable_addresses(ranges.node_subnet) - ranges.other_addresses
    yield f"subnet {ranges.node_subnet}", free, mode.node_addresses(max_pods)
    pod_range, nodes = mode.pod_range(networking), mode.pod_range_nodes(networking)
    if nodes is not None:
        yield f"podCidr {pod_range}", nodes, 1
    per_node = mode.pod_addresses(networking, PoolSettings(), max_pods)
    if per_node is not None and ranges.pod_subnet is not None:
        blocks = mode.allocation(networking, PoolSettings()) == "StaticBlock"
        has = ranges.pod_subnet.num_addresses if blocks else usable_addresses(ranges.pod_subnet)
        yield f"podSubnet {ranges.pod_subnet}", has, per_node.most
    yield "AKS", limits.CLUSTER_NODES, 1


def _largest(what: str, size: int, taken: int, max_surge: int | str) -> Ceiling:
    """The largest number of nodes that fits with its surge, by halving: surge only grows with it."""
    low, high = 0, max(size, 0) // taken
    while low < high:
        middle = (low + high + 1) // 2
        surge = PoolSettings(count=middle, maxSurge=max_surge).surge_nodes
        low, high = (middle, high) if (middle + surge) * taken <= size else (low, middle - 1)
    return Ceiling(what, low, PoolSettings(count=low, maxSurge=max_surge).surge_nodes)
