"""Cilium of a cluster's own, from all that is written about the cluster."""

from __future__ import annotations

from components.cilium.config import CiliumConfig
from components.cilium.plan import CiliumPlan, Surroundings, plan_cilium
from components.values import Ref
from stacks.config import ByocniEntry
from stacks.view import ClusterView


def cilium_config(cluster: ClusterView) -> CiliumConfig | None:
    """What is written about it; None where Azure brings the dataplane."""
    networking = cluster.config.networking
    return networking.cilium if isinstance(networking, ByocniEntry) else None


def cilium_of(cluster: ClusterView) -> CiliumPlan | None:
    """The release; None where Azure brings the dataplane."""
    config, networking = cluster.config, cluster.config.networking
    if not isinstance(networking, ByocniEntry):
        return None
    return plan_cilium(
        cluster.key,
        networking.cilium,
        Surroundings(
            name=cluster.name,
            pod_cidr=networking.pod_cidr,
            mask_size=networking.cilium.mask_size,
            api_server=Ref("cluster", cluster.key, "apiServer"),
            istio=config.istio is not None,
            unattended=config.in_cluster == "gitops",
            protect=cluster.stack.protect if config.protect is None else config.protect,
        ),
    )
