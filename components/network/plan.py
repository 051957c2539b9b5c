"""What follows from a network's configuration: where every subnet lies, and the Azure properties of every resource.

Pure: no Pulumi, no I/O. What only Azure knows stands in the properties as `Ref`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from types import MappingProxyType

from components.facts import limits
from components.facts.names import Kind
from components.network.addresses import NoSpace, Request, free_ranges, pack, prefix_for, usable_addresses
from components.network.config import NatGatewayConfig, NetworkConfig, SecurityRuleConfig, SubnetConfig
from components.problems import ConfigError, KeyPath
from components.rules import Rule
from components.values import ArmProperties, Ref, Scope

NO_ROOM = Rule(
    "PIN-02",
    "Every sized subnet finds room in its network's address space",
    why="A subnet given by size takes the lowest free range of that size; where none is left, nothing can be deployed.",
    fix="Append a range to addressSpace, or ask for a smaller subnet.",
    source="docs/addressing.md",
)
CIDR_OR_SIZE = Rule(
    "CFG-20",
    "A subnet has either a range or a size",
    why="Without either there is nothing to deploy; with both, the size would say something that is not so.",
    fix="Give 'cidr' for a fixed range, or 'size' for the lowest free range of that size.",
    source="docs/addressing.md",
)


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


@dataclass(frozen=True, slots=True)
class SubnetPlan:
    """One subnet with its range.

    Attributes:
        key: Its key in the configuration.
        name: Its Azure name.
        cidr: Its range.
        sized: Whether the range was computed.
        retired: Whether only its space is kept.
        needed: Addresses that the clusters and `otherAddresses` need.
        properties: Its inputs.
        protect: Whether Pulumi refuses to delete it.
    """

    key: str
    name: str
    cidr: IPv4Network
    sized: bool
    retired: bool
    needed: int
    properties: ArmProperties
    protect: bool

    @property
    def usable(self) -> int:
        """Addresses that resources can have."""
        return usable_addresses(self.cidr)

    @property
    def free(self) -> int:
        """Usable addresses beyond those needed; negative where too small."""
        return self.usable - self.needed


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """A virtual network with everything in it, in an order in which it can be made."""

    key: str
    name: str
    address_space: tuple[IPv4Network, ...]
    virtual_network: ResourcePlan
    security_groups: tuple[ResourcePlan, ...]
    route_tables: tuple[ResourcePlan, ...]
    public_ips: tuple[ResourcePlan, ...]
    nat_gateways: tuple[ResourcePlan, ...]
    subnets: tuple[SubnetPlan, ...]

    @property
    def free(self) -> tuple[IPv4Network, ...]:
        """Address space that no subnet has, as the fewest aligned ranges."""
        return tuple(free_ranges(self.address_space, (subnet.cidr for subnet in self.subnets)))

    def subnet(self, key: str) -> SubnetPlan | None:
        """The subnet with this key."""
        return next((subnet for subnet in self.subnets if subnet.key == key), None)


def network_path(key: str) -> KeyPath:
    """Where a network stands in a stack file."""
    return ("cilia:networks", key)


def plan_network(
    key: str,
    config: NetworkConfig,
    scope: Scope,
    *,
    needs: Mapping[str, int],
    delegations: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    protect: bool,
) -> NetworkPlan:
    """The whole network, or nothing.

    Args:
        key: The network's key.
        config: Its configuration.
        scope: Where it goes.
        needs: Addresses needed per subnet key, by clusters; `otherAddresses` comes on top.
        delegations: Services that must be able to inject into a subnet, per subnet key, beside those it names itself.
        protect: Whether resources are protected unless they say otherwise.

    Raises:
        ConfigError: A sized subnet finds no room (PIN-02), or a subnet has neither range nor size (CFG-20).
    """
    needed = {name: needs.get(name, 0) + subnet.other_addresses for name, subnet in config.subnets.items()}
    places = _place(key, config, needed)
    protect = protect if config.protect is None else config.protect
    tags = {**scope.tags, **config.tags}
    common: ArmProperties = {"resourceGroupName": scope.group, "location": scope.location, "tags": tags}
    name = config.name or Kind.VIRTUAL_NETWORK.default_name(key)
    public_ips, nat_gateways = _nat_gateways(key, config, common, protect=protect)
    return NetworkPlan(
        key=key,
        name=name,
        address_space=ipv4_spaces(config),
        virtual_network=ResourcePlan(key, name, {**common, **_virtual_network(name, config)}, protect),
        security_groups=tuple(_security_groups(key, config, common, protect=protect)),
        route_tables=tuple(_route_tables(key, config, common, protect=protect)),
        public_ips=public_ips,
        nat_gateways=nat_gateways,
        subnets=tuple(
            SubnetPlan(
                key=subnet_key,
                name=subnet.name or subnet_key,
                cidr=places[subnet_key],
                sized=subnet.cidr is None,
                retired=subnet.retired,
                needed=needed[subnet_key],
                properties={
                    "resourceGroupName": scope.group,
                    "virtualNetworkName": Ref("virtualNetwork", key, "name"),
                    **_subnet(key, subnet_key, subnet, places[subnet_key], delegations.get(subnet_key, ())),
                },
                protect=protect if subnet.protect is None else subnet.protect,
            )
            for subnet_key, subnet in config.subnets.items()
        ),
    )


def ipv4_spaces(config: NetworkConfig) -> tuple[IPv4Network, ...]:
    """The IPv4 ranges of the address space, which subnets get their places in."""
    return tuple(space for space in config.address_space if isinstance(space, IPv4Network))


def _place(key: str, config: NetworkConfig, needed: Mapping[str, int]) -> dict[str, IPv4Network]:
    """A range for every subnet, or a problem for each that has none."""
    path = (*network_path(key), "subnets")
    problems = [
        CIDR_OR_SIZE.error((*path, name), "neither cidr nor size; add cidr with a range, or size such as /24 or fit")
        for name, subnet in config.subnets.items()
        if subnet.cidr is None and subnet.size is None
    ]
    requests = [
        Request(name, subnet.cidr, _prefix(subnet, needed[name]))
        for name, subnet in config.subnets.items()
        if subnet.cidr is not None or subnet.size is not None
    ]
    placed = pack(ipv4_spaces(config), requests)
    problems += [
        NO_ROOM.error((*path, name, "size"), _no_room(place, config, needed[name]))
        for name, place in placed.items()
        if isinstance(place, NoSpace)
    ]
    if problems:
        raise ConfigError(problems)
    return {name: place for name, place in placed.items() if isinstance(place, IPv4Network)}


def _prefix(subnet: SubnetConfig, needed: int) -> int:
    """The prefix length wanted; 0, which fits nowhere, for a need beyond any subnet."""
    return prefix_for(needed) or 0 if subnet.size == "fit" else subnet.size or 0


def _no_room(place: NoSpace, config: NetworkConfig, needed: int) -> str:
    if not place.request.prefix:
        return f"no subnet has room for {needed:,} addresses; use fewer nodes or several subnets"
    spaces = ", ".join(str(space) for space in config.address_space)
    largest = f"the largest free range is {place.largest_free}" if place.largest_free else "nothing is free"
    prefix = place.request.prefix
    return (
        f"no room for a /{prefix} ({2 ** (32 - prefix):,} addresses) in {spaces}: {largest};"
        f" append a range to addressSpace or ask for a smaller subnet"
    )


def _virtual_network(name: str, config: NetworkConfig) -> ArmProperties:
    properties: ArmProperties = {
        "virtualNetworkName": name,
        "addressSpace": {"addressPrefixes": [str(space) for space in config.address_space]},
        "dhcpOptions": {"dnsServers": [str(server) for server in config.dns_servers]},
        "enableDdosProtection": config.ddos_protection_plan is not None,
    }
    if config.ddos_protection_plan:
        properties["ddosProtectionPlan"] = {"id": config.ddos_protection_plan}
    return properties


def _subnet(
    network: str, key: str, subnet: SubnetConfig, cidr: IPv4Network, delegations: tuple[str, ...]
) -> ArmProperties:
    """A subnet's inputs, whole: a write of a subnet replaces what it does not mention."""
    attached = {
        "natGateway": subnet.nat_gateway,
        "networkSecurityGroup": subnet.security_group,
        "routeTable": subnet.route_table,
    }
    return {
        "subnetName": subnet.name or key,
        "addressPrefix": str(cidr),
        "defaultOutboundAccess": subnet.default_outbound_access,
        "delegations": [
            {"name": service, "serviceName": service} for service in dict.fromkeys((*subnet.delegations, *delegations))
        ],
        "serviceEndpoints": [{"service": service} for service in subnet.service_endpoints],
        "privateEndpointNetworkPolicies": subnet.private_endpoint_network_policies,
        "privateLinkServiceNetworkPolicies": subnet.private_link_service_network_policies,
        **{kind: {"id": attachment(kind, network, value)} for kind, value in attached.items() if value},
    }


