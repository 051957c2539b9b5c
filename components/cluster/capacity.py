"""How many nodes and pods a cluster has, can have, and needs room for during an upgrade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from types import MappingProxyType

from components.cluster.config import ClusterConfig
from components.cluster.modes.registry import mode_of
from components.cluster.pools import PoolSettings
from components.facts import limits
from components.facts.features import MODES
from components.facts.ranges import usable_addresses


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of nodes, or of pods.

    Attributes:
        now: To start with.
        max: With every autoscaler at its maximum.
        with_surge: During an upgrade of all pools at that size.
        limit: What the ranges and AKS allow at most.
    """

    now: int
    max: int
    with_surge: int
    limit: int


def max_pods(config: ClusterConfig, pool: PoolSettings) -> int:
    """Pods per node of a pool: its own number, or its mode's."""
    return pool.max_pods if pool.max_pods is not None else MODES[mode_of(config.networking).name].default_max_pods


def needed_addresses(config: ClusterConfig, pool: PoolSettings) -> int:
    """Addresses that a pool takes in its node subnet while it is upgraded at its largest (CAP-07)."""
    return (pool.max_nodes + pool.surge_nodes) * mode_of(config.networking).node_addresses(max_pods(config, pool))


def node_counts(config: ClusterConfig, subnets: Mapping[str, IPv4Network] = MappingProxyType({})) -> Counts:
    """Nodes of a cluster.

    Args:
        config: The cluster.
        subnets: The ranges of its node and pod subnets, by the names that pools have for them, as far as known.
    """
    pools = config.all_pools.values()
    ceilings = [
        limits.FREE_TIER_NODES if config.tier == "Free" else limits.CLUSTER_NODES,
        mode_of(config.networking).pod_range_nodes(config.networking),
        _nodes_in(config, subnets, lambda pool: (pool.subnet, _addresses_per_node(config, pool))),
        _nodes_in(config, subnets, lambda pool: (pool.pod_subnet, _pod_addresses_per_node(config, pool))),
    ]
    return Counts(
        now=sum(pool.nodes for pool in pools),
        max=sum(pool.max_nodes for pool in pools),
        with_surge=sum(pool.max_nodes + pool.surge_nodes for pool in pools),
        limit=min(ceiling for ceiling in ceilings if ceiling is not None),
    )


def _addresses_per_node(config: ClusterConfig, pool: PoolSettings) -> int:
    return mode_of(config.networking).node_addresses(max_pods(config, pool))


def _pod_addresses_per_node(config: ClusterConfig, pool: PoolSettings) -> int:
    pods = mode_of(config.networking).pod_addresses(config.networking, pool, max_pods(config, pool))
    return pods.most if pods else 0


def _nodes_in(
    config: ClusterConfig,
    subnets: Mapping[str, IPv4Network],
    taken: Callable[[PoolSettings], tuple[str | None, int]],
) -> int | None:
    """Nodes that some subnets hold at most: those of the least demanding pool in each; None where none is known."""
    least: dict[str, int] = {}
    for pool in config.all_pools.values():
        name, addresses = taken(pool)
        if name is not None and name in subnets and addresses:
            least[name] = min(addresses, least.get(name, addresses))
    return sum(usable_addresses(subnets[name]) // addresses for name, addresses in least.items()) or None


def pod_counts(config: ClusterConfig, nodes: Counts) -> Counts:
    """Pods of a cluster; the limit is what its largest nodes could run on as many nodes as there may be."""
    pools = config.all_pools.values()
    return Counts(
        now=sum(pool.nodes * max_pods(config, pool) for pool in pools),
        max=sum(pool.max_nodes * max_pods(config, pool) for pool in pools),
        with_surge=sum((pool.max_nodes + pool.surge_nodes) * max_pods(config, pool) for pool in pools),
        limit=min(limits.CLUSTER_PODS, nodes.limit * max(max_pods(config, pool) for pool in pools)),
    )
