"""What Azure lets you change on a deployed resource, as far as the program itself must know it."""

from __future__ import annotations

# MUT-24. https://learn.microsoft.com/azure/aks/create-node-pools#limitations, /concepts-network-ip-address-planning,
# /custom-node-configuration, /reduce-latency-ppg and /use-azure-dedicated-hosts (2026-08): fixed at creation. The
# provider plans all but the first as an update, which Azure refuses midway; in `replaceOnChanges` the engine plans what
# is true.
# Capacity reservation group and GPU settings: so does the azurerm provider.
POOL_FIXED_AT_CREATION = (
    "vmSize",
    "osType",
    "maxPods",
    "vnetSubnetID",
    "podSubnetID",
    "podIPAllocationMode",
    "availabilityZones",
    "osDiskType",
    "osDiskSizeGB",
    "kubeletDiskType",
    "kubeletConfig",
    "linuxOSConfig",
    "scaleSetPriority",
    "scaleSetEvictionPolicy",
    "spotMaxPrice",
    "enableNodePublicIP",
    "nodePublicIPPrefixID",
    "proximityPlacementGroupID",
    "capacityReservationGroupID",
    "hostGroupID",
    "gpuProfile",
    "gpuInstanceProfile",
    "enableEncryptionAtHost",
    "enableUltraSSD",
)
