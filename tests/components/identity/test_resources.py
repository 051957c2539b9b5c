"""An identity with its rights as a component on its own."""

from __future__ import annotations

import functools

import pulumi
from pulumi_azure_native import Provider

from components.facts.roles import Role
from components.identity.config import (
    KubeletIdentityConfig,
    SystemAssignedIdentityConfig,
    UserAssignedIdentityConfig,
)
from components.identity.plan import Grant, IdentityPlan, plan_identity
from components.identity.resources import ClusterIdentity
from components.values import Ref, Scope
from tests.components.mocks import Deployed, deploy, only

SCOPE = Scope("00000000-0000-0000-0000-000000000000", "rg-test", "westeurope", {"env": "test"})
SUBNET = Ref("subnet", "main/nodes")
SUBNET_ID = SCOPE.arm_id("Microsoft.Network/virtualNetworks/subnets", "vnet-main", "nodes")
REFERENCES = {Ref("resourceGroup", "rg-test", "name"): "rg-test", SUBNET: "id of the subnet"}
GRANT = Grant("subnet-nodes", Role.NETWORK_CONTRIBUTOR, SUBNET, SUBNET_ID)
ROLE_ID = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Authorization/roleDefinitions/"
    "4d97b98b-1d4f-4787-a291-c67834d212e7"
)


def plan(config: UserAssignedIdentityConfig | SystemAssignedIdentityConfig) -> IdentityPlan:
    """An identity with a right on one subnet."""
    return plan_identity("main", config, SCOPE, cluster_name="aks-main", grants=[GRANT])


@functools.cache
def deployed() -> list[Deployed]:
    """A user-assigned one."""
    return deploy(lambda: ClusterIdentity("main", plan(UserAssignedIdentityConfig()), REFERENCES))


def test_the_identity_is_made_below_the_component() -> None:
    identity = only(deployed(), "UserAssignedIdentity main")
    assert identity.parent == "ClusterIdentity main"
    assert identity.inputs == {
        "resourceGroupName": "rg-test",
        "location": "westeurope",
        "tags": {"env": "test"},
        "resourceName": "id-main",
    }


def test_a_right_is_given_to_the_identity_and_nobody_else() -> None:
    right = only(deployed(), "RoleAssignment main-subnet-nodes")
    assert right.parent == "ClusterIdentity main"
    assert "UserAssignedIdentity main" in right.depends_on
    assert {name: value for name, value in right.inputs.items() if name != "roleAssignmentName"} == {
        "scope": "id of the subnet",
        "roleDefinitionId": ROLE_ID,
        "principalId": "principal of the identity",
        "principalType": "ServicePrincipal",
    }


def test_a_right_has_the_same_name_in_every_run() -> None:
    names = {
        only(each, "RoleAssignment main-subnet-nodes").inputs["roleAssignmentName"]
        for each in (
            deployed(),
            deploy(lambda: ClusterIdentity("main", plan(UserAssignedIdentityConfig()), REFERENCES)),
        )
    }
    assert len(names) == 1


def test_an_identity_that_azure_makes_is_not_made_here_and_gets_its_rights_from_the_cluster() -> None:
    config = SystemAssignedIdentityConfig.model_validate({"type": "systemAssigned"})
    references = {**REFERENCES, Ref("cluster", "main", "principalId"): "principal of the cluster"}
    found = deploy(lambda: ClusterIdentity("main", plan(config), references))
    assert [each.kind for each in found] == ["ClusterIdentity", "RoleAssignment"]
    assert only(found, "RoleAssignment main-subnet-nodes").inputs["principalId"] == "principal of the cluster"


def test_the_callers_provider_is_used_for_everything() -> None:
    def build() -> ClusterIdentity:
        options = pulumi.ResourceOptions(providers=[Provider("explicit", location="westeurope")])
        return ClusterIdentity("main", plan(UserAssignedIdentityConfig()), REFERENCES, options)

    found = [each for each in deploy(build) if each.kind in ("UserAssignedIdentity", "RoleAssignment")]
    assert [each.provider for each in found] == ["explicit", "explicit"]


EXISTING = SCOPE.arm_id("Microsoft.ManagedIdentity/userAssignedIdentities", "own")
OPERATOR = "f1a07417-d97a-45cb-824c-7a7467783830"


def test_an_existing_identity_is_read_and_gets_its_rights() -> None:
    made: list[ClusterIdentity] = []
    config = UserAssignedIdentityConfig(id=EXISTING)
    found = deploy(lambda: made.append(ClusterIdentity("main", plan(config), REFERENCES)))
    assert [each.label for each in found if each.kind == "UserAssignedIdentity"] == []
    assert only(found, "RoleAssignment main-subnet-nodes").inputs["scope"] == "id of the subnet"
    assert Ref("identity", "main", "principalId") in made[0].references


def test_an_identity_for_the_nodes_is_made_and_the_control_plane_may_use_it() -> None:
    """ID-03."""
    identities = plan_identity(
        "main",
        UserAssignedIdentityConfig(),
        SCOPE,
        cluster_name="aks-main",
        grants=[],
        kubelet=KubeletIdentityConfig(),
    )
    found = deploy(lambda: ClusterIdentity("main", identities, REFERENCES))
    assert only(found, "UserAssignedIdentity main-kubelet").inputs["resourceName"] == "id-main-kubelet"
    right = only(found, "RoleAssignment main-kubelet-identity")
    assert right.inputs["scope"] == "id of UserAssignedIdentity main-kubelet"
    assert right.inputs["roleDefinitionId"].endswith(OPERATOR)
    assert identities.contribution == {
        "identityProfile": {
            "kubeletidentity": {
                "resourceId": Ref("kubeletIdentity", "main"),
                "clientId": Ref("kubeletIdentity", "main", "clientId"),
                "objectId": Ref("kubeletIdentity", "main", "principalId"),
            }
        }
    }


def test_without_one_nothing_is_said_of_the_nodes_identity() -> None:
    assert plan(UserAssignedIdentityConfig()).contribution == {}
