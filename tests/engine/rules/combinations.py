"""Combinations of a cluster's settings that AKS refuses when it is created or updated.

The codes are documented ones (learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes) or seen in public
reports; wording is ours where no report shows it.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from tests.engine import arm
from tests.engine.arm import AzureError
from tests.engine.rules import network
from tests.engine.rules.frozen import at
from tests.engine.store import World

# Addresses that Azure keeps in every subnet. https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq
RESERVED_ADDRESSES = 5
# An overlay gives each node a /24 of the pod CIDR.
# https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay
NODE_PREFIX = 24


def check(world: World, cluster: dict[str, Any], pools: list[dict[str, Any]]) -> None:
    """Refuses a cluster whose settings do not go together. Raises: AzureError."""
    profile = cluster.get("networkProfile") or {}
    _data_plane(profile)
    _observability(profile)
    _dns(profile)
    for pool in pools:
        _pool(profile, pool)
    subnets = [
        subnet
        for pool in pools
        for name in ("vnetSubnetID", "podSubnetID")
        if (subnet := world.get(pool.get(name, "")))
    ]
    networks = {arm.key(network.network_of(subnet.id)): network.network_of(subnet.id) for subnet in subnets}
    for network_id in networks.values():
        _ranges(world, network_id, profile)
    _sizes(world, profile, pools)
    _outbound(world, profile, pools)


def _bad(code: str, message: str) -> AzureError:
    return AzureError(400, code, message)


def _data_plane(profile: dict[str, Any]) -> None:
    cilium = profile.get("networkDataplane") == "cilium"
    if cilium and profile.get("networkPolicy", "cilium") != "cilium":
        message = "Network dataplane cilium requires network policy cilium."
        raise _bad("CiliumDataplaneRequiresNetworkPolicyCilium", message)
    if profile.get("networkPolicy") == "cilium" and not cilium:
        raise _bad("InvalidNetworkPolicy", "Network policy cilium requires network dataplane cilium.")
    if cilium and profile.get("networkPlugin") != "azure":
        raise _bad("InvalidNetworkDataplane", "Network dataplane cilium requires network plugin azure.")


def _observability(profile: dict[str, Any]) -> None:
    advanced = profile.get("advancedNetworking")
    if advanced is not None and "enabled" not in advanced:
        # https://github.com/pulumi/pulumi-azure-native/issues/4206
        raise _bad("InvalidParameter", "Missing required field networkProfile.advancedNetworking.enabled.")


def _dns(profile: dict[str, Any]) -> None:
    service, address = profile.get("serviceCidr"), profile.get("dnsServiceIP")
    if service and address and ipaddress.ip_address(address) not in ipaddress.ip_network(service):
        message = f"The DNS service IP {address} is out of the service CIDR {service}."
        raise _bad("DnsServiceIpOutOfServiceCidr", message)


def _pool(profile: dict[str, Any], pool: dict[str, Any]) -> None:
    name = pool["name"]
    if not re.fullmatch(r"[a-z][a-z0-9]{0,11}", name):
        message = (
            f"The value of parameter agentPoolProfile.name is invalid: {name}. Node pool names "
            "are 1 to 12 lower-case letters and digits."
        )
        raise _bad("InvalidParameter", message)
    if pool.get("podSubnetID") and profile.get("networkPluginMode") == "overlay":
        # https://github.com/Azure/bicep-registry-modules/issues/3860
        raise _bad(
            "InvalidParameter", f"Network plugin mode overlay cannot be used with PodSubnetID, set on pool {name}."
        )
    if pool.get("enableAutoScaling") and not all(isinstance(pool.get(key), int) for key in ("minCount", "maxCount")):
        raise _bad("InvalidParameter", f"Pool {name} scales itself and lacks minCount or maxCount.")
    if pool.get("enableAutoScaling") and pool.get("count") is None:
        # https://github.com/pulumi/pulumi-azure-native/issues/2943
        raise _bad("InvalidParameter", f"The value of parameter agentPoolProfile.count is invalid, set on pool {name}.")


def _ranges(world: World, network_id: str, profile: dict[str, Any]) -> None:
    service, pods = profile.get("serviceCidr"), profile.get("podCidr")
    for subnet in world.of_type(network.SUBNETS, network_id):
        for prefix in network.subnet_ranges(subnet.body):
            if service and _overlap(service, prefix):
                message = f"The specified service CIDR {service} is conflicted with an existing subnet CIDR {prefix}."
                raise _bad("ServiceCidrOverlapExistingSubnetsCidr", message)
    owner = world.get(network_id)
    for prefix in network.network_ranges(owner.body) if owner else []:
        if pods and profile.get("networkPlugin") != "none" and _overlap(pods, prefix):
            raise _bad(
                "NetworkProfileCIDROverlapVNET",
                f"The pod CIDR {pods} overlaps with the virtual network's range {prefix}.",
            )


def _overlap(one: str, other: str) -> bool:
    return ipaddress.ip_network(one).overlaps(ipaddress.ip_network(other))


def nodes(pool: dict[str, Any]) -> int:
    """The most nodes a pool may have."""
    return (
        int(pool.get("maxCount") or pool.get("count") or 0)
        if pool.get("enableAutoScaling")
        else int(pool.get("count") or 0)
    )


def _sizes(world: World, profile: dict[str, Any], pools: list[dict[str, Any]]) -> None:
    overlay = profile.get("networkPluginMode") == "overlay"
    pods = profile.get("podCidr")
    if overlay and pods:
        total, room = sum(map(nodes, pools)), int(2 ** max(0, NODE_PREFIX - ipaddress.ip_network(pods).prefixlen))
        if total > room:
            raise _bad(
                "InsufficientSubnetSize", f"Pod CIDR {pods} has room for {room} nodes, the agent pools need {total}."
            )
    for subnet_id in {arm.key(pool.get("vnetSubnetID") or "") for pool in pools} - {""}:
        subnet = world.get(subnet_id)
        users = [pool for pool in pools if arm.key(pool.get("vnetSubnetID") or "") == subnet_id]
        addresses = sum(
            nodes(pool)
            * (1 if overlay or pool.get("podSubnetID") or profile.get("networkPlugin") == "none" else 1 + pods_of(pool))
            for pool in users
        )
        for prefix in network.subnet_ranges(subnet.body)[:1] if subnet else []:
            room = ipaddress.ip_network(prefix).num_addresses - RESERVED_ADDRESSES
            if addresses > room:
                message = (
                    f"Pre-allocated IPs {addresses} exceeds IPs available {room} in Subnet Cidr {prefix}, "
                    f"Subnet Name {arm.name_of(subnet_id)}."
                )
                raise _bad("InsufficientSubnetSize", message)


def pods_of(pool: dict[str, Any]) -> int:
    """The most pods on a node; 30 is Azure's default where pods take addresses of the subnet."""
    return int(pool.get("maxPods") or 30)


