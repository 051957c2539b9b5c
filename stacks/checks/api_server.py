"""Who may call the API server."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network

from components.facts import limits
from components.problems import Problem
from components.rules import Rule
from stacks.checks.paths import called
from stacks.view import ClusterView, StackView
from stacks.ways_out import calls_from_outside, makes_addresses_of, nat_gateways_of, own_ranges

_PAGE = "https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges"

PRIVATE = Rule(
    "API-01",
    "A private API server has no authorized ranges",
    why="Authorized ranges are about public callers; a private API server has none, and Azure refuses both together.",
    fix="Remove authorizedIPRanges, or enablePrivateCluster; a security group on the subnet of the nodes, or of the API"
    " server, decides who reaches a private one.",
    source=_PAGE,
)
RANGES = Rule(
    "API-02",
    "Authorized ranges are public IPv4 ranges that AKS takes",
    why=f"AKS takes at most {limits.AUTHORIZED_IP_RANGES} ranges, {limits.AUTHORIZED_IP_RANGES_VNET_INTEGRATION:,} with"
    " VNet integration, only IPv4 and only public ones, each beginning with its first address."
    " 0.0.0.0/32 means the cluster's own load balancer and nobody else, so it stands alone.",
    fix="Write public ranges such as 73.140.245.0/24, merging neighbours where there are too many.",
    source=f"{_PAGE}; Azure CLI 2.91.0",
)
OWN_WAY_OUT = Rule(
    "API-03",
    "Authorized ranges include the cluster's own way out",
    why="Nodes call the API server from the cluster's outbound address, and never join if that is not in the list. AKS"
    " adds the addresses of its own load balancer, and this program those of NAT gateways that it makes. Who deploys"
    " must be in the list too, or the next deployment fails.",
    fix="Add the public addresses of the firewall, or of a NAT gateway with addresses of elsewhere, and of the"
    " machine that deploys; then accept the warning.",
    source=_PAGE,
)

_ONLY_OWN = "0.0.0.0/32"


def _ranges(view: StackView) -> Iterator[Problem]:
    """API-01, API-02."""
    for cluster in view.clusters:
        path = (*cluster.path, "apiServer", "authorizedIPRanges")
        server = cluster.config.api_server
        given = server.authorized_ip_ranges
        if given and server.enable_private_cluster:
            yield PRIVATE.error(
                path, f"{len(given)} for a private API server, which no public caller reaches; remove them"
            )
            continue
        most = (
            limits.AUTHORIZED_IP_RANGES_VNET_INTEGRATION
            if server.enable_vnet_integration
            else limits.AUTHORIZED_IP_RANGES
        )
        own = len(tuple(own_ranges(cluster)))
        if len(given) + own > most:
            ranges = f"{len(given):,} ranges" + (f" and {own} of NAT gateways" if own else "")
            yield RANGES.error(path, f"{ranges}, AKS takes at most {most:,}; merge or remove some")
        for index, text in enumerate(given):
            fault = _fault(text, len(given))
            if text == _ONLY_OWN and not fault and cluster.config.networking.outbound.type != "loadBalancer":
                fault = f"{text} means the load balancer, by which these nodes do not leave; write who may call"
            if fault:
                yield RANGES.error((*path, index), fault)


def _fault(text: str, count: int) -> str | None:
    """What is wrong with one authorized range, and how to mend it; None if it is fine."""
    if text == _ONLY_OWN:
        return None if count == 1 else f"{text} beside {count - 1} more, though it means nobody else; remove it or them"
    try:
        cidr = ip_network(text, strict=False)
    except ValueError:
        return f"{text!r} is not an address range; write one such as 73.140.245.0/24"
    if not isinstance(cidr, IPv4Network):
        return f"{text} is IPv6, AKS takes only IPv4; remove it"
    if "/" in text and str(cidr) != text:
        return f"{text} has host bits set; write {cidr}"
    if not cidr.is_global:
        return f"{text} is not public, so no call comes from it; use the public addresses that callers have"
    return None


def _own_way_out(view: StackView) -> Iterator[Problem]:
    """API-03: once per cluster with a way out that neither AKS nor this program adds by itself."""
    for cluster in view.clusters:
        way_out = _way_out(cluster)
        if way_out and calls_from_outside(cluster):
            yield OWN_WAY_OUT.warning(
                (*cluster.path, "apiServer", "authorizedIPRanges"),
                f"nodes call from {way_out}, whose public addresses are not known here; make sure they are in the list",
            )


def _way_out(cluster: ClusterView) -> str | None:
    """What nodes leave by, where nobody authorizes it by itself."""
    kind = cluster.config.networking.outbound.type
    if kind == "userDefinedRouting":
        return "the appliance behind their routes"
    if kind == "managedNATGateway":
        return "the NAT gateway that AKS makes"
    if kind != "userAssignedNATGateway":
        return None
    strange = [called(gateway) for gateway in nat_gateways_of(cluster) if not makes_addresses_of(cluster, gateway)]
    return f"NAT gateway {', '.join(strange)}" if strange else None


CHECKS = (_ranges, _own_way_out)
