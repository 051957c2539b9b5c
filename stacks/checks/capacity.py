"""Capacity: whether nodes and pods, with their surge during upgrades, fit into ranges, subnets and AKS's own limits."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from components.facts import limits
from components.network.addresses import prefix_for
from components.problems import Problem
from components.rules import Rule
from stacks.checks.paths import subnet_path
from stacks.view import ClusterView, NetworkView, PoolView, StackView

_QUOTAS = "https://learn.microsoft.com/azure/aks/quotas-skus-regions"
_LARGE = "https://learn.microsoft.com/azure/aks/best-practices-performance-scale-large"
_PLANNING = "https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning"

NODES = Rule(
    "CAP-01",
    "Clusters and pools stay within AKS's numbers of nodes and pools",
    why=f"A cluster has at most {limits.CLUSTER_NODES:,} nodes ({limits.FREE_TIER_NODES:,} on the Free tier, which is"
    " meant for fewer"
    f" than {limits.FREE_TIER_RECOMMENDED_NODES}) in {limits.CLUSTER_POOLS} pools; a pool has at most"
    f" {limits.POOL_NODES:,},"
    " those that surge during an upgrade included.",
    fix="Lower maxCount or maxSurge, spread the nodes over more pools, or over more clusters.",
    source=f"{_QUOTAS}; {_LARGE}",
)
PODS = Rule(
    "CAP-02",
    f"A cluster has at most {limits.CLUSTER_PODS:,} pods",
    why=f"Azure tests overlay clusters up to {limits.CLUSTER_PODS:,} pods; one page says 250,000. Beyond it the"
    " control plane slows"
    " down and in the end fails.",
    fix="Lower maxPods or maxCount, or split the cluster.",
    source=f"{_LARGE}; {_PLANNING} (250,000)",
)
MAX_PODS = Rule(
    "CAP-04",
    f"A node has {limits.POOL_MIN_PODS_PER_NODE} to {limits.POOL_MAX_PODS_PER_NODE} pods, a pool room for"
    f" {limits.POOL_MIN_PODS}",
    why=f"AKS refuses other values of maxPods, and a pool whose nodes together hold fewer than {limits.POOL_MIN_PODS}"
    " pods.",
    fix="Raise maxPods, or the number of nodes.",
    source=_PLANNING,
)
POD_RANGE = Rule(
    "CAP-06",
    "The pod range holds every node there can be, surge included",
    why=f"Every node takes a /{limits.OVERLAY_NODE_PREFIX} of the pod range; AKS refuses a range that is too small for"
    " every autoscaler at its maximum (InsufficientSubnetSize), and an upgrade stops where the range ends.",
    fix="Use a larger podCidr; it can be grown later, but never shrunk.",
    source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay; support article"
    " InsufficientSubnetSize",
)
SUBNET = Rule(
    "CAP-07",
    "A subnet has addresses for everything in it, surge included",
    why="Nodes that get no address never join; AKS refuses some of these cases and the others fail when the pools grow"
    f" or are upgraded. Azure keeps {limits.AZURE_RESERVED_ADDRESSES} addresses of every subnet.",
    fix="Use a larger subnet, fewer nodes, or several subnets.",
    source=_PLANNING,
)
NODE_SUBNET = Rule(
    "CAP-08",
    "In mode nodeSubnet a subnet has addresses for every node and all its pods, surge included",
    why="AKS sets 1 + maxPods addresses aside for every node when it starts, and refuses a pool that does not fit"
    " (InsufficientSubnetSize); an upgrade needs them for the surge nodes too.",
    fix="Use a larger subnet, fewer pods per node, or mode overlay.",
    source=f"{_PLANNING}; https://learn.microsoft.com/azure/aks/upgrade-capacity-cost-planning",
)


def _nodes(view: StackView) -> Iterator[Problem]:
    """CAP-01."""
    for cluster in view.clusters:
        free = cluster.config.tier == "Free"
        limit = limits.FREE_TIER_NODES if free else limits.CLUSTER_NODES
        if cluster.max_nodes > limit:
            fix = "use tier Standard, or lower maxCount" if free else "lower maxCount, or split the cluster"
            kind = "a cluster of tier Free" if free else "a cluster"
            yield NODES.error(cluster.path, f"{cluster.max_nodes:,} nodes, {kind} has at most {limit:,}; {fix}")
        elif free and cluster.max_nodes >= limits.FREE_TIER_RECOMMENDED_NODES:
            yield NODES.warning(
                (*cluster.path, "tier"),
                f"{cluster.max_nodes:,} nodes on tier Free, which is meant for fewer than"
                f" {limits.FREE_TIER_RECOMMENDED_NODES}; use Standard",
            )
        if len(cluster.pools) > limits.CLUSTER_POOLS:
            yield NODES.error(
                (*cluster.path, "pools"),
                f"{len(cluster.pools)} pools with the system pool, a cluster has at most {limits.CLUSTER_POOLS};"
                " remove some",
            )
        for pool in cluster.pools:
            yield from _pool_nodes(pool)


def _pool_nodes(pool: PoolView) -> Iterator[Problem]:
    nodes, surge = pool.config.max_nodes, pool.config.surge_nodes
    if nodes + surge > limits.POOL_NODES:
        field = "maxCount" if pool.config.max_count is not None else "count"
        yield NODES.error(
            (*pool.path, field),
            f"{nodes:,} nodes and {surge:,} during an upgrade are {nodes + surge:,}, a pool has at most"
            f" {limits.POOL_NODES:,};"
            " lower it or maxSurge, or use more pools",
        )


def _pods(view: StackView) -> Iterator[Problem]:
    """CAP-02, for modes whose pods are outside the virtual network."""
    for cluster in view.clusters:
        pods = sum(pool.config.max_nodes * pool.max_pods for pool in cluster.pools)
        if cluster.facts.pods_outside_vnet and pods > limits.CLUSTER_PODS:
            yield PODS.warning(
                cluster.path,
                f"{pods:,} pods on {cluster.max_nodes:,} nodes, Azure supports {limits.CLUSTER_PODS:,};"
                " lower maxPods or maxCount, or split the cluster",
            )


def _max_pods(view: StackView) -> Iterator[Problem]:
    """CAP-04."""
    least, most = limits.POOL_MIN_PODS_PER_NODE, limits.POOL_MAX_PODS_PER_NODE
    for pool in view.pools:
        path = (*pool.path, "maxPods")
        if not least <= pool.max_pods <= most:
            yield MAX_PODS.error(
                path, f"{pool.max_pods} pods per node, AKS takes {least} to {most}; use a number in between"
            )
            continue
        config = pool.config
        fewest = config.min_count if config.min_count is not None else config.nodes
        needed = -(-limits.POOL_MIN_PODS // pool.max_pods)
        if pool.max_pods < limits.POOL_MIN_PODS and fewest < needed:
            yield MAX_PODS.error(
                path,
                f"{pool.max_pods} pods on each of {fewest} nodes are fewer than the {limits.POOL_MIN_PODS} a pool must"
                f" hold; use at least {needed} nodes, or maxPods {limits.POOL_MIN_PODS}",
            )


def _pod_range(view: StackView) -> Iterator[Problem]:
    """CAP-06."""
    for cluster in view.clusters:
        networking = cluster.config.networking
        pods, held = cluster.mode.pod_range(networking), cluster.mode.pod_range_nodes(networking)
        need, nodes = cluster.nodes_with_surge, cluster.max_nodes
        # a pool of Cilium's own is CAP-18
        if pods is None or held is None or need <= held or not cluster.facts.azure_dataplane:
            continue
        prefix = _prefix_for_nodes(cluster, pods)
        fix = f"use /{prefix} or larger" if prefix else "use fewer nodes"
        yield POD_RANGE.error(
            (*cluster.path, "networking", "podCidr"),
            f"{pods} holds {held:,} nodes, the pools need {need:,} ({nodes:,} + {need - nodes:,} surge); {fix}",
        )


def _prefix_for_nodes(cluster: ClusterView, pods: IPv4Network) -> int | None:
    """The longest prefix of a pod range that holds the cluster's nodes, as its mode counts them."""
    for prefix in range(pods.prefixlen - 1, 0, -1):
        wider = cluster.config.networking.model_copy(update={"pod_cidr": pods.supernet(new_prefix=prefix)})
        if (cluster.mode.pod_range_nodes(wider) or 0) >= cluster.nodes_with_surge:
            return prefix
    return None


