"""Bad input in a bundle: one line for each mistake, where it is and how to mend it."""

from __future__ import annotations

from typing import Any

import pytest

from policies.parse import parse_bundle
from stacks.wording import problems_of
from tests.policies.builder import Object, shop


def lines(bundle: object, **given: Any) -> list[str]:
    """What is wrong with a bundle's text, as lines."""
    return [str(problem) for problem in parse_bundle(bundle, given, problems_of).problems]


def flow(**entry: Any) -> Object:
    """A bundle with one flow."""
    return shop({"flows": [{"from": "frontend", "to": "backend", **entry}]})


def namespace(label: str) -> Object:
    """A bundle that makes a namespace with a label."""
    return shop({"raw": ["x.yaml"]}, namespaces={"shop": {"manage": True, "labels": {"team": "a", label: "x"}}})


@pytest.mark.parametrize(
    ("bundle", "expected"),
    [
        pytest.param(
            [],
            "a list where a mapping is meant; write lines such as 'key: value' [CFG-02]",
            id="a-list-instead-of-a-mapping",
        ),
        pytest.param({"namespaces": {}}, "layers: missing; add layers [CFG-03]", id="no-layers"),
        pytest.param(
            flow(to={"fqdn": "*"}),
            "layers[0].flows[0].to.fqdn: '*' is not a name or pattern; write api.example.com or *.example.com [BND-01]",
            id="every-name",
        ),
        pytest.param(
            flow(to={"fqdn": "**.example.com"}),
            "layers[0].flows[0].to.fqdn: '**.example.com': '**' covers several labels from Cilium 1.19 on and one"
            " before; write one entry for each depth, such as *.example.com and *.*.example.com [BND-01]",
            id="several-labels",
        ),
        pytest.param(
            flow(to={"fqdn": "*example.com"}),
            "layers[0].flows[0].to.fqdn: '*example.com' covers example.com and names glued to it, but no subdomain;"
            " write example.com and *.example.com as two entries [BND-01]",
            id="glued-asterisk",
        ),
        pytest.param(
            flow(to={"fqdn": "*.*"}),
            "layers[0].flows[0].to.fqdn: '*.*' covers every name of that depth; write {entity: outside}, or a domain"
            " such as *.example.com [BND-01]",
            id="every-name-of-a-depth",
        ),
        pytest.param(
            flow(to={"fqdn": "https://example.com"}),
            "layers[0].flows[0].to.fqdn: 'https://example.com' is not a host name; write one such as api.example.com,"
            " without port or scheme [BND-01]",
            id="an-address-with-scheme",
        ),
        pytest.param(
            flow(to={"cidr": "10.0.0.1/8"}),
            "layers[0].flows[0].to.cidr: 10.0.0.1/8 has host bits set; the range that holds this address is"
            " 10.0.0.0/8 [NET-05]",
            id="host-bits",
        ),
        pytest.param(
            flow(to={"cidr": "10.0.0.0/8", "except": ["11.0.0.0/9"]}),
            "layers[0].flows[0].to: except 11.0.0.0/9 is not a part of 10.0.0.0/8; remove it, or widen cidr [BND-03]",
            id="exception-outside",
        ),
        pytest.param(
            flow(to={"cidr": "1.2.3.0/24", "except": ["1.2.3.0/24"]}),
            "layers[0].flows[0].to: except 1.2.3.0/24 is the whole of 1.2.3.0/24, of which nothing is left; remove it,"
            " or narrow it [BND-03]",
            id="exception-of-everything",
        ),
        pytest.param(
            flow(to={"cidr": "10.0.0.0/8", "fqdn": "example.com"}),
            "layers[0].flows[0].to: names fqdn and cidr; name a workload, or write one of namespace, fqdn, cidr or"
            " entity in braces [BND-03]",
            id="two-things",
        ),
        pytest.param(
            flow(to={"entity": "world"}),
            "layers[0].flows[0].to.entity: 'world' is not allowed; use 'ingressGateway', 'cluster', 'outside',"
            " 'apiServer' or 'node' [CFG-04]",
            id="unknown-entity",
        ),
        pytest.param(
            flow(ports=[70000]),
            "layers[0].flows[0].ports[0].port: the number 70000 is not allowed; use 65535 or less [CFG-04]",
            id="port-out-of-range",
        ),
        pytest.param(
            flow(ports=["80"]),
            "layers[0].flows[0].ports[0].name: '80' is not a port's name of 1 to 15 lowercase letters, digits and '-'"
            " with at least one letter; write a port number without quotes [BND-01]",
            id="quoted-port",
        ),
        pytest.param(
            flow(ports=[{"port": 90, "endPort": 80}]),
            "layers[0].flows[0].ports[0]: a range from 90 to 80 is none; give numbers, the smaller as port [BND-05]",
            id="backward-range",
        ),
        pytest.param(
            flow(ports=[]),
            "layers[0].flows[0].ports: an empty list says nothing; remove it, or write an entry [BND-08]",
            id="empty-list",
        ),
        pytest.param(
            shop({"flows": [], "egress": [{"from": "a", "to": "b"}]}),
            "layers[0].flows: an empty list says nothing; remove it, or write an entry [BND-08]",
            id="empty-layer",
        ),
        pytest.param(
            shop({"baseline": {"isolate": ["shop"]}, "raw": ["x.yaml"]}),
            "layers[0]: baseline and raw in one entry; begin each of baseline, tenants, flows, egress, http, mesh,"
            " raw with '- ' [BND-04]",
            id="two-layers-in-one-entry",
        ),
        pytest.param(
            shop({"baselin": {"isolate": ["shop"]}}),
            "layers[0].baselin: unknown key 'baselin'; did you mean 'baseline'? [CFG-01]",
            id="misspelt-layer",
        ),
        pytest.param(
            shop({"baseline": {"isolate": "shop"}}),
            "layers[0].baseline.isolate: 'shop' where a list is meant; write [a, b] or lines that start with '- '"
            " [CFG-02]",
            id="text-instead-of-a-list",
        ),
        pytest.param(
            shop({"raw": ["x.yaml"]}, workloads={"Front_End": {"namespace": "shop", "labels": {"app": "x"}}}),
            "workloads.Front_End: 'Front_End' is not a name of 1 to 63 lowercase letters, digits and '-', starting"
            " and ending with a letter or digit; respell it [BND-01]",
            id="workload-name",
        ),
        pytest.param(
            shop({"raw": ["x.yaml"]}, workloads={"x": {"namespace": "shop", "labels": {"app": True}}}),
            "workloads.x.labels.app: true where a label's value is meant; write text in quotes [BND-01]",
            id="label-that-is-no-text",
        ),
        pytest.param(
            shop({"raw": ["x.yaml"]}, workloads={"x": {"namespace": "shop", "labels": {}}}),
            "workloads.x.labels: no labels say nothing; write labels that the pods carry, such as app: backend"
            " [BND-08]",
            id="no-labels",
        ),
        pytest.param(
            namespace("istio.io/rev"),
            "namespaces.shop.labels: istio.io/rev is not written by hand: mesh: true writes it; remove it [BND-29]",
            id="label-of-injection",
        ),
        pytest.param(
            namespace("pod-security.kubernetes.io/enforce"),
            "namespaces.shop.labels: pod-security.kubernetes.io/enforce is not written by hand: podSecurity writes it;"
            " remove it [BND-29]",
            id="label-of-admission",
        ),
        pytest.param(
            namespace("kubernetes.io/metadata.name"),
            "namespaces.shop.labels: kubernetes.io/metadata.name is not written by hand: Kubernetes writes it; remove"
            " it [BND-29]",
            id="label-of-kubernetes",
        ),
        pytest.param(
            namespace("app.kubernetes.io/managed-by"),
            "namespaces.shop.labels: app.kubernetes.io/managed-by is not written by hand: every object of a bundle has"
            " it; remove it [BND-29]",
            id="label-of-the-manager",
        ),
        pytest.param(
            namespace("cilia/layer"),
            "namespaces.shop.labels: cilia/layer is not written by hand: it says which bundle an object is of; remove"
            " it [BND-29]",
            id="label-of-attribution",
        ),
    ],
)
def test_a_mistake_is_one_line(bundle: object, expected: str) -> None:
    assert expected in lines(bundle)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param({"path": "data"}, "'data' is not a path; begin it with '/'", id="relative"),
        pytest.param({"path": "/a?b=1"}, "'/a?b=1' holds a query, which never counts; write '/a'", id="query"),
        pytest.param(
            {"path": "/a*b"}, "'/a*b' holds '*' elsewhere than in '/*' at its end; write the paths out", id="asterisk"
        ),
        pytest.param(
            {"path": "/a//b"},
            "'/a//b' holds '//', '/.' or '/..', which Cilium and Istio read differently; write the path without",
            id="double-slash",
        ),
        pytest.param(
            {"path": "/a%2Fb"},
            "'/a%2Fb' holds characters that Cilium and Istio read differently; use letters, digits and"
            " -._~!$&'()+,;=:@",
            id="percent",
        ),
        pytest.param(
            {"methods": ["get"]}, "'get' is not an HTTP method; write one in capitals, such as GET", id="method"
        ),
        pytest.param(
            {"host": "api.example.com:80"},
            "'api.example.com:80' is not a host name; write one such as api.example.com, without port or scheme",
            id="host-with-port",
        ),
        pytest.param(
            {"headers": {"x-a": "b*"}},
            "'b*' is not an exact header value; use printable ASCII, without '*' or blanks at its ends",
            id="header-with-asterisk",
        ),
    ],
)
def test_a_request_that_engines_would_read_differently_is_refused(request_: Object, expected: str) -> None:
    bundle = shop({"http": [{"from": "frontend", "to": "backend", "port": "http", "allow": [request_]}]})
    (found,) = lines(bundle)
    assert found.partition(": ")[2].rpartition(" [")[0] == expected


def test_parts_that_are_right_are_parsed_beside_parts_that_are_not() -> None:
    bundle = shop({"baseline": {"isolate": ["shop"]}}, {"flows": [{"from": "frontend"}]})
    parsed = parse_bundle(bundle, {}, problems_of)
    assert [layer.kind for layer in parsed.config.layers] == ["baseline"]
    assert parsed.positions == (0,)
    assert parsed.skipped == (("layers", 1),)
