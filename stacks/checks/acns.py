"""Advanced Container Networking Services: which switches go together, and what they ask of the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from components.facts import acns as facts
from components.facts.api_versions import FIRST_API_VERSION, api_has
from components.facts.versions import KubernetesRelease, parse_version, version_data
from components.problems import KeyPath, Problem
from components.rules import Rule
from stacks.view import ClusterView, PoolView, StackView

_AKS = "https://learn.microsoft.com/azure/aks"
_OVERVIEW = f"{_AKS}/advanced-container-networking-services-overview"
_USE = f"{_AKS}/use-advanced-container-networking-services"
_L7 = f"{_AKS}/container-network-security-l7-policy-concepts"
_ROUTING = f"{_AKS}/container-network-performance-ebpf-host-routing"
_L7_CILIUM = ".".join(map(str, facts.L7_FIRST_CILIUM))

DATAPLANE = Rule(
    "ACNS-02",
    "All of ACNS but observability needs the Cilium dataplane",
    why="Azure refuses security and acceleration on dataplane azure, where there are metrics only.",
    fix="Use dataplane cilium, or observability alone.",
    source=_OVERVIEW,
)
TOGETHER = Rule(
    "ACNS-03",
    "What belongs to a switch of ACNS is set where the switch is on",
    why="Azure refuses advancedNetworkPolicies and transitEncryption without security, and accelerationMode where"
    " nothing of ACNS is on.",
    fix="Turn on the switch that it belongs to, or remove it.",
    source="Azure CLI 2.91.0, managed_cluster_decorator.py",
)
POLICIES_VERSION = Rule(
    "VER-07",
    "Policies by DNS name and by HTTP run on versions that have them",
    why=f"FQDN and L7 policies need Kubernetes 1.{facts.POLICIES_FIRST_MINOR}, L7 policies Cilium {_L7_CILIUM} too. AKS"
    " chooses Cilium by the version of Kubernetes, so the oldest one that it may choose counts.",
    fix="Use a newer Kubernetes, or fewer policies.",
    source=f"{_L7}; {_AKS}/azure-cni-powered-by-cilium",
)
VERSION = Rule(
    "VER-08",
    "ACNS runs on versions that have it",
    why=f"It needs Kubernetes 1.{facts.CILIUM_FIRST_MINOR} on dataplane cilium and 1.{facts.AZURE_FIRST_MINOR} on"
    " dataplane azure.",
    fix="Use a newer Kubernetes.",
    source=_USE,
)
HOST_ROUTING = Rule(
    "VER-10",
    "eBPF host routing runs on nodes that have it",
    why=f"accelerationMode BpfVeth needs Kubernetes 1.{facts.HOST_ROUTING_FIRST_MINOR}, and Ubuntu 24.04 or Azure Linux"
    " 3.0 on every node: it is on everywhere or nowhere. Confidential machines and the static egress gateway do not"
    " work with it.",
    fix="Use osSKU Ubuntu2404 or AzureLinux3, or accelerationMode None.",
    source=f"{_ROUTING}; {_AKS}/upgrade-os-version",
)
ENCRYPTION = Rule(
    "ACNS-10",
    "WireGuard encrypts what people expect",
    why="WireGuard is not FIPS compliant. It encrypts pod traffic between nodes, not that within a node or of host"
    " network pods, at about 1.5 Gbps with an MTU of 1500; switching it on or off restarts Cilium on every node.",
    fix="Use either enableFIPS or WireGuard.",
    source=f"{_AKS}/container-network-security-wireguard-encryption-concepts",
)
ROLLS_NODES = Rule(
    "ACNS-12",
    "Pools have nodes to spare where a switch replaces all nodes",
    why="Switching eBPF host routing on or off replaces every node of every pool; without surge nodes there are fewer"
    " meanwhile.",
    fix="Give maxSurge.",
    source=_ROUTING,
)
L7_SCALE = Rule(
    "CAP-17",
    "A cluster with L7 policies is of a size that they were made for",
    why=f"AKS supports L7 policies up to {facts.L7_NODES:,} nodes or {facts.L7_PODS:,} pods, whichever is more. Latency"
    " grows above 3,000 requests per second on a node, for DNS names above 1,000 per second and pod.",
    fix="Use FQDN, or more and smaller clusters.",
    source=f"{_L7}; {_AKS}/container-network-security-fqdn-filtering-concepts",
)
API_VERSION = Rule(
    "CFG-60",
    "The API version has what the cluster asks for",
    why="A property that a version of Azure's API lacks is dropped or refused. Moving a cluster to another version is"
    " an update in place that changes nothing else.",
    fix="Set apiVersion of the cluster to the version in the message or a newer one.",
    source="azure-mgmt-containerservice 41.0.0 (first with API version 2026-01-01); components/facts/api_versions.py",
)


def _path(cluster: ClusterView, *fields: str) -> KeyPath:
    return (*cluster.path, "acns", *fields)


def _switches(view: StackView) -> Iterator[Problem]:
    """ACNS-02, ACNS-03, CFG-60: what is switched on together."""
    for cluster in view.clusters:
        acns, version = cluster.config.acns, cluster.config.api_version
        given = (
            ("advancedNetworkPolicies", acns.advanced_network_policies or "None", "security", acns.security),
            ("transitEncryption", acns.transit_encryption, "security", acns.security),
            ("accelerationMode", acns.acceleration_mode, "observability or security", acns.enabled),
        )
        azure = cluster.config.networking.dataplane == "azure"
        if azure and acns.security:
            yield DATAPLANE.error(
                _path(cluster, "security"),
                "true with dataplane azure, which has observability only; use dataplane cilium, or remove it",
            )
        for field, value, switch, on in given:
            if value == "None":
                continue
            if azure and field == "accelerationMode":
                yield DATAPLANE.error(
                    _path(cluster, field), f"{value} with dataplane azure; use dataplane cilium, or remove it"
                )
            elif not on:
                yield TOGETHER.error(
                    _path(cluster, field), f"{value} without {switch}; set {switch} to true, or remove it"
                )
            elif field in FIRST_API_VERSION and not api_has(version, field):
                yield API_VERSION.error(
                    _path(cluster, field),
                    f"{value} is unknown to API version {version}; set apiVersion of the cluster to"
                    f' "{FIRST_API_VERSION[field]}" or newer',
                )


def _versions(view: StackView) -> Iterator[Problem]:
    """VER-07, VER-08, VER-10: what Kubernetes has to be."""
    for cluster in view.clusters:
        acns, dataplane = cluster.config.acns, cluster.config.networking.dataplane
        version = parse_version(cluster.config.kubernetes_version)
        if version is None or not acns.enabled:
            continue
        first = facts.CILIUM_FIRST_MINOR if dataplane == "cilium" else facts.AZURE_FIRST_MINOR
        if version.minor < first:
            yield VERSION.error(
                _path(cluster),
                f"Kubernetes {version.minor_version} with dataplane {dataplane}, ACNS needs 1.{first}; use that or"
                " newer",
            )
        elif acns.policies == "L7" and version.minor < _first_minor_for_l7():
            yield POLICIES_VERSION.error(
                _path(cluster, "advancedNetworkPolicies"),
                f"L7 needs Cilium {_L7_CILIUM}, Kubernetes {version.minor_version} may come with an older one; use"
                f" Kubernetes 1.{_first_minor_for_l7()} or newer, or FQDN",
            )
        if acns.acceleration_mode == "BpfVeth" and cluster.config.static_egress:
            yield HOST_ROUTING.error(
                _path(cluster, "accelerationMode"),
                "BpfVeth goes around static egress gateways, which the cluster has; use None, or remove them",
            )
        if acns.acceleration_mode == "BpfVeth" and version.minor < facts.HOST_ROUTING_FIRST_MINOR:
            yield HOST_ROUTING.error(
                _path(cluster, "accelerationMode"),
                f"BpfVeth needs Kubernetes 1.{facts.HOST_ROUTING_FIRST_MINOR}, the cluster has"
                f" {version.minor_version}; use that or newer, or None",
            )


def _first_minor_for_l7() -> int:
    """The oldest minor version of Kubernetes whose Cilium is sure to have L7 policies."""

    def has(release: KubernetesRelease) -> bool:
        cilium = tuple(int(part) for part in (release.minimum_cilium or "0").split("."))
        return cilium[: len(facts.L7_FIRST_CILIUM)] >= facts.L7_FIRST_CILIUM

    minors = (int(release.version.split(".")[1]) for release in version_data().kubernetes.values() if has(release))
    return max(facts.POLICIES_FIRST_MINOR, min(minors))


def _nodes(view: StackView) -> Iterator[Problem]:
    """VER-10, ACNS-10, ACNS-12: what nodes have to be."""
    for pool in view.pools:
        acns = pool.cluster.config.acns
        if acns.acceleration_mode == "BpfVeth":
            yield from _host_routing(pool)
        if acns.transit_encryption == "WireGuard" and pool.config.enable_fips:
            yield ENCRYPTION.warning(
                (*pool.path, "enableFIPS"),
                "true beside transitEncryption WireGuard, which is not FIPS compliant; remove one of them",
            )


def _host_routing(pool: PoolView) -> Iterator[Problem]:
    config = pool.config
    version = parse_version(config.orchestrator_version or pool.cluster.config.kubernetes_version)
    first = facts.HOST_ROUTING_OS_FIRST_MINOR.get(config.os_sku)
    if version and (first is None or version.minor < first):
        yield HOST_ROUTING.error(
            (*pool.path, "osSKU"),
            f"{config.os_sku} on Kubernetes {version.minor_version} is neither Ubuntu 24.04 nor Azure Linux 3.0, which"
            " BpfVeth needs on every node; use Ubuntu2404 or AzureLinux3",
        )
    if any(fnmatchcase(config.vm_size.casefold(), pattern) for pattern in facts.CONFIDENTIAL_VM_SIZES):
        yield HOST_ROUTING.error(
            (*pool.path, "vmSize"),
            f"{config.vm_size} is a confidential machine, which BpfVeth does not work on; use another size, or"
            " accelerationMode None",
        )
    if not config.surge_nodes and config.max_nodes and not config.spot:
        yield ROLLS_NODES.warning(
            (*pool.path, "maxSurge"),
            "no surge nodes, and a change of accelerationMode replaces every node; give maxSurge such as 33%",
        )


def _scale(view: StackView) -> Iterator[Problem]:
    """CAP-17."""
    for cluster in view.clusters:
        pods = sum(pool.config.max_nodes * pool.max_pods for pool in cluster.pools)
        if cluster.config.acns.policies == "L7" and cluster.max_nodes > facts.L7_NODES and pods > facts.L7_PODS:
            yield L7_SCALE.warning(
                _path(cluster, "advancedNetworkPolicies"),
                f"L7 with up to {cluster.max_nodes:,} nodes and {pods:,} pods, AKS supports {facts.L7_NODES:,} nodes or"
                f" {facts.L7_PODS:,} pods; use FQDN, or smaller clusters",
            )


CHECKS = (_switches, _versions, _nodes, _scale)
