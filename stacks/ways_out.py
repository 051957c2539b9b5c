"""The public addresses that a cluster calls its own API server from, as far as this stack makes them."""

from __future__ import annotations

from collections.abc import Iterator

from components.values import Joined, Ref, Reference, is_key
from stacks.view import ClusterView


def nat_gateways_of(cluster: ClusterView) -> tuple[Reference, ...]:
    """The NAT gateways on the subnets of a cluster's nodes and pods, each once."""
    network = cluster.network
    names = (name for pool in cluster.pools for name in (pool.config.subnet, pool.config.pod_subnet) if name)
    subnets = (network.config.subnets.get(name) for name in dict.fromkeys(names)) if network else ()
    return tuple(dict.fromkeys(subnet.nat_gateway for subnet in subnets if subnet and subnet.nat_gateway))


def makes_addresses_of(cluster: ClusterView, gateway: Reference) -> bool:
    """Whether this stack makes every public address of a NAT gateway."""
    network = cluster.network
    config = network.config.nat_gateways.get(gateway) if network and is_key(gateway) else None
    return config is not None and not config.public_ip_addresses and not config.public_ip_prefixes


def calls_from_outside(cluster: ClusterView) -> bool:
    """Whether nodes reach the API server by its public address, and only some addresses may."""
    server = cluster.config.api_server
    return (
        bool(server.authorized_ip_ranges) and not server.enable_private_cluster and not server.enable_vnet_integration
    )


def own_ranges(cluster: ClusterView) -> Iterator[Joined]:
    """The ranges that let a cluster's own nodes in, beside those that the file names (API-03).

    AKS adds the addresses of its own load balancer by itself, and those of nothing else.
    """
    network = cluster.network
    if network is None or network.plan is None or not calls_from_outside(cluster):
        return
    if cluster.config.networking.outbound.type != "userAssignedNATGateway":
        return
    gateways = set(nat_gateways_of(cluster))
    for address in network.plan.public_ips:
        if address.key.rpartition("-")[0] in gateways:
            yield Joined((Ref("publicIP", f"{network.key}/{address.key}", "ipAddress"), "/32"))
