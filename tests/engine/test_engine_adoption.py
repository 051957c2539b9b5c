"""What others made comes under management as docs/adoption.md says: nothing of it is touched, nothing is replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.engine import estate
from tests.engine.guide import follow
from tests.engine.harness import STACK, Engine
from tests.engine.shipped import TODAY, Shipped, stack_file, written

pytestmark = pytest.mark.engine

dev = pytest.mark.parametrize("shipped", ["dev"], indirect=True)
EXISTING = (
    "ResourceGroup main",
    "VirtualNetwork main",
    "Subnet main-nodes",
    "UserAssignedIdentity main",
    "ManagedCluster main",
)


def made_by_others(shipped: Shipped, engine: Engine, kept: Sequence[str]) -> Engine:
    """A stack that was never deployed, beside a cloud that has some of its resources already."""
    engine.environment["CILIA_TODAY"] = TODAY
    engine.repository(written(stack_file(shipped.name)))
    assert engine.run("stack", "init", STACK).code == 0
    state = shipped.engine.resources()
    wanted = {state[label]["id"].lower() for label in kept}
    theirs = shipped.engine.cloud.snapshot()
    unwanted = [
        item["id"]
        for label, item in state.items()
        if item.get("id", "").startswith("/subscriptions/") and label not in kept
    ]
    with engine.cloud.transaction() as world:
        world.order = max(found.order for found in theirs.values())
        world.resources.update(theirs)
        for arm_id in unwanted:
            world.remove(arm_id)
        assert wanted <= world.resources.keys()
    return engine


def bodies(engine: Engine, kept: Sequence[str]) -> dict[str, Any]:
    """What resources are in Azure, without what every write changes."""
    ids = {label: engine.resources()[label]["id"].lower() for label in kept}
    found = engine.cloud.snapshot()
    return {
        label: {name: value for name, value in found[arm_id].body.items() if name != "etag"}
        for label, arm_id in ids.items()
    }


@dev
def test_cluster_of_others_comes_under_management_untouched(shipped: Shipped, engine: Engine) -> None:
    made_by_others(shipped, engine, EXISTING)

    follow(engine, "adoption.md", "Take it over", WHAT=EXISTING)

    before = bodies(engine, EXISTING)
    preview = engine.preview()
    assert preview.failures == []
    assert set(preview.ops().values()) == {"create"}
    assert not preview.ops().keys() & set(EXISTING)
    up = engine.up("--skip-preview")
    assert (up.failures, up.ops()) == ([], preview.ops())
    assert bodies(engine, EXISTING) == before
    assert engine.cloud.calls("Update") == engine.cloud.calls("Delete") == []
    assert estate.unlike(engine.deployment(), shipped.engine.deployment()) == []
    assert engine.settled()


@dev
def test_network_alone_comes_under_management_and_the_rest_is_made(shipped: Shipped, engine: Engine) -> None:
    network = EXISTING[:3]
    made_by_others(shipped, engine, network)

    follow(engine, "adoption.md", "Take it over", WHAT=network)
    up = engine.up("--skip-preview")

    assert up.failures == []
    assert set(up.ops().values()) == {"create"}
    assert not up.ops().keys() & set(network)
    assert estate.differences(engine) == []
    assert engine.settled()


@dev
def test_difference_from_the_stack_file_shows_as_an_update_that_people_decide_on(
    shipped: Shipped, engine: Engine
) -> None:
    made_by_others(shipped, engine, EXISTING)
    arm_id = shipped.engine.resources()["ManagedCluster main"]["id"]
    with engine.cloud.drift(arm_id) as body:
        body["sku"]["tier"] = "Standard"
        body["tags"]["owner"] = "somebody else"

    follow(engine, "adoption.md", "Take it over", WHAT=EXISTING)
    preview = engine.preview()

    (step,) = [step for step in preview.steps() if step.label == "ManagedCluster main"]
    assert (step.op, step.detailed) == ("update", {"sku.tier": "update", "tags.owner": "update"})


@dev
def test_right_that_somebody_gave_already_is_told(shipped: Shipped, engine: Engine) -> None:
    made_by_others(shipped, engine, EXISTING)
    given = shipped.engine.resources()["RoleAssignment main-subnet-nodes"]
    body = shipped.engine.cloud.snapshot()[given["id"].lower()].body
    scope = given["id"].rpartition("/")[0]
    engine.cloud.plant(f"{scope}/11111111-2222-3333-4444-555555555555", dict(body), "authorization:RoleAssignment")
    follow(engine, "adoption.md", "Take it over", WHAT=EXISTING)

    refused = engine.up("--skip-preview")
    engine.cloud.forget(f"{scope}/11111111-2222-3333-4444-555555555555")

    assert any("RoleAssignmentExists" in error for error in refused.errors)
    assert engine.up("--skip-preview").failures == []
    assert engine.settled()


@dev
def test_lost_state_is_had_again_from_what_exists(shipped: Shipped, engine: Engine) -> None:
    azure = [
        name for name, item in shipped.engine.resources().items() if item.get("id", "").startswith("/subscriptions/")
    ]
    made_by_others(shipped, engine, azure)
    with shipped.engine.cloud.transaction() as theirs, engine.cloud.transaction() as ours:
        ours.kubernetes.update(theirs.kubernetes)
    objects = [name for name, item in shipped.engine.resources().items() if item["type"].startswith("kubernetes:")]

    follow(engine, "adoption.md", "Take it over", WHAT=azure)
    first = engine.up("--skip-preview")
    assert any("already exists" in error for error in first.errors)
    follow(engine, "recovery.md", "cannot create already existing resource", WHAT=objects)
    second = engine.up("--skip-preview")

    assert second.failures == []
    updated = {call["package"] for call in engine.cloud.calls("Update")}
    assert updated <= {"kubernetes"}  # what the API server adds to an object is taken out of its state
    assert engine.cloud.calls("Delete") == []
    assert estate.unlike(engine.deployment(), shipped.engine.deployment()) == []
    assert engine.settled()
