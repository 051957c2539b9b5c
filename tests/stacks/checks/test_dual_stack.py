"""Clusters with IPv6 beside IPv4."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, cluster, findings, problems, stack

BOTH: dict[str, Any] = {"ipFamilies": ["IPv4", "IPv6"]}


def dual_stack(subnet: dict[str, Any] | None = None, **networking: Any) -> dict[str, Any]:
    """The clean stack with IPv6 everywhere."""
    return stack(
        {
            "cilia:networks": {
                "main": {
                    "addressSpace": ["10.20.0.0/16", "fd00:db8::/48"],
                    "subnets": {"nodes": {"ipv6Cidr": "fd00:db8::/64", **(subnet or {})}},
                }
            },
            "cilia:clusters": {"main": {"networking": {**BOTH, **networking}}},
        }
    )


def test_dual_stack_cluster_sends_a_range_for_each_family() -> None:
    values = dual_stack()
    plan = check(parse(values), today=TODAY).plan

    assert problems(values) == []
    assert plan is not None
    profile = plan.clusters["main"].properties["networkProfile"]
    assert {key: profile[key] for key in ("ipFamilies", "podCidr", "podCidrs", "serviceCidr", "serviceCidrs")} == {
        "ipFamilies": ["IPv4", "IPv6"],
        "podCidr": "192.168.0.0/16",
        "podCidrs": ["192.168.0.0/16", "fd12:3456:789a::/64"],
        "serviceCidr": "172.20.0.0/16",
        "serviceCidrs": ["172.20.0.0/16", "fd12:3456:789a:1::/108"],
    }
    (subnet,) = plan.networks["main"].subnets
    assert subnet.properties["addressPrefixes"] == ["10.20.0.0/24", "fd00:db8::/64"]
    assert "addressPrefix" not in subnet.properties


def test_ipv4_cluster_sends_one_range_of_each_kind() -> None:
    plan = check(parse(stack()), today=TODAY).plan

    assert plan is not None
    profile = plan.clusters["main"].properties["networkProfile"]
    assert not {"ipFamilies", "podCidrs", "serviceCidrs"} & set(profile)


@pytest.mark.parametrize("families", [["IPv6"], ["IPv6", "IPv4"], []], ids=["IPv6", "IPv6-first", "none"])
def test_ipv4_comes_first(families: list[str]) -> None:
    written = ", ".join(families)

    assert findings("NET-39", dual_stack(ipFamilies=families))[0] == (
        f"clusters.main.networking.ipFamilies: [{written}] is not taken; use [IPv4] or [IPv4, IPv6]"
    )


def test_ipv6_ranges_without_ipv6_are_refused() -> None:
    assert findings("NET-39", cluster({"networking": {"ipv6PodCidr": "fd00:1::/64"}})) == [
        "clusters.main.networking.ipv6PodCidr: given without IPv6 in ipFamilies; remove it, or use [IPv4, IPv6]"
    ]


def test_services_have_a_small_ipv6_range() -> None:
    assert findings("NET-39", dual_stack(ipv6ServiceCidr="fd00:1::/64")) == [
        "clusters.main.networking.ipv6ServiceCidr: fd00:1::/64 is larger than /108; use /108"
    ]


def test_network_and_node_subnets_need_ipv6() -> None:
    assert findings("NET-39", cluster({"networking": BOTH})) == [
        "networks.main.addressSpace: has no IPv6 range, clusters.main is dual-stack; append one such as fd00:db8::/48",
        "networks.main.subnets.nodes: no ipv6Cidr, but nodes of dual-stack clusters.main are in it; add a /64",
    ]


@pytest.mark.parametrize(
    ("cidr", "rule", "message"),
    [
        ("fd00:db8::/80", "NET-03", "fd00:db8::/80 is a /80, Azure takes IPv6 subnets of /64 only; use /64"),
        (
            "fd00:db9::/64",
            "NET-05",
            "fd00:db9::/64 is outside the IPv6 address space (fd00:db8::/48); move it inside, or append a range",
        ),
    ],
    ids=["size", "outside"],
)
def test_ipv6_subnets_have_their_size_and_place(cidr: str, rule: str, message: str) -> None:
    assert findings(rule, dual_stack({"ipv6Cidr": cidr})) == [f"networks.main.subnets.nodes.ipv6Cidr: {message}"]


def test_ipv6_subnets_do_not_overlap() -> None:
    values = dual_stack()
    values["cilia:networks"]["main"]["subnets"]["more"] = {"cidr": "10.20.1.0/24", "ipv6Cidr": "fd00:db8::/64"}

    assert findings("NET-05", values) == [
        (
            "networks.main.subnets.more.ipv6Cidr: fd00:db8::/64 overlaps networks.main.subnets.nodes.ipv6Cidr"
            " fd00:db8::/64; move one of them"
        )
    ]


def test_engines_without_ipv6_are_refused() -> None:
    assert findings("NET-40", dual_stack(dataplane="azure", networkPolicy="calico")) == [
        "clusters.main.networking.networkPolicy: calico has no IPv6; use dataplane cilium, or none"
    ]


def test_nat_gateway_is_no_way_out_for_ipv6() -> None:
    assert findings("NET-40", dual_stack(outbound={"type": "userAssignedNATGateway"})) == [
        (
            "clusters.main.networking.outbound.type: userAssignedNATGateway carries IPv4 only, so IPv6 has no way out;"
            " use loadBalancer"
        )
    ]


def test_routes_for_ipv6_are_asked_for() -> None:
    assert findings("NET-40", dual_stack(outbound={"type": "userDefinedRouting"})) == [
        (
            "clusters.main.networking.outbound.type: warning: userDefinedRouting sends IPv6 only where the route table"
            " has a route for ::/0; add one, or accept"
        )
    ]
