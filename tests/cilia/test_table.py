"""Aligned columns."""

from __future__ import annotations

from cilia.output import Style
from cilia.table import Column, table

COLUMNS = (Column("name"), Column("nodes", right=True), Column("zones"))


def test_text_is_aligned_to_the_left_and_numbers_to_the_right() -> None:
    rows = [("system", "3", "1, 2"), ("a", "1,000", "")]
    assert table(COLUMNS, rows, Style()) == [
        "  name    nodes  zones",
        "  system      3  1, 2",
        "  a       1,000",
    ]


def test_a_column_with_nothing_in_it_is_left_out() -> None:
    assert table(COLUMNS, [("a", "1", "")], Style(), indent="") == ["name  nodes", "a         1"]


def test_only_the_titles_are_dimmed() -> None:
    assert table(COLUMNS[:1], [("a",)], Style(coloured=True)) == ["\x1b[2m  name\x1b[0m", "  a"]
