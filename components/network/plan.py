"""What follows from a network's configuration: where every subnet lies, and the Azure properties of every resource.

Pure: no Pulumi, no I/O. What only Azure knows stands in the properties as `Ref`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from types import MappingProxyType

from components.facts.names import Kind
from components.facts.ranges import usable_addresses
from components.network.addresses import NoSpace, Request, free_ranges, pack, prefix_for
from components.network.attached import ResourcePlan, nat_gateways, route_tables, security_groups
from components.network.config import NetworkConfig, SubnetConfig
from components.problems import ConfigError, KeyPath
from components.rules import Rule
from components.values import ArmProperties, ArmValue, Joined, Ref, Scope, StackOutput, referred

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
class SubnetPlan:
    """One subnet with its range.

    Attributes:
        key: Its key in the configuration.
        name: Its Azure name.
        cidr: Its range.
        sized: Whether the range was computed.
        retired: Whether only its space is kept.
        needed: Addresses that the clusters and `otherAddresses` need.
        arm_id: Its ARM id, where that is known before anything is deployed; else words that mean this subnet only.
        properties: Its inputs; nothing is deployed of an existing network.
        protect: Whether Pulumi refuses to delete it.
    """

    key: str
    name: str
    cidr: IPv4Network
    sized: bool
    retired: bool
    needed: int
    arm_id: str
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
    """A virtual network with everything in it, in an order in which it can be made.

    Attributes:
        key: Its key in the configuration.
        name: Its Azure name.
        arm_id: Its ARM id, where that is known before anything is deployed; else words that mean this network only.
        resource_group: Name of its resource group; None where only another stack knows.
        address_space: Its IPv4 ranges.
        virtual_network: The network itself; None where it exists already, and nothing of it is deployed.
        security_groups: Its network security groups.
        route_tables: Its route tables.
        public_ips: The addresses of its NAT gateways.
        nat_gateways: Its NAT gateways.
        subnets: Its subnets.
        provided: What references to an existing network stand for.
    """

    key: str
    name: str
    arm_id: str
    resource_group: str | None
    address_space: tuple[IPv4Network, ...]
    virtual_network: ResourcePlan | None
    security_groups: tuple[ResourcePlan, ...]
    route_tables: tuple[ResourcePlan, ...]
    public_ips: tuple[ResourcePlan, ...]
    nat_gateways: tuple[ResourcePlan, ...]
    subnets: tuple[SubnetPlan, ...]
    provided: Mapping[Ref, ArmValue]

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
    common: ArmProperties = {
        "resourceGroupName": scope.group,
        "location": scope.location,
        "tags": {**scope.tags, **config.tags},
    }
    name = network_name(key, config)
    arm_id = scope.arm_id(_TYPE, name) if config.id is None else str(config.id)
    public_ips, gateways = nat_gateways(key, config, common, protect=protect)
    return NetworkPlan(
        key=key,
        name=name,
        arm_id=arm_id,
        resource_group=_resource_group(config, scope),
        address_space=ipv4_spaces(config),
        virtual_network=None
        if config.id is not None
        else ResourcePlan(key, name, {**common, **_virtual_network(name, config)}, protect),
        security_groups=tuple(security_groups(key, config, common, protect=protect)),
        route_tables=tuple(route_tables(key, config, common, protect=protect)),
        public_ips=public_ips,
        nat_gateways=gateways,
        subnets=tuple(
            SubnetPlan(
                key=subnet_key,
                name=subnet.name or subnet_key,
                cidr=places[subnet_key],
                sized=subnet.cidr is None,
                retired=subnet.retired,
                needed=needed[subnet_key],
                arm_id=f"{arm_id}/subnets/{subnet.name or subnet_key}",
                properties={
                    "resourceGroupName": scope.group,
                    "virtualNetworkName": Ref("virtualNetwork", key, "name"),
                    **_subnet(key, subnet_key, subnet, places[subnet_key], delegations.get(subnet_key, ())),
                },
                protect=protect if subnet.protect is None else subnet.protect,
            )
            for subnet_key, subnet in config.subnets.items()
        ),
        provided=MappingProxyType({} if config.id is None else dict(_provided(key, name, config, config.id))),
    )


_TYPE = "Microsoft.Network/virtualNetworks"


def network_name(key: str, config: NetworkConfig) -> str:
    """A network's Azure name: given, in its ARM id, or made from its key."""
    if config.name is not None:
        return config.name
    if isinstance(config.id, str):
        return config.id.rsplit("/", 1)[-1]
    return Kind.VIRTUAL_NETWORK.default_name(key)


def _resource_group(config: NetworkConfig, scope: Scope) -> str | None:
    if config.id is None:
        return scope.resource_group
    return config.id.split("/")[4] if isinstance(config.id, str) else None


def _provided(
    key: str, name: str, config: NetworkConfig, existing: str | StackOutput
) -> Iterator[tuple[Ref, ArmValue]]:
    """An existing network's id and name, and its subnets' ids."""
    yield Ref("virtualNetwork", key), referred("virtualNetwork", key, existing)
    yield Ref("virtualNetwork", key, "name"), name
    for subnet_key, subnet in config.subnets.items():
        tail = f"/subnets/{subnet.name or subnet_key}"
        here = Joined((existing.reference, tail)) if isinstance(existing, StackOutput) else existing + tail
        yield Ref("subnet", f"{key}/{subnet_key}"), here


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


def _ranges(subnet: SubnetConfig, cidr: IPv4Network) -> ArmProperties:
    """Azure takes one range by itself, and two as a list."""
    if subnet.ipv6_cidr is None:
        return {"addressPrefix": str(cidr)}
    return {"addressPrefixes": [str(cidr), str(subnet.ipv6_cidr)]}


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
        **_ranges(subnet, cidr),
        "defaultOutboundAccess": subnet.default_outbound_access,
        "delegations": [
            {"name": service, "serviceName": service} for service in dict.fromkeys((*subnet.delegations, *delegations))
        ],
        "serviceEndpoints": [{"service": service} for service in subnet.service_endpoints],
        "privateEndpointNetworkPolicies": subnet.private_endpoint_network_policies,
        "privateLinkServiceNetworkPolicies": subnet.private_link_service_network_policies,
        **{kind: {"id": referred(kind, network, value)} for kind, value in attached.items() if value},
    }
