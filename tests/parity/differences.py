"""Where we say something other than Azure CLI, and why. Everything else has to be equal, down to the last leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class How(Enum):
    """The way in which two bodies differ at a path."""

    ONLY_OURS = "we send it, the CLI does not"
    ONLY_THEIRS = "the CLI sends it, we do not"
    ANOTHER_VALUE = "we send another value"


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference at a path of a request's body."""

    path: str
    how: How


_POOL = "properties.agentPoolProfiles[0]"
_NETWORK = "properties.networkProfile"

EXPLAINED: Mapping[str, Mapping[Difference, str]] = {
    "containerservice:ManagedCluster": {
        # what AKS chooses where nobody says anything
        Difference("properties.kubernetesVersion", How.ANOTHER_VALUE): "the CLI leaves it to AKS; ours is written down",
        Difference(f"{_POOL}.orchestratorVersion", How.ANOTHER_VALUE): "the same, since AKS wants both or none",
        Difference(
            f"{_POOL}.vmSize", How.ANOTHER_VALUE
        ): "the CLI leaves it to AKS; the size decides capacity and cost",
        Difference(f"{_POOL}.maxPods", How.ONLY_OURS): "AKS's default differs from page to page; it decides capacity",
        Difference(f"{_POOL}.upgradeSettings.maxSurge", How.ONLY_OURS): "AKS's default differs from page to page",
        Difference(
            f"{_NETWORK}.serviceCidr", How.ONLY_OURS
        ): "AKS would take 10.0.0.0/16, which overlaps many networks",
        Difference(f"{_NETWORK}.dnsServiceIP", How.ONLY_OURS): "goes with serviceCidr",
        Difference("properties.apiServerAccessProfile", How.ONLY_OURS): "public, for everybody, run command on",
        Difference("properties.nodeProvisioningProfile", How.ONLY_OURS): "off",
        Difference(f"{_NETWORK}.staticEgressGatewayProfile", How.ONLY_OURS): "off",
        Difference(
            "properties.serviceMeshProfile.istio.revisions", How.ONLY_OURS
        ): "the CLI leaves it to AKS, so that two clusters made on different days differ",
        # better defaults
        Difference("properties.autoUpgradeProfile", How.ONLY_OURS): "patches by themselves; the CLI's default is none",
        # AKS's own defaults, sent so that taking a setting back takes it back in Azure
        Difference(f"{_NETWORK}.networkPolicy", How.ONLY_OURS): "what AKS derives from the dataplane",
        Difference(f"{_NETWORK}.loadBalancerProfile", How.ONLY_OURS): "one address, ports by the number of nodes",
        Difference(f"{_NETWORK}.advancedNetworking", How.ONLY_OURS): "off, all switches together",
        Difference(f"{_NETWORK}.advancedNetworking.observability", How.ONLY_OURS): "what AKS turns on by itself",
        Difference(f"{_NETWORK}.advancedNetworking.security", How.ONLY_OURS): "what AKS turns on by itself, with FQDN",
        Difference(f"{_NETWORK}.advancedNetworking.security.enabled", How.ONLY_OURS): "what AKS turns on by itself",
        Difference("properties.oidcIssuerProfile", How.ONLY_OURS): "off where the CLI does not mention it",
        Difference("properties.securityProfile", How.ONLY_OURS): "off where the CLI does not mention it",
        Difference("properties.securityProfile.defender", How.ONLY_OURS): "off",
        Difference("properties.securityProfile.imageCleaner", How.ONLY_OURS): "off",
        Difference("properties.addonProfiles.azurepolicy", How.ONLY_OURS): "off",
        Difference("properties.addonProfiles.azureKeyvaultSecretsProvider", How.ONLY_OURS): "off",
        Difference("properties.addonProfiles.omsagent", How.ONLY_OURS): "off",
        Difference("properties.azureMonitorProfile", How.ONLY_OURS): "off",
        Difference("properties.ingressProfile", How.ONLY_OURS): "off",
        Difference("properties.serviceMeshProfile", How.ONLY_OURS): "off",
        Difference("properties.serviceMeshProfile.istio.components", How.ONLY_OURS): "no ingress gateways",
        Difference("properties.metricsProfile", How.ONLY_OURS): "cost analysis off",
        Difference("properties.workloadAutoScalerProfile", How.ONLY_OURS): "off",
        Difference("properties.nodeResourceGroupProfile", How.ONLY_OURS): "no restriction",
        Difference("properties.storageProfile.blobCSIDriver", How.ONLY_OURS): "off",
        Difference("properties.storageProfile.diskCSIDriver", How.ONLY_OURS): "on",
        Difference("properties.storageProfile.fileCSIDriver", How.ONLY_OURS): "on",
        Difference("properties.storageProfile.snapshotController", How.ONLY_OURS): "on",
        Difference("properties.supportPlan", How.ONLY_OURS): "the community's",
        Difference(f"{_POOL}.podIPAllocationMode", How.ONLY_OURS): "dynamic",
        Difference(f"{_POOL}.osSKU", How.ONLY_OURS): "Ubuntu",
        Difference(f"{_POOL}.scaleDownMode", How.ONLY_OURS): "nodes that go are deleted",
        Difference(f"{_POOL}.securityProfile", How.ONLY_OURS): "off",
        Difference(f"{_POOL}.nodeLabels", How.ONLY_OURS): "none",
        Difference(f"{_POOL}.tags", How.ONLY_OURS): "none",
        Difference("tags", How.ONLY_OURS): "none",
    },
    "authorization:RoleAssignment": {},
}
"""By type of resource; a difference at a path explains everything below it."""

ADDED: Mapping[str, str] = {
    "/subnets/pods/providers/Microsoft.Authorization/roleAssignments/<new-guid>": (
        "the documentation asks for the right on every subnet, pods' subnets too; the CLI grants it on the nodes' only"
    ),
}
"""Ends of the paths that we write and the CLI does not."""


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[Difference]:
    """Where two bodies differ; a part that one of them lacks is one difference."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for name in dict.fromkeys((*theirs, *ours)):
            below = f"{path}.{name}" if path else name
            if name not in theirs:
                yield Difference(below, How.ONLY_OURS)
            elif name not in ours:
                yield Difference(below, How.ONLY_THEIRS)
            else:
                yield from differences(ours[name], theirs[name], below)
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for position, (own, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(own, other, f"{path}[{position}]")
    elif ours != theirs or type(ours) is not type(theirs):
        yield Difference(path, How.ANOTHER_VALUE)
