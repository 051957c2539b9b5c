"""What sets special pools apart: spot machines, gateways, and pools on their way out.

Sources: https://learn.microsoft.com/azure/aks/spot-node-pool, /configure-static-egress-gateway (2026-08); docs/pools.md
"""

from __future__ import annotations

from components.cluster.pools import PoolConfig, PoolSettings
from components.values import ArmProperties

# AKS adds both to every spot pool; declared, they are no drift
SPOT_TAINT = "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"
SPOT_LABELS = {"kubernetes.azure.com/scalesetpriority": "spot"}
RETIRING_TAINT = "retiring=true:NoSchedule"
"""Keeps new pods away from a pool on its way out; the autoscaler does not let it grow for them either."""


def taints(pool: PoolSettings) -> list[str]:
    """All taints of a pool: its own, and those of its kind."""
    own = [*pool.node_taints, *([SPOT_TAINT] if pool.spot else [])]
    return list(dict.fromkeys([*own, *([RETIRING_TAINT] if _retiring(pool) else [])]))


def labels(pool: PoolSettings) -> dict[str, str]:
    """All labels of a pool: its own, and those of its kind."""
    return {**pool.node_labels, **(SPOT_LABELS if pool.spot else {})}


def least_nodes(mode: str, pool: PoolSettings) -> int | None:
    """The autoscaler's lower bound: as low as Azure allows for a pool on its way out."""
    if pool.min_count is None or not _retiring(pool):
        return pool.min_count
    return min(pool.min_count, 1 if mode == "System" else 0)


def kind_properties(pool: PoolSettings) -> ArmProperties:
    """Inputs that only a pool of a special kind has."""
    properties: ArmProperties = {"scaleSetPriority": "Spot" if pool.spot else "Regular"}
    if not isinstance(pool, PoolConfig):
        return properties
    if pool.spot:
        properties["scaleSetEvictionPolicy"] = pool.scale_set_eviction_policy or "Delete"
        properties["spotMaxPrice"] = -1 if pool.spot_max_price is None else pool.spot_max_price
    if pool.mode == "Gateway" and pool.gateway_profile is not None:
        properties["gatewayProfile"] = {"publicIPPrefixSize": pool.gateway_profile.public_ip_prefix_size}
    return properties


def _retiring(pool: PoolSettings) -> bool:
    return isinstance(pool, PoolConfig) and pool.retiring
