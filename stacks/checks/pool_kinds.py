"""Special pools: spot machines, gateways, pools on their way out; and nodes that AKS makes beside all pools."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from components.cluster.modes.overlay import OverlayNetworking
from components.cluster.pools import PoolConfig
from components.facts import limits
from components.facts.features import ModeName
from components.facts.versions import parse_version
from components.facts.vm_sizes import vm_size
from components.problems import KeyPath, Problem
from components.rules import Rule
from stacks.checks.node_settings import SYSTEM_TAINT
from stacks.view import ClusterView, PoolView, StackView

_AKS = "https://learn.microsoft.com/azure/aks"
_PREFIXES = limits.GATEWAY_PREFIX_SIZES

SPOT = Rule(
    "POOL-05",
    "A spot pool is what Azure takes as one",
    why="Spot machines are taken back at any time, so that Azure takes them in User pools only, without surge nodes; a"
    f" price is -1, the regular one, or positive with at most {limits.SPOT_PRICE_DECIMALS} digits after the point.",
    fix="Use mode User, remove maxSurge, and give the price such as 0.05; or use scaleSetPriority Regular.",
    source=f"{_AKS}/spot-node-pool; az aks _validators.py",
)
GATEWAY = Rule(
    "POOL-09",
    "A gateway pool is what Azure takes as one",
    why="A pool of mode Gateway has a gatewayProfile and a fixed number of nodes, one public address for each: a /31"
    " has room for 2 nodes, a /28 for 16. With a single node static egress stops when it is replaced. It needs static"
    " egress in the cluster, which does not work with pod subnets or in dual-stack clusters.",
    fix="Give gatewayProfile.publicIPPrefixSize and a count of 2 or more that fits it.",
    source=f"{_AKS}/configure-static-egress-gateway",
)
LOCAL_DNS = Rule(
    "VER-13",
    "LocalDNS runs on nodes that have it",
    why=f"It needs Kubernetes 1.{limits.LOCAL_DNS_FIRST_MINOR} and {limits.LOCAL_DNS_MIN_VCPUS} vCPUs. Policies by DNS"
    " name were reported broken beside it: Cilium does not see the answers of the cache.",
    fix="Use a newer Kubernetes, a larger VM size, or mode Disabled.",
    source=f"{_AKS}/localdns-custom; https://github.com/Azure/AKS/issues/5864",
)
PROVISIONING = Rule(
    "VER-16",
    "Node auto-provisioning goes with the rest of the cluster",
    why="It works neither with Calico nor with pod subnets, dual-stack or pools with a cluster autoscaler: two things"
    " would decide how many nodes there are. With it outboundType cannot change and the cluster cannot be stopped.",
    fix="Use mode Manual, or remove what it does not go with; give pools a fixed count.",
    source=f"{_AKS}/node-auto-provisioning; {_AKS}/node-auto-provisioning-networking",
)
RETIRING = Rule(
    "CFG-63",
    "Pods of a pool on its way out have somewhere to go",
    why="A retiring pool takes no new pods. Where no other pool takes them, they wait forever.",
    fix="Add the pool that takes its place first.",
    source="docs/pools.md",
)


def _configs(view: StackView) -> Iterator[tuple[PoolView, PoolConfig]]:
    """The pools beside system pools."""
    for pool in view.pools:
        if isinstance(pool.config, PoolConfig):
            yield pool, pool.config


def _spot(view: StackView) -> Iterator[Problem]:
    """POOL-05."""
    for pool, config in _configs(view):
        for field, fault in _spot_faults(config) if config.spot else _regular_faults(config):
            yield SPOT.error((*pool.path, field), fault)


def _spot_faults(config: PoolConfig) -> Iterator[tuple[str, str]]:
    price = config.spot_max_price
    if config.mode != "User":
        yield "mode", f"{config.mode} with scaleSetPriority Spot, which Azure takes in User pools only; use User"
    for name, field in (("maxSurge", "max_surge"), ("maxUnavailable", "max_unavailable")):
        if field in config.model_fields_set:
            yield name, "given for a spot pool, whose upgrades have no surge nodes; remove it"
    if price is None or price == -1:
        return
    if price <= 0:
        yield "spotMaxPrice", f"{price:g}, Azure takes -1 or a positive price; use one of these"
    elif -int(Decimal(str(price)).as_tuple().exponent) > limits.SPOT_PRICE_DECIMALS:
        most = limits.SPOT_PRICE_DECIMALS
        yield "spotMaxPrice", f"{price} has more than {most} digits after the point, which Azure refuses; round it"


def _regular_faults(config: PoolConfig) -> Iterator[tuple[str, str]]:
    given = {
        "scaleSetEvictionPolicy": config.scale_set_eviction_policy,
        "spotMaxPrice": config.spot_max_price,
    }
    for name, value in given.items():
        if value is not None:
            yield name, "given for a pool that is not Spot; set scaleSetPriority: Spot, or remove it"


def _gateways(view: StackView) -> Iterator[Problem]:
    """POOL-09: the pools."""
    for pool, config in _configs(view):
        if config.mode == "Gateway":
            for field, fault in _gateway_faults(pool, config):
                yield GATEWAY.error((*pool.path, *field), fault)
            if config.nodes < limits.GATEWAY_POOL_RECOMMENDED_NODES:
                nodes = limits.GATEWAY_POOL_RECOMMENDED_NODES
                yield GATEWAY.warning(
                    (*pool.path, "count"),
                    f"{config.nodes} for a gateway pool, AKS recommends {nodes} or more; use {nodes}",
                )
        elif config.gateway_profile is not None:
            yield GATEWAY.error(
                (*pool.path, "gatewayProfile"),
                f"given for a pool of mode {config.mode}; use mode Gateway, or remove it",
            )


def _gateway_faults(pool: PoolView, config: PoolConfig) -> Iterator[tuple[KeyPath, str]]:
    if config.autoscaled:
        yield ("maxCount",), "an autoscaler in a gateway pool, which Azure refuses; give count alone"
    if config.gateway_profile is None:
        largest, smallest = _PREFIXES[0], _PREFIXES[-1]
        yield (
            ("gatewayProfile",),
            f"missing; add gatewayProfile with publicIPPrefixSize {largest} to {smallest}, one address per node",
        )
    else:
        size = config.gateway_profile.public_ip_prefix_size
        room = 2 ** (32 - size)
        if config.nodes > room:
            yield ("count",), f"{config.nodes} nodes, a /{size} has {room} addresses, one per node; use a larger prefix"
    if not pool.cluster.config.static_egress:
        yield ("mode",), "Gateway without static egress; set staticEgressGatewayProfile.enabled to true, or remove it"


def _static_egress(view: StackView) -> Iterator[Problem]:
    """POOL-09: the cluster."""
    for cluster in view.clusters:
        if not cluster.config.static_egress:
            continue
        path = _static_egress_path(cluster)
        networking = cluster.config.networking
        if cluster.mode.name is ModeName.POD_SUBNET:
            yield GATEWAY.error(path, "static egress with mode podSubnet, which has none; use overlay or nodeSubnet")
        if isinstance(networking, OverlayNetworking) and networking.dual_stack:
            yield GATEWAY.error(path, "static egress in a dual-stack cluster, which has none; use ipFamilies [IPv4]")


def _static_egress_path(cluster: ClusterView) -> KeyPath:
    """Where static egress is written: in the cluster, or else in the pool that it follows from."""
    if cluster.config.static_egress_gateway_profile is not None:
        return (*cluster.path, "staticEgressGatewayProfile")
    return next((*pool.path, "mode") for pool in cluster.pools if pool.mode == "Gateway")


def _local_dns(view: StackView) -> Iterator[Problem]:
    """VER-13."""
    for pool in view.pools:
        profile = pool.config.local_dns_profile
        if profile is None or not profile.on:
            continue
        path, cluster = (*pool.path, "localDNSProfile", "mode"), pool.cluster
        version = parse_version(pool.config.orchestrator_version or cluster.config.kubernetes_version)
        size = vm_size(pool.config.vm_size)
        if profile.mode == "Required" and version and version.minor < limits.LOCAL_DNS_FIRST_MINOR:
            yield LOCAL_DNS.error(
                path,
                f"Required on Kubernetes {version.minor_version}, LocalDNS needs 1.{limits.LOCAL_DNS_FIRST_MINOR}; use"
                " that or newer, or Disabled",
            )
        if profile.mode == "Required" and size and size.vcpus < limits.LOCAL_DNS_MIN_VCPUS:
            yield LOCAL_DNS.error(
                path,
                f"Required on {size.name} with {size.vcpus} vCPUs, LocalDNS needs {limits.LOCAL_DNS_MIN_VCPUS}; use a"
                " larger size, or Disabled",
            )
        if cluster.config.acns.policies != "None":
            yield LOCAL_DNS.warning(
                path,
                f"{profile.mode} beside advancedNetworkPolicies {cluster.config.acns.policies}: policies by DNS name"
                " were reported broken with LocalDNS; test them, or use Disabled",
            )


def _provisioning(view: StackView) -> Iterator[Problem]:
    """VER-16."""
    for cluster in view.clusters:
        if cluster.config.node_provisioning_profile.mode == "Auto":
            for path, fault, fix in _against_provisioning(cluster):
                yield PROVISIONING.error(
                    path,
                    f"{fault} with node auto-provisioning, which Azure refuses; {fix}, or nodeProvisioningProfile.mode"
                    " Manual",
                )


def _against_provisioning(cluster: ClusterView) -> Iterator[tuple[KeyPath, str, str]]:
    networking, path = cluster.config.networking, (*cluster.path, "nodeProvisioningProfile", "mode")
    if getattr(networking, "network_policy", None) == "calico":
        yield path, "networkPolicy calico", "use another networkPolicy"
    if cluster.mode.name is ModeName.POD_SUBNET:
        yield path, "mode podSubnet", "use mode overlay"
    if isinstance(networking, OverlayNetworking) and networking.dual_stack:
        yield path, "ipFamilies with IPv6", "use ipFamilies [IPv4]"
    for pool in cluster.pools:
        if pool.config.autoscaled:
            fix = "use count instead of minCount and maxCount"
            yield (*pool.path, "maxCount"), f"the autoscaler of pool {pool.name}", fix


def _retiring(view: StackView) -> Iterator[Problem]:
    """CFG-63."""
    for cluster in view.clusters:
        pools = cluster.config.pools
        retiring = [name for name, pool in pools.items() if pool.retiring and pool.mode == "User"]
        others = any(pool.mode == "User" and not pool.retiring for pool in pools.values())
        system = SYSTEM_TAINT not in cluster.config.system_pool.node_taints
        if others or system or cluster.config.node_provisioning_profile.mode == "Auto":
            continue
        for name in retiring:
            yield RETIRING.warning(
                (*cluster.path, "pools", name, "state"),
                "retiring, and no other pool takes its pods; add the pool that takes its place first",
            )


CHECKS = (_spot, _gateways, _static_egress, _local_dns, _provisioning, _retiring)
