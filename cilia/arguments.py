"""The command line's own way of reading arguments, and the arguments that several verbs share."""

from __future__ import annotations

import argparse
import os
from datetime import date
from typing import NoReturn

from cilia.errors import InputError

TODAY_VARIABLE = "CILIA_TODAY"
"""Sets the date for the whole program, `pulumi up` included; `--today` wins."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line and leaves the rest to whoever called."""

    def error(self, message: str) -> NoReturn:
        """Raises instead of printing the usage and ending the process.

        Raises:
            InputError: Always.
        """
        raise InputError(f"{message}; see {self.prog} --help")


def add_format(parser: argparse.ArgumentParser, *formats: str) -> None:
    """`-o`: the first format is the default."""
    parser.add_argument(
        "-o", "--output", choices=formats, default=formats[0], help=f"format of the result ({formats[0]})"
    )


def add_today(parser: argparse.ArgumentParser) -> None:
    """`--today`, for rules that depend on the date."""
    parser.add_argument(
        "--today", type=_date, metavar="YYYY-MM-DD", help=f"the date that rules go by (${TODAY_VARIABLE}, else today)"
    )


def add_debug(parser: argparse.ArgumentParser) -> None:
    """`--debug`, for whoever mends the program."""
    parser.add_argument("--debug", action="store_true", help="show the traceback of a failure")


def today(given: date | None) -> date:
    """The date that rules go by.

    Raises:
        InputError: The environment holds something that is no date.
    """
    variable = os.environ.get(TODAY_VARIABLE)
    if given or not variable:
        return given or date.today()  # noqa: DTZ011 - the user's own day
    try:
        return _date(variable)
    except argparse.ArgumentTypeError as error:
        raise InputError(f"${TODAY_VARIABLE}: {error}") from None


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write one such as 2026-08-21")
    return found
