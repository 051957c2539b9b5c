"""Policies as objects: intents that come and go, isolation gained and lost."""

from __future__ import annotations

from typing import Any

import pytest

from cilia.record import Resource
from cilia.review.policies import policy_changes
from cilia.review.review_text import isolation_lines
from tests.cilia.review.builder import PROVIDER, cluster, judged, kubernetes, made, urn
from tests.policies.builder import ISOLATED, compiled, shop

CILIUM = "kubernetes:cilium.io/v2:CiliumNetworkPolicy"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ISTIO = "kubernetes:security.istio.io/v1:AuthorizationPolicy"


def policy(
    token: str, spec: dict[str, Any] | None, intents: str = "", labels: dict[str, str] | None = None, **more: Any
) -> Resource:
    """A policy in namespace `shop` of cluster `main`."""
    metadata: dict[str, Any] = {"name": "p", "namespace": "shop"}
    if intents:
        metadata["labels"] = {"cilia/bundle": "shop", "cilia/layer": "flows"}
        metadata["annotations"] = {"cilia/intents": intents}
    if labels:
        metadata["labels"] = labels
    body = {"metadata": metadata, **({"spec": spec} if spec is not None else {}), **more}
    return made(token, "p", body, provider=urn(PROVIDER, "main"))


def test_intents_that_come_and_go() -> None:
    old = [policy(NETWORK_POLICY, None, "flows: a to b; flows: b to c")]
    new = [policy(NETWORK_POLICY, None, "flows: b to c; flows: c to d")]
    found = policy_changes(old, new)
    place = {"cluster": "main", "bundle": "shop", "layer": "flows"}
    assert found.added == ({**place, "intent": "flows: c to d"},)
    assert found.removed == ({**place, "intent": "flows: a to b"},)
    assert bool(found)


def test_what_another_bundle_says_in_an_object_is_that_bundles_wherever_it_moves() -> None:
    shared = [policy(NETWORK_POLICY, None, "flows: a to b; partner/calls: b to c")]
    found = policy_changes([], shared)
    assert [(each["bundle"], each["layer"], each["intent"]) for each in found.added] == [
        ("shop", "flows", "flows: a to b"),
        ("partner", "calls", "calls: b to c"),
    ]
    own = policy(NETWORK_POLICY, None, "flows: a to b")
    labels = {"cilia/bundle": "partner", "cilia/layer": "calls"}
    moved = policy(NETWORK_POLICY, None, "calls: b to c", labels)
    assert not policy_changes(shared, [own, moved])


def test_object_that_a_person_wrote_comes_and_goes_by_its_kind_and_name() -> None:
    written = policy(NETWORK_POLICY, None, labels={"cilia/bundle": "shop", "cilia/layer": "raw"})
    place = {"cluster": "main", "bundle": "shop", "layer": "raw"}
    found = policy_changes([written], [])
    assert found.removed == ({**place, "intent": "raw: NetworkPolicy p, written by hand"},)
    assert policy_changes([], [written]).added == found.removed


def test_policy_in_a_namespace_or_cluster_of_the_same_change_meets_nobody() -> None:
    provider = urn(PROVIDER, "main")
    deny = policy(NETWORK_POLICY, {"podSelector": {}})
    namespace = made("kubernetes:core/v1:Namespace", "shop", {"metadata": {"name": "shop"}}, provider=provider)
    other = made("kubernetes:core/v1:Namespace", "other", {"metadata": {"name": "other"}}, provider=provider)
    assert judged([], [namespace, deny])["p", None].effects == ("create",)
    assert judged([], [other, deny])["p", None].effects == ("create", "disruptive")
    assert judged([namespace], [namespace, deny])["p", None].effects == ("create", "disruptive")
    assert judged([], [cluster(), kubernetes(), deny])["p", None].effects == ("create",)
    there = [cluster(), kubernetes()]
    assert judged(there, [*there, deny])["p", None].effects == ("create", "disruptive")


def test_another_context_is_another_cluster() -> None:
    isolation = policy(NETWORK_POLICY, {"podSelector": {}})
    old, new = ([made(PROVIDER, "main", {"context": context}), isolation] for context in ("legacy", "other"))
    found = policy_changes(old, new)
    assert [(each["change"], each["context"]) for each in found.isolation] == [("gained", "other"), ("lost", "legacy")]
    assert isolation_lines(found) == [
        "main (context other): all pods in shop are isolated for ingress",
        "main (context legacy): all pods in shop are no longer isolated for ingress",
    ]
    assert policy_changes(old, old).isolation == ()


