"""What a sweep of faults reports, with commands that are made up; the real ones are in test_engine_faults.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from tests.engine.harness import Engine, Outcome
from tests.engine.store import Store
from tests.engine.sweep import Target, sweep, targets

GROUP = "azure-native:resources:ResourceGroup"
URN = f"urn:pulumi:test::cilia::cilia:network:Network${GROUP}::main"
GROUP_ID = "/subscriptions/0/resourceGroups/rg-test"


@dataclass
class Stack:
    """Just enough of an engine: a cloud, and what the state says."""

    cloud: Store
    state: list[dict[str, Any]] = field(default_factory=list)

    def deployment(self) -> dict[str, Any]:
        """The state."""
        return {"resources": self.state}


@pytest.fixture
def stack(cloud: Store) -> Stack:
    """A stack that was never deployed."""
    return Stack(cloud)


def commands(stack: Stack, *codes: int, loses: bool = False) -> Callable[[], Outcome]:
    """Runs that end with these exit codes; each failing one logs a failed call, and may leave something behind."""
    left = list(codes)

    def run() -> Outcome:
        code = left.pop(0)
        if code:
            stack.cloud.log({"method": "Create", "urn": URN, "type": GROUP, "error": "refused"})
        if loses:
            stack.cloud.plant(GROUP_ID, {}, "resources:ResourceGroup")
        with stack.cloud.transaction() as world:
            world.fault_calls["0"] = world.fault_calls.get("0", 0) + 1
        return Outcome(("up",), code, [], "", 0.0)

    return run


def test_fault_names_the_call(stack: Stack) -> None:
    stack.cloud.log({"method": "Create", "urn": URN, "type": GROUP, "error": ""})

    (target,) = targets(cast("Engine", stack), "Create")

    assert target.fault("fail-before", 2) == {
        "kind": "fail-before",
        "nth": 2,
        "method": "Create",
        "type": GROUP,
        "name": "main",
    }


@pytest.mark.parametrize(
    ("codes", "nth", "wrong"),
    [
        ([1, 0], 1, []),
        ([0], 2, ["fail-before of Create main never came up"]),
        ([1, 1], 1, ["did not succeed after 2 runs"]),
    ],
    ids=["converges", "never met", "never ends"],
)
def test_sweep_ends_when_the_command_succeeds(stack: Stack, codes: list[int], nth: int, wrong: list[str]) -> None:
    faults = [Target("Create", URN).fault("fail-before", nth)]

    found = sweep(cast("Engine", stack), faults, commands(stack, *codes))

    assert found.wrong == wrong


def test_orphan_is_reported_with_the_fault_that_left_it(stack: Stack) -> None:
    faults = [Target("Create", URN).fault("fail-after")]

    found = sweep(cast("Engine", stack), faults, commands(stack, 1, 0, loses=True))

    assert found.wrong == [f"after ResourceGroup main: in Azure only: {GROUP_ID}"]


def test_repair_hears_what_failed(stack: Stack) -> None:
    heard: list[str] = []

    found = sweep(
        cast("Engine", stack), [Target("Create", URN).fault("fail-after")], commands(stack, 1, 0), heard.extend
    )

    assert (found.wrong, found.rounds, heard) == ([], 1, ["ResourceGroup main"])
