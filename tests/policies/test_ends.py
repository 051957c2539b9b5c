"""What may stand at the two ends of an intent, and where each thing is written."""

from __future__ import annotations

import pytest

from policies.capabilities import Capabilities
from tests.policies.builder import FQDN, ISOLATED, ISTIO, L7, PLAIN, Object, problems, shop


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        pytest.param(
            {"flows": [{"from": "backend", "to": {"cidr": "203.0.113.0/24"}}]},
            "flows[0].to: 203.0.113.0/24 does not stand here as to; write it in an egress layer [BND-14]",
            id="a-cidr-in-flows",
        ),
        pytest.param(
            {"egress": [{"from": "backend", "to": "frontend"}]},
            "egress[0].to: frontend does not stand here as to; write it in a flows layer [BND-14]",
            id="a-workload-in-egress",
        ),
        pytest.param(
            {"flows": [{"from": {"fqdn": "api.example.com"}, "to": "backend"}]},
            "flows[0].from: api.example.com calls from addresses that nobody knows; write a cidr, or"
            " {entity: outside} [BND-13]",
            id="a-name-that-calls",
        ),
        pytest.param(
            {"flows": [{"from": {"entity": "apiServer"}, "to": "backend"}]},
            "flows[0].from: the API server's calls arrive through konnectivity; allow {namespace: kube-system} to the"
            " webhook's port [POL-25]",
            id="the-api-server-that-calls",
        ),
        pytest.param(
            {"flows": [{"from": {"entity": "outside"}, "to": {"entity": "node"}}]},
            "flows[0].to: neither outside nor node is a pod, which policies are about; name a workload as one of them"
            " [BND-13]",
            id="no-pod-at-all",
        ),
        pytest.param(
            {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}, "action": "deny"}]},
            "egress[0].to: no engine denies api.example.com by name; leave it out, as isolated workloads reach only"
            " what is allowed, or deny a cidr [POL-23]",
            id="deny-by-name",
        ),
        pytest.param(
            {"egress": [{"from": "frontend", "to": {"fqdn": "backend.shop.svc.cluster.local"}}]},
            "egress[0].to: backend.shop.svc.cluster.local names Services of the cluster, which rules by name never"
            " match; name the workload in flows [BND-13]",
            id="a-service-by-name",
        ),
        pytest.param(
            {"egress": [{"from": "frontend", "to": {"fqdn": "*.shop.svc"}}]},
            "egress[0].to: *.shop.svc names Services of the cluster, which rules by name never match; name the"
            " workload in flows [BND-13]",
            id="services-by-a-short-pattern",
        ),
        pytest.param(
            {"flows": [{"from": {"entity": "node"}, "to": "backend", "action": "deny"}]},
            "flows[0].from: a deny of nodes would cut the kubelet's probes; deny nothing, as other nodes need an"
            " allow [BND-13]",
            id="deny-of-nodes",
        ),
        pytest.param(
            {"flows": [{"from": {"entity": "cluster"}, "to": {"namespace": "kube-system"}, "action": "deny"}]},
            "flows[0].to: a deny stands at a namespace that is not the system's, and neither end is one; name"
            " workloads or namespaces [BND-13]",
            id="deny-at-the-system",
        ),
        pytest.param(
            {"flows": [{"from": "frontend", "to": {"entity": "ingressGateway"}}]},
            "flows[0].to: clusters.main has no ingress gateway; turn one on under istio, or declare your own as a"
            " workload [ACNS-05]",
            id="a-gateway-that-is-not-there",
        ),
    ],
)
def test_an_end_that_cannot_be_is_refused_with_what_would_say_it(layer: Object, expected: str) -> None:
    assert problems(shop(ISOLATED, layer), FQDN) == [f"layers[1].{expected}"]


def test_requests_are_filtered_at_workloads_only() -> None:
    layer = {"http": [{"from": "frontend", "to": {"namespace": "shop"}, "port": 8080, "allow": [{}]}]}
    assert problems(shop(ISOLATED, layer), ISTIO) == [
        (
            "layers[1].http[0].to: requests are filtered at a workload, and namespace shop is none; name the workload"
            " [BND-13]"
        )
    ]


def test_denying_a_flow_by_identity_is_not_offered() -> None:
    allow = [{"from": "frontend", "to": "backend", "ports": ["metrics"], "action": "deny"}]
    assert problems(shop(ISOLATED, {"mesh": {"namespaces": ["shop"], "allow": allow}}), ISTIO) == [
        "layers[1].mesh.allow[0].action: deny by identity is not offered; deny the flow in a flows layer [BND-13]"
    ]


def test_a_caller_outside_and_a_node_may_be_allowed_in() -> None:
    layer = {"flows": [{"from": {"entity": "outside"}, "to": "backend"}, {"from": {"entity": "node"}, "to": "backend"}]}
    assert problems(shop(ISOLATED, layer), PLAIN) == []


@pytest.mark.parametrize("cluster", [L7, ISTIO], ids=["cilium", "istio"])
def test_http_goes_over_tcp_whoever_filters_it(cluster: Capabilities) -> None:
    udp = {"namespace": "shop", "labels": {"app": "quic"}, "ports": {"http": {"port": 8080, "protocol": "UDP"}}}
    http = {"from": "frontend", "to": "quic", "port": "http", "allow": [{"methods": ["GET"]}]}
    spaces: Object = {"shop": {"mesh": cluster is ISTIO}, "office": {}}
    bundle = shop(ISOLATED, {"http": [http]}, namespaces=spaces)
    bundle["workloads"]["quic"] = udp
    assert "layers[1].http[0].port: HTTP goes over TCP, and 8080/UDP does not; name a TCP port [BND-13]" in problems(
        bundle, cluster
    )
