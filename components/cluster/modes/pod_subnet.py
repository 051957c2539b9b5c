"""Azure CNI Pod Subnet: nodes in one subnet, pods in another, in batches (dynamic) or in /28 blocks (staticBlock).

Source: https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-pod-subnet
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from components.cluster.modes.base import Mode, NetworkingBase, PodAddresses, common_profile
from components.cluster.pools import PoolSettings
from components.facts import limits
from components.facts.features import ModeName


class PodSubnetNetworking(NetworkingBase):
    """Pods with addresses of the VNet, in subnets of their own."""

    mode: Literal["podSubnet"]
    allocation: Literal["dynamic", "staticBlock"] = Field(
        "dynamic", description="batches of addresses as pods come, or whole /28 blocks per node; a pool may differ"
    )


_ARM_SPELLING = {"dynamic": "DynamicIndividual", "staticBlock": "StaticBlock"}


def _allocation(networking: PodSubnetNetworking, pool: PoolSettings) -> str:
    return _ARM_SPELLING[pool.allocation or networking.allocation]


def blocks_per_node(max_pods: int) -> int:
    """/28 blocks that a node takes with static allocation: enough for its pods and one address more."""
    return -(-(max_pods + 1) // limits.POD_BLOCK_ADDRESSES)


def batches_per_node(max_pods: int) -> int:
    """Batches that a full node takes with dynamic allocation: enough for its pods and the low-water mark."""
    return -(-(max_pods + limits.POD_ADDRESS_LOW_WATER) // limits.POD_ADDRESS_BATCH)


def _pod_addresses(networking: PodSubnetNetworking, pool: PoolSettings, max_pods: int) -> PodAddresses:
    if (pool.allocation or networking.allocation) == "staticBlock":
        addresses = blocks_per_node(max_pods) * limits.POD_BLOCK_ADDRESSES
        return PodAddresses(addresses, addresses)
    return PodAddresses(limits.POD_ADDRESS_BATCH, batches_per_node(max_pods) * limits.POD_ADDRESS_BATCH)


POD_SUBNET = Mode(
    name=ModeName.POD_SUBNET,
    network_profile=common_profile,
    pod_range=lambda _: None,
    pod_range_nodes=lambda _: None,
    node_addresses=lambda _: 1,
    pod_addresses=_pod_addresses,
    allocation=_allocation,
)
