"""The demonstration: real revisions of a real stack, each with the verdict that its name promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.demo_pr import OUTPUT, PULL_REQUESTS, STACK, comment, repository, section

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
def test_comment_has_the_verdict_that_its_name_promises_and_is_on_the_page(kind: str, place: Path) -> None:
    request = PULL_REQUESTS[kind]
    said = comment(place, request)
    assert said.splitlines()[1] == f"## Cilia: {VERDICTS[kind]}"
    # `python -m tools.demo_pr --write` writes the page anew
    assert section(kind, request, said) in OUTPUT.read_text(encoding="utf-8")


def test_page_has_the_stack_and_every_pull_request_once() -> None:
    page = OUTPUT.read_text(encoding="utf-8")
    assert STACK in page
    assert [title.lower() for title in re.findall(r"^## (\w[\w ]*): ", page, re.MULTILINE)] == list(PULL_REQUESTS)
