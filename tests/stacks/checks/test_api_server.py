"""Who may call the API server, and whether the cluster itself may."""

from __future__ import annotations

from typing import Any

import pytest

from components.values import Joined, Ref
from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, cluster, findings, network, problems

PATH = "clusters.main.apiServer.authorizedIPRanges"


def authorized(*ranges: str, **changes: Any) -> dict[str, Any]:
    """The clean stack with authorized ranges."""
    return cluster({"apiServer": {"authorizedIPRanges": list(ranges)}, **changes})


def test_more_ranges_than_aks_takes_are_refused() -> None:
    many = [f"20.0.{number}.0/24" for number in range(200)]
    assert problems(authorized(*many, "20.1.0.0/24")) == [
        f"{PATH}: 201 ranges, AKS takes at most 200; merge or remove some [API-02]"
    ]
    assert problems(authorized(*many)) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            "everyone", "'everyone' is not an address range; write one such as 73.140.245.0/24", id="malformed"
        ),
        pytest.param("", "'' is not an address range; write one such as 73.140.245.0/24", id="empty"),
        pytest.param("2600::/16", "2600::/16 is IPv6, AKS takes only IPv4; remove it", id="IPv6"),
        pytest.param(
            "137.117.106.90/29", "137.117.106.90/29 has host bits set; write 137.117.106.88/29", id="host bits"
        ),
        pytest.param(
            "10.0.0.0/8",
            "10.0.0.0/8 is not public, so no call comes from it; use the public addresses that callers have",
            id="private",
        ),
        pytest.param(
            "100.64.0.0/10",
            "100.64.0.0/10 is not public, so no call comes from it; use the public addresses that callers have",
            id="shared",
        ),
    ],
)
def test_range_that_aks_refuses_is_refused(text: str, fault: str) -> None:
    assert problems(authorized("73.140.245.0/24", text)) == [f"{PATH}[1]: {fault} [API-02]"]


@pytest.mark.parametrize("text", ["73.140.245.0/24", "137.117.106.88/29", "193.168.1.1/32", "193.168.1.1"])
def test_public_range_is_taken(text: str) -> None:
    assert problems(authorized(text)) == []


def test_nobody_else_stands_alone() -> None:
    assert problems(authorized("0.0.0.0/32")) == []
    assert problems(authorized("73.140.245.0/24", "0.0.0.0/32")) == [
        f"{PATH}[1]: 0.0.0.0/32 beside 1 more, though it means nobody else; remove it or them [API-02]"
    ]


GATEWAY = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/hub/providers/Microsoft.Network"
BY_NAT: dict[str, Any] = {
    "apiServer": {"authorizedIPRanges": ["73.140.245.0/24"]},
    "networking": {"outbound": {"type": "userAssignedNATGateway"}},
}


def sent(values: dict[str, Any]) -> object:
    """The authorized ranges that Azure is told."""
    plan = check(parse(values), today=TODAY).plan
    assert plan is not None
    profile = plan.clusters["main"].properties["apiServerAccessProfile"]
    assert isinstance(profile, dict)
    return profile["authorizedIPRanges"]


def test_addresses_of_nat_gateways_of_this_file_are_added_by_themselves() -> None:
    values = network(
        {
            "natGateways": {"a": {"publicIPs": 2}, "b": {}, "unused": {}},
            "subnets": {
                "nodes": {"natGateway": "a"},
                "more": {"cidr": "10.20.1.0/24", "natGateway": "b"},
            },
        },
        main={**BY_NAT, "pools": {"user": {"subnet": "more"}}},
    )
    assert problems(values) == []
    assert sent(values) == [
        "73.140.245.0/24",
        *(Joined((Ref("publicIP", f"main/{address}", "ipAddress"), "/32")) for address in ("a-1", "a-2", "b-1")),
    ]


