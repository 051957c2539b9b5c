"""What a person writes about an AKS cluster. Identity, add-ons and policies are areas of their own."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from components.cluster.modes.registry import Networking
from components.cluster.pools import PoolConfig, SystemPoolConfig
from components.values import Listed, Model


class ApiServerConfig(Model):
    """Who reaches the API server."""

    authorized_ip_ranges: Listed[str] = Field(
        (), alias="authorizedIPRanges", description="public ranges that may call the API server; everyone if empty"
    )


class AutoUpgradeConfig(Model):
    """What Azure upgrades by itself."""

    upgrade_channel: Literal["none", "patch", "stable", "rapid", "node-image"] = Field(
        "patch", description="Kubernetes itself: patches of the minor version, or minors too (stable, rapid)"
    )
    node_os_upgrade_channel: Literal["None", "Unmanaged", "SecurityPatch", "NodeImage"] = Field(
        "NodeImage", alias="nodeOSUpgradeChannel", description="the nodes' operating system"
    )


class LinuxProfileConfig(Model):
    """SSH access to nodes; without it nodes have no SSH key."""

    admin_username: str = "azureuser"
    ssh_public_keys: Listed[str]


class ClusterConfig(Model):
    """An AKS cluster and its pools."""

    name: str | None = Field(None, description="name in Azure; aks-<key> if absent")
    kubernetes_version: str = Field(description="a minor version in quotes, such as \"1.35\"")
    network: str | None = Field(None, description="a network of this file; AKS makes its own VNet if absent")
    networking: Networking = Field(description="how pods are connected")
    tier: Literal["Free", "Standard", "Premium"] = Field("Standard", description="Free has no SLA; LTS needs Premium")
    support_plan: Literal["KubernetesOfficial", "AKSLongTermSupport"] = "KubernetesOfficial"
    dns_prefix: str | None = Field(None, description="first part of the API server's name; the cluster's name if absent")
    node_resource_group: str | None = Field(None, description="group that AKS makes for nodes; Azure names it if absent")
    api_server: ApiServerConfig = Field(default_factory=ApiServerConfig)
    auto_upgrade_profile: AutoUpgradeConfig = Field(default_factory=AutoUpgradeConfig)
    oidc_issuer: bool = Field(True, description="an OIDC issuer, which workload identity needs; cannot be turned off again")
    workload_identity: bool = True
    linux_profile: LinuxProfileConfig | None = None
    system_pool: SystemPoolConfig
    pools: dict[str, PoolConfig] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)
    protect: bool | None = Field(None, description="whether Pulumi refuses to delete it; as the environment if absent")
    in_cluster: Literal["apply", "gitops"] = Field(
        "apply", description="apply: this program writes to the cluster; gitops: it only prints what to apply"
    )

    @property
    def all_pools(self) -> dict[str, SystemPoolConfig | PoolConfig]:
        """Every pool by name, the system pool first."""
        return {self.system_pool.name: self.system_pool, **self.pools}
