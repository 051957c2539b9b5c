"""The meaning of intents, flow by flow: what every mechanism has to keep."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from policies.flows import ApiServerAddress, Endpoint, Flow, NodeAddress, Pod, Stranger
from policies.requests import Request
from policies.verdict import verdict
from tests.policies.builder import FQDN, ISOLATED, ISTIO, L7, Object, compiled, shop


def pod(app: str, namespace: str = "shop", account: str | None = None, *, meshed: bool = False) -> Pod:
    """A pod of a workload."""
    return Pod(namespace, frozenset({("app", app)}), account or app, meshed)


FRONTEND, BACKEND, OTHER, PRINTER = pod("frontend"), pod("backend"), pod("other"), pod("printer", "office")
KUBE_DNS = Pod("kube-system", frozenset({("k8s-app", "kube-dns")}))
SOMEWHERE = Stranger(ip_address("203.0.113.5"))
FLOW: Object = {"flows": [{"from": "frontend", "to": "backend", "ports": ["metrics"]}]}
HTTP: Object = {
    "http": [{"from": "frontend", "to": "backend", "port": "http", "allow": [{"methods": ["GET"], "path": "/data/*"}]}]
}


def allowed(layers: list[Object], flow: Flow, cluster: Any = L7) -> bool:
    """Whether a bundle with these layers allows a flow."""
    bundle = shop(*layers, namespaces={"shop": {"mesh": cluster is ISTIO}, "office": {}})
    meaning, _, found = compiled(bundle, cluster)
    assert [line for line in found if "warning: " not in line] == []
    return verdict(meaning, flow).allowed


@pytest.mark.parametrize(
    ("source", "target", "port", "expected"),
    [
        pytest.param(FRONTEND, BACKEND, 9090, True, id="what-an-allow-covers"),
        pytest.param(FRONTEND, BACKEND, 8080, False, id="another-port"),
        pytest.param(BACKEND, FRONTEND, 9090, False, id="the-other-way-round"),
        pytest.param(OTHER, BACKEND, 9090, False, id="another-source"),
        pytest.param(PRINTER, BACKEND, 9090, False, id="from-an-open-pod-to-an-isolated-one"),
        pytest.param(BACKEND, PRINTER, 631, False, id="from-an-isolated-pod-to-an-open-one"),
        pytest.param(PRINTER, pod("x", "office"), 1, True, id="between-open-pods"),
        pytest.param(SOMEWHERE, BACKEND, 9090, False, id="from-outside"),
        pytest.param(SOMEWHERE, PRINTER, 631, True, id="from-outside-to-an-open-pod"),
        pytest.param(NodeAddress(own=True), BACKEND, 8080, True, id="probes-of-the-own-node"),
        pytest.param(NodeAddress(own=False), BACKEND, 8080, False, id="another-node"),
        pytest.param(BACKEND, ApiServerAddress(ip_address("20.1.2.3")), 443, False, id="the-api-server"),
    ],
)
def test_only_what_is_allowed_flows_between_isolated_pods(
    *,
    source: Endpoint,
    target: Endpoint,
    port: int,
    expected: bool,
) -> None:
    assert allowed([ISOLATED, FLOW], Flow(source, target, port)) == expected


@pytest.mark.parametrize(("layers", "expected"), [((), False), (({"to": {"entity": "node"}},), True)])
def test_a_pod_calls_its_own_node_only_where_that_is_allowed(*, layers: tuple[Object, ...], expected: bool) -> None:
    flows = [{"flows": [{"from": "backend", **one}]} for one in layers]
    assert allowed([ISOLATED, *flows], Flow(BACKEND, NodeAddress(own=True), 10250)) == expected


def test_an_allow_isolates_nobody() -> None:
    layer = {"flows": [{"from": "frontend", "to": "printer", "ports": ["ipp"]}]}
    assert allowed([ISOLATED, layer], Flow(OTHER, FRONTEND, 1)) is False
    assert allowed([ISOLATED, layer], Flow(SOMEWHERE, PRINTER, 1)) is True


def test_a_deny_beats_every_allow_and_isolates_nobody() -> None:
    deny = {"flows": [{"from": "frontend", "to": "printer", "ports": ["ipp"], "action": "deny"}]}
    allow = {"name": "all", "flows": [{"from": {"namespace": "shop"}, "to": "printer"}]}
    assert allowed([ISOLATED, deny, allow], Flow(FRONTEND, PRINTER, 631)) is False
    assert allowed([ISOLATED, deny, allow], Flow(FRONTEND, PRINTER, 632)) is True
    assert allowed([ISOLATED, deny, allow], Flow(SOMEWHERE, PRINTER, 631)) is True


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(Request("GET", "/data/x?y=1", "backend:8080"), True, id="allowed"),
        pytest.param(Request("GET", "/data", "backend:8080"), False, id="another-path"),
        pytest.param(Request("POST", "/data/x", "backend:8080"), False, id="another-method"),
        pytest.param(None, False, id="no-http-at-all"),
    ],
)
@pytest.mark.parametrize("cluster", [pytest.param(L7, id="cilium"), pytest.param(ISTIO, id="istio")])
def test_a_peer_with_http_rules_sends_only_what_they_allow(
    *,
    cluster: Any,
    request_: Request | None,
    expected: bool,
) -> None:
    meshed = cluster is ISTIO
    flow = Flow(pod("frontend", meshed=meshed), pod("backend", meshed=meshed), 8080, request=request_)
    assert allowed([ISOLATED, HTTP], flow, cluster) == expected


def test_requests_of_several_intents_add_up() -> None:
    second = {"from": "frontend", "to": "backend", "port": "http", "allow": [{"methods": ["POST"]}]}
    layers: list[Object] = [ISOLATED, HTTP, {"name": "more", "http": [second]}]
    assert allowed(layers, Flow(FRONTEND, BACKEND, 8080, request=Request("POST", "/x", "b")))
    assert allowed(layers, Flow(FRONTEND, BACKEND, 8080, request=Request("GET", "/data/", "b")))
    assert not allowed(layers, Flow(FRONTEND, BACKEND, 8080, request=Request("GET", "/x", "b")))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param(Stranger(ip_address("203.0.113.9"), "api.example.com"), True, id="the-name"),
        pytest.param(Stranger(ip_address("203.0.113.9"), "API.example.com."), True, id="in-any-case"),
        pytest.param(Stranger(ip_address("203.0.113.9"), "a.b.example.com"), False, id="a-deeper-name"),
        pytest.param(Stranger(ip_address("203.0.113.9"), "example.com"), False, id="the-domain-itself"),
        pytest.param(Stranger(ip_address("203.0.113.9")), False, id="the-bare-address"),
    ],
)
def test_egress_by_name_is_for_addresses_learned_by_that_name(*, target: Endpoint, expected: bool) -> None:
    layer = {"egress": [{"from": "backend", "to": {"fqdn": "*.example.com"}, "ports": [443]}]}
    assert allowed([ISOLATED, layer], Flow(BACKEND, target, 443), FQDN) == expected


def asks(source: Pod, name: str) -> Flow:
    """A question to the cluster's DNS."""
    return Flow(source, KUBE_DNS, 53, "UDP", query=name)


