"""What subnets are attached to: security groups, route tables and NAT gateways, as Azure properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from components.facts import limits
from components.facts.names import Kind
from components.network.config import NatGatewayConfig, NetworkConfig, SecurityRuleConfig
from components.values import ArmProperties, Ref, referred


@dataclass(frozen=True, slots=True)
class ResourcePlan:
    """One Azure resource beside the subnets.

    Attributes:
        key: What it is called in the configuration; part of its Pulumi name.
        name: Its Azure name.
        properties: Its inputs.
        protect: Whether Pulumi refuses to delete it.
    """

    key: str
    name: str
    properties: ArmProperties
    protect: bool


def security_groups(
    network: str, config: NetworkConfig, common: ArmProperties, *, protect: bool
) -> Iterator[ResourcePlan]:
    """The network security groups, each with all its rules."""
    for key, group in config.security_groups.items():
        name = group.name or Kind.SECURITY_GROUP.default_name(network, key)
        rules = [_security_rule(rule_name, rule) for rule_name, rule in group.rules.items()]
        yield ResourcePlan(key, name, {**common, "networkSecurityGroupName": name, "securityRules": rules}, protect)


def _security_rule(name: str, rule: SecurityRuleConfig) -> ArmProperties:
    properties: ArmProperties = {
        "name": name,
        "priority": rule.priority,
        "direction": rule.direction,
        "access": rule.access,
        "protocol": rule.protocol,
        **_one_or_many("sourceAddressPrefix", "sourceAddressPrefixes", rule.source_address_prefixes),
        **_one_or_many("sourcePortRange", "sourcePortRanges", rule.source_port_ranges),
        **_one_or_many("destinationAddressPrefix", "destinationAddressPrefixes", rule.destination_address_prefixes),
        **_one_or_many("destinationPortRange", "destinationPortRanges", rule.destination_port_ranges),
    }
    return {**properties, "description": rule.description} if rule.description else properties


def _one_or_many(one: str, many: str, values: tuple[str, ...]) -> ArmProperties:
    """Azure takes `*` and service tags only in the singular property."""
    return {one: values[0]} if len(values) == 1 else {many: list(values)}


def route_tables(
    network: str, config: NetworkConfig, common: ArmProperties, *, protect: bool
) -> Iterator[ResourcePlan]:
    """The route tables, each with all its routes."""
    for key, table in config.route_tables.items():
        name = table.name or Kind.ROUTE_TABLE.default_name(network, key)
        routes = [
            {
                "name": route_name,
                "addressPrefix": route.address_prefix,
                "nextHopType": route.next_hop_type,
                **({"nextHopIpAddress": str(route.next_hop_ip_address)} if route.next_hop_ip_address else {}),
            }
            for route_name, route in table.routes.items()
        ]
        yield ResourcePlan(
            key,
            name,
            {
                **common,
                "routeTableName": name,
                "disableBgpRoutePropagation": table.disable_bgp_route_propagation,
                "routes": routes,
            },
            protect,
        )


def nat_gateways(
    network: str, config: NetworkConfig, common: ArmProperties, *, protect: bool
) -> tuple[tuple[ResourcePlan, ...], tuple[ResourcePlan, ...]]:
    """The public IP addresses, and the NAT gateways that use them."""
    public_ips: list[ResourcePlan] = []
    gateways: list[ResourcePlan] = []
    for key, gateway in config.nat_gateways.items():
        # a number out of bounds is a problem of CAP-15, never a plan
        count = min(gateway.own_public_ips, limits.NAT_GATEWAY_PUBLIC_IPS)
        keys = [f"{key}-{number}" for number in range(1, count + 1)]
        own = [_public_ip(network, address, gateway, common, protect=protect) for address in keys]
        public_ips += own
        name = gateway.name or Kind.NAT_GATEWAY.default_name(network, key)
        properties: ArmProperties = {
            **common,
            "natGatewayName": name,
            "sku": {"name": "Standard"},
            "idleTimeoutInMinutes": gateway.idle_timeout_in_minutes,
            "publicIpAddresses": [
                *({"id": Ref("publicIP", f"{network}/{address.key}")} for address in own),
                *({"id": referred("publicIP", network, address)} for address in gateway.public_ip_addresses),
            ],
            **({"zones": list(gateway.zones)} if gateway.zones else {}),
        }
        if gateway.public_ip_prefixes:
            prefixes = (referred("publicIPPrefix", network, prefix) for prefix in gateway.public_ip_prefixes)
            properties["publicIpPrefixes"] = [{"id": prefix} for prefix in prefixes]
        gateways.append(ResourcePlan(key, name, properties, protect))
    return tuple(public_ips), tuple(gateways)


def _public_ip(
    network: str, key: str, gateway: NatGatewayConfig, common: ArmProperties, *, protect: bool
) -> ResourcePlan:
    name = Kind.PUBLIC_IP.default_name(network, key)
    properties: ArmProperties = {
        **common,
        "publicIpAddressName": name,
        "sku": {"name": "Standard", "tier": "Regional"},
        "publicIPAllocationMethod": "Static",
        "publicIPAddressVersion": "IPv4",
        **({"zones": list(gateway.zones)} if gateway.zones else {}),
    }
    return ResourcePlan(key, name, properties, protect)
