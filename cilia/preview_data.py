"""What `cilia preview` tells, as data: a stack's problems, or else everything that its program registers.

The program that runs is the project's own `__main__.py`, with the configuration that `pulumi up` would hand it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cilia.arguments import TODAY_VARIABLE
from cilia.findings import problem_json, unreadable
from cilia.preview_bundles import bundles_json
from cilia.project import typed
from components.problems import PROJECT_NAMESPACE, dotted
from stacks.load import Loaded, load_file
from stacks.yaml_reader import SECRET, Document

if TYPE_CHECKING:
    from cilia.record import Recording

PROGRAM_FILE = "__main__.py"
PLACEHOLDER = "[secret]"
"""Stands for a secret's value, which is never decrypted offline."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One stack.

    Attributes:
        loaded: Its file, with the problems.
        recording: What the program registered; None with errors.
        failure: Why the program could not be run to its end, in one line; None if it was, or did not run.
        details: The traceback of that.
    """

    loaded: Loaded
    recording: Recording | None = None
    failure: str | None = None
    details: str = ""

    @property
    def error(self) -> str | None:
        """Why there is no answer at all; problems of the stack are an answer."""
        return unreadable(self.loaded) or self.failure

    def remarks(self) -> Iterator[tuple[str, str]]:
        """What the program had to say, as severity and text, without the problems that are reported anyway."""
        said = tuple(
            f"{dotted(problem.path)}: {problem.severity}: {problem.message} [{problem.rule}]"
            for problem in self.loaded.problems
        )
        for message in self.recording.messages if self.recording else ():
            if not message.text.endswith(said):
                yield message.severity, message.text

    def as_json(self) -> dict[str, object]:
        """The preview in the contract's names; with errors, only the problems."""
        content: dict[str, object] = {"stack": self.loaded.stack}
        if self.error:
            content["error"] = self.error
        if self.recording:
            content["resources"] = [resource.as_json() for resource in self.recording.resources]
            content["outputs"] = dict(self.recording.outputs)
            content["bundles"] = bundles_json(self.recording.resources)
        return {**content, "problems": [problem_json(problem) for problem in self.loaded.problems]}


def preview_stack(file: Path, root: Path, *, today: date) -> Preview:
    """Checks a stack and, if nothing is wrong with it, records the program of the project at `root` with it."""
    return preview_loaded(load_file(file, today=today), root, today=today)


def preview_loaded(loaded: Loaded, root: Path, *, today: date) -> Preview:
    """The same for a stack that was read before, as it is or edited."""
    if loaded.plan is None:
        return Preview(loaded)
    if not (root / PROGRAM_FILE).is_file():
        return Preview(loaded, failure=f"no program to preview: {typed(root / PROGRAM_FILE)} does not exist")
    from cilia.record import ProgramError, record  # noqa: PLC0415 - imports Pulumi, which a stack with errors must not wait for

    config, secret_keys = pulumi_config(loaded.document)
    try:
        with _date(today):
            recording = record(
                root, project=PROJECT_NAMESPACE, stack=loaded.stack, config=config, secret_keys=secret_keys
            )
    except ProgramError as error:
        return Preview(loaded, failure=str(error), details=error.details)
    except SystemExit as end:
        return Preview(loaded, failure=f"the program ended itself by sys.exit({end.code}), before everything was built")
    return Preview(loaded, recording)


def pulumi_config(document: Document) -> tuple[dict[str, str], set[str]]:
    """A stack file's configuration as Pulumi hands it to a program, and the keys that hold secrets.

    Text as it is, everything else as JSON with sorted keys; a placeholder where a secret is encrypted.
    """

    def handed_over(value: object) -> str:
        if value is SECRET:
            return PLACEHOLDER
        return value if isinstance(value, str) else json.dumps(value, default=_plain, sort_keys=True)

    config = {key: handed_over(value) for key, value in document.config.items()}
    return config, {str(path[0]) for path in document.secrets}


def _plain(value: object) -> str:
    """What stands for a value that JSON does not have: only secrets are such."""
    assert value is SECRET
    return PLACEHOLDER


@contextmanager
def _date(today: date) -> Iterator[None]:
    """Lets the program go by the same date."""
    before = os.environ.get(TODAY_VARIABLE)
    os.environ[TODAY_VARIABLE] = today.isoformat()
    try:
        yield
    finally:
        if before is None:
            del os.environ[TODAY_VARIABLE]
        else:
            os.environ[TODAY_VARIABLE] = before
