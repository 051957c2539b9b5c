"""What follows from a cluster's configuration: the ManagedCluster's inputs, its pools, and what Pulumi must leave alone.

Everything that AKS would default silently and that has consequences is sent explicitly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from components.cluster.capacity import Counts, max_pods, node_counts, pod_counts
from components.cluster.config import ClusterConfig
from components.cluster.modes.registry import mode_of
from components.cluster.pools import PoolConfig, PoolSettings
from components.facts.features import ModeName
from components.facts.mutability import POOL_FIXED_AT_CREATION
from components.facts.names import DNS_PREFIX, Kind
from components.values import ArmProperties, Ref, Scope


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """A node pool that is a resource of its own.

    Attributes:
        key: Its key, which is its Azure name.
        properties: Its inputs.
        ignore_changes: Input paths that Azure owns.
        replace_on_changes: Input names that cannot change on a living pool.
        protect: Whether Pulumi refuses to delete it.
    """

    key: str
    properties: ArmProperties
    ignore_changes: tuple[str, ...]
    replace_on_changes: tuple[str, ...]
    protect: bool


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """An AKS cluster with its pools.

    Attributes:
        key: Its key in the configuration.
        name: Its Azure name.
        mode: How its pods are connected.
        pod_cidr: The range of its pods, where that is its own.
        service_cidr: The range of its Services.
        nodes: Numbers of nodes.
        pods: Numbers of pods.
        properties: Inputs of the ManagedCluster, the system pool inline.
        ignore_changes: Input paths that Azure owns.
        pools: The other pools.
        protect: Whether Pulumi refuses to delete it.
        applies_in_cluster: Whether this program writes to the cluster itself.
    """

    key: str
    name: str
    mode: ModeName
    pod_cidr: IPv4Network | None
    service_cidr: IPv4Network
    nodes: Counts
    pods: Counts
    properties: ArmProperties
    ignore_changes: tuple[str, ...]
    pools: tuple[PoolPlan, ...]
    protect: bool
    applies_in_cluster: bool


def cluster_name(key: str, config: ClusterConfig) -> str:
    """The cluster's Azure name."""
    return config.name or Kind.CLUSTER.default_name(key)


def dns_prefix(key: str, config: ClusterConfig) -> str:
    """First part of the API server's host name; Azure adds a hash of its own."""
    return config.dns_prefix or cluster_name(key, config).replace("_", "-")[: DNS_PREFIX.longest].rstrip("-")


def plan_cluster(
    key: str,
    config: ClusterConfig,
    scope: Scope,
    *,
    identity: ArmProperties,
    subnets: Mapping[str, str | Ref],
    subnet_addresses: Mapping[str, int],
    protect: bool,
) -> ClusterPlan:
    """The whole cluster.

    Args:
        key: The cluster's key.
        config: Its configuration.
        scope: Where it goes.
        identity: The `identity` property, from the identity's plan.
        subnets: What each pool's `subnet` stands for.
        subnet_addresses: Usable addresses of those subnets, as far as known.
        protect: Whether resources are protected unless they say otherwise.
    """
    mode = mode_of(config.networking)
    nodes = node_counts(config, subnet_addresses.values())
    protect = protect if config.protect is None else config.protect
    return ClusterPlan(
        key=key,
        name=cluster_name(key, config),
        mode=mode.name,
        pod_cidr=mode.pod_range(config.networking),
        service_cidr=config.networking.service_cidr,
        nodes=nodes,
        pods=pod_counts(config, nodes),
        properties=_cluster(key, config, scope, identity, subnets),
        ignore_changes=_owned_by_azure(config),
        pools=tuple(_pool(key, name, pool, config, scope, subnets, protect) for name, pool in config.pools.items()),
        protect=protect,
        applies_in_cluster=config.in_cluster == "apply",
    )


def _cluster(
    key: str, config: ClusterConfig, scope: Scope, identity: ArmProperties, subnets: Mapping[str, str | Ref]
) -> ArmProperties:
    properties: ArmProperties = {
        "resourceGroupName": scope.group,
        "resourceName": cluster_name(key, config),
        "location": scope.location,
        "tags": {**scope.tags, **config.tags},
        "sku": {"name": "Base", "tier": config.tier},
        "supportPlan": config.support_plan,
        "identity": identity,
        "kubernetesVersion": config.kubernetes_version,
        "dnsPrefix": dns_prefix(key, config),
        "enableRBAC": True,
        "disableLocalAccounts": False,
        "agentPoolProfiles": [
            {"name": config.system_pool.name, **_profile("System", config.system_pool, config, scope, subnets)}
        ],
        "networkProfile": mode_of(config.networking).network_profile(config.networking),
        "autoUpgradeProfile": {
            "upgradeChannel": config.auto_upgrade_profile.upgrade_channel,
            "nodeOSUpgradeChannel": config.auto_upgrade_profile.node_os_upgrade_channel,
        },
        "oidcIssuerProfile": {"enabled": config.oidc_issuer},
        "securityProfile": {"workloadIdentity": {"enabled": config.workload_identity}},
        "bootstrapProfile": {"artifactSource": "Direct"},
    }
    if config.api_server.authorized_ip_ranges:
        properties["apiServerAccessProfile"] = {"authorizedIPRanges": list(config.api_server.authorized_ip_ranges)}
    if config.node_resource_group:
        properties["nodeResourceGroup"] = config.node_resource_group
    if config.linux_profile:
        keys = [{"keyData": key} for key in config.linux_profile.ssh_public_keys]
        properties["linuxProfile"] = {
            "adminUsername": config.linux_profile.admin_username,
            "ssh": {"publicKeys": keys},
        }
    return properties


