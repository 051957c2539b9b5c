"""A fact about Cilium's engine: manifests, and what becomes of flows under them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.conformance.notation import CLUSTER, NAMESPACES, app, ccnp, cnp, ends, flow, network_policy
from tests.conformance.oracles import Oracle

Object = dict[str, Any]
HTTP: Object = {"ports": [{"port": "8080", "protocol": "TCP"}]}
DNS: list[Object] = [{"port": "53", "protocol": "UDP"}]
TO_DNS: Object = {"toEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system"}}]}


@dataclass(frozen=True)
class Fact:
    """Manifests and what becomes of flows under them."""

    says: str
    manifests: list[Object]
    allowed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    options: Object = field(default_factory=dict)


def ingress(*rules: Object, **more: Any) -> Object:
    """A CNP about what comes in to api."""
    return cnp("in", {"endpointSelector": app("api"), "ingress": list(rules), **more})


def egress(*rules: Object, **more: Any) -> Object:
    """A CNP about what goes out from web."""
    return cnp("out", {"endpointSelector": app("web"), "egress": list(rules), **more})


def deny(*rules: Object, **more: Any) -> Object:
    """A CNP that denies what comes in to api."""
    return cnp("deny", {"endpointSelector": app("api"), "ingressDeny": list(rules), **more})


def everywhere(*rules: Object) -> Object:
    """A CCNP about what comes in to api."""
    return ccnp("in-everywhere", {"endpointSelector": app("api"), "ingress": list(rules)})


def plain(**spec: Any) -> Object:
    """A NetworkPolicy of api."""
    return network_policy("np", {"podSelector": app("api"), **spec})


def requests(*rules: Object, peer: str = "web") -> Object:
    """A rule that lets some requests through."""
    return {"fromEndpoints": [app(peer)], "toPorts": [{**HTTP, "rules": {"http": list(rules)}}]}


def names(*rules: Object) -> Object:
    """A rule that lets some names be asked for."""
    return {**TO_DNS, "toPorts": [{"ports": DNS, "rules": {"dns": list(rules)}}]}


EVERYBODY = (
    "web > api:8080",
    "printer > api:8080",
    "stranger > api:8080",
    "other-node > api:8080",
    "apiserver > api:8080",
)
GET_DATA = {"method": "GET", "path": "/data"}


def by_name(groups: dict[str, list[Fact]]) -> dict[str, Fact]:
    """Facts by what they say, as ids of tests."""
    return {f"{group}: {fact.says}": fact for group, facts in groups.items() for fact in facts}


def check(fact: Fact, cilium: Oracle) -> None:
    """Whether the engine takes the manifests and does with every flow what the fact says."""
    expected = {
        text: verdict
        for verdict, flows in (("allowed", fact.allowed), ("dropped", fact.dropped), ("refused", fact.refused))
        for text in flows
    }
    answer = cilium.ask(
        {
            "endpoints": CLUSTER,
            "namespaces": NAMESPACES,
            "manifests": fact.manifests,
            "flows": [flow(text) for text in expected],
            **fact.options,
        }
    )
    assert answer["manifests"] == [{}] * len(fact.manifests)
    assert dict(zip(expected, map(ends, answer["flows"]), strict=True)) == expected
