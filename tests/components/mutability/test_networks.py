"""Virtual networks: ranges in use, filters, routes, peerings, regions and tags."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.mutability.judging import effects, judged

SUBNET = "network:Subnet"
VNET = "network:VirtualNetwork"
PEERING = "network:VirtualNetworkPeering"
NODES = ("Subnet main-nodes (10.20.0.0/24)",)


def test_prefix_in_use_stays() -> None:
    rule, verdict = judged("addressPrefix", "10.0.0.0/24", "10.0.1.0/24", kind=SUBNET, users=("ManagedCluster main",))
    assert (rule, verdict.effects) == ("MUT-26", ("refused",))
    assert verdict.message == (
        "Azure does not move a prefix that is in use (InUsePrefixCannotBeDeleted): ManagedCluster main"
    )


@pytest.mark.parametrize(
    ("path", "before", "after", "message"),
    [
        (
            "addressPrefixes",
            {"addressPrefix": "10.0.0.0/24"},
            {"addressPrefixes": ["10.0.0.0/24", "fd00::/64"]},
            "keeps its range and gets fd00::/64 beside it; nothing in it moves",
        ),
        (
            "addressPrefix",
            {"addressPrefix": "10.0.0.0/24"},
            {"addressPrefixes": ["10.0.0.0/24"]},
            "the same range, in another spelling; nothing in it moves",
        ),
    ],
    ids=["second family", "spelling"],
)
def test_range_beside_one_that_is_in_use_moves_nothing(
    path: str, before: dict[str, Any], after: dict[str, Any], message: str
) -> None:
    rule, verdict = judged(path, before.get(path), after.get(path), kind=SUBNET, old=before, new=after, users=("a",))
    assert (rule, verdict.effects, verdict.message) == ("MUT-26", ("inPlace",), message)


def test_range_that_goes_from_beside_another_is_refused_while_it_is_in_use() -> None:
    both, one = {"addressPrefixes": ["10.0.0.0/24", "fd00::/64"]}, {"addressPrefix": "10.0.0.0/24"}
    found = effects("addressPrefix", None, "10.0.0.0/24", kind=SUBNET, old=both, new=one, users=("a",))
    assert found == ("MUT-26", ("refused",))


def test_prefix_that_nothing_uses_moves() -> None:
    assert effects("addressPrefix", "10.0.0.0/24", "10.0.1.0/24", kind=SUBNET) == ("MUT-26", ("inPlace",))


@pytest.mark.parametrize(
    ("before", "after", "users", "expected"),
    [
        (["10.20.0.0/16"], ["10.30.0.0/16"], NODES, ("refused",)),
        (["10.20.0.0/16"], ["10.20.0.0/17"], NODES, ("inPlace",)),
        (["10.20.0.0/16", "10.40.0.0/16"], ["10.20.0.0/16"], NODES, ("inPlace",)),
        (["10.20.0.0/16"], ["10.20.0.0/16", "10.40.0.0/16"], NODES, ("inPlace",)),
        (["10.20.0.0/16"], ["10.30.0.0/16"], (), ("inPlace",)),
    ],
    ids=["under a subnet", "covered still", "beside the subnet", "added", "empty"],
)
def test_range_is_not_taken_from_under_a_subnet(
    before: list[str], after: list[str], users: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert effects("addressSpace.addressPrefixes", before, after, kind=VNET, users=users) == ("MUT-26", expected)


@pytest.mark.parametrize(
    ("kind", "path", "before", "after", "expected"),
    [
        (SUBNET, "defaultOutboundAccess", True, False, ("CHG-08", ("disruptive",))),
        (SUBNET, "serviceEndpoints", [], [{"service": "a"}], ("CHG-08", ("disruptive",))),
        (SUBNET, "privateEndpointNetworkPolicies", "Disabled", "Enabled", ("CHG-08", ("inPlace",))),
        (VNET, "dhcpOptions.dnsServers", [], ["10.0.0.4"], ("CHG-07", ("disruptive",))),
        (VNET, "enableDdosProtection", False, True, ("CHG-08", ("inPlace",))),
        ("network:RouteTable", "routes[a].nextHopType", "Internet", "None", ("CHG-07", ("disruptive",))),
        (PEERING, "remoteVirtualNetwork.id", "a", "b", ("CHG-09", ("refused",))),
        (PEERING, "allowForwardedTraffic", True, False, ("CHG-09", ("disruptive",))),
        (PEERING, "useRemoteGateways", True, False, ("CHG-09", ("disruptive",))),
        ("network:NatGateway", "location", "westeurope", "northeurope", ("CHG-01", ("refused",))),
        ("authorization:RoleAssignment", "roleDefinitionId", "a", "b", ("CHG-12", ("refused",))),
        ("network:NatGateway", "tags.env", "a", "b", ("CHG-10", ("inPlace",))),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_change_of_a_network_has_this_rule_and_effects(
    kind: str, path: str, before: Any, after: Any, expected: Any
) -> None:
    assert effects(path, before, after, kind=kind) == expected


def test_delegation_in_use_stays() -> None:
    aks = [{"serviceName": "Microsoft.ContainerService/managedClusters"}]
    used = effects("delegations", aks, [], kind=SUBNET, users=("AgentPool main-user",))
    assert used == ("CHG-08", ("refused",))
    assert effects("delegations", aks, [], kind=SUBNET) == ("CHG-08", ("inPlace",))
    assert effects("delegations", None, aks, kind=SUBNET, users=("AgentPool a",)) == ("CHG-08", ("inPlace",))
