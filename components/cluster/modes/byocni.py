"""Bring your own CNI: AKS connects no pods, Cilium from its own Helm chart does, with addresses of its cluster pool.

The pool is the cluster's `podCidr`; each node takes a part of `maskSize` of it. What else is said of Cilium is another
area's, and put beside these keys by whoever composes a whole cluster.

Sources: https://learn.microsoft.com/azure/aks/use-byo-cni (2026-08); cilium 1.19.6
Documentation/network/concepts/ipam/cluster-pool.rst
"""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from components.cluster.modes.base import Mode, ServicesBase, services_profile
from components.facts import cilium
from components.facts.features import ModeName
from components.values import ArmProperties, Ipv4Cidr, Model

MaskSize = Annotated[int, Field(ge=cilium.POOL_MASK_SIZES.start, le=cilium.POOL_MASK_SIZES[-1], strict=True)]


class ClusterPoolConfig(Model):
    """How Cilium divides the pod range among nodes."""

    mask_size: MaskSize = Field(24, description="prefix length of each node's part of podCidr; cannot be changed later")


class ByocniNetworking(ServicesBase):
    """Pods in a private range of the cluster, connected by a Cilium of your own."""

    mode: Literal["byocni"]
    pod_cidr: Ipv4Cidr = Field(description="range of pod addresses: AKS routes by it, and it is Cilium's cluster pool")
    cilium: ClusterPoolConfig = Field(default_factory=ClusterPoolConfig)

    @property
    def dataplane(self) -> Literal["none"]:
        """What AKS brings."""
        return "none"

    @property
    def network_policy(self) -> Literal["none"]:
        """What AKS brings."""
        return "none"


def _network_profile(networking: ByocniNetworking) -> ArmProperties:
    """Nothing of Azure CNI: `networkDataplane`, `networkPluginMode` and `networkPolicy` stay unset (BYO-01)."""
    return {"networkPlugin": "none", "podCidr": str(networking.pod_cidr), **services_profile(networking)}


def pool_nodes(pod_cidr: IPv4Network, mask_size: int) -> int:
    """Nodes that a cluster pool holds: one for each part of the mask size in it; none if it is smaller than one."""
    return int(2 ** (mask_size - pod_cidr.prefixlen)) if mask_size >= pod_cidr.prefixlen else 0


def pool_pods_per_node(mask_size: int) -> int:
    """Pods that a node's part has addresses for."""
    return IPv4Network((0, mask_size)).num_addresses - cilium.POOL_KEPT_ADDRESSES


BYOCNI = Mode(
    name=ModeName.BYOCNI,
    network_profile=_network_profile,
    pod_range=lambda networking: networking.pod_cidr,
    pod_range_nodes=lambda networking: pool_nodes(networking.pod_cidr, networking.cilium.mask_size),
    node_addresses=lambda _: 1,
)
