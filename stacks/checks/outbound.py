"""How clusters reach the internet: what each outbound type needs of the node subnets, and NAT gateways themselves."""

from __future__ import annotations

from collections.abc import Iterator

from components.cluster.outbound import LoadBalancerOutbound, ManagedNatGatewayOutbound, NoOutbound
from components.facts import limits
from components.network.config import RouteTableConfig
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import is_key
from stacks.checks.paths import called
from stacks.view import ClusterView, PoolView, StackView

_TYPES = "https://learn.microsoft.com/azure/aks/egress-outboundtype"
_NAT = "https://learn.microsoft.com/azure/aks/nat-gateway"
_NAT_RESOURCE = "https://learn.microsoft.com/azure/nat-gateway/nat-gateway-resource"

NEEDS_NETWORK = Rule(
    "OUT-01",
    "A way out through the subnets needs subnets of your own",
    why="AKS refuses userDefinedRouting and userAssignedNATGateway for clusters in the network that it makes itself.",
    fix="Give the cluster a network, or use outbound type loadBalancer.",
    source=_TYPES,
)
ROUTES = Rule(
    "OUT-05",
    "With userDefinedRouting every node subnet routes the internet to an appliance or gateway",
    why="AKS refuses the cluster where the route table or its default route is missing"
    " (RouteTableMissingDefaultRouteError) or"
    " leads to Internet or None (RouteTableInvalidNextHop).",
    fix="Attach a route table with a route for 0.0.0.0/0 to VirtualAppliance or VirtualNetworkGateway.",
    source=f"{_TYPES}; https://learn.microsoft.com/azure/aks/limit-egress-traffic",
)
NAT = Rule(
    "OUT-06",
    "Node subnets have a NAT gateway exactly where the outbound type is userAssignedNATGateway",
    why="AKS refuses userAssignedNATGateway where a node subnet has no NAT gateway, and other outbound types where one"
    " has.",
    fix="Attach a NAT gateway to every node subnet, or to none and use another outbound type.",
    source=f"{_NAT}; AKS support articles on outbound types",
)
IMPLICIT = Rule(
    "NET-36",
    "Node subnets have no implicit way out",
    why="Azure's default outbound access has an address that nobody owns and that changes; Azure retires it for new"
    " networks. Clusters bring a way out of their own, so it only hides that one being broken.",
    fix="Remove defaultOutboundAccess.",
    source="https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access;"
    " AKS release notes 2025-09",
)
NAT_BOUNDS = Rule(
    "CAP-15",
    "A NAT gateway has as many addresses and as long a timeout as Azure takes",
    why=f"A NAT gateway has 1 to {limits.NAT_GATEWAY_PUBLIC_IPS} public IP addresses, with 64,512 flows each to one"
    " destination, and"
    f" an idle timeout of {limits.NAT_GATEWAY_IDLE_TIMEOUT_MINUTES[0]} to"
    f" {limits.NAT_GATEWAY_IDLE_TIMEOUT_MINUTES[-1]} minutes.",
    fix="Use numbers in these bounds.",
    source=f"{_NAT_RESOURCE}; {_NAT}",
)
MANAGED_NAT = Rule(
    "OUT-02",
    "A managed NAT gateway goes with the network that AKS makes",
    why="AKS refuses managedNATGateway for nodes in subnets of your own: it could not attach the gateway to them.",
    fix="Remove network, or use userAssignedNATGateway.",
    source=_TYPES,
)
LOAD_BALANCER = Rule(
    "OUT-03",
    "A load balancer goes out by one kind of address",
    why="AKS takes managed addresses, existing addresses or existing prefixes, one of the three.",
    fix="Give one of managedOutboundIPs, outboundIPs and outboundIPPrefixes.",
    source="https://learn.microsoft.com/azure/aks/load-balancer-standard",
)
ISOLATED = Rule(
    "OUT-07",
    "A cluster without a way out is a network isolated cluster",
    why="Without a way out, nodes get their images from a container registry that caches Microsoft's; the node OS"
    " channel has to be NodeImage or None, since nothing else reaches the nodes.",
    fix="Use nodeOSUpgradeChannel NodeImage or None, and Kubernetes 1.30 or newer.",
    source="https://learn.microsoft.com/azure/aks/concepts-network-isolated",
)
PORTS = Rule(
    "CAP-14",
    "The load balancer has SNAT ports for every node, surge included",
    why=f"Each public address has {limits.LOAD_BALANCER_PORTS_PER_ADDRESS:,} ports, which all nodes share; AKS refuses"
    " an allocation that does not suffice (InvalidLoadBalancerProfileAllocatedOutboundPorts). Ports go in steps of"
    f" {limits.LOAD_BALANCER_PORT_STEP}.",
    fix="Allocate fewer ports, use more addresses, or a NAT gateway.",
    source="https://learn.microsoft.com/azure/aks/load-balancer-standard",
)
NAT_ZONE = Rule(
    "CFG-26",
    "A Standard NAT gateway is in one zone or in none",
    why="Azure refuses more than one zone for a Standard NAT gateway, and zones other than 1, 2 and 3.",
    fix="Name one zone, or none and let Azure choose; use a NAT gateway and subnets per zone for more.",
    source=_NAT_RESOURCE,
)

