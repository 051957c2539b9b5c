"""What AKS does not let anyone change, and which one-way changes it takes.

Azure's API model carries no mark of this and azure-native plans most of it as an update, so the refusal comes in the
middle of an `up`. Sources: the AKS documentation on updating CNI, egress, pod CIDR expansion and node pools
(update-azure-cni, egress-outboundtype, azure-cni-overlay-pod-expand, create-node-pools). An omitted property is never a
change: AKS keeps what it has.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.engine.arm import AzureError

OUTBOUND_OWN_NETWORK = frozenset({"loadBalancer", "userAssignedNATGateway", "userDefinedRouting", "none"})
OUTBOUND_MANAGED_NETWORK = {
    "loadBalancer": {"managedNATGateway", "managedNATGatewayV2", "none", "block"},
    "managedNATGateway": {"managedNATGatewayV2", "none", "block"},
    "none": {"loadBalancer", "managedNATGateway", "managedNATGatewayV2", "block"},
    "block": {"loadBalancer", "managedNATGateway", "managedNATGatewayV2", "none"},
}

# https://learn.microsoft.com/azure/aks/create-node-pools#limitations and the refusals that users report
POOL_FROZEN = [
    "vmSize",
    "osType",
    "maxPods",
    "vnetSubnetID",
    "podSubnetID",
    "podIPAllocationMode",
    "availabilityZones",
    "osDiskType",
    "osDiskSizeGB",
    "type",
    "scaleSetPriority",
    "scaleSetEvictionPolicy",
    "spotMaxPrice",
    "enableNodePublicIP",
    "nodePublicIPPrefixID",
    "enableUltraSSD",
    "gpuInstanceProfile",
]


@dataclass(frozen=True)
class Change:
    """One property of a cluster that a write would change, with the whole bodies beside it."""

    before: Any
    after: Any
    old: dict[str, Any]
    new: dict[str, Any]

    def network(self, name: str) -> tuple[Any, Any]:
        """A property of the network profile before and after."""
        old, new = self.old.get("networkProfile") or {}, self.new.get("networkProfile") or {}
        return old.get(name), new.get(name, old.get(name))


def at(body: dict[str, Any], path: str) -> Any:
    """The value at a dotted path, or nothing."""
    value: Any = body
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _never(_: Change) -> bool:
    return False


def _plugin(change: Change) -> bool:
    return (change.before, change.after) == ("kubenet", "azure") and change.network("networkPluginMode")[1] == "overlay"


def _plugin_mode(change: Change) -> bool:
    if change.after != "overlay":
        return False
    if change.network("networkPolicy")[0] not in (None, "none"):
        # https://github.com/hashicorp/terraform-provider-azurerm/pull/30959
        raise AzureError(
            400,
            "BadRequest",
            "Cannot update cluster to Azure CNI Overlay while using network policies with Azure CNI v1.",
        )
    return not any(pool.get("podSubnetID") for pool in change.old.get("agentPoolProfiles") or [])


def _dataplane(change: Change) -> bool:
    plugin, mode = change.network("networkPlugin"), change.network("networkPluginMode")
    return bool(change.after == "cilium" and plugin[0] == "azure" and mode[0] == mode[1])


def _policy(change: Change) -> bool:
    if change.after == "cilium":
        return bool(change.network("networkDataplane")[1] == "cilium")
    return "cilium" not in (change.before, change.after) and "none" in (change.before, change.after)


def _pod_cidr(change: Change) -> bool:
    if change.network("networkPlugin")[0] == "none":
        return True
    if change.network("networkPluginMode")[0] != "overlay" or ":" in f"{change.before}{change.after}":
        return False
    return ipaddress.IPv4Network(change.before).subnet_of(ipaddress.IPv4Network(change.after))


def _outbound(change: Change) -> bool:
    if any(pool.get("vnetSubnetID") for pool in change.old.get("agentPoolProfiles") or []):
        return change.after in OUTBOUND_OWN_NETWORK
    return change.after in OUTBOUND_MANAGED_NETWORK.get(change.before, set())


def _version(change: Change) -> bool:
    before, after = (tuple(int(part) for part in str(version).split(".")) for version in (change.before, change.after))
    if len(before) != len(after):  # a minor version stands for its newest patch
        before, after = before[:2], after[:2]
    return before <= after and after[1] - before[1] <= 1


def _private(change: Change) -> bool:
    return bool(at(change.new, "apiServerAccessProfile.enableVnetIntegration"))


# Dotted path in a cluster's body -> whether this change of it is taken.
CLUSTER: dict[str, Callable[[Change], bool]] = {
    "dnsPrefix": _never,
    "fqdnSubdomain": _never,
    "nodeResourceGroup": _never,
    "kubernetesVersion": _version,
    "networkProfile.networkPlugin": _plugin,
    "networkProfile.networkPluginMode": _plugin_mode,
    "networkProfile.networkDataplane": _dataplane,
    "networkProfile.networkPolicy": _policy,
    "networkProfile.networkMode": _never,
    "networkProfile.podCidr": _pod_cidr,
    "networkProfile.serviceCidr": _never,
    "networkProfile.dnsServiceIP": _never,
    "networkProfile.loadBalancerSku": _never,
    "networkProfile.outboundType": _outbound,
    "apiServerAccessProfile.enablePrivateCluster": _private,
    "apiServerAccessProfile.enableVnetIntegration": lambda change: bool(change.after),
    "apiServerAccessProfile.privateDNSZone": lambda change: change.after == "none",
    "apiServerAccessProfile.subnetId": _never,
}


def refusal(name: str) -> AzureError:
    """Azure's answer to a change of a frozen property, in the words of https://github.com/Azure/AKS/issues/695 ."""
    return AzureError(400, "PropertyChangeNotAllowed", f"Changing property '{name}' is not allowed.")


def check_cluster(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Refuses a write that changes what a cluster cannot change. `old` is what Azure answers, its defaults included."""
    for path, taken in CLUSTER.items():
        before, after = at(old, path), at(new, path)
        if before is None and path == "networkProfile.networkPluginMode" and after is not None:
            before = "none"
        if None not in (before, after) and not _equal(before, after) and not taken(Change(before, after, old, new)):
            raise refusal(path)


def check_pool(old: dict[str, Any], new: dict[str, Any], prefix: str) -> None:
    """Refuses a write that changes what a pool cannot change.

    `prefix` is how Azure names the place: `properties` or `agentPoolProfile`.
    """
    for name in POOL_FROZEN:
        before, after = old.get(name), new.get(name)
        # What a pool was made without cannot be given to it either.
        if after is not None and not _equal(before, after):
            raise refusal(f"{prefix}.{name}")


def _equal(before: Any, after: Any) -> bool:
    if isinstance(before, str) and isinstance(after, str):
        return before.lower() == after.lower()
    if isinstance(before, list) and isinstance(after, list):
        return sorted(map(str, before)) == sorted(map(str, after))
    return bool(before == after)
