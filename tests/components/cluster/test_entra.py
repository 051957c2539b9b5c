"""What Azure is told about Microsoft Entra ID and local accounts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.cluster.builder import plan

GROUP = "11111111-2222-3333-4444-555555555555"
TENANT = "99999999-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("entra", "sent"),
    [
        pytest.param({}, {"managed": True, "adminGroupObjectIDs": [], "enableAzureRBAC": True}, id="Azure-RBAC"),
        pytest.param(
            {"adminGroupObjectIDs": [GROUP], "enableAzureRBAC": False, "tenantID": TENANT},
            {"managed": True, "adminGroupObjectIDs": [GROUP], "enableAzureRBAC": False, "tenantID": TENANT},
            id="admin-group-of-another-tenant",
        ),
    ],
)
def test_entra_is_sent_as_azure_calls_it(entra: dict[str, Any], sent: dict[str, Any]) -> None:
    assert plan({"aadProfile": entra}).properties["aadProfile"] == sent


@pytest.mark.parametrize(
    ("values", "disabled"),
    [
        pytest.param({}, False, id="no-Entra"),
        pytest.param({"aadProfile": {}}, True, id="Entra-takes-their-place"),
        pytest.param({"aadProfile": {}, "disableLocalAccounts": False}, False, id="both"),
    ],
)
def test_local_accounts_go_where_entra_comes_unless_kept(*, values: dict[str, Any], disabled: bool) -> None:
    assert plan(values).properties["disableLocalAccounts"] is disabled


@pytest.mark.parametrize(
    ("values", "login"),
    [
        pytest.param({}, None, id="no-Entra"),
        pytest.param({"aadProfile": {}}, "azurecli", id="Entra"),
        pytest.param({"aadProfile": {}, "kubelogin": {"login": "workloadidentity"}}, "workloadidentity", id="pipeline"),
    ],
)
def test_the_program_signs_in_by_kubelogin_where_there_is_entra(values: dict[str, Any], login: str | None) -> None:
    assert plan(values).kubelogin == login


def test_without_entra_nothing_is_said_of_it() -> None:
    assert "aadProfile" not in plan().properties
