"""AuthorizationPolicies: one for each workload, for the ports that are filtered; refused where Istio cannot tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.policies.builder import BYO, ISOLATED, ISTIO, Object, objects, problems, shop

GET_DATA: Object = {
    "from": "frontend",
    "to": "backend",
    "port": "http",
    "allow": [{"methods": ["GET"], "path": "/data"}],
}
FRONTEND = {"source": {"principals": ["cluster.local/ns/shop/sa/frontend"]}}
REST = {"to": [{"operation": {"notPorts": ["8080"]}}]}


def rules(*layers: Object) -> list[Any]:
    """The rules of the backend's policy."""
    found: list[Any] = objects(shop(ISOLATED, *layers), ISTIO)[("AuthorizationPolicy shop.backend.authorization")][
        "rules"
    ]
    return found


def test_requests_are_allowed_by_identity_and_other_ports_left_alone() -> None:
    found = objects(shop(ISOLATED, {"http": [GET_DATA]}), ISTIO)
    assert found["AuthorizationPolicy shop.backend.authorization"] == {
        "selector": {"matchLabels": {"app": "backend"}},
        "action": "ALLOW",
        "rules": [
            {
                "from": [FRONTEND],
                "to": [{"operation": {"ports": ["8080"], "methods": ["GET"], "paths": ["/data"]}}],
            },
            REST,
        ],
    }
    assert found["NetworkPolicy shop.backend.ingress"]["ingress"][0]["ports"] == [{"protocol": "TCP", "port": 8080}]


def test_every_field_of_a_request_has_its_form() -> None:
    allow = [
        {"path": "/orders/*", "host": "api.example.com"},
        {"methods": ["GET"], "headers": {"X-Team": "shop"}},
        {},
    ]
    assert rules({"http": [{**GET_DATA, "allow": allow}]}) == [
        {
            "from": [FRONTEND],
            "to": [
                {
                    "operation": {
                        "ports": ["8080"],
                        "methods": ["*"],
                        "paths": ["/orders/*"],
                        "hosts": ["api.example.com", "api.example.com:*"],
                    }
                },
                {"operation": {"ports": ["8080"], "methods": ["*"]}},
            ],
        },
        {
            "from": [FRONTEND],
            "to": [{"operation": {"ports": ["8080"], "methods": ["GET"]}}],
            "when": [{"key": "request.headers[x-team]", "values": ["shop"]}],
        },
        REST,
    ]


def test_a_peer_with_a_plain_allow_keeps_it_beside_the_filter() -> None:
    layers = [
        {"flows": [{"from": {"entity": "ingressGateway"}, "to": "backend", "ports": ["http", "metrics"]}]},
        {"http": [GET_DATA]},
    ]
    assert rules(*layers)[0] == {
        "from": [{"source": {"namespaces": ["aks-istio-ingress"]}}],
        "to": [{"operation": {"ports": ["8080"]}}],
    }


def test_callers_without_identity_are_told_apart_by_the_network_where_they_are_alone() -> None:
    assert rules({"http": [{**GET_DATA, "from": {"entity": "cluster"}}]})[0] == {
        "to": [{"operation": {"ports": ["8080"], "methods": ["GET"], "paths": ["/data"]}}]
    }


def test_calls_allowed_by_identity_need_no_request() -> None:
    layer = {"mesh": {"namespaces": ["shop"], "allow": [{"from": "frontend", "to": "backend", "ports": ["metrics"]}]}}
    assert rules(layer) == [
        {"from": [FRONTEND], "to": [{"operation": {"ports": ["9090"]}}]},
        {"to": [{"operation": {"notPorts": ["9090"]}}]},
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            {"namespaces": {"shop": {}, "office": {}}},
            "layers[1].http[0].to: backend has no sidecar to filter at; set mesh: true on namespace shop [BND-13]",
            id="target-without-sidecar",
        ),
        pytest.param(
            {"from": "printer"},
            "layers[1].http[1].from: Istio knows callers by their sidecar's certificate, and printer has none; set"
            " mesh: true on its namespace [BND-13]",
            id="caller-without-sidecar",
        ),
        pytest.param(
            {"account": None},
            "layers[1].http[0].from: Istio knows callers by service account, and frontend has none; add"
            " serviceAccount to it [BND-13]",
            id="caller-without-account",
        ),
        pytest.param(
            {"from": {"entity": "outside"}},
            "layers[1].http[1].from: Istio cannot tell outside from the other callers of backend on this port; use a"
            " port of its own [BND-13]",
            id="caller-outside",
        ),
        pytest.param(
            {"shared": True},
            "layers[1].http[1].from: frontend and other share a service account, so that backend cannot tell them"
            " apart; give each its own [BND-13]",
            id="shared-account",
        ),
    ],
)
def test_what_istio_cannot_tell_is_refused(change: Object, expected: str) -> None:
    second = {**GET_DATA, "from": change.get("from", "other"), "allow": [{"methods": ["POST"]}]}
    bundle = shop(ISOLATED, {"http": [GET_DATA, second]})
    bundle["workloads"]["other"] = {"namespace": "shop", "labels": {"app": "other"}, "serviceAccount": "other"}
    if "shared" in change:
        bundle["workloads"]["other"]["serviceAccount"] = "frontend"
    if "account" in change:
        del bundle["workloads"]["frontend"]["serviceAccount"]
    bundle["namespaces"] = change.get("namespaces", bundle["namespaces"])
    assert expected in problems(bundle, ISTIO)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"namespaces": {"shop": {}, "office": {}}}, "mesh: true on namespace shop, or http: cilium [BND-13]"),
        ({"from": {"entity": "outside"}}, "use a port of its own, or http: cilium without mesh: true [BND-13]"),
    ],
    ids=["no-sidecar", "outside"],
)
def test_cilium_is_offered_only_where_it_may_filter_instead(change: Object, expected: str) -> None:
    both = replace(BYO, istio=ISTIO.istio, http="istio")
    second = {**GET_DATA, "from": change.get("from", "printer"), "allow": [{"methods": ["POST"]}]}
    bundle = shop(ISOLATED, {"http": [GET_DATA, second]}, namespaces=change.get("namespaces", shop()["namespaces"]))
    assert any(line.endswith(expected) for line in problems(bundle, both)), problems(bundle, both)
    assert not any("http: cilium" in line for line in problems(bundle, ISTIO))


def test_two_filtered_workloads_that_one_pod_could_be_are_refused() -> None:
    bundle = shop(ISOLATED, {"http": [GET_DATA, {**GET_DATA, "to": "canary"}]})
    bundle["workloads"]["canary"] = {"namespace": "shop", "labels": {"track": "canary"}, "ports": {"http": 8080}}
    assert (
        "layers[1].http[1].to: a pod may be both backend and canary, and Istio would let in what either is allowed;"
        " give them one label with different values [BND-13]"
    ) in problems(bundle, ISTIO)


def test_identity_is_checked_on_single_tcp_ports_only() -> None:
    layer = {"mesh": {"namespaces": ["shop"], "allow": [{"from": "frontend", "to": "backend"}]}}
    assert problems(shop(ISOLATED, layer), ISTIO) == [
        "layers[1].mesh.allow[0]: Istio filters single TCP ports; list them under ports [BND-13]"
    ]
