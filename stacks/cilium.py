"""Cilium of a cluster's own, from all that is written about the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from components.cilium.plan import CiliumPlan, Surroundings, ValuePath, plan_cilium, value_at
from components.cluster.api_server import NO_ZONE
from components.facts import acns
from components.facts import cilium as facts
from components.facts.cilium import CiliumVersion, parse_cilium_version
from components.problems import KeyPath
from components.values import Ref
from stacks.config import ByocniEntry, CiliumEntry
from stacks.view import ClusterView, StackView


@dataclass(frozen=True, slots=True)
class OwnCilium:
    """A cluster's own Cilium, as rules look at it.

    Attributes:
        cluster: The cluster.
        config: What is written about Cilium.
        plan: The release.
    """

    cluster: ClusterView
    config: CiliumEntry
    plan: CiliumPlan

    @property
    def path(self) -> KeyPath:
        """Where it is written."""
        return (*self.cluster.path, "networking", "cilium")

    @property
    def version(self) -> CiliumVersion | None:
        """Its version."""
        return parse_cilium_version(self.config.version)

    def value(self, *path: str) -> Any:
        """A value of the release, whoever gave it; None where nobody did."""
        return value_at(self.plan.values, *path)

    def written(self, field: KeyPath, value: ValuePath) -> KeyPath:
        """Where a value is written: below `values` if it is there, else in its own field."""
        given = value_at(self.config.values, *value) is not None
        return (*self.path, "values", *value) if given else (*self.path, *field)


def own_ciliums(view: StackView) -> Iterator[OwnCilium]:
    """The Cilium of every cluster that has one of its own."""
    for cluster in view.clusters:
        own = own_cilium(cluster)
        if own is not None:
            yield own


def own_cilium(cluster: ClusterView) -> OwnCilium | None:
    """The Cilium of a cluster; None where Azure brings the dataplane."""
    networking, plan = cluster.config.networking, cilium_of(cluster)
    if not isinstance(networking, ByocniEntry) or plan is None:
        return None
    return OwnCilium(cluster, networking.cilium, plan)


@dataclass(frozen=True, slots=True)
class NodePort:
    """A port that nodes use among themselves: `TCP` or `UDP` with its number, or `ESP` without, and what needs it."""

    protocol: str
    port: int | None
    what: str

    @property
    def name(self) -> str:
        """What has to be open, such as `UDP 8472`."""
        return self.protocol if self.port is None else f"{self.protocol} {self.port}"


def node_ports(own: OwnCilium) -> Iterator[NodePort]:
    """The ports that must be open among nodes.

    Source: cilium 1.19.6 Documentation/operations/system_requirements.rst, "Firewall Rules"
    """
    tunnel = str(own.value("tunnelProtocol"))
    if tunnel in facts.TUNNEL_PORTS:
        yield NodePort("UDP", own.value("tunnelPort") or facts.TUNNEL_PORTS[tunnel], f"the {tunnel} tunnel")
    yield NodePort("TCP", facts.HEALTH_PORT, "health probing")
    if own.value("hubble", "relay", "enabled"):
        yield NodePort("TCP", facts.HUBBLE_PORT, "Hubble relay")
    if own.value("encryption", "enabled"):
        if own.value("encryption", "type") == "wireguard":
            yield NodePort("UDP", acns.WIREGUARD_PORT, "WireGuard")
        elif own.value("encryption", "type") in (None, "ipsec"):  # the chart's own default
            yield NodePort("ESP", None, "IPsec")


def cilium_of(cluster: ClusterView) -> CiliumPlan | None:
    """The release; None where Azure brings the dataplane."""
    config, networking = cluster.config, cluster.config.networking
    if not isinstance(networking, ByocniEntry):
        return None
    return plan_cilium(
        cluster.key,
        networking.cilium,
        Surroundings(
            name=cluster.name,
            pod_cidr=networking.pod_cidr,
            mask_size=networking.cilium.mask_size,
            api_server=Ref("cluster", cluster.key, api_server_name(cluster)),
            istio=config.istio is not None,
            unattended=config.in_cluster == "gitops",
            protect=cluster.stack.protect if config.protect is None else config.protect,
        ),
    )


def api_server_name(cluster: ClusterView) -> str:
    """Which of the cluster's names nodes find its API server by, as ARM calls it.

    A private cluster without a private zone has a name in public DNS only; its address there is the private one.
    """
    server = cluster.config.api_server
    return "privateFQDN" if server.enable_private_cluster and server.zone != NO_ZONE else "fqdn"


@dataclass(frozen=True, slots=True)
class Enforcement:
    """What a Cilium of one's own can enforce, whatever policies ask for.

    Attributes:
        cilium: Its version as (major, minor); None where the file names none that is understood.
        names: Whether it enforces egress by DNS name and DNS by name.
        http: Whether it enforces HTTP rules.
        nodes_in_ranges: Whether ranges in policies match nodes.
        isolates_every_pod: Whether pods are isolated even without a policy.
        enforces: Whether it enforces anything at all.
    """

    cilium: tuple[int, int] | None
    names: bool
    http: bool
    nodes_in_ranges: bool
    isolates_every_pod: bool
    enforces: bool


def enforcement(own: OwnCilium) -> Enforcement:
    """What a cluster's own Cilium can enforce: HTTP and names need the proxy, and nothing needs ACNS.

    Source: cilium 1.19.6 pkg/policy/proxyid.go (L7 and DNS rules are redirects to the proxy), values.yaml
    """
    proxy, mode = own.value("l7Proxy") is not False, own.value("policyEnforcementMode")
    match = own.value("policyCIDRMatchMode") or ()
    return Enforcement(
        cilium=own.version.minor_version if own.version else None,
        names=proxy,
        http=proxy,
        nodes_in_ranges="nodes" in match,
        isolates_every_pod=mode == "always",
        enforces=mode != "never",
    )
