"""The demonstration: real revisions of a real stack, each with the verdict that its name promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.demo_pr import OUTPUT, PULL_REQUESTS, STACK, comment, repository

VERDICTS = {
    "harmless": "**updated in place** (1 updated in place)",
    "rolling": "**rolling** (1 rolling)",
    "one way": "**one way** (3 one way, 3 rolling, 1 updated in place)",
    "replacing": "**replaced** (1 replaced)",
    "refused": "**refused** (4 refused, 4 replaced)",
}


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """The demonstration's repository."""
    with repository("shop", STACK) as made:
        yield made


@pytest.mark.parametrize("kind", PULL_REQUESTS)
def test_pull_request_has_the_verdict_that_its_name_promises(kind: str, place: Path) -> None:
    second = comment(place, PULL_REQUESTS[kind]).splitlines()[1]
    assert second == f"## Cilia: {VERDICTS[kind]}"


def test_page_shows_every_pull_request_with_its_verdict() -> None:
    found = re.findall(
        r"^## (\w[\w ]*): .*?^> ### Cilia: (.*?)$", OUTPUT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert {kind.lower(): verdict for kind, verdict in found} == VERDICTS
