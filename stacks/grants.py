"""The rights that clusters' identities need, each on exactly what it is needed for.

Sources: https://learn.microsoft.com/azure/aks/configure-azure-cni, /private-clusters, /api-server-vnet-integration
(2026-08), fixture 06 (the assignment that Azure CLI makes by itself).
"""

from __future__ import annotations

from collections.abc import Iterator

from components.facts.roles import Role
from components.identity.plan import Grant
from components.network.zones.plan import zone_id
from components.values import Ref, Reference, is_key, referred
from stacks.view import ClusterView


def subnets_of(cluster: ClusterView) -> Iterator[tuple[str, str | Ref, str]]:
    """Each subnet of a cluster, once: as the cluster names it, as a plan refers to it, and its ARM id.

    Those of nodes and pods, and the one of the API server.
    """
    network = cluster.network
    plan = network.plan if network else None
    pools = (name for pool in cluster.pools for name in (pool.config.subnet, pool.config.pod_subnet))
    for name in dict.fromkeys((*pools, cluster.config.api_server.subnet)):
        if name is None or plan is None:
            continue
        subnet = plan.subnet(name)
        if subnet is not None:
            yield name, Ref("subnet", f"{plan.key}/{name}"), subnet.arm_id


def zone_of(cluster: ClusterView) -> tuple[str | Ref, str] | None:
    """A cluster's own private DNS zone: as a plan refers to it, and its ARM id; None where it has none."""
    zone = cluster.config.api_server.private_dns_zone
    if cluster.config.api_server.zone != "own" or zone is None:
        return None
    if not is_key(zone):
        return referred("privateDnsZone", "", zone), str(zone)
    network = cluster.network
    config = network.config.private_dns_zones.get(zone) if network else None
    if network is None or config is None:
        return None
    return referred("privateDnsZone", network.key, zone), zone_id(config, cluster.stack.scope)


def grants(cluster: ClusterView) -> Iterator[Grant]:
    """Every right that the identity of a cluster's control plane needs before the cluster is made (ID-01, API-05)."""
    for name, reference, arm_id in subnets_of(cluster):
        yield Grant(f"subnet-{name.rsplit('/', 1)[-1]}", Role.NETWORK_CONTRIBUTOR, reference, arm_id)
    yield from _route_tables(cluster)
    yield from _zone(cluster)


def _route_tables(cluster: ClusterView) -> Iterator[Grant]:
    network = cluster.network
    if network is None or network.plan is None:
        return
    tables = {table.key: table.name for table in network.plan.route_tables}
    subnets = (network.config.subnets.get(name) for name, _, _ in subnets_of(cluster))
    attached = (subnet.route_table for subnet in subnets if subnet)
    for table in dict.fromkeys(key for key in attached if key):
        arm_id = (
            cluster.stack.scope.arm_id("Microsoft.Network/routeTables", tables[table]) if is_key(table) else str(table)
        )
        reference = referred("routeTable", network.key, table)
        yield Grant(f"route-table-{_last(table)}", Role.NETWORK_CONTRIBUTOR, reference, arm_id)


def _zone(cluster: ClusterView) -> Iterator[Grant]:
    """AKS writes the API server's address into the zone, and looks after the zone's link to the network."""
    zone, network = zone_of(cluster), cluster.network
    given = cluster.config.api_server.private_dns_zone
    if zone is None or given is None:
        return
    reference, arm_id = zone
    yield Grant(f"zone-{_last(given)}", Role.PRIVATE_DNS_ZONE_CONTRIBUTOR, reference, arm_id)
    if network and network.plan:
        yield Grant(
            f"network-{network.key}",
            Role.NETWORK_CONTRIBUTOR,
            Ref("virtualNetwork", network.key),
            network.plan.arm_id,
        )


def _last(reference: Reference) -> str:
    """The last part of what refers to something, for a name."""
    return str(reference).rsplit("/", 1)[-1].rsplit(".", 1)[-1]
