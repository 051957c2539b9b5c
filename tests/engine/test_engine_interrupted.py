"""The CLI is interrupted or killed in the middle of a call; what docs/recovery.md says brings things back."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

from tests.engine import estate
from tests.engine.guide import follow
from tests.engine.harness import Engine, Outcome
from tests.engine.shipped import TODAY, Shipped, stack_file, written

pytestmark = pytest.mark.engine

CLUSTER = "ManagedCluster main"
dev = pytest.mark.parametrize("shipped", ["dev"], indirect=True)
at_which_point = pytest.mark.parametrize("lost", [False, True], ids=["done", "never sent"])


def order(engine: Engine, method: str, name: str, *, lost: bool = False) -> None:
    """The CLI gets a signal while the cluster is being made, changed or deleted."""
    fault = {"kind": "signal", "signal": name, "lost": lost, "method": method, "type": ":ManagedCluster"}
    engine.cloud.order(faults=[fault])


def killed(outcome: Outcome) -> bool:
    """Whether the CLI ended because it was killed."""
    return outcome.code == -signal.SIGKILL


def pending(engine: Engine) -> list[str]:
    """What the state says of calls that never ended."""
    return [operation["type"] for operation in engine.deployment().get("pending_operations") or []]


def edited() -> str:
    """The shipped stack with another label on its nodes."""
    content = stack_file("dev")
    content["config"]["cilia:clusters"]["main"]["systemPool"]["nodeLabels"] = {"edited": "yes"}
    return written(content)


def test_interrupted_up_finishes_what_it_began_and_the_next_one_goes_on(engine: Engine) -> None:
    engine.environment["CILIA_TODAY"] = TODAY
    engine.repository(written(stack_file("dev")))
    order(engine, "Create", "SIGINT")

    first = engine.up("--skip-preview")

    assert first.code != 0
    assert any("update canceled" in error for error in first.errors)
    assert pending(engine) == []
    assert CLUSTER in engine.resources()
    assert estate.differences(engine) == []
    again = engine.up("--skip-preview")
    assert again.failures == []
    assert CLUSTER not in again.ops()
    assert engine.settled()


@at_which_point
def test_up_killed_in_a_create_is_repaired(engine: Engine, *, lost: bool) -> None:
    engine.environment["CILIA_TODAY"] = TODAY
    engine.repository(written(stack_file("dev")))
    order(engine, "Create", "SIGKILL", lost=lost)
    assert killed(engine.up("--skip-preview"))
    assert pending(engine) == ["creating"]
    refused = engine.up("--skip-preview")
    assert "the stack is currently locked by 1 lock(s)" in refused.text

    follow(engine, "recovery.md", "The stack is locked")
    again = engine.up("--skip-preview")
    if not lost:
        (found,) = re.findall(r"cannot create already existing resource '([^']+)'", "\n".join(again.errors))
        follow(engine, "recovery.md", "cannot create already existing resource", WHAT=[found])
        again = engine.up("--skip-preview")

    assert again.failures == []
    assert estate.differences(engine) == []
    assert len([call for call in engine.cloud.calls("Create", ":ManagedCluster") if not call["error"]]) == 1
    assert engine.settled()


@dev
@at_which_point
def test_up_killed_in_an_update_is_repaired(shipped: Shipped, tmp_path: Path, *, lost: bool) -> None:
    engine = shipped.copy(tmp_path)
    engine.repository(edited())
    order(engine, "Update", "SIGKILL", lost=lost)
    assert killed(engine.up("--skip-preview"))
    assert pending(engine) == ["updating"]

    follow(engine, "recovery.md", "The stack is locked")

    assert engine.up("--skip-preview").failures == []
    assert estate.differences(engine) == []
    assert engine.settled()
    (pool,) = [found for found in engine.cloud.snapshot().values() if found.id.endswith("/agentPools/system")]
    assert pool.body["nodeLabels"] == {"edited": "yes"}


@dev
@at_which_point
def test_destroy_killed_in_a_delete_is_repaired(shipped: Shipped, tmp_path: Path, *, lost: bool) -> None:
    engine = shipped.copy(tmp_path)
    order(engine, "Delete", "SIGKILL", lost=lost)
    assert killed(engine.destroy("--skip-preview"))
    assert pending(engine) == ["deleting"]

    follow(engine, "recovery.md", "The stack is locked")

    assert engine.destroy("--skip-preview").failures == []
    assert engine.cloud.snapshot() == {}
    assert engine.resources() == {}
