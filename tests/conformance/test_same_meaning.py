"""Whatever a bundle says, the real engines do with its manifests what its intents mean, on every kind of cluster."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from policies.capabilities import Capabilities
from policies.flows import Flow
from policies.verdict import verdict
from tests.conformance.engines import Engines
from tests.policies.builder import compiled
from tests.policies.test_same_meaning import flows, scenarios

pytestmark = pytest.mark.conformance

EXAMPLES = int(os.environ.get("CILIA_EXAMPLES", "60"))
# Derandomized: a run finds the same as the one before it, unless more examples are asked for.
REPEATABLE = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
FEWER = settings(REPEATABLE, max_examples=max(EXAMPLES // 6, 1))
Scenario = tuple[dict[str, Any], Capabilities]


def shown(flow: Flow, bundle: dict[str, Any]) -> str:
    """A flow and the bundle it was asked about, for the report of a failure."""
    return f"{flow}\n{bundle}"


@REPEATABLE
@given(scenario=scenarios())
def test_engines_do_what_intents_mean(scenario: Scenario, engines: Engines) -> None:
    bundle, cluster = scenario
    meaning, manifests, _ = compiled(bundle, cluster)
    assume(manifests)
    asked = flows(meaning.meshed)
    meant = [verdict(meaning, flow).allowed for flow in asked]
    wrong = [
        shown(flow, bundle)
        for flow, found, expected in zip(asked, engines.allow(manifests, asked), meant, strict=True)
        if found != expected
    ]
    assert wrong[:3] == []


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
