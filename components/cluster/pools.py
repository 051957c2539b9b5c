"""Node pools as a person writes them, and the node arithmetic that follows from them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from components.cluster.local_dns import LocalDnsConfig
from components.cluster.node_settings import (
    GpuProfile,
    KubeletConfig,
    LinuxOSConfig,
    PoolNetworkProfile,
    PoolSecurityProfile,
)
from components.facts import limits
from components.values import MALFORMED, ArmId, KubernetesVersion, Listed, Model, shown

_NUMBER = re.compile(r"[0-9]{1,4}")
_PERCENT = re.compile(r"([1-9][0-9]?|100)%")


def parse_max_surge(value: object) -> int | str:
    """Extra nodes during an upgrade: a number, or a percentage of the pool from `1%` to `100%`.

    Raises:
        PydanticCustomError: Neither (CFG-05).
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10_000:
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    if isinstance(value, str) and _PERCENT.fullmatch(value):
        return value
    raise MALFORMED.invalid(
        f"{shown(value)} is neither a number of nodes nor a percentage from 1% to 100%; write one such as 33%"
    )


MaxSurge = Annotated[
    int | str,
    PlainValidator(parse_max_surge),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "string", "pattern": "^([0-9]{1,4}|([1-9][0-9]?|100)%)$"},
            ]
        }
    ),
]

DiskGb = Annotated[int, Field(ge=limits.OS_DISK_SIZE_GB.start, le=limits.OS_DISK_SIZE_GB[-1])]


