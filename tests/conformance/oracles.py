"""Real components as programs that answer questions; built by conformance/build.py, never by a test."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
BUILD = (sys.executable, str(ROOT / "conformance" / "build.py"))
HOW_TO_GET_IT = "needs Go 1.26 or newer; run `make conformance`, which builds it once"


@functools.cache
def program(name: str) -> Path:
    """Where a component's program is, or would be."""
    return Path(_said("--where", name))


@functools.cache
def sources(name: str) -> Path:
    """Where a component's sources lie, as Go unpacked them: charts and CRDs are read from there."""
    return Path(_said("--modules", name))


def _said(*arguments: str) -> str:
    run = subprocess.run([*BUILD, *arguments], check=True, capture_output=True, text=True)
    return run.stdout.strip()


class OracleError(Exception):
    """The program ended, or said that a question made no sense."""


class Oracle:
    """A running program that answers one JSON document with another; it starts once and answers many.

    Attributes:
        name: The component's name.
    """

    def __init__(self, name: str) -> None:
        """Starts the program."""
        self.name = name
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the program
        self._process = subprocess.Popen(
            [program(name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self._errors.close()

    def ask(self, case: dict[str, Any]) -> dict[str, Any]:
        """The answer to a case.

        Raises:
            OracleError: There is none.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(case) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise OracleError(f"{self.name} ended: {self._errors.read()[-2000:]}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise OracleError(f"{self.name}: {answer['error']}")
        return answer


def run(name: str, arguments: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Runs a component's program to its end, with what it says as text."""
    return subprocess.run([program(name), *arguments], check=False, capture_output=True, text=True)
