"""Identities of workloads: who may use them, what they may do, and the order in which Azure takes it."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from pydantic import ValidationError

from components.identity.workload.config import WorkloadIdentityConfig
from components.identity.workload.plan import WorkloadIdentityPlan, plan_workload_identities
from components.identity.workload.resources import WorkloadIdentities
from components.values import Ref, Scope
from tests.components.mocks import Deployed, deploy, only

SCOPE = Scope("00000000-0000-0000-0000-000000000000", "rg-test", "westeurope", {"env": "test"})
STORE = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Storage"
    "/storageAccounts/store"
)
ISSUER = Ref("cluster", "main", "oidcIssuerUrl")
CONFIG = {
    "serviceAccounts": ["shop/backend", "shop/worker.v2"],
    "roles": {"blobs": {"role": "Storage Blob Data Reader", "scope": STORE}},
}


def plan(values: dict[str, Any]) -> WorkloadIdentityPlan:
    """The identity `backend` of the cluster `main`."""
    (found,) = plan_workload_identities("main", {"backend": WorkloadIdentityConfig.model_validate(values)}, SCOPE)
    return found


@functools.cache
def deployed() -> list[Deployed]:
    """It, deployed."""
    references = {Ref("resourceGroup", "rg-test", "name"): "rg-test", ISSUER: "https://issuer"}
    return deploy(lambda: WorkloadIdentities("main", [plan(CONFIG)], references))


def test_service_account_is_the_subject_and_the_cluster_the_issuer() -> None:
    first, second = plan(CONFIG).credentials
    assert first.properties == {
        "resourceGroupName": Ref("resourceGroup", "rg-test", "name"),
        "resourceName": Ref("workloadIdentity", "main/backend", "name"),
        "federatedIdentityCredentialResourceName": "shop_backend",
        "issuer": ISSUER,
        "subject": "system:serviceaccount:shop:backend",
        "audiences": ["api://AzureADTokenExchange"],
    }
    assert second.properties["federatedIdentityCredentialResourceName"] == "shop_worker_v2"
    assert second.properties["subject"] == "system:serviceaccount:shop:worker.v2"


def test_identity_is_called_after_its_cluster_and_itself() -> None:
    assert plan(CONFIG).name == "id-main-backend"
    assert plan({**CONFIG, "name": "id-shop"}).name == "id-shop"


def test_role_is_named_in_the_subscription_of_what_it_is_on() -> None:
    (right,) = plan(CONFIG).role_assignments
    assert right.key == "backend-blobs"
    assert right.properties["scope"] == STORE
    assert right.properties["roleDefinitionId"] == (
        "/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.Authorization/roleDefinitions/"
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
    )
    assert right.properties["principalId"] == Ref("workloadIdentity", "main/backend", "principalId")


def test_any_role_may_be_given_by_its_guid() -> None:
    given = {"role": "ACDD72A7-3385-48EF-BD42-F606FBA81AE7", "scope": STORE}
    (right,) = plan({"serviceAccounts": ["shop/backend"], "roles": {"read": given}}).role_assignments
    assert right.properties["roleDefinitionId"].endswith("/acdd72a7-3385-48ef-bd42-f606fba81ae7")


@pytest.mark.parametrize(
    ("role", "message"),
    [
        (
            "Storage Blob Data Raeder",
            (
                "'Storage Blob Data Raeder' is no role known here; did you mean 'Storage Blob Data Reader'? Else give"
                " the GUID of its definition"
            ),
        ),
        (
            "Owner",
            (
                "'Owner' is no role known here; give the GUID of its definition: az role definition list --name <role>"
                " --query [].name"
            ),
        ),
    ],
)
def test_unknown_role_is_refused(role: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        plan({"serviceAccounts": ["shop/backend"], "roles": {"read": {"role": role, "scope": STORE}}})
    assert [error["msg"] for error in refused.value.errors()] == [message]


@pytest.mark.parametrize("account", ["backend", "shop/", "/backend", "Shop/backend", "shop/back_end", "a/" + "b" * 119])
def test_service_account_has_a_namespace_and_a_name(account: str) -> None:
    with pytest.raises(ValidationError) as refused:
        plan({"serviceAccounts": [account]})
    (error,) = refused.value.errors()
    assert error["type"] == "CFG-05"
    assert error["msg"].endswith(
        "is not a service account with its namespace, at most 120 characters; write one such as shop/backend"
    )


def test_credentials_of_an_identity_are_written_one_after_the_other() -> None:
    first = only(deployed(), "FederatedIdentityCredential main-backend-shop_backend")
    second = only(deployed(), "FederatedIdentityCredential main-backend-shop_worker_v2")
    assert "UserAssignedIdentity main-backend" in first.depends_on
    assert first.label in second.depends_on
    assert first.inputs["issuer"] == "https://issuer"


def test_right_is_the_identitys_own() -> None:
    right = only(deployed(), "RoleAssignment main-backend-blobs")
    assert right.parent == "WorkloadIdentities main"
    assert right.inputs["principalId"] == "principal of the identity"
