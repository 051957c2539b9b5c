"""What follows from a cluster's identity: the identity itself, and exactly the rights it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from components.facts.names import Kind
from components.facts.roles import Role
from components.identity.config import SystemAssignedIdentityConfig, UserAssignedIdentityConfig
from components.values import ArmProperties, Ref, Scope

# a name space of our own, so that the same grant has the same name in every run and never another's
_ASSIGNMENTS = UUID("5b0a3d0e-6a0c-5c43-9a7d-1f5c1c1a6d0b")


@dataclass(frozen=True, slots=True)
class Grant:
    """A right that a cluster's identity needs.

    Attributes:
        key: What it is on, for the assignment's Pulumi name: `subnet-main-nodes`.
        role: The role.
        scope: What it is on.
        scope_id: The scope's ARM id, known before anything is deployed.
    """

    key: str
    role: Role
    scope: str | Ref
    scope_id: str


@dataclass(frozen=True, slots=True)
class RoleAssignmentPlan:
    """One role assignment; `properties` are its inputs."""

    key: str
    properties: ArmProperties


@dataclass(frozen=True, slots=True)
class IdentityPlan:
    """A cluster's control-plane identity and its rights.

    Attributes:
        key: The cluster's key.
        name: The identity's Azure name; None where Azure makes it with the cluster.
        properties: Inputs of the user-assigned identity; None where there is none to make.
        role_assignments: Its rights.
        cluster_identity: The cluster's `identity` property.
    """

    key: str
    name: str | None
    properties: ArmProperties | None
    role_assignments: tuple[RoleAssignmentPlan, ...]
    cluster_identity: ArmProperties

    @property
    def after_cluster(self) -> bool:
        """Whether rights can only be granted once the cluster is there."""
        return self.properties is None


def plan_identity(
    key: str,
    config: UserAssignedIdentityConfig | SystemAssignedIdentityConfig,
    scope: Scope,
    *,
    cluster_name: str,
    grants: Iterable[Grant],
) -> IdentityPlan:
    """The identity of the cluster `key`, with one role assignment for each grant."""
    if isinstance(config, SystemAssignedIdentityConfig):
        name = None
        properties = None
        principal = Ref("cluster", key, "principalId")
        holder = scope.arm_id("Microsoft.ContainerService/managedClusters", cluster_name)
        cluster_identity: ArmProperties = {"type": "SystemAssigned"}
    else:
        name = config.name or Kind.IDENTITY.default_name(key)
        properties = {
            "resourceGroupName": scope.group,
            "location": scope.location,
            "tags": dict(scope.tags),
            "resourceName": name,
        }
        principal = Ref("identity", key, "principalId")
        holder = scope.arm_id("Microsoft.ManagedIdentity/userAssignedIdentities", name)
        cluster_identity = {"type": "UserAssigned", "userAssignedIdentities": [Ref("identity", key)]}
    return IdentityPlan(
        key=key,
        name=name,
        properties=properties,
        role_assignments=tuple(_assignment(grant, principal, holder, scope) for grant in grants),
        cluster_identity=cluster_identity,
    )


def _assignment(grant: Grant, principal: Ref, holder: str, scope: Scope) -> RoleAssignmentPlan:
    name = uuid5(_ASSIGNMENTS, f"{grant.scope_id}\n{grant.role.value}\n{holder}".lower())
    return RoleAssignmentPlan(
        grant.key,
        {
            "roleAssignmentName": str(name),
            "scope": grant.scope,
            "roleDefinitionId": grant.role.definition_id(scope.subscription_id),
            "principalId": principal,
            "principalType": "ServicePrincipal",
        },
    )
