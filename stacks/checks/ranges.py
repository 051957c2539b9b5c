"""Address ranges that must stay apart: pods, Services, subnets, networks and what they are connected to.

One routine finds the overlaps; one table says which rule an overlap breaks, how badly, and what to do. Ranges that
Azure and AKS keep for themselves are in `net`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from components.facts import limits, ranges
from components.network.addresses import Range, Request, free_ranges, overlapping, pack
from components.network.config import PeeringConfig
from components.problems import Problem, Severity, dotted
from components.rules import Rule
from components.values import HOST_BITS
from stacks.checks.paths import subnet_path
from stacks.view import ClusterView, NetworkView, StackView

_PLANNING = "https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning"
_OVERLAY = "https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay"

PEERS_APART = Rule(
    "NET-06",
    "A network does not overlap what it is connected to",
    why="Azure refuses a peering of overlapping networks, and over a VPN or ExpressRoute the nearer range wins"
    " silently.",
    fix="Move one of the two ranges.",
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview",
)
PODS_IN_NETWORK = Rule(
    "NET-09",
    "A pod range does not overlap the network that its nodes are in",
    why="AKS refuses a pod range that overlaps any subnet of the network. Over address space without subnets it takes"
    " it, but then no subnet can ever be put there.",
    fix="Use a pod range outside the network's address space.",
    source=f"AKS release notes 2024-10-06; {_OVERLAY}; https://learn.microsoft.com/azure/aks/update-azure-cni",
)
PODS_APART = Rule(
    "NET-10",
    "A pod range does not overlap Services or anything the network is connected to",
    why="AKS refuses an overlap with Services. Hosts of a connected network inside the pod range become unreachable:"
    " the node sends what is meant for them into the overlay.",
    fix="Use a pod range that nothing else has.",
    source=_OVERLAY,
)
PODS_PRIVATE = Rule(
    "NET-11",
    "A pod range is private",
    why="Azure takes public ranges for pods but does not support them;"
    " the public hosts in that range become unreachable.",
    fix=f"Use a range in {', '.join(str(cidr) for cidr in ranges.PRIVATE)}.",
    source=f"{_OVERLAY} (RFC 1918, RFC 6598)",
)
SERVICES_SIZE = Rule(
    "NET-13",
    f"A Service range is /{limits.LARGEST_SERVICE_CIDR_PREFIX} or smaller",
    why=f"AKS refuses Service ranges of /{limits.LARGEST_SERVICE_CIDR_PREFIX - 1} and larger.",
    fix="Use a smaller range; a /16 has room for 65,534 Services.",
    source=_PLANNING,
)
SERVICES_IN_SUBNET = Rule(
    "NET-14",
    "A Service range does not overlap a subnet of the network",
    why="AKS refuses it when the cluster is made and again at every upgrade (ServiceCidrOverlapExistingSubnetsCidr).",
    fix="Use a Service range outside the network, such as 172.20.0.0/16.",
    source="support article ServiceCidrOverlapExistingSubnetsCidr",
)
SERVICES_APART = Rule(
    "NET-15",
    "A Service range does not overlap the network's address space or anything it is connected to",
    why="Traffic to a Service address never leaves the node, so hosts there are unreachable;"
    " a subnet put there later makes every upgrade of the cluster fail.",
    fix="Use a Service range that nothing else has.",
    source=f"https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni; {_PLANNING}",
)
DNS_ADDRESS = Rule(
    "NET-16",
    "The DNS service has an address of the Service range that nothing else has",
    why="AKS refuses a DNS address outside the Service range (DnsServiceIpOutOfServiceCidr); the first one belongs to"
    " kubernetes.default, and the ends of the range are no addresses.",
    fix=f"Use the {limits.DNS_SERVICE_IP_OFFSET}th address of the Service range, or leave dnsServiceIP out.",
    source=f"support article DnsServiceIpOutOfServiceCidr; {_PLANNING}",
)
MANAGED_NETWORK = Rule(
    "NET-42",
    "A cluster without a network of its own does not overlap the one that AKS makes",
    why=f"AKS makes a network {ranges.AKS_MANAGED_VNET} with nodes in {ranges.AKS_MANAGED_SUBNET};"
    " pods or Services there would hide nodes.",
    fix="Move the range, or give the cluster a network.",
    source=_PLANNING,
)

PODS, SERVICES, SUBNET, RETIRED, SPACE, CONNECTED, MANAGED = (
    "podCidr",
    "serviceCidr",
    "subnet",
    "retired subnet",
    "address space",
    "connected",
    "managed network",
)

_Fix = Callable[[Range, Range, Sequence[Range]], str]


def _move_one(first: Range, second: Range, everything: Sequence[Range]) -> str:
    del first, second, everything
    return "move one of them"


def _reorder(first: Range, second: Range, everything: Sequence[Range]) -> str:
    del everything
    computed = second.path[-1] == "size" and first.path[-1] == "cidr"
    return "declare the fixed one first, or move it" if computed else "move one of them"


def _another_range(first: Range, second: Range, everything: Sequence[Range]) -> str:
    """A free range of the same size, from the ranges that such a thing is usually in."""
    del second
    # people have their networks in 10.0.0.0/8, so that comes last
    spaces = [*ranges.PRIVATE[1:], ranges.PRIVATE[0]] if first.kind == SERVICES else ranges.PRIVATE[::-1]
    taken = [item.network for item in everything if isinstance(item.network, IPv4Network)]
    fixed = [Request(f"taken-{number}", cidr, 0) for number, cidr in enumerate((*taken, *ranges.RESERVED_BY_AKS))]
    smallest = limits.LARGEST_SERVICE_CIDR_PREFIX if first.kind == SERVICES else 0
    prefix = max(first.network.prefixlen, smallest)
    place = pack(spaces, [*fixed, Request("wanted", None, prefix)])["wanted"]
    return f"use a free range such as {place}" if isinstance(place, IPv4Network) else "use a smaller range elsewhere"


@dataclass(frozen=True, slots=True)
class Overlap:
    """What it means that two kinds of range overlap.

    Attributes:
        rule: The rule it breaks.
        severity: How badly.
        fix: What to do, given the range the problem is reported at, the other one, and all ranges around.
    """

    rule: Rule
    severity: Severity
    fix: _Fix


OVERLAPS: dict[tuple[str, str], Overlap] = {
    (SUBNET, SUBNET): Overlap(HOST_BITS, "error", _reorder),
    (SUBNET, RETIRED): Overlap(HOST_BITS, "error", _reorder),
    (RETIRED, RETIRED): Overlap(HOST_BITS, "error", _reorder),
    (SPACE, SPACE): Overlap(HOST_BITS, "error", _move_one),
    (CONNECTED, SPACE): Overlap(PEERS_APART, "error", _move_one),
    (PODS, SUBNET): Overlap(PODS_IN_NETWORK, "error", _another_range),
    (PODS, SPACE): Overlap(PODS_IN_NETWORK, "warning", _another_range),
    (PODS, SERVICES): Overlap(PODS_APART, "error", _another_range),
    (PODS, CONNECTED): Overlap(PODS_APART, "error", _another_range),
    (PODS, MANAGED): Overlap(MANAGED_NETWORK, "warning", _another_range),
    (SERVICES, SUBNET): Overlap(SERVICES_IN_SUBNET, "error", _another_range),
    (SERVICES, SPACE): Overlap(SERVICES_APART, "warning", _another_range),
    (SERVICES, CONNECTED): Overlap(SERVICES_APART, "error", _another_range),
    (SERVICES, MANAGED): Overlap(MANAGED_NETWORK, "warning", _another_range),
}
"""By the kind a problem is reported at and the kind it overlaps. What is not here may overlap: a subnet and its address
space, the pods of two clusters."""


def _of_cluster(cluster: ClusterView) -> Iterator[Range]:
    """A cluster's own ranges."""
    networking = cluster.config.networking
    pods = cluster.mode.pod_range(networking)
    for kind, cidr in ((PODS, pods), (SERVICES, networking.service_cidr)):
        if cidr is not None:
            path = (*cluster.path, "networking", kind)
            yield Range(kind, cluster.key, path, dotted(path), cidr)


