"""What a person may tune on the nodes of a pool: kubelet, kernel, ports, boot and graphics.

Names and bounds: https://learn.microsoft.com/azure/aks/custom-node-configuration-reference (2026-08). What is absent
is not sent, so that Azure's default for the node's operating system applies.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from components.facts import limits
from components.values import MALFORMED, ArmId, ArmProperties, Listed, Model, shown

_NUMBER = re.compile(r"[0-9]{1,5}")

Positive = Annotated[int, Field(ge=1)]
Percent = Annotated[int, Field(ge=0, le=100)]
Port = Annotated[int, Field(ge=limits.PORTS.start, le=limits.PORTS[-1])]


def parse_port_range(value: object) -> str:
    """The kernel's range of local ports: two numbers with a blank between them.

    Raises:
        PydanticCustomError: Not that, or outside the bounds AKS takes (CFG-05).
    """
    first, last = limits.FIRST_LOCAL_PORT, limits.LAST_LOCAL_PORT
    words = value.split() if isinstance(value, str) else []
    ports = [int(word) for word in words if _NUMBER.fullmatch(word)]
    if len(words) == len(ports) == 2 and ports[0] in first and ports[1] in last and ports[0] <= ports[1]:
        return f"{ports[0]} {ports[1]}"
    raise MALFORMED.invalid(
        f"{shown(value)} is not two numbers with a blank between them, the first {first.start} to {first[-1]}, the"
        f' second {last.start} to {last[-1]}; write them such as "32768 60999"'
    )


class SysctlConfig(Model):
    """Kernel settings."""

    fs_aio_max_nr: Annotated[int, Field(ge=65_536, le=6_553_500)] | None = None
    fs_file_max: Annotated[int, Field(ge=8192, le=2**63 - 1)] | None = None
    fs_inotify_max_user_watches: Annotated[int, Field(ge=781_250, le=2_097_152)] | None = None
    fs_nr_open: Annotated[int, Field(ge=8192, le=20_000_500)] | None = None
    kernel_threads_max: Positive | None = None
    net_core_netdev_max_backlog: Annotated[int, Field(ge=1000, le=3_240_000)] | None = None
    net_core_optmem_max: Annotated[int, Field(ge=20_480, le=4_194_304)] | None = None
    net_core_rmem_default: Positive | None = None
    net_core_rmem_max: Annotated[int, Field(ge=212_992, le=134_217_728)] | None = None
    net_core_somaxconn: Annotated[int, Field(ge=4096, le=3_240_000)] | None = None
    net_core_wmem_default: Positive | None = None
    net_core_wmem_max: Annotated[int, Field(ge=212_992, le=134_217_728)] | None = None
    net_ipv4_ip_local_port_range: (
        Annotated[
            str,
            PlainValidator(parse_port_range),
            WithJsonSchema({"type": "string", "pattern": "^[0-9]+ [0-9]+$", "examples": ["32768 60999"]}),
        ]
        | None
    ) = None
    net_ipv4_neigh_default_gc_thresh1: Annotated[int, Field(ge=128, le=80_000)] | None = None
    net_ipv4_neigh_default_gc_thresh2: Annotated[int, Field(ge=512, le=90_000)] | None = None
    net_ipv4_neigh_default_gc_thresh3: Annotated[int, Field(ge=1024, le=100_000)] | None = None
    net_ipv4_tcp_fin_timeout: Annotated[int, Field(ge=5, le=120)] | None = None
    # Azure's own spelling of tcp_keepalive_intvl
    net_ipv4_tcpkeepalive_intvl: Annotated[int, Field(ge=10, le=90)] | None = None
    net_ipv4_tcp_keepalive_probes: Annotated[int, Field(ge=1, le=15)] | None = None
    net_ipv4_tcp_keepalive_time: Annotated[int, Field(ge=30, le=432_000)] | None = None
    net_ipv4_tcp_max_syn_backlog: Annotated[int, Field(ge=128, le=3_240_000)] | None = None
    net_ipv4_tcp_max_tw_buckets: Annotated[int, Field(ge=8000, le=1_440_000)] | None = None
    net_ipv4_tcp_tw_reuse: bool | None = None
    net_netfilter_nf_conntrack_buckets: Annotated[int, Field(ge=65_536, le=524_288)] | None = None
    net_netfilter_nf_conntrack_max: Annotated[int, Field(ge=131_072, le=2_097_152)] | None = None
    vm_max_map_count: Positive | None = None
    vm_swappiness: Percent | None = None
    vm_vfs_cache_pressure: Annotated[int, Field(ge=1, le=100)] | None = None


class LinuxOSConfig(Model):
    """The nodes' operating system."""

    swap_file_size_mb: Positive | None = Field(
        None, alias="swapFileSizeMB", description="a swap file of this many MB; needs kubeletConfig.failSwapOn: false"
    )
    transparent_huge_page_enabled: Literal["always", "madvise", "never"] | None = None
    transparent_huge_page_defrag: Literal["always", "defer", "defer+madvise", "madvise", "never"] | None = None
    sysctls: SysctlConfig | None = None


