"""Resources of small programs, written down: what tests of comparing and judging begin with."""

from __future__ import annotations

from typing import Any

from cilia.record import Resource
from cilia.review.changes import Change
from cilia.review.classify import classify

PREFIX = "urn:pulumi:dev::cilia::"
CLUSTER = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
VNET = "azure-native:network:VirtualNetwork"
SUBNET = "azure-native:network:Subnet"
GROUP = "azure-native:resources:ResourceGroup"
PROVIDER = "pulumi:providers:kubernetes"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def urn(token: str, name: str, parent: str | None = None) -> str:
    """The URN of a resource, below a component if one is given."""
    above = f"{parent.split('::')[2]}$" if parent else ""
    return f"{PREFIX}{above}{token}::{name}"


def made(
    token: str,
    name: str = "main",
    inputs: dict[str, Any] | None = None,
    *,
    parent: str | None = None,
    sources: dict[str, list[str]] | None = None,
    **options: Any,
) -> Resource:
    """A resource as a recording has it."""
    custom = not token.startswith("cilia:")
    return Resource(urn(token, name, parent), token, name, parent, custom, inputs or {}, options, sources or {})


def _protected(*, protect: bool) -> dict[str, Any]:
    return {"protect": True} if protect else {}


def cluster(network: dict[str, Any] | None = None, *, protect: bool = True, **inputs: Any) -> Resource:
    """A cluster `aks` with a system pool of three nodes in a subnet."""
    body = {
        "resourceGroupName": "rg",
        "resourceName": "aks",
        "networkProfile": {"networkPlugin": "azure", "networkPluginMode": "overlay", **(network or {})},
        "agentPoolProfiles": [{"name": "system", "count": 3, "maxPods": 110, "vnetSubnetID": "/subnets/nodes"}],
        **inputs,
    }
    sources = {"agentPoolProfiles": [urn(SUBNET, "nodes")], "resourceGroupName": [urn(GROUP, "main")]}
    return made(CLUSTER, "main", body, sources=sources, **_protected(protect=protect))


def pool(*, protect: bool = True, **inputs: Any) -> Resource:
    """A pool `user` of that cluster with three to twenty nodes."""
    body = {
        "resourceGroupName": "rg",
        "resourceName": "aks",
        "agentPoolName": "user",
        "maxPods": 110,
        "enableAutoScaling": True,
        "count": 3,
        "minCount": 3,
        "maxCount": 20,
        "vnetSubnetID": "/subnets/nodes",
        **inputs,
    }
    sources = {"resourceName": [urn(CLUSTER, "main")], "vnetSubnetID": [urn(SUBNET, "nodes")]}
    fixed = ["maxPods", "vnetSubnetID", "vmSize"]
    options: dict[str, Any] = {"replaceOnChanges": fixed, "ignoreChanges": ["count"]}
    return made(POOL, "user", body, sources=sources, **options, **_protected(protect=protect))


def subnet(prefix: str = "10.20.0.0/24", *, protect: bool = True, **inputs: Any) -> Resource:
    """The subnet `nodes` of network `vnet`."""
    body = {"resourceGroupName": "rg", "virtualNetworkName": "vnet", "subnetName": "nodes", "addressPrefix": prefix}
    return made(
        SUBNET,
        "nodes",
        {**body, **inputs},
        sources={"virtualNetworkName": [urn(VNET, "main")]},
        **_protected(protect=protect),
    )


def vnet(space: str = "10.20.0.0/16", *, protect: bool = True, **inputs: Any) -> Resource:
    """The network `vnet`."""
    body = {"resourceGroupName": "rg", "virtualNetworkName": "vnet", "location": "westeurope"}
    return made(
        VNET, "main", {**body, "addressSpace": {"addressPrefixes": [space]}, **inputs}, **_protected(protect=protect)
    )


def kubernetes(cluster_id: str = "/aks") -> Resource:
    """The Kubernetes provider of that cluster."""
    inputs = {"clusterIdentifier": cluster_id, "kubeconfig": {"$secret": True}}
    return made(PROVIDER, "main", inputs, sources={"clusterIdentifier": [urn(CLUSTER, "main")]})


def policy(name: str = "deny", **inputs: Any) -> Resource:
    """A network policy in that cluster."""
    body = {"metadata": {"name": name, "namespace": "shop"}, **inputs}
    return made(POLICY, name, body, provider=urn(PROVIDER, "main"))


def judged(old: list[Resource], new: list[Resource]) -> dict[tuple[str, str | None], Change]:
    """Changes by Pulumi name and path."""
    return {(change.name, change.path): change for change in classify(old, new)}


def effects(old: list[Resource], new: list[Resource]) -> dict[tuple[str, str | None], tuple[str, ...]]:
    """The effects of every change by Pulumi name and path."""
    return {place: change.effects for place, change in judged(old, new).items()}
