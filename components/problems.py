"""What is wrong with an input, as values that can be sorted, accepted, printed and compared.

A problem knows where it is as a path of keys; which file and line that is, the reader of the file adds afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

KeyPath = tuple[str | int, ...]
"""Keys from the top of a stack file's `config:` down; a list position is an int."""

Severity = Literal["error", "warning"]

PROJECT_NAMESPACE = "cilia"
"""The Pulumi project's name, hence the namespace of its configuration keys."""


def dotted(path: KeyPath) -> str:
    """The path as people write it: `clusters.main.pools.user`, `azure-native:location`, `accept[0].rule`."""
    text = ""
    for position, key in enumerate(path):
        if isinstance(key, int):
            text += f"[{key}]"
            continue
        written = _one_line(key)
        text = written.removeprefix(f"{PROJECT_NAMESPACE}:") if position == 0 else f"{text}.{written}"
    return text


def _one_line(text: str) -> str:
    """Text as it is, except that line breaks and other invisible characters are spelled out."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of one rule at one place.

    Attributes:
        rule: Id of the rule, such as `CAP-06`.
        severity: `error` stops everything; `warning` is printed.
        path: Where, in keys; empty where the whole file is meant.
        message: What is wrong with numbers, and how to fix it, in one line.
        file: The stack file as the user named it; empty until known.
        line: Line in that file, from 1; 0 until known.
        stack: Name of the stack; empty until known.
    """

    rule: str
    severity: Severity
    path: KeyPath
    message: str
    file: str = ""
    line: int = 0
    stack: str = ""

    def __post_init__(self) -> None:
        # what people wrote is quoted in messages, line breaks and all
        object.__setattr__(self, "message", _one_line(self.message))

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        where = " ".join(part for part in (place, dotted(self.path)) if part)
        mark = "warning: " if self.severity == "warning" else ""
        return f"{where}: {mark}{self.message} [{self.rule}]" if where else f"{mark}{self.message} [{self.rule}]"


class ConfigError(Exception):
    """Input that cannot be used; its text is one line per problem.

    Attributes:
        problems: All of them, errors and warnings, in order of appearance.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that stop."""
    return [problem for problem in problems if problem.severity == "error"]
