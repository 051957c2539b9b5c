"""One cluster from the components alone: no stack file, none of the program's own conventions.

Configurations say what is wanted, plans say what follows from it, components deploy the plans. What one component makes
is handed to the next by reference, so that Pulumi knows the order.
"""
# ruff: noqa: INP001 - a Pulumi program is no package

from __future__ import annotations

import pulumi
from pulumi_azure_native import authorization, resources

from components.cluster.config import ClusterConfig
from components.cluster.plan import cluster_name, plan_cluster
from components.cluster.resources import AksCluster
from components.facts.roles import Role
from components.identity.config import UserAssignedIdentityConfig
from components.identity.plan import Grant, plan_identity
from components.identity.resources import ClusterIdentity
from components.network.config import NetworkConfig
from components.network.plan import plan_network
from components.network.resources import Network
from components.outputs import strip_type_aliases
from components.values import Ref, Scope

# The SDK's aliases to other API versions take most of a preview's time; only state of old major versions needs them.
pulumi.runtime.register_stack_transformation(strip_type_aliases)

scope = Scope(
    subscription_id=authorization.get_client_config().subscription_id,
    resource_group="rg-library",
    location="westeurope",
    tags={"madeBy": "library"},
)

# What is wanted, under the names that Azure uses. A mistake here is a validation error before anything is deployed.
network = NetworkConfig.model_validate(
    {"addressSpace": ["10.40.0.0/16"], "subnets": {"nodes": {"cidr": "10.40.0.0/24"}}}
)
cluster = ClusterConfig.model_validate(
    {
        "kubernetesVersion": "1.35",
        "network": "main",
        "networking": {"mode": "overlay", "podCidr": "192.168.0.0/16", "serviceCidr": "172.20.0.0/16"},
        "systemPool": {"subnet": "nodes", "count": 3, "maxPods": 110},
    }
)

# What follows from it: pure values, to be looked at or tested before a single resource exists.
network_plan = plan_network("main", network, scope, needs={"nodes": 4}, protect=True)
nodes = Ref("subnet", "main/nodes")
nodes_id = scope.arm_id("Microsoft.Network/virtualNetworks/subnets", network_plan.name, "nodes")
identity_plan = plan_identity(
    "main",
    UserAssignedIdentityConfig(),
    scope,
    cluster_name=cluster_name("main", cluster),
    grants=[Grant("subnet-nodes", Role.NETWORK_CONTRIBUTOR, nodes, nodes_id)],
)
cluster_plan = plan_cluster(
    "main",
    cluster,
    scope,
    identity=identity_plan.cluster_identity,
    subnets={"nodes": nodes},
    subnet_ranges={"nodes": network_plan.subnets[0].cidr},
    protect=True,
)

# The resources. `opts` of each component takes what every Pulumi component takes, such as a provider of your own.
group = resources.ResourceGroup("main", resource_group_name=scope.resource_group, location=scope.location)
made: dict[Ref, pulumi.Input[str]] = {Ref("resourceGroup", scope.resource_group, "name"): group.name}
made |= Network("main", network_plan, made).references
identity = ClusterIdentity("main", identity_plan, made)
made |= identity.references
aks = AksCluster("main", cluster_plan, made, depends_on=identity.role_assignments)

pulumi.export("cluster", aks.cluster.name)
pulumi.export("nodes", {"now": cluster_plan.nodes.now, "limit": cluster_plan.nodes.limit})
