"""Subnets for pods: who has one, that nothing else is in it, and that it has room."""

from __future__ import annotations

from collections.abc import Iterator

from components.cluster.modes.pod_subnet import blocks_per_node
from components.facts import limits
from components.facts.features import MODES
from components.network.addresses import prefix_for
from components.network.plan import SubnetPlan
from components.problems import Problem
from components.rules import Rule
from stacks.checks.net import UNKNOWN_REFERENCE, unknown_reference
from stacks.checks.paths import subnet_path
from stacks.plan import AKS_DELEGATION
from stacks.view import NetworkView, PoolView, StackView

_POD_SUBNET = "https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-pod-subnet"
_DYNAMIC = "https://learn.microsoft.com/azure/aks/configure-azure-cni-dynamic-ip-allocation"
_STATIC = "https://learn.microsoft.com/azure/aks/configure-azure-cni-static-block-allocation"
_STATIC_BLOCK = "StaticBlock"

ONLY_PODS = Rule(
    "NET-22",
    "A pod subnet has pods in it and nothing else",
    why="AKS needs a pod subnet for itself: not the pool's node subnet, no nodes or other resources in it, no"
    " delegation to another service.",
    fix="Give pods a subnet of their own.",
    source=f"{_DYNAMIC}; https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni",
)
ONE_ALLOCATION = Rule(
    "NET-23",
    "A pod subnet is used with one kind of allocation",
    why="Azure binds a subnet to dynamic or to static block allocation, whichever cluster uses it first.",
    fix="Give pools with the other allocation a subnet of their own.",
    source=_POD_SUBNET,
)
ALL_OR_NONE = Rule(
    "NET-24",
    "With mode podSubnet every pool has a pod subnet",
    why="AKS refuses a cluster in which some pools have pod subnets and others do not.",
    fix="Add podSubnet to the pool.",
    source=f"{_DYNAMIC}; {_STATIC}",
)
OTHER_MODE = Rule(
    "NET-25",
    "Only mode podSubnet has pod subnets",
    why="AKS refuses podSubnetID and podIPAllocationMode with overlay and node subnet, and without a CNI of its own.",
    fix="Remove the key, or use mode podSubnet.",
    source="ARM model ManagedClusterAgentPoolProfile",
)
NAT_FOR_PODS = Rule(
    "NET-28",
    "With userAssignedNATGateway pod subnets have a NAT gateway too",
    why="AKS checks the pod subnet as well as the node subnet: pods leave from their own subnet.",
    fix="Attach the NAT gateway to the pod subnet.",
    source="AKS release notes 2023-08-06",
)
DYNAMIC = Rule(
    "CAP-09",
    "A pod subnet has a batch of addresses for every node, surge included",
    why=f"With dynamic allocation a node takes {limits.POD_ADDRESS_BATCH} addresses when it starts, and as many more"
    f" whenever fewer than {limits.POD_ADDRESS_LOW_WATER} are free; pods beyond that stay pending. A pod subnet above"
    f" /{limits.LARGEST_DYNAMIC_POD_SUBNET_PREFIX} is not recommended.",
    fix="Use a larger subnet, fewer nodes, or fewer pods per node.",
    source=_POD_SUBNET,
)
STATIC = Rule(
    "CAP-10",
    "A pod subnet has whole blocks for every node, surge included",
    why=f"With static block allocation a node takes blocks of {limits.POD_BLOCK_ADDRESSES} addresses, one address of"
    " which is not for pods: maxPods of 15, 31, 47 and so on waste none.",
    fix="Use a larger subnet, or a maxPods of 16 n - 1.",
    source=_STATIC,
)
STATIC_SIZE = Rule(
    "CAP-11",
    f"A pod subnet for static blocks is no larger than /{limits.LARGEST_STATIC_POD_SUBNET_PREFIX}",
    why="AKS hands out blocks of at most a /12. The first and the last block hold addresses that Azure keeps; whether"
    " AKS uses the rest of them is not documented, so two blocks fewer are planned with.",
    fix="Use a smaller subnet, or several.",
    source=_POD_SUBNET,
)
VNET_ADDRESSES = Rule(
    "CAP-03",
    "Pods with addresses of the network stay within what a network can hold",
    why=f"A virtual network has at most {limits.VNET_ADDRESSES:,} addresses in use; static blocks count as one each,"
    f" for up to {limits.STATIC_BLOCK_CLUSTER_PODS:,} pods.",
    fix="Use static block allocation or overlay, fewer nodes, or fewer pods per node.",
    source=f"{_POD_SUBNET}; https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
)


