"""Policies of a stack: which clusters they go to, and what only the whole stack shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stacks.check import check
from stacks.parse import parse
from stacks.policies import ClusterPolicies, library_of
from tests.stacks.checks.builder import TODAY, byocni, cluster, findings, problems, stack

LEGACY = {"context": "legacy", "capabilities": {"cilium": "1.18", "acns": "FQDN"}}
DENY = {"bundles": [{"name": "deny-all-with-dns"}]}
SPOT = {"bundles": [{"name": "frontend-backend-get"}]}


def attached(policies: Mapping[str, Any], existing: Mapping[str, Any] | None = None, **main: Any) -> dict[str, Any]:
    """The clean stack with policies, existing clusters, and changes to its cluster."""
    values = cluster(main) if main else stack()
    values["cilia:policies"] = dict(policies)
    if existing is not None:
        values["cilia:existingClusters"] = dict(existing)
    return values


def planned(values: Mapping[str, Any]) -> dict[str, ClusterPolicies]:
    """The policies of a stack without errors."""
    plan = check(parse(values), today=TODAY).plan
    assert plan is not None
    return dict(plan.policies)


def test_stack_without_policies_plans_none() -> None:
    assert planned(stack()) == {}


def test_policies_of_own_and_existing_clusters_are_planned() -> None:
    found = planned(attached({"main": DENY, "legacy": DENY}, {"legacy": LEGACY}))
    assert {key: (one.context, one.applied, one.protect) for key, one in found.items()} == {
        "main": (None, True, True),
        "legacy": ("legacy", True, True),
    }
    assert [manifest.key for manifest in found["main"].manifests] == [
        "namespace-sandbox",
        "networkpolicy-sandbox-deny-all-with-dns.isolation",
    ]
    assert found["legacy"].capabilities.acns == "FQDN"


@pytest.mark.parametrize("protect", [True, False])
def test_namespaces_are_protected_as_their_cluster_is(*, protect: bool) -> None:
    assert planned(attached({"main": DENY}, protect=protect))["main"].protect is protect


def test_bundles_for_gitops_are_planned_and_not_applied() -> None:
    existing = {"legacy": {**LEGACY, "inCluster": "gitops"}}
    found = planned(attached({"main": DENY, "legacy": DENY}, existing, inCluster="gitops"))
    assert {key: one.applied for key, one in found.items()} == {"main": False, "legacy": False}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(
            attached({"mian": DENY}),
            ["policies.mian: no cluster is called 'mian'; did you mean 'main'? [CFG-06]"],
            id="unknown cluster",
        ),
        pytest.param(
            attached({"main": DENY}, {"main": LEGACY}),
            ["existingClusters.main: clusters.main is made by this stack; give one of the two another key [BND-24]"],
            id="a cluster of both kinds",
        ),
        pytest.param(
            attached({}, {"legacy": LEGACY}),
            [
                (
                    "existingClusters.legacy: warning: no policies are attached to legacy, so that it gets nothing;"
                    " attach some, or remove it [BND-24]"
                )
            ],
            id="existing for nothing",
        ),
        pytest.param(
            attached({"legacy": DENY}, {"legacy": {"context": "legacy", "capabilities": {"cilium": 1.18}}}),
            [
                (
                    "existingClusters.legacy.capabilities.cilium: the number 1.18 is not a version of Cilium; write"
                    ' one in quotes, such as "1.18" [BND-06]'
                )
            ],
            id="a version that is a number",
        ),
        pytest.param(
            attached({"main": DENY}, existing=None, networking={"dataplane": "azure"}),
            [
                (
                    "clusters.main.networking.dataplane: dataplane azure has no Cilium, and policies need one:"
                    " Kubernetes' own cannot allow without isolating; use dataplane cilium [POL-41]"
                )
            ],
            id="no Cilium",
        ),
        pytest.param(
            attached({"main": ["deny-all-with-dns"]}),
            ["policies.main: a list where a mapping is meant; write lines such as 'key: value' [CFG-02]"],
            id="a list for a mapping",
        ),
    ],
)
def test_cluster_that_cannot_get_policies_is_named(values: Mapping[str, Any], expected: list[str]) -> None:
    assert problems(values) == expected


def test_cluster_that_did_not_parse_is_not_called_unknown() -> None:
    values = attached({"main": DENY}, networking={"mode": "underlay"})
    assert [line for line in problems(values) if "policies" in line] == []


@pytest.mark.parametrize(
    ("cilium", "policies", "expected"),
    [
        pytest.param(
            {"l7Proxy": False},
            SPOT,
            [
                (
                    "layers[1].http[0]: HTTP rules enforced by Cilium cannot be enforced: clusters.main has a Cilium"
                    " with l7Proxy: false; set it to true [ACNS-05]"
                )
            ],
            id="HTTP without a proxy",
        ),
        pytest.param(
            {"l7Proxy": False},
            {"bundles": [{"name": "fqdn-egress"}]},
            [
                *(
                    f"layers[1].egress[{index}].to: egress by DNS name cannot be enforced: clusters.main has a Cilium"
                    " with l7Proxy: false; set it to true [ACNS-05]"
                    for index in range(2)
                ),
                (
                    "layers[0].baseline.dns: DNS by name cannot be enforced: clusters.main has a Cilium with"
                    " l7Proxy: false; set it to true [ACNS-05]"
                ),
            ],
            id="names without a proxy",
        ),
        pytest.param(
            {"policyEnforcementMode": "never"},
            DENY,
            [
                (
                    "clusters.main: Cilium has policyEnforcementMode: never, and enforces no policy; set it to default"
                    " [POL-53]"
                )
            ],
            id="nothing enforced",
        ),
        pytest.param(
            {"policyEnforcementMode": "always"},
            DENY,
            [
                (
                    "clusters.main: warning: Cilium has policyEnforcementMode: always, which isolates every pod, also"
                    " those that a bundle leaves open; set it to default, or give every pod its allows [POL-54]"
                )
            ],
            id="everybody isolated",
        ),
    ],
)
def test_switch_of_ones_own_cilium_decides_what_is_enforced(
    cilium: Mapping[str, Any], policies: Mapping[str, Any], expected: list[str]
) -> None:
    values = byocni({"version": "1.19.6", **cilium})
    values["cilia:policies"] = {"main": policies}
    rules = ("ACNS-05", "POL-53", "POL-54")
    found = [str(one).partition(" ")[2] if "/bundles/" in str(one) else str(one) for one in problems(values)]
    assert [line for line in found if line.endswith(tuple(f"[{rule}]" for rule in rules))] == expected


def test_two_bundles_that_pulumi_could_not_tell_apart_are_refused() -> None:
    existing = {"main-deny": LEGACY}
    values = attached({"main": {"bundles": [{"name": "deny-all-with-dns"}]}, "main-deny": DENY}, existing)
    values["cilia:policies"]["main-deny"] = {"bundles": [{"name": "all-with-dns"}]}
    assert findings("BND-25", values) == [
        (
            "policies.main-deny.bundles[0].name: main-deny-all-with-dns is the name of a bundle of main too; rename the"
            " bundle"
        )
    ]


def test_bundle_writes_the_sidecar_label_of_its_namespace_and_the_mesh_leaves_it_alone() -> None:
    istio = {"revisions": ["asm-1-29", "asm-1-30"], "injection": {"shop": "asm-1-30", "office": "asm-1-29"}}
    plan = check(parse(attached({"main": SPOT}, istio=istio)), today=TODAY).plan
    assert plan is not None
    (namespace,) = (one for one in plan.policies["main"].manifests if one.kind == "Namespace")
    assert namespace.object["metadata"]["labels"]["istio.io/rev"] == "asm-1-30"
    mesh = plan.around["main"].mesh
    assert mesh is not None
    assert [manifest.key for manifest in mesh.manifests] == ["injection-office"]


def test_bundles_are_those_of_the_project_that_the_stack_file_lies_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: cilia\n")
    bundles = tmp_path / "policies" / "bundles"
    file = tmp_path / "stacks" / "Pulumi.dev.yaml"
    assert "deny-all-with-dns" in library_of(file).names()
    bundles.mkdir(parents=True)
    (bundles / "own.yaml").write_text("layers: []\n")
    monkeypatch.chdir(tmp_path)
    library = library_of(file)
    found = library.bundle("own")
    assert found is not None
    assert (library.names(), found.label) == (("own",), "policies/bundles/own.yaml")


def test_bundle_has_to_know_that_its_namespace_has_sidecars() -> None:
    istio = {"revisions": ["asm-1-29"], "injection": {"sandbox": "asm-1-29"}}
    assert findings("BND-26", attached({"main": DENY}, istio=istio)) == [
        (
            "clusters.main.istio.injection.sandbox: bundle deny-all-with-dns makes sandbox without mesh: true;"
            " set it there, or remove this"
        )
    ]
