"""What a person writes about an AKS cluster. Identity, add-ons and policies are areas of their own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from components.cluster.acns import AcnsConfig
from components.cluster.api_server import ApiServerConfig
from components.cluster.autoscaler import AutoScalerProfileConfig
from components.cluster.entra import AadProfileConfig, KubeloginConfig
from components.cluster.maintenance import Instant, MaintenanceConfigurationsConfig
from components.cluster.modes.registry import Networking
from components.cluster.pools import PoolConfig, SystemPoolConfig
from components.facts import limits
from components.facts.api_versions import DEFAULT_CLUSTER_API_VERSION, ApiVersion
from components.facts.mutability import ExternallyChanged
from components.facts.names import NAME_RULES, Kind
from components.values import MALFORMED, KubernetesVersion, Listed, Model


def parse_certificate(value: object) -> str:
    """A certificate as PEM text.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("-----BEGIN CERTIFICATE-----") and text.endswith("-----END CERTIFICATE-----"):
            return text
    raise MALFORMED.invalid(
        "a certificate is text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----;"
        " write one after '|', as it is in its file"
    )


Certificate = Annotated[
    str, PlainValidator(parse_certificate), WithJsonSchema({"type": "string", "description": "PEM text"})
]
IntervalHours = Annotated[
    int, Field(ge=limits.IMAGE_CLEANER_INTERVAL_HOURS.start, le=limits.IMAGE_CLEANER_INTERVAL_HOURS[-1])
]


_POOL_NAME = NAME_RULES[Kind.POOL]


class AutoUpgradeConfig(Model):
    """What Azure upgrades by itself."""

    upgrade_channel: Literal["none", "patch", "stable", "rapid", "node-image"] = Field(
        "patch", description="Kubernetes itself: patches of the minor version, or minors too (stable, rapid)"
    )
    node_os_upgrade_channel: Literal["None", "Unmanaged", "SecurityPatch", "NodeImage"] = Field(
        "NodeImage", alias="nodeOSUpgradeChannel", description="the nodes' operating system"
    )


class OverrideSettingsConfig(Model):
    """Upgrades in spite of what Azure finds, such as APIs that the new version lacks."""

    force_upgrade: bool = False
    until: Instant = Field(description="upgrades that begin before this moment; Azure checks again afterwards")


class UpgradeSettingsConfig(Model):
    """What upgrades may pass over."""

    override_settings: OverrideSettingsConfig


class NodeProvisioningProfileConfig(Model):
    """Node auto-provisioning: AKS makes the machines that waiting pods need, beside the pools written here."""

    mode: Literal["Manual", "Auto"] = "Manual"
    default_node_pools: Literal["Auto", "None"] = Field(
        "Auto", description="None: only NodePools of your own; a change from Auto to None drains and deletes nodes"
    )


class StaticEgressGatewayProfileConfig(Model):
    """Static egress: pods leave by the public addresses of a gateway pool."""

    enabled: bool = False


class LinuxProfileConfig(Model):
    """SSH access to nodes; without it nodes have no SSH key."""

    admin_username: str = "azureuser"
    ssh_public_keys: Listed[str]


class NodeResourceGroupProfileConfig(Model):
    """The resource group that AKS makes for nodes."""

    restriction_level: Literal["Unrestricted", "ReadOnly"] = Field(
        "Unrestricted", description="ReadOnly: nobody but AKS changes anything in it"
    )


class StorageConfig(Model):
    """Drivers for volumes, which AKS runs."""

    disk_csi_driver: bool = Field(True, alias="diskCSIDriver", description="Azure Disk")
    file_csi_driver: bool = Field(True, alias="fileCSIDriver", description="Azure Files")
    blob_csi_driver: bool = Field(False, alias="blobCSIDriver", description="Azure Blob Storage")
    snapshot_controller: bool = True


class WorkloadAutoScalerConfig(Model):
    """What scales workloads, as opposed to nodes."""

    keda: bool = False
    vertical_pod_autoscaler: bool = False


class ImageCleanerConfig(Model):
    """Removes unused images with known vulnerabilities from nodes."""

    enabled: bool = False
    interval_hours: IntervalHours = Field(168, description="hours between two runs")


