"""API servers inside a network: the subnet that they are in."""

from __future__ import annotations

from collections.abc import Iterator

from components.facts import limits
from components.network.addresses import prefix_for
from components.problems import Problem
from components.rules import Rule
from stacks.checks.net import UNKNOWN_REFERENCE, unknown_reference
from stacks.checks.paths import subnet_path
from stacks.plan import AKS_DELEGATION
from stacks.view import ClusterView, NetworkView, StackView

_PAGE = "https://learn.microsoft.com/azure/aks/api-server-vnet-integration"
_SMALLEST = limits.API_SERVER_SUBNET_PREFIX
_EACH = limits.API_SERVER_ADDRESSES
_REFUSED_REGIONS = ("qatarcentral",)

INTEGRATION = Rule(
    "API-07",
    "An API server has a subnet exactly where it is in a network of one's own",
    why="Azure asks for the subnet when the cluster is in a network that you bring, and refuses one otherwise.",
    fix="Give enableVnetIntegration and subnet together, for a cluster with a network.",
    source="Azure CLI 2.91.0",
)
SUBNET = Rule(
    "NET-29",
    "The subnet of API servers is large enough and nobody else's",
    why=f"Azure asks for a /{_SMALLEST} at least and keeps {_EACH} addresses for each cluster, so that a /28 has room"
    " for one, a /27 for three and a /26 for six. It is delegated to AKS; anything else in it can take the API server"
    " down.",
    fix="Use a larger subnet, or one of its own.",
    source=_PAGE,
)
REGION = Rule(
    "NET-41",
    "VNet integration is where Azure has it",
    why=f"API server VNet integration is not offered in {', '.join(_REFUSED_REGIONS)}. Encrypted networks, which this"
    " toolkit does not make, do not go with it on machines of version 4 and later.",
    fix="Use another region, or a private cluster without VNet integration.",
    source=_PAGE,
)


def _given(view: StackView) -> Iterator[Problem]:
    """API-07, NET-41, CFG-06."""
    for cluster in view.clusters:
        server, path = cluster.config.api_server, (*cluster.path, "apiServer")
        if server.subnet is not None and not server.enable_vnet_integration:
            yield INTEGRATION.error(
                (*path, "subnet"), "given without VNet integration; set enableVnetIntegration: true, or remove it"
            )
        elif server.subnet is not None and cluster.config.network is None:
            yield INTEGRATION.error(
                (*path, "subnet"), f"clusters.{cluster.key} has no network; add network, or remove subnet"
            )
        elif server.enable_vnet_integration and server.subnet is None and cluster.config.network is not None:
            yield INTEGRATION.error(
                (*path, "subnet"), f"missing; add a subnet of network {cluster.config.network} for the API server"
            )
        elif server.subnet is not None:
            yield from _reference(cluster, server.subnet)
        if server.enable_vnet_integration and view.scope.location in _REFUSED_REGIONS:
            yield REGION.error(
                (*path, "enableVnetIntegration"), f"not offered in {view.scope.location}; use another region"
            )


def _reference(cluster: ClusterView, subnet: str) -> Iterator[Problem]:
    if cluster.network is None:
        return
    path = (*cluster.path, "apiServer", "subnet")
    known = cluster.network.config.subnets
    if subnet not in known:
        what = f"subnets of network {cluster.network.key}"
        yield UNKNOWN_REFERENCE.error(path, unknown_reference(subnet, what, known))
    elif known[subnet].retired:
        yield UNKNOWN_REFERENCE.error(path, f"subnet {subnet} is retired and not deployed; use another")


def _subnets(view: StackView) -> Iterator[Problem]:
    """NET-29."""
    for network in view.networks:
        for key in network.config.subnets:
            if servers := network.api_servers(key):
                yield from _subnet(network, key, servers)


def _subnet(network: NetworkView, key: str, servers: list[ClusterView]) -> Iterator[Problem]:
    path = (*servers[0].path, "apiServer", "subnet")
    others = [*network.users(key), *network.pod_users(key)]
    if others:
        whose = f"clusters.{others[0].cluster.key}"
        yield SUBNET.error(path, f"{key} is a subnet of nodes or pods of {whose} too; use a subnet of its own")
    config = network.config.subnets[key]
    foreign = [service for service in config.delegations if service != AKS_DELEGATION]
    if foreign:
        yield SUBNET.error(
            (*network.path, "subnets", key, "delegations"),
            f"{foreign[0]} in the API server's subnet of clusters.{servers[0].key}; remove it",
        )
    planned = network.plan.subnet(key) if network.plan else None
    if planned is None or others:
        return
    taken = planned.needed
    if planned.cidr.prefixlen > _SMALLEST or taken > planned.usable:
        wants = ", ".join(f"clusters.{server.key}" for server in servers)
        yield SUBNET.error(
            subnet_path(network, planned),
            f"{planned.cidr} has {planned.usable} addresses, the API servers of {wants} take {_EACH} each; use a"
            f" /{_prefix(taken)} or larger",
        )


def _prefix(addresses: int) -> int:
    """The smallest subnet for API servers that takes so many addresses."""
    return min(_SMALLEST, prefix_for(addresses) or 0)


CHECKS = (_given, _subnets)
