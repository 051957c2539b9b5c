"""How a program's failure reads: one line, and the place in the user's own files where it happened."""

from __future__ import annotations

import asyncio
import functools
import re
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pulumi

_LIBRARIES = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), str(Path(__file__).parent))

# The SDK's coroutine that calls a function given to `apply`.
_APPLY = "Output.apply.<locals>.run"
# The SDK reports a bad input from a task in which the program has no frame left; it names the resource instead.
_PROCESSING = re.compile(r"While processing resource: '(?P<name>[^']*)',? type:? '(?P<kind>[^']*)'")


@dataclass(frozen=True)
class Place:
    """A line of the user's own source. The file's path is absolute."""

    file: str
    line: int


class ProgramError(Exception):
    """A program that cannot be recorded. Its text is one line, the place first; a `pulumi.RunError` is verbatim.

    Attributes:
        message: What `str()` gives.
        file: The user's file, relative to the program's directory where it lies in it; None when none is to blame.
        line: The line in it, from 1.
        details: The whole traceback.
    """

    def __init__(self, message: str, *, file: str | None = None, line: int | None = None, details: str = "") -> None:
        super().__init__(message)
        self.message, self.file, self.line, self.details = message, file, line, details


class DuplicateResourceError(Exception):
    """Two resources with one URN. Says where the first one is, and is raised where the second one is."""

    def __init__(self, urn: str, first: Place | None) -> None:
        super().__init__(urn)
        self.urn, self.first = urn, first


class Tracebacks:
    """Where tasks failed. asyncio hands a task's traceback to the first that waits for it, and none to any other."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[BaseException, TracebackType | None]] = {}

    def task(self, loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        """Makes a task, as an event loop's task factory. Follows it if it runs the user's own code."""
        task = asyncio.Task(coroutine, loop=loop, **options)
        code = getattr(coroutine, "cr_code", None)
        if code is None or code.co_qualname == _APPLY or not is_library(code.co_filename):
            task.add_done_callback(self._keep)
        return task

    def restore(self, error: BaseException) -> None:
        """Puts back what an exception and its causes have lost."""
        for cause in _causes(error):
            if id(cause) in self._kept:
                cause.__traceback__ = self._kept[id(cause)][1]

    def _keep(self, task: asyncio.Task[Any]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._kept.setdefault(id(error), (error, error.__traceback__))


@functools.cache
def is_library(file: str) -> bool:
    """Tells whether a file is not the user's: installed packages, Python itself, and the recorder."""
    return file.startswith(("<", *_LIBRARIES)) or "site-packages" in file or "dist-packages" in file


def displayed(file: str, root: Path) -> str:
    """Returns a path as people read it: relative to the root where it lies below it."""
    path = Path(file)
    return str(path.relative_to(root)) if path.is_relative_to(root) else file


def explain(error: BaseException, root: Path, place_of: Callable[[str, str], Place | None]) -> ProgramError:
    """Returns what to tell a person about an exception that ended a program.

    Args:
        error: What ended it.
        root: The program's directory.
        place_of: Where the program constructs the resource of a type and a name.
    """
    details = "".join(traceback.format_exception(error))
    cause = _innermost(error)
    if isinstance(cause, pulumi.RunError):
        return ProgramError(str(cause), details=details)
    place = _own_place(cause) or _named_place(error, place_of)
    text = _text(cause, root)
    if place is None:
        return ProgramError(text, details=details)
    file = displayed(place.file, root)
    return ProgramError(f"{file}:{place.line}: {text}", file=file, line=place.line, details=details)


def _causes(error: BaseException) -> Iterator[BaseException]:
    # The SDK raises errors from themselves: their cause is then only kept as their context.
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is not None and current not in seen:
            yield current
            seen.append(current)
            waiting += [current.__context__, current.__cause__]


def _innermost(error: BaseException) -> BaseException:
    return next((cause for cause in _causes(error) if not str(cause).startswith("While processing ")), error)


def _text(error: BaseException, root: Path) -> str:
    if question := _unanswered(error):
        return f"{question} asks the provider, which cannot answer offline; use {question}_output"
    match error:
        case DuplicateResourceError():
            first = f"{displayed(error.first.file, root)}:{error.first.line}" if error.first else "an unknown place"
            return f"{error.urn} is already the URN of the resource made at {first}; give one of them another name"
        case SyntaxError():
            return error.msg
        case KeyError() if error.args:
            return f"no key {error.args[0]!r}"
    return " ".join(str(error).split()) or type(error).__name__


def _unanswered(error: BaseException) -> str | None:
    """The SDK's function for an immediate answer (`get_subnet` in get_subnet.py) that could not do with none."""
    for frame in traceback.extract_tb(error.__traceback__):
        asks = frame.name.startswith(("get_", "list_")) and is_library(frame.filename)
        if asks and Path(frame.filename).stem == frame.name:
            return frame.name
    return None


def _own_place(error: BaseException) -> Place | None:
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return Place(error.filename, error.lineno)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not is_library(frame.filename) and frame.lineno:
            return Place(frame.filename, frame.lineno)
    return None


def _named_place(error: BaseException, place_of: Callable[[str, str], Place | None]) -> Place | None:
    for cause in _causes(error):
        if found := _PROCESSING.match(str(cause)):
            return place_of(found["kind"], found["name"])
    return None
