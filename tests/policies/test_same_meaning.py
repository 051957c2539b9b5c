"""Whatever a bundle says, the engines do with its manifests what its intents mean, on every kind of cluster."""

from __future__ import annotations

import itertools
import os
from ipaddress import ip_address
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.facts.policy_features import PolicyFeature
from policies.capabilities import Capabilities
from policies.flows import ApiServerAddress, Endpoint, Flow, NodeAddress, Pod, Stranger
from policies.requests import Request
from policies.verdict import verdict
from tests.policies.builder import BYO, FQDN, ISTIO, L7, PLAIN, compiled, together
from tests.policies.engine import Engine

EXAMPLES = int(os.environ.get("CILIA_EXAMPLES", "30"))

WORKLOADS: dict[str, Any] = {
    "web": {"namespace": "a", "labels": {"app": "web"}, "serviceAccount": "web", "ports": {"http": 80, "admin": 9000}},
    "api": {"namespace": "a", "labels": {"app": "api"}, "serviceAccount": "api", "ports": {"http": 80, "admin": 9000}},
    "job": {
        "namespace": "a",
        "labels": {"app": "job", "tier": "batch"},
        "serviceAccount": "job",
        "ports": {"http": 80},
    },
    "data": {
        "namespace": "b",
        "labels": {"app": "data"},
        "serviceAccount": "data",
        "ports": {"http": 80, "admin": 9000},
    },
    "open": {
        "namespace": "c",
        "labels": {"app": "open"},
        "serviceAccount": "open",
        "ports": {"http": 80, "admin": 9000},
    },
}
PEERS = (
    *WORKLOADS,
    {"namespace": "a"},
    {"namespace": "b"},
    {"namespace": "c"},
    {"namespace": "kube-system"},
    {"entity": "cluster"},
)
OUTSIDE = (
    {"fqdn": "api.example.com"},
    {"fqdn": "*.example.org"},
    {"cidr": "203.0.113.0/24", "except": ["203.0.113.128/25"]},
    {"cidr": "10.0.0.0/8"},
    {"entity": "outside"},
    {"entity": "apiServer"},
)
CALLERS = (*PEERS, {"entity": "outside"}, {"entity": "node"}, {"entity": "ingressGateway"}, {"cidr": "203.0.113.0/24"})
PORTS = ("http", "admin", 80, 9000, 443, {"port": 53, "protocol": "UDP"}, {"port": 8000, "endPort": 9100})
REQUESTS: tuple[dict[str, Any], ...] = (
    {"methods": ["GET"], "path": "/data"},
    {"path": "/data/*"},
    {"methods": ["GET", "POST"], "host": "api.example.com"},
    {"headers": {"X-Team": "shop"}, "path": "/a.b"},
    {},
)

flow = st.fixed_dictionaries(
    {"from": st.sampled_from(CALLERS), "to": st.sampled_from((*PEERS, {"entity": "node"}, {"entity": "apiServer"}))},
    optional={
        "ports": st.lists(st.sampled_from(PORTS), min_size=1, max_size=2),
        "action": st.sampled_from(["allow", "deny"]),
    },
)
egress = st.fixed_dictionaries(
    {"from": st.sampled_from(PEERS[:7]), "to": st.sampled_from(OUTSIDE)},
    optional={
        "ports": st.lists(st.sampled_from([443, 80]), min_size=1, max_size=2),
        "action": st.sampled_from(["allow", "allow", "deny"]),
    },
)
http = st.fixed_dictionaries(
    {
        "from": st.sampled_from(("web", "api", "job", "data", *CALLERS)),
        "to": st.sampled_from(["web", "api", "data"]),
        "port": st.just("http"),
        "allow": st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=2),
    }
)
baseline = st.fixed_dictionaries(
    {
        "isolate": st.sampled_from([["a", "b"], ["a", "b"], ["a"], ["b"], ["*"]]),
        "dns": st.sampled_from(["auto", "auto", "any", "names", "none"]),
        "apiServer": st.booleans(),
    },
    optional={
        "directions": st.sampled_from([["ingress", "egress"], ["ingress", "egress"], ["ingress"], ["egress"]]),
        "spare": st.just(["c"]),
    },
)
tenants = st.fixed_dictionaries({"within": st.sampled_from([["one"], ["one", "two"]])})
mesh = st.fixed_dictionaries(
    {"namespaces": st.sampled_from([["a"], ["a", "b"]]), "mtls": st.sampled_from(["STRICT", "PERMISSIVE"])},
    optional={
        "allow": st.lists(
            st.fixed_dictionaries(
                {"from": st.sampled_from(PEERS[:7]), "to": st.sampled_from(["web", "api"]), "ports": st.just(["admin"])}
            ),
            max_size=2,
        )
    },
)