def _pool(
    cluster: str,
    name: str,
    pool: PoolConfig,
    config: ClusterConfig,
    scope: Scope,
    subnets: Mapping[str, str | Ref],
    protect: bool,
) -> PoolPlan:
    return PoolPlan(
        key=name,
        properties={
            "resourceGroupName": scope.group,
            "resourceName": Ref("cluster", cluster, "name"),
            "agentPoolName": name,
            **_profile(pool.mode, pool, config, scope, subnets),
        },
        ignore_changes=tuple(_pool_leaves_owned_by_azure(pool, config)),
        replace_on_changes=POOL_FIXED_AT_CREATION,
        protect=protect if pool.protect is None else pool.protect,
    )


def _profile(
    mode: str, pool: PoolSettings, config: ClusterConfig, scope: Scope, subnets: Mapping[str, str | Ref]
) -> ArmProperties:
    """A pool's inputs, the same for the inline system pool and for a pool of its own."""
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
        "scaleSetPriority": "Regular",
        "enableEncryptionAtHost": pool.enable_encryption_at_host,
        "enableFIPS": pool.enable_fips,
        "enableNodePublicIP": pool.enable_node_public_ip,
        "enableUltraSSD": pool.enable_ultra_ssd,
        "nodeLabels": dict(pool.node_labels),
        "nodeTaints": list(pool.node_taints),
        "upgradeSettings": _upgrade_settings(pool),
        "tags": {**scope.tags, **config.tags, **pool.tags},
    }
    given = {
        "minCount": pool.min_count,
        "maxCount": pool.max_count,
        "availabilityZones": list(pool.zones) or None,
        "vnetSubnetID": subnets[pool.subnet] if pool.subnet is not None else None,
        "podSubnetID": subnets[pool.pod_subnet] if pool.pod_subnet is not None else None,
        "podIPAllocationMode": mode_of(config.networking).allocation(config.networking, pool),
        "osDiskType": pool.os_disk_type,
        "osDiskSizeGB": pool.os_disk_size_gb,
        "kubeletDiskType": pool.kubelet_disk_type,
        "proximityPlacementGroupID": pool.proximity_placement_group,
        "capacityReservationGroupID": pool.capacity_reservation_group,
    }
    return {**profile, **{name: value for name, value in given.items() if value is not None}}


def _upgrade_settings(pool: PoolSettings) -> ArmProperties:
    """Surge and drain; Azure takes numbers and percentages alike as text."""
    given: ArmProperties = {
        "maxSurge": None if pool.max_surge is None else str(pool.max_surge),
        "maxUnavailable": None if pool.max_unavailable is None else str(pool.max_unavailable),
        "drainTimeoutInMinutes": pool.drain_timeout_in_minutes,
        "nodeSoakDurationInMinutes": pool.node_soak_duration_in_minutes,
        "undrainableNodeBehavior": pool.undrainable_node_behavior,
    }
    return {name: value for name, value in given.items() if value is not None}


def _upgrades_minor_versions(config: ClusterConfig) -> bool:
    """Whether Azure moves the cluster to other minor versions by itself; `patch` and `node-image` never do."""
    return config.auto_upgrade_profile.upgrade_channel in ("stable", "rapid")


def _pool_leaves_owned_by_azure(pool: PoolSettings, config: ClusterConfig) -> list[str]:
    leaves = ["count"] if pool.autoscaled else []
    return [*leaves, "orchestratorVersion"] if _upgrades_minor_versions(config) else leaves


def _owned_by_azure(config: ClusterConfig) -> tuple[str, ...]:
    """Input paths of the cluster that Azure changes by itself; never the whole pool list, which would drop edits."""
    own = ["kubernetesVersion"] if _upgrades_minor_versions(config) else []
    inline = [f"agentPoolProfiles[0].{leaf}" for leaf in _pool_leaves_owned_by_azure(config.system_pool, config)]
    return (*own, *inline)
