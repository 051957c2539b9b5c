"""Identities of clusters and workloads, and the resource group that everything goes to."""

from __future__ import annotations

from typing import Any

import pytest

from components.values import Ref
from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, cluster, findings, problems, stack

_SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
_GROUP = f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/rg-there"
_NO_NETWORK = {"network": ..., "systemPool": {"subnet": ...}, "pools": {"user": {"subnet": ...}}}
_SYSTEM = {"identity": {"type": "systemAssigned"}}
_FIREWALL: dict[str, Any] = {
    "routeTables": {
        "out": {
            "routes": {
                "all": {
                    "addressPrefix": "0.0.0.0/0",
                    "nextHopType": "VirtualAppliance",
                    "nextHopIpAddress": "10.20.255.4",
                }
            }
        }
    },
    "subnets": {"nodes": {"routeTable": "out"}},
}


def test_identity_has_its_rights_on_every_subnet_and_route_table() -> None:
    """ID-01: true of every plan, so there is nothing to check."""
    values = stack(
        {
            "cilia:networks": {
                "main": {
                    **_FIREWALL,
                    "subnets": {**_FIREWALL["subnets"], "more": {"cidr": "10.20.1.0/24", "routeTable": "out"}},
                }
            },
            "cilia:clusters": {
                "main": {
                    "networking": {"outbound": {"type": "userDefinedRouting"}},
                    "pools": {"user": {"subnet": "more"}},
                }
            },
        }
    )
    checked = check(parse(values), today=TODAY)
    assert [str(problem) for problem in checked.problems] == []
    assert checked.plan is not None
    assert {
        assignment.key: (assignment.properties["scope"], assignment.properties["roleDefinitionId"].rpartition("/")[2])
        for assignment in checked.plan.identities["main"].role_assignments
    } == {
        "subnet-nodes": (Ref("subnet", "main/nodes"), "4d97b98b-1d4f-4787-a291-c67834d212e7"),
        "subnet-more": (Ref("subnet", "main/more"), "4d97b98b-1d4f-4787-a291-c67834d212e7"),
        "route-table-out": (Ref("routeTable", "main/out"), "4d97b98b-1d4f-4787-a291-c67834d212e7"),
    }


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, [], id="user-assigned"),
        pytest.param(
            _SYSTEM,
            [
                (
                    "clusters.main.identity: warning: systemAssigned in network main gets its rights on the subnets"
                    " after the cluster is there; use type userAssigned [ID-02]"
                )
            ],
            id="system-assigned-in-own-network",
        ),
        pytest.param({**_SYSTEM, **_NO_NETWORK}, [], id="system-assigned-in-azure's-network"),
    ],
)
def test_own_network_wants_an_own_identity(changes: dict[str, Any], found: list[str]) -> None:
    values = cluster(changes)
    if "network" not in values["cilia:clusters"]["main"]:
        del values["cilia:networks"]
    assert problems(values) == found


@pytest.mark.parametrize(
    ("identity", "found"),
    [
        pytest.param("userAssigned", [], id="user-assigned"),
        pytest.param(
            "systemAssigned",
            [
                (
                    "clusters.main.identity: systemAssigned with outbound userDefinedRouting, which Azure refuses; use"
                    " type userAssigned [ID-02]"
                )
            ],
            id="system-assigned",
        ),
    ],
)
def test_user_defined_routing_needs_an_own_identity(identity: str, found: list[str]) -> None:
    values = cluster({"identity": {"type": identity}, "networking": {"outbound": {"type": "userDefinedRouting"}}})
    values["cilia:networks"]["main"]["routeTables"] = _FIREWALL["routeTables"]
    values["cilia:networks"]["main"]["subnets"]["nodes"]["routeTable"] = "out"
    assert problems(values) == found


