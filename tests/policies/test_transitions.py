"""Whichever layers come or go, and in whichever order an engine may write: what stays allowed is never cut off."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.capabilities import Capabilities
from policies.manifests import Manifest, predecessors
from tests.policies.builder import compiled, together
from tests.policies.engine import Engine
from tests.policies.test_same_meaning import EXAMPLES, flows, scenarios, split

Live = dict[str, dict[str, Any]]


def earlier(manifests: Sequence[Manifest]) -> Mapping[str, set[str]]:
    """For each manifest all that land before it, directly or not."""
    before = predecessors(manifests)
    found: dict[str, set[str]] = {}
    for key in before:  # in an order in which they may land
        found[key] = set(before[key]).union(*(found[each] for each in before[key]))
    return found


def moments(old: Sequence[Manifest], new: Sequence[Manifest], chance: random.Random) -> Iterator[tuple[str, Live]]:
    """What is in the cluster after each step of an update, as Pulumi makes them.

    It creates and updates what has all its dependencies; then it deletes what nothing depends on that is deleted too.
    """
    live = {one.key: one.object for one in old}
    wanted = {one.key: one.object for one in new}
    before, left = predecessors(new), set(wanted)
    while left:
        key = chance.choice(sorted(one for one in left if not left & set(before[one])))
        left.remove(key)
        live[key] = wanted[key]
        yield f"write {key}", dict(live)
    needs, gone = earlier(old), live.keys() - wanted.keys()
    while gone:
        key = chance.choice(sorted(one for one in gone if not any(one in needs[other] for other in gone)))
        gone = gone - {key}
        del live[key]
        yield f"delete {key}", dict(live)


@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios(), data=st.data(), chance=st.integers(0, 10**6).map(random.Random))
def test_layers_come_and_go_without_cutting_anything_off_or_opening_anything_up(
    scenario: tuple[dict[str, Any], Capabilities], data: st.DataObject, chance: random.Random
) -> None:
    bundle, cluster = scenario
    layers = bundle["layers"]
    kept = data.draw(st.lists(st.sampled_from(layers), unique_by=id, min_size=1, max_size=len(layers)))
    less = {**bundle, "layers": [layer for layer in layers if any(layer is each for each in kept)]}
    (meaning, all_layers, _), (_, some, _) = compiled(bundle, cluster), compiled(less, cluster)
    if not all_layers or not some:
        return
    _check(all_layers, some, meaning.meshed, chance)


@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenario=split(), data=st.data(), chance=st.integers(0, 10**6).map(random.Random))
def test_bundles_come_and_go_without_cutting_anything_off_or_opening_anything_up(
    scenario: tuple[Any, dict[str, dict[str, Any]], Capabilities], data: st.DataObject, chance: random.Random
) -> None:
    _, bundles, cluster = scenario
    stays = data.draw(st.sampled_from(sorted(bundles)))
    meaning, both, _ = together(bundles, cluster)
    _, one, _ = together({stays: bundles[stays]}, cluster)
    if both and one:
        _check(both, one, meaning.meshed, chance)


def _check(more: Sequence[Manifest], less: Sequence[Manifest], meshed: frozenset[str], chance: random.Random) -> None:
    """Goes from one set of manifests to the other and back, and asks at each moment what both agree about."""
    asked = flows(meshed)
    for old, new in ((more, less), (less, more)):
        first, last = (Engine(one.object for one in each) for each in (old, new))
        lasting = [(flow, verdict) for flow in asked if (verdict := first.allows(flow)) == last.allows(flow)]
        for step, live in moments(old, new, chance):
            now = Engine(live.values())
            assert [flow for flow, verdict in lasting if now.allows(flow) != verdict] == [], step
