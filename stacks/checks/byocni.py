"""Clusters with a Cilium of their own: what AKS without a CNI asks for; `byocni_features` has what the chart asks.

Rules look at the values as they reach Helm, so it makes no difference whether a field or `values` says something.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, ip_network
from typing import Any

from components.cilium.plan import value_at
from components.cluster.modes.byocni import pool_nodes, pool_pods_per_node
from components.facts import cilium as facts
from components.facts.versions import parse_version
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import shown
from stacks.checks.chart_values import OVERRIDES
from stacks.cilium import OwnCilium, own_ciliums
from stacks.view import StackView

_BYO = "https://learn.microsoft.com/azure/aks/use-byo-cni"
_CHART = "cilium 1.19.6 install/kubernetes/cilium"
_DOCS = "cilium 1.19.6 Documentation"

CLUSTER_POOL = "cluster-pool"
_MULTI_POOL = "multi-pool"
_POOLS = ("ipam", "operator", "autoCreateCiliumPodIPPools")

POOL = Rule(
    "CAP-18",
    "Cilium's cluster pool holds every node, and a node's part of it every pod",
    why="A node without a part of the pool stays NotReady; pods beyond a node's addresses stay in ContainerCreating."
    f" Of each part {facts.POOL_KEPT_ADDRESSES} addresses are not for pods.",
    fix="Use a larger podCidr, or a maskSize that divides it differently; neither can be changed later without"
    " remaking every node.",
    source=f"{_DOCS}/network/concepts/ipam/cluster-pool.rst",
)
SAME_POOL = Rule(
    "BYO-02",
    "The cluster's pod range is Cilium's cluster pool",
    why="AKS' control plane routes by podCidr: where Cilium uses another range, webhooks, logs and exec do not reach"
    " pods.",
    fix="Change podCidr and maskSize; leave the pool out of values.",
    source=_BYO,
)
TUNNEL = Rule(
    "BYO-04",
    "Pod traffic goes through a VXLAN or Geneve tunnel",
    why="AKS without a CNI has no routes for pods, so the chart refuses native routing, and agents direct routes in a"
    " tunnel; Azure drops GRE and IP-in-IP.",
    fix="Leave routingMode out, and use tunnelProtocol vxlan or geneve.",
    source=f"{_CHART}/templates/cilium-configmap.yaml",
)
IPAM = Rule(
    "BYO-05",
    "Pods get addresses of a cluster pool",
    why="With aksbyocni the chart drops any other ipam.mode without a word.",
    fix="Leave ipam.mode out.",
    source=f"{_CHART}/templates/cilium-configmap.yaml",
)
INTEGRATION = Rule(
    "BYO-06",
    "Cilium is set up for AKS without a CNI, and for no other cloud",
    why="Cilium's Azure, AWS, Alibaba and GKE integrations hand out addresses that this cluster's nodes do not have."
    " Without agents, operator or a CNI plugin of its own nodes stay NotReady.",
    fix="Remove the value.",
    source=f"{_DOCS}/installation/k8s-install-helm.rst",
)
TAINT = Rule(
    "BYO-14",
    "Nodes do not carry Cilium's taint for good",
    why="Cilium removes the taint when it is ready, and AKS puts taints of nodeTaints back: pods never start. Without a"
    " CNI nodes are NotReady anyway, so the taint has no use here.",
    fix="Remove the taint.",
    source=f"{_DOCS}/installation/taints.rst; Azure/AKS#2578",
)
SUPPORT = Rule(
    "BYO-17",
    "What AKS does for nodes goes with a Cilium of one's own",
    why="Microsoft supports the cluster, but not its network: traffic between pods, and whatever depends on it. Node"
    " auto-provisioning with a CNI of one's own is unsupported, LocalDNS excludes it, and the network has to have a way"
    " out to the internet.",
    fix="Use pools with an autoscaler, no LocalDNS, and any way out but none.",
    source=f"{_BYO}; https://learn.microsoft.com/azure/aks/localdns-custom;"
    " https://learn.microsoft.com/azure/aks/node-auto-provisioning",
)
TESTED = Rule(
    "BYO-18",
    "Cilium is of a version that is tested with the cluster's Kubernetes",
    why="Other pairs usually work, and nobody has tried.",
    fix="Use versions of Kubernetes and Cilium that are tested together.",
    source="Documentation/network/kubernetes/compatibility.rst of each version of cilium",
)
ACNS = Rule(
    "ACNS-16",
    "ACNS comes with Azure's dataplane only",
    why="Azure refuses ACNS without a CNI of its own; Hubble, policies by name and by HTTP come with your Cilium.",
    fix="Remove acns, and use networking.cilium.",
    source=_BYO,
)
FIRST_VERSION = Rule(
    "CFG-76",
    "upgradeCompatibility names the version that the cluster was first made with",
    why="A newer one than the chart's makes the chart choose defaults that it does not have.",
    fix="Write the minor version that was installed first, in quotes.",
    source=f"{_DOCS}/operations/upgrade.rst",
)


def _pool(view: StackView) -> Iterator[Problem]:
    """CAP-18."""
    for own in own_ciliums(view):
        if own.value("ipam", "mode") != CLUSTER_POOL:
            continue  # CFG-73 says that nobody counted
        cluster, networking = own.cluster, own.cluster.config.networking
        pods = cluster.mode.pod_range(networking)
        assert pods is not None  # the mode has a range of its own
        mask, need, most = own.config.mask_size, cluster.nodes_with_surge, cluster.max_nodes
        held = pool_nodes(pods, mask)
        if need > held:
            prefix = next(length for length in range(mask, 0, -1) if 2 ** (mask - length) >= need)
            yield POOL.error(
                (*cluster.path, "networking", "podCidr"),
                f"{pods} holds {held:,} nodes with a /{mask} each, the pools need {need:,} ({most:,} +"
                f" {need - most:,} surge); use /{prefix} or larger, or a larger maskSize",
            )
        room = pool_pods_per_node(mask)
        for pool in cluster.pools:
            if pool.max_pods > room:
                yield POOL.error(
                    (*pool.path, "maxPods"),
                    f"{pool.max_pods} pods per node, a /{mask} of the cluster pool has addresses for {room}; use"
                    f" maxPods {room} or fewer, or a smaller maskSize",
                )


def _addresses(view: StackView) -> Iterator[Problem]:
    """BYO-02, BYO-04, BYO-05: how pods get addresses and reach each other."""
    for own in own_ciliums(view):
        for name in ("clusterPoolIPv4PodCIDRList", "clusterPoolIPv4MaskSize"):
            path = ("ipam", "operator", name)
            wanted, given = own.plan.decided["ipam"]["operator"][name], own.value(*path)
            if given not in (wanted, wanted[0] if isinstance(wanted, list) else wanted):
                says = wanted[0] if isinstance(wanted, list) else f"maskSize {wanted}"
                yield SAME_POOL.error(
                    (*own.path, "values", *path),
                    f"another pool than the cluster's {says}; change podCidr and maskSize, and remove this",
                )
        yield from _one_of(own, TUNNEL, ("routingMode",), ("tunnel",))
        yield from _one_of(own, TUNNEL, ("tunnelProtocol",), ("vxlan", "geneve"))
        yield from _one_of(own, IPAM, ("ipam", "mode"), (CLUSTER_POOL, _MULTI_POOL))
        if own.value("ipam", "mode") == _MULTI_POOL:
            yield OVERRIDES.warning(
                (*own.path, "values", "ipam", "mode"),
                "overrides 'cluster-pool': how many nodes and pods the pools have room for was not counted; remove it,"
                " or accept this",
            )


def _pools(view: StackView) -> Iterator[Problem]:
    """BYO-02, with several pools: podCidr keeps clear of networks and Services, so what lies in it does too."""
    for own in own_ciliums(view):
        if own.value("ipam", "mode") == CLUSTER_POOL:
            continue
        pod_cidr = own.cluster.mode.pod_range(own.cluster.config.networking)
        for path, written in _pool_ranges(own.value(*_POOLS)):
            where = (*own.path, "values", *_POOLS, *path)
            try:
                pool = ip_network(written) if isinstance(written, str) else None
            except ValueError:
                pool = None
            if pool is None:
                yield SAME_POOL.error(where, f"{shown(written)} is not an address range; write one inside {pod_cidr}")
            elif isinstance(pool, IPv4Network) and pod_cidr is not None and not pool.subnet_of(pod_cidr):
                yield SAME_POOL.error(
                    where,
                    f"{pool} is outside podCidr {pod_cidr}, by which AKS reaches pods; use a range inside it",
                )


def _pool_ranges(pools: Any) -> Iterator[tuple[KeyPath, object]]:
    """Each range of each pool that the operator makes."""
    for name, pool in pools.items() if isinstance(pools, Mapping) else ():
        for family in ("ipv4", "ipv6"):
            ranges = value_at(pool, family, "cidrs") if isinstance(pool, Mapping) else None
            for index, each in enumerate(ranges if isinstance(ranges, list | tuple) else ()):
                yield (str(name), family, "cidrs", index), each


def _one_of(own: OwnCilium, rule: Rule, path: tuple[str, ...], allowed: tuple[str, ...]) -> Iterator[Problem]:
    value = own.value(*path)
    if value not in allowed:
        yield rule.error(
            (*own.path, "values", *path), f"{shown(value)} does not work on AKS; use {' or '.join(allowed)}"
        )


def _integrations(view: StackView) -> Iterator[Problem]:
    """BYO-06."""
    for own in own_ciliums(view):
        if own.value("aksbyocni", "enabled") is not True:
            yield INTEGRATION.error(
                (*own.path, "values", "aksbyocni"), "off, and without it nothing of the rest works here; remove it"
            )
        for cloud in ("azure", "eni", "gke", "alibabacloud"):
            if own.value(cloud, "enabled"):
                yield INTEGRATION.error(
                    (*own.path, "values", cloud, "enabled"),
                    f"{cloud} beside aksbyocni, which excludes it; remove it",
                )


def _parts(view: StackView) -> Iterator[Problem]:
    """BYO-04, BYO-06, CFG-73: values that leave nodes without a network, or pods without an address of theirs."""
    for own in own_ciliums(view):
        path = (*own.path, "values")
        for part, value in (("agent", own.value("agent")), ("operator", own.value("operator", "enabled"))):
            if value is False:
                where = (*path, part) if part == "agent" else (*path, part, "enabled")
                yield INTEGRATION.error(where, f"no {part}, without which nodes stay NotReady; remove it")
        chaining = own.value("cni", "chainingMode")
        if chaining is not None and chaining not in facts.CHAINING_MODES:
            yield INTEGRATION.error(
                (*path, "cni", "chainingMode"),
                f"{shown(chaining)} puts Cilium behind another CNI plugin, and there is none; remove it",
            )
        if own.value("autoDirectNodeRoutes") is True:
            yield TUNNEL.error(
                (*path, "autoDirectNodeRoutes"), "true, with which agents do not start in a tunnel; remove it"
            )
        if own.value("ipv6", "enabled") is True:
            yield OVERRIDES.warning(
                (*path, "ipv6", "enabled"),
                "IPv6 for pods, while nodes and Services of mode byocni have IPv4 only; remove it, or accept this",
            )


def _taints(view: StackView) -> Iterator[Problem]:
    """BYO-14."""
    for own in own_ciliums(view):
        for pool in own.cluster.pools:
            for index, taint in enumerate(pool.config.node_taints):
                if taint.startswith(facts.NOT_READY_TAINT):
                    yield TAINT.error(
                        (*pool.path, "nodeTaints", index),
                        f"AKS puts {facts.NOT_READY_TAINT} back whenever Cilium removes it; remove it",
                    )


def _support(view: StackView) -> Iterator[Problem]:
    """BYO-17."""
    for own in own_ciliums(view):
        if own.cluster.config.networking.outbound.type == "none":
            yield SUPPORT.warning(
                (*own.cluster.path, "networking", "outbound", "type"),
                "none with mode byocni, which AKS asks a way out to the internet for; use another type",
            )
        if own.cluster.config.node_provisioning_profile.mode == "Auto":
            yield SUPPORT.warning(
                (*own.cluster.path, "nodeProvisioningProfile", "mode"),
                "Auto with mode byocni, which Microsoft does not support; use pools with minCount and maxCount",
            )
        for pool in own.cluster.pools:
            profile = pool.config.local_dns_profile
            if profile is not None and profile.mode == "Required":
                yield SUPPORT.warning(
                    (*pool.path, "localDNSProfile", "mode"),
                    "Required with mode byocni, which LocalDNS excludes; use Disabled",
                )


def _versions(view: StackView) -> Iterator[Problem]:
    """BYO-18, CFG-76."""
    for own in own_ciliums(view):
        cilium, kubernetes = own.version, parse_version(own.cluster.config.kubernetes_version)
        tested = facts.TESTED_KUBERNETES_MINORS.get(cilium.minor_version) if cilium else None
        if cilium and kubernetes and tested and kubernetes.minor not in tested:
            yield TESTED.warning(
                (*own.path, "version"),
                f"{own.config.version} is tested with Kubernetes 1.{tested[0]} to 1.{tested[-1]}, the cluster has"
                f" {kubernetes.minor_version}; use a Cilium that is tested with it, or accept this",
            )
        first = own.config.upgrade_compatibility
        known = facts.parse_cilium_version(f"{first}.0") if first is not None else None
        if first is not None and known is None:
            yield FIRST_VERSION.error(
                (*own.path, "upgradeCompatibility"), f"{shown(first)} is no minor version; write one such as '1.18'"
            )
        elif known and cilium and known.minor_version > cilium.minor_version:
            yield FIRST_VERSION.error(
                (*own.path, "upgradeCompatibility"),
                f"{first} is newer than version {own.config.version}; write the one that was installed first",
            )


def _acns(view: StackView) -> Iterator[Problem]:
    """ACNS-16."""
    for own in own_ciliums(view):
        if own.cluster.config.acns.enabled:
            yield ACNS.error(
                (*own.cluster.path, "acns"),
                "ACNS with mode byocni, which has no dataplane of Azure's; remove it and use networking.cilium",
            )


CHECKS = (_pool, _addresses, _pools, _integrations, _parts, _taints, _support, _versions, _acns)
