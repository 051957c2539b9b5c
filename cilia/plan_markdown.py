"""A plan as Markdown, for design reviews: one table of subnets per network, one of numbers per cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cilia.output import counted
from cilia.plan_data import PROVISIONED, ClusterRow, NetworkRow, PlanData
from components.cluster.capacity import Counts


def plan_markdown(plan: PlanData) -> Iterator[str]:
    """The lines of a plan."""
    yield f"# Address plan of {plan.stack}"
    yield ""
    yield f"{plan.location}, resource group `{plan.resource_group}`"
    for network in plan.networks:
        yield ""
        yield from _network(network)
    for cluster in plan.clusters:
        yield ""
        yield from _cluster(cluster)


def _network(network: NetworkRow) -> Iterator[str]:
    spaces = ", ".join(f"`{space}`" for space in network.address_space)
    yield f"## Network {network.name}"
    yield ""
    yield f"`{network.azure_name}`, {spaces}"
    yield ""
    yield from _table(
        ("Subnet", "Range", "Usable", "Needed", "Free", "Used by"),
        (
            (
                subnet.name,
                f"`{subnet.cidr}`",
                f"{subnet.usable:,}",
                f"{subnet.needed:,}",
                f"{subnet.free:,}",
                "retired"
                if subnet.retired
                else ", ".join(f"{use.cluster}/{use.pool} {use.of}" for use in subnet.used_by) or "-",
            )
            for subnet in network.subnets
        ),
        numbers=(2, 3, 4),
    )
    yield ""
    free = ", ".join(f"`{block}`" for block in network.free)
    total = sum(block.num_addresses for block in network.free)
    yield f"In no subnet: {counted(total, 'address')}{f' ({free})' if free else ''}"


def _cluster(cluster: ClusterRow) -> Iterator[str]:
    where = f"network {cluster.network}" if cluster.network else "a network that AKS makes"
    yield f"## Cluster {cluster.name}"
    yield ""
    yield f"`{cluster.azure_name}`, {cluster.mode.value}, {where}"
    yield ""
    yield from _table(
        ("", "Now", "Autoscaler maximum", "During an upgrade", "Limit"),
        (("nodes", *_numbers(cluster.nodes)), ("pods", *_numbers(cluster.pods))),
        numbers=(1, 2, 3, 4),
    )
    yield ""
    if cluster.node_auto_provisioning:
        yield f"- nodes: {PROVISIONED}"
    if cluster.pod_cidr:
        room = f", room for {counted(cluster.pod_cidr_nodes, 'node')}" if cluster.pod_cidr_nodes is not None else ""
        each = f", {cluster.cluster_pool.each}" if cluster.cluster_pool else ""
        yield f"- pods: `{cluster.pod_cidr}`{room}{each}"
    yield f"- services: `{cluster.service_cidr}`, DNS at `{cluster.dns_service_ip}`"
    if cluster.cluster_pool:
        yield f"- ports among nodes: {cluster.cluster_pool.ports}"


def _numbers(counts: Counts) -> tuple[str, ...]:
    return tuple(f"{number:,}" for number in (counts.now, counts.max, counts.with_surge, counts.limit))


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int]) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{'|'.join('---:' if index in numbers else '---' for index in range(len(titles)))}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
