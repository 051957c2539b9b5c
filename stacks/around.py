"""Plans of what is around a cluster: rights, identities of workloads, the mesh, observability, ways in.

What they say about the cluster itself is a part of its inputs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from components.facts.roles import Role
from components.identity.access.plan import AccessPlan, plan_access, secrets_provider_contribution
from components.identity.config import SystemAssignedIdentityConfig
from components.identity.plan import Grant
from components.identity.workload.plan import WorkloadIdentityPlan, plan_workload_identities, workload_identity
from components.ingress.plan import (
    CONTROLLER_ACCOUNT,
    ApplicationGatewayPlan,
    application_gateway_name,
    plan_application_gateway,
    routing_contribution,
)
from components.istio.plan import MeshPlan, key_vaults, plan_mesh, service_mesh_contribution
from components.monitoring.plan import CollectionPlan, monitoring_contribution, plan_collection
from components.references import named
from components.values import ArmProperties, Joined, Ref, StackOutput, is_key, referred
from stacks.view import ClusterView

CONTROLLER = "alb"
"""The key of the identity of the gateway's controller."""


@dataclass(frozen=True, slots=True)
class AroundPlan:
    """What is deployed around one cluster.

    Attributes:
        contributions: What it says about the cluster itself: parts of its inputs.
        access: Rights of the identities that Azure makes with the cluster.
        workloads: Identities of its workloads.
        gateway: Its Application Gateway for Containers; None where it has none.
        mesh: What the mesh needs in the cluster; None where it needs nothing.
        collection: What collects its data; None where nothing does.
    """

    contributions: tuple[ArmProperties, ...]
    access: AccessPlan
    workloads: tuple[WorkloadIdentityPlan, ...]
    gateway: ApplicationGatewayPlan | None
    mesh: MeshPlan | None
    collection: CollectionPlan | None


def plan_around(cluster: ClusterView, made: Collection[str] = ()) -> AroundPlan:
    """Everything around one cluster.

    Args:
        cluster: The cluster.
        made: Namespaces that policy bundles make, which write their labels themselves.
    """
    config, scope = cluster.config, cluster.stack.scope
    provisioning = config.node_provisioning_profile.mode == "Auto"
    collection = plan_collection(cluster.key, config.monitoring, scope, provisioning=provisioning)
    return AroundPlan(
        contributions=(
            service_mesh_contribution(config.istio),
            secrets_provider_contribution(config.key_vault_secrets_provider),
            monitoring_contribution(config.monitoring),
            routing_contribution(config.application_routing),
        ),
        access=plan_access(
            cluster.key,
            scope,
            cluster_name=cluster.name,
            key_vaults=_key_vaults(cluster),
            registries=config.container_registries,
        ),
        workloads=(
            *plan_workload_identities(cluster.key, config.workload_identities, scope),
            *_gateway_controller(cluster),
        ),
        gateway=_gateway(cluster),
        mesh=_mesh(cluster, made),
        collection=collection if collection.resources or collection.manifests else None,
    )


def gateway_subnet(cluster: ClusterView) -> tuple[str | Ref, str] | None:
    """The subnet of a cluster's Application Gateway for Containers: what stands for it, and its ARM id."""
    config, network = cluster.config.application_gateway_for_containers, cluster.network
    if config is None:
        return None
    if not is_key(config.subnet):
        return referred("subnet", "", config.subnet), str(config.subnet)
    planned = network.plan.subnet(config.subnet) if network and network.plan else None
    return (Ref("subnet", f"{cluster.config.network}/{config.subnet}"), planned.arm_id) if planned else None


def _gateway(cluster: ClusterView) -> ApplicationGatewayPlan | None:
    config, subnet = cluster.config.application_gateway_for_containers, gateway_subnet(cluster)
    if config is None or subnet is None:
        return None
    return plan_application_gateway(cluster.key, config, cluster.stack.scope, subnet=subnet[0])


def _gateway_controller(cluster: ClusterView) -> Iterator[WorkloadIdentityPlan]:
    """The identity of the ALB controller, which configures the gateway, with the rights that its documentation names.

    Source: https://learn.microsoft.com/azure/application-gateway/for-containers
    /quickstart-deploy-application-gateway-for-containers-alb-controller (2026-08)
    """
    config, subnet = cluster.config.application_gateway_for_containers, gateway_subnet(cluster)
    if config is None or subnet is None:
        return
    scope = cluster.stack.scope
    gateway = scope.arm_id(
        "Microsoft.ServiceNetworking/trafficControllers", application_gateway_name(cluster.key, config)
    )
    nodes = (
        f"/subscriptions/{scope.subscription_id}/resourceGroups/",
        Ref("cluster", cluster.key, "nodeResourceGroup"),
    )
    yield workload_identity(
        cluster.key,
        CONTROLLER,
        f"id-{cluster.key}-{CONTROLLER}",
        scope,
        accounts=(CONTROLLER_ACCOUNT,),
        grants=(
            Grant(
                "gateway",
                Role.APPGW_FOR_CONTAINERS_CONFIGURATION_MANAGER,
                Ref("trafficController", cluster.key),
                gateway,
            ),
            Grant("subnet", Role.NETWORK_CONTRIBUTOR, *subnet),
            Grant("nodes", Role.READER, Joined(nodes), f"nodes of {cluster.name} in {scope.resource_group}"),
        ),
    )


def _key_vaults(cluster: ClusterView) -> dict[str, str | StackOutput]:
    """The key vaults that the cluster reads, each once: those named, and those that the mesh needs, by their names."""
    provider, istio = cluster.config.key_vault_secrets_provider, cluster.config.istio
    return named(key_vaults(istio) if istio else (), provider.key_vaults if provider else None)


def _mesh(cluster: ClusterView, made: Collection[str]) -> MeshPlan | None:
    istio = cluster.config.istio
    if istio is None:
        return None
    injection = {name: revision for name, revision in istio.injection.items() if name not in made}
    azure_makes_identity = isinstance(cluster.config.identity, SystemAssignedIdentityConfig)
    plan = plan_mesh(
        cluster.key,
        istio.model_copy(update={"injection": injection}),
        client_id=Ref("cluster", cluster.key, "secretsProviderClientId"),
        tenant_id=Ref("cluster" if azure_makes_identity else "identity", cluster.key, "tenantId"),
    )
    return plan if plan.manifests else None