@pytest.mark.parametrize(
    ("group", "found"),
    [
        pytest.param({"name": "rg-test"}, [], id="name"),
        pytest.param({"id": _GROUP}, [], id="id"),
        pytest.param(
            {},
            [": neither name nor id; give name to make a group, or id for an existing one"],
            id="neither",
        ),
        pytest.param(
            {"name": "rg-test", "id": _GROUP},
            [": both name and id; keep name to make the group, or id if it exists"],
            id="both",
        ),
        pytest.param(
            {"id": f"{_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"},
            [
                (
                    f".id: {_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet is no resource group; write"
                    " /subscriptions/<id>/resourceGroups/<name>"
                )
            ],
            id="id-of-something-else",
        ),
        pytest.param(
            {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"},
            [
                (
                    ".id: the group is in subscription 00000000-0000-0000-0000-000000000000, the stack goes to"
                    f" {_SUBSCRIPTION}; use one of both"
                )
            ],
            id="in-another-subscription",
        ),
    ],
)
def test_resource_group_is_made_or_given(group: dict[str, str], found: list[str]) -> None:
    values = stack({"azure-native:subscriptionId": _SUBSCRIPTION})
    values["cilia:environment"]["resourceGroup"] = group
    assert problems(values) == [f"environment.resourceGroup{message} [CFG-46]" for message in found]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({"oidcIssuer": True, "workloadIdentity": True}, [], id="both"),
        pytest.param({"oidcIssuer": False, "workloadIdentity": False}, [], id="neither"),
        pytest.param(
            {"oidcIssuer": False},
            [
                (
                    "clusters.main.workloadIdentity: workloadIdentity without an OIDC issuer; set oidcIssuer: true, or"
                    " workloadIdentity: false [CFG-47]"
                )
            ],
            id="no-issuer",
        ),
    ],
)
def test_workload_identity_needs_an_issuer(changes: dict[str, Any], found: list[str]) -> None:
    assert problems(cluster(changes)) == found


EXISTING = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/ids/providers"
IDENTITY = f"{EXISTING}/Microsoft.ManagedIdentity/userAssignedIdentities/own"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"identity": {"id": IDENTITY}}, id="existing"),
        pytest.param({"identity": {"id": {"stackReference": "ids", "output": "own.id"}}}, id="of-another-stack"),
        pytest.param({"kubeletIdentity": {}}, id="nodes"),
        pytest.param({"kubeletIdentity": {"id": IDENTITY}}, id="existing-for-nodes"),
        pytest.param({"aadProfile": {}}, id="Entra-with-Azure-RBAC"),
        pytest.param({"aadProfile": {"enableAzureRBAC": False}, "disableLocalAccounts": False}, id="both-accounts"),
    ],
)
def test_identities_that_azure_takes_are_taken(changes: dict[str, Any]) -> None:
    assert problems(cluster(changes)) == []


def test_identity_for_nodes_beside_one_of_azures_is_refused() -> None:
    assert findings("ID-03", cluster({"identity": {"type": "systemAssigned"}, "kubeletIdentity": {}})) == [
        "clusters.main.kubeletIdentity: given beside identity systemAssigned; use type userAssigned"
    ]


@pytest.mark.parametrize("field", ["identity", "kubeletIdentity"])
def test_identity_that_is_both_made_and_given_is_refused(field: str) -> None:
    assert problems(cluster({field: {"id": IDENTITY, "name": "own"}})) == [
        f"clusters.main.{field}.name: beside id; keep name to make one, or id if it exists [CFG-61]"
    ]


def test_identity_that_is_something_else_is_refused() -> None:
    other = f"{EXISTING}/Microsoft.Network/virtualNetworks/own"
    assert problems(cluster({"identity": {"id": other}})) == [
        (
            f"clusters.main.identity.id: {other} is no user-assigned identity;"
            " write .../providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name> [CFG-61]"
        )
    ]


def test_local_accounts_are_disabled_only_where_entra_takes_their_place() -> None:
    assert problems(cluster({"disableLocalAccounts": True})) == [
        (
            "clusters.main.disableLocalAccounts: true without Microsoft Entra ID, so that nobody could sign in;"
            " add aadProfile, or remove it [CFG-62]"
        )
    ]


def test_cluster_that_nobody_could_administer_is_refused() -> None:
    assert problems(cluster({"aadProfile": {"enableAzureRBAC": False}})) == [
        (
            "clusters.main.aadProfile.adminGroupObjectIDs: none, without Azure RBAC and local accounts, so that nobody"
            " could administer the cluster; name a group, or set enableAzureRBAC: true [CFG-62]"
        )
    ]


def test_group_that_is_no_id_is_refused() -> None:
    assert problems(cluster({"aadProfile": {"adminGroupObjectIDs": ["admins"]}})) == [
        (
            "clusters.main.aadProfile.adminGroupObjectIDs[0]: 'admins' is not an id of Microsoft Entra;"
            " write one such as 00000000-0000-0000-0000-000000000000 [CFG-05]"
        )
    ]
