"""Intents that contradict each other, void each other, or do nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.policies.builder import FQDN, ISOLATED, ISTIO, L7, PLAIN, Object, problems, shop

FLOW: Object = {"from": "frontend", "to": "backend", "ports": ["http"]}
HTTP: Object = {"from": "frontend", "to": "backend", "port": "http", "allow": [{"methods": ["GET"]}]}


def test_one_intent_twice() -> None:
    layers: list[Object] = [ISOLATED, {"flows": [FLOW]}, {"name": "more", "flows": [{**FLOW, "ports": [8080]}]}]
    assert problems(shop(*layers)) == [
        "layers[2].flows[0]: frontend to backend is written in layer flows already; remove one of the two [BND-16]"
    ]


@pytest.mark.parametrize(
    "deny",
    [
        pytest.param({"from": "frontend", "to": "backend", "ports": [8080]}, id="the-same"),
        pytest.param({"from": {"namespace": "shop"}, "to": "backend"}, id="a-wider-one"),
        pytest.param({"from": {"entity": "cluster"}, "to": {"namespace": "shop"}}, id="the-widest"),
    ],
)
def test_a_flow_that_is_both_allowed_and_denied(deny: Object) -> None:
    bundle = shop(ISOLATED, {"flows": [FLOW, {**deny, "action": "deny"}]})
    assert problems(bundle) == [
        (
            "layers[1].flows[0]: frontend -> backend:8080 is denied in layer flows, and deny wins; remove one of the"
            " two, or narrow the deny [BND-17]"
        )
    ]


def test_a_deny_that_is_narrower_than_an_allow_is_an_exception() -> None:
    layers: list[Object] = [
        ISOLATED,
        {"flows": [{"from": {"namespace": "shop"}, "to": "backend"}, {**FLOW, "action": "deny"}]},
    ]
    assert problems(shop(*layers)) == []


def test_denying_everything_outside_denies_the_api_server_too() -> None:
    layers: list[Object] = [
        {"baseline": {"isolate": ["shop"]}},
        {"egress": [{"from": {"namespace": "shop"}, "to": {"entity": "outside"}, "action": "deny"}]},
    ]
    assert problems(shop(*layers)) == [
        (
            "layers[1].egress[0]: namespace shop -> API server:443 is denied in layer egress, and deny wins; remove"
            " one of the two, or narrow the deny [BND-17]"
        )
    ]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        pytest.param("backend", {"namespace": "kube-system"}, "warning: backend", id="a-workload"),
        pytest.param("backend", {"entity": "cluster"}, "warning: backend", id="any-pod"),
        pytest.param({"namespace": "shop"}, {"namespace": "kube-system"}, "namespace shop", id="all-that-may-ask"),
    ],
)
def test_a_deny_that_cuts_pods_off_dns(source: object, target: object, expected: str) -> None:
    deny = {"from": source, "to": target, "action": "deny"}
    assert problems(shop(ISOLATED, {"flows": [deny]})) == [
        (
            f"layers[1].flows[0]: {expected} could not ask the cluster's DNS any more, which is in kube-system; narrow"
            " the deny by ports, or to workloads [BND-17]"
        )
    ]
    assert problems(shop(ISOLATED, {"flows": [{**deny, "ports": [443]}]})) == []


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        pytest.param(
            {"flows": [{"from": "backend", "to": {"namespace": "aks-istio-system"}, "action": "deny"}]},
            ["layers[1].flows[0]: warning: backend could not reach istiod any more, which layer baseline allows"],
            id="istiod",
        ),
        pytest.param(
            {"egress": [{"from": "backend", "to": {"entity": "outside"}, "action": "deny"}]},
            ["layers[1].egress[0]: warning: backend could not reach API server any more, which layer baseline allows"],
            id="outside",
        ),
        # whoever names the API server means it
        pytest.param(
            {"flows": [{"from": "backend", "to": {"entity": "apiServer"}, "action": "deny"}]}, [], id="api-server"
        ),
    ],
)
def test_a_deny_that_cuts_pods_off_what_their_baseline_allows(layer: Object, expected: list[str]) -> None:
    bundle = shop({"baseline": {"isolate": ["shop"]}}, layer)
    assert problems(bundle, ISTIO) == [f"{line}; narrow the deny [BND-17]" for line in expected]


def test_an_allow_between_open_pods_is_a_warning() -> None:
    layer = {"flows": [{"from": "printer", "to": {"namespace": "office"}}]}
    assert problems(shop(ISOLATED, layer)) == [
        (
            "layers[1].flows[0]: warning: neither printer nor namespace office is isolated, so that this allow"
            " restricts nothing; isolate a namespace in a baseline [BND-18]"
        )
    ]


def test_http_rules_for_an_open_workload_are_refused() -> None:
    expected = (
        "layers[0].http[0]: backend is not isolated for ingress, so that the rule would filter nothing, or isolate by"
        " surprise; isolate its namespace in a baseline [BND-19]"
    )
    bundle = shop({"http": [HTTP]}, namespaces={"shop": {}, "office": {}})
    assert problems(bundle, L7) == [expected]


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        pytest.param({"from": "frontend", "to": "backend"}, "frontend -> backend", id="the-same-peer-on-every-port"),
        pytest.param(
            {"from": {"namespace": "shop"}, "to": "backend", "ports": ["http"]},
            "namespace shop -> backend:8080",
            id="a-wider-peer",
        ),
        pytest.param(
            {"from": {"entity": "cluster"}, "to": {"namespace": "shop"}},
            "any pod -> namespace shop",
            id="any-pod-to-the-namespace",
        ),
        pytest.param(
            {"from": "frontend", "to": "backend", "ports": [{"port": 8000, "endPort": 9000}]},
            "frontend -> backend:8000-9000",
            id="a-range",
        ),
    ],
)
@pytest.mark.parametrize("cluster", [pytest.param(L7, id="cilium"), pytest.param(ISTIO, id="istio")])
def test_a_peer_with_http_rules_has_no_plain_allow_to_the_port(cluster: Any, plain: Object, said: str) -> None:
    assert (
        f"layers[2].http[0]: in layer flows {said} allows everything, which voids the filter for frontend; remove one"
        " of the two [LINT-03]"
    ) in problems(shop(ISOLATED, {"flows": [plain]}, {"http": [HTTP]}), cluster)


def test_another_peer_may_have_a_plain_allow_to_a_filtered_port() -> None:
    layer = {"flows": [{"from": "printer", "to": "backend", "ports": ["http"]}]}
    assert problems(shop(ISOLATED, layer, {"http": [HTTP]}), L7) == []


def test_pods_that_may_be_two_peers_are_warned_about() -> None:
    bundle = shop(ISOLATED, {"flows": [{"from": "batch", "to": "backend", "ports": ["http"]}]}, {"http": [HTTP]})
    bundle["workloads"]["batch"] = {"namespace": "shop", "labels": {"tier": "batch"}}
    assert problems(bundle, L7) == [
        (
            "layers[2].http[0]: warning: in layer flows batch -> backend:8080 voids the filter for pods that are both"
            " batch and frontend; give them labels that exclude each other [LINT-03]"
        )
    ]


def test_cilium_does_not_filter_pods_with_sidecars() -> None:
    cluster = replace(ISTIO, managed=False, http="cilium")
    assert problems(shop(ISOLATED, {"http": [HTTP]}), cluster) == [
        (
            "layers[1].http[0]: backend has a sidecar, whose mutual TLS Cilium cannot look into; set http: istio for"
            " clusters.main, or mesh: false [IST-14]"
        )
    ]


@pytest.mark.parametrize(
    ("cidr", "expected"),
    [
        pytest.param(
            {"cidr": "192.168.4.0/24"},
            [
                (
                    "layers[1].egress[0].to.cidr: 192.168.4.0/24 lies in the range of pods 192.168.0.0/16, which a"
                    " CIDR never matches; write {entity: cluster} [LINT-06]"
                )
            ],
            id="pods",
        ),
        pytest.param(
            {"cidr": "172.20.0.10/32"},
            [
                (
                    "layers[1].egress[0].to.cidr: 172.20.0.10/32 lies in the range of Services 172.20.0.0/16, which a"
                    " CIDR never matches; write the workload behind the Service [LINT-06]"
                )
            ],
            id="services",
        ),
        pytest.param(
            {"cidr": "10.0.0.0/8"},
            [
                (
                    "layers[1].egress[0].to.cidr: warning: 10.0.0.0/8 includes the range of nodes 10.20.0.0/24, which"
                    " a CIDR never matches; add except: [10.20.0.0/24], and {entity: node} if meant [LINT-06]"
                )
            ],
            id="includes-nodes",
        ),
        pytest.param({"cidr": "10.0.0.0/8", "except": ["10.20.0.0/16"]}, [], id="leaves-nodes-out"),
        pytest.param({"cidr": "203.0.113.0/24"}, [], id="elsewhere"),
    ],
)
def test_a_cidr_never_matches_the_clusters_own_addresses(cidr: Object, expected: list[str]) -> None:
    assert problems(shop(ISOLATED, {"egress": [{"from": "backend", "to": cidr}]}), PLAIN) == expected


def test_ranges_that_nobody_stated_are_said_to_be_unknown() -> None:
    cluster = replace(PLAIN, pod_ranges=(), node_ranges=(), service_ranges=(), ranges_known=False)
    assert problems(shop(ISOLATED, {"egress": [{"from": "backend", "to": {"cidr": "10.0.0.0/8"}}]}), cluster) == [
        (
            "layers[1].egress[0].to.cidr: warning: unknown whether 10.0.0.0/8 holds pods or nodes of clusters.main;"
            " state podCidrs, nodeCidrs and serviceCidrs [LINT-06]"
        )
    ]


def test_callers_of_strict_pods_have_sidecars() -> None:
    layers: list[Object] = [
        ISOLATED,
        {"flows": [{"from": "printer", "to": "backend"}]},
        {"mesh": {"namespaces": ["shop"]}},
    ]
    assert problems(shop(*layers), ISTIO) == [
        (
            "layers[1].flows[0]: backend takes only mutual TLS, and printer has no sidecar; set mesh: true on its"
            " namespace, or mtls: PERMISSIVE [BND-20]"
        )
    ]


def test_a_plain_allow_to_dns_would_void_a_list_of_names() -> None:
    layers: list[Object] = [
        ISOLATED,
        {"flows": [{"from": "backend", "to": {"namespace": "kube-system"}}]},
        {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}}]},
    ]
    assert problems(shop(*layers), FQDN) == [
        (
            "layers[1].flows[0]: backend -> namespace kube-system opens DNS for every name, though backend may only"
            " ask for some; narrow its ports [LINT-04]"
        )
    ]


def test_two_baselines_say_the_same_of_dns() -> None:
    layers: list[Object] = [
        {"baseline": {"isolate": ["shop"], "dns": "any"}},
        {"name": "second", "baseline": {"isolate": ["*"], "dns": "none"}},
    ]
    assert problems(shop(*layers), PLAIN) == [
        (
            "layers[1].baseline.isolate[0]: every namespace but the system's has dns: none here and dns: any in layer"
            " baseline; give both the same [BND-15]"
        )
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"entity": "outside"}, "error: outside has no sidecar; let it call a gateway of the mesh"),
        ({"entity": "cluster"}, "warning: any pod may have no sidecar; let it call a gateway of the mesh"),
        ({"namespace": "office"}, "error: namespace office has no sidecar; set mesh: true on its namespace"),
    ],
    ids=["outside", "any-pod", "namespace"],
)
def test_what_to_do_about_callers_without_sidecars(source: Object, expected: str) -> None:
    layers: list[Object] = [
        ISOLATED,
        {"mesh": {"namespaces": ["shop"]}},
        {"flows": [{"from": source, "to": "backend", "ports": ["http"]}]},
    ]
    severity, _, what = expected.partition(": ")
    said = "warning: " if severity == "warning" else ""
    assert problems(shop(*layers), ISTIO) == [
        f"layers[2].flows[0]: {said}backend takes only mutual TLS, and {what}, or mtls: PERMISSIVE [BND-20]"
    ]
