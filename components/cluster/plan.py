"""What follows from a cluster's configuration: the ManagedCluster's inputs, its pools, what Pulumi must leave alone.

Everything that AKS would default silently and that has consequences is sent explicitly.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from components.cluster.acns import advanced_networking
from components.cluster.api.package import ApiPackage, api_package, former_tokens
from components.cluster.api_server import api_server_profile
from components.cluster.autoscaler import auto_scaler_profile
from components.cluster.capacity import Counts, node_counts, pod_counts
from components.cluster.config import ClusterConfig
from components.cluster.contributions import merged
from components.cluster.entra import LoginMode, aad_profile
from components.cluster.maintenance import MaintenancePlan, plan_maintenance
from components.cluster.modes.registry import mode_of
from components.cluster.outbound import bootstrap_profile
from components.cluster.pool_plan import (
    PoolPlan,
    plan_pool,
    pool_leaves_owned_by_azure,
    pool_profile,
    upgrades_minor_versions,
)
from components.facts.features import MODES, ModeName
from components.facts.names import DNS_PREFIX, Kind
from components.values import ArmProperties, ArmValue, Joined, Ref, Scope


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
        maintenance: When Azure may upgrade it by itself.
        protect: Whether Pulumi refuses to delete it.
        applies_in_cluster: Whether this program writes to the cluster itself.
        kubelogin: How this program signs in; None where the cluster hands out credentials of its own.
        private_dns_zone: What its private DNS zone of its own stands for; None where it has none.
        api_package: The provider's package for cluster and pools; None for the SDK's own version of Azure's API.
        former_types: Type tokens that the cluster has at other versions of the API.
        former_pool_types: The same of its pools.
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
    maintenance: tuple[MaintenancePlan, ...]
    protect: bool
    applies_in_cluster: bool
    kubelogin: LoginMode | None
    private_dns_zone: str | Ref | None
    api_package: ApiPackage | None
    former_types: tuple[str, ...]
    former_pool_types: tuple[str, ...]


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
    subnet_ranges: Mapping[str, IPv4Network],
    protect: bool,
    zone: str | Ref | None = None,
    own_ranges: Sequence[Joined] = (),
    contributions: Iterable[Mapping[str, ArmValue]] = (),
) -> ClusterPlan:
    """The whole cluster.

    Args:
        key: The cluster's key.
        config: Its configuration.
        scope: Where it goes.
        identity: The `identity` property, from the identity's plan.
        subnets: What each subnet that it names stands for.
        subnet_ranges: The ranges of those subnets, as far as known.
        protect: Whether resources are protected unless they say otherwise.
        zone: What a private DNS zone of its own stands for.
        own_ranges: Ranges that its nodes call the API server from, beside those that are written.
        contributions: What other areas say about the cluster: parts of its inputs.
    """
    mode = mode_of(config.networking)
    nodes = node_counts(config, subnet_ranges)
    protect = protect if config.protect is None else config.protect
    return ClusterPlan(
        key=key,
        name=cluster_name(key, config),
        mode=mode.name,
        pod_cidr=mode.pod_range(config.networking),
        service_cidr=config.networking.service_cidr,
        nodes=nodes,
        pods=pod_counts(config, nodes),
        properties=merged(
            {
                **_cluster(key, config, scope, identity, subnets),
                "apiServerAccessProfile": api_server_profile(
                    config.api_server, zone=zone, subnets=subnets, own_ranges=own_ranges
                ),
            },
            contributions,
        ),
        ignore_changes=_owned_by_azure(config),
        pools=tuple(
            plan_pool(key, name, pool, config=config, scope=scope, subnets=subnets, protect=protect)
            for name, pool in config.pools.items()
        ),
        maintenance=plan_maintenance(key, config.maintenance_configurations, scope),
        protect=protect,
        applies_in_cluster=config.in_cluster == "apply",
        kubelogin=config.kubelogin.login if config.aad_profile else None,
        private_dns_zone=zone,
        api_package=api_package(config.api_version),
        former_types=former_tokens(config.api_version, "ManagedCluster"),
        former_pool_types=former_tokens(config.api_version, "AgentPool"),
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
        **_host_name(key, config),
        "enableRBAC": True,
        "disableLocalAccounts": config.local_accounts_disabled,
        "agentPoolProfiles": [
            {"name": config.system_pool.name, **pool_profile("System", config.system_pool, config, scope, subnets)}
        ],
        "networkProfile": _network_profile(config),
        "autoUpgradeProfile": {
            "upgradeChannel": config.auto_upgrade_profile.upgrade_channel,
            "nodeOSUpgradeChannel": config.auto_upgrade_profile.node_os_upgrade_channel,
        },
        "oidcIssuerProfile": {"enabled": config.oidc_issuer},
        "securityProfile": _security_profile(config),
        "nodeResourceGroupProfile": {"restrictionLevel": config.node_resource_group_profile.restriction_level},
        "storageProfile": {
            "diskCSIDriver": {"enabled": config.storage_profile.disk_csi_driver},
            "fileCSIDriver": {"enabled": config.storage_profile.file_csi_driver},
            "blobCSIDriver": {"enabled": config.storage_profile.blob_csi_driver},
            "snapshotController": {"enabled": config.storage_profile.snapshot_controller},
        },
        "workloadAutoScalerProfile": {
            "keda": {"enabled": config.workload_auto_scaler_profile.keda},
            "verticalPodAutoscaler": {"enabled": config.workload_auto_scaler_profile.vertical_pod_autoscaler},
        },
        "nodeProvisioningProfile": _node_provisioning(config),
        "metricsProfile": {"costAnalysis": {"enabled": config.cost_analysis}},
        "addonProfiles": {"azurepolicy": {"enabled": config.azure_policy}},
        "bootstrapProfile": bootstrap_profile(config.networking.outbound),
    }
    if config.auto_scaler_profile is not None:
        properties["autoScalerProfile"] = auto_scaler_profile(config.auto_scaler_profile)
    if config.upgrade_settings is not None:
        properties["upgradeSettings"] = config.upgrade_settings.model_dump(by_alias=True, mode="json")
    if config.aad_profile is not None:
        properties["aadProfile"] = aad_profile(config.aad_profile)
    if config.node_resource_group:
        properties["nodeResourceGroup"] = config.node_resource_group
    if config.linux_profile:
        keys = [{"keyData": key} for key in config.linux_profile.ssh_public_keys]
        properties["linuxProfile"] = {
            "adminUsername": config.linux_profile.admin_username,
            "ssh": {"publicKeys": keys},
        }
    return properties


def _node_provisioning(config: ClusterConfig) -> ArmProperties:
    profile = config.node_provisioning_profile
    return {
        "mode": profile.mode,
        **({"defaultNodePools": profile.default_node_pools} if profile.mode == "Auto" else {}),
    }


def _host_name(key: str, config: ClusterConfig) -> ArmProperties:
    """What the API server's name begins with; Azure takes one of the two."""
    if config.fqdn_subdomain is not None:
        return {"fqdnSubdomain": config.fqdn_subdomain}
    return {"dnsPrefix": dns_prefix(key, config)}


