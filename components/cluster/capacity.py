"""How many nodes and pods a cluster has, can have, and needs room for during an upgrade."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from components.cluster.config import ClusterConfig
from components.cluster.modes.registry import mode_of
from components.cluster.pools import PoolSettings
from components.facts import limits
from components.facts.features import MODES


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


def node_counts(config: ClusterConfig, subnet_addresses: Iterable[int] = ()) -> Counts:
    """Nodes of a cluster.

    Args:
        config: The cluster.
        subnet_addresses: Usable addresses of each of its node subnets, where it has a network.
    """
    pools = config.all_pools.values()
    ceilings = [
        limits.FREE_TIER_NODES if config.tier == "Free" else limits.CLUSTER_NODES,
        mode_of(config.networking).pod_range_nodes(config.networking),
        sum(subnet_addresses) or None,
    ]
    return Counts(
        now=sum(pool.nodes for pool in pools),
        max=sum(pool.max_nodes for pool in pools),
        with_surge=sum(pool.max_nodes + pool.surge_nodes for pool in pools),
        limit=min(ceiling for ceiling in ceilings if ceiling is not None),
    )


def pod_counts(config: ClusterConfig, nodes: Counts) -> Counts:
    """Pods of a cluster; the limit is what its largest nodes could run on as many nodes as there may be."""
    pools = config.all_pools.values()
    return Counts(
        now=sum(pool.nodes * max_pods(config, pool) for pool in pools),
        max=sum(pool.max_nodes * max_pods(config, pool) for pool in pools),
        with_surge=sum((pool.max_nodes + pool.surge_nodes) * max_pods(config, pool) for pool in pools),
        limit=min(limits.CLUSTER_PODS, nodes.limit * max(max_pods(config, pool) for pool in pools)),
    )
