"""Policies through the real engine: at no moment is anything cut off that stays allowed, or open that stays denied."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

import pytest
import yaml

from policies.flows import Flow, Pod, Stranger
from policies.requests import Request
from tests.engine.harness import Engine, label
from tests.policies.engine import Engine as Verdicts

pytestmark = pytest.mark.engine

Objects = dict[str, dict[str, Any]]

STACK_FILE = """
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-shop}, protect: false}
  cilia:policies: {legacy: {bundles: [{name: shop}]}}
  cilia:existingClusters:
    legacy:
      context: legacy
      capabilities:
        {cilium: "1.18", acns: L7, podCidrs: [192.168.0.0/16], nodeCidrs: [10.20.0.0/24], serviceCidrs: [172.20.0.0/16]}
"""
OWN = """
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-shop}}
  cilia:networks: {main: {addressSpace: [10.20.0.0/16], subnets: {nodes: {cidr: 10.20.0.0/24}}}}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      network: main
      networking: {mode: byocni, podCidr: 192.168.0.0/16, cilium: {version: 1.19.6}}
      systemPool: {subnet: nodes, count: 3, maxPods: 110}
      inCluster: IN_CLUSTER
  cilia:policies: {main: {bundles: [{name: shop}]}}
"""
BUNDLE: dict[str, Any] = {
    "namespaces": {"shop": {"manage": True}},
    "workloads": {
        "frontend": {"namespace": "shop", "labels": {"app": "frontend"}},
        "backend": {"namespace": "shop", "labels": {"app": "backend"}, "ports": {"http": 8080, "metrics": 9090}},
    },
}
BASELINE = {"baseline": {"isolate": ["shop"], "apiServer": False}}
CALLS = {"flows": [{"from": "frontend", "to": "backend", "ports": ["http"]}]}
MORE_CALLS = {"flows": [{"from": "frontend", "to": "backend", "ports": ["http", "metrics"]}]}
REQUESTS = {"http": [{"from": "frontend", "to": "backend", "port": "http", "allow": [{"methods": ["GET"]}]}]}
OUTSIDE = {"egress": [{"from": "backend", "to": {"fqdn": "api.example.com"}, "ports": [443]}]}
DENIED = {
    "name": "no-metrics",
    "flows": [{"from": "frontend", "to": "backend", "ports": ["metrics"], "action": "deny"}],
}
STAGES = {
    "isolation with its allows": (BASELINE, CALLS),
    "another layer": (BASELINE, CALLS, OUTSIDE),
    "requests instead of calls": (BASELINE, REQUESTS, OUTSIDE),
    "a layer less": (BASELINE, REQUESTS),
    "more calls, some denied": (BASELINE, MORE_CALLS, DENIED),
    "nobody isolated": (MORE_CALLS,),
    "isolation again": (BASELINE, CALLS),
}

FRONTEND, BACKEND, OTHER = (
    Pod(space, frozenset({("app", app)}))
    for space, app in (("shop", "frontend"), ("shop", "backend"), ("default", "other"))
)
DNS = Pod("kube-system", frozenset({("k8s-app", "kube-dns")}))
API = Stranger(ip_address("203.0.113.5"), "api.example.com")
FLOWS = {
    "GET": Flow(FRONTEND, BACKEND, 8080, request=Request("GET", "/data", "backend")),
    "DELETE": Flow(FRONTEND, BACKEND, 8080, request=Request("DELETE", "/data", "backend")),
    "metrics": Flow(FRONTEND, BACKEND, 9090),
    "back": Flow(BACKEND, FRONTEND, 8080),
    "from elsewhere": Flow(OTHER, BACKEND, 8080),
    "to elsewhere": Flow(BACKEND, OTHER, 80),
    "outside": Flow(BACKEND, API, 443),
    "outside of the frontend": Flow(FRONTEND, API, 443),
    "question": Flow(FRONTEND, DNS, 53, "UDP", query="backend.shop.svc.cluster.local"),
    "question about the API": Flow(BACKEND, DNS, 53, "UDP", query="api.example.com"),
}


def write_bundle(engine: Engine, *layers: dict[str, Any]) -> None:
    """Writes the project's bundle `shop` with these layers."""
    file = engine.project / "policies" / "bundles" / "shop.yaml"
    file.write_text(yaml.safe_dump({**BUNDLE, "layers": list(layers)}, sort_keys=False))


def objects(engine: Engine) -> Objects:
    """What is in the cluster by the engine's state, by label."""
    return {
        name: {"kind": found["type"].rpartition(":")[2], **found["inputs"]}
        for name, found in engine.resources().items()
        if found["type"].startswith("kubernetes:")
    }


def changes(engine: Engine) -> list[dict[str, Any]]:
    """Every call that changed something in a cluster, in order."""
    return [call for call in engine.cloud.calls() if call["package"] == "kubernetes" and call["method"] in _CHANGES]


_CHANGES = ("Create", "Update", "Delete")


def moments(before: Objects, calls: list[dict[str, Any]], after: Objects) -> Iterator[tuple[str, Objects]]:
    """What was in the cluster after each call."""
    now = dict(before)
    for call in calls:
        name = label(call["urn"])
        if call["method"] == "Delete":
            del now[name]
        else:
            now[name] = after[name]
        yield f"{call['method']} {name}", dict(now)
    assert now == after


