"""Virtual networks and subnets: rules of the NET family about one network, and about what clusters need of it."""

from __future__ import annotations

from collections.abc import Iterator

from components.facts import limits, ranges
from components.facts.names import LABEL_VALUE, NAME_RULES, SERVICE_SUBNETS, Kind
from components.network.addresses import Range, overlapping
from components.network.plan import network_path
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import HOST_BITS
from stacks.view import ClusterView, NetworkView, StackView

_FAQ = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"
_CNI = "https://learn.microsoft.com/azure/aks/concepts-network-cni-overview"

NOT_IN_VNET = Rule(
    "NET-01",
    "A network's address space has no range that Azure never routes",
    why=f"Azure refuses {', '.join(f'{cidr} ({what})' for what, cidr in ranges.NOT_ALLOWED_IN_VNET.items())} in a virtual network.",
    fix="Use private ranges such as 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
    source=_FAQ,
)
RESERVED_BY_AKS = Rule(
    "NET-02",
    "Nothing overlaps the ranges that AKS keeps for itself",
    why=f"AKS uses {', '.join(str(cidr) for cidr in ranges.RESERVED_BY_AKS)} inside every cluster: it refuses a pod range there, and traffic"
    " to anything else there never leaves the node.",
    fix="Move the range; 172.20.0.0/16 is free for Services, 192.168.0.0/16 and 10.244.0.0/16 for pods.",
    source=f"{_CNI}; AKS release notes 2026-05-29",
)
SUBNET_SIZE = Rule(
    "NET-03",
    f"Subnets are /{limits.LARGEST_SUBNET_PREFIX} to /{limits.SMALLEST_SUBNET_PREFIX}; networks no larger than /{limits.LARGEST_VNET_PREFIX}",
    why=f"Azure keeps {limits.AZURE_RESERVED_ADDRESSES} addresses of every subnet, so it refuses anything smaller than"
    f" /{limits.SMALLEST_SUBNET_PREFIX}; AKS plans for networks up to /{limits.LARGEST_VNET_PREFIX}.",
    fix="Use a prefix in that range.",
    source=f"{_FAQ}; https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning",
)
PEERS_APART = Rule(
    "NET-06",
    "A network does not overlap what it is connected to",
    why="Azure refuses a peering of overlapping networks, and over a VPN or ExpressRoute the nearer range wins silently.",
    fix="Move one of the two ranges.",
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview",
)
SERVICE_LIMITS = Rule(
    "NET-08",
    "A network stays within Azure's default limits",
    why=f"By default a virtual network has at most {limits.VNET_SUBNETS:,} subnets, a security group {limits.SECURITY_GROUP_RULES:,} rules and a route"
    f" table {limits.ROUTE_TABLE_ROUTES:,} routes.",
    fix="Split it, or ask Azure support for a higher limit and accept the warning.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
)
NAMES = Rule(
    "NET-17",
    "Names are names that Azure takes",
    why="Azure refuses a name that is too long or has other characters.",
    fix="Shorten or respell the name, or give one with 'name:'.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules",
)
LABEL_NAMES = Rule(
    "NET-18",
    "Names of network, subnet and resource group are valid label values where they become node labels",
    why=f"With Azure CNI Overlay and dynamic pod subnets these names become node labels, at most {LABEL_VALUE.longest} characters long; AKS refuses others.",
    fix="Shorten or respell the name.",
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
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
    """NET-01, NET-03: each range of an address space."""
    for network in view.networks:
        for index, space in enumerate(network.config.address_space):
            path = (*network.path, "addressSpace", index)
            for what, forbidden in ranges.NOT_ALLOWED_IN_VNET.items():
                if space.overlaps(forbidden):
                    yield NOT_IN_VNET.error(path, f"{space} overlaps {forbidden} ({what}), which Azure refuses; use a private range")
            if space.prefixlen < limits.LARGEST_VNET_PREFIX:
                yield SUBNET_SIZE.warning(
                    path, f"{space} is larger than /{limits.LARGEST_VNET_PREFIX}, which AKS does not plan for; use a smaller range"
                )


def _subnet_ranges(view: StackView) -> Iterator[Problem]:
    """NET-03, NET-05: size of each subnet, and inside the address space."""
    for network in view.networks:
        spaces = network.config.address_space
        for subnet in network.plan.subnets if network.plan else ():
            field = "size" if subnet.sized else "cidr"
            path = (*network.path, "subnets", subnet.key, field)
            if not limits.LARGEST_SUBNET_PREFIX <= subnet.cidr.prefixlen <= limits.SMALLEST_SUBNET_PREFIX:
                yield SUBNET_SIZE.error(
                    path,
                    f"{subnet.cidr} is a /{subnet.cidr.prefixlen}, Azure takes /{limits.LARGEST_SUBNET_PREFIX} to"
                    f" /{limits.SMALLEST_SUBNET_PREFIX}; use /{limits.SMALLEST_SUBNET_PREFIX} or larger",
                )
            if not any(subnet.cidr.subnet_of(space) for space in spaces):
                yield HOST_BITS.error(
                    path,
                    f"{subnet.cidr} is outside the address space {', '.join(str(space) for space in spaces)};"
                    " move it inside, or append a range to addressSpace",
                )


def subnet_range(network: NetworkView, key: str) -> Range | None:
    """A planned subnet as a range that messages can name."""
    subnet = network.plan.subnet(key) if network.plan else None
    if subnet is None:
        return None
    path = (*network.path, "subnets", key, "size" if subnet.sized else "cidr")
    return Range("subnet", network.key, path, f"networks.{network.key}.subnets.{key}", subnet.cidr)


def _overlaps_within(view: StackView) -> Iterator[Problem]:
    """NET-05, NET-06: subnets among each other, address ranges among each other and with what is connected."""
    for network in view.networks:
        spaces = [
            Range("space", network.key, (*network.path, "addressSpace", index), f"addressSpace[{index}]", space)
            for index, space in enumerate(network.config.address_space)
        ]
        connected = [
            Range("connected", network.key, (*network.path, "connectedRanges", name, index), f"connectedRanges.{name}", cidr)
            for name, cidrs in network.config.connected_ranges.items()
            for index, cidr in enumerate(cidrs)
        ]
        subnets = [found for key in network.config.subnets if (found := subnet_range(network, key))]
        for first, second in overlapping([*spaces, *connected]):
            kinds = {first.kind, second.kind}
            if kinds == {"space"}:
                yield HOST_BITS.error(second.path, f"{second.network} overlaps {first.label} {first.network}; remove or move one of them")
            elif kinds == {"space", "connected"}:
                yield PEERS_APART.error(second.path, f"{second.network} overlaps {first.label} {first.network}; move one of them")
        for first, second in overlapping(subnets):
            yield HOST_BITS.error(second.path, _subnet_overlap(network, first, second))


def _subnet_overlap(network: NetworkView, first: Range, second: Range) -> str:
    computed = first.path[-1] == "size" and second.path[-1] == "cidr"
    fix = "declare the fixed one first, or move it" if computed else "move one of them"
    return f"{second.network} overlaps {first.label} {first.network}; {fix}"


def _reserved(view: StackView) -> Iterator[Problem]:
    """NET-02: address space, pod and Service ranges against AKS's own."""
    named: list[tuple[KeyPath, object]] = []
    for network in view.networks:
        for index, space in enumerate(network.config.address_space):
            if not any(space.overlaps(forbidden) for forbidden in ranges.NOT_ALLOWED_IN_VNET.values()):
                named.append(((*network.path, "addressSpace", index), space))
    for cluster in view.clusters:
        pods = cluster.mode.pod_range(cluster.config.networking)
        if pods is not None:
            named.append(((*cluster.path, "networking", "podCidr"), pods))
        named.append(((*cluster.path, "networking", "serviceCidr"), cluster.config.networking.service_cidr))
    for path, cidr in named:
        for reserved in ranges.RESERVED_BY_AKS:
            if reserved.overlaps(cidr):  # type: ignore[arg-type]
                yield RESERVED_BY_AKS.error(path, f"{cidr} overlaps {reserved}, which AKS keeps for itself; use another range")


def _service_limits(view: StackView) -> Iterator[Problem]:
    """NET-08."""
    for network in view.networks:
        counted = [
            ((*network.path, "subnets"), len(network.config.subnets), "subnets", limits.VNET_SUBNETS),
            *(
                ((*network.path, "securityGroups", key, "rules"), len(group.rules), "rules", limits.SECURITY_GROUP_RULES)
                for key, group in network.config.security_groups.items()
            ),
            *(
                ((*network.path, "routeTables", key, "routes"), len(table.routes), "routes", limits.ROUTE_TABLE_ROUTES)
                for key, table in network.config.route_tables.items()
            ),
        ]
        for path, count, what, limit in counted:
            if count > limit:
                yield SERVICE_LIMITS.warning(path, f"{count:,} {what}, Azure's default limit is {limit:,}; split them or ask for a higher limit")


def _names(view: StackView) -> Iterator[Problem]:
    """NET-17: every Azure name of a network, given or made from keys."""
    environment = view.config.environment
    if environment and environment.resource_group.name is not None:
        fault = NAME_RULES[Kind.RESOURCE_GROUP].fault(environment.resource_group.name)
        if fault:
            yield NAMES.error(("cilia:environment", "resourceGroup", "name"), fault)
    for network in view.networks:
        plan = network.plan
        if plan is None:
            continue
        parts = [
            (network.path, Kind.VIRTUAL_NETWORK, [plan.virtual_network]),
            ((*network.path, "subnets"), Kind.SUBNET, plan.subnets),
            ((*network.path, "securityGroups"), Kind.SECURITY_GROUP, plan.security_groups),
            ((*network.path, "routeTables"), Kind.ROUTE_TABLE, plan.route_tables),
            ((*network.path, "natGateways"), Kind.NAT_GATEWAY, plan.nat_gateways),
        ]
        for path, kind, resources in parts:
            for resource in resources:
                fault = NAME_RULES[kind].fault(resource.name)
                if fault:
                    yield NAMES.error(path if kind is Kind.VIRTUAL_NETWORK else (*path, resource.key), fault)


def _label_names(view: StackView) -> Iterator[Problem]:
    """NET-18."""
    for cluster in view.clusters:
        network = cluster.network
        if network is None or network.plan is None or not cluster.facts.network_names_become_labels:
            continue
        subnets = {pool.subnet.key: pool.subnet for pool in cluster.pools if pool.subnet}
        named: list[tuple[KeyPath, str]] = [
            (("cilia:environment", "resourceGroup"), view.scope.resource_group),
            (network.path, network.plan.name),
            *(((*network.path, "subnets", key), subnet.name) for key, subnet in subnets.items()),
        ]
        for path, name in named:
            fault = LABEL_VALUE.fault(name)
            if fault:
                yield LABEL_NAMES.error(path, f"becomes a node label in clusters.{cluster.key}: {fault}")


def _attachments(view: StackView) -> Iterator[Problem]:
    """CFG-06: what subnets are attached to."""
    for network in view.networks:
        declared = {
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
                if value and not value.startswith("/") and value not in declared[field]:
                    yield UNKNOWN_REFERENCE.error(
                        (*network.path, "subnets", key, field), unknown_reference(value, f"{field}s of this network", declared[field])
                    )


def unknown_reference(value: str, what: str, known: object) -> str:
    """A message for a reference to nothing, with what there is."""
    names = ", ".join(sorted(known)) if known else "none"  # type: ignore[call-overload]
    return f"{value!r} is not among the {what}: {names}; declare it or use one of these"


def _cluster_network(view: StackView) -> Iterator[Problem]:
    """CFG-06, NET-19, NET-20, NET-26: where the nodes are."""
    for cluster in view.clusters:
        yield from _network_reference(view, cluster)
        for pool in cluster.pools:
            path = (*pool.path, "subnet")
            if cluster.config.network is None:
                if pool.config.subnet is not None:
                    yield SAME_NETWORK.error(path, f"pool {pool.name} names a subnet, but clusters.{cluster.key} has no network; add network, or remove subnet")
            elif pool.config.subnet is None:
                yield SAME_NETWORK.error(path, f"pool {pool.name} has no subnet in network {cluster.config.network}; add subnet")
            elif cluster.network and pool.subnet_config is None:
                yield UNKNOWN_REFERENCE.error(
                    path, unknown_reference(pool.config.subnet, f"subnets of network {cluster.network.key}", cluster.network.config.subnets)
                )
            elif pool.subnet_config and pool.subnet_config.retired:
                yield UNKNOWN_REFERENCE.error(path, f"subnet {pool.config.subnet} is retired and not deployed; use another")
            if pool.subnet and pool.subnet.name in SERVICE_SUBNETS:
                yield SERVICE_SUBNET.error(path, f"{pool.subnet.name} is for {SERVICE_SUBNETS[pool.subnet.name]}; use another subnet")
            if pool.subnet_config and pool.subnet_config.delegations:
                delegations = ", ".join(pool.subnet_config.delegations)
                yield DELEGATED.error(path, f"subnet {pool.config.subnet} is delegated to {delegations}, which AKS refuses for nodes; use another subnet")


def _network_reference(view: StackView, cluster: ClusterView) -> Iterator[Problem]:
    name = cluster.config.network
    if name is not None and name not in view.config.networks and network_path(name) not in view.skipped:
        yield UNKNOWN_REFERENCE.error((*cluster.path, "network"), unknown_reference(name, "networks", view.config.networks))


CHECKS = (
    _address_space,
    _subnet_ranges,
    _overlaps_within,
    _reserved,
    _service_limits,
    _names,
    _label_names,
    _attachments,
    _cluster_network,
)
