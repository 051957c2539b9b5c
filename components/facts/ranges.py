"""Address ranges that Azure and AKS keep for themselves, and the private ranges people should use."""

from __future__ import annotations

from ipaddress import IPv4Network

from components.facts import limits

# https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 (2026-08)
AZURE_DNS = IPv4Network("168.63.129.16/32")
# https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq (2026-08)
NOT_ALLOWED_IN_VNET = {
    "multicast": IPv4Network("224.0.0.0/4"),
    "broadcast": IPv4Network("255.255.255.255/32"),
    "loopback": IPv4Network("127.0.0.0/8"),
    "link-local": IPv4Network("169.254.0.0/16"),
    "Azure's internal DNS": AZURE_DNS,
}
# https://learn.microsoft.com/azure/aks/concepts-network-cni-overview (2026-08)
RESERVED_BY_AKS = tuple(
    IPv4Network(text) for text in ("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24")
)
# RFC 1918 and RFC 6598
PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
# https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning (2026-08): the VNet AKS makes by itself
AKS_MANAGED_VNET = IPv4Network("10.224.0.0/12")
AKS_MANAGED_SUBNET = IPv4Network("10.224.0.0/16")


def usable_addresses(subnet: IPv4Network) -> int:
    """Addresses left for resources: all but the five that Azure keeps (NET-04)."""
    return max(0, subnet.num_addresses - limits.AZURE_RESERVED_ADDRESSES)