def _who_has_one(view: StackView) -> Iterator[Problem]:
    """NET-24, NET-25, CFG-06."""
    for pool in view.pools:
        path = pool.path
        if not pool.cluster.facts.pod_subnets:
            given = {"podSubnet": pool.config.pod_subnet, "allocation": pool.config.allocation}
            mode = pool.cluster.mode.name.value
            for key, value in given.items():
                if value is not None:
                    yield OTHER_MODE.error((*path, key), f"{key} with mode {mode}; remove it, or use mode podSubnet")
        elif pool.config.pod_subnet is None:
            yield ALL_OR_NONE.error((*path, "podSubnet"), f"pool {pool.name} has no podSubnet; add one")
        elif pool.cluster.network:
            known = pool.cluster.network.config.subnets
            if pool.config.pod_subnet not in known:
                what = f"subnets of network {pool.cluster.network.key}"
                yield UNKNOWN_REFERENCE.error(
                    (*path, "podSubnet"), unknown_reference(pool.config.pod_subnet, what, known)
                )
            elif known[pool.config.pod_subnet].retired:
                message = f"subnet {pool.config.pod_subnet} is retired and not deployed; use another"
                yield UNKNOWN_REFERENCE.error((*path, "podSubnet"), message)
        elif pool.cluster.config.network is None:
            message = f"mode podSubnet needs a network, and clusters.{pool.cluster.key} has none; add network"
            yield ALL_OR_NONE.error((*path, "podSubnet"), message)


def _only_pods(view: StackView) -> Iterator[Problem]:
    """NET-22, NET-23, NET-28."""
    for network in view.networks:
        for key, subnet in network.config.subnets.items():
            users = network.pod_users(key)
            path = (*network.path, "subnets", key)
            if users and (nodes := network.users(key)):
                yield ONLY_PODS.error(
                    (*users[0].path, "podSubnet"),
                    f"{key} is the node subnet of {_named(nodes[0])}; use a subnet of its own for pods",
                )
            others = [service for service in subnet.delegations if service != AKS_DELEGATION]
            if users and others:
                yield ONLY_PODS.error(
                    (*path, "delegations"), f"{others[0]} in the pod subnet of {_named(users[0])}; remove it"
                )
            first = users[0] if users else None
            for user in users:
                if first and user.allocation != first.allocation:
                    yield ONE_ALLOCATION.error(
                        (*user.path, "podSubnet"),
                        f"{key} is used with {user.allocation}, and by {_named(first)} with {first.allocation};"
                        " use another subnet",
                    )
            natted = [
                user for user in users if user.cluster.config.networking.outbound.type == "userAssignedNATGateway"
            ]
            if natted and subnet.nat_gateway is None:
                yield NAT_FOR_PODS.error(
                    (*path, "natGateway"), f"missing, but pods of {_named(natted[0])} leave by it; add natGateway"
                )


def _named(pool: PoolView) -> str:
    return f"clusters.{pool.cluster.key} pool {pool.name}"


def _room(view: StackView) -> Iterator[Problem]:
    """CAP-09, CAP-10, CAP-11."""
    for network in view.networks:
        for subnet in network.plan.subnets if network.plan else ():
            users = network.pod_users(subnet.key)
            if not users or subnet.retired:
                continue
            if users[0].allocation == _STATIC_BLOCK:
                yield from _static_room(network, subnet, users)
            else:
                yield from _dynamic_room(network, subnet, users)


