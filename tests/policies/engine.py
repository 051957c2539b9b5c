"""What the engines make of manifests: a small evaluator of NetworkPolicy, Cilium's and Istio's policies.

It reads manifests only, never intents, and follows the engines' documented semantics for what compilers use: one
union of all network policies, deny first, isolation by whatever selects, Istio at the target's sidecar afterwards.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from policies.flows import ApiServerAddress, Endpoint, Flow, NodeAddress, Pod, Stranger
from policies.requests import name_matches

NAMESPACE = "io.kubernetes.pod.namespace"
Object = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One rule as an engine holds it for one subject."""

    deny: bool
    isolates: bool
    peers: Any  # None: any peer
    ports: tuple[tuple[str, int, int], ...] | None  # None: all; port 0 to 65535
    http: tuple[Object, ...] | None = None
    dns: tuple[Object, ...] | None = None
    empty: bool = False


class Engine:
    """Answers for one set of manifests."""

    def __init__(self, manifests: Iterable[Object]) -> None:
        self.manifests = list(manifests)
        self.entries = cache(lambda subject, direction: list(_entries(self.manifests, subject, direction)))

    def allows(self, flow: Flow) -> bool:
        """Whether the engines let a flow through."""
        return (
            _network(self.entries, flow, "egress")
            and _network(self.entries, flow, "ingress")
            and _istio(self.manifests, flow)
        )


def _network(entries_of: Callable[[Pod, str], list[Entry]], flow: Flow, direction: str) -> bool:
    subject, peer = (flow.source, flow.target) if direction == "egress" else (flow.target, flow.source)
    if not isinstance(subject, Pod):
        return True
    entries = entries_of(subject, direction)
    covering = [entry for entry in entries if _covers(entry, peer, flow)]
    if any(entry.deny for entry in covering):
        return False
    if direction == "ingress" and peer == NodeAddress(own=True):
        return True
    isolated = any(entry.isolates for entry in entries)
    if not covering:
        return not isolated
    asked = any(entry.dns is not None for entry in covering)
    return not isolated or any(_passes(entry, flow, asked=asked) for entry in covering)


def _passes(entry: Entry, flow: Flow, *, asked: bool) -> bool:
    """Whether a covering rule lets through what is sent; `asked` if Cilium's DNS proxy looks at it."""
    if entry.http is not None:
        return flow.request is not None and any(_http(rule, flow) for rule in entry.http)
    if entry.dns is not None:
        return flow.query is None or any(
            name_matches(rule.get("matchName") or rule["matchPattern"], flow.query) for rule in entry.dns
        )
    # a rule without the port itself never voids a filter of DNS names
    exact = entry.ports is not None and any(first == last for _, first, last in entry.ports)
    return not asked or flow.query is None or exact


def _http(rule: Object, flow: Flow) -> bool:
    assert flow.request is not None
    sent = dict(flow.request.headers)
    texts = {"path": flow.request.target, "method": flow.request.method, "host": flow.request.host}
    return all(re.fullmatch(rule[key], text) for key, text in texts.items() if key in rule) and all(
        sent.get(name) == value for name, value in (header.split(": ", 1) for header in rule.get("headers", ()))
    )


def _covers(entry: Entry, peer: Endpoint, flow: Flow) -> bool:
    if entry.empty:
        return False
    ports = entry.ports is None or any(
        protocol == flow.protocol and first <= flow.port <= last for protocol, first, last in entry.ports
    )
    return ports and (entry.peers is None or any(_is_peer(one, peer) for one in entry.peers))


def _is_peer(selector: tuple[str, Any], peer: Endpoint) -> bool:
    kind, value = selector
    if kind == "pods":
        return isinstance(peer, Pod) and _selects(value, _labels(peer))
    if kind == "cidr":
        network, excepted = value
        address = getattr(peer, "address", None)
        return address is not None and address in network and not any(address in one for one in excepted)
    if kind == "fqdn":
        return isinstance(peer, Stranger) and peer.name is not None and name_matches(value, peer.name)
    return {
        "world": isinstance(peer, Stranger | ApiServerAddress),
        "kube-apiserver": isinstance(peer, ApiServerAddress),
        "host": peer == NodeAddress(own=True),
        "remote-node": peer == NodeAddress(own=False),
    }[value]


