"""Cilium's policies: allows and denies that never isolate, names, requests, and isolation of everything."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from policies.compile.cilium import host_expression, path_expression
from policies.requests import Requests
from tests.policies.builder import BYO, FQDN, ISOLATED, L7, PLAIN, Object, compiled, objects, problems, shop

KUBE_DNS: Object = {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system", "k8s-app": "kube-dns"}}
DNS_PORTS = [{"port": "53", "protocol": "TCP"}, {"port": "53", "protocol": "UDP"}]
OPEN = {"ingress": False, "egress": False}


def test_a_name_outside_is_reached_and_may_be_asked_for() -> None:
    layer = {"egress": [{"from": "backend", "to": {"fqdn": "*.example.com"}, "ports": [443]}]}
    found = objects(shop(ISOLATED, layer), FQDN)
    assert found["CiliumNetworkPolicy shop.backend-to-any-example-com-443.egress"] == {
        "endpointSelector": {"matchLabels": {"app": "backend"}},
        "enableDefaultDeny": OPEN,
        "egress": [
            {
                "toFQDNs": [{"matchPattern": "*.example.com"}],
                "toPorts": [{"ports": [{"port": "443", "protocol": "TCP"}]}],
            }
        ],
    }
    dns = found["CiliumNetworkPolicy shop.backend.dns"]
    assert dns["enableDefaultDeny"] == OPEN
    (rule,) = dns["egress"]
    assert rule["toEndpoints"] == [KUBE_DNS]
    assert rule["toPorts"][0]["ports"] == DNS_PORTS
    assert rule["toPorts"][0]["rules"]["dns"][:4] == [
        {"matchPattern": "*.example.com"},
        {"matchPattern": "*.example.com.*.*.internal.cloudapp.net"},
        {"matchPattern": "*.cluster.local"},
        {"matchPattern": "*.*.cluster.local"},
    ]


def test_requests_are_filtered_at_the_workload_and_its_port_opened_for_nobody_else() -> None:
    layer = {
        "http": [
            {
                "from": "frontend",
                "to": "backend",
                "port": "http",
                "allow": [
                    {"methods": ["POST", "GET"], "path": "/data"},
                    {"path": "/v1.0/*", "host": "API.example.com", "headers": {"X-Team": "shop a"}},
                    {},
                ],
            }
        ]
    }
    found = objects(shop(ISOLATED, layer), L7)
    assert found["CiliumNetworkPolicy shop.frontend-to-backend-8080.http.ingress"]["ingress"] == [
        {
            "fromEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "shop", "app": "frontend"}}],
            "toPorts": [
                {
                    "ports": [{"port": "8080", "protocol": "TCP"}],
                    "rules": {
                        "http": [
                            {"method": "GET", "path": r"/data(\?.*)?"},
                            {"method": "POST", "path": r"/data(\?.*)?"},
                            {
                                "path": r"/v1\.0/.*",
                                "host": r"(?i)api\.example\.com(:[0-9]+)?",
                                "headers": ["x-team: shop a"],
                            },
                            {},
                        ]
                    },
                }
            ],
        }
    ]
    assert sorted(found) == [
        "CiliumNetworkPolicy shop.frontend-to-backend-8080.http.ingress",
        "NetworkPolicy shop.frontend.egress",
        "NetworkPolicy shop.isolation",
    ]


@pytest.mark.parametrize(
    ("path", "matching", "missing"),
    [
        pytest.param("/data", ["/data", "/data?x=1", "/data?"], ["/data/", "/data/x", "/dataX", "/Data"], id="exact"),
        pytest.param("/data/*", ["/data/", "/data/x/y?z=1"], ["/data", "/data?x=1", "/datax/"], id="below"),
        pytest.param("/a.b+c(d)$", ["/a.b+c(d)$"], ["/aXb+c(d)$", "/a.bbc(d)$"], id="special-characters"),
        pytest.param("/*", ["/", "/x?y"], [""], id="everything"),
    ],
)
def test_a_path_matches_whole_and_its_query_never_counts(path: str, matching: list[str], missing: list[str]) -> None:
    expression = path_expression(Requests(path=path))
    assert [one for one in matching if not re.fullmatch(expression, one)] == []
    assert [one for one in missing if re.fullmatch(expression, one)] == []


def test_a_host_matches_in_any_case_and_with_any_port() -> None:
    expression = host_expression("api.example.com")
    assert re.fullmatch(expression, "API.example.com:8080")
    assert not re.fullmatch(expression, "apiXexample.com")
    assert not re.fullmatch(expression, "evil.api.example.com")


@pytest.mark.parametrize(
    ("flow", "name", "section", "rule"),
    [
        pytest.param(
            {"from": "frontend", "to": "backend", "ports": [9090], "action": "deny"},
            "frontend-to-backend-9090.deny",
            "ingressDeny",
            {
                "fromEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "shop", "app": "frontend"}}],
                "toPorts": [{"ports": [{"port": "9090", "protocol": "TCP"}]}],
            },
            id="pods",
        ),
        pytest.param(
            {"from": {"entity": "outside"}, "to": "backend", "action": "deny"},
            "outside-to-backend.deny",
            "ingressDeny",
            {"fromEntities": ["world"]},
            id="outside",
        ),
        pytest.param(
            {"from": "backend", "to": {"namespace": "kube-system"}, "ports": [10250], "action": "deny"},
            "backend-to-ns-kube-system-10250.deny",
            "egressDeny",
            {
                "toEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system"}}],
                "toPorts": [{"ports": [{"port": "10250", "protocol": "TCP"}]}],
            },
            id="at-the-source-where-the-target-is-the-systems",
        ),
    ],
)
def test_a_deny_is_one_rule_at_one_end_that_isolates_nobody(
    flow: Object, name: str, section: str, rule: Object
) -> None:
    found = objects(shop(ISOLATED, {"flows": [flow]}), PLAIN)[f"CiliumNetworkPolicy shop.{name}"]
    assert found == {
        "endpointSelector": {"matchLabels": {"app": "backend"}},
        "enableDefaultDeny": OPEN,
        section: [rule],
    }


@pytest.mark.parametrize(
    ("peer", "rule"),
    [
        pytest.param({"entity": "node"}, {"fromEntities": ["host", "remote-node"]}, id="node"),
        pytest.param({"entity": "outside"}, {"fromEntities": ["world"]}, id="outside"),
        pytest.param(
            {"cidr": "10.0.0.0/8", "except": ["10.20.0.0/24"]},
            {"fromCIDRSet": [{"cidr": "10.0.0.0/8", "except": ["10.20.0.0/24"]}]},
            id="cidr-that-overlaps-the-cluster",
        ),
    ],
)
def test_what_a_network_policy_cannot_name_is_a_rule_of_cilium(peer: Object, rule: Object) -> None:
    bundle = shop(ISOLATED, {"flows": [{"from": peer, "to": "backend"}]})
    found = objects(bundle, PLAIN)
    (name,) = (name for name in found if name.startswith("CiliumNetworkPolicy"))
    assert found[name]["ingress"] == [rule]


def test_the_api_server_is_named_as_such() -> None:
    found = objects(shop({"baseline": {"isolate": ["shop"]}}), PLAIN)
    assert found["CiliumNetworkPolicy shop.ns-shop-to-api-server-443.egress"] == {
        "endpointSelector": {},
        "enableDefaultDeny": OPEN,
        "egress": [{"toEntities": ["kube-apiserver"], "toPorts": [{"ports": [{"port": "443", "protocol": "TCP"}]}]}],
    }


def test_isolating_every_namespace_spares_the_systems_and_what_is_no_pod() -> None:
    found = objects(shop({"baseline": {"isolate": ["*"], "spare": ["flux-system"], "apiServer": False}}), PLAIN)
    isolation = found["CiliumClusterwideNetworkPolicy shop.isolation"]
    exists, spared = isolation["endpointSelector"]["matchExpressions"]
    assert exists == {"key": "k8s:io.kubernetes.pod.namespace", "operator": "Exists"}
    assert spared["operator"] == "NotIn"
    assert {"kube-system", "gatekeeper-system", "aks-istio-system", "flux-system"} <= set(spared["values"])
    assert isolation["enableDefaultDeny"] == {"ingress": True, "egress": True}
    assert isolation["ingress"] == isolation["egress"] == [{}]
    dns = found["CiliumClusterwideNetworkPolicy shop.all-namespaces-but-flux-system.dns"]
    assert dns["enableDefaultDeny"] == OPEN
    assert dns["egress"] == [{"toEndpoints": [KUBE_DNS], "toPorts": [{"ports": DNS_PORTS}]}]


def test_what_is_spared_is_said() -> None:
    _, manifests, _ = compiled(shop({"baseline": {"isolate": ["*"]}}), PLAIN)
    (isolation,) = (one for one in manifests if one.name == "shop.isolation")
    assert isolation.intents[1].startswith("baseline: spare kube-system, kube-public")


@pytest.mark.parametrize(
    ("cilium", "rules"),
    [
        pytest.param((1, 16), [{"toCIDR": ["169.254.10.0/24"]}], id="before-the-host-entity"),
        pytest.param((1, 17), [{"toCIDR": ["169.254.10.0/24"]}, {"toEntities": ["host"]}], id="with-the-host-entity"),
    ],
)
def test_local_dns_is_asked_on_the_own_node(cilium: tuple[int, int], rules: list[Object]) -> None:
    found = objects(shop(ISOLATED), replace(PLAIN, local_dns=True, cilium=cilium))
    ports = {"toPorts": [{"ports": DNS_PORTS}]}
    assert found["CiliumNetworkPolicy shop.ns-shop.local-dns"]["egress"] == [{**rule, **ports} for rule in rules]


def test_names_are_not_filtered_where_local_dns_answers() -> None:
    layer = {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}}]}
    (found,) = problems(shop(ISOLATED, layer), replace(FQDN, local_dns=True))
    assert found == (
        "layers[1].egress[0]: backend asks LocalDNS, where names cannot be filtered; turn localDNS off, or allow a"
        " cidr instead [POL-43]"
    )


@pytest.mark.parametrize(
    ("cluster", "expected"),
    [
        pytest.param(
            FQDN,
            [
                (
                    "layers[1].egress[0]: warning: backend may ask for any name through Cilium's proxy, by a bare *"
                    " that AKS may refuse; set dns: names [ACNS-08]"
                )
            ],
            id="managed",
        ),
        pytest.param(BYO, [], id="own-cilium"),
    ],
)
def test_any_name_for_pods_with_names_goes_through_the_proxy(cluster: Any, expected: list[str]) -> None:
    layers: list[Object] = [
        {"baseline": {"isolate": ["shop"], "apiServer": False, "dns": "any"}},
        {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}}]},
    ]
    assert problems(shop(*layers), cluster) == expected
    (rule,) = objects(shop(*layers), cluster)["CiliumNetworkPolicy shop.backend.dns"]["egress"]
    assert rule["toPorts"][0]["rules"] == {"dns": [{"matchPattern": "*"}]}


def test_more_ports_than_an_entry_takes_are_split() -> None:
    ports = list(range(1000, 1050))
    found = objects(shop(ISOLATED, {"flows": [{"from": {"entity": "node"}, "to": "printer", "ports": [631]}]}), PLAIN)
    assert len(found["CiliumNetworkPolicy shop.node-to-printer-631.ingress"]["ingress"][0]["toPorts"]) == 1
    layer = {"flows": [{"from": {"entity": "node"}, "to": {"namespace": "shop"}, "ports": ports}]}
    _, manifests, _ = compiled(shop(ISOLATED, layer), PLAIN)
    (rule,) = (one for one in manifests if one.kind == "CiliumNetworkPolicy")
    assert [len(entry["ports"]) for entry in rule.object["spec"]["ingress"][0]["toPorts"]] == [40, 10]


def test_the_own_node_is_not_named_beside_a_filter_that_would_then_filter_probes() -> None:
    layer = {"http": [{"from": {"entity": "node"}, "to": "backend", "port": "http", "allow": [{"methods": ["GET"]}]}]}
    (rule,) = objects(shop(ISOLATED, layer), L7)[("CiliumNetworkPolicy shop.node-to-backend-8080.http.ingress")][
        "ingress"
    ]
    assert rule["fromEntities"] == ["remote-node"]