def _of_network(network: NetworkView) -> Iterator[Range]:
    """A network's ranges."""
    for index, space in enumerate(network.config.address_space):
        path = (*network.path, "addressSpace", index)
        yield Range(SPACE, network.key, path, dotted(path), space)
    for name, cidrs in network.config.connected_ranges.items():
        for index, cidr in enumerate(cidrs):
            path = (*network.path, "connectedRanges", name, index)
            yield Range(CONNECTED, network.key, path, dotted(path), cidr)
    for name, peering in network.config.peerings.items():
        yield from _peered(network, name, peering)
    for subnet in network.plan.subnets if network.plan else ():
        path = subnet_path(network, subnet)
        kind = RETIRED if subnet.retired else SUBNET
        yield Range(kind, network.key, path, dotted(path), subnet.cidr)


def _peered(network: NetworkView, name: str, peering: PeeringConfig) -> Iterator[Range]:
    """The ranges behind a peering, as far as this file says: of a network of this file, or stated beside an ARM id."""
    path = (*network.path, "peerings", name)
    far = network.stack.config.networks.get(peering.network or "") if peering.stack is None else None
    for cidr in far.address_space if far else peering.address_space:
        yield Range(CONNECTED, network.key, path, dotted(path), cidr)


def behind_peering(network: NetworkView, name: str, label: str, spaces: Iterable[IPv4Network]) -> list[Range]:
    """The ranges of a network of another stack, reached through a peering of this one."""
    return [Range(CONNECTED, network.key, (*network.path, "peerings", name), label, cidr) for cidr in spaces]


