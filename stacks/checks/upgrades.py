"""Upgrades of node pools: what AKS has to work with, and whether a large cluster can be upgraded at all."""

from __future__ import annotations

from collections.abc import Iterator

from components.cluster.pools import PoolSettings
from components.facts import limits
from components.problems import Problem
from components.rules import Rule
from stacks.view import PoolView, StackView

_LARGE = "https://learn.microsoft.com/azure/aks/best-practices-performance-scale-large"
_UPGRADES = "https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling"

UPGRADE = Rule(
    "CAP-12",
    "Upgrades have nodes to work with",
    why="AKS replaces nodes with extra ones (maxSurge) or without (maxUnavailable, never in a System pool), so not"
    f" both can be 0. In pools above {limits.LARGE_POOL_NODES} nodes it recommends a surge of at most"
    f" {limits.LARGE_POOL_MAX_SURGE_PERCENT}%. Azure's own default for maxSurge differs by page (1 or 10%).",
    fix="Give maxSurge; 33% suits most pools.",
    source=f"{_UPGRADES}; ARM model AgentPoolUpgradeSettings; {_LARGE}",
)
UPGRADE_BLOCKED = Rule(
    "CAP-13",
    "A cluster at its largest can still be upgraded",
    why=f"At {limits.CLUSTER_NODES:,} nodes there is no room for surge nodes, and AKS blocks upgrades.",
    fix=f"Lower maxSurge, or scale below {limits.SURGE_UPGRADE_NODES:,} nodes before every upgrade and accept the"
    " warning.",
    source=_LARGE,
)


def _upgrades(view: StackView) -> Iterator[Problem]:
    """CAP-12."""
    for pool in view.pools:
        if not pool.config.spot:
            yield from _max_surge(pool)
            yield from _max_unavailable(pool)
        yield from _large_surge(pool)
        yield from _upgrade_minutes(pool)


def _max_surge(pool: PoolView) -> Iterator[Problem]:
    path = (*pool.path, "maxSurge")
    if pool.config.max_surge is None:
        yield UPGRADE.error(path, "empty, so Azure would choose 1 or 10%; remove the key for 33%, or give a number")
    elif pool.config.max_surge == 0 and not pool.config.max_unavailable:
        fix = "give maxSurge" if pool.mode == "System" else "give one of them"
        yield UPGRADE.error(path, f"0 while maxUnavailable is 0, so no node can be upgraded; {fix}")


def _max_unavailable(pool: PoolView) -> Iterator[Problem]:
    path, unavailable = (*pool.path, "maxUnavailable"), pool.config.max_unavailable
    if unavailable and pool.mode == "System":
        yield UPGRADE.error(path, f"{unavailable} in a System pool, which AKS refuses; remove it")
    elif unavailable and pool.config.max_surge:
        yield UPGRADE.warning(
            path,
            f"{unavailable} beside maxSurge {pool.config.max_surge} is a preview of AKS;"
            " set maxSurge to 0, or remove it",
        )


def _large_surge(pool: PoolView) -> Iterator[Problem]:
    nodes, surge = pool.config.max_nodes, pool.config.surge_nodes
    most = limits.LARGE_POOL_MAX_SURGE_PERCENT
    if nodes > limits.LARGE_POOL_NODES and surge * 100 > nodes * most:
        yield UPGRADE.warning(
            (*pool.path, "maxSurge"),
            f"{pool.config.max_surge} of {nodes} nodes is a surge of {surge}, above {limits.LARGE_POOL_NODES} nodes AKS"
            f" recommends at most {most}%; use {most}%",
        )


def _upgrade_minutes(pool: PoolView) -> Iterator[Problem]:
    config: PoolSettings = pool.config
    bounded = (
        ("drainTimeoutInMinutes", config.drain_timeout_in_minutes, limits.DRAIN_TIMEOUT_MINUTES),
        ("nodeSoakDurationInMinutes", config.node_soak_duration_in_minutes, limits.NODE_SOAK_MINUTES),
    )
    for field, minutes, allowed in bounded:
        if minutes is not None and minutes not in allowed:
            yield UPGRADE.error(
                (*pool.path, field),
                f"{minutes} minutes, AKS takes {allowed[0]} to {allowed[-1]}; use a number in between",
            )


def _blocked_upgrades(view: StackView) -> Iterator[Problem]:
    """CAP-13."""
    for cluster in view.clusters:
        need, nodes = cluster.nodes_with_surge, cluster.max_nodes
        if nodes <= limits.CLUSTER_NODES < need:
            yield UPGRADE_BLOCKED.warning(
                cluster.path,
                f"{nodes:,} nodes and {need - nodes:,} during an upgrade are {need:,}, above {limits.CLUSTER_NODES:,}"
                f" upgrades are blocked; lower maxSurge, or scale below {limits.SURGE_UPGRADE_NODES:,} before upgrades",
            )


CHECKS = (_upgrades, _blocked_upgrades)