def _dynamic_room(network: NetworkView, subnet: SubnetPlan, users: list[PoolView]) -> Iterator[Problem]:
    path = subnet_path(network, subnet)
    least = sum(user.pod_addresses.least for user in users if user.pod_addresses)
    most = sum(user.pod_addresses.most for user in users if user.pod_addresses)
    say = f"{subnet.cidr} has {subnet.usable:,} usable addresses"
    if least > subnet.usable:
        yield DYNAMIC.error(path, f"{say}, nodes take {least:,} as they start; {_larger(least)}")
    elif most > subnet.usable:
        yield DYNAMIC.warning(path, f"{say}, full nodes take {most:,}; {_larger(most)}")
    if subnet.cidr.prefixlen < limits.LARGEST_DYNAMIC_POD_SUBNET_PREFIX:
        largest = limits.LARGEST_DYNAMIC_POD_SUBNET_PREFIX
        yield DYNAMIC.warning(
            path, f"{subnet.cidr} is larger than /{largest}, which Azure does not recommend; use /{largest}"
        )


def _larger(addresses: int) -> str:
    prefix = prefix_for(addresses)
    return f"use /{prefix} or larger" if prefix else "use several subnets"


def _static_room(network: NetworkView, subnet: SubnetPlan, users: list[PoolView]) -> Iterator[Problem]:
    path = subnet_path(network, subnet)
    if subnet.cidr.prefixlen < limits.LARGEST_STATIC_POD_SUBNET_PREFIX:
        largest = limits.LARGEST_STATIC_POD_SUBNET_PREFIX
        yield STATIC_SIZE.error(path, f"{subnet.cidr} is larger than /{largest}; use /{largest} or smaller")
    needed = sum(user.pod_addresses.most for user in users if user.pod_addresses) // limits.POD_BLOCK_ADDRESSES
    there = subnet.cidr.num_addresses // limits.POD_BLOCK_ADDRESSES
    say = f"{subnet.cidr} has {there:,} blocks, nodes take {needed:,}"
    if needed > there:
        yield STATIC.error(path, f"{say}; use /{_prefix_for_blocks(needed)} or larger")
    elif needed > there - 2:
        yield STATIC_SIZE.warning(path, f"{say}, and Azure keeps addresses of two; use /{subnet.cidr.prefixlen - 1}")


def _prefix_for_blocks(blocks: int) -> int:
    return 32 - (blocks * limits.POD_BLOCK_ADDRESSES - 1).bit_length()


def _waste(view: StackView) -> Iterator[Problem]:
    """CAP-10: a maxPods that leaves much of a node's blocks unused."""
    for pool in view.pools:
        if pool.allocation != _STATIC_BLOCK:
            continue
        blocks = blocks_per_node(pool.max_pods)
        full = blocks * limits.POD_BLOCK_ADDRESSES - 1
        if full - pool.max_pods > limits.POD_BLOCK_WASTE_WARNING_ADDRESSES:
            fewer = full - limits.POD_BLOCK_ADDRESSES
            advice = f"use {full} or {fewer}" if fewer >= limits.POOL_MIN_PODS_PER_NODE else f"use {full}"
            yield STATIC.warning(
                (*pool.path, "maxPods"),
                f"{pool.max_pods} pods leave {full - pool.max_pods} addresses of {blocks} blocks unused on every node;"
                f" {advice}",
            )


def _network_limits(view: StackView) -> Iterator[Problem]:
    """CAP-03."""
    for network in view.networks:
        used = sum(_counted(pool) for pool in network.pools)
        if used > limits.VNET_ADDRESSES:
            yield VNET_ADDRESSES.error(
                network.path,
                f"nodes and pods take {used:,} addresses, a network has at most {limits.VNET_ADDRESSES:,};"
                " use static blocks or overlay, or fewer pods per node",
            )
    for cluster in view.clusters:
        pods = sum(pool.config.max_nodes * pool.max_pods for pool in cluster.pools)
        if MODES[cluster.mode.name].pod_subnets and pods > limits.STATIC_BLOCK_CLUSTER_PODS:
            yield VNET_ADDRESSES.error(
                cluster.path,
                f"{pods:,} pods, with pod subnets a cluster has at most {limits.STATIC_BLOCK_CLUSTER_PODS:,};"
                " lower maxPods or maxCount",
            )


def _counted(pool: PoolView) -> int:
    """Addresses of a pool as Azure counts them: a static block is one."""
    pods = pool.pod_addresses.most if pool.pod_addresses else 0
    return pool.needed_addresses + (pods // limits.POD_BLOCK_ADDRESSES if pool.allocation == _STATIC_BLOCK else pods)


CHECKS = (_who_has_one, _only_pods, _room, _waste, _network_limits)