def _labels(pod: Pod) -> dict[str, str]:
    return {**dict(pod.labels), NAMESPACE: pod.namespace, "ns/kubernetes.io/metadata.name": pod.namespace}


def _selects(selector: Object, labels: dict[str, str]) -> bool:
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key.removeprefix("k8s:")) != value:
            return False
    for one in selector.get("matchExpressions") or ():
        found = labels.get(one["key"].removeprefix("k8s:"))
        holds = {
            "In": found in one.get("values", ()),
            "NotIn": found not in one.get("values", ()),
            "Exists": found is not None,
            "DoesNotExist": found is None,
        }[one["operator"]]
        if not holds:
            return False
    return True


def _entries(manifests: list[Object], subject: Pod, direction: str) -> Iterator[Entry]:
    for manifest in manifests:
        namespace = manifest["metadata"].get("namespace")
        if manifest["kind"] == "NetworkPolicy" and namespace == subject.namespace:
            yield from _network_policy(manifest["spec"], subject, direction)
        elif manifest["kind"] == "CiliumNetworkPolicy" and namespace == subject.namespace:
            yield from _cilium(manifest, subject, direction, namespace)
        elif manifest["kind"] == "CiliumClusterwideNetworkPolicy":
            yield from _cilium(manifest, subject, direction, None)


def _network_policy(spec: Object, subject: Pod, direction: str) -> Iterator[Entry]:
    if direction.capitalize() not in spec["policyTypes"] or not _selects(spec["podSelector"], dict(subject.labels)):
        return
    yield Entry(deny=False, isolates=True, peers=(), ports=None, empty=True)
    key = "from" if direction == "ingress" else "to"
    for rule in spec.get(direction, ()):
        ports = tuple(
            (one.get("protocol", "TCP"), one["port"], one.get("endPort", one["port"])) for one in rule.get("ports", ())
        )
        peers = tuple(_network_peer(one, subject.namespace) for one in rule.get(key, ())) or None
        yield Entry(deny=False, isolates=True, peers=peers, ports=ports or None)


def _network_peer(peer: Object, namespace: str) -> tuple[str, Any]:
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        return "cidr", _range(block["cidr"], block.get("except", ()))
    selector: Object = {
        "matchLabels": dict(peer.get("podSelector", {}).get("matchLabels", {})),
        "matchExpressions": [{"key": NAMESPACE, "operator": "Exists"}],
    }
    if "namespaceSelector" in peer:
        for key, value in peer["namespaceSelector"].get("matchLabels", {}).items():
            selector["matchLabels"][f"ns/{key}"] = value
    else:
        selector["matchLabels"][NAMESPACE] = namespace
    return "pods", selector


def _range(cidr: str, excepted: Iterable[str]) -> tuple[Any, tuple[Any, ...]]:
    return ipaddress.ip_network(cidr), tuple(ipaddress.ip_network(one) for one in excepted)


def _cilium(manifest: Object, subject: Pod, direction: str, namespace: str | None) -> Iterator[Entry]:
    for spec in [*([manifest["spec"]] if "spec" in manifest else []), *manifest.get("specs", ())]:
        if not _selects(spec["endpointSelector"], _labels(subject)):
            continue
        for section in (direction, f"{direction}Deny"):
            for rule in spec.get(section, ()):
                isolates = spec.get("enableDefaultDeny", {}).get(direction, True)
                yield from _cilium_rule(rule, namespace, deny=section.endswith("Deny"), isolates=isolates)


def _cilium_rule(rule: Object, namespace: str | None, *, deny: bool, isolates: bool) -> Iterator[Entry]:
    if not rule:
        yield Entry(deny, isolates, (), None, empty=True)
        return
    peers = _cilium_peers(rule, namespace)
    if "toPorts" not in rule:
        yield Entry(deny, isolates, peers, None)
    for entry in rule.get("toPorts", ()):
        ports = tuple(
            (one.get("protocol", "ANY"), int(one["port"]), int(one.get("endPort", one["port"])))
            for one in entry["ports"]
        )
        rules = entry.get("rules", {})
        http, dns = rules.get("http"), rules.get("dns")
        yield Entry(deny, isolates, peers, ports, tuple(http) if http else None, tuple(dns) if dns else None)


