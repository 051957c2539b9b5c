"""What follows from identities of workloads: identities, who may use them, and their rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from components.facts.names import Kind
from components.identity.plan import Grant, RoleAssignmentPlan, role_assignment
from components.identity.workload.config import WorkloadIdentityConfig
from components.values import ArmProperties, Ref, Scope, referred

# https://learn.microsoft.com/azure/aks/workload-identity-deploy-cluster (2026-08)
_AUDIENCE = "api://AzureADTokenExchange"


@dataclass(frozen=True, slots=True)
class FederatedCredentialPlan:
    """One service account's way to an identity; `properties` are its inputs."""

    key: str
    properties: ArmProperties


@dataclass(frozen=True, slots=True)
class WorkloadIdentityPlan:
    """One identity.

    Attributes:
        cluster: The cluster's key.
        key: Its key.
        name: Its Azure name.
        properties: Its inputs.
        credentials: Who may use it, in the order in which Azure takes them: one after the other.
        role_assignments: Its rights.
    """

    cluster: str
    key: str
    name: str
    properties: ArmProperties
    credentials: tuple[FederatedCredentialPlan, ...]
    role_assignments: tuple[RoleAssignmentPlan, ...]


def workload_reference(cluster: str, key: str, attribute: str = "id") -> Ref:
    """What stands for an identity of a workload in a plan."""
    return Ref("workloadIdentity", f"{cluster}/{key}", attribute)


def workload_identity_name(cluster: str, key: str, config: WorkloadIdentityConfig) -> str:
    """The identity's Azure name."""
    return config.name or Kind.IDENTITY.default_name(cluster, key)


def plan_workload_identities(
    cluster: str, identities: Mapping[str, WorkloadIdentityConfig], scope: Scope
) -> tuple[WorkloadIdentityPlan, ...]:
    """Every identity of the workloads of one cluster."""
    return tuple(_identity(cluster, key, config, scope) for key, config in identities.items())


def _identity(cluster: str, key: str, config: WorkloadIdentityConfig, scope: Scope) -> WorkloadIdentityPlan:
    grants = (
        Grant(role, given.role, referred("", "", given.scope), str(given.scope)) for role, given in config.roles.items()
    )
    name = workload_identity_name(cluster, key, config)
    return workload_identity(cluster, key, name, scope, accounts=config.service_accounts, grants=grants)


def workload_identity(
    cluster: str, key: str, name: str, scope: Scope, *, accounts: Iterable[str], grants: Iterable[Grant]
) -> WorkloadIdentityPlan:
    """An identity for service accounts.

    Args:
        cluster: The cluster's key.
        key: The identity's key.
        name: Its Azure name.
        scope: Where it goes.
        accounts: Who may use it, as `<namespace>/<service account>`.
        grants: What it may do.
    """
    principal = workload_reference(cluster, key, "principalId")
    holder = scope.arm_id("Microsoft.ManagedIdentity/userAssignedIdentities", name)
    return WorkloadIdentityPlan(
        cluster=cluster,
        key=key,
        name=name,
        properties={
            "resourceGroupName": scope.group,
            "location": scope.location,
            "tags": dict(scope.tags),
            "resourceName": name,
        },
        credentials=tuple(_credential(cluster, key, account, scope) for account in accounts),
        role_assignments=tuple(
            role_assignment(replace(grant, key=f"{key}-{grant.key}"), principal, holder, scope) for grant in grants
        ),
    )


def _credential(cluster: str, key: str, account: str, scope: Scope) -> FederatedCredentialPlan:
    namespace, _, name = account.partition("/")
    # neither part has an underscore, so that no two service accounts share a name
    called = f"{namespace}_{name.replace('.', '_')}"
    return FederatedCredentialPlan(
        key=f"{key}-{called}",
        properties={
            "resourceGroupName": scope.group,
            "resourceName": workload_reference(cluster, key, "name"),
            "federatedIdentityCredentialResourceName": called,
            "issuer": Ref("cluster", cluster, "oidcIssuerUrl"),
            "subject": f"system:serviceaccount:{namespace}:{name}",
            "audiences": [_AUDIENCE],
        },
    )
