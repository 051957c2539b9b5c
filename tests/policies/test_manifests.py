"""Names, labels, order and files of manifests."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from policies.compile.drafts import Draft, Phase
from policies.intents import Layer
from policies.manifests import Manifest, adopt, files, finish, in_order, predecessors
from tests.policies.builder import FQDN, ISOLATED, Object, compiled, shop

FLOW: Object = {"flows": [{"from": "frontend", "to": "backend", "ports": ["http"]}]}
EGRESS: Object = {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}, "ports": [443]}]}


def manifests(*layers: Object) -> tuple[Manifest, ...]:
    """The manifests of a shop with these layers."""
    return compiled(shop(ISOLATED, *layers, namespaces={"shop": {"manage": True}, "office": {}}), FQDN)[1]


def test_a_manifest_says_where_it_comes_from() -> None:
    (found,) = (one for one in manifests(FLOW) if one.name == "shop.backend.ingress")
    assert found.object["metadata"] == {
        "name": "shop.backend.ingress",
        "namespace": "shop",
        "labels": {
            "app.kubernetes.io/managed-by": "cilia",
            "cilia/bundle": "shop",
            "cilia/layer": "flows",
            "cilia/intent": "frontend-backend-8080",
        },
        "annotations": {"cilia/intents": "flows: frontend -> backend:8080"},
    }
    assert found.intents == ("flows: frontend -> backend:8080",)
    assert found.why == "backend is isolated for ingress, and a NetworkPolicy says all of this exactly"


def test_a_manifest_of_several_intents_names_them_all() -> None:
    (found,) = (one for one in manifests(FLOW) if one.name == "shop.frontend.egress")
    assert found.object["metadata"]["labels"]["cilia/intent"] == "frontend-egress"
    assert found.object["metadata"]["annotations"]["cilia/intents"] == (
        "flows: frontend -> backend:8080; baseline: namespace shop -> DNS (any name)"
    )


def draft(*name: str, spec: Object | None = None) -> Draft:
    """A draft with a name."""
    api = ("cilium.io/v2", "CiliumNetworkPolicy")
    return Draft(api, "shop", name, spec or {}, Layer("flows", "flows", 0), ("flows: x",), "", Phase.ALLOWS)


def test_a_name_that_is_too_long_is_cut_stably_and_never_collides() -> None:
    long = "x" * 300
    names = [one.name for one in finish("shop", [draft(long), draft(long + "y"), draft("short")])]
    assert [len(name) for name in names] == [10, 253, 253]
    assert len(set(names)) == 3
    assert names == [one.name for one in finish("shop", [draft("short"), draft(long + "y"), draft(long)])]


def test_names_that_read_the_same_are_told_apart_by_what_they_do() -> None:
    first, second = draft("a-to-b", spec={"x": 1}), draft("a-to-b", spec={"x": 2})
    names = {one.name for one in finish("shop", [first, second])}
    assert len(names) == 2
    assert all(name.startswith("shop.a-to-b-") for name in names)
    assert names == {one.name for one in finish("shop", [second, first])}


def test_labels_are_never_longer_than_kubernetes_takes() -> None:
    (found,) = finish("shop", [draft("x" * 300)])
    assert all(len(value) <= 63 for value in found.object["metadata"]["labels"].values())


def test_what_isolates_lands_after_what_it_leaves_open() -> None:
    assert [(one.phase.name, one.name) for one in manifests(FLOW, EGRESS)] == [
        ("NAMESPACES", "shop"),
        ("ALLOWS", "shop.backend-to-api-example-com-443.egress"),
        ("ALLOWS", "shop.backend.dns"),
        ("WORKLOADS", "shop.backend.ingress"),
        ("WORKLOADS", "shop.frontend.egress"),
        ("REMAINDERS", "shop.dns"),
        ("ISOLATION", "shop.isolation"),
    ]


def test_every_step_waits_for_the_one_before_it() -> None:
    before = predecessors(manifests(FLOW, EGRESS))
    assert before == {
        "namespace-shop": (),
        "ciliumnetworkpolicy-shop-shop.backend-to-api-example-com-443.egress": ("namespace-shop",),
        "ciliumnetworkpolicy-shop-shop.backend.dns": ("namespace-shop",),
        "networkpolicy-shop-shop.backend.ingress": (
            "ciliumnetworkpolicy-shop-shop.backend-to-api-example-com-443.egress",
            "ciliumnetworkpolicy-shop-shop.backend.dns",
        ),
        "networkpolicy-shop-shop.frontend.egress": (
            "ciliumnetworkpolicy-shop-shop.backend-to-api-example-com-443.egress",
            "ciliumnetworkpolicy-shop-shop.backend.dns",
        ),
        "networkpolicy-shop-shop.dns": (
            "networkpolicy-shop-shop.backend.ingress",
            "networkpolicy-shop-shop.frontend.egress",
        ),
        "networkpolicy-shop-shop.isolation": ("networkpolicy-shop-shop.dns",),
    }


def test_what_is_cluster_wide_waits_for_every_namespace() -> None:
    bundle = shop({"baseline": {"isolate": ["*"], "apiServer": False}}, FLOW)
    found = compiled(bundle, FQDN)[1]
    before = predecessors(found)
    assert before["ciliumclusterwidenetworkpolicy-shop.isolation"] == (
        "ciliumclusterwidenetworkpolicy-shop.all-namespaces.dns",
        "networkpolicy-shop-shop.backend.ingress",
        "networkpolicy-shop-shop.frontend.egress",
    )
    assert before["networkpolicy-shop-shop.backend.ingress"] == (
        "ciliumclusterwidenetworkpolicy-shop.all-namespaces.dns",
    )


def test_a_files_name_is_its_objects_and_the_kustomization_lists_all() -> None:
    found = files(manifests(FLOW), json.dumps)
    assert list(found) == [
        "namespace-shop.yaml",
        "networkpolicy-shop-shop.backend.ingress.yaml",
        "networkpolicy-shop-shop.frontend.egress.yaml",
        "networkpolicy-shop-shop.isolation.yaml",
        "kustomization.yaml",
    ]
    assert json.loads(found["kustomization.yaml"])["resources"] == list(found)[:-1]
    assert json.loads(found["namespace-shop.yaml"])["metadata"]["name"] == "shop"


def test_the_same_bundle_is_the_same_text() -> None:
    assert files(manifests(FLOW, EGRESS), json.dumps) == files(manifests(FLOW, EGRESS), json.dumps)


@pytest.mark.parametrize(
    ("written", "phase"),
    [
        pytest.param({"kind": "NetworkPolicy"}, Phase.REMAINDERS, id="network-policy"),
        pytest.param({"kind": "CiliumNetworkPolicy", "spec": {}}, Phase.REMAINDERS, id="isolating"),
        pytest.param(
            {"kind": "CiliumNetworkPolicy", "spec": {"enableDefaultDeny": {"ingress": False, "egress": False}}},
            Phase.ALLOWS,
            id="not-isolating",
        ),
        pytest.param(
            {"kind": "CiliumNetworkPolicy", "spec": {"enableDefaultDeny": {"ingress": False}}},
            Phase.REMAINDERS,
            id="isolating-one-way",
        ),
        pytest.param({"kind": "PeerAuthentication", "spec": {}}, Phase.MUTUAL_TLS, id="mutual-tls"),
        pytest.param({"kind": "AuthorizationPolicy", "spec": {}}, Phase.WORKLOADS, id="authorization"),
    ],
)
def test_what_a_person_wrote_lands_by_what_it_does(written: Object, phase: Phase) -> None:
    found = adopt("shop", Layer("raw", "raw", 3), {**written, "metadata": {"name": "mine", "labels": {"team": "x"}}})
    assert found.phase is phase
    assert found.object["metadata"]["labels"] == {
        "team": "x",
        "app.kubernetes.io/managed-by": "cilia",
        "cilia/bundle": "shop",
        "cilia/layer": "raw",
        "cilia/intent": "mine",
    }


def test_order_does_not_depend_on_where_one_starts() -> None:
    found = manifests(FLOW, EGRESS)
    assert in_order(reversed(found)) == found
    assert all(first.phase <= second.phase for first, second in pairwise(found))
