"""What follows from what a cluster reads: an add-on, and rights that can only be granted once the cluster is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.facts.roles import Role
from components.identity.access.config import KeyVaultSecretsProviderConfig
from components.identity.plan import Grant, RoleAssignmentPlan, role_assignment
from components.values import ArmProperties, Ref, Scope, StackOutput, referred


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """The rights of identities that Azure makes by itself; `role_assignments` may be none."""

    role_assignments: tuple[RoleAssignmentPlan, ...]


def secrets_provider_contribution(config: KeyVaultSecretsProviderConfig | None) -> ArmProperties:
    """The add-on's part of the cluster's inputs; off is said too, or Azure would leave it on."""
    if config is None:
        return {"addonProfiles": {"azureKeyvaultSecretsProvider": {"enabled": False}}}
    settings = {
        "enableSecretRotation": "true" if config.enable_secret_rotation else "false",
        "rotationPollInterval": config.rotation_poll_interval,
    }
    return {"addonProfiles": {"azureKeyvaultSecretsProvider": {"enabled": True, "config": settings}}}


def plan_reader(
    key: str, scope: Scope, *, holder: str, principal: Ref, workspaces: Mapping[str, tuple[str | Ref, str]]
) -> AccessPlan:
    """The right of a dashboard to read metrics.

    Args:
        key: The dashboard's key.
        scope: Where it goes.
        holder: Its ARM id.
        principal: Its principal id.
        workspaces: Azure Monitor workspaces by key: what stands for each, and its ARM id.
    """
    grants = (
        Grant(f"{key}-{name}", Role.MONITORING_DATA_READER, reference, arm_id)
        for name, (reference, arm_id) in workspaces.items()
    )
    return AccessPlan(tuple(role_assignment(grant, principal, holder, scope) for grant in grants))


def plan_access(
    key: str,
    scope: Scope,
    *,
    cluster_name: str,
    key_vaults: Mapping[str, str | StackOutput],
    registries: Mapping[str, str | StackOutput],
) -> AccessPlan:
    """The rights of the cluster `key`.

    Args:
        key: The cluster's key.
        scope: Where it goes.
        cluster_name: Its Azure name.
        key_vaults: Key vaults that the add-on for secrets reads, by key.
        registries: Container registries that nodes get images from, by key.
    """
    cluster = scope.arm_id("Microsoft.ContainerService/managedClusters", cluster_name)

    def assignments() -> Iterator[RoleAssignmentPlan]:
        for vault, existing in key_vaults.items():
            role = Role.KEY_VAULT_SECRETS_USER
            grant = Grant(f"key-vault-{vault}", role, referred("", "", existing), str(existing))
            principal = Ref("cluster", key, "secretsProviderPrincipalId")
            yield role_assignment(grant, principal, f"{cluster}/secretsProvider", scope)
        for registry, existing in registries.items():
            grant = Grant(f"registry-{registry}", Role.ACR_PULL, referred("", "", existing), str(existing))
            yield role_assignment(grant, Ref("cluster", key, "kubeletPrincipalId"), f"{cluster}/kubelet", scope)

    return AccessPlan(tuple(assignments()))
