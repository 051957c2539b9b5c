"""`cilia init`: a new stack file that is valid, explains itself and never replaces anything. Never imports Pulumi."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from datetime import date
from pathlib import Path

from cilia.arguments import add_debug, add_today, today
from cilia.errors import InputError
from cilia.files import create_text
from cilia.output import remark, result
from cilia.project import require_root, typed
from cilia.starters import STARTERS, starter
from components.problems import errors
from stacks.check import check
from stacks.load import stack_file
from stacks.parse import parse
from stacks.yaml_reader import read_text

# ParseStackName in pulumi/pulumi sdk/go/common/tokens: what the Pulumi service takes as well
_STACK_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_LOCATION = re.compile(r"[a-z]+[a-z0-9]*")
_PRODUCTION = ("prod", "production")


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument("stack", nargs="?", default="dev", metavar="STACK", help="the new stack's name (dev)")
    parser.add_argument("--location", default="westeurope", help="the Azure region (westeurope)")
    parser.add_argument(
        "--template",
        choices=tuple(STARTERS),
        help=f"what to begin with (prod for a stack called {' or '.join(_PRODUCTION)}, else dev)",
    )
    parser.add_argument(
        "--out", metavar="FILE", help="where to write; - for stdout (stacks/Pulumi.STACK.yaml of the project)"
    )
    add_today(parser)
    add_debug(parser)


def run(options: Namespace) -> int:
    """Writes the file; raises `InputError` where it exists already or cannot be written."""
    stack: str = options.stack
    if not _STACK_NAME.fullmatch(stack):
        raise InputError(f"{stack!r} cannot be a stack's name; use 1 to 100 letters, digits, '-', '_' and '.'")
    if not _LOCATION.fullmatch(options.location):
        raise InputError(f"{options.location!r} is not an Azure region; write its short name, such as westeurope")
    day = today(options.today)
    template = options.template or ("prod" if stack in _PRODUCTION else "dev")
    text = starter(template, stack=stack, location=options.location, today=day)
    _require_valid(text, day)
    if options.out == "-":
        result(text.removesuffix("\n"))
        return 0
    file = Path(options.out) if options.out else typed(stack_file(stack, require_root()))
    create_text(file, text)
    remark(f"wrote {file}; next: cilia validate {file if options.out else stack}")
    return 0


def _require_valid(text: str, day: date) -> None:
    """Refuses a file that would not be valid, because a name or the region does not fit into it.

    Raises:
        InputError: There are problems.
    """
    read = read_text(text.encode(), "the new file")
    problems = errors([*read.problems, *check(parse(read.config), today=day).problems])
    if problems:
        raise InputError(f"this would not be valid: {problems[0]}")
