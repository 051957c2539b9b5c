"""Plans of what is around a cluster: rights, identities of workloads, the mesh; and what they say about the cluster."""

from __future__ import annotations

from dataclasses import dataclass

from components.identity.access.plan import AccessPlan, plan_access, secrets_provider_contribution
from components.identity.config import SystemAssignedIdentityConfig
from components.identity.workload.plan import WorkloadIdentityPlan, plan_workload_identities
from components.istio.plan import MeshPlan, key_vaults, plan_mesh, service_mesh_contribution
from components.values import ArmProperties, Ref
from stacks.view import ClusterView


@dataclass(frozen=True, slots=True)
class AroundPlan:
    """What is deployed around one cluster.

    Attributes:
        contributions: What it says about the cluster itself: parts of its inputs.
        access: Rights of the identities that Azure makes with the cluster.
        workloads: Identities of its workloads.
        mesh: What the mesh needs in the cluster; None where it needs nothing.
    """

    contributions: tuple[ArmProperties, ...]
    access: AccessPlan
    workloads: tuple[WorkloadIdentityPlan, ...]
    mesh: MeshPlan | None


def plan_around(cluster: ClusterView) -> AroundPlan:
    """Everything around one cluster."""
    config, scope = cluster.config, cluster.stack.scope
    return AroundPlan(
        contributions=(
            service_mesh_contribution(config.istio),
            secrets_provider_contribution(config.key_vault_secrets_provider),
        ),
        access=plan_access(
            cluster.key,
            scope,
            cluster_name=cluster.name,
            key_vaults=_key_vaults(cluster),
            registries=config.container_registries,
        ),
        workloads=plan_workload_identities(cluster.key, config.workload_identities, scope),
        mesh=_mesh(cluster),
    )


def _key_vaults(cluster: ClusterView) -> dict[str, str]:
    """The key vaults that the cluster reads, each once: those named, and those that the mesh needs, by their names."""
    provider, istio = cluster.config.key_vault_secrets_provider, cluster.config.istio
    named = dict(provider.key_vaults) if provider else {}
    known = {arm_id.lower() for arm_id in named.values()}
    needed = [arm_id for arm_id in key_vaults(istio) if arm_id.lower() not in known] if istio else []
    return {**named, **{arm_id.rpartition("/")[2]: arm_id for arm_id in needed}}


def _mesh(cluster: ClusterView) -> MeshPlan | None:
    if cluster.config.istio is None:
        return None
    azure_makes_identity = isinstance(cluster.config.identity, SystemAssignedIdentityConfig)
    plan = plan_mesh(
        cluster.key,
        cluster.config.istio,
        client_id=Ref("cluster", cluster.key, "secretsProviderClientId"),
        tenant_id=Ref("cluster" if azure_makes_identity else "identity", cluster.key, "tenantId"),
    )
    return plan if plan.manifests else None
