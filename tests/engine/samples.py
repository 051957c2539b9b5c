"""The usual surroundings of a cluster, made through a provider's stub, for tests that need them in place."""

from __future__ import annotations

from typing import Any

from tests.engine.client import Client, Kept
from tests.engine.rules.identity import NETWORK_CONTRIBUTOR

GROUP = "rg-test"
ROLE = "/providers/Microsoft.Authorization/roleDefinitions/"
IN_GROUP = {"resourceGroupName": GROUP}


def group(azure: Client) -> Kept:
    """The resource group that everything else goes into."""
    return azure.create("resources:ResourceGroup", "group", {**IN_GROUP, "location": "westeurope"})


def network(azure: Client, name: str = "main", *prefixes: str) -> Kept:
    """A virtual network, 10.0.0.0/16 unless said otherwise."""
    inputs = {"virtualNetworkName": name, "addressSpace": {"addressPrefixes": list(prefixes or ("10.0.0.0/16",))}}
    return azure.create("network:VirtualNetwork", name, {**IN_GROUP, **inputs})


def subnet_inputs(name: str, prefix: str, network_name: str = "main", **more: Any) -> dict[str, Any]:
    """The inputs of a subnet."""
    return {**IN_GROUP, "virtualNetworkName": network_name, "subnetName": name, "addressPrefix": prefix, **more}


def subnet(azure: Client, name: str, prefix: str, **more: Any) -> Kept:
    """A subnet of the network `main`."""
    return azure.create("network:Subnet", name, subnet_inputs(name, prefix, **more))


def identity(azure: Client, name: str = "control") -> Kept:
    """A user-assigned identity."""
    return azure.create("managedidentity:UserAssignedIdentity", name, {**IN_GROUP, "resourceName": name})


def grant(azure: Client, holder: Kept, scope: str, role: str = NETWORK_CONTRIBUTOR, number: int = 1) -> Kept:
    """A role assignment for an identity."""
    inputs = {
        "scope": scope,
        "principalId": holder.outputs["principalId"],
        "principalType": "ServicePrincipal",
        "roleDefinitionId": f"{ROLE}{role}",
        "roleAssignmentName": f"00000000-0000-0000-0000-{number:012}",
    }
    return azure.create("authorization:RoleAssignment", f"grant-{number}", inputs)


def pool_profile(name: str = "system", **more: Any) -> dict[str, Any]:
    """An inline pool."""
    return {"name": name, "mode": "System", "vmSize": "Standard_D4ds_v5", "count": 3, "maxPods": 110, **more}


def cluster_inputs(**more: Any) -> dict[str, Any]:
    """The inputs of an overlay cluster with Cilium on its own managed network; `networkProfile` is merged."""
    profile = {
        "networkPlugin": "azure",
        "networkPluginMode": "overlay",
        "networkDataplane": "cilium",
        "networkPolicy": "cilium",
        "podCidr": "192.168.0.0/16",
        "serviceCidr": "172.20.0.0/16",
        "dnsServiceIP": "172.20.0.10",
        **more.pop("networkProfile", {}),
    }
    inputs = {
        "resourceName": "aks-main",
        "kubernetesVersion": "1.34",
        "dnsPrefix": "aks-main",
        "identity": {"type": "SystemAssigned"},
        "agentPoolProfiles": [pool_profile()],
        "networkProfile": {name: value for name, value in profile.items() if value is not None},
    }
    return {**IN_GROUP, **inputs, **more}


def cluster(azure: Client, **more: Any) -> Kept:
    """A cluster."""
    return azure.create("containerservice:ManagedCluster", "main", cluster_inputs(**more))


def cluster_on_subnet(azure: Client, nodes: Kept, holder: Kept, **more: Any) -> Kept:
    """A cluster on a subnet of one's own, with an identity that holds its rights."""
    own = {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [holder.id]},
        "agentPoolProfiles": [pool_profile(vnetSubnetID=nodes.id)],
    }
    return cluster(azure, **{**own, **more})


def pool_inputs(name: str = "user", **more: Any) -> dict[str, Any]:
    """The inputs of a pool of its own."""
    inputs = {
        "resourceName": "aks-main",
        "agentPoolName": name,
        "mode": "User",
        "vmSize": "Standard_D8ds_v5",
        "count": 1,
    }
    return {**IN_GROUP, **inputs, **more}


def pool(azure: Client, name: str = "user", **more: Any) -> Kept:
    """A pool of its own on the cluster."""
    return azure.create("containerservice:AgentPool", name, pool_inputs(name, **more))
