"""Managed ways into a cluster: one Istio, and a gateway with a subnet for itself."""

from __future__ import annotations

from typing import Any

import pytest

from components.values import Ref
from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, cluster, problems, stack

_WHERE = "clusters.main.applicationGatewayForContainers.subnet"


def gateway(subnet: dict[str, Any], network: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The clean stack with a gateway in a subnet of its own."""
    return stack(
        {
            "cilia:networks": {"main": {"subnets": {"gateways": subnet}, **(network or {})}},
            "cilia:clusters": {"main": {"applicationGatewayForContainers": {"subnet": "gateways"}, **changes}},
        }
    )


def test_application_routing_brings_no_second_istio() -> None:
    values = cluster(
        {
            "apiVersion": "2026-03-01",
            "istio": {"revisions": ["asm-1-30"]},
            "applicationRouting": {"gatewayAPI": True},
        }
    )
    assert problems(values) == [
        (
            "clusters.main.applicationRouting.gatewayAPI: gatewayAPI beside the Istio add-on, which Azure refuses; use"
            " istio.gatewayAPI, or remove istio [IST-03]"
        )
    ]


def test_application_routing_without_the_gateway_api_goes_with_istio() -> None:
    assert problems(cluster({"istio": {"revisions": ["asm-1-30"]}, "applicationRouting": {"nginx": "Internal"}})) == []


def test_gateway_api_of_application_routing_names_the_version_that_has_it() -> None:
    assert problems(cluster({"applicationRouting": {"gatewayAPI": True}})) == [
        (
            "clusters.main.applicationRouting.gatewayAPI: gatewayAPI is unknown to API version 2025-09-01; set"
            " apiVersion of"
            ' the cluster to "2026-03-01" or newer [CFG-60]'
        )
    ]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param(gateway({"cidr": "10.20.9.0/24"}), [], id="fits"),
        pytest.param(
            gateway({"cidr": "10.20.8.0/23"}),
            ["gateways is 10.20.8.0/23, with overlay a gateway's subnet is exactly /24; use one"],
            id="too-large-with-overlay",
        ),
        pytest.param(
            gateway({"cidr": "10.20.9.0/25"}, networking={"mode": "nodeSubnet", "podCidr": ...}),
            ["gateways has 123 usable addresses, a gateway takes up to 250; use a /24 or larger"],
            id="too-small",
        ),
        pytest.param(
            gateway({"cidr": "10.20.8.0/23"}, networking={"mode": "nodeSubnet", "podCidr": ...}),
            [],
            id="larger-without-overlay",
        ),
        pytest.param(
            gateway({"cidr": "10.20.9.0/24", "delegations": ["Microsoft.Sql/managedInstances"]}),
            ["gateways is delegated to Microsoft.Sql/managedInstances; use a subnet for the gateway only"],
            id="delegated",
        ),
        pytest.param(
            gateway({"cidr": "10.20.9.0/24"}, pools={"user": {"subnet": "gateways"}}),
            ["nodes, pods or API servers are in gateways; use a subnet for the gateway only"],
            id="nodes",
        ),
        pytest.param(
            gateway(
                {"cidr": "10.20.9.0/24"},
                {
                    "peerings": {
                        "hub": {
                            "id": "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers"
                            "/Microsoft.Network/virtualNetworks/hub",
                            "addressSpace": ["10.99.0.0/16"],
                        }
                    }
                },
            ),
            [
                (
                    "network main has peerings (hub), over which a gateway does not reach overlay pods; remove them, or"
                    " use another mode"
                )
            ],
            id="peerings-with-overlay",
        ),
    ],
)
def test_gateway_has_a_subnet_for_itself(values: dict[str, Any], found: list[str]) -> None:
    assert [each for each in problems(values) if "[NET-31]" in each] == [
        f"{_WHERE}: {message} [NET-31]" for message in found
    ]


def test_two_gateways_are_in_two_subnets() -> None:
    values = gateway({"cidr": "10.20.9.0/24"})
    second = {**values["cilia:clusters"]["main"], "networking": {"mode": "overlay", "podCidr": "192.168.0.0/16"}}
    values["cilia:clusters"]["other"] = second
    assert [each for each in problems(values) if "[NET-31]" in each] == [
        (
            "clusters.other.applicationGatewayForContainers.subnet: the gateway of main is in gateways already; use a"
            " subnet of its own [NET-31]"
        )
    ]


def test_gateways_subnet_is_one_of_the_network() -> None:
    assert problems(cluster({"applicationGatewayForContainers": {"subnet": "gone"}})) == [
        (
            f"{_WHERE}: 'gone' is not among the subnets of the cluster's network: nodes; declare it or use one of these"
            " [CFG-06]"
        )
    ]


def test_gateways_subnet_is_delegated_and_its_controller_has_its_rights() -> None:
    checked = check(parse(gateway({"cidr": "10.20.9.0/24"})), today=TODAY)
    assert checked.plan is not None
    subnet = checked.plan.networks["main"].subnet("gateways")
    assert subnet is not None
    assert subnet.properties["delegations"] == [
        {
            "name": "Microsoft.ServiceNetworking/trafficControllers",
            "serviceName": "Microsoft.ServiceNetworking/trafficControllers",
        }
    ]
    (controller,) = checked.plan.around["main"].workloads
    assert [each.properties["subject"] for each in controller.credentials] == [
        "system:serviceaccount:azure-alb-system:alb-controller-sa"
    ]
    assert {
        right.key: right.properties["roleDefinitionId"].rpartition("/")[2] for right in controller.role_assignments
    } == {
        "alb-gateway": "fbc52c3f-28ad-4303-a892-8a056630b8f1",
        "alb-subnet": "4d97b98b-1d4f-4787-a291-c67834d212e7",
        "alb-nodes": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    }
    assert controller.role_assignments[1].properties["scope"] == Ref("subnet", "main/gateways")
