"""The shipped bundles: each works on the clusters that it is for, and does what its description says."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from policies.attachment import ClusterPoliciesConfig
from policies.bundle import Reading
from policies.capabilities import Capabilities
from policies.cluster import PolicyPlan, plan_policies
from policies.flows import Endpoint, Flow, Pod, Stranger
from policies.library import DirectoryLibrary
from policies.lint.lints import lint
from policies.lint.source import Context, Source
from policies.requests import Request
from policies.verdict import verdict
from stacks.wording import problems_of
from stacks.yaml_document import read
from tests.policies.builder import BYO, FQDN, ISTIO, L7, PLAIN
from tests.policies.engine import Engine

READING = Reading(read, problems_of, DirectoryLibrary())
WORKS_ON: dict[str, list[Capabilities]] = {
    "defence-in-depth": [ISTIO],
    "deny-all-with-dns": [PLAIN, FQDN, L7, ISTIO, BYO],
    "fqdn-egress": [FQDN, L7, ISTIO, BYO],
    "frontend-backend-get": [L7, ISTIO, BYO],
    "istio-strict": [ISTIO],
    "layers-demo": [L7, BYO],
    "tenants-isolated": [PLAIN, FQDN, L7, ISTIO, BYO],
}
ALL = [
    pytest.param(name, cluster, id=f"{name}-{position}")
    for name, clusters in WORKS_ON.items()
    for position, cluster in enumerate(clusters)
]


def plan(name: str, cluster: Capabilities, **parameters: Any) -> PolicyPlan:
    """A shipped bundle on a cluster."""
    config = ClusterPoliciesConfig.model_validate({"bundles": [{"name": name, "parameters": parameters}]})
    return plan_policies("main", config, cluster, READING)


def pod(app: str, namespace: str, *, meshed: bool = False) -> Pod:
    """A pod of a workload."""
    return Pod(namespace, frozenset({("app", app)}), app, meshed)


def test_every_shipped_bundle_is_tested() -> None:
    assert READING.library.names() == tuple(sorted(WORKS_ON))


@pytest.mark.parametrize(("name", "cluster"), ALL)
def test_a_shipped_bundle_is_clean_and_falls_into_none_of_its_own_traps(name: str, cluster: Capabilities) -> None:
    found = plan(name, cluster)
    assert [str(problem) for problem in found.problems] == []
    sources = [Source(one.object, one.key, lambda _: 1) for one in found.manifests if one.kind != "Namespace"]
    meanings = tuple(one.meaning for one in found.bundles if one.meaning)
    warned = lint(sources, Context(cluster, meanings))
    assert [str(one) for one in warned if one.rule != "LINT-18"] == []


def allows(name: str, cluster: Capabilities, flow: Flow) -> bool:
    """Whether a bundle allows a flow, by its meaning and by its manifests alike."""
    found = plan(name, cluster)
    meant = verdict(found.meaning, flow).allowed
    assert Engine(one.object for one in found.manifests).allows(flow) == meant
    return meant


ANYWHERE = Stranger(ip_address("203.0.113.5"))
KUBE_DNS = Pod("kube-system", frozenset({("k8s-app", "kube-dns")}))


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        pytest.param(Flow(pod("x", "sandbox"), KUBE_DNS, 53, "UDP", query="example.com"), True, id="dns"),
        pytest.param(Flow(pod("x", "sandbox"), ANYWHERE, 443), False, id="out"),
        pytest.param(Flow(pod("x", "sandbox"), pod("y", "sandbox"), 80), False, id="within"),
        pytest.param(Flow(pod("x", "other"), pod("y", "sandbox"), 80), False, id="in"),
        pytest.param(Flow(pod("x", "other"), pod("y", "third"), 80), True, id="elsewhere"),
    ],
)
def test_deny_all_with_dns(*, flow: Flow, expected: bool) -> None:
    assert allows("deny-all-with-dns", PLAIN, flow) == expected


@pytest.mark.parametrize(
    ("source", "target", "port", "expected"),
    [
        pytest.param(("frontend", "tenant-a"), ("backend", "tenant-a"), 80, True, id="within-a-tenant"),
        pytest.param(("frontend", "tenant-a"), ("backend", "tenant-b"), 80, False, id="to-another-tenant"),
        pytest.param(("frontend", "tenant-c"), ("registry", "platform"), 5000, True, id="to-what-is-shared"),
        pytest.param(("frontend", "tenant-c"), ("registry", "platform"), 80, False, id="on-another-port"),
        pytest.param(("registry", "platform"), ("frontend", "tenant-a"), 80, False, id="from-what-is-shared"),
        pytest.param(("x", "default"), ("frontend", "tenant-a"), 80, False, id="from-elsewhere"),
    ],
)
def test_tenants_isolated(*, source: tuple[str, str], target: tuple[str, str], port: int, expected: bool) -> None:
    assert allows("tenants-isolated", PLAIN, Flow(pod(*source), pod(*target), port)) == expected


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        pytest.param("GET", "/data", True, id="get-data"),
        pytest.param("GET", "/data?page=2", True, id="with-a-query"),
        pytest.param("GET", "/other", False, id="another-path"),
        pytest.param("POST", "/data", False, id="another-method"),
    ],
)
@pytest.mark.parametrize(
    "cluster", [pytest.param(L7, id="acns"), pytest.param(ISTIO, id="istio"), pytest.param(BYO, id="own")]
)
def test_frontend_backend_get_means_the_same_on_every_cluster(
    *, cluster: Capabilities, method: str, path: str, expected: bool
) -> None:
    meshed = cluster is ISTIO
    ends = [pod(name, "shop", meshed=meshed) for name in ("frontend", "backend")]
    flow = Flow(ends[0], ends[1], 80, request=Request(method, path, "backend"))
    assert allows("frontend-backend-get", cluster, flow) == expected


def test_the_mechanism_is_the_clusters() -> None:
    kinds = {
        position: {one.kind for one in plan("frontend-backend-get", cluster).manifests}
        for position, cluster in (("acns", L7), ("istio", ISTIO))
    }
    assert kinds == {
        "acns": {"Namespace", "NetworkPolicy", "CiliumNetworkPolicy"},
        "istio": {"Namespace", "NetworkPolicy", "AuthorizationPolicy"},
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("example.com", True, id="the-domain"),
        pytest.param("www.example.com", True, id="a-host"),
        pytest.param("a.b.example.com", False, id="a-deeper-host"),
        pytest.param("example.net", False, id="another-domain"),
    ],
)
def test_fqdn_egress(*, name: str, expected: bool) -> None:
    crawler = pod("crawler", "crawl")
    assert allows("fqdn-egress", FQDN, Flow(crawler, Stranger(ip_address("203.0.113.5"), name), 443)) == expected
    assert allows("fqdn-egress", FQDN, Flow(crawler, KUBE_DNS, 53, "UDP", query=name)) == expected


@pytest.mark.parametrize(
    ("source", "target", "port", "request_", "expected"),
    [
        pytest.param("prometheus", "worker", 1234, None, True, id="layer-3"),
        pytest.param("worker", "server", 6379, None, True, id="layer-4"),
        pytest.param("client", "server", 6379, None, False, id="layer-4-denied"),
        pytest.param("client", "server", 8080, Request("GET", "/products", "server"), True, id="layer-7"),
        pytest.param("client", "server", 8080, Request("POST", "/products", "server"), False, id="layer-7-denied"),
    ],
)
def test_layers_demo(*, source: str, target: str, port: int, request_: Request | None, expected: bool) -> None:
    space = "monitoring" if source == "prometheus" else "demo"
    flow = Flow(pod(source, space), pod(target, "demo"), port, request=request_)
    assert allows("layers-demo", L7, flow) == expected


@pytest.mark.parametrize(
    ("source", "port", "expected"),
    [
        pytest.param(pod("teller", "bank", meshed=True), 9000, True, id="teller"),
        pytest.param(pod("teller", "bank", meshed=True), 9443, False, id="teller-on-the-admins-port"),
        pytest.param(pod("auditor", "bank", meshed=True), 9443, True, id="auditor"),
        pytest.param(
            Pod("bank", frozenset({("app", "teller")}), "thief", meshed=True), 9000, False, id="another-identity"
        ),
        pytest.param(pod("teller", "bank"), 9000, False, id="without-sidecar"),
        pytest.param(pod("x", "legacy"), 9000, False, id="from-outside-the-mesh"),
    ],
)
def test_istio_strict(*, source: Endpoint, port: int, expected: bool) -> None:
    assert allows("istio-strict", ISTIO, Flow(source, pod("ledger", "bank", meshed=True), port)) == expected


def test_defence_in_depth_uses_every_layer_on_one_cluster() -> None:
    found = plan("defence-in-depth", ISTIO, apiHost="pay.example.org")
    assert {one.layer for one in found.manifests} == {
        "namespaces",
        "baseline",
        "tenants",
        "flows",
        "egress",
        "http",
        "mesh",
        "raw",
    }
    assert any("pay.example.org" in str(one.object) for one in found.manifests)


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        pytest.param(
            Flow(
                pod("frontend", "shop", meshed=True),
                pod("backend", "shop", meshed=True),
                8080,
                request=Request("GET", "/data", "b"),
            ),
            True,
            id="http",
        ),
        pytest.param(
            Flow(
                pod("frontend", "shop", meshed=True),
                pod("backend", "shop", meshed=True),
                8080,
                request=Request("DELETE", "/data", "b"),
            ),
            False,
            id="http-denied",
        ),
        pytest.param(
            Flow(pod("backend", "shop", meshed=True), pod("database", "data", meshed=True), 5432), True, id="flow"
        ),
        pytest.param(
            Flow(pod("frontend", "shop", meshed=True), pod("database", "data", meshed=True), 5432), False, id="no-flow"
        ),
        pytest.param(
            Flow(pod("backup", "data", meshed=True), pod("database", "data", meshed=True), 5432),
            True,
            id="within-a-tenant",
        ),
        pytest.param(
            Flow(pod("backend", "shop", meshed=True), Stranger(ip_address("203.0.113.5"), "api.example.com"), 443),
            True,
            id="egress",
        ),
        pytest.param(
            Flow(pod("frontend", "shop", meshed=True), Stranger(ip_address("203.0.113.5"), "api.example.com"), 443),
            False,
            id="egress-of-another",
        ),
        pytest.param(
            Flow(
                Pod(
                    "aks-istio-ingress", frozenset({("istio", "aks-istio-ingressgateway-external")}), "gw", meshed=True
                ),
                pod("frontend", "shop", meshed=True),
                8080,
            ),
            True,
            id="gateway",
        ),
    ],
)
def test_defence_in_depth(*, flow: Flow, expected: bool) -> None:
    assert allows("defence-in-depth", ISTIO, flow) == expected
