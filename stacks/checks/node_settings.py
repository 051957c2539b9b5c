"""What nodes of a pool carry and how they are set up: labels, taints, disks, kubelet, addresses."""

from __future__ import annotations

from collections.abc import Iterator

from components.cluster.pool_kinds import SPOT_LABELS
from components.cluster.pools import PoolSettings
from components.facts.names import label_key_fault, label_value_fault, taint_fault
from components.facts.vm_sizes import vm_size
from components.problems import KeyPath, Problem
from components.rules import Rule
from stacks.view import PoolView, StackView

SYSTEM_TAINT = "CriticalAddonsOnly=true:NoSchedule"
_AKS = "https://learn.microsoft.com/azure/aks"

SYSTEM_TAINTS = Rule(
    "POOL-06",
    f"System pools carry no taint but {SYSTEM_TAINT}",
    why="Kubernetes' own pods tolerate that taint only, so with another one they have nowhere to run. Workloads"
    " do not tolerate it, and need another pool.",
    fix=f"Use {SYSTEM_TAINT}, and put other taints on User pools.",
    source="https://github.com/Azure/AKS/issues/2578",
)
LABELS = Rule(
    "NAM-05",
    "Node labels are labels that Kubernetes and AKS take",
    why="AKS refuses malformed labels and those with its own prefix; no node starts with others of Kubernetes.",
    fix="Use a prefix of your own, such as example.com/team.",
    source=f"{_AKS}/use-labels; kubernetes pkg/kubelet/apis/well_known_labels.go",
)
TAINTS = Rule(
    "NAM-06",
    "Node taints are taints that Kubernetes takes",
    why="AKS refuses malformed taints, and a key with the same effect twice.",
    fix="Write key=value:NoSchedule, key=value:PreferNoSchedule or key=value:NoExecute.",
    source="az aks _validators.py; kubernetes pkg/apis/core/validation",
)
TOGETHER = Rule(
    "CFG-48",
    "Settings of a pool go together",
    why="Azure or the kubelet refuses these combinations: an ephemeral OS disk larger than the machine's own, or kept"
    " after a scale-down; the kubelet's data on a disk that the machine lacks; settings of public addresses on nodes"
    " without; swap that the kubelet does not start with; Trusted Launch on Arm64; bounds the wrong way round.",
    fix="Change one of the two settings.",
    source=f"{_AKS}/concepts-storage; {_AKS}/scale-down-mode; {_AKS}/use-node-public-ips; {_AKS}/use-trusted-launch;"
    f" {_AKS}/custom-node-configuration-reference;"
    " https://learn.microsoft.com/azure/virtual-machines/ephemeral-os-disks",
)


def _labels(view: StackView) -> Iterator[Problem]:
    """NAM-05."""
    for pool in view.pools:
        for key, value in pool.config.node_labels.items():
            path = (*pool.path, "nodeLabels", key)
            if pool.config.spot and (key, value) in SPOT_LABELS.items():
                continue  # what AKS itself adds
            for fault in (label_key_fault(key), label_value_fault(value)):
                if fault:
                    yield LABELS.error(path, fault)


def _taints(view: StackView) -> Iterator[Problem]:
    """NAM-06, POOL-06."""
    for pool in view.pools:
        seen: set[tuple[str, str]] = set()
        for index, taint in enumerate(pool.config.node_taints):
            path, fault = (*pool.path, "nodeTaints", index), taint_fault(taint)
            if fault:
                yield TAINTS.error(path, fault)
                continue
            key, effect = taint.partition("=")[0], taint.rpartition(":")[2]
            if (key, effect) in seen:
                yield TAINTS.error(path, f"{taint} is the second taint {key} with effect {effect}; remove one")
            elif pool.mode == "System" and taint != SYSTEM_TAINT:
                yield SYSTEM_TAINTS.warning(
                    path, f"{taint} keeps Kubernetes' own pods away from a System pool; use {SYSTEM_TAINT} or none"
                )
            seen.add((key, effect))


