"""Rules: what can be wrong, why that matters, what to do, and who says so.

A rule is declared next to the code that checks it. `cilia explain` and docs/rules.md are made from these declarations,
so that a number in an explanation is the number in the check.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from components.problems import KeyPath, Problem

_DECLARED: dict[str, Rule] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """A checkable statement with an id that people can look up.

    Attributes:
        id: Family and number, such as `NET-09`.
        title: The statement, in one line, as it should be.
        why: What happens otherwise, and who refuses it.
        fix: What to change.
        source: Where the statement comes from.

    Raises:
        ValueError: The id is declared twice.
    """

    id: str
    title: str
    why: str
    fix: str
    source: str

    def __post_init__(self) -> None:
        if self.id in _DECLARED:
            raise ValueError(f"rule {self.id} is declared twice")
        _DECLARED[self.id] = self

    def error(self, path: KeyPath, message: str) -> Problem:
        """A problem that stops."""
        return Problem(self.id, "error", path, message)

    def warning(self, path: KeyPath, message: str) -> Problem:
        """A problem that does not stop, unless asked to."""
        return Problem(self.id, "warning", path, message)

    def invalid(self, message: str) -> PydanticCustomError:
        """The error a field validator raises; the reader turns it into a problem at the field's path."""
        return PydanticCustomError(self.id, "{message}", {"message": message})


def declared_rules() -> dict[str, Rule]:
    """Every rule of the modules imported so far, by id, in order of id."""
    return dict(sorted(_DECLARED.items()))
