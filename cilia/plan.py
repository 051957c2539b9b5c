"""`cilia plan`: which addresses, nodes and pods a stack has, needs and has room for. Never imports Pulumi."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable

from cilia.arguments import add_debug, add_format, add_today, today
from cilia.findings import problem_json, report, unreadable
from cilia.output import document, result, style_of
from cilia.plan_data import PlanData, plan_data
from cilia.plan_markdown import plan_markdown
from cilia.plan_svg import plan_svg
from cilia.plan_text import plan_text
from cilia.project import target
from stacks.load import Loaded, load_file


def _text(plan: PlanData) -> Iterable[str]:
    return plan_text(plan, style_of(sys.stdout))


def _svg(plan: PlanData) -> Iterable[str]:
    yield plan_svg(plan)


_FORMATS: dict[str, Callable[[PlanData], Iterable[str]]] = {"text": _text, "md": plan_markdown, "svg": _svg}
"""How a plan can be shown, beside JSON."""


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument("stack", metavar="STACK|FILE", help="a stack, or a stack file")
    add_format(parser, *_FORMATS, "json")
    add_today(parser)
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints the plan; 1 if the stack has errors, 2 if its file could not be read."""
    loaded = load_file(target(options.stack).file, today=today(options.today))
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


def _json(loaded: Loaded) -> dict[str, object]:
    fault = unreadable(loaded)
    plan = plan_data(loaded).as_json() if loaded.plan else {"stack": loaded.stack}
    return {
        **({"error": fault} if fault else {}),
        **plan,
        "problems": [problem_json(problem) for problem in loaded.problems],
    }