def _outbound(world: World, profile: dict[str, Any], pools: list[dict[str, Any]]) -> None:
    outbound = profile.get("outboundType")
    own = [subnet for pool in pools if (subnet := world.get(pool.get("vnetSubnetID") or ""))]
    pod_subnets = [subnet for pool in pools if (subnet := world.get(pool.get("podSubnetID") or ""))]
    if outbound in ("userAssignedNATGateway", "userDefinedRouting") and not own:
        raise _bad("InvalidParameter", f"outboundType {outbound} needs a custom virtual network.")
    if outbound == "managedNATGateway" and own:
        raise _bad("InvalidParameter", "outboundType managedNATGateway is not supported with a custom virtual network.")
    for subnet in own + pod_subnets if outbound == "userAssignedNATGateway" else []:
        if not at(subnet.body, "natGateway.id"):
            raise _bad(
                "InvalidParameter", f"outboundType userAssignedNATGateway needs a NAT gateway on subnet {subnet.id}."
            )
    for subnet in own if outbound == "userDefinedRouting" else []:
        if not at(subnet.body, "routeTable.id"):
            message = (
                f"An existing route table has not been associated with subnet {subnet.id}. "
                "Please update the route table association."
            )
            raise _bad("ExistingRouteTableNotAssociatedWithSubnet", message)
