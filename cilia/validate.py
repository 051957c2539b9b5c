"""`cilia validate`: everything that is wrong with stack files. Never imports Pulumi."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cilia.arguments import add_debug, add_format, add_today, today
from cilia.findings import problem_json, problem_line, skipped_line, summary, unreadable
from cilia.output import document, result, style_of
from cilia.project import PROJECT_FILE, Target, find_root, stacks_of, targets, typed
from components.problems import Problem, errors
from stacks.across import check_across
from stacks.load import Loaded, load_file
from stacks.yaml_reader import read_project_file


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument("stacks", nargs="*", metavar="STACK|FILE", help="stacks or stack files; every stack if absent")
    parser.add_argument(
        "--fail-on", choices=("error", "warning"), default="error", help="what makes the exit code 1 (error)"
    )
    add_format(parser, "text", "json")
    add_today(parser)
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints the problems; 1 if there are any that count, 2 if a file could not be read."""
    day = today(options.today)
    found = targets(options.stacks)
    of_project = _project_problems(found[0].file)
    loaded = [load_file(target.file, today=day) for target in found]
    if len(found) > 1 or not options.stacks:
        loaded = check_across(loaded, others=_others(found))
    if options.output == "json":
        document(_json(of_project, loaded))
    else:
        _print(of_project, loaded)
    problems = [*of_project, *(problem for stack in loaded for problem in stack.problems)]
    if any(unreadable(stack) for stack in loaded):
        return 2
    return int(bool(problems if options.fail_on == "warning" else errors(problems)))


def _others(found: list[Target]) -> list[str]:
    """The project's stacks that are not looked at."""
    root = find_root(found[0].file.parent)
    return [name for name in stacks_of(root) if name not in {each.stack for each in found}] if root else []


def _project_problems(file: Path) -> tuple[Problem, ...]:
    """What is wrong with the project that a file lies in; nothing where there is none."""
    root = find_root(file.parent)
    return read_project_file(typed(root / PROJECT_FILE)) if root else ()


def _json(of_project: tuple[Problem, ...], loaded: list[Loaded]) -> dict[str, object]:
    faults = [fault for stack in loaded if (fault := unreadable(stack))]
    problems = [*of_project, *(problem for stack in loaded for problem in stack.problems)]
    return {
        **({"error": "; ".join(faults)} if faults else {}),
        "problems": [problem_json(problem) for problem in problems],
        "skipped": [
            {"stack": stack.stack, "file": stack.file, "path": path} for stack in loaded for path in stack.skipped
        ],
    }


def _print(of_project: tuple[Problem, ...], loaded: list[Loaded]) -> None:
    style = style_of(sys.stdout)
    for problem in of_project:
        result(problem_line(problem, style))
    for stack in loaded:
        for problem in stack.problems:
            result(problem_line(problem, style))
        if stack.skipped:
            result(skipped_line(stack.file, stack.skipped))
        result(summary(stack.file, stack.problems, style))
