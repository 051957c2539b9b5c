"""Policies as objects: intents that come and go, isolation gained and lost."""

from __future__ import annotations

from typing import Any

import pytest

from cilia.record import Resource
from cilia.review.policies import policy_changes
from tests.cilia.review.builder import PROVIDER, made, urn

CILIUM = "kubernetes:cilium.io/v2:CiliumNetworkPolicy"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ISTIO = "kubernetes:security.istio.io/v1:AuthorizationPolicy"


def policy(token: str, spec: dict[str, Any] | None, intents: str = "", **more: Any) -> Resource:
    """A policy in namespace `shop` of cluster `main`."""
    metadata: dict[str, Any] = {"name": "p", "namespace": "shop"}
    if intents:
        metadata["labels"] = {"cilia/bundle": "shop", "cilia/layer": "flows"}
        metadata["annotations"] = {"cilia/intents": intents}
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


def test_unchanged_policies_change_nothing() -> None:
    same = [policy(NETWORK_POLICY, {"podSelector": {}}, "flows: a to b")]
    assert not policy_changes(same, same)


@pytest.mark.parametrize(
    ("token", "spec", "expected"),
    [
        (NETWORK_POLICY, {"podSelector": {}}, ["all ingress"]),
        (NETWORK_POLICY, {"podSelector": {}, "egress": []}, ["all ingress", "all egress"]),
        (
            NETWORK_POLICY,
            {"podSelector": {"matchLabels": {"b": "2", "a": "1"}}, "policyTypes": ["Egress"]},
            ["a=1, b=2 egress"],
        ),
        (CILIUM, {"endpointSelector": {}, "ingress": [{}]}, ["all ingress"]),
        (CILIUM, {"endpointSelector": {}, "egressDeny": [{}]}, ["all egress"]),
        (CILIUM, {"endpointSelector": {}, "egress": [{}], "enableDefaultDeny": {"egress": False}}, []),
        (CILIUM, {"endpointSelector": {}, "enableDefaultDeny": {"ingress": True}}, ["all ingress"]),
        (ISTIO, {"selector": {"matchLabels": {"app": "a"}}}, ["app=a ingress"]),
        (ISTIO, {"action": "DENY"}, []),
        (
            NETWORK_POLICY,
            {"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}},
            ['{"key": "a", "operator": "Exists"} ingress'],
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
    (found,) = policy_changes([], [policy(CILIUM, None, specs=[{"endpointSelector": {}, "ingress": []}])]).isolation
    assert found == {
        "cluster": "main",
        "namespace": "shop",
        "workloads": "all",
        "direction": "ingress",
        "change": "gained",
    }
