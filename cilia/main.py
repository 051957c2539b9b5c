"""The command `cilia`: finds the verb, runs it, and turns whatever happens into at most one line and an exit code.

Exit codes: 0 all well; 1 findings; 2 the input could not be read.
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
import signal
import sys
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Protocol, cast

from cilia.arguments import Parser
from cilia.errors import InputError, nearest
from cilia.output import document, remark, result

FINDINGS = 1
UNREADABLE_INPUT = 2
_STOPPED = 128 + signal.SIGINT
"""What a shell reports for a command that was interrupted."""
_NO_READER = 128 + 13
"""The same for a command whose output nobody wants any more (SIGPIPE, which Windows does not have)."""

VERBS = {
    "validate": "say everything that is wrong with stack files, with file and line",
    "plan": "show which addresses, nodes and pods a stack has, needs and has room for",
    "capacity": "say how many nodes and pods given ranges hold",
    "policies": "show which objects a stack's policies become in each cluster, and why; write them for GitOps",
    "preview": "show which resources a stack deploys, without Azure and without the Pulumi CLI",
    "migrate": "print the steps that move a cluster in place, where Pulumi would replace it",
    "adopt": "print what Pulumi needs to take over what exists in Azure already",
    "runbook": "print the commands that help with each cluster of a stack, ready to paste",
    "values": "print what somebody else brings into clusters: Helm values, objects, and the lines that do it",
    "init": "write a new stack file",
    "explain": "say why a rule exists, what to do, and who says so",
    "schema": "print the JSON schema of stack files, for editors",
}
"""Each is a module of this package, imported only when it is used."""


class Verb(Protocol):
    """What a verb's module has."""

    def arguments(self, parser: ArgumentParser) -> None:
        """Adds the verb's arguments."""

    def run(self, options: Namespace) -> int:
        """Does it, and returns the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code; shows no traceback unless `--debug` asks for one."""
    if argv is None:
        _hurry()
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(words)
        sys.stdout.flush()
    except InputError as error:
        return _refused(str(error), words)
    except KeyboardInterrupt:
        return _STOPPED
    except Exception as error:
        if (lost := _lost_output(error)) is not None:
            return lost
        if "--debug" in words:
            raise
        what = " ".join(str(error).split())
        return _refused(f"internal error, {type(error).__name__}: {what}; --debug shows where", words)
    return code


def _lost_output(error: Exception) -> int | None:
    """The exit code where nobody wants the result any more, or there is no room for it; None for other errors."""
    no_reader = isinstance(error, BrokenPipeError)
    if not no_reader and not (isinstance(error, OSError) and error.errno == errno.ENOSPC):
        return None
    # Python flushes stdout once more on its way out (https://docs.python.org/3/library/signal.html#note-on-sigpipe)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if no_reader:
        return _NO_READER
    remark("cilia: the result cannot be written: no space left on device; make room, or write elsewhere")
    return UNREADABLE_INPUT


def _hurry() -> None:
    """Makes a process that soon ends start sooner: about a tenth of the time of a validation."""
    gc.set_threshold(100_000)
    # else pydantic looks through every installed distribution for plugins, none of which may change what a stack says
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _run(words: list[str]) -> int:
    parser = Parser(prog="cilia", description="Checks and previews stacks offline.", allow_abbrev=False)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    verbs = parser.add_subparsers(metavar="COMMAND", title="commands", parser_class=Parser)
    chosen = next((word for word in words if not word.startswith("-")), None)
    if chosen is not None and chosen not in VERBS:
        raise InputError(f"no command {chosen!r}; {nearest(chosen, VERBS, 'the commands are')}")
    verb: Verb | None = None
    for name, summary in VERBS.items():
        sub = verbs.add_parser(
            name, help=summary, description=summary[0].upper() + summary[1:] + ".", allow_abbrev=False
        )
        if name == chosen:
            verb = cast("Verb", importlib.import_module(f"cilia.{name}"))
            verb.arguments(sub)
    try:
        options = parser.parse_args(words)
    except SystemExit as end:  # --help and --version
        return int(end.code or 0)
    if verb is None:
        parser.print_help(sys.stderr)
        return UNREADABLE_INPUT
    return verb.run(options)


class _Version(Action):
    def __call__(self, parser: ArgumentParser, *_: object) -> None:
        from importlib import metadata  # noqa: PLC0415 - reading it takes longer than most commands

        try:
            version = metadata.version("cilia")
        except metadata.PackageNotFoundError:
            version = "(not installed)"
        result(f"cilia {version}")
        parser.exit()


def _refused(message: str, words: list[str]) -> int:
    if _wants_json(words):
        document({"error": message})
    else:
        remark(f"cilia: {message}")
    return UNREADABLE_INPUT


def _wants_json(words: list[str]) -> bool:
    """Whether JSON was asked for, by arguments that may not have been understood."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    return any(
        word in ("-ojson", "-o=json", "--output=json") or (word in ("-o", "--output") and value == "json")
        for word, value in pairs
    )
