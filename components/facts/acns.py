"""What Advanced Container Networking Services ask of a cluster.

Source of all: the feature's page below https://learn.microsoft.com/azure/aks/, named on each line (2026-08).
"""

from __future__ import annotations

# use-advanced-container-networking-services: minor versions of Kubernetes, on the two dataplanes
CILIUM_FIRST_MINOR = 29
AZURE_FIRST_MINOR = 21
# container-network-security-fqdn-filtering-concepts, container-network-security-l7-policy-concepts
POLICIES_FIRST_MINOR = 29
L7_FIRST_CILIUM = (1, 17)
# container-network-security-l7-policy-concepts: the greater of the two is supported
L7_NODES = 1000
L7_PODS = 40_000
# container-network-performance-ebpf-host-routing
HOST_ROUTING_FIRST_MINOR = 33
# upgrade-os-version: the minor version of Kubernetes from which on an osSKU means Ubuntu 24.04 or Azure Linux 3.0
HOST_ROUTING_OS_FIRST_MINOR = {"Ubuntu": 35, "Ubuntu2404": 0, "AzureLinux": 32, "AzureLinux3": 0}
# https://learn.microsoft.com/azure/confidential-computing/virtual-machine-options: patterns in small letters
CONFIDENTIAL_VM_SIZES = tuple(
    f"standard_{family}*{features}_{version}"
    for family in ("dc", "ec")
    for features in ("as", "ads", "es", "eds")
    for version in ("v5", "v6", "cc_v5")
)
# container-network-security-wireguard-encryption-concepts
WIREGUARD_PORT = 51_871
