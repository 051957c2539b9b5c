"""Identities, roles and federated credentials."""

from __future__ import annotations

import os

import pytest

from tests.engine import samples
from tests.engine.client import CallError, Client, Kept
from tests.engine.rules import identity

NOBODY = "99999999-9999-9999-9999-999999999999"


@pytest.fixture
def holder(azure: Client) -> Kept:
    samples.group(azure)
    return samples.identity(azure)


def test_identity_made_again_is_another_principal(azure: Client, holder: Kept) -> None:
    azure.delete(holder)

    assert samples.identity(azure).outputs["principalId"] != holder.outputs["principalId"]


def test_same_assignment_under_another_name_exists_already(azure: Client, holder: Kept) -> None:
    group = next(iter(azure.store.snapshot().values()))
    samples.grant(azure, holder, group.id)

    with pytest.raises(CallError, match=r"Status=409.*RoleAssignmentExists"):
        samples.grant(azure, holder, group.id, number=2)
    samples.grant(azure, holder, group.id, identity.OWNER, number=3)


def test_role_definition_is_the_same_below_a_subscription(azure: Client, holder: Kept) -> None:
    group = next(iter(azure.store.snapshot().values()))
    made = samples.grant(azure, holder, group.id)
    inputs = {**made.inputs, "roleAssignmentName": NOBODY}
    inputs["roleDefinitionId"] = f"/subscriptions/s{made.inputs['roleDefinitionId']}"

    with pytest.raises(CallError, match="RoleAssignmentExists"):
        azure.create("authorization:RoleAssignment", "again", inputs)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"principalId": NOBODY}, "PrincipalNotFound"),
        ({"principalType": "User"}, "UnmatchedPrincipalType.*'ServicePrincipal'.*'User'"),
    ],
    ids=["unknown principal", "wrong type"],
)
def test_assignment_needs_the_right_principal(azure: Client, holder: Kept, change: dict[str, str], code: str) -> None:
    group = next(iter(azure.store.snapshot().values()))
    inputs = {
        "scope": group.id,
        "principalId": holder.outputs["principalId"],
        "principalType": "ServicePrincipal",
        "roleDefinitionId": f"{samples.ROLE}{identity.NETWORK_CONTRIBUTOR}",
        "roleAssignmentName": NOBODY,
    }

    with pytest.raises(CallError, match=code):
        azure.create("authorization:RoleAssignment", "grant", {**inputs, **change})


def test_role_of_an_assignment_cannot_be_exchanged(azure: Client, holder: Kept) -> None:
    group = next(iter(azure.store.snapshot().values()))
    made = samples.grant(azure, holder, group.id)

    with pytest.raises(CallError, match="RoleAssignmentUpdateNotPermitted"):
        azure.update(made, {**made.inputs, "roleDefinitionId": f"{samples.ROLE}{identity.OWNER}"})


def test_role_counts_on_its_scope_and_below_once_it_has_propagated(azure: Client, holder: Kept) -> None:
    network = samples.network(azure)
    samples.grant(azure, holder, network.id)
    principal = holder.outputs["principalId"]

    def holds(arm_id: str) -> bool:
        with azure.store.transaction() as world:
            return identity.holds_role(world, principal, arm_id, identity.NETWORK_CONTRIBUTOR)

    assert holds(f"{network.id}/subnets/nodes".lower())
    assert not holds(network.id.rpartition("/providers/")[0])
    azure.store.order(propagation_seconds=3600.0)
    assert not holds(network.id)


def credential(azure: Client, name: str, subject: str) -> Kept:
    inputs = {"resourceName": "control", "federatedIdentityCredentialResourceName": name, "subject": subject}
    more = {"issuer": "https://issuer.example", "audiences": ["api://AzureADTokenExchange"]}
    return azure.create("managedidentity:FederatedIdentityCredential", name, {**samples.IN_GROUP, **inputs, **more})


def test_credentials_of_one_identity_are_not_written_at_once(azure: Client, holder: Kept) -> None:
    with azure.store.transaction() as world:
        world.operations[f"{holder.id.lower()}/federatedidentitycredentials"] = {"pid": os.getpid(), "id": "a"}

    with pytest.raises(CallError, match="ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity"):
        credential(azure, "a", "system:serviceaccount:shop:frontend")


@pytest.mark.usefixtures("holder")
def test_issuer_and_subject_are_taken_once(azure: Client) -> None:
    credential(azure, "a", "system:serviceaccount:shop:frontend")

    with pytest.raises(CallError, match="Issuer and subject combination already exists"):
        credential(azure, "b", "system:serviceaccount:shop:frontend")


@pytest.mark.usefixtures("holder")
def test_identity_takes_twenty_credentials(azure: Client) -> None:
    for number in range(identity.CREDENTIALS_PER_IDENTITY):
        credential(azure, f"c{number}", f"subject-{number}")

    with pytest.raises(CallError, match="exceeds 20"):
        credential(azure, "one-more", "one-more")
