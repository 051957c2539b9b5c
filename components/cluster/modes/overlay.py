"""Azure CNI Overlay: nodes have addresses of the VNet, pods of a range that only the cluster knows, a /24 per node.

Source: https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from pydantic import Field

from components.cluster.modes.base import Mode, NetworkingBase, common_profile
from components.facts import limits
from components.facts.features import ModeName
from components.values import ArmProperties, Ipv4Cidr, Ipv6Cidr, Listed

# https://learn.microsoft.com/azure/aks/azure-cni-overlay (2026-08): Azure's own defaults
_IPV6_PODS = IPv6Network("fd12:3456:789a::/64")
_IPV6_SERVICES = IPv6Network("fd12:3456:789a:1::/108")


class OverlayNetworking(NetworkingBase):
    """Pods in a private range of the cluster."""

    mode: Literal["overlay"]
    pod_cidr: Ipv4Cidr = Field(
        IPv4Network("10.244.0.0/16"), description="range of pod addresses, a /24 of it per node; it can only grow"
    )
    ip_families: Listed[Literal["IPv4", "IPv6"]] = Field(
        ("IPv4",), description="[IPv4], or [IPv4, IPv6] for a dual-stack cluster; IPv4 comes first"
    )
    ipv6_pod_cidr: Ipv6Cidr | None = Field(
        None, description="with IPv6: range of the pods' IPv6 addresses; fd12:3456:789a::/64 if absent, as Azure's own"
    )
    ipv6_service_cidr: Ipv6Cidr | None = Field(
        None, description="with IPv6: range of Services, /108 or smaller; fd12:3456:789a:1::/108 if absent"
    )

    @property
    def dual_stack(self) -> bool:
        """Whether pods and Services have IPv6 addresses as well."""
        return "IPv6" in self.ip_families


def _network_profile(networking: OverlayNetworking) -> ArmProperties:
    profile: ArmProperties = {
        "networkPluginMode": "overlay",
        "podCidr": str(networking.pod_cidr),
        **common_profile(networking),
    }
    return {**profile, **_dual_stack(networking)} if networking.dual_stack else profile


def _dual_stack(networking: OverlayNetworking) -> ArmProperties:
    """One range per family, IPv4 first.

    Source: https://learn.microsoft.com/azure/aks/azure-cni-overlay (dual-stack networking)
    """
    return {
        "ipFamilies": list(networking.ip_families),
        "podCidrs": [str(networking.pod_cidr), str(networking.ipv6_pod_cidr or _IPV6_PODS)],
        "serviceCidrs": [str(networking.service_cidr), str(networking.ipv6_service_cidr or _IPV6_SERVICES)],
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