@pytest.mark.parametrize(
    "server",
    [
        pytest.param({}, id="everybody-may-call"),
        pytest.param({"enablePrivateCluster": True}, id="private"),
        pytest.param(
            {"authorizedIPRanges": ["73.140.245.0/24"], "enableVnetIntegration": True, "subnet": "api"},
            id="nodes-call-inside-the-network",
        ),
    ],
)
def test_nothing_is_added_where_nodes_need_no_entry(server: dict[str, Any]) -> None:
    subnets = {"nodes": {"natGateway": "egress"}, "api": {"cidr": "10.20.1.0/28"}}
    values = network({"natGateways": {"egress": {}}, "subnets": subnets}, main={**BY_NAT, "apiServer": server})
    assert findings("API-03", values) == []
    profile = check(parse(values), today=TODAY).plan
    assert profile is not None
    ranges = profile.clusters["main"].properties["apiServerAccessProfile"].get("authorizedIPRanges", [])
    assert ranges == server.get("authorizedIPRanges", [])


@pytest.mark.parametrize(
    ("gateways", "used", "name"),
    [
        pytest.param({"a": {"publicIPAddresses": [f"{GATEWAY}/publicIPAddresses/p"]}}, "a", "a", id="given-address"),
        pytest.param({"a": {"publicIPPrefixes": [f"{GATEWAY}/publicIPPrefixes/p"]}}, "a", "a", id="given-prefix"),
        pytest.param({}, f"{GATEWAY}/natGateways/shared", "shared", id="given-gateway"),
    ],
)
def test_addresses_from_elsewhere_are_a_warning_once(gateways: dict[str, Any], used: str, name: str) -> None:
    values = network({"natGateways": gateways, "subnets": {"nodes": {"natGateway": used}}}, main=BY_NAT)
    assert problems(values) == [
        (
            f"{PATH}: warning: nodes call from NAT gateway {name}, whose public addresses are not known here;"
            " make sure they are in the list [API-03]"
        )
    ]


def test_ranges_that_are_added_count_too() -> None:
    many = [f"20.0.{number}.0/24" for number in range(200)]
    gateways = {"natGateways": {"egress": {}}, "subnets": {"nodes": {"natGateway": "egress"}}}
    assert problems(network(gateways, main={**BY_NAT, "apiServer": {"authorizedIPRanges": many}})) == [
        f"{PATH}: 200 ranges and 1 of NAT gateways, AKS takes at most 200; merge or remove some [API-02]"
    ]


def test_only_the_load_balancer_is_nobody_where_nodes_leave_by_something_else() -> None:
    gateways = {"natGateways": {"egress": {}}, "subnets": {"nodes": {"natGateway": "egress"}}}
    assert problems(network(gateways, main={**BY_NAT, "apiServer": {"authorizedIPRanges": ["0.0.0.0/32"]}})) == [
        f"{PATH}[0]: 0.0.0.0/32 means the load balancer, by which these nodes do not leave; write who may call [API-02]"
    ]


def test_way_out_through_an_appliance_is_a_warning() -> None:
    route = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.0.4"}
    values = network(
        {"routeTables": {"t": {"routes": {"default": route}}}, "subnets": {"nodes": {"routeTable": "t"}}},
        main={
            "apiServer": {"authorizedIPRanges": ["73.140.245.0/24"]},
            "networking": {"outbound": {"type": "userDefinedRouting"}},
        },
    )
    assert problems(values) == [
        (
            f"{PATH}: warning: nodes call from the appliance behind their routes, whose public addresses are not known"
            " here; make sure they are in the list [API-03]"
        )
    ]


def test_way_out_through_the_load_balancer_is_authorized_by_aks() -> None:
    assert problems(authorized("73.140.245.0/24")) == []


def test_ranges_of_a_private_api_server_are_refused() -> None:
    values = cluster({"apiServer": {"enablePrivateCluster": True, "authorizedIPRanges": ["73.140.245.0/24"]}})
    assert problems(values) == [
        f"{PATH}: 1 for a private API server, which no public caller reaches; remove them [API-01]"
    ]


def test_more_ranges_are_taken_with_vnet_integration() -> None:
    subnets = {"subnets": {"api": {"cidr": "10.20.1.0/28"}}}
    many = [f"20.{number // 256}.{number % 256}.0/24" for number in range(2001)]
    server = {"enableVnetIntegration": True, "subnet": "api"}
    assert problems(network(subnets, main={"apiServer": {**server, "authorizedIPRanges": many[:2000]}})) == []
    assert problems(network(subnets, main={"apiServer": {**server, "authorizedIPRanges": many}})) == [
        f"{PATH}: 2,001 ranges, AKS takes at most 2,000; merge or remove some [API-02]"
    ]
