"""The fleet declared resource by resource, as somebody would write it with the SDK alone. A Pulumi program."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

import pulumi
from pulumi_azure_native import authorization, containerservice, managedidentity, network, resources

from components.facts.roles import Role
from stacks.plan import NO_SUBSCRIPTION
from tests.bench.fleet import (
    CLUSTERS,
    KUBERNETES_VERSION,
    LOCATION,
    RESOURCE_GROUP,
    address_space,
    key,
    subnet_ranges,
)

PROTECTED = pulumi.ResourceOptions(protect=True)

group = resources.ResourceGroup("main", resource_group_name=RESOURCE_GROUP, location=LOCATION, opts=PROTECTED)


def pool_settings(subnet: network.Subnet) -> dict[str, object]:
    """What a pool needs beside its name."""
    return {
        "os_type": "Linux",
        "os_sku": "Ubuntu",
        "vm_size": "Standard_D4ds_v5",
        "count": 3,
        "max_pods": 250,
        "orchestrator_version": KUBERNETES_VERSION,
        "type": "VirtualMachineScaleSets",
        "vnet_subnet_id": subnet.id,
        "upgrade_settings": {"max_surge": "33%"},
    }


def declare(index: int) -> None:
    """One network with two subnets, one identity with its rights, one cluster with two pools."""
    name = key(index)
    vnet = network.VirtualNetwork(
        name,
        resource_group_name=group.name,
        location=LOCATION,
        virtual_network_name=f"vnet-{name}",
        address_space={"address_prefixes": [address_space(index)]},
        opts=PROTECTED,
    )
    subnets: dict[str, network.Subnet] = {}
    for subnet, cidr in subnet_ranges(index).items():
        subnets[subnet] = network.Subnet(
            f"{name}-{subnet}",
            resource_group_name=group.name,
            virtual_network_name=vnet.name,
            subnet_name=subnet,
            address_prefix=cidr,
            opts=pulumi.ResourceOptions(protect=True, depends_on=list(subnets.values())),
        )
    identity = managedidentity.UserAssignedIdentity(
        name, resource_group_name=group.name, location=LOCATION, resource_name_=f"id-{name}"
    )
    assignments = [
        authorization.RoleAssignment(
            f"{name}-{subnet}",
            role_assignment_name=str(uuid5(NAMESPACE_URL, f"{name}/{subnet}")),
            scope=written.id,
            role_definition_id=Role.NETWORK_CONTRIBUTOR.definition_id(NO_SUBSCRIPTION),
            principal_id=identity.principal_id,
            principal_type="ServicePrincipal",
        )
        for subnet, written in subnets.items()
    ]
    cluster = containerservice.ManagedCluster(
        name,
        resource_group_name=group.name,
        location=LOCATION,
        resource_name_=f"aks-{name}",
        kubernetes_version=KUBERNETES_VERSION,
        dns_prefix=f"aks-{name}",
        sku={"name": "Base", "tier": "Standard"},
        identity={"type": "UserAssigned", "user_assigned_identities": [identity.id]},
        enable_rbac=True,
        agent_pool_profiles=[{"name": "system", "mode": "System", **pool_settings(subnets["system"])}],
        network_profile={
            "network_plugin": "azure",
            "network_plugin_mode": "overlay",
            "network_dataplane": "cilium",
            "network_policy": "cilium",
            "pod_cidr": "10.244.0.0/16",
            "service_cidr": "172.20.0.0/16",
            "dns_service_ip": "172.20.0.10",
            "outbound_type": "loadBalancer",
            "load_balancer_sku": "standard",
        },
        oidc_issuer_profile={"enabled": True},
        security_profile={"workload_identity": {"enabled": True}},
        auto_upgrade_profile={"upgrade_channel": "patch", "node_os_upgrade_channel": "NodeImage"},
        opts=pulumi.ResourceOptions(protect=True, depends_on=assignments),
    )
    containerservice.AgentPool(
        f"{name}-user",
        resource_group_name=group.name,
        resource_name_=cluster.name,
        agent_pool_name="user",
        mode="User",
        **pool_settings(subnets["user"]),
        opts=PROTECTED,
    )


for number in range(CLUSTERS):
    declare(number)
