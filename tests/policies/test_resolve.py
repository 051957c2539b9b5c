"""Names in a bundle: every one declared, with the nearest one where it is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.policies.builder import FQDN, ISOLATED, L7, PLAIN, Object, problems, shop


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        pytest.param(
            {"flows": [{"from": "fronted", "to": "backend"}]},
            "flows[0].from: no workload is called 'fronted'; did you mean 'frontend'? [BND-09]",
            id="misspelt-workload",
        ),
        pytest.param(
            {"flows": [{"from": "zzz", "to": "backend"}]},
            "flows[0].from: no workload is called 'zzz'; declared are backend, frontend, printer [BND-09]",
            id="no-such-workload",
        ),
        pytest.param(
            {"flows": [{"from": {"namespace": "shops"}, "to": "backend"}]},
            "flows[0].from: no namespace is called 'shops'; did you mean 'shop'? [BND-09]",
            id="misspelt-namespace",
        ),
        pytest.param(
            {"flows": [{"from": "frontend", "to": "backend", "ports": ["https"]}]},
            "flows[0].ports[0]: no port of backend is called 'https'; did you mean 'http'? [BND-09]",
            id="misspelt-port",
        ),
        pytest.param(
            {"flows": [{"from": "frontend", "to": {"namespace": "office"}, "ports": ["http"]}]},
            "flows[0].ports[0]: the port 'http' has no number, because the target is no workload; write the number"
            " [BND-09]",
            id="a-name-without-workload",
        ),
        pytest.param(
            {"flows": [{"from": "frontend", "to": "backend", "ports": [80]}]},
            "flows[0].ports[0]: warning: 80 is not among the ports of backend (http 8080, metrics 9090); use the port"
            " that its containers listen on [LINT-17]",
            id="the-services-port",
        ),
        pytest.param(
            {"flows": [{"from": "frontend", "to": "backend", "ports": [{"port": 9, "protocol": "SCTP"}]}]},
            "flows[0].ports[0]: SCTP is not switched on in AKS' Cilium; use TCP or UDP [POL-29]",
            id="sctp",
        ),
        pytest.param(
            {"tenants": {"within": ["a"]}},
            "tenants.within[0]: no namespace's tenant is called 'a'; declared are none [BND-09]",
            id="a-tenant-without-namespaces",
        ),
        pytest.param(
            {"name": "second", "baseline": {"isolate": ["kube-system"], "apiServer": False}},
            "baseline.isolate[0]: kube-system belongs to the system and is never isolated; leave it out [POL-09]",
            id="isolating-the-system",
        ),
        pytest.param(
            {"name": "baseline", "flows": [{"from": "frontend", "to": "backend"}]},
            ": a second layer is called 'baseline', after layers[0]; merge them, or add a name [BND-11]",
            id="two-layers-of-one-name",
        ),
    ],
)
def test_a_name_that_is_not_declared_is_one_line(layer: Object, expected: str) -> None:
    separator = "" if expected.startswith(":") else "."
    assert problems(shop(ISOLATED, layer), PLAIN) == [f"layers[1]{separator}{expected}"]


def with_workload(**workload: Any) -> list[str]:
    """What is wrong with a bundle that has one more workload."""
    bundle = shop(ISOLATED, {"flows": [{"from": "more", "to": "backend", "ports": ["http"]}]})
    bundle["workloads"]["more"] = {"namespace": "shop", "labels": {"app": "more"}, **workload}
    return problems(bundle, PLAIN)


@pytest.mark.parametrize(
    ("workload", "expected"),
    [
        pytest.param(
            {"namespace": "elsewhere"},
            "workloads.more.namespace: no namespace is called 'elsewhere'; declared are office, shop [BND-09]",
            id="namespace-that-is-not-declared",
        ),
        pytest.param(
            {"labels": {"app": "backend"}},
            "workloads.more: selects the same pods as 'backend'; merge the two, or add a label that only one has"
            " [BND-10]",
            id="the-same-pods",
        ),
        pytest.param(
            {"labels": {"pod-template-hash": "1"}},
            "workloads.more.labels.pod-template-hash: Cilium leaves the label 'pod-template-hash' out of identities,"
            " so that it never matches; use another label [POL-42]",
            id="label-outside-identities",
        ),
        pytest.param(
            {"hostNetwork": True},
            "layers[1].flows[0].from: more shares its node's network, so that no policy selects it; name"
            " {entity: node}, or leave it out [LINT-14]",
            id="on-the-nodes-network",
        ),
    ],
)
def test_a_workload_that_no_policy_can_select_is_refused(workload: Object, expected: str) -> None:
    assert expected in with_workload(**workload)


@pytest.mark.parametrize(
    ("port", "refused"),
    [
        pytest.param({"http": 8080}, False, id="by-its-name"),
        pytest.param({"grpc-api": 8080}, False, id="by-the-first-part-of-its-name"),
        pytest.param({"web": {"port": 8080, "appProtocol": "http"}}, False, id="because-it-is-said"),
        pytest.param({"web": 8080}, True, id="not-said"),
        pytest.param({"http": {"port": 8080, "appProtocol": "tcp"}}, True, id="denied"),
    ],
)
def test_http_rules_are_for_ports_that_speak_http(*, port: Object, refused: bool) -> None:
    name = next(iter(port))
    layer = {"http": [{"from": "frontend", "to": "backend", "port": name, "allow": [{}]}]}
    bundle = shop(ISOLATED, layer, namespaces={"shop": {}, "office": {}})
    bundle["workloads"]["backend"]["ports"] = port
    expected = (
        f"layers[1].http[0].port: port {name} of backend is not said to speak HTTP; call it http, or give it"
        " appProtocol: http [LINT-11]"
    )
    assert problems(bundle, L7) == ([expected] if refused else [])


def http(**changes: Any) -> list[str]:
    """What is wrong with HTTP rules for the backend, where Cilium filters."""
    intent = {"from": "frontend", "to": "backend", "port": "http", "allow": [{}], **changes}
    return problems(shop(ISOLATED, {"http": [intent]}, namespaces={"shop": {}, "office": {}}), L7)


def test_http_rules_are_for_single_ports() -> None:
    assert http(port={"port": 8000, "endPort": 8100}) == [
        (
            "layers[1].http[0].port: port 8000-8100 is a range, and requests are filtered on single ports; write an"
            " intent for each port [BND-13]"
        )
    ]


def test_what_lets_every_request_through_stands_alone() -> None:
    get: Object = {"methods": ["GET"]}
    assert http(allow=[{}]) == []
    assert http(allow=[get, get, {}]) == [
        (
            "layers[1].http[0].allow[2]: warning: an entry without conditions lets every request through, whatever is"
            " beside it; remove it or the rest [BND-31]"
        )
    ]


def test_port_ranges_need_a_cilium_that_has_them() -> None:
    layer = {"flows": [{"from": "frontend", "to": "backend", "ports": [{"port": 1, "endPort": 9}]}]}
    assert problems(shop(ISOLATED, layer), replace(PLAIN, cilium=(1, 16))) == [
        (
            "layers[1].flows[0].ports[0]: port ranges cannot be enforced: clusters.main has Cilium 1.16, which needs"
            " to be 1.17 or newer; upgrade kubernetesVersion [ACNS-05]"
        )
    ]


def test_what_a_workload_that_did_not_parse_is_called_is_not_reported_again() -> None:
    bundle = shop(ISOLATED, {"flows": [{"from": "frontend", "to": "backend"}]})
    bundle["workloads"]["frontend"] = {"labels": {"app": "x"}}
    assert problems(bundle, FQDN) == ["workloads.frontend.namespace: missing; add namespace [CFG-03]"]


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [
        pytest.param(
            {"labels": {"team": "x"}},
            "namespaces.office.labels: warning: the bundle does not make namespace office, so that this has no"
            " effect; set manage: true, or remove it [BND-12]",
            id="labels-without-manage",
        ),
        pytest.param(
            {"podSecurity": "baseline"},
            "namespaces.office.podSecurity: warning: the bundle does not make namespace office, so that this has no"
            " effect; set manage: true, or remove it [BND-12]",
            id="pod-security-without-manage",
        ),
    ],
)
def test_what_has_no_effect_on_a_namespace_is_said(namespace: Object, expected: str) -> None:
    assert problems(shop(ISOLATED, namespaces={"shop": {}, "office": namespace}), PLAIN) == [expected]
