"""What Istio makes of single policies: each fact here is one that compilers and lints rely on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.conformance.notation import app, flow
from tests.conformance.oracles import Oracle

pytestmark = pytest.mark.conformance

Object = dict[str, Any]
ROOT_NAMESPACE = "aks-istio-system"
WORKLOADS: dict[str, Object] = {
    "web": {"namespace": "shop", "labels": {"app": "web"}, "serviceAccount": "web", "sidecar": True},
    "api": {"namespace": "shop", "labels": {"app": "api"}, "serviceAccount": "api", "sidecar": True},
    "naked": {"namespace": "shop", "labels": {"app": "naked"}, "serviceAccount": "web"},
    "printer": {"namespace": "office", "labels": {"app": "printer"}, "serviceAccount": "printer", "sidecar": True},
    "stranger": {"address": "203.0.113.5"},
}


def policy(*rules: Object, action: str = "ALLOW", namespace: str = "shop", **more: Any) -> Object:
    """An AuthorizationPolicy of api."""
    spec = {"selector": app("api"), "action": action, "rules": list(rules), **more}
    return authorization(spec, namespace=namespace)


def authorization(spec: Object, *, namespace: str = "shop", name: str = "ap") -> Object:
    """An AuthorizationPolicy."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": metadata, "spec": spec}


def peers(mode: str, *, namespace: str = "shop", **spec: Any) -> Object:
    """A PeerAuthentication."""
    metadata = {"name": f"pa-{mode.lower()}-{len(spec)}", "namespace": namespace}
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "PeerAuthentication",
        "metadata": metadata,
        "spec": {"mtls": {"mode": mode}, **spec},
    }


def source(**fields: Any) -> Object:
    """The part of a rule that says who."""
    return {"from": [{"source": fields}]}


def operation(**fields: Any) -> Object:
    """The part of a rule that says what."""
    return {"to": [{"operation": fields}]}


@dataclass(frozen=True)
class Fact:
    """Manifests and what becomes of flows under them."""

    says: str
    manifests: list[Object]
    allowed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    plaintext: tuple[str, ...] = ()


EVERYBODY = ("web > api:80 GET /x", "printer > api:80 GET /x", "naked > api:80 GET /x", "stranger > api:80")
WEB = "cluster.local/ns/shop/sa/web"

