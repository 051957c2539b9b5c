"""Clusters with IPv6 beside IPv4: what has to have IPv6 then, and what cannot go with it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv6Network

from components.cluster.modes.overlay import OverlayNetworking
from components.facts import limits
from components.network.addresses import Range, overlapping
from components.problems import Problem, dotted
from components.rules import Rule
from components.values import HOST_BITS
from stacks.checks.net import SUBNET_SIZE
from stacks.view import ClusterView, NetworkView, StackView

_OVERLAY = "https://learn.microsoft.com/azure/aks/azure-cni-overlay"

FAMILIES = Rule(
    "NET-39",
    "A dual-stack cluster has IPv4 first, and IPv6 wherever it has IPv4",
    why="AKS takes [IPv4] and [IPv4, IPv6] only. The network and every node subnet need an IPv6 range, and the IPv6"
    f" range of Services is at most a /{limits.LARGEST_IPV6_SERVICE_CIDR_PREFIX}.",
    fix="Write ipFamilies as [IPv4, IPv6], add an IPv6 range to addressSpace and ipv6Cidr to the node subnets.",
    source=_OVERLAY,
)
COMBINATIONS = Rule(
    "NET-40",
    "A dual-stack cluster goes without what knows IPv4 only",
    why="Azure Network Policy Manager and Calico have no IPv6 on AKS, and a Standard NAT gateway carries IPv4 only, so"
    " that IPv6 has no way out.",
    fix="Use dataplane cilium, and outbound type loadBalancer.",
    source=f"{_OVERLAY}; https://learn.microsoft.com/azure/nat-gateway/nat-gateway-resource",
)

_IPV4_ONLY = ("userAssignedNATGateway", "managedNATGateway")


def _dual_stack_clusters(view: StackView) -> Iterator[tuple[ClusterView, OverlayNetworking]]:
    for cluster in view.clusters:
        networking = cluster.config.networking
        if isinstance(networking, OverlayNetworking) and networking.dual_stack:
            yield cluster, networking


def _families(view: StackView) -> Iterator[Problem]:
    """NET-39: the cluster's own settings."""
    for cluster in view.clusters:
        networking = cluster.config.networking
        if not isinstance(networking, OverlayNetworking):
            continue
        path = (*cluster.path, "networking")
        if networking.ip_families not in (("IPv4",), ("IPv4", "IPv6")):
            written = ", ".join(networking.ip_families)
            yield FAMILIES.error((*path, "ipFamilies"), f"[{written}] is not taken; use [IPv4] or [IPv4, IPv6]")
        given = {"ipv6PodCidr": networking.ipv6_pod_cidr, "ipv6ServiceCidr": networking.ipv6_service_cidr}
        for key, value in given.items():
            if value is not None and not networking.dual_stack:
                yield FAMILIES.error((*path, key), "given without IPv6 in ipFamilies; remove it, or use [IPv4, IPv6]")
        services = networking.ipv6_service_cidr
        largest = limits.LARGEST_IPV6_SERVICE_CIDR_PREFIX
        if services is not None and services.prefixlen < largest:
            yield FAMILIES.error((*path, "ipv6ServiceCidr"), f"{services} is larger than /{largest}; use /{largest}")


def _node_subnets(view: StackView) -> Iterator[Problem]:
    """NET-39: the network and the node subnets."""
    for cluster, _ in _dual_stack_clusters(view):
        network = cluster.network
        if network is None:
            continue
        if not any(isinstance(space, IPv6Network) for space in network.config.address_space):
            yield FAMILIES.error(
                (*network.path, "addressSpace"),
                f"has no IPv6 range, clusters.{cluster.key} is dual-stack; append one such as fd00:db8::/48",
            )
        for key in dict.fromkeys(pool.config.subnet for pool in cluster.pools):
            subnet = network.config.subnets.get(key or "")
            if subnet is not None and subnet.ipv6_cidr is None:
                yield FAMILIES.error(
                    (*network.path, "subnets", str(key)),
                    f"no ipv6Cidr, but nodes of dual-stack clusters.{cluster.key} are in it; add a /64",
                )


def _ipv6_subnets(view: StackView) -> Iterator[Problem]:
    """NET-03, NET-05 for IPv6 ranges of subnets."""
    for network in view.networks:
        found = list(_ipv6_ranges(network))
        spaces = [space for space in network.config.address_space if isinstance(space, IPv6Network)]
        for item in found:
            cidr = item.network
            assert isinstance(cidr, IPv6Network)
            if cidr.prefixlen != limits.IPV6_SUBNET_PREFIX:
                yield SUBNET_SIZE.error(
                    item.path, f"{cidr} is a /{cidr.prefixlen}, Azure takes IPv6 subnets of /64 only; use /64"
                )
            if not any(cidr.subnet_of(space) for space in spaces):
                inside = ", ".join(str(space) for space in spaces) or "none"
                yield HOST_BITS.error(
                    item.path, f"{cidr} is outside the IPv6 address space ({inside}); move it inside, or append a range"
                )
        for first, second in overlapping(found):
            yield HOST_BITS.error(
                second.path, f"{second.network} overlaps {first.label} {first.network}; move one of them"
            )


def _ipv6_ranges(network: NetworkView) -> Iterator[Range]:
    for key, subnet in network.config.subnets.items():
        if subnet.ipv6_cidr is not None:
            path = (*network.path, "subnets", key, "ipv6Cidr")
            yield Range("subnet", network.key, path, dotted(path), subnet.ipv6_cidr)


def _combinations(view: StackView) -> Iterator[Problem]:
    """NET-40."""
    for cluster, networking in _dual_stack_clusters(view):
        path = (*cluster.path, "networking")
        if networking.network_policy in ("azure", "calico"):
            yield COMBINATIONS.error(
                (*path, "networkPolicy"), f"{networking.network_policy} has no IPv6; use dataplane cilium, or none"
            )
        if networking.outbound.type in _IPV4_ONLY:
            yield COMBINATIONS.error(
                (*path, "outbound", "type"),
                f"{networking.outbound.type} carries IPv4 only, so IPv6 has no way out; use loadBalancer",
            )
        if networking.outbound.type == "userDefinedRouting":
            yield COMBINATIONS.warning(
                (*path, "outbound", "type"),
                "userDefinedRouting sends IPv6 only where the route table has a route for ::/0; add one, or accept",
            )


CHECKS = (_families, _node_subnets, _ipv6_subnets, _combinations)
