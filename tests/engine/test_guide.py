"""Guides are read section by section; what they count up is what the code has."""

from __future__ import annotations

import pytest

from components.facts.roles import Role
from tests.engine.catalogue import KINDS
from tests.engine.guide import commands
from tests.engine.harness import REPOSITORY


def test_commands_are_those_of_one_section() -> None:
    assert commands("recovery.md", "The stack is locked").splitlines() == [
        "pulumi cancel STACK --yes",
        "pulumi refresh --stack STACK --clear-pending-creates --skip-preview",
    ]


@pytest.mark.parametrize(
    ("heading", "message"),
    [
        ("No such heading", "docs/recovery.md has 0 headings with 'No such heading'"),
        ("", r"docs/recovery.md has \d+ headings with ''"),
        ("What Azure says", "docs/recovery.md shows no command under 'What Azure says'"),
    ],
    ids=["none", "several", "no command"],
)
def test_section_that_is_not_one_is_not_passed_over(heading: str, message: str) -> None:
    with pytest.raises(LookupError, match=message):
        commands("recovery.md", heading)


def test_every_role_that_can_be_given_is_in_the_guide() -> None:
    guide = (REPOSITORY / "docs" / "first-deployment.md").read_text()

    assert [role.title for role in Role if role.title not in guide] == []


def test_every_resource_provider_that_is_used_is_in_the_guide() -> None:
    guide = (REPOSITORY / "docs" / "first-deployment.md").read_text()
    used = {
        kind.path.rpartition("/providers/")[2].split("/")[0] for kind in KINDS.values() if "/providers/" in kind.path
    }

    assert sorted(name for name in used if name not in guide) == []


def test_ways_to_adopt_are_the_same_in_recovery_and_adoption() -> None:
    assert commands("adoption.md", "Take it over") == commands("recovery.md", "cannot create already existing resource")
