"""Canary upgrades of the mesh: which revisions may follow which, one deployment at a time.

One revision runs. An upgrade puts the next one beside it, workloads move over, and then either the old one goes (the
upgrade is complete) or the new one (it is rolled back). Azure has no other way.

Source: https://learn.microsoft.com/azure/aks/istio-upgrade (2026-08)
"""

from __future__ import annotations

from collections.abc import Sequence

from components.facts.istio import UPGRADE_STEP_MINORS, parse_revision


def step_fault(before: Sequence[str], after: Sequence[str]) -> str | None:
    """What is wrong with one step of an upgrade, and what to do instead; None if it is in order.

    Args:
        before: The revisions that run.
        after: The revisions that shall run.
    """
    if list(before) == list(after):
        return None
    if len(before) == 1 and len(after) == 1:
        return (
            f"{before[0]} cannot become {after[0]} in one step, workloads would be left without a control plane; write"
            f" [{before[0]}, {after[0]}], move the workloads, then remove {before[0]}"
        )
    if len(before) == 1:
        return _start_fault(before[0], after)
    if len(after) == 1 and after[0] in before:
        return None
    return (
        f"the upgrade from {before[0]} to {before[1]} is not finished; write [{before[1]}] to complete it or"
        f" [{before[0]}] to roll it back first"
    )


def _start_fault(running: str, after: Sequence[str]) -> str | None:
    if after[0] != running:
        return f"{running} runs and is not the first of {_listed(after)}; write it first, and the new revision second"
    old, new = parse_revision(running), parse_revision(after[1])
    if old is None or new is None:
        return None
    step = new[1] - old[1]
    if new[0] == old[0] and 0 < step <= UPGRADE_STEP_MINORS:
        return None
    if new <= old:
        return (
            f"{after[1]} is not newer than {running}, and the mesh cannot be downgraded; write the new revision second"
        )
    furthest = f"asm-{old[0]}-{old[1] + UPGRADE_STEP_MINORS}"
    return f"{after[1]} is {step} revisions after {running}, Azure takes one or two; go to {furthest} at most first"


def _listed(revisions: Sequence[str]) -> str:
    return f"[{', '.join(revisions)}]"
