"""Columns of text, aligned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cilia.output import Style

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        title: What stands above it.
        right: Whether it is aligned to the right, as numbers are.
    """

    title: str
    right: bool = False


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], style: Style, indent: str = "  ") -> list[str]:
    """The lines of a table, its titles dimmed; a column in which every cell is empty is left out."""
    cells = [tuple(row) for row in rows]
    shown = [index for index in range(len(columns)) if any(row[index] for row in cells)]
    widths = {index: max(len(row[index]) for row in (titles(columns), *cells)) for index in shown}

    def line(row: Sequence[str]) -> str:
        padded = (row[i].rjust(widths[i]) if columns[i].right else row[i].ljust(widths[i]) for i in shown)
        return (indent + _GAP.join(padded)).rstrip()

    return [style.paint(line(titles(columns)), "dim"), *map(line, cells)]


def titles(columns: Sequence[Column]) -> tuple[str, ...]:
    """What stands above the columns."""
    return tuple(column.title for column in columns)