FACTS = [
    Fact("without policies everything passes", [], EVERYBODY),
    Fact("spec: {} allows nothing", [authorization({})], (), EVERYBODY),
    Fact("rules [{}] allow everything", [policy({})], EVERYBODY),
    Fact("deny of [{}] denies everything", [policy({}, action="DENY")], (), EVERYBODY),
    Fact("from [] is the same as none", [policy({"from": []})], EVERYBODY),
    Fact("other workloads are left alone", [policy()], ("web > printer:80",), ("web > api:80",)),
    Fact("a target without a sidecar is not protected", [authorization({})], ("web > naked:80",)),
    Fact("a principal is namespace and account", [policy(source(principals=[WEB]))], EVERYBODY[:1], EVERYBODY[1:]),
    Fact("a caller without a sidecar has none", [policy(source(principals=["*"]))], EVERYBODY[:2], EVERYBODY[2:]),
    Fact("nor a namespace", [policy(source(namespaces=["shop"]))], EVERYBODY[:1], EVERYBODY[1:]),
    Fact(
        "so it is in none of any namespaces",
        [policy(source(notNamespaces=["office"]))],
        ("naked > api:80", "web > api:80"),
        EVERYBODY[1:2],
    ),
    Fact(
        "nor does anybody have one where mutual TLS is off",
        [policy(source(principals=[WEB])), peers("DISABLE")],
        (),
        EVERYBODY,
    ),
    Fact(
        "service accounts are of the policy's namespace unless they say another",
        [policy(source(serviceAccounts=["web", "office/printer"]))],
        EVERYBODY[:2],
        EVERYBODY[2:],
    ),
    Fact(
        "policies of the root namespace hold everywhere",
        [authorization({}, namespace=ROOT_NAMESPACE)],
        (),
        (*EVERYBODY, "web > printer:80"),
    ),
    Fact("those of istio-system do not, there", [authorization({}, namespace="istio-system")], EVERYBODY),
    Fact(
        "deny comes before allow",
        [policy({}), authorization({"action": "DENY", "rules": [source(namespaces=["office"])]}, name="deny")],
        EVERYBODY[:1],
        EVERYBODY[1:2],
    ),
    Fact(
        "of two allows the wider one counts, whatever the other one asks",
        [
            policy({**source(principals=[WEB]), **operation(ports=["80"], methods=["GET"])}),
            authorization({"rules": [operation(ports=["80"])]}, name="wide"),
        ],
        (*EVERYBODY, "web > api:80 PUT /x"),
        ("web > api:9000 GET /x",),
    ),
    Fact(
        "so does one of the root namespace, and one by namespace of the caller",
        [
            policy({**source(principals=[WEB]), **operation(ports=["80"], methods=["GET"])}),
            authorization({"rules": [source(namespaces=["shop"])]}, namespace=ROOT_NAMESPACE, name="wide"),
        ],
        ("web > api:80 PUT /x", "web > api:9000"),
        EVERYBODY[1:],
    ),
    Fact(
        "any method and any path are no filter",
        [policy(operation(methods=["*"], paths=["/*"]))],
        ("web > api:80 PUT /", "naked > api:80 GET /a/b?c=d"),
        ("web > api:80",),
    ),
    Fact(
        "what an allow by requests leaves out on another port is refused",
        [policy(operation(ports=["80"]))],
        EVERYBODY,
        ("web > api:9000", "web > api:9000 GET /x"),
    ),
    Fact(
        "paths leave the query out",
        [policy(operation(paths=["/data"]))],
        ("web > api:80 GET /data", "web > api:80 POST /data?x=1"),
        ("web > api:80 GET /data/", "web > api:80 GET /datax"),
    ),
    Fact(
        "a path that ends with * is a beginning",
        [policy(operation(paths=["/data/*"]))],
        ("web > api:80 GET /data/", "web > api:80 GET /data/x/y?z"),
        ("web > api:80 GET /data",),
    ),
    Fact(
        "a * inside is a character",
        [policy(operation(paths=["/a*b*c"]))],
        ("web > api:80 GET /a*b*c",),
        ("web > api:80 GET /axbxc",),
    ),
    Fact(
        "templates are whole segments",
        [policy(operation(paths=["/a/{*}/c", "/s/{**}"]))],
        ("web > api:80 GET /a/b/c", "web > api:80 GET /s/", "web > api:80 GET /s/t/u"),
        ("web > api:80 GET /a//c", "web > api:80 GET /a/b/b/c", "web > api:80 GET /s"),
    ),
    Fact(
        "hosts ignore case, and keep the port",
        [policy(operation(hosts=["Shop.example.com"]))],
        ("web > api:80 GET / @shop.EXAMPLE.com",),
        ("web > api:80 GET / @shop.example.com:80",),
    ),
    Fact("methods keep it", [policy(operation(methods=["get"]))], (), ("web > api:80 GET /",)),
    Fact(
        "headers are conditions",
        [policy({"when": [{"key": "request.headers[x-team]", "values": ["shop"]}]})],
        ("web > api:80 GET / X-Team=shop",),
        ("web > api:80 GET / X-Team=office", "web > api:80 GET /"),
    ),
    Fact(
        "fields of an operation all hold, and any of several operations",
        [policy({"to": [{"operation": {"methods": ["GET"], "ports": ["80"]}}, {"operation": {"ports": ["9000"]}}]})],
        ("web > api:80 GET /", "web > api:9000 PUT /"),
        ("web > api:80 PUT /", "web > api:9001 GET /"),
    ),
    Fact(
        "an allow of requests never matches what is no HTTP, though another operation has none",
        [policy({"to": [{"operation": {"methods": ["GET"]}}, {"operation": {"ports": ["9000"]}}]})],
        ("web > api:80 GET /",),
        ("web > api:80", "web > api:9000"),
    ),
    Fact(
        "a deny of requests denies all of what is no HTTP on its port",
        [policy(operation(methods=["GET"], ports=["9000"]), action="DENY")],
        ("web > api:9000 PUT /", "web > api:80"),
        ("web > api:9000 GET /", "web > api:9000"),
    ),
    Fact(
        "and one without a port denies every port",
        [policy(operation(methods=["GET"]), action="DENY")],
        ("web > api:80 PUT /",),
        ("web > api:9000",),
    ),
    Fact("AUDIT refuses nothing", [policy({}, action="AUDIT")], EVERYBODY),
    Fact(
        "nor does what is only tried out",
        [{**policy(), "metadata": {"name": "ap", "namespace": "shop", "annotations": {"istio.io/dry-run": "true"}}}],
        EVERYBODY,
    ),
    Fact(
        "STRICT refuses callers without a sidecar",
        [peers("STRICT")],
        (*EVERYBODY[:2], "stranger > printer:80"),
        (),
        EVERYBODY[2:],
    ),
    Fact("PERMISSIVE does not", [peers("PERMISSIVE")], EVERYBODY),
    Fact(
        "the root namespace speaks for all",
        [peers("STRICT", namespace=ROOT_NAMESPACE)],
        (),
        (),
        ("naked > printer:80",),
    ),
    Fact(
        "the namespace's own wins",
        [peers("STRICT", namespace=ROOT_NAMESPACE), peers("PERMISSIVE")],
        ("naked > api:80",),
        (),
        ("naked > printer:80",),
    ),
    Fact(
        "the workload's own wins, and in it the port's",
        [
            peers("PERMISSIVE"),
            peers("STRICT", selector=app("api"), portLevelMtls={9000: {"mode": "DISABLE"}}),
        ],
        ("naked > web:80", "naked > api:9000"),
        (),
        ("naked > api:80",),
    ),
    Fact(
        "a selector in the root namespace selects nothing",
        [peers("STRICT", namespace=ROOT_NAMESPACE, selector=app("api"))],
        EVERYBODY,
    ),
]
BY_NAME = {fact.says: fact for fact in FACTS}