class KubeletConfig(Model):
    """The kubelet."""

    cpu_manager_policy: Literal["none", "static"] | None = Field(
        None, description="static: whole CPUs for guaranteed pods"
    )
    cpu_cfs_quota: bool | None = Field(None, description="whether CPU limits are enforced")
    cpu_cfs_quota_period: str | None = Field(None, description="period of that, such as 100ms")
    topology_manager_policy: Literal["none", "best-effort", "restricted", "single-numa-node"] | None = None
    image_gc_high_threshold: Percent | None = Field(
        None, description="percent of disk in use above which unused images go"
    )
    image_gc_low_threshold: Percent | None = Field(None, description="percent of disk in use below which none go")
    allowed_unsafe_sysctls: Listed[str] = Field((), description="such as kernel.msg* or net.*; your responsibility")
    container_log_max_size_mb: Positive | None = Field(None, alias="containerLogMaxSizeMB")
    container_log_max_files: Annotated[int, Field(ge=2)] | None = None
    pod_max_pids: Annotated[int, Field(ge=-1)] | None = Field(
        None, description="processes of a pod; -1 does not limit them"
    )
    fail_swap_on: bool | None = Field(None, description="false: the kubelet starts on a node that has swap")


class HostPortRange(Model):
    """Ports of nodes that are open to the internet on their public addresses."""

    port_start: Port
    port_end: Port
    protocol: Literal["TCP", "UDP"]


class PublicIpTag(Model):
    """A tag of the nodes' public addresses, such as RoutingPreference: Internet."""

    ip_tag_type: str
    tag: str


class PoolNetworkProfile(Model):
    """What reaches the nodes of a pool from outside."""

    allowed_host_ports: Listed[HostPortRange] = ()
    application_security_groups: Listed[ArmId] = ()
    node_public_ip_tags: Listed[PublicIpTag] = Field((), alias="nodePublicIPTags")


class PoolSecurityProfile(Model):
    """How nodes start."""

    enable_secure_boot: bool = Field(False, description="only signed boot loaders, kernels and drivers start")
    enable_vtpm: bool = Field(False, alias="enableVTPM", description="a virtual TPM, which measures what starts")

    @property
    def trusted_launch(self) -> bool:
        """Whether nodes are Trusted Launch machines."""
        return self.enable_secure_boot or self.enable_vtpm


class GpuProfile(Model):
    """Graphics."""

    driver: Literal["Install", "None"] = Field(
        "Install", description="None: you bring the driver, by an operator or image"
    )


def sent(settings: Model | None) -> ArmProperties | None:
    """Settings under Azure's names, without those that were not given; None where none were."""
    if settings is None:
        return None
    return settings.model_dump(by_alias=True, mode="json", exclude_none=True, exclude_defaults=True) or None
