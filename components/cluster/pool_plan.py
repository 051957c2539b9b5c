"""What follows from a pool's configuration: its inputs, inline or on its own, and what Pulumi must leave alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from components.cluster.capacity import max_pods
from components.cluster.config import ClusterConfig
from components.cluster.modes.registry import mode_of
from components.cluster.node_settings import sent
from components.cluster.pool_kinds import kind_properties, labels, least_nodes, taints
from components.cluster.pools import PoolConfig, PoolSettings
from components.facts.mutability import POOL_FIXED_AT_CREATION
from components.values import ArmProperties, Ref, Scope


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """A node pool that is a resource of its own.

    Attributes:
        key: Its key, which is its Azure name.
        properties: Its inputs.
        ignore_changes: Input paths that Azure owns.
        replace_on_changes: Input names that cannot change on a living pool.
        protect: Whether Pulumi refuses to delete it; never for a pool on its way out.
    """

    key: str
    properties: ArmProperties
    ignore_changes: tuple[str, ...]
    replace_on_changes: tuple[str, ...]
    protect: bool


def plan_pool(
    cluster: str,
    name: str,
    pool: PoolConfig,
    *,
    config: ClusterConfig,
    scope: Scope,
    subnets: Mapping[str, str | Ref],
    protect: bool,
) -> PoolPlan:
    """A pool of its own.

    Args:
        cluster: The cluster's key.
        name: The pool's key.
        pool: The pool's configuration.
        config: The cluster's configuration.
        scope: Where it goes.
        subnets: What each pool's `subnet` stands for.
        protect: Whether the cluster is protected.
    """
    return PoolPlan(
        key=name,
        properties={
            "resourceGroupName": scope.group,
            "resourceName": Ref("cluster", cluster, "name"),
            "agentPoolName": name,
            **pool_profile(pool.mode, pool, config, scope, subnets),
        },
        ignore_changes=tuple(pool_leaves_owned_by_azure(pool, config)),
        replace_on_changes=POOL_FIXED_AT_CREATION,
        protect=(protect if pool.protect is None else pool.protect) and not pool.retiring,
    )


def pool_profile(
    mode: str, pool: PoolSettings, config: ClusterConfig, scope: Scope, subnets: Mapping[str, str | Ref]
) -> ArmProperties:
    """A pool's inputs, the same for the inline system pool and for a pool of its own.

    Zones are sent in order, because to the provider another order is another pool.
    """
    profile: ArmProperties = {
        "mode": mode,
        "type": "VirtualMachineScaleSets",
        "osType": "Linux",
        "osSKU": pool.os_sku,
        "vmSize": pool.vm_size,
        "count": pool.nodes,
        "enableAutoScaling": pool.autoscaled,
        "maxPods": max_pods(config, pool),
        "orchestratorVersion": pool.orchestrator_version or config.kubernetes_version,
        "enableEncryptionAtHost": pool.enable_encryption_at_host,
        "enableFIPS": pool.enable_fips,
        "enableNodePublicIP": pool.enable_node_public_ip,
        "enableUltraSSD": pool.enable_ultra_ssd,
        "nodeLabels": labels(pool),
        "nodeTaints": taints(pool),
        "upgradeSettings": _upgrade_settings(pool),
        "scaleDownMode": pool.scale_down_mode,
        "securityProfile": {
            "enableSecureBoot": pool.security_profile.enable_secure_boot,
            "enableVTPM": pool.security_profile.enable_vtpm,
        },
        "tags": {**scope.tags, **config.tags, **pool.tags},
        **kind_properties(pool),
    }
    given = {
        "minCount": least_nodes(mode, pool),
        "maxCount": pool.max_count,
        "availabilityZones": sorted(pool.zones) or None,
        "vnetSubnetID": subnets[pool.subnet] if pool.subnet is not None else None,
        "podSubnetID": subnets[pool.pod_subnet] if pool.pod_subnet is not None else None,
        "podIPAllocationMode": mode_of(config.networking).allocation(config.networking, pool),
        "osDiskType": pool.os_disk_type,
        "osDiskSizeGB": pool.os_disk_size_gb,
        "kubeletDiskType": pool.kubelet_disk_type,
        "proximityPlacementGroupID": pool.proximity_placement_group,
        "capacityReservationGroupID": pool.capacity_reservation_group,
        "hostGroupID": pool.host_group,
        "nodePublicIPPrefixID": pool.node_public_ip_prefix,
        "networkProfile": sent(pool.network_profile),
        "localDNSProfile": sent(pool.local_dns_profile),
        "kubeletConfig": sent(pool.kubelet_config),
        "linuxOSConfig": sent(pool.linux_os_config),
        "gpuProfile": sent(pool.gpu_profile),
        "gpuInstanceProfile": pool.gpu_instance_profile,
    }
    return {**profile, **{name: value for name, value in given.items() if value is not None}}


def _upgrade_settings(pool: PoolSettings) -> ArmProperties:
    """Surge and drain; Azure takes numbers and percentages alike as text."""
    given: ArmProperties = {
        "maxSurge": None if pool.max_surge is None or pool.spot else str(pool.max_surge),
        "maxUnavailable": None if pool.max_unavailable is None else str(pool.max_unavailable),
        "drainTimeoutInMinutes": pool.drain_timeout_in_minutes,
        "nodeSoakDurationInMinutes": pool.node_soak_duration_in_minutes,
        "undrainableNodeBehavior": pool.undrainable_node_behavior,
    }
    return {name: value for name, value in given.items() if value is not None}


def upgrades_minor_versions(config: ClusterConfig) -> bool:
    """Whether Azure moves the cluster to other minor versions by itself; `patch` and `node-image` never do."""
    return config.auto_upgrade_profile.upgrade_channel in ("stable", "rapid")


def pool_leaves_owned_by_azure(pool: PoolSettings, config: ClusterConfig) -> list[str]:
    """Inputs of a pool that Azure changes by itself."""
    leaves = ["count"] if pool.autoscaled else []
    return [*leaves, "orchestratorVersion"] if upgrades_minor_versions(config) else leaves
