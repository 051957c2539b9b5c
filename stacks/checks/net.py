"""Virtual networks and subnets: rules of the NET family about one network, and about where clusters' nodes are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from ipaddress import IPv4Network, IPv6Network

from components.facts import limits, ranges
from components.facts.names import SERVICE_SUBNETS
from components.network.plan import ipv4_spaces, network_path
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import HOST_BITS, is_key
from stacks.checks.paths import subnet_path
from stacks.parse import MISSING_KEY
from stacks.view import ClusterView, PoolView, StackView

_FAQ = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"
_CNI = "https://learn.microsoft.com/azure/aks/concepts-network-cni-overview"

NEVER_ROUTED = Rule(
    "NET-01",
    "No range is one that Azure never routes",
    why=f"Azure refuses {', '.join(f'{cidr} ({what})' for what, cidr in ranges.NOT_ALLOWED_IN_VNET.items())} in a"
    " virtual network, and pods or Services there would be unreachable.",
    fix="Use private ranges such as 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
    source=_FAQ,
)
RESERVED_BY_AKS = Rule(
    "NET-02",
    "Nothing overlaps the ranges that AKS keeps for itself",
    why=f"AKS uses {', '.join(str(cidr) for cidr in ranges.RESERVED_BY_AKS)} inside every cluster: it refuses a pod"
    " range there, and traffic to anything else there never leaves the node.",
    fix="Move the range; 172.20.0.0/16 is free for Services, 192.168.0.0/16 and 10.244.0.0/16 for pods.",
    source=f"{_CNI}; AKS release notes 2026-05-29",
)
SUBNET_SIZE = Rule(
    "NET-03",
    f"Subnets are /{limits.LARGEST_SUBNET_PREFIX} to /{limits.SMALLEST_SUBNET_PREFIX}; networks no larger than"
    f" /{limits.LARGEST_VNET_PREFIX}",
    why=f"Azure keeps {limits.AZURE_RESERVED_ADDRESSES} addresses of every subnet, so it refuses anything smaller than"
    f" /{limits.SMALLEST_SUBNET_PREFIX}; AKS plans for networks up to /{limits.LARGEST_VNET_PREFIX}.",
    fix="Use a prefix in that range.",
    source=f"{_FAQ}; https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
)
SERVICE_LIMITS = Rule(
    "NET-08",
    "A network stays within Azure's default limits",
    why=f"By default a virtual network has at most {limits.VNET_SUBNETS:,} subnets and {limits.VNET_ADDRESSES:,}"
    f" addresses in use, a security group {limits.SECURITY_GROUP_RULES:,} rules and a route table"
    f" {limits.ROUTE_TABLE_ROUTES:,} routes.",
    fix="Split it, or ask Azure support for a higher limit and accept the warning.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
)
SERVICE_SUBNET = Rule(
    "NET-19",
    "Nodes are not in a subnet that belongs to another service",
    why=f"Subnets called {', '.join(SERVICE_SUBNETS)} are for one Azure service each.",
    fix="Put the pool in a subnet of its own.",
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-for-azure-services",
)
DELEGATED = Rule(
    "NET-20",
    "Node subnets are not delegated",
    why="AKS refuses a delegated node subnet (SubnetIsDelegated).",
    fix="Remove the delegation, or use another subnet for nodes.",
    source="https://learn.microsoft.com/azure/aks/use-byo-cni; support article SubnetIsDelegated",
)
SAME_NETWORK = Rule(
    "NET-26",
    "All pools of a cluster are in the same network, or none names a subnet",
    why="AKS refuses pools in different virtual networks, and a mixture of pools with and without a subnet.",
    fix="Give every pool a subnet of the cluster's network; without 'network' give none.",
    source="https://learn.microsoft.com/azure/aks/node-pools",
)
UNKNOWN_REFERENCE = Rule(
    "CFG-06",
    "Every reference names something that exists",
    why="Otherwise the deployment fails when it gets there, after everything before it was made.",
    fix="Use a key that is declared, or the ARM id of something existing.",
    source="docs/stack-file.md",
)


def _address_space(view: StackView) -> Iterator[Problem]:
    """CFG-03, NET-03: there is an address space, and each range of it has a size that AKS plans for."""
    for network in view.networks:
        if not network.config.address_space:
            yield MISSING_KEY.error((*network.path, "addressSpace"), "empty; add a range such as 10.0.0.0/16")
        for index, space in enumerate(network.config.address_space):
            if isinstance(space, IPv4Network) and space.prefixlen < limits.LARGEST_VNET_PREFIX:
                yield SUBNET_SIZE.warning(
                    (*network.path, "addressSpace", index),
                    f"{space} is larger than /{limits.LARGEST_VNET_PREFIX}, which AKS does not plan for;"
                    " use a smaller range",
                )


def _subnet_ranges(view: StackView) -> Iterator[Problem]:
    """NET-03, NET-05: size of each subnet, and inside the address space."""
    smallest, largest = limits.SMALLEST_SUBNET_PREFIX, limits.LARGEST_SUBNET_PREFIX
    for network in view.networks:
        spaces = ipv4_spaces(network.config)
        for subnet in network.plan.subnets if network.plan else ():
            path = subnet_path(network, subnet)
            if not largest <= subnet.cidr.prefixlen <= smallest:
                yield SUBNET_SIZE.error(
                    path,
                    f"{subnet.cidr} is a /{subnet.cidr.prefixlen}, Azure takes /{largest} to /{smallest};"
                    f" use /{smallest} or larger",
                )
            if not any(subnet.cidr.subnet_of(space) for space in spaces):
                yield HOST_BITS.error(
                    path,
                    f"{subnet.cidr} is outside the address space"
                    f" {', '.join(str(space) for space in spaces) or '(none)'};"
                    " move it inside, or append a range to addressSpace",
                )


def _kept_ranges(view: StackView) -> Iterator[Problem]:
    """NET-01, NET-02: address space, pod and Service ranges against those of Azure and AKS."""
    for path, cidr in _ranges_of_people(view):
        never = [f"{kept} ({what})" for what, kept in ranges.NOT_ALLOWED_IN_VNET.items() if kept.overlaps(cidr)]
        if never:
            yield NEVER_ROUTED.error(
                path, f"{cidr} overlaps {', '.join(never)}, which Azure never routes; use a private range"
            )
            continue
        for reserved in ranges.RESERVED_BY_AKS:
            if reserved.overlaps(cidr):
                yield RESERVED_BY_AKS.error(
                    path, f"{cidr} overlaps {reserved}, which AKS keeps for itself; use another range"
                )


def _ranges_of_people(view: StackView) -> Iterator[tuple[KeyPath, IPv4Network]]:
    """The IPv4 ranges of address spaces, pods and Services, and where they are written."""
    for network in view.networks:
        for index, space in enumerate(network.config.address_space):
            if not isinstance(space, IPv6Network):
                yield (*network.path, "addressSpace", index), space
    for cluster in view.clusters:
        networking = cluster.config.networking
        pods = cluster.mode.pod_range(networking)
        if pods is not None:
            yield (*cluster.path, "networking", "podCidr"), pods
        yield (*cluster.path, "networking", "serviceCidr"), networking.service_cidr


def _service_limits(view: StackView) -> Iterator[Problem]:
    """NET-08."""
    for network in view.networks:
        config = network.config
        in_use = sum(subnet.needed for subnet in network.plan.subnets) if network.plan else 0
        counted: list[tuple[KeyPath, int, str, int]] = [
            (("subnets",), len(config.subnets), "subnets", limits.VNET_SUBNETS),
            ((), in_use, "addresses needed in all subnets", limits.VNET_ADDRESSES),
            *(
                (("securityGroups", key, "rules"), len(group.rules), "rules", limits.SECURITY_GROUP_RULES)
                for key, group in config.security_groups.items()
            ),
            *(
                (("routeTables", key, "routes"), len(table.routes), "routes", limits.ROUTE_TABLE_ROUTES)
                for key, table in config.route_tables.items()
            ),
        ]
        for path, count, what, limit in counted:
            if count > limit:
                yield SERVICE_LIMITS.warning(
                    (*network.path, *path),
                    f"{count:,} {what}, Azure's default limit is {limit:,}; split them or ask for a higher limit",
                )


def _attachments(view: StackView) -> Iterator[Problem]:
    """CFG-06: what subnets are attached to."""
    for network in view.networks:
        declared: dict[str, Collection[str]] = {
            "natGateway": network.config.nat_gateways,
            "securityGroup": network.config.security_groups,
            "routeTable": network.config.route_tables,
        }
        for key, subnet in network.config.subnets.items():
            named = {
                "natGateway": subnet.nat_gateway,
                "securityGroup": subnet.security_group,
                "routeTable": subnet.route_table,
            }
            for field, value in named.items():
                if value and is_key(value) and value not in declared[field]:
                    yield UNKNOWN_REFERENCE.error(
                        (*network.path, "subnets", key, field),
                        unknown_reference(value, f"{field}s of this network", declared[field]),
                    )


def unknown_reference(value: object, what: str, known: Collection[str]) -> str:
    """A message for a reference to nothing, with what there is."""
    if not known:
        return f"{value!r} is not among the {what}, of which there are none; declare it"
    names = ", ".join(sorted(known))
    return f"{value!r} is not among the {what}: {names}; declare it or use one of these"


def _cluster_network(view: StackView) -> Iterator[Problem]:
    """CFG-06, NET-19, NET-20, NET-26: where the nodes are."""
    for cluster in view.clusters:
        name = cluster.config.network
        if name is not None and name not in view.config.networks and network_path(name) not in view.skipped:
            yield UNKNOWN_REFERENCE.error(
                (*cluster.path, "network"), unknown_reference(name, "networks", view.config.networks)
            )
        for pool in cluster.pools:
            path = (*pool.path, "subnet")
            yield from _pool_reference(cluster, pool, path)
            yield from _pool_subnet(pool, path)


def _pool_reference(cluster: ClusterView, pool: PoolView, path: KeyPath) -> Iterator[Problem]:
    """CFG-06, NET-26: whether a pool names a subnet that is there."""
    network, subnet = cluster.config.network, pool.config.subnet
    if network is None:
        if subnet is not None:
            yield SAME_NETWORK.error(
                path,
                f"pool {pool.name} names a subnet, but clusters.{cluster.key} has no network;"
                " add network, or remove subnet",
            )
    elif subnet is None:
        yield SAME_NETWORK.error(path, f"pool {pool.name} has no subnet in network {network}; add subnet")
    elif cluster.network and pool.subnet_config is None:
        known = cluster.network.config.subnets
        yield UNKNOWN_REFERENCE.error(path, unknown_reference(subnet, f"subnets of network {network}", known))
    elif pool.subnet_config and pool.subnet_config.retired:
        yield UNKNOWN_REFERENCE.error(path, f"subnet {subnet} is retired and not deployed; use another")


def _pool_subnet(pool: PoolView, path: KeyPath) -> Iterator[Problem]:
    """NET-19, NET-20: whether nodes may be in a subnet."""
    if pool.subnet and pool.subnet.name in SERVICE_SUBNETS:
        service = SERVICE_SUBNETS[pool.subnet.name]
        yield SERVICE_SUBNET.error(path, f"{pool.subnet.name} is for {service}; use another subnet")
    if pool.subnet_config and pool.subnet_config.delegations:
        delegations = ", ".join(pool.subnet_config.delegations)
        yield DELEGATED.error(
            path,
            f"subnet {pool.config.subnet} is delegated to {delegations}, which AKS refuses for nodes;"
            " use another subnet",
        )


CHECKS = (
    _address_space,
    _subnet_ranges,
    _kept_ranges,
    _service_limits,
    _attachments,
    _cluster_network,
)
