"""Flows as one line of text, such as `web > api:8080 GET /data`, and a cluster that they happen in.

web > api:8080                 a connection over TCP
web > dns:53/UDP ?example.com  a question to DNS
web > api:8080 GET /data?x=1   an HTTP request; `@host` and `Name=value` may follow
"""

from __future__ import annotations

import re
from typing import Any

Object = dict[str, Any]

CLUSTER: dict[str, Object] = {
    "web": {
        "kind": "pod",
        "namespace": "shop",
        "labels": {"app": "web", "pod-template-hash": "5d4f8c7b9"},
        "serviceAccount": "web",
    },
    "api": {
        "kind": "pod",
        "namespace": "shop",
        "labels": {"app": "api", "app.kubernetes.io/name": "api"},
        "serviceAccount": "api",
        "ports": {"http": {"port": 8080}, "admin": {"port": 9000}},
    },
    "printer": {
        "kind": "pod",
        "namespace": "office",
        "labels": {"app": "printer"},
        "serviceAccount": "printer",
        "ports": {"ipp": {"port": 631}, "admin": {"port": 9001}},
    },
    "dns": {"kind": "pod", "namespace": "kube-system", "labels": {"k8s-app": "kube-dns"}},
    "node": {"kind": "host"},
    "other-node": {"kind": "remote-node"},
    "apiserver": {"kind": "apiServer", "address": "20.1.2.3"},
    "stranger": {"kind": "world", "address": "203.0.113.5"},
    "example.com": {"kind": "world", "address": "198.51.100.1", "names": ["example.com"]},
    "api.example.com": {"kind": "world", "address": "198.51.100.2", "names": ["API.example.com."]},
    "a.b.example.com": {"kind": "world", "address": "198.51.100.3", "names": ["a.b.example.com"]},
}
NAMESPACES: dict[str, Object] = {"shop": {"team": "shop"}, "office": {"team": "office"}}
_FLOW = re.compile(r"(\S+) > ([^\s:]+):(\d+)(?:/(\S+))?(?: \?(\S+))?(?: ([A-Z]+) (\S+)(.*))?")


def flow(text: str) -> Object:
    """A flow as the programs take it."""
    match = _FLOW.fullmatch(text)
    assert match, text
    source, target, port, protocol, query, method, path, more = match.groups()
    found: Object = {"from": source, "to": target, "port": int(port), "protocol": protocol or "TCP"}
    if query:
        found["query"] = query
    if method:
        extra = more.split()
        hosts = [word.removeprefix("@") for word in extra if word.startswith("@")]
        headers = dict(word.lower().split("=", 1) for word in extra if "=" in word)
        found["request"] = {"method": method, "target": path, "host": (*hosts, target)[0], "headers": headers}
    return found


def ends(verdict: Object) -> str:
    """What a flow comes to: dropped if one end drops it, else refused if a proxy does, else allowed."""
    for worst in ("dropped", "refused"):
        if worst in verdict.values():
            return worst
    return "allowed"


def cnp(name: str, spec: Object, *, namespace: str = "shop") -> Object:
    """A CiliumNetworkPolicy."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "cilium.io/v2", "kind": "CiliumNetworkPolicy", "metadata": metadata, "spec": spec}


def ccnp(name: str, spec: Object) -> Object:
    """A CiliumClusterwideNetworkPolicy."""
    kind = "CiliumClusterwideNetworkPolicy"
    return {"apiVersion": "cilium.io/v2", "kind": kind, "metadata": {"name": name}, "spec": spec}


def network_policy(name: str, spec: Object, *, namespace: str = "shop") -> Object:
    """A Kubernetes NetworkPolicy."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def app(name: str) -> Object:
    """A selector of pods by their app."""
    return {"matchLabels": {"app": name}}
