"""What a person writes about managed ways into a cluster: application routing, Application Gateway for Containers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from components.values import ArmId, Listed, Model, Reference


class ApplicationRoutingConfig(Model):
    """The application routing add-on.

    Source: https://learn.microsoft.com/azure/aks/app-routing (2026-08)
    """

    nginx: Literal["AnnotationControlled", "External", "Internal", "None"] = Field(
        "None", description="the default NginxIngressController; None makes none"
    )
    gateway_api: bool = Field(
        False, alias="gatewayAPI", description="Gateways by a small Istio without sidecars; needs apiVersion 2026-03-01"
    )
    dns_zone_resource_ids: Listed[ArmId] = Field(
        (), alias="dnsZoneResourceIds", description="DNS zones whose records the add-on writes"
    )


class ApplicationGatewayConfig(Model):
    """An Application Gateway for Containers; the ALB controller in the cluster configures it.

    Source: https://learn.microsoft.com/azure/application-gateway/for-containers/overview (2026-08)
    """

    name: str | None = Field(None, description="name in Azure; agc-<cluster key> if absent")
    subnet: Reference = Field(description="a subnet of the cluster's network for nothing else, or its ARM id")
    frontends: Listed[str] = Field((), description="names of frontends; each has a host name of its own")
