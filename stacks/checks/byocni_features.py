"""What goes together in a Cilium of one's own: Services, Hubble, gateways, encryption, names, Istio.

Rules look at the values as they reach Helm, so it makes no difference whether a field or `values` says something.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from components.cilium.config import IpsecConfig
from components.facts import cilium as facts
from components.problems import Problem
from components.rules import Rule
from components.values import shown
from stacks.cilium import OwnCilium, own_ciliums
from stacks.view import StackView

_CHART = "cilium 1.19.6 install/kubernetes/cilium"
_DOCS = "cilium 1.19.6 Documentation"

KUBE_PROXY = Rule(
    "BYO-07",
    "Either kube-proxy or Cilium balances Services",
    why="AKS' stable API cannot stop kube-proxy (kubeProxyConfig is in its preview API only), so it keeps running and"
    " both program every Service. That works, costs memory and time, and switching breaks connections that are open.",
    fix="Leave kubeProxyReplacement false, or accept the warning; docs/byocni.md says how to stop kube-proxy by hand.",
    source=f"{_DOCS}/network/kubernetes/kubeproxy-free.rst; https://learn.microsoft.com/azure/aks/configure-kube-proxy",
)
API_SERVER = Rule(
    "BYO-09",
    "There is one way to find the API server",
    why="The chart refuses k8sServiceHost beside k8sServiceHostRef; with kubeProxyReplacement the former is set here.",
    fix="Remove k8sServiceHostRef.",
    source=f"{_CHART}/templates/validate.yaml",
)
HUBBLE = Rule(
    "BYO-10",
    "Hubble's parts have what they build on",
    why="The chart refuses relay without Hubble, the UI without relay, and ServiceMonitors without their CRDs; agents"
    " serve no metrics at all where they do not know one.",
    fix="Turn on what the message names.",
    source=f"{_CHART}/templates/validate.yaml",
)
NAME = Rule(
    "BYO-11",
    "Cilium's name and id for the cluster are valid and its own",
    why=f"The chart refuses names of more than {facts.CLUSTER_NAME_CHARACTERS} characters or with anything but small"
    " letters, digits and '-'; in a Cluster Mesh every cluster needs an id of its own.",
    fix="Set networking.cilium.cluster.",
    source=f"{_CHART}/templates/validate.yaml; {_DOCS}/network/clustermesh/clustermesh.rst",
)
GATEWAY = Rule(
    "BYO-12",
    "Gateway API and Ingress have the proxy, the kube-proxy replacement and the CRDs that they need",
    why="The chart refuses them without l7Proxy; without kubeProxyReplacement, or the Gateway API's CRDs, nothing"
    " answers. This program installs no CRDs: which version there is concerns everything else that uses them, too.",
    fix="Set l7Proxy and kubeProxyReplacement to true, and apply the CRDs before Cilium.",
    source=f"{_CHART}/templates/validate.yaml; {_DOCS}/network/servicemesh/gateway-api/installation.rst",
)
ENCRYPTION = Rule(
    "BYO-13",
    "Encryption is of a kind that this Cilium has, with its key",
    why="Agents do not start with a kind that they do not know, or without IPsec's key, and nodes stay NotReady.",
    fix="Use networking.cilium.encryption.",
    source=f"{_CHART}/values.yaml; {_DOCS}/security/network/encryption-ipsec.rst",
)
ISTIO = Rule(
    "IST-15",
    "Cilium and Istio leave each other alone",
    why="Cilium balances Services before a sidecar sees them, and removes other CNI plugins, unless told not to."
    " Whether Microsoft supports the Istio add-on without a CNI of Azure is not documented.",
    fix="Leave socketLB.hostNamespaceOnly true and cni.exclusive false, and accept the warning.",
    source=f"{_DOCS}/network/servicemesh/istio.rst",
)

_GATEWAYS = {"gatewayAPI": "the Gateway API", "ingressController": "the ingress controller"}


def _services(view: StackView) -> Iterator[Problem]:
    """BYO-07, BYO-09."""
    for own in own_ciliums(view):
        if _is_true(own.value("kubeProxyReplacement")):
            yield KUBE_PROXY.warning(
                own.written(("kubeProxyReplacement",), ("kubeProxyReplacement",)),
                "true while AKS keeps kube-proxy running, so both balance Services; use false, or accept this",
            )
        if own.value("k8sServiceHost") and own.value("k8sServiceHostRef", "name"):
            yield API_SERVER.error(
                (*own.path, "values", "k8sServiceHostRef"),
                "beside k8sServiceHost, which is the API server's name already; remove it",
            )


def _hubble(view: StackView) -> Iterator[Problem]:
    """BYO-10."""
    for own in own_ciliums(view):
        hubble, relay, ui = (own.value("hubble", *path, "enabled") for path in ((), ("relay",), ("ui",)))
        if relay and not hubble:
            yield HUBBLE.error(
                own.written(("hubble", "relay"), ("hubble", "relay", "enabled")),
                "relay without Hubble; set hubble.enabled to true, or relay to false",
            )
        if ui and not relay and not own.value("hubble", "ui", "standalone", "enabled"):
            yield HUBBLE.error(
                own.written(("hubble", "ui"), ("hubble", "ui", "enabled")),
                "the UI without relay; set hubble.relay to true, or ui to false",
            )
        yield from _metrics(own)
        if own.config.service_monitors and not own.config.prometheus:
            yield HUBBLE.error(
                (*own.path, "serviceMonitors"), "ServiceMonitors without metrics; set prometheus to true"
            )
        elif own.config.service_monitors:
            yield HUBBLE.warning(
                (*own.path, "serviceMonitors"),
                "Helm refuses the release where the ServiceMonitor CRD is missing; apply it before Cilium, and"
                " accept this",
            )


def _metrics(own: OwnCilium) -> Iterator[Problem]:
    path = own.written(("hubble", "metrics"), ("hubble", "metrics", "enabled"))
    metrics = own.value("hubble", "metrics", "enabled")
    for index, metric in enumerate(metrics if isinstance(metrics, list) else ()):
        name = str(metric).partition(":")[0]  # options come after it
        if name not in facts.HUBBLE_METRICS:
            meant = difflib.get_close_matches(name, sorted(facts.HUBBLE_METRICS), n=1)
            fix = f"did you mean {meant[0]!r}?" if meant else f"use {', '.join(sorted(facts.HUBBLE_METRICS))}"
            yield HUBBLE.error((*path, index), f"Hubble has no metric {name!r}; {fix}")


def _names(view: StackView) -> Iterator[Problem]:
    """BYO-11."""
    ids: dict[int, list[OwnCilium]] = defaultdict(list)
    for own in own_ciliums(view):
        name, number = own.value("cluster", "name"), own.value("cluster", "id")
        path = own.written(("cluster", "name"), ("cluster", "name"))
        if not isinstance(name, str) or not facts.CLUSTER_NAME.fullmatch(name):
            yield NAME.error(
                path, f"{shown(name)} is no name for Cilium; set cluster.name to small letters, digits and '-'"
            )
        elif len(name) > facts.CLUSTER_NAME_CHARACTERS:
            yield NAME.error(
                path,
                f"{name!r} has {len(name)} characters, Cilium takes {facts.CLUSTER_NAME_CHARACTERS}; set cluster.name"
                " to a shorter one",
            )
        elif name == "default" and number:
            yield NAME.error(path, f"name 'default' with id {number}, which the chart refuses; use another name")
        yield from _mesh_id(own, number)
        if isinstance(number, int) and number > 0:
            ids[number].append(own)
    for number, owners in ids.items():
        for own in owners[1:]:
            first = owners[0].cluster.key
            yield NAME.error(
                own.written(("cluster", "id"), ("cluster", "id")),
                f"id {number} is that of clusters.{first} already; use another one, or 0 outside a Cluster Mesh",
            )


def _mesh_id(own: OwnCilium, number: Any) -> Iterator[Problem]:
    most = own.value("clustermesh", "maxConnectedClusters") or facts.CONNECTED_CLUSTERS[0]
    if most not in facts.CONNECTED_CLUSTERS:
        yield NAME.error(
            (*own.path, "values", "clustermesh", "maxConnectedClusters"),
            f"{shown(most)} is not allowed; use {' or '.join(map(str, facts.CONNECTED_CLUSTERS))}",
        )
    elif not isinstance(number, int) or not 0 <= number <= most:
        yield NAME.error(
            own.written(("cluster", "id"), ("cluster", "id")),
            f"{shown(number)} is no id of a cluster; use 1 to {most}, or 0 outside a Cluster Mesh",
        )


def _gateways(view: StackView) -> Iterator[Problem]:
    """BYO-12."""
    for own in own_ciliums(view):
        for field, what in _GATEWAYS.items():
            if not own.value(field, "enabled"):
                continue
            path = own.written((field,), (field, "enabled"))
            if own.value("l7Proxy") is False:
                yield GATEWAY.error(path, f"{what} without l7Proxy, which the chart refuses; set l7Proxy to true")
            if not _is_true(own.value("kubeProxyReplacement")):
                yield GATEWAY.error(path, f"{what} needs Cilium to balance Services; set kubeProxyReplacement to true")
            if field == "gatewayAPI":
                version = facts.GATEWAY_API_VERSIONS.get(own.version.minor_version) if own.version else None
                yield GATEWAY.warning(
                    path,
                    f"the CRDs of the Gateway API{f' {version}' if version else ''} are yours to install; apply them"
                    " before Cilium, and accept this",
                )


def _encryption(view: StackView) -> Iterator[Problem]:
    """BYO-13."""
    for own in own_ciliums(view):
        if not own.value("encryption", "enabled"):
            continue
        kind = own.value("encryption", "type") or "ipsec"  # the chart's own default
        path = own.written(("encryption", "type"), ("encryption", "type"))
        if kind not in ("ipsec", "wireguard", "ztunnel"):
            yield ENCRYPTION.error(path, f"{shown(kind)} is no kind of encryption; use wireguard or ipsec")
        elif kind == "ztunnel" and own.version and own.version.minor_version < facts.ZTUNNEL:
            yield ENCRYPTION.error(path, f"ztunnel comes with 1.19, not {own.config.version}; use wireguard or ipsec")
        elif kind == "ipsec" and not isinstance(own.config.encryption, IpsecConfig):
            yield ENCRYPTION.error(
                path, "IPsec without a key; set encryption: {type: ipsec, key: {secret: <name>}} beside values"
            )


def _istio(view: StackView) -> Iterator[Problem]:
    """IST-15."""
    for own in own_ciliums(view):
        addon = own.cluster.config.istio is not None
        if not addon and not own.config.istio:
            continue
        for path, wanted in ((("socketLB", "hostNamespaceOnly"), True), (("cni", "exclusive"), False)):
            if own.value(*path) is not wanted:
                yield ISTIO.warning(
                    (*own.path, "values", *path),
                    f"{shown(own.value(*path))} takes traffic from Istio; remove it, so that it is {shown(wanted)}",
                )
        if addon:
            yield ISTIO.warning(
                (*own.cluster.path, "istio"),
                "whether AKS supports its Istio add-on with mode byocni is not documented; install Istio yourself,"
                " or accept this",
            )


def _is_true(value: Any) -> bool:
    """The chart takes true and "true"."""
    return value is True or value == "true"


CHECKS = (_services, _hubble, _names, _gateways, _encryption, _istio)