@st.composite
def scenarios(draw: st.DrawFn) -> tuple[dict[str, Any], Capabilities]:
    """A cluster, and a bundle with a baseline and some layers that it can enforce."""
    cluster = draw(st.sampled_from([PLAIN, FQDN, L7, ISTIO, ISTIO, BYO]))
    layers: list[dict[str, Any]] = [{"baseline": draw(baseline)}]
    kinds: list[tuple[str, st.SearchStrategy[Any], int]] = [("flows", flow, 3)]
    if not cluster.lacks(PolicyFeature.NAMES):
        kinds.append(("egress", egress, 2))
    if not cluster.lacks(cluster.http_by()):
        kinds.append(("http", http, 2))
    for kind, entries, most in kinds:
        found = draw(st.lists(entries, max_size=most))
        if found:
            layers.append({kind: [_sensible(one, cluster) for one in found]})
    if draw(st.integers(0, 3)) == 0:
        layers.append({"tenants": draw(tenants)})
    if cluster.istio and draw(st.booleans()):
        layers.append({"mesh": draw(mesh)})
    if draw(st.integers(0, 3)) == 0:
        layers.append({"name": "another", "baseline": {**draw(baseline), "dns": layers[0]["baseline"]["dns"]}})
    return _bundle(draw, layers), cluster


@st.composite
def split(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, dict[str, Any]], Capabilities]:
    """A cluster, a bundle for it, and what the bundle says spread over two bundles."""
    bundle, cluster = draw(scenarios())
    halves: dict[str, list[dict[str, Any]]] = {"second": [], "first": []}
    said = [
        {kind: one}
        for layer in bundle["layers"]
        for kind, content in layer.items()
        if kind != "name"
        for one in ([[entry] for entry in content] if isinstance(content, list) else [content])
    ]
    for number, layer in enumerate(said):
        halves[draw(st.sampled_from(sorted(halves)))].append({"name": f"layer-{number}", **layer})
    return bundle, {name: {**bundle, "layers": layers} for name, layers in halves.items() if layers}, cluster


def _sensible(entry: dict[str, Any], cluster: Capabilities) -> dict[str, Any]:
    """An entry without what is refused for reasons that are tested elsewhere."""
    entry = dict(entry)
    if not isinstance(entry["to"], str) and "ports" in entry:
        entry["ports"] = [443 if isinstance(one, str) else one for one in entry["ports"]]
    if entry["from"] == {"entity": "ingressGateway"} and not cluster.gateways:
        entry["from"] = "web"
    return entry


def _bundle(draw: st.DrawFn, layers: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "namespaces": {
            "a": {"tenant": "one", "mesh": draw(st.sampled_from([True, True, False]))},
            "b": {"tenant": "one", "mesh": draw(st.sampled_from([True, True, False]))},
            "c": {"tenant": "two", "mesh": draw(st.sampled_from([True, True, False]))},
        },
        "workloads": WORKLOADS,
        "layers": layers,
    }


def pods(meshed: frozenset[str]) -> list[Pod]:
    """A pod of each workload, pods that are no workload's, the cluster's DNS, and a gateway."""
    found = [
        Pod(one["namespace"], frozenset(one["labels"].items()), one["serviceAccount"], one["namespace"] in meshed)
        for one in WORKLOADS.values()
    ]
    found.extend(Pod(name, frozenset({("app", "other")}), meshed=name in meshed) for name in "abcd")
    found.append(Pod("kube-system", frozenset({("k8s-app", "kube-dns")})))
    found.append(Pod("aks-istio-system", frozenset({("app", "istiod")})))
    gateway = frozenset({("istio", "aks-istio-ingressgateway-external")})
    found.append(Pod("aks-istio-ingress", gateway, "gateway", meshed=True))
    return found


