"""Ways out of a cluster: one model per outbound type, so that a setting of another type does not exist.

Source: https://learn.microsoft.com/azure/aks/egress-outboundtype
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field

from components.values import ArmProperties, Existing, Listed, Model, referred


class LoadBalancerOutbound(Model):
    """Out through the cluster's own load balancer."""

    type: Literal["loadBalancer"] = "loadBalancer"
    managed_outbound_ips: int | None = Field(
        None, alias="managedOutboundIPs", description="public IP addresses that AKS makes; 1 if nothing else is given"
    )
    outbound_ips: Listed[Existing] = Field((), alias="outboundIPs", description="existing public IP addresses instead")
    outbound_ip_prefixes: Listed[Existing] = Field(
        (), alias="outboundIPPrefixes", description="existing public IP prefixes instead"
    )
    allocated_outbound_ports: int = Field(
        0, description="SNAT ports per node, a multiple of 8; 0 lets Azure choose by the number of nodes"
    )
    idle_timeout_in_minutes: int = Field(30, description="minutes after which an idle flow is dropped, 4 to 100")
    backend_pool_type: Literal["NodeIPConfiguration", "NodeIP"] = Field(
        "NodeIPConfiguration", description="how nodes are listed in the load balancer"
    )

    @property
    def addresses(self) -> int | None:
        """Public IP addresses there are; None where prefixes are given, whose sizes only Azure knows."""
        if self.outbound_ip_prefixes:
            return None
        return len(self.outbound_ips) or (self.managed_outbound_ips if self.managed_outbound_ips is not None else 1)


class ManagedNatGatewayOutbound(Model):
    """Out through a NAT gateway that AKS makes, with the network that AKS makes."""

    type: Literal["managedNATGateway"]
    managed_outbound_ips: int = Field(1, alias="managedOutboundIPs", description="public IP addresses, 1 to 16")
    idle_timeout_in_minutes: int = Field(4, description="minutes after which an idle flow is dropped, 4 to 120")


class UserAssignedNatGatewayOutbound(Model):
    """Out through the NAT gateway on the subnets."""

    type: Literal["userAssignedNATGateway"]


class UserDefinedRoutingOutbound(Model):
    """Out wherever the subnets' route table says, usually a firewall."""

    type: Literal["userDefinedRouting"]


class NoOutbound(Model):
    """No way out: a network isolated cluster, which gets its images from a registry's cache."""

    type: Literal["none"]
    container_registry: Existing | None = Field(
        None, description="a Premium container registry that caches Microsoft's; AKS makes one if absent"
    )


Outbound = Annotated[
    LoadBalancerOutbound
    | ManagedNatGatewayOutbound
    | UserAssignedNatGatewayOutbound
    | UserDefinedRoutingOutbound
    | NoOutbound,
    Field(discriminator="type"),
]


def _load_balancer(outbound: LoadBalancerOutbound) -> ArmProperties:
    profile: ArmProperties = {
        "allocatedOutboundPorts": outbound.allocated_outbound_ports,
        "idleTimeoutInMinutes": outbound.idle_timeout_in_minutes,
        "backendPoolType": outbound.backend_pool_type,
    }
    if outbound.outbound_ips:
        ids = [{"id": referred("publicIP", "", address)} for address in outbound.outbound_ips]
        profile["outboundIPs"] = {"publicIPs": ids}
    elif outbound.outbound_ip_prefixes:
        ids = [{"id": referred("publicIPPrefix", "", prefix)} for prefix in outbound.outbound_ip_prefixes]
        profile["outboundIPPrefixes"] = {"publicIPPrefixes": ids}
    else:
        profile["managedOutboundIPs"] = {"count": outbound.addresses}
    return {"loadBalancerProfile": profile}


def _managed_nat_gateway(outbound: ManagedNatGatewayOutbound) -> ArmProperties:
    return {
        "natGatewayProfile": {
            "managedOutboundIPProfile": {"count": outbound.managed_outbound_ips},
            "idleTimeoutInMinutes": outbound.idle_timeout_in_minutes,
        }
    }


_PROFILES: dict[type, Callable[[Any], ArmProperties]] = {
    LoadBalancerOutbound: _load_balancer,
    ManagedNatGatewayOutbound: _managed_nat_gateway,
}


def outbound_profile(outbound: Any) -> ArmProperties:
    """What `networkProfile` says of a way out."""
    profile = _PROFILES.get(type(outbound))
    return {"outboundType": outbound.type, **(profile(outbound) if profile else {})}


def bootstrap_profile(outbound: Any) -> ArmProperties:
    """Where nodes get their first images from: the internet, or for an isolated cluster a registry's cache."""
    if not isinstance(outbound, NoOutbound):
        return {"artifactSource": "Direct"}
    registry = outbound.container_registry
    own: ArmProperties = {"containerRegistryId": referred("registry", "", registry)} if registry is not None else {}
    return {"artifactSource": "Cache", **own}
