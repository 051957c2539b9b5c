"""Every lint over small manifests: what it finds, where, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.rules import declared_rules
from policies.capabilities import Capabilities
from policies.lint.lints import lint
from policies.lint.source import Context, Source
from tests.policies.builder import compiled
from tests.policies.lint.linting import CLUSTERS, found
from tests.policies.test_same_meaning import EXAMPLES, scenarios

CASES: dict[str, dict[str, Any]] = {
    f"{file.stem}: {name}": case
    for file in sorted(Path(__file__).with_name("cases").glob("*.yaml"))
    for name, case in yaml.safe_load(file.read_text(encoding="utf-8")).items()
}
# Found in bundles rather than in manifests.
IN_BUNDLES = {"LINT-14"}


@pytest.mark.parametrize("name", CASES)
def test_lints_find(name: str) -> None:
    case = CASES[name]
    manifests = [yaml.safe_dump(manifest) for manifest in case["manifests"]]
    rest = {key: value for key, value in case.items() if key not in ("manifests", "finds")}
    assert found(*manifests, **rest) == case["finds"]


def test_every_lint_has_a_case() -> None:
    lints = {rule for rule in declared_rules() if rule.startswith("LINT-")}
    assert lints == {f"LINT-{number:02}" for number in range(1, 26)}
    cited = {line.rpartition("[")[2].removesuffix("]") for case in CASES.values() for line in case["finds"]}
    assert lints - cited - IN_BUNDLES == set()


def _with_conditions(bundle: dict[str, Any]) -> dict[str, Any]:
    """The bundle without HTTP entries that let everything through: a bundle may say so, a manifest must state it."""
    layers = [
        {
            **layer,
            "http": [{**one, "allow": [entry or {"path": "/x"} for entry in one["allow"]]} for one in layer["http"]],
        }
        if "http" in layer
        else layer
        for layer in bundle["layers"]
    ]
    return {**bundle, "layers": layers}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios())
def test_what_is_generated_falls_into_no_trap(scenario: tuple[dict[str, Any], Capabilities]) -> None:
    bundle, cluster = scenario
    meaning, manifests, _ = compiled(_with_conditions(bundle), cluster)
    sources = [Source(one.object, one.key, lambda _: 1) for one in manifests if one.kind != "Namespace"]
    assert [str(one) for one in lint(sources, Context(cluster, (meaning,))) if one.severity == "error"] == []


json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 70000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=EXAMPLES * 3, deadline=None)
@given(
    kind=st.sampled_from(
        [
            "NetworkPolicy",
            "CiliumNetworkPolicy",
            "AuthorizationPolicy",
            "PeerAuthentication",
            "RequestAuthentication",
            1,
        ]
    ),
    body=st.dictionaries(st.sampled_from(["spec", "specs", "metadata", "apiVersion"]), json_like, max_size=4),
    cluster=st.sampled_from(sorted(CLUSTERS)),
)
def test_nothing_that_is_no_policy_breaks_a_lint(kind: object, body: dict[str, Any], cluster: str) -> None:
    sources = [Source({**body, "kind": kind}, "x", lambda _: 1)]
    assert all(problem.message for problem in lint(sources, Context(CLUSTERS[cluster])))


def named(**metadata: Any) -> list[str]:
    """What is found in a NetworkPolicy with this metadata."""
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": {"podSelector": {}}}
    source = Source({**policy, "metadata": {"name": "x", "namespace": "shop", **metadata}}, "x", lambda _: 1)
    return [str(problem) for problem in lint([source], Context(CLUSTERS["fqdn"])) if problem.severity == "error"]


def test_names_are_as_long_as_the_api_server_takes_them() -> None:
    assert named(name="a" * 253) == []
    assert named(name="a" * 254) == [
        "x:1 metadata.name: the name has 254 characters, and 253 may be; shorten it [POL-45]"
    ]


def test_labels_that_say_which_bundle_an_object_is_of_are_not_written_by_hand() -> None:
    (found,) = named(labels={"app": "x", "cilia/bundle": "other"})
    assert found == (
        "x:1 metadata.labels.cilia/bundle: cilia/bundle is not written by hand: it says which bundle an object is of;"
        " remove it [BND-29]"
    )
