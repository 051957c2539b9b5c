"""Every mutating call fails in turn, before and after its effect; running again comes to the same end.

Covered, for one overlay and one BYOCNI stack: every create of an `up` from nothing (refused, done with the answer lost,
done and reported as failed), every update of an `up` after an edit, every delete of a `destroy`. Which calls there are
is taken from the log of the same command without faults.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.engine import estate
from tests.engine.guide import follow
from tests.engine.harness import STACK, Engine, Outcome, label
from tests.engine.shipped import TODAY, Shipped, stack_file, written
from tests.engine.sweep import Target, sweep, targets

pytestmark = pytest.mark.engine

both = pytest.mark.parametrize("shipped", ["dev", "byocni"], indirect=True)
Count = Callable[[str, int], None]
# What an edit of tags and labels changes in every stack, and what there is to delete at least.
CHANGED = ("ResourceGroup main", "VirtualNetwork main", "UserAssignedIdentity main", "ManagedCluster main")


def prepared(engine: Engine, stack: str) -> Engine:
    """A shipped stack that was never deployed."""
    engine.environment["CILIA_TODAY"] = TODAY
    engine.repository(written(stack_file(stack)))
    return engine


def up(engine: Engine) -> Callable[[], Outcome]:
    """`pulumi up` of a stack."""
    return partial(engine.up, "--skip-preview")


def creates(shipped: Shipped, kind: str) -> list[dict[str, Any]]:
    """A fault for every create of the stack."""
    return [target.fault(kind) for target in targets(shipped.engine, "Create")]


def before_and_after(calls: Sequence[Target]) -> list[dict[str, Any]]:
    """For every call: refused the first time, done without an answer the second time."""
    return [call.fault(kind, nth) for call in calls for nth, kind in enumerate(("fail-before", "fail-after"), start=1)]


def edited(stack: str) -> str:
    """A shipped stack with another tag on everything and another label on the nodes of its system pool."""
    content = stack_file(stack)
    content["config"]["cilia:environment"]["tags"]["edited"] = "yes"
    content["config"]["cilia:clusters"]["main"]["systemPool"]["nodeLabels"] = {"edited": "yes"}
    return written(content)


def unlike(engine: Engine, shipped: Shipped) -> list[str]:
    """What is not as it is without faults: calls that were never needed, another state, something left to do."""
    made = [call["urn"] for call in engine.cloud.calls("Create") if not call["error"]]
    twice = [f"created {made.count(urn)} times: {label(urn)}" for urn in sorted(set(made)) if made.count(urn) > 1]
    deleted = [f"deleted: {label(call['urn'])}" for call in engine.cloud.calls("Delete")]
    differing = estate.unlike(engine.deployment(), shipped.engine.deployment())
    return [*twice, *deleted, *differing, *([] if engine.settled() else ["something is left to do"])]


@both
def test_creates_that_fail_are_made_up_for_by_the_next_up(shipped: Shipped, engine: Engine, count: Count) -> None:
    faults = creates(shipped, "fail-before")

    found = sweep(prepared(engine, shipped.name), faults, up(engine))

    count("creates refused", found.ordered)
    assert found.wrong == []
    assert unlike(engine, shipped) == []


@both
def test_creates_whose_answers_are_lost_are_adopted(shipped: Shipped, engine: Engine, count: Count) -> None:
    faults = creates(shipped, "fail-after")
    prepared(engine, shipped.name)

    def adopt(lost: Sequence[str]) -> None:
        follow(engine, "recovery.md", "cannot create already existing resource", WHAT=lost)

    found = sweep(engine, faults, up(engine), adopt)

    count("creates whose answer was lost", found.ordered)
    assert found.wrong == []
    assert unlike(engine, shipped) == []


@both
def test_creates_that_end_half_done_are_finished_by_the_next_up(shipped: Shipped, engine: Engine, count: Count) -> None:
    faults = creates(shipped, "half-done")

    found = sweep(prepared(engine, shipped.name), faults, up(engine))

    count("creates half done", found.ordered)
    assert found.wrong == []
    assert unlike(engine, shipped) == []


@both
def test_updates_that_fail_are_repeated_by_the_next_up(shipped: Shipped, tmp_path: Path, count: Count) -> None:
    without_faults, engine = shipped.copy(tmp_path / "one"), shipped.copy(tmp_path / "two")
    for each in (without_faults, engine):
        each.repository(edited(shipped.name))
    assert without_faults.up("--skip-preview").failures == []

    found = sweep(engine, before_and_after(targets(without_faults, "Update")), up(engine))

    count("updates refused, or with the answer lost", found.ordered)
    assert found.ordered >= 2 * len(CHANGED)
    assert found.wrong == []
    assert estate.unlike(engine.deployment(), without_faults.deployment()) == []
    assert engine.settled()


@both
def test_destroy_that_fails_at_every_delete_goes_on_where_it_stopped(
    shipped: Shipped, tmp_path: Path, count: Count
) -> None:
    without_faults, engine = shipped.copy(tmp_path / "one"), shipped.copy(tmp_path / "two")
    for each in (without_faults, engine):
        assert each.run("state", "unprotect", "--all", "--yes", "--stack", STACK).code == 0
    assert without_faults.destroy("--skip-preview").failures == []

    found = sweep(
        engine, before_and_after(targets(without_faults, "Delete")), partial(engine.destroy, "--skip-preview")
    )

    count("deletes refused, or with the answer lost", found.ordered)
    assert found.ordered >= 2 * len(CHANGED)
    assert [line for line in found.wrong if not line.startswith("after ")] == []
    assert engine.cloud.snapshot() == {}
    assert engine.resources() == {}


def test_rights_that_azure_has_not_heard_of_yet_stop_the_first_up_and_not_the_next(engine: Engine) -> None:
    prepared(engine, "dev").cloud.order(propagation_seconds=3600.0)
    first = engine.up("--skip-preview")
    assert any("LinkedAuthorizationFailed" in error for error in first.errors)
    engine.cloud.order(propagation_seconds=0.0)

    assert engine.up("--skip-preview").failures == []
    assert estate.differences(engine) == []
    assert engine.settled()