def _network_profile(config: ClusterConfig) -> ArmProperties:
    mode = mode_of(config.networking)
    profile = mode.network_profile(config.networking)
    if MODES[mode.name].azure_dataplane:
        profile["staticEgressGatewayProfile"] = {"enabled": config.static_egress}
        profile["advancedNetworking"] = advanced_networking(config.acns, config.api_version)
    return profile


def _security_profile(config: ClusterConfig) -> ArmProperties:
    cleaner = config.image_cleaner
    profile: ArmProperties = {
        "workloadIdentity": {"enabled": config.workload_identity},
        "imageCleaner": {"enabled": cleaner.enabled, "intervalHours": cleaner.interval_hours},
    }
    if config.custom_ca_trust_certificates:
        encoded = [b64encode(text.encode()).decode() for text in config.custom_ca_trust_certificates]
        profile["customCATrustCertificates"] = encoded
    return profile


def _owned_by_azure(config: ClusterConfig) -> tuple[str, ...]:
    """Input paths of the cluster that others change: Azure by itself, or somebody with Azure's own tools.

    Never the whole pool list, which would drop edits.
    """
    own = ["kubernetesVersion"] if upgrades_minor_versions(config) else []
    inline = [f"agentPoolProfiles[0].{leaf}" for leaf in pool_leaves_owned_by_azure(config.system_pool, config)]
    return (*own, *inline, *config.externally_changed)
