"""What each way of connecting pods can do: one row per networking mode, and no `if mode ==` anywhere else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique


@unique
class ModeName(Enum):
    """A networking mode, as stack files spell it."""

    OVERLAY = "overlay"
    POD_SUBNET = "podSubnet"
    NODE_SUBNET = "nodeSubnet"
    BYOCNI = "byocni"


@dataclass(frozen=True, slots=True)
class ModeFacts:
    """What is true of a mode, whatever a cluster's configuration says.

    Attributes:
        title: What the documentation calls it.
        default_max_pods: `maxPods` where a pool gives none. Always sent, because Azure's own default differs by page.
        pods_outside_vnet: Pods have addresses of a range of the cluster, not of the VNet.
        pod_subnets: Pods have addresses of subnets of their own.
        network_names_become_labels: Names of VNet, subnet and their group must be valid label values (NET-18).
        security_groups_see_pods: NSGs on the node subnet must allow pod to pod traffic (NET-32).
        source: Where this is stated.
        azure_dataplane: Azure brings dataplane, policies and ACNS; else AKS connects no pods, and Cilium is your own.
        refused_vm_sizes: VM sizes that do not go with it, as patterns in small letters (VER-04).
    """

    title: str
    default_max_pods: int
    pods_outside_vnet: bool
    pod_subnets: bool
    network_names_become_labels: bool
    security_groups_see_pods: bool
    source: str
    azure_dataplane: bool = True
    refused_vm_sizes: tuple[str, ...] = ()


MODES = {
    ModeName.OVERLAY: ModeFacts(
        title="Azure CNI Overlay",
        default_max_pods=250,
        pods_outside_vnet=True,
        pod_subnets=False,
        network_names_become_labels=True,
        security_groups_see_pods=True,
        source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay",
        # the DCsv2 series
        refused_vm_sizes=("standard_dc*s_v2", "standard_dc8_v2"),
    ),
    ModeName.POD_SUBNET: ModeFacts(
        title="Azure CNI Pod Subnet",
        default_max_pods=110,
        pods_outside_vnet=False,
        pod_subnets=True,
        network_names_become_labels=True,
        security_groups_see_pods=True,
        source="https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-pod-subnet",
    ),
    ModeName.NODE_SUBNET: ModeFacts(
        title="Azure CNI Node Subnet",
        default_max_pods=30,
        pods_outside_vnet=False,
        pod_subnets=False,
        network_names_become_labels=False,
        security_groups_see_pods=False,
        source="https://learn.microsoft.com/azure/aks/concepts-network-legacy-cni",
    ),
    ModeName.BYOCNI: ModeFacts(
        title="bring your own CNI",
        default_max_pods=250,
        pods_outside_vnet=True,
        pod_subnets=False,
        network_names_become_labels=False,
        # pod traffic is encapsulated: NSGs see nodes only
        security_groups_see_pods=False,
        source="https://learn.microsoft.com/azure/aks/use-byo-cni",
        azure_dataplane=False,
    ),
}
