"""The programs of another revision, recorded in a process of their own while this one records its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from cilia.arguments import TODAY_VARIABLE
from components.problems import PROJECT_NAMESPACE

if TYPE_CHECKING:
    from cilia.record import Resource

_OWN_ROOT = Path(__file__).resolve().parents[2]


class OtherError(Exception):
    """A program of another revision that cannot be recorded; its text is one line.

    Attributes:
        details: The traceback, or what the process said.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


@dataclass(frozen=True, slots=True)
class Job:
    """One stack to record.

    Attributes:
        key: What its result is asked for by.
        stack: Its name.
        program: The file to run.
        config: Its configuration, as Pulumi hands it over.
        secret_keys: The keys in it whose values are secret.
        day: The date that rules go by.
    """

    key: Path
    stack: str
    program: Path
    config: Mapping[str, str]
    secret_keys: tuple[str, ...]
    day: str


@dataclass(slots=True)
class Recordings:
    """What comes of jobs; each can be asked for once."""

    process: subprocess.Popen[str]
    results: Mapping[Path, Path]
    said: IO[str]

    def resources(self, key: Path) -> list[Resource]:
        """What the program of a job registered; waits for it.

        Raises:
            OtherError: The program cannot be run to its end.
        """
        file = self.results[key]
        self.process.wait()
        if not file.is_file():
            self.said.seek(0)
            text = self.said.read()
            last = next((line for line in reversed(text.splitlines()) if line.strip()), "it said nothing")
            raise OtherError(f"the program ended without a result: {last.strip()}", text)
        content: Any = json.loads(file.read_text(encoding="utf-8"))
        if "failure" in content:
            raise OtherError(_one_line(content["failure"]), content["details"])
        from cilia.record import Resource  # noqa: PLC0415 - imports Pulumi, which a stack with errors must not wait for

        return [Resource(**resource) for resource in content["resources"]]


def _one_line(text: str) -> str:
    """The lead and the first problem of a failure that lists several."""
    lead, *rest = [line.strip() for line in text.splitlines() if line.strip()] or ["it said nothing"]
    if not rest:
        return lead
    more = f" (and {len(rest) - 1} more)" if len(rest) > 1 else ""
    return f"{lead} {rest[0]}{more}"


@contextlib.contextmanager
def recorded(jobs: list[Job], place: Path) -> Iterator[Recordings]:
    """Starts recording; whatever still runs afterwards is ended.

    Args:
        jobs: What to record, in order.
        place: A directory for what passes between the processes.
    """
    results = {job.key: place / f"result-{number}.json" for number, job in enumerate(jobs)}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(_paths())}
    orders = place / "jobs.json"
    orders.write_text(json.dumps([_order(job, results[job.key]) for job in jobs]), encoding="utf-8")
    with (place / "said").open("w+", encoding="utf-8") as said, orders.open(encoding="utf-8") as given:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "cilia.review.child"],
            cwd=place,
            env=environment,
            stdin=given,
            stdout=said,
            stderr=said,
            text=True,
            start_new_session=True,
        )
        try:
            yield Recordings(process, results, said)
        finally:
            process.kill()
            process.wait()


def _paths() -> list[str]:
    return [str(_OWN_ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]


def _order(job: Job, result: Path) -> dict[str, object]:
    return {
        "program": str(job.program),
        "project": PROJECT_NAMESPACE,
        "stack": job.stack,
        "config": dict(job.config),
        "secretKeys": list(job.secret_keys),
        "environment": {TODAY_VARIABLE: job.day},
        "result": str(result),
    }
