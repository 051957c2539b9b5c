"""Faults one after another in one life: the command runs until it succeeds, each time into the next faults.

Deterministic, so that it comes to the same as one deployment for each fault, in a tenth of the time: what a fault meets
is what earlier, repaired faults left, and after each one state and cloud have to agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.engine import estate
from tests.engine.harness import Engine, Outcome, label


@dataclass(frozen=True)
class Target:
    """One call that changes something: a method on a resource."""

    method: str
    urn: str

    def fault(self, kind: str, nth: int = 1) -> dict[str, Any]:
        """The order for a fault in the nth such call."""
        types, name = self.urn.split("::", 3)[2:]
        return {"kind": kind, "nth": nth, "method": self.method, "type": types.rpartition("$")[2], "name": name}


def targets(engine: Engine, method: str) -> list[Target]:
    """What the command that has just run did by a method, each once, in its order."""
    return [Target(method, urn) for urn in dict.fromkeys(call["urn"] for call in engine.cloud.calls(method))]


@dataclass
class Sweep:
    """What faults did: how many were ordered, how often the command failed, and what was not as it should be."""

    ordered: int
    rounds: int = 0
    wrong: list[str] = field(default_factory=list)


def sweep(
    engine: Engine,
    faults: Sequence[dict[str, Any]],
    command: Callable[[], Outcome],
    repair: Callable[[list[str]], None] | None = None,
) -> Sweep:
    """Runs a command until it succeeds, in a cloud with these faults.

    `repair` gets the labels of what was made without the engine hearing of it, after each failure, and has to bring
    state and cloud together again. Without one they have to agree by themselves.
    """
    engine.cloud.order(faults=list(faults))
    found = Sweep(len(faults))
    seen = 0
    for _ in range(len(faults) + 1):
        outcome = command()
        calls = engine.cloud.calls()
        failed = [call for call in calls[seen:] if call["error"] or call.get("half_done")]
        seen = len(calls)
        found.wrong += [f"{step.op}: {step.label}" for step in outcome.steps() if "replace" in step.op]
        if outcome.code == 0:
            break
        found.rounds += 1
        if not failed:
            found.wrong += ["failed without a fault", *outcome.errors]
            break
        if repair is not None:
            repair([label(call["urn"]) for call in failed])
        names = ", ".join(label(call["urn"]) for call in failed)
        # a half-done resource is kept with an error until the next run; it is not forgotten, which is what counts
        differences = [each for each in estate.differences(engine) if not each.startswith("initErrors:")]
        found.wrong += [f"after {names}: {difference}" for difference in differences]
    else:
        found.wrong.append(f"did not succeed after {found.rounds} runs")
    found.wrong += _left_over(engine, faults)
    return found


def _left_over(engine: Engine, faults: Sequence[dict[str, Any]]) -> list[str]:
    """Faults that never hit anything."""
    with engine.cloud.transaction() as world:
        met = {index: world.fault_calls.get(str(index), 0) for index in range(len(faults))}
    return [
        f"{fault['kind']} of {fault['method']} {fault['name']} never came up"
        for index, fault in enumerate(faults)
        if met[index] < fault.get("nth", 1)
    ]
