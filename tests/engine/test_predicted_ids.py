"""The ids that the offline preview predicts, against those of the simulated Azure: they were written separately."""

from __future__ import annotations

import pytest

from cilia.arm_ids import TEMPLATES
from tests.engine.catalogue import KINDS


def test_every_predicted_type_is_simulated() -> None:
    assert TEMPLATES.keys() <= KINDS.keys()


@pytest.mark.parametrize("token", sorted(TEMPLATES.keys() & KINDS.keys()))
def test_both_build_the_same_id_but_for_the_case_that_azure_answers_in(token: str) -> None:
    assert TEMPLATES[token].lower() == KINDS[token].path.lower()
