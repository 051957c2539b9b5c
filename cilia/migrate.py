"""`cilia migrate`: the steps that move a cluster in place where Azure has a way and Pulumi would replace it."""

from __future__ import annotations

import sys
import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from cilia.arguments import add_debug, add_format, add_today, today
from cilia.errors import InputError, nearest
from cilia.findings import problem_json, problem_line, report, unreadable
from cilia.migration.steps import Migration, ProgramFailedError, Step, migrate
from cilia.migration.targets import TARGETS, AlreadyThereError, NoWayError
from cilia.output import Style, document, remark, result, style_of
from cilia.project import require_root, target
from stacks.load import Loaded, load_file

_MARGIN = "   "


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    forms = ", ".join(form for form, _, _ in TARGETS.values())
    parser.add_argument("stack", metavar="STACK|FILE", help="a stack, or a stack file")
    parser.add_argument("--to", required=True, metavar="TARGET", help=f"where to: {forms}")
    parser.add_argument("--cluster", metavar="KEY", help="the cluster; may be left out where there is only one")
    add_format(parser, "text", "json")
    add_today(parser)
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints the steps; 1 if they would do more than they should or there is no way, 2 if there is no answer.

    Raises:
        InputError: No such cluster or target, or a program that cannot be run.
    """
    day = today(options.today)
    loaded = load_file(target(options.stack).file, today=day)
    fault = unreadable(loaded)
    if fault:
        raise InputError(fault)
    if loaded.plan is None:
        report(loaded)
        raise InputError(f"{loaded.file} has errors; mend them first: cilia validate {loaded.file}")
    root = require_root(Path(loaded.file).parent)
    try:
        found = migrate(loaded, root, _cluster(loaded, options.cluster), options.to, today=day)
    except AlreadyThereError as there:
        return _already_there(str(there), loaded, options)
    except NoWayError as no:
        if not no.rule:
            raise InputError(str(no)) from None
        return _no_way(str(no), loaded, options)
    except ProgramFailedError as failure:
        raise InputError(str(failure)) from None
    if options.output == "json":
        document(_json(found))
    else:
        for line in _text(found, style_of(sys.stdout)):
            result(line)
    return int(bool(found.problems or found.beside))


def _cluster(loaded: Loaded, given: str | None) -> str:
    known = list(loaded.plan.clusters) if loaded.plan else []
    if given is None and len(known) == 1:
        return known[0]
    if given in known:
        return given
    if not known:
        raise InputError(f"{loaded.file} has no clusters")
    if given is None:
        raise InputError(f"{loaded.file} has several clusters; name one of them with --cluster: {', '.join(known)}")
    raise InputError(f"no cluster {given!r} in {loaded.file}; {nearest(given, known, 'the clusters are')}")


def _no_way(text: str, loaded: Loaded, options: Namespace) -> int:
    if options.output == "json":
        document({"stack": loaded.stack, "to": options.to, "steps": [], "refusal": text})
    else:
        remark(f"cilia: {text}")
    return 1


def _already_there(text: str, loaded: Loaded, options: Namespace) -> int:
    if options.output == "json":
        found = Migration(loaded.stack, _cluster(loaded, options.cluster), options.to)
        document({**_json(found), "nothingToDo": text})
    else:
        result(f"{loaded.stack}: {text}")
    return 0


def _json(found: Migration) -> dict[str, object]:
    return {
        "stack": found.stack,
        "cluster": found.cluster,
        "to": found.target,
        "applies": _applies(found),
        "steps": [step.as_json() for step in found.steps],
        "beside": list(found.beside),
        "problems": [problem_json(problem) for problem in found.problems],
        "warnings": [problem_json(problem) for problem in found.warnings],
    }


def _applies(found: Migration) -> int:
    return sum(command == "pulumi up" for step in found.steps for command in step.commands)


def _text(found: Migration, style: Style) -> Iterator[str]:
    yield style.paint(f"{found.stack}: cluster {found.cluster} to {found.target}", "bold")
    if found.problems:
        yield style.paint("The stack would have errors at its target; mend them first:", "red")
        yield from (f"{_MARGIN}{problem_line(problem, style)}" for problem in found.problems)
        return
    yield f"{len(found.steps)} steps, {_applies(found)} of them with pulumi up; nothing else in the same operation"
    for number, step in enumerate(found.steps, 1):
        yield ""
        yield from _step(number, step, style)
    if found.warnings:
        yield ""
        yield style.paint("At its target the stack has warnings that it has not now:", "yellow")
        yield from (f"{_MARGIN}{problem_line(problem, style)}" for problem in found.warnings)
    if found.beside:
        yield ""
        yield style.paint("These edits would also do what has nothing to do with it; do that before, or after:", "red")
        yield from (f"{_MARGIN}{line}" for line in found.beside)


def _step(number: int, step: Step, style: Style) -> Iterator[str]:
    yield f"{number}. {style.paint(step.title, 'bold')}"
    for path, value in step.edits:
        yield f"{_MARGIN}{path}: {value}" if value else f"{_MARGIN}remove {path}"
    for command in step.commands:
        yield f"{_MARGIN}{style.paint(f'$ {command}', 'cyan')}"
    for text in step.says:
        yield from textwrap.wrap(text, style.columns, initial_indent=_MARGIN, subsequent_indent=_MARGIN)
    if step.one_way:
        yield f"{_MARGIN}{style.paint('This cannot be undone.', 'red')}"
