"""What follows from a cluster's identity: the identity itself, and exactly the rights it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from components.facts.names import Kind
from components.facts.roles import Role, definition_id
from components.identity.config import (
    KubeletIdentityConfig,
    SystemAssignedIdentityConfig,
    UserAssignedIdentityConfig,
)
from components.values import ArmProperties, Joined, Ref, Scope, StackOutput, referred

# a name space of our own, so that the same grant has the same name in every run and never another's
_ASSIGNMENTS = UUID("5b0a3d0e-6a0c-5c43-9a7d-1f5c1c1a6d0b")


@dataclass(frozen=True, slots=True)
class Grant:
    """A right that a cluster's identity needs.

    Attributes:
        key: What it is on, for the assignment's Pulumi name: `subnet-main-nodes`.
        role: The role, or the GUID of its definition.
        scope: What it is on.
        scope_id: The scope's ARM id, known before anything is deployed.
    """

    key: str
    role: Role | str
    scope: str | Ref | Joined
    scope_id: str


@dataclass(frozen=True, slots=True)
class RoleAssignmentPlan:
    """One role assignment; `properties` are its inputs."""

    key: str
    properties: ArmProperties


@dataclass(frozen=True, slots=True)
class UserAssignedPlan:
    """A user-assigned identity: one to make, or one that exists.

    Attributes:
        arm_id: Its ARM id, or words that mean it only where another stack knows.
        existing: The id of one that exists; None for one to make.
        properties: Inputs of one to make; None for one that exists.
    """

    arm_id: str
    existing: str | Ref | None
    properties: ArmProperties | None


@dataclass(frozen=True, slots=True)
class IdentityPlan:
    """A cluster's identities and the rights of its control plane.

    Attributes:
        key: The cluster's key.
        control_plane: The identity of the control plane; None where Azure makes it with the cluster.
        kubelet: The identity of the nodes; None where Azure makes it with the cluster.
        role_assignments: Rights of the control plane.
        cluster_identity: The cluster's `identity` property.
    """

    key: str
    control_plane: UserAssignedPlan | None
    kubelet: UserAssignedPlan | None
    role_assignments: tuple[RoleAssignmentPlan, ...]
    cluster_identity: ArmProperties

    @property
    def after_cluster(self) -> bool:
        """Whether rights can only be granted once the cluster is there."""
        return self.control_plane is None

    @property
    def contribution(self) -> ArmProperties:
        """What the identity of the nodes says about the cluster."""
        if self.kubelet is None:
            return {}
        identity = {
            "resourceId": Ref("kubeletIdentity", self.key),
            "clientId": Ref("kubeletIdentity", self.key, "clientId"),
            "objectId": Ref("kubeletIdentity", self.key, "principalId"),
        }
        return {"identityProfile": {"kubeletidentity": identity}}


def plan_identity(
    key: str,
    config: UserAssignedIdentityConfig | SystemAssignedIdentityConfig,
    scope: Scope,
    *,
    cluster_name: str,
    grants: Iterable[Grant],
    kubelet: KubeletIdentityConfig | None = None,
) -> IdentityPlan:
    """The identities of the cluster `key`, with one role assignment for each grant.

    Args:
        key: The cluster's key.
        config: The identity of its control plane.
        scope: Where it goes.
        cluster_name: The cluster's Azure name.
        grants: The rights of the control plane, beside the one on the identity of the nodes.
        kubelet: The identity of its nodes; None where Azure makes it with the cluster.
    """
    nodes = None if kubelet is None else _user_assigned(kubelet_identity_name(key, kubelet), kubelet.id, scope)
    if isinstance(config, SystemAssignedIdentityConfig):
        own = None
        principal = Ref("cluster", key, "principalId")
        holder = scope.arm_id("Microsoft.ContainerService/managedClusters", cluster_name)
        cluster_identity: ArmProperties = {"type": "SystemAssigned"}
    else:
        own = _user_assigned(identity_name(key, config), config.id, scope)
        principal = Ref("identity", key, "principalId")
        holder = own.arm_id
        cluster_identity = {"type": "UserAssigned", "userAssignedIdentities": [Ref("identity", key)]}
    rights = [*grants, *([] if nodes is None else [_operator(key, nodes)])]
    return IdentityPlan(
        key=key,
        control_plane=own,
        kubelet=nodes,
        role_assignments=tuple(role_assignment(grant, principal, holder, scope) for grant in rights),
        cluster_identity=cluster_identity,
    )


def identity_name(key: str, config: UserAssignedIdentityConfig) -> str:
    """The Azure name of a control plane's identity, where it is one to make."""
    return config.name or Kind.IDENTITY.default_name(key)


def kubelet_identity_name(key: str, config: KubeletIdentityConfig) -> str:
    """The Azure name of the nodes' identity, where it is one to make."""
    return config.name or Kind.IDENTITY.default_name(key, "kubelet")


def _user_assigned(name: str, existing: str | StackOutput | None, scope: Scope) -> UserAssignedPlan:
    if existing is not None:
        return UserAssignedPlan(str(existing), referred("identity", "", existing), None)
    return UserAssignedPlan(
        scope.arm_id("Microsoft.ManagedIdentity/userAssignedIdentities", name),
        None,
        {
            "resourceGroupName": scope.group,
            "location": scope.location,
            "tags": dict(scope.tags),
            "resourceName": name,
        },
    )


def _operator(key: str, kubelet: UserAssignedPlan) -> Grant:
    """The right to put the nodes' identity on nodes (ID-03).

    Source: https://learn.microsoft.com/azure/aks/use-managed-identity#pre-created-kubelet-managed-identity
    """
    role = Role.MANAGED_IDENTITY_OPERATOR
    return Grant("kubelet-identity", role, Ref("kubeletIdentity", key), kubelet.arm_id)


def role_assignment(grant: Grant, principal: Ref, holder: str, scope: Scope) -> RoleAssignmentPlan:
    """One right of one identity.

    Args:
        grant: The right.
        principal: The identity's principal id.
        holder: Something that names the identity before it exists; the assignment's name is made of it.
        scope: Where the stack goes; a built-in role is named in the subscription of what the right is on.
    """
    role = grant.role.value if isinstance(grant.role, Role) else grant.role
    name = uuid5(_ASSIGNMENTS, f"{grant.scope_id}\n{role}\n{holder}".lower())
    parts = grant.scope_id.split("/")
    subscription = parts[2] if parts[1:2] == ["subscriptions"] else scope.subscription_id
    return RoleAssignmentPlan(
        grant.key,
        {
            "roleAssignmentName": str(name),
            "scope": grant.scope,
            "roleDefinitionId": definition_id(role, subscription),
            "principalId": principal,
            "principalType": "ServicePrincipal",
        },
    )