@pytest.mark.parametrize(
    ("dns", "own", "other", "cluster_name", "by_others"),
    [
        pytest.param("auto", True, False, True, True, id="auto"),
        pytest.param("any", True, True, True, True, id="any"),
        pytest.param("names", True, False, True, False, id="names"),
        pytest.param("none", True, False, False, False, id="none"),
    ],
)
def test_who_may_ask_dns_for_what(
    *,
    dns: str,
    own: bool,
    other: bool,
    cluster_name: bool,
    by_others: bool,
) -> None:
    layers: list[Object] = [
        {"baseline": {"isolate": ["shop"], "dns": dns, "apiServer": False}},
        {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}, "ports": [443]}]},
    ]
    asked = [
        allowed(layers, asks(BACKEND, "api.example.com"), FQDN),
        allowed(layers, asks(BACKEND, "evil.net"), FQDN),
        allowed(layers, asks(BACKEND, "frontend.shop.svc.cluster.local"), FQDN),
        allowed(layers, asks(FRONTEND, "evil.net"), FQDN),
    ]
    assert asked == [own, other, cluster_name, by_others]


def test_pods_that_also_reach_addresses_may_ask_for_any_name() -> None:
    layer = {
        "egress": [
            {"from": "backend", "to": {"fqdn": "api.example.com"}},
            {"from": "backend", "to": {"cidr": "198.51.100.0/24"}},
        ]
    }
    assert allowed([ISOLATED, layer], asks(BACKEND, "db.corp.internal"), FQDN)


def test_strict_pods_take_calls_from_pods_with_sidecars_only() -> None:
    layers: list[Object] = [{"mesh": {"namespaces": ["shop"]}}]
    target = pod("backend", meshed=True)
    assert not allowed(layers, Flow(PRINTER, target, 8080), ISTIO)
    assert allowed(layers, Flow(pod("x", meshed=True), target, 8080), ISTIO)
    assert allowed(layers, Flow(PRINTER, target, 8080, "UDP"), ISTIO)


def test_a_call_by_identity_takes_the_right_account() -> None:
    layer = {"mesh": {"namespaces": ["shop"], "allow": [{"from": "frontend", "to": "backend", "ports": ["metrics"]}]}}
    target = pod("backend", meshed=True)
    assert allowed([ISOLATED, layer], Flow(pod("frontend", meshed=True), target, 9090), ISTIO)
    assert not allowed([ISOLATED, layer], Flow(pod("frontend", account="x", meshed=True), target, 9090), ISTIO)


def test_a_verdict_names_what_decided() -> None:
    meaning, _, _ = compiled(shop(ISOLATED, FLOW))
    assert verdict(meaning, Flow(FRONTEND, BACKEND, 9090)).because == ("flows: frontend -> backend:9090",)
    assert verdict(meaning, Flow(OTHER, BACKEND, 9090)).because == (
        "baseline: isolate namespace shop (ingress and egress)",
    )
