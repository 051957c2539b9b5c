"""Managed ways into a cluster."""

from __future__ import annotations

import functools
from typing import Any

from components.ingress.config import ApplicationGatewayConfig, ApplicationRoutingConfig
from components.ingress.plan import ApplicationGatewayPlan, plan_application_gateway, routing_contribution
from components.ingress.resources import ApplicationGateway
from components.values import ArmProperties, Ref, Scope
from tests.components.mocks import Deployed, deploy, only

SCOPE = Scope("00000000-0000-0000-0000-000000000000", "rg-test", "westeurope", {"env": "test"})
SUBNET = Ref("subnet", "main/gateways")


def routing(**values: Any) -> ArmProperties:
    found: ArmProperties = routing_contribution(ApplicationRoutingConfig.model_validate(values))["ingressProfile"]
    return found


def plan() -> ApplicationGatewayPlan:
    """A gateway with a frontend."""
    config = ApplicationGatewayConfig.model_validate({"subnet": "gateways", "frontends": ["web"]})
    return plan_application_gateway("main", config, SCOPE, subnet=SUBNET)


@functools.cache
def deployed() -> list[Deployed]:
    """It, deployed."""
    references = {Ref("resourceGroup", "rg-test", "name"): "rg-test", SUBNET: "id of the subnet"}
    return deploy(lambda: ApplicationGateway("main", plan(), references))


def test_application_routing_is_off_and_said_to_be() -> None:
    assert routing_contribution(None) == {"ingressProfile": {"webAppRouting": {"enabled": False}}}


def test_application_routing_makes_no_controller_unless_asked_to() -> None:
    assert routing() == {"webAppRouting": {"enabled": True, "nginx": {"defaultIngressControllerType": "None"}}}


def test_application_routing_writes_to_dns_zones() -> None:
    zone = (
        "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Network/dnszones/a.b"
    )
    assert routing(dnsZoneResourceIds=[zone])["webAppRouting"]["dnsZoneResourceIds"] == [zone]


def test_gateway_api_of_application_routing_brings_the_apis_kinds() -> None:
    assert routing(gatewayAPI=True) == {
        "webAppRouting": {
            "enabled": True,
            "nginx": {"defaultIngressControllerType": "None"},
            "gatewayAPIImplementations": {"appRoutingIstio": {"mode": "Enabled"}},
        },
        "gatewayAPI": {"installation": "Standard"},
    }


def test_gateway_has_these_properties() -> None:
    assert plan().properties == {
        "resourceGroupName": Ref("resourceGroup", "rg-test", "name"),
        "location": "westeurope",
        "tags": {"env": "test"},
        "trafficControllerName": "agc-main",
    }


def test_gateway_is_in_its_subnet() -> None:
    association = only(deployed(), "AssociationsInterface main-subnet")
    assert association.parent == "ApplicationGateway main"
    assert "TrafficControllerInterface main" in association.depends_on
    assert association.inputs["associationType"] == "subnets"
    assert association.inputs["subnet"] == {"id": "id of the subnet"}


def test_each_frontend_is_a_part_of_the_gateway() -> None:
    frontend = only(deployed(), "FrontendsInterface main-web")
    assert frontend.inputs["frontendName"] == "web"
    assert "TrafficControllerInterface main" in frontend.depends_on
