"""What of a resource a person wants to see first: one row per type, and the words for every value.

A row is templates. `{a.b}` stands for an input, `{a[].b}` for that of every item of a list; a template with an input
that is absent or empty is left out. Of several templates in brackets the first one that can be filled counts. A new
type is a new row. `networkingMode` is no input but what the stack file calls a cluster's inputs together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cilia.arm_ids import azure_type, parameters
from components.facts.roles import Role

Templates = tuple[str | tuple[str, ...], ...]

_POOL: Templates = (
    "{mode}",
    "{vmSize}",
    ("{minCount} to {maxCount} nodes", "{count} nodes"),
    "{maxPods} pods/node",
    "zones {availabilityZones}",
    "surge {upgradeSettings.maxSurge}",
    "taints {nodeTaints}",
    "nodes in {vnetSubnetID}",
    "pods in {podSubnetID}",
)
_CLUSTER: Templates = (
    "Kubernetes {kubernetesVersion}",
    "{sku.tier}",
    "{networkingMode}",
    "dataplane {networkProfile.networkDataplane}",
    "policy {networkProfile.networkPolicy}",
    "pods {networkProfile.podCidr}",
    "services {networkProfile.serviceCidr}",
    "out by {networkProfile.outboundType}",
    "API server for {apiServerAccessProfile.authorizedIPRanges}",
    "identity {identity.userAssignedIdentities}",
    "upgrades {autoUpgradeProfile.upgradeChannel}",
    "mesh {serviceMeshProfile.istio.revisions}",
)
_RULE: Templates = (
    "{priority} {direction} {access} {protocol}",
    ("from {sourceAddressPrefixes}", "from {sourceAddressPrefix}"),
    ("to {destinationAddressPrefixes}", "to {destinationAddressPrefix}"),
    ("port {destinationPortRanges}", "port {destinationPortRange}"),
)
HIGHLIGHTS: Mapping[str, Templates] = {
    "authorization:RoleAssignment": ("{roleDefinitionId} on {scope}", "for {principalId}"),
    "containerservice:AgentPool": _POOL,
    "containerservice:ManagedCluster": _CLUSTER,
    "managedidentity:FederatedIdentityCredential": ("{subject}",),
    "network:NatGateway": ("out by {publicIpAddresses[].id}", "idle {idleTimeoutInMinutes} min", "zone {zones}"),
    "network:PublicIPAddress": ("{publicIPAddressVersion}", "{publicIPAllocationMethod}", "zones {zones}"),
    "network:Subnet": (
        "{addressPrefix}",
        "NAT gateway {natGateway.id}",
        "security group {networkSecurityGroup.id}",
        "route table {routeTable.id}",
        "delegated to {delegations[].serviceName}",
    ),
    "network:VirtualNetwork": ("{addressSpace.addressPrefixes}", "DNS {dhcpOptions.dnsServers}"),
    "network:VirtualNetworkPeering": (
        "to {remoteVirtualNetwork.id}",
        "forwarded traffic {allowForwardedTraffic}",
        "gateway transit {allowGatewayTransit}",
        "remote gateways {useRemoteGateways}",
    ),
    "kubernetes:helm.sh/v3:Release": (
        "{chart} {version}",
        "from {repositoryOpts.repo}",
        "pods {values.ipam.operator.clusterPoolIPv4PodCIDRList} by /{values.ipam.operator.clusterPoolIPv4MaskSize}",
        "{values.tunnelProtocol}",
        "kube-proxy replacement {values.kubeProxyReplacement}",
        "encryption {values.encryption.type}",
        "Hubble relay {values.hubble.relay.enabled}, UI {values.hubble.ui.enabled}",
        "Gateway API {values.gatewayAPI.enabled}",
        "L7 proxy {values.l7Proxy}",
        "enforces {values.policyEnforcementMode}",
    ),
    "pulumi:providers:kubernetes": ("kubeconfig {kubeconfig}", "cluster {clusterIdentifier}"),
    "resources:ResourceGroup": ("{location}",),
}


@dataclass(frozen=True, slots=True)
class Inline:
    """Things that are written inside another resource and matter as much as one: what they are, and their row."""

    path: str
    noun: str
    templates: Templates


INLINE: Mapping[str, Inline] = {
    "containerservice:ManagedCluster": Inline("agentPoolProfiles", "pool", _POOL),
    "network:NetworkSecurityGroup": Inline("securityRules", "rule", _RULE),
    "network:RouteTable": Inline("routes", "route", ("{addressPrefix} to {nextHopType}", "at {nextHopIpAddress}")),
}

# A role assignment's name is a UUID that tells nobody anything.
_NAMELESS = frozenset({"authorization:RoleAssignment"})
_FIELD = re.compile(r"{([^}]+)}")


def kind(token: str) -> str:
    """A type as people call it: `Subnet`, `NetworkPolicy`, `Provider kubernetes`."""
    package, _, name = token.rpartition(":")
    return f"Provider {name}" if package == "pulumi:providers" else name


def azure_name(token: str, inputs: Mapping[str, Any]) -> str:
    """The name that a resource has where it lives; empty where it has none that means anything."""
    metadata = inputs.get("metadata")
    if isinstance(metadata, Mapping):
        return "/".join(str(metadata[part]) for part in ("namespace", "name") if part in metadata)
    named = parameters(token)
    if not named or azure_type(token) in _NAMELESS:
        return ""
    return words(inputs.get(named[-1], ""))


def highlights(token: str, inputs: Mapping[str, Any]) -> list[str]:
    """What matters most of a resource, each in a few words."""
    kind = azure_type(token) or token
    derived = {"networkingMode": networking_mode(inputs)} if kind == "containerservice:ManagedCluster" else {}
    return list(_filled(HIGHLIGHTS.get(kind, ()), {**inputs, **derived}))


def networking_mode(inputs: Mapping[str, Any]) -> str:
    """How a stack file says where a cluster's pods get their addresses; empty where nothing is said about it.

    Args:
        inputs: The cluster's inputs, of which Azure has the mode in pieces: plugin, its mode, and its pools' subnets.
    """
    plugin, overlay = (_at(inputs, f"networkProfile.{name}") for name in ("networkPlugin", "networkPluginMode"))
    pools = inputs.get("agentPoolProfiles")
    with_subnets = [pool for pool in pools or () if isinstance(pool, Mapping) and pool.get("podSubnetID")]
    if plugin != "azure":
        return "byocni" if plugin == "none" else words(plugin or "")
    if overlay:
        return words(overlay)
    if any(pool.get("podIPAllocationMode") == "StaticBlock" for pool in with_subnets):
        return "podSubnet, staticBlock"
    return "podSubnet" if with_subnets else "nodeSubnet"


def inline(token: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """What is written inside a resource: its name, and what matters most of it."""
    found = INLINE.get(azure_type(token) or token)
    items = inputs.get(found.path) if found else None
    if found is None or not isinstance(items, Sequence):
        return
    for item in items:
        yield f"{found.noun} {words(item.get('name'))}", list(_filled(found.templates, item))


def words(value: Any) -> str:
    """A value in the words of a person: what it is for a secret or an unknown, the names in an ARM id, no brackets."""
    if isinstance(value, Mapping):
        if "$secret" in value:
            return "[secret]"
        if "$unknown" in value:
            return f"<{value['$unknown']}>"
        return ", ".join(f"{key}={words(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(words(item) for item in value)
    return arm_name(value) if isinstance(value, str) else str(value)


def arm_name(text: str) -> str:
    """The names in an ARM id, `vnet-main/nodes`, or the title of a role; other text as it is."""
    if not text.startswith("/subscriptions/"):
        return text
    path, _, own = text.rpartition("/providers/")
    if not path:
        return text.rpartition("/")[2]
    names = own.split("/")[2::2]
    return next((role.title for role in Role if role.value == names[-1]), "/".join(names))


def _filled(templates: Templates, inputs: Mapping[str, Any]) -> Iterator[str]:
    for entry in templates:
        alternatives = (entry,) if isinstance(entry, str) else entry
        found = next((text for template in alternatives if (text := _fill(template, inputs))), None)
        if found is not None:
            yield found


def _fill(template: str, inputs: Mapping[str, Any]) -> str | None:
    values = {path: _at(inputs, path) for path in _FIELD.findall(template)}
    if any(value in (None, "", [], {}, ()) for value in values.values()):
        return None
    return _FIELD.sub(lambda match: words(values[match[1]]), template)


def _at(value: Any, path: str) -> Any:
    """What is at a path; None where nothing is. An unknown on the way is what is there."""
    step, _, rest = path.partition(".")
    if not isinstance(value, Mapping):
        return None
    if "$unknown" in value or "$secret" in value:
        return value
    found = value.get(step.removesuffix("[]"))
    if not rest or found is None:
        return found
    if step.endswith("[]"):
        return [part for item in found if (part := _at(item, rest)) is not None]
    return _at(found, rest)
