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
        (SUBNET, "networkSecurityGroup.id", "/a/nsg-a", "/a/nsg-b", ("MUT-26", ("disruptive",))),
        (SUBNET, "routeTable.id", "/a/rt-a", None, ("MUT-26", ("disruptive",))),
        (SUBNET, "defaultOutboundAccess", True, False, ("CHG-08", ("disruptive",))),
        (SUBNET, "serviceEndpoints", [], [{"service": "a"}], ("CHG-08", ("disruptive",))),
        (SUBNET, "privateEndpointNetworkPolicies", "Disabled", "Enabled", ("CHG-08", ("inPlace",))),
        (VNET, "dhcpOptions.dnsServers", [], ["10.0.0.4"], ("CHG-07", ("disruptive",))),
        (VNET, "enableDdosProtection", False, True, ("CHG-08", ("inPlace",))),
        ("network:NetworkSecurityGroup", "securityRules[a].access", "Allow", "Deny", ("CHG-07", ("inPlace",))),
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