def attachment(kind: str, network: str, value: str) -> str | Ref:
    """What a subnet is attached to: an ARM id as it is, a key as a reference into its network."""
    return value if value.startswith("/") else Ref(kind, f"{network}/{value}")


def _security_groups(
    network: str, config: NetworkConfig, common: ArmProperties, *, protect: bool
) -> Iterator[ResourcePlan]:
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


def _route_tables(
    network: str, config: NetworkConfig, common: ArmProperties, *, protect: bool
) -> Iterator[ResourcePlan]:
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


def _nat_gateways(
    network: str, config: NetworkConfig, common: ArmProperties, *, protect: bool
) -> tuple[tuple[ResourcePlan, ...], tuple[ResourcePlan, ...]]:
    """The public IP addresses, and the NAT gateways that use them."""
    public_ips: list[ResourcePlan] = []
    gateways: list[ResourcePlan] = []
    for key, gateway in config.nat_gateways.items():
        # a number out of bounds is a problem of CAP-15, never a plan
        count = min(gateway.public_ips, limits.NAT_GATEWAY_PUBLIC_IPS)
        keys = [f"{key}-{number}" for number in range(1, count + 1)]
        own = [_public_ip(network, address, gateway, common, protect=protect) for address in keys]
        public_ips += own
        name = gateway.name or Kind.NAT_GATEWAY.default_name(network, key)
        properties: ArmProperties = {
            **common,
            "natGatewayName": name,
            "sku": {"name": "Standard"},
            "idleTimeoutInMinutes": gateway.idle_timeout_in_minutes,
            "publicIpAddresses": [{"id": Ref("publicIP", f"{network}/{address.key}")} for address in own],
            **({"zones": list(gateway.zones)} if gateway.zones else {}),
        }
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