_DEFAULT_ROUTE = "0.0.0.0/0"
_HOPS = ("VirtualAppliance", "VirtualNetworkGateway")
_NEED_SUBNETS = ("userAssignedNATGateway", "userDefinedRouting")
_ZONES = ("1", "2", "3")


def _outbound_path(cluster: ClusterView) -> KeyPath:
    return (*cluster.path, "networking", "outbound", "type")


def _types(view: StackView) -> Iterator[Problem]:
    """OUT-01, OUT-05, OUT-06: what a cluster's outbound type needs."""
    for cluster in view.clusters:
        kind = cluster.config.networking.outbound.type
        if cluster.config.network is None:
            if kind in _NEED_SUBNETS:
                yield NEEDS_NETWORK.error(
                    _outbound_path(cluster), f"{kind} in a network that AKS makes; add network, or use loadBalancer"
                )
            continue
        if kind == "managedNATGateway":
            yield MANAGED_NAT.error(
                _outbound_path(cluster),
                f"{kind} for nodes in network {cluster.config.network}; use userAssignedNATGateway, or remove network",
            )
            continue
        for pool in {pool.config.subnet: pool for pool in reversed(cluster.pools)}.values():
            if pool.subnet_config is None or pool.subnet_config.retired:
                continue
            yield from _nat_gateway(cluster, pool, kind)
            if kind == "userDefinedRouting":
                yield from _default_route(cluster, pool)


def _load_balancers(view: StackView) -> Iterator[Problem]:
    """OUT-03, CAP-14."""
    for cluster in view.clusters:
        outbound = cluster.config.networking.outbound
        if not isinstance(outbound, LoadBalancerOutbound):
            continue
        path = (*cluster.path, "networking", "outbound")
        given = {
            "managedOutboundIPs": outbound.managed_outbound_ips is not None,
            "outboundIPs": bool(outbound.outbound_ips),
            "outboundIPPrefixes": bool(outbound.outbound_ip_prefixes),
        }
        chosen = [key for key, there in given.items() if there]
        if len(chosen) > 1:
            yield LOAD_BALANCER.error((*path, chosen[1]), f"{' and '.join(chosen)} are both given; keep one of them")
        bounded = (
            ("managedOutboundIPs", outbound.managed_outbound_ips, limits.LOAD_BALANCER_MANAGED_IPS),
            ("idleTimeoutInMinutes", outbound.idle_timeout_in_minutes, limits.LOAD_BALANCER_IDLE_TIMEOUT_MINUTES),
            ("allocatedOutboundPorts", outbound.allocated_outbound_ports, limits.LOAD_BALANCER_OUTBOUND_PORTS),
        )
        for key, value, allowed in bounded:
            if value is not None and value not in allowed:
                yield PORTS.error(
                    (*path, key), f"{value:,} is not {allowed[0]:,} to {allowed[-1]:,}; use a number in between"
                )
        yield from _ports(cluster, outbound, path)