WEBHOOK_REFUSES = {
    "an empty source": policy(source()),
    "an empty operation": policy(operation()),
    "DENY without rules": authorization({"action": "DENY"}),
    "an unknown condition": policy({"when": [{"key": "request.body", "values": ["x"]}]}),
    "a port that is no number": policy(operation(ports=["http"])),
    "a broken template": policy(operation(paths=["/a/{*"])),
    "port-level TLS without a selector": peers("STRICT", portLevelMtls={9000: {"mode": "DISABLE"}}),
}
STRICT_READER_REFUSES = {
    "a misspelt field": policy({"form": []}),
    "an unknown action": policy({}, action="PERMIT"),
}
NOBODY_REFUSES = {
    "a * inside a path": policy(operation(paths=["/a*b*c"])),
    "AUDIT without rules": authorization({"action": "AUDIT"}),
    "ALLOW without rules": authorization({"action": "ALLOW"}),
    "serviceAccounts": policy(source(serviceAccounts=["shop/web"])),
}


def problems(manifest: Object, istio: Oracle) -> Object:
    """What Istio says about one manifest."""
    (found,) = istio.ask({"rootNamespace": ROOT_NAMESPACE, "manifests": [manifest]})["manifests"]
    return dict(found)


@pytest.mark.parametrize("name", BY_NAME)
def test_istio_does_what_we_believe(name: str, istio: Oracle) -> None:
    fact = BY_NAME[name]
    expected = {
        text: verdict
        for verdict, flows in (("allowed", fact.allowed), ("refused", fact.refused), ("plaintext", fact.plaintext))
        for text in flows
    }
    asked = [{key: value for key, value in flow(text).items() if key != "protocol"} for text in expected]
    case = {"rootNamespace": ROOT_NAMESPACE, "workloads": WORKLOADS, "manifests": fact.manifests, "flows": asked}
    answer = istio.ask(case)
    assert answer["manifests"] == [{}] * len(fact.manifests)
    assert dict(zip(expected, answer["flows"], strict=True)) == expected


@pytest.mark.parametrize("says", WEBHOOK_REFUSES)
def test_only_the_webhook_refuses(says: str, istio: Oracle) -> None:
    assert list(problems(WEBHOOK_REFUSES[says], istio)) == ["webhook"]


@pytest.mark.parametrize("says", STRICT_READER_REFUSES)
def test_strict_reader_refuses(says: str, istio: Oracle) -> None:
    assert "unknown" in problems(STRICT_READER_REFUSES[says], istio)


@pytest.mark.parametrize("says", NOBODY_REFUSES)
def test_nobody_refuses(says: str, istio: Oracle) -> None:
    assert problems(NOBODY_REFUSES[says], istio) == {}
