"""What a cluster reads: the add-on for secrets, and rights of identities that Azure makes."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from components.identity.access.config import KeyVaultSecretsProviderConfig
from components.identity.access.plan import AccessPlan, plan_access, secrets_provider_contribution
from components.identity.access.resources import Access
from components.values import Ref, Scope, StackOutput
from tests.components.mocks import deploy, only

SCOPE = Scope("00000000-0000-0000-0000-000000000000", "rg-test", "westeurope", {})
GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers"
VAULT = f"{GROUP}/Microsoft.KeyVault/vaults/kv"
REGISTRY = f"{GROUP}/Microsoft.ContainerRegistry/registries/images"
SECRETS, KUBELET = Ref("cluster", "main", "secretsProviderPrincipalId"), Ref("cluster", "main", "kubeletPrincipalId")


def plan(registry: str | StackOutput = REGISTRY) -> AccessPlan:
    """A cluster that reads a key vault and a registry."""
    return plan_access(
        "main", SCOPE, cluster_name="aks-main", key_vaults={"apps": VAULT}, registries={"images": registry}
    )


def test_key_vault_of_another_stack_is_read_by_its_output() -> None:
    vault = StackOutput("hub", "vaults.apps")
    (right,) = plan_access(
        "main", SCOPE, cluster_name="aks-main", key_vaults={"apps": vault}, registries={}
    ).role_assignments
    assert right.properties["scope"] == Ref("stackOutput", "hub", "vaults.apps")


def test_add_on_is_off_unless_asked_for() -> None:
    assert secrets_provider_contribution(None) == {
        "addonProfiles": {"azureKeyvaultSecretsProvider": {"enabled": False}}
    }


def test_add_on_follows_the_key_vault() -> None:
    config = KeyVaultSecretsProviderConfig.model_validate({"rotationPollInterval": "20s"})
    assert secrets_provider_contribution(config)["addonProfiles"]["azureKeyvaultSecretsProvider"] == {
        "enabled": True,
        "config": {"enableSecretRotation": "true", "rotationPollInterval": "20s"},
    }


@pytest.mark.parametrize("interval", ["2", "0m", "2 m", "2d", 120])
def test_interval_is_a_time(interval: object) -> None:
    with pytest.raises(ValidationError) as refused:
        KeyVaultSecretsProviderConfig.model_validate({"rotationPollInterval": interval})
    (error,) = refused.value.errors()
    assert error["msg"].endswith("is not a time; write one such as 20s, 2m or 1h")


def test_each_identity_has_its_own_right_and_no_more() -> None:
    vault, registry = plan().role_assignments
    assert (vault.key, vault.properties["scope"], vault.properties["principalId"]) == ("key-vault-apps", VAULT, SECRETS)
    assert vault.properties["roleDefinitionId"].endswith("/4633458b-17de-408a-b874-0445c86b69e6")
    assert (registry.key, registry.properties["scope"], registry.properties["principalId"]) == (
        "registry-images",
        REGISTRY,
        KUBELET,
    )
    assert registry.properties["roleDefinitionId"].endswith("/7f951dda-4ed3-4680-a7ca-43fe172d538d")


def test_registry_may_be_another_stacks() -> None:
    registry = plan(StackOutput("shared", "registry.id")).role_assignments[1]
    assert registry.properties["scope"] == Ref("stackOutput", "shared", "registry.id")
    assert registry.properties["roleDefinitionId"].startswith(f"/subscriptions/{SCOPE.subscription_id}/")


def test_rights_are_granted_to_what_the_references_stand_for() -> None:
    found = deploy(lambda: Access("main", plan(), {SECRETS: "the add-on", KUBELET: "the nodes"}))
    assert only(found, "RoleAssignment main-key-vault-apps").inputs["principalId"] == "the add-on"
    assert only(found, "RoleAssignment main-registry-images").inputs["principalId"] == "the nodes"
    assert {each.parent for each in found if each.kind == "RoleAssignment"} == {"Access main"}
