"""Canary upgrades: the steps there are, and no others."""

from __future__ import annotations

import pytest

from components.facts.istio_upgrade import step_fault

OLD, NEW, NEWER, FAR = "asm-1-28", "asm-1-29", "asm-1-30", "asm-1-31"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([OLD], [OLD], id="nothing"),
        pytest.param([OLD], [OLD, NEW], id="start"),
        pytest.param([OLD], [OLD, NEWER], id="start-and-skip-one"),
        pytest.param([OLD, NEW], [OLD, NEW], id="move-workloads"),
        pytest.param([OLD, NEW], [NEW], id="complete"),
        pytest.param([OLD, NEW], [OLD], id="roll-back"),
    ],
)
def test_step_is_in_order(before: list[str], after: list[str]) -> None:
    assert step_fault(before, after) is None


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        pytest.param(
            [OLD],
            [NEW],
            "asm-1-28 cannot become asm-1-29 in one step, workloads would be left without a control plane; write"
            " [asm-1-28, asm-1-29], move the workloads, then remove asm-1-28",
            id="complete-without-start",
        ),
        pytest.param(
            [OLD],
            [OLD, FAR],
            "asm-1-31 is 3 revisions after asm-1-28, Azure takes one or two; go to asm-1-30 at most first",
            id="too-far",
        ),
        pytest.param(
            [OLD],
            [NEW, OLD],
            "asm-1-28 runs and is not the first of [asm-1-29, asm-1-28]; write it first, and the new revision second",
            id="start-in-the-wrong-order",
        ),
        pytest.param(
            [OLD, NEW],
            [NEW, NEWER],
            "the upgrade from asm-1-28 to asm-1-29 is not finished; write [asm-1-29] to complete it or [asm-1-28] to"
            " roll it back first",
            id="next-upgrade-before-the-end-of-this",
        ),
        pytest.param(
            [OLD, NEW],
            [NEWER],
            "the upgrade from asm-1-28 to asm-1-29 is not finished; write [asm-1-29] to complete it or [asm-1-28] to"
            " roll it back first",
            id="end-with-another",
        ),
    ],
)
def test_step_out_of_order_is_refused(before: list[str], after: list[str], fault: str) -> None:
    assert step_fault(before, after) == fault
