"""`cilia runbook`: the commands that help with each cluster of a stack, ready to paste. Never imports Pulumi."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable

from cilia.arguments import add_debug, add_format, add_today, today
from cilia.findings import problem_json, report, unreadable
from cilia.output import document, result, style_of
from cilia.project import target
from cilia.runbook_data import Runbook, runbook
from cilia.runbook_steps import RUNBOOK
from cilia.runbook_views import runbook_markdown, runbook_text
from stacks.load import Loaded, load_file


def _text(book: Runbook) -> Iterable[str]:
    return runbook_text(book, style_of(sys.stdout))


_FORMATS: dict[str, Callable[[Runbook], Iterable[str]]] = {"text": _text, "md": runbook_markdown}
"""How a runbook can be shown, beside JSON."""


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument("stack", metavar="STACK|FILE", help="a stack, or a stack file")
    add_format(parser, *_FORMATS, "json")
    add_today(parser)
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints the runbook; 1 if the stack has errors, 2 if its file could not be read."""
    loaded = load_file(target(options.stack).file, today=today(options.today))
    if options.output == "json":
        document(_json(loaded))
    else:
        report(loaded)
        if loaded.plan:
            for line in _FORMATS[options.output](runbook(loaded, RUNBOOK)):
                result(line)
    if unreadable(loaded):
        return 2
    return int(loaded.plan is None)


def _json(loaded: Loaded) -> dict[str, object]:
    fault = unreadable(loaded)
    book = runbook(loaded, RUNBOOK).as_json() if loaded.plan else {"stack": loaded.stack}
    return {
        **({"error": fault} if fault else {}),
        **book,
        "problems": [problem_json(problem) for problem in loaded.problems],
    }
