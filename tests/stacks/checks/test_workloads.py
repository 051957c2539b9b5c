"""Identities of workloads, and what clusters read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, problems

_GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg"
_REGISTRY = f"{_GROUP}/providers/Microsoft.ContainerRegistry/registries/images"
_VAULT = f"{_GROUP}/providers/Microsoft.KeyVault/vaults/kv"


def identity(*accounts: str, **changes: Any) -> dict[str, Any]:
    """The clean stack with an identity for service accounts."""
    return cluster({"workloadIdentities": {"backend": {"serviceAccounts": list(accounts)}}, **changes})


@pytest.mark.parametrize(
    ("accounts", "found"),
    [
        pytest.param(["shop/backend"], [], id="one"),
        pytest.param([f"shop/worker-{number}" for number in range(20)], [], id="twenty"),
        pytest.param(
            [f"shop/worker-{number}" for number in range(21)],
            ["21 service accounts, Azure takes 20 per identity; give 1 another one"],
            id="twenty-one",
        ),
        pytest.param([], ["no service account, so that nobody can use it; add one or remove it"], id="none"),
        pytest.param(["shop/a", "shop/a"], ["shop/a is written 2 times; keep it once"], id="twice"),
    ],
)
def test_identity_has_as_many_service_accounts_as_azure_takes(accounts: list[str], found: list[str]) -> None:
    where = "clusters.main.workloadIdentities.backend.serviceAccounts"
    assert problems(identity(*accounts)) == [f"{where}: {message} [CFG-90]" for message in found]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"workloadIdentity": False},
            "workloadIdentities without workloadIdentity; set workloadIdentity: true",
            id="no-webhook",
        ),
        pytest.param(
            {"workloadIdentity": False, "oidcIssuer": False},
            "workloadIdentities without oidcIssuer and workloadIdentity; set oidcIssuer: true and workloadIdentity:"
            " true",
            id="neither",
        ),
    ],
)
def test_identity_needs_the_clusters_tokens(changes: dict[str, bool], message: str) -> None:
    assert problems(identity("shop/backend", **changes)) == [f"clusters.main.workloadIdentities: {message} [CFG-91]"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({"containerRegistries": {"images": _REGISTRY}}, [], id="registry"),
        pytest.param(
            {"containerRegistries": {"images": {"stackReference": "shared", "output": "registry"}}}, [], id="output"
        ),
        pytest.param({"keyVaultSecretsProvider": {"keyVaults": {"apps": _VAULT.upper()}}}, [], id="any-case"),
        pytest.param(
            {"keyVaultSecretsProvider": {"keyVaults": {"apps": {"stackReference": "shared", "output": "vault"}}}},
            [],
            id="output-for-key-vault",
        ),
        pytest.param(
            {"containerRegistries": {"images": _VAULT}},
            [
                (
                    f"containerRegistries.images: {_VAULT} is no container registry; write"
                    " /subscriptions/<id>/resourceGroups"
                    "/<group>/providers/Microsoft.ContainerRegistry/registries/<name>"
                )
            ],
            id="no-registry",
        ),
        pytest.param(
            {"keyVaultSecretsProvider": {"keyVaults": {"apps": _GROUP}}},
            [
                (
                    f"keyVaultSecretsProvider.keyVaults.apps: {_GROUP} is no key vault; write /subscriptions/<id>"
                    "/resourceGroups/<group>/providers/Microsoft.KeyVault/vaults/<name>"
                )
            ],
            id="no-key-vault",
        ),
    ],
)
def test_cluster_reads_registries_and_key_vaults(changes: dict[str, Any], found: list[str]) -> None:
    assert problems(cluster(changes)) == [f"clusters.main.{message} [CFG-92]" for message in found]


def test_identity_is_called_what_azure_takes() -> None:
    values = cluster({"workloadIdentities": {"backend": {"name": "id", "serviceAccounts": ["shop/backend"]}}})
    assert problems(values) == [
        (
            "clusters.main.workloadIdentities.backend: 'id' has 2 characters, a name of a user-assigned identity has 3"
            " to 128; lengthen it [NET-17]"
        )
    ]
