"""Whatever a bundle says, the real engines do with its manifests what its intents mean, on every kind of cluster."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from policies.capabilities import Capabilities
from policies.flows import Flow
from policies.intents import Meaning
from policies.manifests import Manifest
from policies.verdict import verdict
from tests.conformance.engines import Engines
from tests.conformance.filtering import BY_CILIUM, BY_ISTIO, filtering, identifying
from tests.policies.builder import compiled, together
from tests.policies.test_same_meaning import flows, scenarios, split

pytestmark = pytest.mark.conformance

EXAMPLES = int(os.environ.get("CILIA_EXAMPLES", "60"))
# Derandomized: a run finds the same as the one before it, unless more examples are asked for.
REPEATABLE = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
HALF = settings(REPEATABLE, max_examples=max(EXAMPLES // 2, 1))
FEWER = settings(REPEATABLE, max_examples=max(EXAMPLES // 6, 1))
# Where sidecars ask for their configuration: open for whoever has one.
SIDECARS_OWN_PORT = 15012
Scenario = tuple[dict[str, Any], Capabilities]


def shown(flow: Flow, bundle: dict[str, Any]) -> str:
    """A flow and the bundle it was asked about, for the report of a failure."""
    return f"{flow}\n{bundle}"


def wrong(meaning: Meaning, manifests: Sequence[Manifest], bundle: dict[str, Any], engines: Engines) -> list[str]:
    """Flows of which the engines think otherwise than the intents."""
    asked = flows(meaning.meshed)
    found = engines.allow(manifests, asked)
    pairs = zip(asked, found, strict=True)
    return [shown(flow, bundle) for flow, passes in pairs if passes != verdict(meaning, flow).allowed]


@REPEATABLE
@given(scenario=scenarios())
def test_engines_do_what_intents_mean(scenario: Scenario, engines: Engines) -> None:
    bundle, cluster = scenario
    meaning, manifests, _ = compiled(bundle, cluster)
    assume(manifests)
    assert wrong(meaning, manifests, bundle, engines)[:3] == []


@HALF
@given(scenario=split())
def test_two_bundles_of_a_cluster_mean_what_one_would(
    scenario: tuple[dict[str, Any], dict[str, dict[str, Any]], Capabilities], engines: Engines
) -> None:
    bundle, bundles, cluster = scenario
    meaning, _, _ = compiled(bundle, cluster)
    _, manifests, _ = together(bundles, cluster)
    assume(manifests)
    assert wrong(meaning, manifests, bundles, engines)[:3] == []


@HALF
@given(bundle=filtering())
def test_filters_mean_the_same_whichever_engine_has_them(bundle: dict[str, Any], engines: Engines) -> None:
    by_cluster = {name: compiled(bundle, cluster) for name, cluster in {**BY_CILIUM, **BY_ISTIO}.items()}
    enforced = {name: one for name, one in by_cluster.items() if one[1]}
    assume(set(enforced) & set(BY_CILIUM) and set(enforced) & set(BY_ISTIO))
    for name, (meaning, manifests, _) in enforced.items():
        assert wrong(meaning, manifests, bundle, engines)[:3] == [], name
    verdicts = {
        tuple(verdict(meaning, flow).allowed for flow in flows(meaning.meshed) if flow.port != SIDECARS_OWN_PORT)
        for meaning, _, _ in enforced.values()
    }
    assert len(verdicts) == 1


@FEWER
@given(bundle=identifying(), cluster=st.sampled_from(sorted(BY_ISTIO)))
def test_identities_are_proven(bundle: dict[str, Any], cluster: str, engines: Engines) -> None:
    meaning, manifests, _ = compiled(bundle, BY_ISTIO[cluster])
    assume(manifests)
    assert wrong(meaning, manifests, bundle, engines)[:3] == []


@FEWER
@given(scenario=scenarios())
def test_older_engines_do_the_same(scenario: Scenario, engines_before_1_19: Engines, engines: Engines) -> None:
    bundle, cluster = scenario
    meaning, manifests, _ = compiled(bundle, cluster)
    assume(manifests)
    asked = flows(meaning.meshed)
    assert engines_before_1_19.allow(manifests, asked) == engines.allow(manifests, asked)


@FEWER
@given(scenario=scenarios())
def test_nothing_that_stays_allowed_is_ever_denied_while_manifests_land_or_go(
    scenario: Scenario, engines: Engines
) -> None:
    bundle, cluster = scenario
    meaning, manifests, _ = compiled(bundle, cluster)
    assume(manifests)
    staying = [flow for flow in flows(meaning.meshed) if verdict(meaning, flow).allowed]
    for count in range(len(manifests)):
        stopped = [
            shown(flow, bundle)
            for flow, found in zip(staying, engines.allow(manifests[:count], staying), strict=True)
            if not found
        ]
        assert stopped[:3] == [], manifests[count].object