class ClusterConfig(Model):
    """An AKS cluster and its pools."""

    name: str | None = Field(None, description="name in Azure; aks-<key> if absent")
    kubernetes_version: KubernetesVersion = Field(description='a minor version in quotes, such as "1.35"')
    network: str | None = Field(None, description="a network of this file; AKS makes its own VNet if absent")
    networking: Networking = Field(description="how pods are connected")
    acns: AcnsConfig = Field(default_factory=AcnsConfig)
    api_version: ApiVersion = Field(
        DEFAULT_CLUSTER_API_VERSION, description="version of Azure's API for the cluster and its pools, in quotes"
    )
    tier: Literal["Free", "Standard", "Premium"] = Field("Standard", description="Free has no SLA; LTS needs Premium")
    support_plan: Literal["KubernetesOfficial", "AKSLongTermSupport"] = "KubernetesOfficial"
    dns_prefix: str | None = Field(
        None, description="first part of the API server's name; the cluster's name if absent"
    )
    fqdn_subdomain: str | None = Field(
        None, description="instead of dnsPrefix, with a private DNS zone of your own: the whole first part of the name"
    )
    node_resource_group: str | None = Field(
        None, description="group that AKS makes for nodes; Azure names it if absent"
    )
    node_resource_group_profile: NodeResourceGroupProfileConfig = Field(default_factory=NodeResourceGroupProfileConfig)
    api_server: ApiServerConfig = Field(default_factory=ApiServerConfig)
    aad_profile: AadProfileConfig | None = Field(
        None, description="Microsoft Entra ID for people; without it everybody shares the cluster's own certificates"
    )
    disable_local_accounts: bool | None = Field(
        None, description="no certificates beside Entra; disabled where there is an aadProfile if absent"
    )
    kubelogin: KubeloginConfig = Field(default_factory=KubeloginConfig)
    auto_upgrade_profile: AutoUpgradeConfig = Field(default_factory=AutoUpgradeConfig)
    maintenance_configurations: MaintenanceConfigurationsConfig = Field(default_factory=MaintenanceConfigurationsConfig)
    upgrade_settings: UpgradeSettingsConfig | None = None
    oidc_issuer: bool = Field(
        True, description="an OIDC issuer, which workload identity needs; cannot be turned off again"
    )
    workload_identity: bool = True
    linux_profile: LinuxProfileConfig | None = None
    storage_profile: StorageConfig = Field(default_factory=StorageConfig)
    workload_auto_scaler_profile: WorkloadAutoScalerConfig = Field(default_factory=WorkloadAutoScalerConfig)
    auto_scaler_profile: AutoScalerProfileConfig | None = Field(
        None, description="settings of the cluster autoscaler, for all pools; Azure's defaults if absent"
    )
    node_provisioning_profile: NodeProvisioningProfileConfig = Field(default_factory=NodeProvisioningProfileConfig)
    static_egress_gateway_profile: StaticEgressGatewayProfileConfig | None = Field(
        None, description="on where there is a pool of mode Gateway if absent"
    )
    image_cleaner: ImageCleanerConfig = Field(default_factory=ImageCleanerConfig)
    custom_ca_trust_certificates: Annotated[Listed[Certificate], Field(max_length=limits.CUSTOM_CA_CERTIFICATES)] = (
        Field((), alias="customCATrustCertificates", description="authorities that nodes trust, such as a firewall's")
    )
    azure_policy: bool = Field(False, description="the Azure Policy add-on")
    cost_analysis: bool = Field(False, description="costs by namespace in the portal; not with tier Free")
    system_pool: SystemPoolConfig
    pools: dict[str, PoolConfig] = Field(
        default_factory=dict,
        description="pools beside the system pool, by their names in Azure",
        json_schema_extra={
            "propertyNames": {"pattern": f"^{_POOL_NAME.pattern.pattern}$", "maxLength": _POOL_NAME.longest}
        },
    )
    tags: dict[str, str] = Field(default_factory=dict)
    externally_changed: Listed[ExternallyChanged] = Field(
        (), description="what Azure's own tools change while Pulumi leaves it alone; see cilia migrate"
    )
    protect: bool | None = Field(None, description="whether Pulumi refuses to delete it; as the environment if absent")
    in_cluster: Literal["apply", "gitops"] = Field(
        "apply", description="apply: this program writes to the cluster; gitops: it only prints what to apply"
    )

    @property
    def static_egress(self) -> bool:
        """Whether pods may leave by static egress gateways."""
        if self.static_egress_gateway_profile is not None:
            return self.static_egress_gateway_profile.enabled
        return any(pool.mode == "Gateway" for pool in self.pools.values())

    @property
    def local_accounts_disabled(self) -> bool:
        """Whether certificates of the cluster's own give nobody access."""
        return self.aad_profile is not None if self.disable_local_accounts is None else self.disable_local_accounts

    @property
    def all_pools(self) -> dict[str, SystemPoolConfig | PoolConfig]:
        """Every pool by name, the system pool first."""
        return {self.system_pool.name: self.system_pool, **self.pools}
