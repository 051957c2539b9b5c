"""The component: what reaches the engine, in which order, and under which owner."""

from __future__ import annotations

import pulumi_kubernetes as kubernetes

from policies.compile.compiler import compile_meaning
from policies.compile.drafts import Draft
from policies.joint import join
from policies.manifests import finish
from policies.normalise import normalise
from policies.parse import parse_bundle
from policies.resources import EXISTING_TYPE, TYPE, ExistingCluster, apply_bundles
from stacks.wording import problems_of
from tests.components.mocks import Deployed, deploy, only
from tests.policies.builder import FQDN, ISOLATED, Object, compiled, shop

FLOW: Object = {"flows": [{"from": "frontend", "to": "backend", "ports": ["http"]}]}
EGRESS: Object = {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}, "ports": [443]}]}


def deployed(*layers: Object) -> list[Deployed]:
    """What applying a bundle with these layers registers."""
    bundle = shop(ISOLATED, *layers, namespaces={"shop": {"manage": True}, "office": {}})
    manifests = compiled(bundle, FQDN)[1]

    def build() -> None:
        provider = kubernetes.Provider("main", kubeconfig="{}")
        apply_bundles({"main-shop": manifests}, provider, protect=True, depends_on=[provider])

    return deploy(build)


def test_the_component_is_called_the_same_for_ever() -> None:
    assert TYPE == "cilia:policies:PolicyBundle"
    found = [one for one in deployed() if one.kind == "PolicyBundle"]
    assert [(one.name, one.parent) for one in found] == [("main-shop", "")]


def test_objects_are_typed_where_kubernetes_knows_them() -> None:
    found = deployed(FLOW, EGRESS)
    kinds = [one.kind for one in found if one.parent == "PolicyBundle main-shop"]
    assert kinds == [
        "Namespace",
        "CiliumNetworkPolicy",
        "CiliumNetworkPolicy",
        "NetworkPolicy",
        "NetworkPolicy",
        "NetworkPolicy",
        "NetworkPolicy",
    ]
    policy = only(found, "NetworkPolicy main-shop-networkpolicy-shop-shop.backend.ingress")
    assert policy.inputs["spec"]["podSelector"] == {"matchLabels": {"app": "backend"}}
    assert policy.inputs["spec"]["ingress"][0]["ports"] == [{"protocol": "TCP", "port": 8080}]
    cilium = only(found, "CiliumNetworkPolicy main-shop-ciliumnetworkpolicy-shop-shop.backend.dns")
    assert cilium.inputs["apiVersion"] == "cilium.io/v2"
    assert cilium.inputs["spec"]["enableDefaultDeny"] == {"ingress": False, "egress": False}


def test_everything_has_one_field_manager_and_the_clusters_provider() -> None:
    found = [one for one in deployed(FLOW, EGRESS) if one.parent == "PolicyBundle main-shop"]
    assert {one.inputs["metadata"]["annotations"]["pulumi.com/patchFieldManager"] for one in found} == {"cilia"}
    assert {one.provider for one in found} == {"main"}


def test_only_namespaces_are_protected() -> None:
    assert [one.kind for one in deployed(FLOW) if one.protect] == ["Namespace"]


def test_a_default_deny_waits_for_the_allows_that_go_with_it() -> None:
    found = deployed(FLOW, EGRESS)
    depends = {one.label: one.depends_on for one in found}
    isolation = "NetworkPolicy main-shop-networkpolicy-shop-shop.isolation"
    reached: set[str] = set()
    todo = [isolation]
    while todo:
        for label in depends.get(todo.pop(), frozenset()):
            if label not in reached:
                reached.add(label)
                todo.append(label)
    children = {one.label for one in found if one.parent == "PolicyBundle main-shop"}
    assert children - reached == {isolation}


def test_a_default_deny_of_one_bundle_waits_for_the_allows_of_another() -> None:
    spaces: Object = {"shop": {}, "office": {}}
    isolating = finish("first", _drafts(shop(ISOLATED, namespaces=spaces)))
    allowing = finish("second", _drafts(shop(FLOW, namespaces=spaces)))

    def build() -> None:
        provider = kubernetes.Provider("main", kubeconfig="{}")
        apply_bundles({"main-first": isolating, "main-second": allowing}, provider, protect=False)

    found = {one.label: one for one in deploy(build)}
    isolation = found["NetworkPolicy main-first-networkpolicy-shop-first.isolation"]
    assert isolation.parent == "PolicyBundle main-first"
    allows = {label for label, one in found.items() if one.parent == "PolicyBundle main-second"}
    assert allows
    assert allows <= isolation.depends_on


def _drafts(bundle: Object) -> list[Draft]:
    parsed = parse_bundle(bundle, {}, problems_of)
    return compile_meaning(join((normalise("any", parsed, FQDN)[0],), FQDN)[0], FQDN)[0]


def test_an_existing_cluster_is_reached_by_its_context_and_told_apart_by_it() -> None:
    def build() -> None:
        ExistingCluster("legacy", "legacy-admin")

    found = deploy(build)
    assert EXISTING_TYPE == "cilia:policies:ExistingCluster"
    provider = only(found, "kubernetes legacy")
    assert provider.parent == "ExistingCluster legacy"
    assert provider.inputs["context"] == "legacy-admin"
    assert provider.inputs["clusterIdentifier"] == "legacy-admin"
