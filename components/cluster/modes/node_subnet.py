"""Azure CNI Node Subnet: nodes and pods in the same subnet, `maxPods` addresses set aside for every node.

Source: https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni
"""

from __future__ import annotations

from typing import Literal

from components.cluster.modes.base import Mode, NetworkingBase, common_profile
from components.facts.features import ModeName


class NodeSubnetNetworking(NetworkingBase):
    """Pods with addresses of the nodes' own subnet."""

    mode: Literal["nodeSubnet"]


NODE_SUBNET = Mode(
    name=ModeName.NODE_SUBNET,
    network_profile=common_profile,
    pod_range=lambda _: None,
    pod_range_nodes=lambda _: None,
    node_addresses=lambda max_pods: 1 + max_pods,
)
