"""What a person writes about a virtual network: address space, subnets and what subnets are attached to."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from components.facts import limits
from components.values import MALFORMED, ArmId, Cidr, Existing, Ipv4, Ipv4Cidr, Ipv6Cidr, Key, Listed, Model, Reference

_SIZE = re.compile(r"/([1-9]|[12][0-9])")


def parse_size(value: object) -> int | Literal["fit"]:
    """A subnet's size: the prefix length of `/n`, or `fit`.

    Raises:
        PydanticCustomError: Neither (CFG-05).
    """
    if value == "fit":
        return "fit"
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise MALFORMED.invalid(
            f"size is not '/n' with n up to {limits.SMALLEST_SUBNET_PREFIX}, nor 'fit'; write one such as /24 or fit"
        )
    return int(match[1])


Size = Annotated[
    int | Literal["fit"],
    PlainValidator(parse_size),
    WithJsonSchema({"type": "string", "pattern": "^(/[0-9]{1,2}|fit)$"}),
]
Tags = dict[str, str]


class SubnetConfig(Model):
    """One subnet: where it lies and what it is attached to. Azure writes a subnet whole, so everything is here."""

    name: str | None = Field(None, description="name in Azure; the key if absent")
    cidr: Ipv4Cidr | None = Field(None, description="a fixed range; or give a size")
    ipv6_cidr: Ipv6Cidr | None = Field(None, description="for dual-stack clusters: a /64 of IPv6 as well")
    size: Size | None = Field(
        None, description="'/n' takes the lowest free range of that size; 'fit' is large enough for its pools"
    )
    retired: bool = Field(False, description="keep the address space of a removed subnet, deploy nothing")
    nat_gateway: Reference | None = None
    security_group: Reference | None = None
    route_table: Reference | None = None
    delegations: Listed[str] = Field(
        (), description="services that may inject into the subnet, such as Microsoft.Web/serverFarms"
    )
    service_endpoints: Listed[str] = Field((), description="such as Microsoft.Storage")
    private_endpoint_network_policies: Literal[
        "Disabled", "Enabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"
    ] = "Disabled"
    private_link_service_network_policies: Literal["Disabled", "Enabled"] = "Enabled"
    default_outbound_access: bool = Field(
        False, description="Azure's implicit outbound access; off, since a cluster brings its own way out"
    )
    other_addresses: Annotated[int, Field(ge=0, le=65_536)] = Field(
        0, description="addresses kept for internal load balancers, private endpoints and others, beside the nodes"
    )
    protect: bool | None = Field(None, description="whether Pulumi refuses to delete it; as the network if absent")


class SecurityRuleConfig(Model):
    """One rule of a network security group, in Azure's own words; the key is its name."""

    priority: int = Field(description="100 to 4096; lower ones win; unique per direction")
    direction: Literal["Inbound", "Outbound"]
    access: Literal["Allow", "Deny"]
    protocol: Literal["Tcp", "Udp", "Icmp", "Esp", "Ah", "*"] = "*"
    source_address_prefixes: Listed[str] = Field(("*",), description="ranges, or one service tag, or *")
    source_port_ranges: Listed[str] = ("*",)
    destination_address_prefixes: Listed[str] = Field(("*",), description="ranges, or one service tag, or *")
    destination_port_ranges: Listed[str] = Field(
        ("*",), description="ports such as '443', ranges such as '30000-32767', or *"
    )
    description: Annotated[str, Field(max_length=140)] = ""


class SecurityGroupConfig(Model):
    """A network security group. AKS never edits one on a subnet you bring."""

    name: str | None = None
    rules: dict[Key, SecurityRuleConfig] = Field(default_factory=dict)