def _cilium_peers(rule: Object, namespace: str | None) -> tuple[tuple[str, Any], ...] | None:
    peers: list[tuple[str, Any]] = []
    found = False
    for key, values in rule.items():
        kind = key.removeprefix("from").removeprefix("to")
        if kind == "Endpoints":
            peers.extend(("pods", _scoped(one, namespace)) for one in values)
        elif kind == "Entities":
            peers.extend(("entity", one) for one in values)
        elif kind == "CIDR":
            peers.extend(("cidr", _range(one, ())) for one in values)
        elif kind == "CIDRSet":
            peers.extend(("cidr", _range(one["cidr"], one.get("except", ()))) for one in values)
        elif kind == "FQDNs":
            peers.extend(("fqdn", one.get("matchName") or one["matchPattern"]) for one in values)
        else:
            continue
        found = True
    return tuple(peers) if found else None


def _scoped(selector: Object, namespace: str | None) -> Object:
    keys = {*selector.get("matchLabels", {}), *(one["key"] for one in selector.get("matchExpressions", ()))}
    if any(key.removeprefix("k8s:") == NAMESPACE for key in keys):
        return selector
    expressions = [*selector.get("matchExpressions", ())]
    labels = dict(selector.get("matchLabels", {}))
    if namespace is None:
        expressions.append({"key": NAMESPACE, "operator": "Exists"})
    else:
        labels[NAMESPACE] = namespace
    return {"matchLabels": labels, "matchExpressions": expressions}


def _istio(manifests: list[Object], flow: Flow) -> bool:
    target = flow.target
    if not isinstance(target, Pod) or not target.meshed or flow.protocol != "TCP":
        return True
    source = flow.source
    if source == NodeAddress(own=True):
        return True
    encrypted = isinstance(source, Pod) and source.meshed
    here = [one for one in manifests if one["metadata"].get("namespace") == target.namespace]
    modes = [one["spec"]["mtls"]["mode"] for one in here if one["kind"] == "PeerAuthentication"]
    if "STRICT" in modes and not encrypted:
        return False
    policies = [
        one["spec"]
        for one in here
        if one["kind"] == "AuthorizationPolicy" and _selects(one["spec"].get("selector", {}), dict(target.labels))
    ]
    return not policies or any(
        _authorized(rule, flow, encrypted=encrypted) for one in policies for rule in one.get("rules", ())
    )


def _authorized(rule: Object, flow: Flow, *, encrypted: bool) -> bool:
    sources = rule.get("from") or [{"source": None}]
    operations = rule.get("to") or [{"operation": {}}]
    sent = dict(flow.request.headers) if flow.request else None
    for condition in rule.get("when") or ():
        name = condition["key"].removeprefix("request.headers[").removesuffix("]")
        if sent is None or sent.get(name) not in condition["values"]:
            return False
    return any(_is_source(one["source"], flow, encrypted=encrypted) for one in sources) and any(
        _is_operation(one["operation"], flow) for one in operations
    )


def _is_source(source: Object | None, flow: Flow, *, encrypted: bool) -> bool:
    if source is None:
        return True
    if not encrypted or not isinstance(flow.source, Pod):
        return False
    principal = f"cluster.local/ns/{flow.source.namespace}/sa/{flow.source.account}"
    return principal in source.get("principals", [principal]) and flow.source.namespace in source.get(
        "namespaces", [flow.source.namespace]
    )


def _is_operation(operation: Object, flow: Flow) -> bool:
    if str(flow.port) in operation.get("notPorts", ()) or str(flow.port) not in operation.get(
        "ports", [str(flow.port)]
    ):
        return False
    request = flow.request
    for key in ("methods", "paths", "hosts"):
        if key not in operation:
            continue
        if request is None:
            return False
        text = {"methods": request.method, "paths": request.path, "hosts": request.host.lower()}[key]
        if not any(_string(one, text) for one in operation[key]):
            return False
    return True


def _string(pattern: str, text: str) -> bool:
    if pattern.endswith("*"):
        return text.startswith(pattern[:-1]) and bool(text)
    return text.endswith(pattern[1:]) if pattern.startswith("*") else text == pattern
