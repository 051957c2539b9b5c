"""Azure CNI Overlay: nodes have addresses of the VNet, pods of a range that only the cluster knows, a /24 per node.

Source: https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay
"""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Literal

from pydantic import Field

from components.cluster.modes.base import Mode, NetworkingBase, common_profile
from components.facts import limits
from components.facts.features import ModeName
from components.values import ArmProperties, Ipv4Cidr


class OverlayNetworking(NetworkingBase):
    """Pods in a private range of the cluster."""

    mode: Literal["overlay"]
    pod_cidr: Ipv4Cidr = Field(
        IPv4Network("10.244.0.0/16"), description="range of pod addresses, a /24 of it per node; it can only grow"
    )


def _network_profile(networking: OverlayNetworking) -> ArmProperties:
    return {
        "networkPluginMode": "overlay",
        "podCidr": str(networking.pod_cidr),
        **common_profile(networking),
    }


def pod_range_nodes(pod_cidr: IPv4Network) -> int:
    """Nodes that a pod range holds: one for each /24 in it."""
    return pod_cidr.num_addresses // IPv4Network((0, limits.OVERLAY_NODE_PREFIX)).num_addresses


OVERLAY = Mode(
    name=ModeName.OVERLAY,
    network_profile=_network_profile,
    pod_range=lambda networking: networking.pod_cidr,
    pod_range_nodes=lambda networking: pod_range_nodes(networking.pod_cidr),
    node_addresses=lambda _: 1,
)