class NatGatewayConfig(Model):
    """A NAT gateway with its own public IP addresses."""

    name: str | None = None
    public_ips: int | None = Field(
        None, alias="publicIPs", description="public IP addresses to make for it; 1 if it gets none that exist"
    )
    public_ip_addresses: Listed[Existing] = Field(
        (), alias="publicIPAddresses", description="existing public IP addresses"
    )
    public_ip_prefixes: Listed[Existing] = Field(
        (), alias="publicIPPrefixes", description="existing public IP prefixes"
    )
    idle_timeout_in_minutes: int = Field(4, description="minutes after which an idle flow is dropped, 4 to 120")
    zones: Listed[str] = Field((), description="at most one zone: a Standard NAT gateway is zonal or has no zone")

    @property
    def own_public_ips(self) -> int:
        """Public IP addresses to make for it."""
        if self.public_ips is not None:
            return self.public_ips
        return 0 if self.public_ip_addresses or self.public_ip_prefixes else 1


class RouteConfig(Model):
    """One route; the key is its name."""

    address_prefix: str = Field(description="a range, or a service tag")
    next_hop_type: Literal["VirtualAppliance", "VirtualNetworkGateway", "VnetLocal", "Internet", "None"]
    next_hop_ip_address: Ipv4 | None = Field(None, description="with VirtualAppliance: the firewall's address")


class RouteTableConfig(Model):
    """A route table."""

    name: str | None = None
    routes: dict[Key, RouteConfig] = Field(default_factory=dict)
    disable_bgp_route_propagation: bool = Field(False, description="keep routes of VPN and ExpressRoute gateways out")


class PeeringConfig(Model):
    """A peering with another network: of this file, of another stack of the project, or any by its ARM id."""

    network: str | None = Field(None, description="a network of this file or, with stack, of that stack")
    stack: str | None = Field(None, description="the stack that makes the network")
    id: ArmId | None = Field(None, description="the ARM id of a network made elsewhere")
    address_space: Listed[Ipv4Cidr] = Field((), description="with id: its ranges, so that overlaps are found")
    both: bool = Field(False, description="make the peering back as well; Azure connects only when both are there")
    allow_virtual_network_access: bool = True
    allow_forwarded_traffic: bool = Field(False, description="traffic that a firewall in the other network forwards")
    allow_gateway_transit: bool = Field(False, description="the other network may use this one's gateway")
    use_remote_gateways: bool = Field(False, description="use the other network's gateway")


class PrivateDnsZoneConfig(Model):
    """A private DNS zone, linked to the network that it is written in."""

    name: str | None = Field(
        None, description="its domain; privatelink.<region>.azmk8s.io, for private clusters, if absent"
    )
    linked_networks: dict[Key, Reference] = Field(
        default_factory=dict, description="other networks that resolve its names, such as the one of your DNS servers"
    )


class NetworkConfig(Model):
    """A virtual network: one that this stack makes or, with `id`, one that exists and is only described."""

    id: Existing | None = Field(
        None, description="an existing network, which is never changed; its ranges are stated so that planning works"
    )
    name: str | None = Field(None, description="name in Azure; vnet-<key> if absent, the one in id for an existing one")
    address_space: Listed[Cidr] = Field(description="ranges; grow it by appending")
    dns_servers: Listed[Ipv4] = Field((), description="custom DNS servers; Azure's own if empty")
    ddos_protection_plan: ArmId | None = None
    connected_ranges: dict[Key, Listed[Ipv4Cidr]] = Field(
        default_factory=dict,
        description="ranges reached over VPN, ExpressRoute or peering, by name; nothing here may overlap them",
    )
    subnets: dict[str, SubnetConfig] = Field(default_factory=dict, description="order is packing order")
    security_groups: dict[Key, SecurityGroupConfig] = Field(default_factory=dict)
    nat_gateways: dict[Key, NatGatewayConfig] = Field(default_factory=dict)
    route_tables: dict[Key, RouteTableConfig] = Field(default_factory=dict)
    peerings: dict[Key, PeeringConfig] = Field(default_factory=dict)
    private_dns_zones: dict[Key, PrivateDnsZoneConfig] = Field(
        default_factory=dict, description="private DNS zones to make, for private clusters"
    )
    tags: Tags = Field(default_factory=dict)
    protect: bool | None = Field(None, description="whether Pulumi refuses to delete it; as the environment if absent")