def _subnets(view: StackView) -> Iterator[Problem]:
    """CAP-07, and CAP-08 where pods are in the nodes' subnet, over all clusters that share a subnet (NET-27)."""
    for network in view.networks:
        for subnet in network.plan.subnets if network.plan else ():
            other = network.config.subnets[subnet.key].other_addresses
            users = network.users(subnet.key)
            needed = other + sum(pool.needed_addresses for pool in users)
            if subnet.retired or needed <= subnet.usable:
                continue
            rule = NODE_SUBNET if any(pool.pods_share_subnet for pool in users) else SUBNET
            prefix = prefix_for(needed)
            fix = f"use /{prefix} or larger" if prefix else "use fewer nodes"
            yield rule.error(
                subnet_path(network, subnet),
                f"{subnet.cidr} has {subnet.usable:,} usable addresses, {needed:,} are needed"
                f" ({_users(network, subnet.key, other)}); {fix}",
            )


_SHOWN_USERS = 4


def _users(network: NetworkView, subnet: str, other: int) -> str:
    """Who needs addresses of a subnet, the greediest first: `main/user 66, main/system 4, otherAddresses 10`."""
    users = sorted(network.users(subnet), key=lambda pool: -pool.needed_addresses)
    named = [f"{pool.cluster.key}/{pool.name} {pool.needed_addresses:,}" for pool in users[:_SHOWN_USERS]]
    rest = users[_SHOWN_USERS:]
    if rest:
        named.append(f"{len(rest)} more pools {sum(pool.needed_addresses for pool in rest):,}")
    return ", ".join([*named, f"otherAddresses {other:,}"] if other else named)


CHECKS = (_nodes, _pods, _max_pods, _pod_range, _subnets)
