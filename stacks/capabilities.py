"""What the policies of a cluster can rely on, from all that is written about the cluster.

What needs which of it is in `components.facts.policy_features`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_network

from components.facts.ranges import AKS_MANAGED_SUBNET
from components.facts.versions import parse_version, version_data
from components.istio.config import IstioConfig
from components.problems import Problem
from policies.attachment import addon_gateways, istio_of
from policies.capabilities import OLD_CILIUM, Capabilities, EnforcementMode, Istio
from stacks.cilium import Enforcement, enforcement, own_cilium
from stacks.view import ClusterView

_ALL_ENFORCED = Enforcement(
    cilium=None, names=True, http=True, nodes_in_ranges=False, isolates_every_pod=False, enforces=True
)


def capabilities_of(cluster: ClusterView, http: str | None) -> Capabilities | Problem:
    """What a cluster of the stack can enforce; a problem where that is nothing, or cannot be known.

    Args:
        cluster: The cluster.
        http: Who enforces HTTP rules, where somebody chose.
    """
    own = own_cilium(cluster)
    if own is None and not cluster.has_managed_cilium:
        message = (
            f"dataplane {cluster.config.networking.dataplane} has no Cilium, and policies need one: Kubernetes' own"
            " cannot allow without isolating; use dataplane cilium"
        )
        return OLD_CILIUM.error((*cluster.path, "networking", "dataplane"), message)
    enforced = _ALL_ENFORCED if own is None else enforcement(own)
    version = _managed_version(cluster) if own is None else enforced.cilium
    if version is None:
        field = ("kubernetesVersion",) if own is None else ("networking", "cilium", "version")
        message = "unknown which Cilium this is, and policies mean different things in different ones; use a known one"
        return OLD_CILIUM.error((*cluster.path, *field), message)
    config, istio = cluster.config, cluster.config.istio
    pods, nodes, services = tuple(_pods(cluster)), tuple(_nodes(cluster)), tuple(_profile_ranges(cluster, "service"))
    return Capabilities(
        cluster=cluster.key,
        path=cluster.path,
        cilium=version,
        managed=own is None,
        acns=config.acns.policies,
        istio=_istio(istio) if istio and istio.revisions else None,
        http=http,
        gateways=addon_gateways(_gateways(istio)) if istio else (),
        local_dns=any(pool.config.local_dns_profile and pool.config.local_dns_profile.on for pool in cluster.pools),
        pod_ranges=pods,
        node_ranges=nodes,
        service_ranges=services,
        # of the IPv6 addresses of nodes the file says nothing
        ranges_known=bool(pods and nodes and services) and all(one.version == 4 for one in pods),
        l7_proxy=enforced.http,
        enforcement=_mode(enforced),
        cidrs_match_nodes=enforced.nodes_in_ranges,
    )


def _managed_version(cluster: ClusterView) -> tuple[int, int] | None:
    """The oldest Cilium that AKS may run with the cluster's Kubernetes."""
    kubernetes = parse_version(cluster.config.kubernetes_version)
    release = version_data().kubernetes.get(kubernetes.minor_version) if kubernetes else None
    if release is None or release.minimum_cilium is None:
        return None
    major, minor, *_ = release.minimum_cilium.split(".")
    return int(major), int(minor)


def _mode(enforced: Enforcement) -> EnforcementMode:
    if not enforced.enforces:
        return "never"
    return "always" if enforced.isolates_every_pod else "default"


def _istio(istio: IstioConfig) -> Istio:
    """What labels namespaces of bundles: `injection`, else a tag, which stays through upgrades, else what runs."""
    revision = next(iter(istio.tags), istio.revisions[0])
    return replace(istio_of(revision, addon=True), injection=tuple(istio.injection.items()))


def _gateways(istio: IstioConfig) -> tuple[str, ...]:
    gateways = istio.ingress_gateways
    return tuple(mode for mode, on in (("External", gateways.external), ("Internal", gateways.internal)) if on)


def _profile_ranges(cluster: ClusterView, what: str) -> Iterator[IPv4Network | IPv6Network]:
    """The cluster's own ranges as Azure is told them: `pod` or `service`."""
    profile = cluster.mode.network_profile(cluster.config.networking)
    several, one = profile.get(f"{what}Cidrs"), profile.get(f"{what}Cidr")
    yield from (ip_network(text) for text in several or ([one] if one else []))


def _nodes(cluster: ClusterView) -> Iterator[IPv4Network]:
    if cluster.config.network is None:
        yield AKS_MANAGED_SUBNET
        return
    yield from dict.fromkeys(pool.subnet.cidr for pool in cluster.pools if pool.subnet)


def _pods(cluster: ClusterView) -> Iterator[IPv4Network | IPv6Network]:
    own = tuple(_profile_ranges(cluster, "pod"))
    if own:
        yield from own
    elif cluster.facts.pod_subnets:
        yield from dict.fromkeys(pool.pod_subnet.cidr for pool in cluster.pools if pool.pod_subnet)
    else:
        yield from _nodes(cluster)