def verdicts(found: Mapping[str, dict[str, Any]]) -> dict[str, bool]:
    """Which flows the cluster's engines let through."""
    policies = Verdicts(one for one in found.values() if one["kind"] != "Namespace")
    return {name: policies.allows(flow) for name, flow in FLOWS.items()}


@pytest.fixture
def legacy(engine: Engine) -> Engine:
    """A stack with nothing but policies for a cluster that exists already; no bundle yet."""
    engine.environment["CILIA_TODAY"] = "2026-08-21"
    engine.repository(STACK_FILE)
    return engine


def test_whatever_stays_allowed_or_denied_stays_so_at_every_moment(legacy: Engine) -> None:
    before: Objects = {}
    for stage, layers in STAGES.items():
        write_bundle(legacy, *layers)
        known = len(changes(legacy))
        up = legacy.up("--skip-preview")
        assert (up.failures, stage) == ([], stage)
        after, calls = objects(legacy), changes(legacy)[known:]
        assert calls, stage
        old, new = verdicts(before), verdicts(after)
        assert new != old, stage
        lasting = {name: verdict for name, verdict in new.items() if old[name] == verdict}
        for moment, found in moments(before, calls, after):
            now = verdicts(found)
            assert {name: now[name] for name in lasting} == lasting, f"{stage}: {moment}"
        assert legacy.settled()
        before = after
    known = len(changes(legacy))
    assert legacy.destroy("--skip-preview").failures == []
    gone = changes(legacy)[known:]
    assert {call["method"] for call in gone} == {"Delete"}
    old = verdicts(before)
    for moment, found in moments(before, gone, {}):
        now = verdicts(found)
        assert all(now[name] for name, allowed in old.items() if allowed), moment


def test_default_deny_is_the_last_to_land_and_the_first_to_go(legacy: Engine) -> None:
    write_bundle(legacy, BASELINE, CALLS, OUTSIDE)
    assert legacy.up("--skip-preview").failures == []
    made = [label(call["urn"]) for call in changes(legacy)]
    assert made[0] == "Namespace legacy-shop-namespace-shop"
    assert made[-1] == "NetworkPolicy legacy-shop-networkpolicy-shop-shop.isolation"
    assert legacy.destroy("--skip-preview").failures == []
    gone = [label(call["urn"]) for call in changes(legacy)[len(made) :]]
    assert (gone[0], gone[-1]) == (made[-1], made[0])
    assert set(gone) == set(made)


def test_objects_carry_their_origin_and_one_field_manager(legacy: Engine) -> None:
    write_bundle(legacy, BASELINE, CALLS)
    assert legacy.up("--skip-preview").failures == []
    for found in objects(legacy).values():
        labels, annotations = found["metadata"]["labels"], found["metadata"]["annotations"]
        assert labels["app.kubernetes.io/managed-by"] == "cilia"
        assert labels["cilia/bundle"] == "shop"
        assert labels["cilia/layer"] in ("namespaces", "baseline", "flows")
        assert annotations["cilia/intents"].startswith(f"{labels['cilia/layer']}: ")
        assert annotations["pulumi.com/patchFieldManager"] == "cilia"


def test_error_in_a_bundle_stops_up_at_its_file_and_line(legacy: Engine) -> None:
    write_bundle(legacy, BASELINE, {"flows": [{"from": "fronted", "to": "backend"}]})
    up = legacy.up("--skip-preview")
    assert up.code != 0
    assert (
        "policies/bundles/shop.yaml:22 layers[1].flows[0].from: no workload is called 'fronted'; did you mean"
        " 'frontend'? [BND-09]"
    ) in "\n".join(up.errors)
    assert changes(legacy) == []


def test_bundle_comes_after_the_clusters_own_cilium_and_goes_with_the_cluster(engine: Engine) -> None:
    engine.environment["CILIA_TODAY"] = "2026-08-21"
    engine.repository(OWN.replace("IN_CLUSTER", "apply").replace("rg-shop}", "rg-shop}, protect: false"))
    write_bundle(engine, BASELINE, CALLS)
    up = engine.up("--skip-preview")
    assert up.failures == []
    made = [step.label for step in up.steps()]
    ours = [name for name in made if "main-shop-" in name]
    assert made.index("Release main-cilium") < min(made.index(name) for name in ours)
    assert engine.settled()

    assert engine.destroy("--skip-preview").failures == []
    assert [call for call in changes(engine) if call["method"] == "Delete"] == []
    assert engine.cloud.snapshot() == {}


def test_bundle_for_gitops_is_written_and_not_applied(engine: Engine) -> None:
    engine.environment["CILIA_TODAY"] = "2026-08-21"
    engine.repository(OWN.replace("IN_CLUSTER", "gitops"))
    write_bundle(engine, BASELINE, CALLS)
    up = engine.up("--skip-preview")
    assert up.failures == []
    assert changes(engine) == []
    assert not any(step.type.startswith("kubernetes:") or "PolicyBundle" in step.type for step in up.steps())
    printed = engine.cilia("policies", "test", "-o", "json")
    assert printed.returncode == 0, printed.stderr
    assert next(one["object"]["kind"] for one in json.loads(printed.stdout)["manifests"]) == "Namespace"
    engine.cilia("policies", "test", "--out", "gitops")
    assert (engine.project / "gitops" / "main" / "kustomization.yaml").is_file()