class PoolSettings(Model):
    """What every node pool has, whatever it is for. Linux only: the Cilium dataplane has no Windows."""

    vm_size: Annotated[str, Field(min_length=1)] = Field("Standard_D4ds_v5", description="Azure VM size")
    subnet: str | None = Field(None, description="a subnet of the cluster's network")
    pod_subnet: str | None = Field(None, description="with mode podSubnet: the subnet of its pods")
    allocation: Literal["dynamic", "staticBlock"] | None = Field(
        None, description="with mode podSubnet: as the cluster's if absent"
    )
    count: Annotated[int, Field(ge=0)] | None = Field(
        None, description="nodes; with an autoscaler the number to start with. 3 if nothing is given"
    )
    min_count: int | None = Field(None, description="with maxCount: the autoscaler's lower bound")
    max_count: int | None = Field(None, description="with minCount: the autoscaler's upper bound")
    max_pods: int | None = Field(None, description="pods per node, 10 to 250; the mode's own default if absent")
    max_surge: MaxSurge | None = Field(
        "33%", description="extra nodes during an upgrade; none if absent beside maxUnavailable"
    )
    max_unavailable: MaxSurge | None = Field(None, description="nodes that may be missing during an upgrade")
    drain_timeout_in_minutes: int | None = Field(None, description="1 to 1440; Azure's 30 if absent")
    node_soak_duration_in_minutes: int | None = Field(None, description="0 to 30, wait after each upgraded node")
    undrainable_node_behavior: Literal["Cordon", "Schedule"] | None = None
    zones: Listed[Literal["1", "2", "3"]] = Field((), description="availability zones; cannot be changed later")
    node_labels: dict[str, str] = Field(default_factory=dict)
    node_taints: Listed[str] = Field((), description="key=value:Effect")
    os_sku: Literal["Ubuntu", "Ubuntu2204", "Ubuntu2404", "AzureLinux", "AzureLinux3"] = Field("Ubuntu", alias="osSKU")
    os_disk_type: Literal["Managed", "Ephemeral"] | None = Field(None, description="Azure chooses by VM size if absent")
    os_disk_size_gb: DiskGb | None = Field(None, alias="osDiskSizeGB", description="by VM size if absent")
    kubelet_disk_type: Literal["OS", "Temporary"] | None = None
    enable_encryption_at_host: bool = False
    enable_fips: bool = Field(False, alias="enableFIPS")
    enable_node_public_ip: bool = Field(False, alias="enableNodePublicIP")
    node_public_ip_prefix: ArmId | None = Field(
        None, alias="nodePublicIPPrefix", description="an existing prefix that the nodes' public addresses come from"
    )
    enable_ultra_ssd: bool = Field(False, alias="enableUltraSSD")
    proximity_placement_group: ArmId | None = None
    capacity_reservation_group: ArmId | None = None
    host_group: ArmId | None = Field(None, description="an existing group of dedicated hosts")
    scale_down_mode: Literal["Delete", "Deallocate"] = Field(
        "Delete", description="Deallocate keeps the machines and their images for a faster return"
    )
    network_profile: PoolNetworkProfile | None = None
    security_profile: PoolSecurityProfile = Field(default_factory=PoolSecurityProfile)
    local_dns_profile: LocalDnsConfig | None = Field(
        None, alias="localDNSProfile", description="a DNS cache on every node; Azure decides by version if absent"
    )
    kubelet_config: KubeletConfig | None = None
    linux_os_config: LinuxOSConfig | None = Field(None, alias="linuxOSConfig")
    gpu_profile: GpuProfile | None = None
    gpu_instance_profile: Literal["MIG1g", "MIG2g", "MIG3g", "MIG4g", "MIG7g"] | None = Field(
        None, description="share of a GPU that one pod takes"
    )
    orchestrator_version: KubernetesVersion | None = Field(
        None, description="Kubernetes version of the pool; the cluster's if absent"
    )
    tags: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _upgrades_one_way(cls, values: Any) -> Any:
        """AKS takes nodes away during an upgrade or adds some; both together is a preview."""
        if isinstance(values, Mapping) and values.get("maxUnavailable") and "maxSurge" not in values:
            return {**values, "maxSurge": 0}
        return values

    @property
    def autoscaled(self) -> bool:
        """Whether the cluster autoscaler owns the number of nodes."""
        return self.min_count is not None or self.max_count is not None

    @property
    def nodes(self) -> int:
        """Nodes to start with."""
        if self.count is not None:
            return self.count
        return self.min_count or 0 if self.autoscaled else 3

    @property
    def max_nodes(self) -> int:
        """Nodes there can be outside an upgrade."""
        return self.max_count if self.max_count is not None else self.nodes

    @property
    def spot(self) -> bool:
        """Whether Azure takes the nodes back when it needs them."""
        return False

    @property
    def surge_nodes(self) -> int:
        """Extra nodes during an upgrade of the full pool: a percentage is rounded up; never more than the pool has.

        Source: https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling; spot pools have none
        """
        if self.max_surge is None or self.spot:
            return 0
        if isinstance(self.max_surge, int):
            return min(self.max_surge, self.max_nodes)
        return min(-(-self.max_nodes * int(self.max_surge.rstrip("%")) // 100), self.max_nodes)


class SystemPoolConfig(PoolSettings):
    """The pool that a cluster is made with; it runs what Kubernetes itself needs."""

    name: str = Field("system", description="the pool's name in Azure")


class GatewayProfileConfig(Model):
    """What a gateway pool sends traffic out with."""

    public_ip_prefix_size: Annotated[
        int, Field(ge=limits.GATEWAY_PREFIX_SIZES.start, le=limits.GATEWAY_PREFIX_SIZES[-1])
    ] = Field(
        limits.GATEWAY_PREFIX_SIZES[-1],
        alias="publicIPPrefixSize",
        description="prefix of each gateway's public addresses; one of them per node",
    )


class PoolConfig(PoolSettings):
    """Another pool; its key is its name in Azure."""

    mode: Literal["User", "System", "Gateway"] = Field(
        "User", description="Gateway: for static egress gateways only, nothing else runs there"
    )
    state: Literal["active", "retiring"] = Field(
        "active", description="retiring: nothing new runs there, it may shrink to nothing, and it may be removed next"
    )
    scale_set_priority: Literal["Regular", "Spot"] = Field(
        "Regular", description="Spot: spare machines at a lower price, which Azure takes back when it needs them"
    )
    scale_set_eviction_policy: Literal["Delete", "Deallocate"] | None = Field(
        None, description="with Spot: what becomes of a machine that is taken back; Delete if absent"
    )
    spot_max_price: float | None = Field(
        None, description="with Spot: US dollars per hour that are paid at most; -1, the regular price, if absent"
    )
    gateway_profile: GatewayProfileConfig | None = Field(None, description="with mode Gateway")
    protect: bool | None = Field(None, description="whether Pulumi refuses to delete it; as the cluster if absent")

    @property
    def spot(self) -> bool:
        """Whether Azure takes the nodes back when it needs them."""
        return self.scale_set_priority == "Spot"

    @property
    def retiring(self) -> bool:
        """Whether the pool is on its way out."""
        return self.state == "retiring"
