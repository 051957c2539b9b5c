"""NetworkPolicies: complete for what they select, and only for pods that are isolated."""

from __future__ import annotations

import pytest

from tests.policies.builder import FQDN, ISOLATED, PLAIN, Object, compiled, objects, shop

FRONTEND_TO_BACKEND: Object = {"flows": [{"from": "frontend", "to": "backend", "ports": ["http"]}]}


def peer(namespace: str, **labels: str) -> Object:
    """A peer by namespace and labels."""
    found: Object = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    return {**found, "podSelector": {"matchLabels": labels}} if labels else found


DNS: Object = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"protocol": "TCP", "port": 53}, {"protocol": "UDP", "port": 53}],
}


def test_a_baseline_is_one_policy_that_isolates_both_ways_and_lets_dns_through() -> None:
    assert objects(shop(ISOLATED), PLAIN) == {
        "NetworkPolicy shop.isolation": {
            "podSelector": {},
            "policyTypes": ["Ingress", "Egress"],
            "egress": [DNS],
        }
    }


def test_a_baseline_without_dns_has_no_rules_at_all() -> None:
    layer = {"baseline": {"isolate": ["shop"], "apiServer": False, "dns": "none"}}
    assert objects(shop(layer), PLAIN) == {
        "NetworkPolicy shop.isolation": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    }


def test_a_baseline_for_one_direction_leaves_the_other_alone() -> None:
    layer = {"baseline": {"isolate": ["shop"], "apiServer": False, "directions": ["ingress"]}}
    assert objects(shop(layer), PLAIN) == {
        "NetworkPolicy shop.isolation": {"podSelector": {}, "policyTypes": ["Ingress"]}
    }


def test_a_flow_opens_both_isolated_ends_and_each_policy_is_complete() -> None:
    found = objects(shop(ISOLATED, FRONTEND_TO_BACKEND), PLAIN)
    assert found["NetworkPolicy shop.backend.ingress"] == {
        "podSelector": {"matchLabels": {"app": "backend"}},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [peer("shop", app="frontend")], "ports": [{"protocol": "TCP", "port": 8080}]}],
    }
    assert found["NetworkPolicy shop.frontend.egress"] == {
        "podSelector": {"matchLabels": {"app": "frontend"}},
        "policyTypes": ["Egress"],
        "egress": [DNS, {"to": [peer("shop", app="backend")], "ports": [{"protocol": "TCP", "port": 8080}]}],
    }
    assert sorted(found) == [
        "NetworkPolicy shop.backend.ingress",
        "NetworkPolicy shop.frontend.egress",
        "NetworkPolicy shop.isolation",
    ]


def test_an_open_end_is_opened_by_a_rule_that_does_not_isolate_it() -> None:
    layer = {"flows": [{"from": "backend", "to": "printer", "ports": ["ipp"]}]}
    found = objects(shop(ISOLATED, layer), PLAIN)
    assert found["CiliumNetworkPolicy shop.backend-to-printer-631.ingress"] == {
        "endpointSelector": {"matchLabels": {"app": "printer"}},
        "enableDefaultDeny": {"ingress": False, "egress": False},
        "ingress": [
            {
                "fromEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "shop", "app": "backend"}}],
                "toPorts": [{"ports": [{"port": "631", "protocol": "TCP"}]}],
            }
        ],
    }


def test_rules_with_the_same_ports_share_an_entry() -> None:
    layer = {
        "flows": [
            {"from": "frontend", "to": "backend", "ports": [8080]},
            {"from": {"namespace": "office"}, "to": "backend", "ports": [8080]},
            {"from": {"entity": "cluster"}, "to": "backend", "ports": [9090]},
            {"from": "printer", "to": "backend"},
        ]
    }
    assert objects(shop(ISOLATED, layer), PLAIN)["NetworkPolicy shop.backend.ingress"]["ingress"] == [
        {"from": [peer("shop", app="frontend"), peer("office")], "ports": [{"protocol": "TCP", "port": 8080}]},
        {"from": [{"namespaceSelector": {}}], "ports": [{"protocol": "TCP", "port": 9090}]},
        {"from": [peer("office", app="printer")]},
    ]


def test_ranges_and_protocols_are_kept() -> None:
    layer = {
        "flows": [
            {
                "from": "printer",
                "to": {"namespace": "shop"},
                "ports": [{"port": 8000, "endPort": 8100}, {"port": 69, "protocol": "UDP"}],
            }
        ]
    }
    assert objects(shop(ISOLATED, layer), PLAIN)["NetworkPolicy shop.ns-shop.ingress"]["ingress"] == [
        {
            "from": [peer("office", app="printer")],
            "ports": [
                {"protocol": "TCP", "port": 8000, "endPort": 8100},
                {"protocol": "UDP", "port": 69},
            ],
        }
    ]


def test_a_cidr_apart_from_the_clusters_ranges_is_an_ip_block() -> None:
    layer = {
        "egress": [{"from": "backend", "to": {"cidr": "203.0.113.0/24", "except": ["203.0.113.8/29"]}, "ports": [443]}]
    }
    assert objects(shop(ISOLATED, layer), PLAIN)["NetworkPolicy shop.backend.egress"]["egress"][1] == {
        "to": [{"ipBlock": {"cidr": "203.0.113.0/24", "except": ["203.0.113.8/29"]}}],
        "ports": [{"protocol": "TCP", "port": 443}],
    }


def test_pods_with_a_list_of_names_are_left_out_of_the_plain_right_to_ask_dns() -> None:
    layer = {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}, "ports": [443]}]}
    found = objects(shop(ISOLATED, layer), FQDN)
    assert found["NetworkPolicy shop.dns"] == {
        "podSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["backend"]}]},
        "policyTypes": ["Egress"],
        "egress": [DNS],
    }
    assert found["NetworkPolicy shop.isolation"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_pods_that_are_left_out_by_two_labels_take_two_selectors() -> None:
    bundle = shop(ISOLATED, {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}}]})
    bundle["workloads"]["backend"]["labels"] = {"app": "backend", "tier": "api"}
    found = [spec for name, spec in objects(bundle, FQDN).items() if name.startswith("NetworkPolicy shop.dns.")]
    assert sorted(spec["podSelector"]["matchExpressions"][0]["key"] for spec in found) == ["app", "tier"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param([], "leaves out backend: beside a plain allow their list of names would be void", id="a-list"),
        pytest.param(
            [{"from": "backend", "to": {"cidr": "203.0.113.0/24"}, "ports": [443]}],
            "leaves out backend: Cilium must see the answers that they get",
            id="any-name",
        ),
    ],
)
def test_why_pods_are_left_out_of_the_plain_right_to_ask_dns(more: list[Object], expected: str) -> None:
    named: Object = {"from": "backend", "to": {"fqdn": "api.example.com"}, "ports": [443]}
    _, manifests, _ = compiled(shop(ISOLATED, {"egress": [named, *more]}), FQDN)
    assert [one.why for one in manifests if one.name == "shop.dns"] == [expected]


def test_a_more_particular_workload_inherits_what_a_wider_one_is_allowed() -> None:
    bundle = shop(
        ISOLATED,
        {
            "flows": [
                {"from": "printer", "to": "backend", "ports": [8080]},
                {"from": "printer", "to": "canary", "ports": [9999]},
            ]
        },
    )
    bundle["workloads"]["canary"] = {"namespace": "shop", "labels": {"app": "backend", "track": "canary"}}
    rules = objects(bundle, PLAIN)["NetworkPolicy shop.canary.ingress"]["ingress"]
    assert [rule["ports"][0]["port"] for rule in rules] == [9999, 8080]