def overlaps_with(network: NetworkView, connected: Sequence[Range]) -> Iterator[Problem]:
    """NET-06, NET-10, NET-15: a network and the clusters in it against ranges that only another stack's file tells."""
    clusters = [cluster for cluster in network.stack.clusters if cluster.config.network == network.key]
    own = [found for cluster in clusters for found in _of_cluster(cluster) if found.kind in (PODS, SERVICES)]
    spaces = [found for found in _of_network(network) if found.kind == SPACE]
    for problem, second in _found([*own, *spaces, *connected], network):
        if second.kind == CONNECTED or problem.path[2:3] == ("peerings",):
            yield problem


_AKS_NETWORK = Range(MANAGED, "", (), "the network that AKS makes", ranges.AKS_MANAGED_VNET)


def _overlaps(view: StackView) -> Iterator[Problem]:
    """Every pair of ranges that can meet: those of a network and the clusters in it; those of a cluster without one."""
    for network in view.networks:
        clusters = [cluster for cluster in view.clusters if cluster.config.network == network.key]
        own = [found for cluster in clusters for found in _of_cluster(cluster)]
        yield from _between([*own, *_of_network(network)], network)
    for cluster in view.clusters:
        if cluster.network is None:
            made = [] if cluster.config.network else [_AKS_NETWORK]
            yield from _between([*_of_cluster(cluster), *made], None)


def _between(everything: Sequence[Range], network: NetworkView | None) -> Iterator[Problem]:
    """A problem for each overlap in the table; of a range that a subnet refutes, no further word about free space."""
    found = list(_found(everything, network))
    refuted = {problem.path for problem, second in found if second.kind == SUBNET}
    return (problem for problem, second in found if second.kind != SPACE or problem.path not in refuted)


