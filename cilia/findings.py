"""Problems as lines and as JSON, the same for every verb that finds some."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from cilia.output import Look, Style, counted, listed, remark, style_of
from components.problems import Problem, dotted, errors
from stacks.load import Loaded
from stacks.yaml_rules import UNREADABLE


def problem_json(problem: Problem) -> dict[str, object]:
    """A problem in the contract's names; `stack` and `line` are null where a problem has none."""
    return {
        "rule": problem.rule,
        "severity": problem.severity,
        "stack": problem.stack or None,
        "file": problem.file,
        "line": problem.line or None,
        "path": dotted(problem.path),
        "message": problem.message,
    }


def problem_line(problem: Problem, style: Style) -> str:
    """A problem in one line: `str()` of it, with colours where there are any."""
    text, tail = str(problem), f" [{problem.rule}]"
    where = text.removesuffix(f"{problem.message}{tail}").removesuffix("warning: ")
    mark = "warning: " if problem.severity == "warning" else ""
    look: Look = "yellow" if mark else "red"
    message = style.paint(mark, "yellow", "bold") + problem.message
    return style.paint(where, "bold") + message + style.paint(tail, look)


def summary(file: str, problems: Sequence[Problem], style: Style) -> str:
    """How many problems a stack file and the bundles that it attaches have, in one line."""
    if not problems:
        return style.paint(f"{file}: no problems", "green")
    wrong = len(errors(problems))
    counts = [(wrong, "error"), (len(problems) - wrong, "warning")]
    numbers = listed([counted(number, noun) for number, noun in counts if number])
    beside = " and its bundles" if any(problem.file not in ("", file) for problem in problems) else ""
    return style.paint(f"Found {numbers} in {file}{beside}", "bold", "red" if wrong else "yellow")


def skipped_line(file: str, skipped: Iterable[str]) -> str:
    """Which parts of a file could not be looked at any further."""
    return f"{file}: not checked any further, because of the problems above: {', '.join(skipped)}"


def unreadable(loaded: Loaded) -> str | None:
    """Why a stack file could not be read at all, in one line; None if it could, whatever is wrong with it."""
    return next((str(problem) for problem in loaded.problems if problem.rule == UNREADABLE.id), None)


def report(loaded: Loaded) -> None:
    """Writes a stack's problems, if any, to stderr: beside the result of a verb whose result is something else."""
    style = style_of(sys.stderr)
    for problem in loaded.problems:
        remark(problem_line(problem, style))
    if loaded.skipped:
        remark(skipped_line(loaded.file, loaded.skipped))
    if loaded.problems:
        remark(summary(loaded.file, loaded.problems, style))
