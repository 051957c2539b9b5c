"""What one stack file says, as models: the areas' own, put together.

Each network, cluster and pool is parsed on its own (see `stacks.parse`), so a `StackConfig` holds whatever parsed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from components.cilium.config import CiliumConfig
from components.cluster.config import ClusterConfig
from components.cluster.modes.byocni import ByocniNetworking, ClusterPoolConfig
from components.cluster.modes.node_subnet import NodeSubnetNetworking
from components.cluster.modes.overlay import OverlayNetworking
from components.cluster.modes.pod_subnet import PodSubnetNetworking
from components.identity.access.config import KeyVaultSecretsProviderConfig
from components.identity.config import IdentityConfig, KubeletIdentityConfig, UserAssignedIdentityConfig
from components.identity.workload.config import WorkloadIdentityConfig
from components.ingress.config import ApplicationGatewayConfig, ApplicationRoutingConfig
from components.istio.config import IstioConfig
from components.monitoring.config import ClusterMonitoringConfig, MonitoringConfig
from components.network.config import NetworkConfig
from components.values import ArmId, Existing, Model

if TYPE_CHECKING:
    from policies.attachment import ClusterPoliciesConfig, ExistingClusterConfig


class ResourceGroupConfig(Model):
    """The resource group: one to make by name, or an existing one by ARM id."""

    name: str | None = Field(None, description="name of the group to make")
    id: ArmId | None = Field(None, description="ARM id of an existing group; it is never changed or deleted")


class EnvironmentConfig(Model):
    """What the whole environment shares."""

    resource_group: ResourceGroupConfig
    tags: dict[str, str] = Field(default_factory=dict, description="on every resource that takes tags")
    protect: bool = Field(True, description="whether Pulumi refuses to delete clusters, pools, networks and subnets")
    keep_type_aliases: bool = Field(
        False, description="keep the SDK's aliases to other API versions, for state written by azure-native 1.x or 2.x"
    )


class CiliumEntry(CiliumConfig, ClusterPoolConfig):
    """Cilium from its Helm chart; how it divides the pod range is the cluster's business too."""


class ByocniEntry(ByocniNetworking):
    """Pods in a private range of the cluster, connected by a Cilium of your own."""

    cilium: CiliumEntry = Field(default_factory=CiliumEntry)


NetworkingEntry = Annotated[
    OverlayNetworking | PodSubnetNetworking | NodeSubnetNetworking | ByocniEntry, Field(discriminator="mode")
]


class ClusterEntry(ClusterConfig):
    """A cluster with everything around it."""

    networking: NetworkingEntry = Field(description="how pods are connected")
    identity: IdentityConfig = Field(default_factory=UserAssignedIdentityConfig)
    kubelet_identity: KubeletIdentityConfig | None = Field(
        None, description="a user-assigned identity for the nodes; Azure makes one if absent"
    )
    workload_identities: dict[str, WorkloadIdentityConfig] = Field(
        default_factory=dict, description="identities in Azure that service accounts use"
    )
    key_vault_secrets_provider: KeyVaultSecretsProviderConfig | None = Field(
        None, description="the add-on that mounts secrets of key vaults; off if absent"
    )
    container_registries: dict[str, Existing] = Field(
        default_factory=dict, description="registries by key that nodes get images from"
    )
    istio: IstioConfig | None = Field(None, description="the Istio add-on; off if absent")
    monitoring: ClusterMonitoringConfig = Field(
        default_factory=ClusterMonitoringConfig, description="what it sends where; nothing if absent"
    )
    application_routing: ApplicationRoutingConfig | None = Field(
        None, description="the application routing add-on; off if absent"
    )
    application_gateway_for_containers: ApplicationGatewayConfig | None = Field(
        None, description="an Application Gateway for Containers, and an identity for its controller"
    )


class AcceptConfig(Model):
    """A warning that somebody has looked at."""

    rule: str = Field(description="the rule's id")
    path: str = Field(description="where, as the message shows it; also accepts what is below")
    reason: Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class StackConfig:
    """Everything of one stack file that could be parsed.

    Attributes:
        location: The Azure region.
        subscription_id: The subscription, where the file names one.
        environment: What the environment shares.
        networks: Networks by key.
        clusters: Clusters by key.
        monitoring: What several clusters send their data to.
        policies: Bundles by the key of their cluster.
        existing_clusters: Clusters that get policies and nothing else, by key.
        secrets: Names of the secrets; their values never enter a model.
        accept: Accepted warnings, in order.
    """

    location: str | None = None
    subscription_id: str | None = None
    environment: EnvironmentConfig | None = None
    networks: dict[str, NetworkConfig] = field(default_factory=dict)
    clusters: dict[str, ClusterEntry] = field(default_factory=dict)
    monitoring: MonitoringConfig = field(default_factory=MonitoringConfig)
    policies: dict[str, ClusterPoliciesConfig] = field(default_factory=dict)
    existing_clusters: dict[str, ExistingClusterConfig] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    accept: tuple[AcceptConfig, ...] = ()
