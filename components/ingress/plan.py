"""What follows from managed ways into a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from components.facts.names import Kind
from components.ingress.config import ApplicationGatewayConfig, ApplicationRoutingConfig
from components.values import ArmProperties, Ref, Scope

# https://learn.microsoft.com/azure/application-gateway/for-containers/quickstart-create-application-gateway-for-containers-byo-deployment
SUBNET_DELEGATION = "Microsoft.ServiceNetworking/trafficControllers"
CONTROLLER_ACCOUNT = "azure-alb-system/alb-controller-sa"
"""The service account of the ALB controller's chart."""


@dataclass(frozen=True, slots=True)
class IngressPart:
    """A part of the gateway; `properties` are its inputs."""

    key: str
    properties: ArmProperties


@dataclass(frozen=True, slots=True)
class ApplicationGatewayPlan:
    """An Application Gateway for Containers.

    Attributes:
        key: The cluster's key.
        name: Its Azure name.
        properties: Inputs of the traffic controller.
        association: Its place in the subnet.
        frontends: Its host names.
    """

    key: str
    name: str
    properties: ArmProperties
    association: IngressPart
    frontends: tuple[IngressPart, ...]


def routing_contribution(config: ApplicationRoutingConfig | None) -> ArmProperties:
    """The part of the cluster's inputs that is application routing; off is said too, or Azure would leave it on."""
    if config is None:
        return {"ingressProfile": {"webAppRouting": {"enabled": False}}}
    routing: ArmProperties = {"enabled": True, "nginx": {"defaultIngressControllerType": config.nginx}}
    if config.dns_zone_resource_ids:
        routing["dnsZoneResourceIds"] = list(config.dns_zone_resource_ids)
    profile: ArmProperties = {"webAppRouting": routing}
    if config.gateway_api:
        routing["gatewayAPIImplementations"] = {"appRoutingIstio": {"mode": "Enabled"}}
        profile["gatewayAPI"] = {"installation": "Standard"}
    return {"ingressProfile": profile}


def application_gateway_name(key: str, config: ApplicationGatewayConfig) -> str:
    """The gateway's Azure name."""
    return config.name or Kind.TRAFFIC_CONTROLLER.default_name(key)


def plan_application_gateway(
    key: str, config: ApplicationGatewayConfig, scope: Scope, *, subnet: str | Ref
) -> ApplicationGatewayPlan:
    """The gateway of the cluster `key`; `subnet` is what its subnet stands for."""
    name = application_gateway_name(key, config)

    def part(kind: str, called: str) -> ArmProperties:
        return {
            "resourceGroupName": scope.group,
            "location": scope.location,
            "tags": dict(scope.tags),
            "trafficControllerName": Ref("trafficController", key, "name"),
            kind: called,
        }

    def frontends() -> Iterator[IngressPart]:
        for frontend in config.frontends:
            yield IngressPart(frontend, part("frontendName", frontend))

    return ApplicationGatewayPlan(
        key=key,
        name=name,
        properties={
            "resourceGroupName": scope.group,
            "location": scope.location,
            "tags": dict(scope.tags),
            "trafficControllerName": name,
        },
        association=IngressPart(
            "subnet",
            {**part("associationName", "subnet"), "associationType": "subnets", "subnet": {"id": subnet}},
        ),
        frontends=tuple(frontends()),
    )
