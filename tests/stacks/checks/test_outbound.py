"""What each outbound type needs of the node subnets, and the bounds of NAT gateways."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, cluster, findings, network, problems, stack

NAT = {"networking": {"outbound": {"type": "userAssignedNATGateway"}}}
ROUTED = {"networking": {"outbound": {"type": "userDefinedRouting"}}}
APPLIANCE = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.0.4"}
WITHOUT_NETWORK = {"network": ..., "systemPool": {"subnet": ...}, "pools": {"user": {"subnet": ...}}}


def arm_id(kind: str, name: str) -> str:
    subscription = f"{'0' * 8}-0000-0000-0000-{'0' * 12}"
    return f"/subscriptions/{subscription}/resourceGroups/hub/providers/Microsoft.Network/{kind}/{name}"


def with_nat(gateway: dict[str, Any], changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """The clean stack with a NAT gateway on its node subnet, and a cluster that uses it."""
    subnets = {"nodes": {"natGateway": "egress"}}
    return network({"natGateways": {"egress": gateway}, "subnets": subnets}, main=changes or NAT)


def with_routes(routes: dict[str, Any]) -> dict[str, Any]:
    """The clean stack with a route table on its node subnet, and a cluster that uses it."""
    tables = {"firewall": {"routes": routes}}
    return network({"routeTables": tables, "subnets": {"nodes": {"routeTable": "firewall"}}}, main=ROUTED)


@pytest.mark.parametrize("kind", ["userAssignedNATGateway", "userDefinedRouting"])
def test_way_out_through_subnets_without_a_network_is_refused(kind: str) -> None:
    assert problems(cluster({**WITHOUT_NETWORK, "networking": {"outbound": {"type": kind}}})) == [
        (
            f"clusters.main.networking.outbound.type: {kind} in a network that AKS makes;"
            " add network, or use loadBalancer [OUT-01]"
        )
    ]


def test_load_balancer_needs_no_network() -> None:
    assert problems(cluster(WITHOUT_NETWORK)) == []


def test_every_node_subnet_needs_a_route_table() -> None:
    values = with_routes({"default": APPLIANCE})
    values["cilia:networks"]["main"]["subnets"]["more"] = {"cidr": "10.20.1.0/24"}
    values["cilia:clusters"]["main"]["pools"]["more"] = {"subnet": "more"}
    assert problems(values) == [
        (
            "networks.main.subnets.more.routeTable: none, but nodes of clusters.main leave by userDefinedRouting;"
            " add a routeTable to the subnet [OUT-05]"
        )
    ]


def test_route_table_without_a_default_route_is_refused() -> None:
    assert problems(with_routes({"office": APPLIANCE | {"addressPrefix": "10.0.0.0/8"}})) == [
        (
            "networks.main.routeTables.firewall.routes: no route for 0.0.0.0/0, which clusters.main leaves by;"
            " add one to VirtualAppliance or VirtualNetworkGateway [OUT-05]"
        )
    ]


@pytest.mark.parametrize("hop", ["Internet", "None", "VnetLocal"])
def test_default_route_that_leads_nowhere_is_refused(hop: str) -> None:
    assert problems(with_routes({"default": {"addressPrefix": "0.0.0.0/0", "nextHopType": hop}})) == [
        (
            f"networks.main.routeTables.firewall.routes.default.nextHopType: {hop} for 0.0.0.0/0, which clusters.main"
            " leaves by; use VirtualAppliance or VirtualNetworkGateway [OUT-05]"
        )
    ]


@pytest.mark.parametrize(
    "route",
    [APPLIANCE, {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualNetworkGateway"}],
    ids=lambda route: route["nextHopType"],
)
def test_default_route_to_an_appliance_or_gateway_is_taken(route: dict[str, Any]) -> None:
    assert problems(with_routes({"default": route})) == []


def test_routes_that_are_not_known_are_said_to_be_unknown() -> None:
    values = network({"subnets": {"nodes": {"routeTable": arm_id("routeTables", "rt-hub")}}}, main=ROUTED)
    assert problems(values) == [
        (
            "networks.main.subnets.nodes.routeTable: warning: routes of rt-hub are not known here;"
            " make sure 0.0.0.0/0 leads to VirtualAppliance or VirtualNetworkGateway [OUT-05]"
        )
    ]


def test_routes_do_not_matter_to_other_ways_out() -> None:
    values = with_routes({"default": {"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}})
    values["cilia:clusters"]["main"]["networking"]["outbound"] = {"type": "loadBalancer"}
    assert problems(values) == []


def test_every_node_subnet_needs_a_nat_gateway() -> None:
    values = with_nat({})
    values["cilia:networks"]["main"]["subnets"]["more"] = {"cidr": "10.20.1.0/24"}
    values["cilia:clusters"]["main"]["pools"]["more"] = {"subnet": "more"}
    assert problems(values) == [
        (
            "networks.main.subnets.more.natGateway: none, but nodes of clusters.main leave by userAssignedNATGateway;"
            " add natGateway to the subnet [OUT-06]"
        )
    ]


@pytest.mark.parametrize("kind", ["loadBalancer", "userDefinedRouting"])
def test_nat_gateway_beside_another_way_out_is_refused(kind: str) -> None:
    values = with_nat({}, {"networking": {"outbound": {"type": kind}}})
    values["cilia:networks"]["main"]["routeTables"] = {"firewall": {"routes": {"default": APPLIANCE}}}
    values["cilia:networks"]["main"]["subnets"]["nodes"]["routeTable"] = "firewall"
    assert problems(values) == [
        (
            f"networks.main.subnets.nodes.natGateway: egress, but nodes of clusters.main leave by {kind};"
            " remove it, or use userAssignedNATGateway [OUT-06]"
        )
    ]


def test_pool_in_a_subnet_that_is_not_deployed_is_another_problem() -> None:
    values = with_nat({})
    values["cilia:networks"]["main"]["subnets"]["old"] = {"cidr": "10.20.1.0/24", "retired": True}
    values["cilia:clusters"]["main"]["pools"] |= {"a": {"subnet": "old"}, "b": {"subnet": "none"}}
    assert findings("OUT-06", values) == []


def test_nat_gateway_of_this_network_or_of_another_is_taken() -> None:
    assert problems(with_nat({})) == []
    existing = network({"subnets": {"nodes": {"natGateway": arm_id("natGateways", "hub")}}}, main=NAT)
    assert problems(existing) == []


def test_nat_gateway_of_another_stack_is_named_by_its_output() -> None:
    output = {"stackReference": "o/hub/p", "output": "natGateway"}
    assert problems(network({"subnets": {"nodes": {"natGateway": output}}}, main=NAT)) == []
    assert problems(network({"subnets": {"nodes": {"natGateway": output}}})) == [
        (
            "networks.main.subnets.nodes.natGateway: output natGateway of stack o/hub/p, but nodes of clusters.main"
            " leave by loadBalancer; remove it, or use userAssignedNATGateway [OUT-06]"
        )
    ]


def test_clusters_always_have_what_outbound_types_need() -> None:
    """OUT-08: a Standard load balancer and scale sets, which nothing in a stack file can change."""
    plan = check(parse(stack()), today=TODAY).plan
    assert plan is not None
    properties = plan.clusters["main"].properties
    assert properties["networkProfile"]["loadBalancerSku"] == "standard"
    pools = [*properties["agentPoolProfiles"], *(pool.properties for pool in plan.clusters["main"].pools)]
    assert {pool["type"] for pool in pools} == {"VirtualMachineScaleSets"}


def test_implicit_way_out_of_a_node_subnet_is_a_warning() -> None:
    assert problems(network({"subnets": {"nodes": {"defaultOutboundAccess": True}}})) == [
        (
            "networks.main.subnets.nodes.defaultOutboundAccess: warning: true on a node subnet,"
            " whose nodes have a way out of their own; remove it [NET-36]"
        )
    ]
    assert problems(network({"subnets": {"vms": {"cidr": "10.20.9.0/24", "defaultOutboundAccess": True}}})) == []


@pytest.mark.parametrize(("addresses", "shown"), [(0, "0"), (17, "17"), (1_000_000, "1,000,000")])
def test_number_of_public_ips_that_azure_refuses_is_refused(addresses: int, shown: str) -> None:
    assert problems(with_nat({"publicIPs": addresses})) == [
        (
            f"networks.main.natGateways.egress.publicIPs: {shown} public IP addresses, a NAT gateway has 1 to 16;"
            " use a number in between [CAP-15]"
        )
    ]


@pytest.mark.parametrize("minutes", [3, 121])
def test_idle_timeout_that_azure_refuses_is_refused(minutes: int) -> None:
    assert problems(with_nat({"idleTimeoutInMinutes": minutes})) == [
        (
            f"networks.main.natGateways.egress.idleTimeoutInMinutes: {minutes} minutes, a NAT gateway takes 4 to 120;"
            " use a number in between [CAP-15]"
        )
    ]


def test_nat_gateway_in_several_zones_is_refused() -> None:
    assert problems(with_nat({"zones": ["1", "2"]})) == [
        (
            "networks.main.natGateways.egress.zones: zones 1, 2, a Standard NAT gateway is in one;"
            " name one zone or none [CFG-26]"
        )
    ]


def test_zone_that_does_not_exist_is_refused() -> None:
    assert problems(with_nat({"zones": ["4"]})) == [
        "networks.main.natGateways.egress.zones: '4' is not a zone; use one of 1, 2, 3 [CFG-26]"
    ]


@pytest.mark.parametrize(
    "gateway",
    [{"publicIPs": 1, "idleTimeoutInMinutes": 4, "zones": ["3"]}, {"publicIPs": 16, "idleTimeoutInMinutes": 120}],
)
def test_nat_gateway_at_its_bounds_is_taken(gateway: dict[str, Any]) -> None:
    assert problems(with_nat(gateway)) == []