ELSEWHERE: tuple[Endpoint, ...] = (
    Stranger(ip_address("203.0.113.5")),
    Stranger(ip_address("203.0.113.200"), "api.example.com"),
    Stranger(ip_address("198.51.100.7"), "www.example.org"),
    Stranger(ip_address("10.9.9.9"), "a.b.example.org"),
    ApiServerAddress(ip_address("20.1.2.3")),
    NodeAddress(own=False),
    NodeAddress(own=True),
)
SENT: tuple[dict[str, Any], ...] = (
    {},
    {"request": Request("GET", "/data", "backend:80")},
    {"request": Request("GET", "/data?x=1", "API.example.com")},
    {"request": Request("POST", "/data/", "api.example.com:80")},
    {"request": Request("PUT", "/data/x/y?z", "other")},
    {"request": Request("GET", "/a.b", "other", (("x-team", "shop"),))},
    {"request": Request("GET", "/aXb", "other", (("x-team", "shop"),))},
)
ASKED: tuple[dict[str, Any], ...] = (
    {},
    {"query": "api.example.com."},
    {"query": "www.example.org"},
    {"query": "a.b.example.org"},
    {"query": "evil.net"},
    {"query": "backend.shop.svc.cluster.local"},
)


def flows(meshed: frozenset[str]) -> list[Flow]:
    """Connections between everything, on ports that intents speak of and on one that none does."""
    ends: list[Endpoint] = [*pods(meshed), *ELSEWHERE]
    found: list[Flow] = []
    for source, target in itertools.product(ends, ends):
        if source == target or not (isinstance(source, Pod) or isinstance(target, Pod)):
            continue
        sent = SENT if isinstance(target, Pod) and ("app", "other") not in target.labels else SENT[:1]
        found.extend(Flow(source, target, 80, **one) for one in (sent if source != NodeAddress(own=True) else SENT[:1]))
        found.extend(Flow(source, target, port) for port in (443, 9000, 15012))
        asked = ASKED if isinstance(target, Pod) and target.namespace == "kube-system" else ASKED[:2]
        found.extend(Flow(source, target, 53, "UDP", **one) for one in asked)
    return found


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios())
def test_engines_do_what_intents_mean(scenario: tuple[dict[str, Any], Capabilities]) -> None:
    bundle, cluster = scenario
    meaning, manifests, found = compiled(bundle, cluster)
    if not manifests:
        assert any("warning: " not in line for line in found)
        return
    engine = Engine(one.object for one in manifests)
    for one in flows(meaning.meshed):
        meant = verdict(meaning, one)
        assert engine.allows(one) == meant.allowed, (one, meant)


def rules(problems: list[str]) -> set[str]:
    """The rules that problems are of, but for intents that are written twice, as two bundles may say the same."""
    return {line.rpartition("[")[2] for line in problems} - {"BND-16]"}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=split())
def test_two_bundles_of_a_cluster_mean_what_one_would(
    scenario: tuple[dict[str, Any], dict[str, dict[str, Any]], Capabilities],
) -> None:
    bundle, bundles, cluster = scenario
    whole, _, said_of_one = compiled(bundle, cluster)
    meaning, manifests, said_of_two = together(bundles, cluster)
    assert rules(said_of_two) == rules(said_of_one)
    assert len({one.key for one in manifests}) == len(manifests)
    engine = Engine(one.object for one in manifests)
    for one in flows(meaning.meshed) if manifests else ():
        meant = verdict(whole, one)
        assert engine.allows(one) == meant.allowed, (one, meant)
        assert verdict(meaning, one).allowed == meant.allowed, one


@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios())
def test_nothing_that_stays_allowed_is_ever_denied_while_manifests_land_or_go(
    scenario: tuple[dict[str, Any], Capabilities],
) -> None:
    bundle, cluster = scenario
    meaning, manifests, _ = compiled(bundle, cluster)
    if not manifests:
        return
    staying = [one for one in flows(meaning.meshed) if verdict(meaning, one).allowed]
    for count in range(len(manifests)):
        engine = Engine(one.object for one in manifests[:count])
        for one in staying:
            assert engine.allows(one), (one, manifests[count - 1].object, manifests[count].object)
