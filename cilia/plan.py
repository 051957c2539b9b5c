"""`cilia plan`: which addresses, nodes and pods a stack has, needs and has room for. Never imports Pulumi."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

from cilia.arguments import add_debug, add_format, add_today, today
from cilia.errors import InputError
from cilia.files import replace_text
from cilia.findings import problem_json, report, unreadable
from cilia.output import document, remark, result, style_of
from cilia.plan_data import PlanData, plan_data
from cilia.plan_markdown import plan_markdown
from cilia.plan_svg import plan_svg
from cilia.plan_text import plan_text
from cilia.project import target
from stacks.load import Loaded, load_file
from stacks.pin import PinError, pin


def _text(plan: PlanData) -> Iterable[str]:
    return plan_text(plan, style_of(sys.stdout))


def _svg(plan: PlanData) -> Iterable[str]:
    yield plan_svg(plan)


_FORMATS: dict[str, Callable[[PlanData], Iterable[str]]] = {"text": _text, "md": plan_markdown, "svg": _svg}
"""How a plan can be shown, beside JSON."""


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument("stack", metavar="STACK|FILE", help="a stack, or a stack file")
    parser.add_argument(
        "--pin", action="store_true", help="write the computed ranges into the stack file, then show the plan"
    )
    add_format(parser, *_FORMATS, "json")
    add_today(parser)
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints the plan; 1 if the stack has errors, 2 if its file could not be read."""
    file, day = target(options.stack).file, today(options.today)
    if options.pin:
        _pin(file, day)
    loaded = load_file(file, today=day)
    if options.output == "json":
        document(_json(loaded))
    else:
        report(loaded)
        if loaded.plan:
            for line in _FORMATS[options.output](plan_data(loaded)):
                result(line)
    if unreadable(loaded):
        return 2
    return int(loaded.plan is None)


def _pin(file: Path, day: date) -> None:
    """Writes the computed ranges into the file, whole or not at all, and says which."""
    try:
        pinned = pin(file, today=day)
    except PinError as error:
        raise InputError(str(error)) from None
    if pinned.subnets:
        replace_text(file, pinned.text)
    for name, cidr in pinned.subnets:
        remark(f"pinned {name} to {cidr}")
    if not pinned.subnets:
        remark(f"{file}: every subnet has a range already")


def _json(loaded: Loaded) -> dict[str, object]:
    fault = unreadable(loaded)
    plan = plan_data(loaded).as_json() if loaded.plan else {"stack": loaded.stack}
    return {
        **({"error": fault} if fault else {}),
        **plan,
        "problems": [problem_json(problem) for problem in loaded.problems],
    }