def test_unchanged_policies_change_nothing() -> None:
    same = [policy(NETWORK_POLICY, {"podSelector": {}}, "flows: a to b")]
    assert not policy_changes(same, same)


@pytest.mark.parametrize(
    ("token", "spec", "expected"),
    [
        (NETWORK_POLICY, {"podSelector": {}}, ["all ingress"]),
        (NETWORK_POLICY, {"podSelector": {}, "egress": []}, ["all ingress"]),
        (NETWORK_POLICY, {"podSelector": {}, "egress": [{}]}, ["all ingress", "all egress"]),
        (
            NETWORK_POLICY,
            {"podSelector": {"matchLabels": {"b": "2", "a": "1"}}, "policyTypes": ["Egress"]},
            ["a=1, b=2 egress"],
        ),
        (CILIUM, {"endpointSelector": {}, "ingress": [{}]}, ["all ingress"]),
        (CILIUM, {"endpointSelector": {}, "egressDeny": [{}]}, ["all egress"]),
        (CILIUM, {"endpointSelector": {}, "egress": [{}], "enableDefaultDeny": {"egress": False}}, []),
        (CILIUM, {"endpointSelector": {}, "enableDefaultDeny": {"ingress": True}}, []),
        (CILIUM, {"endpointSelector": {}, "ingress": [], "egressDeny": []}, []),
        (ISTIO, {"selector": {"matchLabels": {"app": "a"}}}, ["app=a ingress"]),
        (ISTIO, {"action": "DENY"}, []),
        (
            NETWORK_POLICY,
            {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}},
            ["any a ingress"],
        ),
    ],
)
def test_policy_isolates_whom_it_selects(token: str, spec: dict[str, Any], expected: list[str]) -> None:
    gained = policy_changes([], [policy(token, spec)]).isolation
    assert [f"{each['workloads']} {each['direction']}" for each in gained] == expected
    assert {each["change"] for each in gained} <= {"gained"}
    lost = policy_changes([policy(token, spec)], []).isolation
    assert [{**each, "change": "gained"} for each in lost] == list(gained)


def test_isolation_has_cluster_and_namespace() -> None:
    (found,) = policy_changes([], [policy(CILIUM, None, specs=[{"endpointSelector": {}, "ingress": [{}]}])]).isolation
    assert found == {
        "cluster": "main",
        "namespace": "shop",
        "workloads": "all",
        "direction": "ingress",
        "by": "network",
        "change": "gained",
    }


FLOW = {"flows": [{"from": "frontend", "to": "backend", "ports": ["http"]}]}
EGRESS = {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}, "ports": [443]}]}


def bundled(*layers: dict[str, Any]) -> list[Resource]:
    """The objects of a real bundle with these layers, as a recording has them."""
    _, manifests, _ = compiled(shop(*layers))
    return [
        made(f"kubernetes:{one.object['apiVersion']}:{one.kind}", one.key, one.object, provider=urn(PROVIDER, "main"))
        for one in manifests
    ]


def test_layers_of_a_real_bundle_come_and_go_as_intents() -> None:
    found = policy_changes(bundled(ISOLATED, FLOW), bundled(ISOLATED, EGRESS))
    assert {each["bundle"] for each in (*found.added, *found.removed)} == {"shop"}
    assert any("frontend" in each["intent"] and "backend" in each["intent"] for each in found.removed)
    assert any("api.example.com" in each["intent"] for each in found.added)
    assert found.isolation == ()


def test_mesh_isolates_beside_the_network() -> None:
    selector = {"matchLabels": {"app": "a"}}
    old = [policy(NETWORK_POLICY, {"podSelector": selector})]
    (found,) = policy_changes(old, [*old, policy(ISTIO, {"selector": selector})]).isolation
    assert (found["by"], found["workloads"], found["change"]) == ("mesh", "app=a", "gained")


def test_policy_of_another_kind_that_isolates_the_same_changes_nothing() -> None:
    selector = {"matchLabels": {"app": "a"}}
    old = [policy(NETWORK_POLICY, {"podSelector": selector})]
    new = [policy(CILIUM, {"endpointSelector": {"matchLabels": {"k8s:app": "a"}}, "ingress": [{}]})]
    assert policy_changes(old, new).isolation == ()


def test_baseline_of_a_real_bundle_isolates_its_namespace() -> None:
    gained = policy_changes([], bundled(ISOLATED)).isolation
    assert {(each["namespace"], each["direction"], each["change"]) for each in gained} >= {
        ("shop", "ingress", "gained"),
        ("shop", "egress", "gained"),
    }
