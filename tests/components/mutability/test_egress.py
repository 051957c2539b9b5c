"""Ways out: which outbound types become which, and what cuts connections."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.mutability.judging import CLUSTER, effects, judged, network

MANAGED = {"agentPoolProfiles": [{"name": "system"}]}
NAT = "network:NatGateway"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("loadBalancer", "userAssignedNATGateway", ("disruptive",)),
        ("userAssignedNATGateway", "userDefinedRouting", ("disruptive",)),
        ("userDefinedRouting", "none", ("disruptive",)),
        ("none", "loadBalancer", ("disruptive",)),
        ("loadBalancer", "block", ("refused",)),
        ("loadBalancer", "managedNATGateway", ("refused",)),
    ],
)
def test_outbound_type_on_a_vnet_of_ones_own(before: str, after: str, expected: tuple[str, ...]) -> None:
    assert effects("networkProfile.outboundType", before, after, old=network()) == ("MUT-12", expected)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("loadBalancer", "managedNATGateway", ("disruptive",)),
        ("managedNATGateway", "block", ("disruptive",)),
        ("none", "loadBalancer", ("disruptive",)),
        ("managedNATGateway", "loadBalancer", ("refused",)),
        ("managedNATGatewayV2", "loadBalancer", ("refused",)),
        ("loadBalancer", "userDefinedRouting", ("refused",)),
    ],
)
def test_outbound_type_on_the_vnet_that_aks_made(before: str, after: str, expected: tuple[str, ...]) -> None:
    assert effects("networkProfile.outboundType", before, after, old=MANAGED) == ("MUT-11", expected)


def test_way_of_an_outbound_type_and_what_it_cuts() -> None:
    _, verdict = judged("networkProfile.outboundType", "loadBalancer", "userAssignedNATGateway", old=network())
    assert verdict.way == "az aks update --outbound-type userAssignedNATGateway"
    assert verdict.message == (
        "the egress address changes and open connections drop; allow lists and authorized ranges need the new one"
    )


def test_refused_outbound_type_says_which_are_taken() -> None:
    _, verdict = judged("networkProfile.outboundType", "loadBalancer", "block", old=network())
    assert verdict.message == ("Azure takes loadBalancer to none, userAssignedNATGateway, userDefinedRouting only")


@pytest.mark.parametrize(
    ("kind", "path", "before", "after", "expected"),
    [
        (NAT, "publicIpAddresses", [{"id": "a"}], [{"id": "b"}], ("disruptive",)),
        (NAT, "idleTimeoutInMinutes", 4, 10, ("inPlace",)),
        (NAT, "zones", ["1"], ["2"], ("refused",)),
        ("network:Subnet", "natGateway.id", "a", "b", ("disruptive",)),
        ("network:PublicIPAddress", "zones", ["1"], ["2"], ("refused",)),
        ("network:PublicIPAddress", "dnsSettings.domainNameLabel", "a", "b", ("inPlace",)),
        ("network:PublicIPAddress", "idleTimeoutInMinutes", 4, 10, ("inPlace",)),
        (
            "containerservice:ManagedCluster",
            "networkProfile.loadBalancerProfile.outboundIPs",
            [],
            ["a"],
            ("disruptive",),
        ),
        (CLUSTER, "networkProfile.natGatewayProfile.idleTimeoutInMinutes", 4, 10, ("inPlace",)),
        (CLUSTER, "networkProfile.loadBalancerProfile.allocatedOutboundPorts", 8, 16, ("disruptive",)),
        (CLUSTER, "networkProfile.loadBalancerProfile.backendPoolType", "NodeIP", "x", ("disruptive",)),
        (
            "containerservice:ManagedCluster",
            "networkProfile.loadBalancerProfile.idleTimeoutInMinutes",
            4,
            9,
            ("inPlace",),
        ),
    ],
)
def test_what_changes_the_egress_address_is_disruptive(
    kind: str, path: str, before: Any, after: Any, expected: tuple[str, ...]
) -> None:
    assert effects(path, before, after, kind=kind) == ("MUT-13", expected)


def test_managed_nat_gateway_keeps_its_kind_of_addresses() -> None:
    managed = network(natGatewayProfile={"managedOutboundIPProfile": {"count": 1}})
    own = network(natGatewayProfile={"outboundIPs": ["a"]})
    path = "networkProfile.natGatewayProfile"
    assert effects(f"{path}.outboundIPs", None, ["a"], old=managed, new=own) == ("MUT-15", ("refused",))
    assert effects(f"{path}.managedOutboundIPProfile", {"count": 1}, None, old=managed, new=own) == (
        "MUT-15",
        ("refused",),
    )
    assert effects(f"{path}.managedOutboundIPProfile.count", 1, 2, old=managed) == ("MUT-13", ("disruptive",))


OTHER = "the egress address changes and open connections drop; allow lists and authorized ranges need the new one"
MORE = (
    "new connections may leave from an address that was not there before; the old ones stay. Allow lists and authorized"
    " ranges need the new one first"
)
COUNT = "networkProfile.loadBalancerProfile.managedOutboundIPs.count"


@pytest.mark.parametrize(
    ("kind", "path", "before", "after", "message"),
    [
        (NAT, "publicIpAddresses", [{"id": "a"}], [{"id": "a"}, {"id": "b"}], MORE),
        (NAT, "publicIpAddresses", [{"id": "a"}, {"id": "b"}], [{"id": "a"}], OTHER),
        (NAT, "publicIpAddresses", [{"id": "a"}], [{"id": "b"}], OTHER),
        (NAT, "publicIpPrefixes", None, [{"id": "a"}], OTHER),
        (NAT, "publicIpAddresses", [], [{"id": "a"}], OTHER),
        (CLUSTER, COUNT, 1, 2, MORE),
        (CLUSTER, COUNT, 2, 1, OTHER),
    ],
    ids=["one more", "one less", "another", "first", "first of a list", "count grows", "count shrinks"],
)
def test_address_beside_the_old_ones_leaves_those_in_use(
    kind: str, path: str, before: Any, after: Any, message: str
) -> None:
    rule, verdict = judged(path, before, after, kind=kind)
    assert (rule, verdict.effects, verdict.message) == ("MUT-13", ("disruptive",), message)


def test_settings_of_ways_out_say_what_is_known_of_open_connections() -> None:
    ports = judged("networkProfile.loadBalancerProfile.allocatedOutboundPorts", 8, 16)[1].message
    assert ports == (
        "Azure hands out the ports of outbound connections anew; nothing says that open connections keep theirs"
    )
    idle = judged("idleTimeoutInMinutes", 5, 10, kind=NAT)[1].message
    assert idle == "idle connections are kept for 10 minutes from then on, not 5"