def _ports(cluster: ClusterView, outbound: LoadBalancerOutbound, path: KeyPath) -> Iterator[Problem]:
    """CAP-14: ports of all addresses, shared by all nodes of an upgrade at its largest."""
    ports, addresses = outbound.allocated_outbound_ports, outbound.addresses
    path = (*path, "allocatedOutboundPorts")
    step = limits.LOAD_BALANCER_PORT_STEP
    if ports % step:
        below = ports - ports % step
        yield PORTS.error(path, f"{ports:,} is no multiple of {step}; use {below:,} or {below + step:,}")
    elif ports and addresses:
        nodes = cluster.nodes_with_surge
        room = limits.LOAD_BALANCER_PORTS_PER_ADDRESS * addresses
        if nodes * ports > room:
            most = room // nodes // step * step
            enough = -(-nodes * ports // limits.LOAD_BALANCER_PORTS_PER_ADDRESS)
            yield PORTS.error(
                path,
                f"{ports:,} ports for each of {nodes:,} nodes are {nodes * ports:,}, {addresses} public IP"
                f" {'address has' if addresses == 1 else 'addresses have'} {room:,}; use at most {most:,}, or {enough}"
                " addresses",
            )


def _managed_nat_gateways(view: StackView) -> Iterator[Problem]:
    """CAP-15 for the NAT gateway that AKS makes."""
    for cluster in view.clusters:
        outbound = cluster.config.networking.outbound
        if not isinstance(outbound, ManagedNatGatewayOutbound):
            continue
        bounded = (
            ("managedOutboundIPs", outbound.managed_outbound_ips, range(1, limits.NAT_GATEWAY_PUBLIC_IPS + 1)),
            ("idleTimeoutInMinutes", outbound.idle_timeout_in_minutes, limits.NAT_GATEWAY_IDLE_TIMEOUT_MINUTES),
        )
        for key, value, allowed in bounded:
            if value not in allowed:
                yield NAT_BOUNDS.error(
                    (*cluster.path, "networking", "outbound", key),
                    f"{value:,} is not {allowed[0]} to {allowed[-1]}; use a number in between",
                )


def _isolated(view: StackView) -> Iterator[Problem]:
    """OUT-07."""
    for cluster in view.clusters:
        channel = cluster.config.auto_upgrade_profile.node_os_upgrade_channel
        if isinstance(cluster.config.networking.outbound, NoOutbound) and channel not in ("NodeImage", "None"):
            yield ISOLATED.error(
                (*cluster.path, "autoUpgradeProfile", "nodeOSUpgradeChannel"),
                f"{channel} with outbound type none, which nothing reaches; use NodeImage or None",
            )


def _nat_gateway(cluster: ClusterView, pool: PoolView, kind: str) -> Iterator[Problem]:
    """OUT-06."""
    assert pool.subnet_config is not None
    path = (*_network_path(cluster), "subnets", str(pool.config.subnet), "natGateway")
    gateway = pool.subnet_config.nat_gateway
    if kind == "userAssignedNATGateway" and gateway is None:
        yield NAT.error(
            path, f"none, but nodes of clusters.{cluster.key} leave by {kind}; add natGateway to the subnet"
        )
    if kind != "userAssignedNATGateway" and gateway is not None:
        name = called(gateway)
        yield NAT.error(
            path,
            f"{name}, but nodes of clusters.{cluster.key} leave by {kind}; remove it, or use userAssignedNATGateway",
        )


def _network_path(cluster: ClusterView) -> KeyPath:
    return ("cilia:networks", str(cluster.config.network))


def _default_route(cluster: ClusterView, pool: PoolView) -> Iterator[Problem]:
    """OUT-05."""
    assert pool.subnet_config is not None
    assert cluster.network is not None
    table = pool.subnet_config.route_table
    path = (*_network_path(cluster), "subnets", str(pool.config.subnet), "routeTable")
    if table is None:
        yield ROUTES.error(
            path,
            f"none, but nodes of clusters.{cluster.key} leave by userDefinedRouting; add a routeTable to the subnet",
        )
    elif not is_key(table):
        yield ROUTES.warning(
            path,
            f"routes of {called(table)} are not known here; make sure {_DEFAULT_ROUTE} leads to {' or '.join(_HOPS)}",
        )
    elif table in cluster.network.config.route_tables:
        yield from _routes(cluster, table, cluster.network.config.route_tables[table])


def _routes(cluster: ClusterView, key: str, table: RouteTableConfig) -> Iterator[Problem]:
    path = (*_network_path(cluster), "routeTables", key, "routes")
    hops = " or ".join(_HOPS)
    defaults = {name: route for name, route in table.routes.items() if route.address_prefix == _DEFAULT_ROUTE}
    if not defaults:
        yield ROUTES.error(
            path, f"no route for {_DEFAULT_ROUTE}, which clusters.{cluster.key} leaves by; add one to {hops}"
        )
    for name, route in defaults.items():
        if route.next_hop_type not in _HOPS:
            yield ROUTES.error(
                (*path, name, "nextHopType"),
                f"{route.next_hop_type} for {_DEFAULT_ROUTE}, which clusters.{cluster.key} leaves by; use {hops}",
            )


def _implicit(view: StackView) -> Iterator[Problem]:
    """NET-36."""
    for network in view.networks:
        for key, subnet in network.config.subnets.items():
            if subnet.default_outbound_access and network.users(key):
                yield IMPLICIT.warning(
                    (*network.path, "subnets", key, "defaultOutboundAccess"),
                    "true on a node subnet, whose nodes have a way out of their own; remove it",
                )


def _nat_gateways(view: StackView) -> Iterator[Problem]:
    """CAP-15, CFG-26."""
    minutes = limits.NAT_GATEWAY_IDLE_TIMEOUT_MINUTES
    for network in view.networks:
        for key, gateway in network.config.nat_gateways.items():
            path = (*network.path, "natGateways", key)
            addresses = gateway.own_public_ips + len(gateway.public_ip_addresses)
            if not (addresses >= 1 or gateway.public_ip_prefixes) or addresses > limits.NAT_GATEWAY_PUBLIC_IPS:
                yield NAT_BOUNDS.error(
                    (*path, "publicIPs"),
                    f"{addresses:,} public IP addresses, a NAT gateway has 1 to"
                    f" {limits.NAT_GATEWAY_PUBLIC_IPS};"
                    " use a number in between",
                )
            if gateway.idle_timeout_in_minutes not in minutes:
                yield NAT_BOUNDS.error(
                    (*path, "idleTimeoutInMinutes"),
                    f"{gateway.idle_timeout_in_minutes:,} minutes, a NAT gateway takes {minutes[0]} to {minutes[-1]};"
                    " use a number in between",
                )
            if len(gateway.zones) > limits.NAT_GATEWAY_STANDARD_ZONES:
                yield NAT_ZONE.error(
                    (*path, "zones"),
                    f"zones {', '.join(gateway.zones)}, a Standard NAT gateway is in one; name one zone or none",
                )
            for zone in gateway.zones:
                if zone not in _ZONES:
                    yield NAT_ZONE.error((*path, "zones"), f"{zone!r} is not a zone; use one of {', '.join(_ZONES)}")


CHECKS = (_load_balancers, _managed_nat_gateways, _isolated, _types, _implicit, _nat_gateways)