def _found(everything: Sequence[Range], network: NetworkView | None) -> Iterator[tuple[Problem, Range]]:
    """Each overlap in the table, with the range that is overlapped."""
    for pair in overlapping(everything):
        first, second = pair if (pair[0].kind, pair[1].kind) in OVERLAPS else pair[::-1]
        if first.kind == second.kind:
            first, second = pair[::-1]  # the one declared later is reported
        found = OVERLAPS.get((first.kind, second.kind))
        if found is None or (second.kind == SERVICES and first.owner != second.owner):
            continue
        where = ""
        if second.kind == SPACE and first.kind in (PODS, SERVICES):
            free = _free_part(first, second, network)
            if free is None:
                continue
            where = f" in {free}, where no subnet is yet"
        message = (
            f"{first.network} overlaps {second.label} {second.network}{where}; {found.fix(first, second, everything)}"
        )
        yield Problem(found.rule.id, found.severity, first.path, message), second


def _free_part(first: Range, space: Range, network: NetworkView | None) -> IPv4Network | None:
    """The largest part of an address space that a range covers and no deployed subnet has."""
    if network is None or network.plan is None or not isinstance(space.network, IPv4Network):
        return None
    taken = [subnet.cidr for subnet in network.plan.subnets if not subnet.retired]
    free = [part for part in free_ranges([space.network], taken) if part.overlaps(first.network)]
    common = [part if part.prefixlen >= first.network.prefixlen else first.network for part in free]
    return min(
        (part for part in common if isinstance(part, IPv4Network)), key=lambda part: part.prefixlen, default=None
    )


def _private_pods(view: StackView) -> Iterator[Problem]:
    """NET-11."""
    for cluster in view.clusters:
        pods = cluster.mode.pod_range(cluster.config.networking)
        if pods is not None and not any(pods.subnet_of(private) for private in ranges.PRIVATE):
            yield PODS_PRIVATE.warning(
                (*cluster.path, "networking", PODS),
                f"{pods} is not private, which Azure does not support for pods; use a range in"
                f" {', '.join(str(cidr) for cidr in ranges.PRIVATE)}",
            )


def _services(view: StackView) -> Iterator[Problem]:
    """NET-13, NET-16: size of the Service range, and the DNS service's address in it."""
    for cluster in view.clusters:
        path = (*cluster.path, "networking")
        services, given = cluster.config.networking.service_cidr, cluster.config.networking.dns_service_ip
        if services.prefixlen < limits.LARGEST_SERVICE_CIDR_PREFIX:
            largest = limits.LARGEST_SERVICE_CIDR_PREFIX
            yield SERVICES_SIZE.error(
                (*path, SERVICES),
                f"{services} is a /{services.prefixlen}, AKS takes at most a /{largest}; use /{largest} or smaller",
            )
        if given is None:
            if services.num_addresses <= limits.DNS_SERVICE_IP_OFFSET + 1:
                yield DNS_ADDRESS.error(
                    (*path, SERVICES),
                    f"{services} has {services.num_addresses} addresses, too few for DNS at the"
                    f" {limits.DNS_SERVICE_IP_OFFSET}th; use /28 or larger",
                )
        elif (fault := _dns_fault(given, services)) is not None:
            yield DNS_ADDRESS.error((*path, "dnsServiceIP"), f"{given} {fault}; use {_dns_suggestion(services)}")


def _dns_fault(address: IPv4Address, services: IPv4Network) -> str | None:
    if address not in services:
        return f"is outside serviceCidr {services}"
    offset = int(address) - int(services.network_address)
    if offset == 1:
        return f"is the first address of serviceCidr {services}, which belongs to kubernetes.default"
    if offset in (0, services.num_addresses - 1):
        return f"is at the end of serviceCidr {services}, where no address is usable"
    return None


def _dns_suggestion(services: IPv4Network) -> str:
    if services.num_addresses > limits.DNS_SERVICE_IP_OFFSET + 1:
        return str(services[limits.DNS_SERVICE_IP_OFFSET])
    return "a larger serviceCidr" if services.num_addresses <= 4 else str(services[2])


CHECKS = (_overlaps, _private_pods, _services)