def _room(view: StackView) -> Iterator[Problem]:
    """POOL-06: somewhere for everything else to run."""
    for cluster in view.clusters:
        system, *others = cluster.pools
        if SYSTEM_TAINT not in system.config.node_taints or cluster.config.node_provisioning_profile.mode == "Auto":
            continue
        if all(pool.mode == "Gateway" or SYSTEM_TAINT in pool.config.node_taints for pool in others):
            yield SYSTEM_TAINTS.warning(
                (*system.path, "nodeTaints"),
                f"{SYSTEM_TAINT}, and no other pool takes workloads; add a pool without it, or remove it",
            )


def _disks(view: StackView) -> Iterator[Problem]:
    """CFG-48: OS disks, and where the kubelet keeps its data."""
    for pool in view.pools:
        config = pool.config
        if config.scale_down_mode == "Deallocate" and config.os_disk_type != "Managed":
            disk = (
                "osDiskType Ephemeral"
                if config.os_disk_type
                else "an OS disk of Azure's choice, ephemeral where it fits,"
            )
            yield TOGETHER.error(
                (*pool.path, "scaleDownMode"), f"Deallocate with {disk} would lose the disk; set osDiskType: Managed"
            )
        yield from _local_disks(pool)


def _local_disks(pool: PoolView) -> Iterator[Problem]:
    config, size = pool.config, vm_size(pool.config.vm_size)
    if size is None or size.ephemeral_gib is None:
        return
    without = f"but {size.name} has no disk of its own"
    if config.kubelet_disk_type == "Temporary" and not size.ephemeral_gib:
        yield TOGETHER.error(
            (*pool.path, "kubeletDiskType"), f"Temporary, {without}; use OS, or a size with d in its name"
        )
    if config.os_disk_type != "Ephemeral":
        return
    if not size.ephemeral_gib:
        yield TOGETHER.error(
            (*pool.path, "osDiskType"), f"Ephemeral, {without}; use Managed, or a size with d in its name"
        )
    elif config.os_disk_size_gb is not None and config.os_disk_size_gb > size.ephemeral_gib:
        room = f"an ephemeral OS disk of at most {size.ephemeral_gib:g} GiB fits on {size.name}"
        yield TOGETHER.error(
            (*pool.path, "osDiskSizeGB"), f"{config.os_disk_size_gb}, {room}; use less, or osDiskType: Managed"
        )


def _node_settings(view: StackView) -> Iterator[Problem]:
    """CFG-48: kubelet, swap, boot and addresses."""
    for pool in view.pools:
        for field, message in _contradictions(pool.config):
            yield TOGETHER.error((*pool.path, *field), message)


def _contradictions(pool: PoolSettings) -> Iterator[tuple[KeyPath, str]]:
    kubelet, system, network = pool.kubelet_config, pool.linux_os_config, pool.network_profile
    high = kubelet.image_gc_high_threshold if kubelet else None
    low = kubelet.image_gc_low_threshold if kubelet else None
    if high is not None and low is not None and low > high:
        message = f"{low} is more than imageGcHighThreshold {high}; exchange them"
        yield ("kubeletConfig", "imageGcLowThreshold"), message
    if system and system.swap_file_size_mb and not (kubelet and kubelet.fail_swap_on is False):
        message = "swap with a kubelet that does not start with it; set kubeletConfig.failSwapOn: false"
        yield ("linuxOSConfig", "swapFileSizeMB"), message
    size = vm_size(pool.vm_size)
    if size and size.arm64 and pool.security_profile.trusted_launch:
        yield ("securityProfile",), f"Trusted Launch with {size.name}, an Arm64 size that has none; use another size"
    if not pool.enable_node_public_ip:
        for field in _needing_public_addresses(pool):
            yield field, "given for nodes without public addresses; set enableNodePublicIP: true, or remove it"
    for index, ports in enumerate(network.allowed_host_ports if network else ()):
        if ports.port_start > ports.port_end:
            message = f"port {ports.port_start} to {ports.port_end} runs backwards; exchange them"
            yield ("networkProfile", "allowedHostPorts", index), message


def _needing_public_addresses(pool: PoolSettings) -> Iterator[KeyPath]:
    if pool.node_public_ip_prefix:
        yield ("nodePublicIPPrefix",)
    if pool.network_profile and pool.network_profile.node_public_ip_tags:
        yield ("networkProfile", "nodePublicIPTags")


CHECKS = (_labels, _taints, _room, _disks, _node_settings)
