"""A plan for people: one table of subnets per network, one of pools per cluster, and the numbers that run out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cilia.output import Style, counted
from cilia.plan_data import PROVISIONED, ClusterRow, NetworkRow, PlanData, PoolRow, SubnetRow
from cilia.table import Column, table
from components.cluster.capacity import Counts

_SUBNETS = (
    Column("subnet"),
    Column("range"),
    Column("usable", right=True),
    Column("needed", right=True),
    Column("free", right=True),
    Column("used by"),
)
_COUNTS = (
    Column(""),
    Column("now", right=True),
    Column("max", right=True),
    Column("with surge", right=True),
    Column("limit", right=True),
)
_POOLS = (
    Column("pool"),
    Column("mode"),
    Column("size"),
    Column("nodes", right=True),
    Column("surge", right=True),
    Column("pods/node", right=True),
    Column("zones"),
    Column("subnet"),
    Column("pod subnet"),
)
_FREE_RANGES_SHOWN = 4


def plan_text(plan: PlanData, style: Style) -> Iterator[str]:
    """The lines of a plan."""
    yield f"{style.paint(plan.stack, 'bold')}  {plan.location}, resource group {plan.resource_group}"
    for network in plan.networks:
        yield ""
        yield from _network(network, style)
    for cluster in plan.clusters:
        yield ""
        yield from _cluster(cluster, style)


def _network(network: NetworkRow, style: Style) -> Iterator[str]:
    spaces = ", ".join(str(space) for space in network.address_space)
    existing = ", exists already" if network.existing else ""
    yield f"{style.paint(f'Network {network.name}', 'bold')}  {network.azure_name}, {spaces}{existing}"
    if network.subnets:
        yield from table(_SUBNETS, map(_subnet, network.subnets), style)
    yield f"  {_free(network)}"


def _subnet(subnet: SubnetRow) -> tuple[str, ...]:
    numbers = (f"{number:,}" for number in (subnet.usable, subnet.needed, subnet.free))
    users = [f"{use.cluster}/{use.pool}" + (" (pods)" if use.of == "pods" else "") for use in subnet.used_by]
    return (subnet.name, str(subnet.cidr), *numbers, "retired" if subnet.retired else ", ".join(users))


def _free(network: NetworkRow) -> str:
    if not network.free:
        return "no address space left"
    total = sum(block.num_addresses for block in network.free)
    largest = sorted(network.free, key=lambda block: (block.prefixlen, block))
    shown = ", ".join(str(block) for block in largest[:_FREE_RANGES_SHOWN])
    more = len(largest) - _FREE_RANGES_SHOWN
    rest = f" and {counted(more, 'smaller range')}" if more > 0 else ""
    return f"{counted(total, 'address')} in no subnet: {shown}{rest}"


def _cluster(cluster: ClusterRow, style: Style) -> Iterator[str]:
    where = f"network {cluster.network}" if cluster.network else "a network that AKS makes"
    yield f"{style.paint(f'Cluster {cluster.name}', 'bold')}  {cluster.azure_name}, {cluster.mode.value}, {where}"
    yield from table(_COUNTS, (_counts("nodes", cluster.nodes), _counts("pods", cluster.pods)), style)
    yield ""
    yield from table(_POOLS, map(_pool, cluster.pools), style)
    yield ""
    yield from _ranges(cluster)


def _counts(what: str, counts: Counts) -> tuple[str, ...]:
    return (what, *(f"{number:,}" for number in (counts.now, counts.max, counts.with_surge, counts.limit)))


def _pool(pool: PoolRow) -> tuple[str, ...]:
    nodes = f"{pool.nodes:,}" if pool.nodes == pool.max_nodes else f"{pool.nodes:,} to {pool.max_nodes:,}"
    return (
        pool.name,
        pool.mode,
        pool.vm_size,
        nodes,
        f"{pool.surge_nodes:,}",
        f"{pool.max_pods:,}",
        ", ".join(pool.zones),
        pool.subnet or "",
        pool.pod_subnet or "",
    )


def _ranges(cluster: ClusterRow) -> Iterable[str]:
    if cluster.node_auto_provisioning:
        yield f"  nodes     {PROVISIONED}"
    if cluster.pod_cidr:
        room = f", room for {counted(cluster.pod_cidr_nodes, 'node')}" if cluster.pod_cidr_nodes is not None else ""
        each = f", {cluster.cluster_pool.each}" if cluster.cluster_pool else ""
        yield f"  pods      {cluster.pod_cidr}{room}{each}"
    yield f"  services  {cluster.service_cidr}, DNS at {cluster.dns_service_ip}"
    if cluster.cluster_pool:
        yield f"  ports     among nodes {cluster.cluster_pool.ports}"
