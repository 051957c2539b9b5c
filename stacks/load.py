"""From the name of a stack, or its values in Pulumi, to a checked stack with every problem at its file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from components.problems import PROJECT_NAMESPACE, ConfigError, Problem, dotted, errors
from components.rules import Rule
from stacks.check import Checked, check
from stacks.parse import parse
from stacks.plan import StackPlan
from stacks.yaml_reader import SECRET, Document, read_stack_file, read_text

if TYPE_CHECKING:
    from policies.library import Library

PLAIN_SECRET = Rule(
    "CFG-11",
    "Secrets are encrypted",
    why="A stack file is committed; what is in it in plain text is known to everybody who reads the repository.",
    fix="Replace the secret itself, since it is known now, and set it with `pulumi config set --secret --path`.",
    source="https://www.pulumi.com/docs/iac/concepts/secrets/",
)
_SECRETS = f"{PROJECT_NAMESPACE}:secrets"

STACKS_DIRECTORY = "stacks"
"""Where stack files are: `stackConfigDir` of Pulumi.yaml."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A stack file, looked at from all sides.

    Attributes:
        stack: The stack's name.
        file: The file, as the user named it.
        document: What was read; its `config` holds the values as Pulumi would hand them over.
        problems: Everything found, with file and line, in order of lines.
        skipped: Parts that did not parse, as people write paths; rules about them did not run.
        checked: What the rules saw; None where the file could not be read.
    """

    stack: str
    file: str
    document: Document
    problems: tuple[Problem, ...]
    skipped: tuple[str, ...]
    checked: Checked | None

    @property
    def plan(self) -> StackPlan | None:
        """What would be deployed; None where there are errors."""
        return self.checked.plan if self.checked and not errors(self.problems) else None


def stack_file(stack: str, project: Path) -> Path:
    """Where the file of a stack is, for a project directory."""
    return project / STACKS_DIRECTORY / f"Pulumi.{stack}.yaml"


def stack_name(file: Path) -> str:
    """The stack that a file belongs to, by Pulumi's way of naming: `prod` for Pulumi.prod.yaml."""
    return file.name.removeprefix("Pulumi.").removesuffix(".yaml")


def load_file(path: Path, *, today: date) -> Loaded:
    """Reads, checks and plans one stack file; whatever is wrong is in `problems`, nothing is raised."""
    return load_document(read_stack_file(path), path, today=today)


def load_text(text: bytes, path: Path, *, today: date) -> Loaded:
    """The same for content that is not in the file yet."""
    return load_document(read_text(text, str(path)), path, today=today)


def load_document(document: Document, path: Path, *, today: date) -> Loaded:
    """The same for what was read before, as it is or edited."""
    stack = stack_name(path)
    if not document.readable:
        return Loaded(stack, str(path), document, _located(document.problems, document, str(path), stack), (), None)
    checked = check(parse(document.config), today=today, library=partial(_library, path))
    found = _each_cause_once(document, (*_plain_secrets(document), *checked.problems))
    problems = _located((*document.problems, *found), document, str(path), stack)
    return Loaded(stack, str(path), document, problems, tuple(dotted(part) for part in checked.skipped), checked)


def _library(file: Path) -> Library:
    """The bundles of the project that a stack file lies in; imported only for a stack that has policies."""
    from stacks.policies import library_of  # noqa: PLC0415 - takes time

    return library_of(file)


def _each_cause_once(document: Document, problems: Iterable[Problem]) -> Iterable[Problem]:
    """The problems, without those that repeat what the reader said of the same place or of a file without content."""
    if not document.config and errors(document.problems):
        return ()
    said = {problem.path for problem in document.problems if problem.path}
    return [problem for problem in problems if problem.path not in said]


def _plain_secrets(document: Document) -> Iterable[Problem]:
    """CFG-11: values of `cilia:secrets` that anybody can read."""
    secrets = document.config.get(_SECRETS)
    for name, value in secrets.items() if isinstance(secrets, Mapping) else ():
        if value is not SECRET:
            fix = f"remove it and run: pulumi config set --secret --path '{_SECRETS}.{name}'"
            yield PLAIN_SECRET.error((_SECRETS, name), f"the value stands in the file for everybody to read; {fix}")


def with_problems(loaded: Loaded, more: Iterable[Problem]) -> Loaded:
    """The same stack with more problems, each at its file and line."""
    placed = _located(more, loaded.document, loaded.file, loaded.stack)
    return replace(loaded, problems=_in_order({*loaded.problems, *placed}, loaded.file))


def load_values(
    values: Mapping[str, object], *, stack: str, file: Path, today: date, subscription_id: str
) -> tuple[StackPlan, tuple[Problem, ...]]:
    """Checks and plans values that Pulumi handed over; the file gives lines, order, and what Pulumi would change.

    Returns:
        The plan, and the warnings.

    Raises:
        ConfigError: There are errors; it lists all problems.
    """
    document = read_stack_file(file) if file.exists() else Document()
    ordered = {key: _as_written(value, document.config.get(key)) for key, value in values.items()}
    checked = check(parse(ordered), today=today, subscription_id=subscription_id, library=partial(_library, file))
    problems = _located((*document.problems, *checked.problems), document, str(file), stack)
    if errors(problems) or checked.plan is None:
        raise ConfigError(problems)
    return checked.plan, problems


def _as_written(value: object, written: object) -> object:
    """The value with its keys in the order of the file.

    Pulumi hands mappings over with sorted keys, and the order of subnets decides where they lie.
    """
    if isinstance(value, dict) and isinstance(written, Mapping):
        keys = [*(key for key in written if key in value), *(key for key in value if key not in written)]
        return {key: _as_written(value[key], written.get(key)) for key in keys}
    if isinstance(value, list) and isinstance(written, list) and len(value) == len(written):
        return [_as_written(item, other) for item, other in zip(value, written, strict=True)]
    return value


def _located(problems: Iterable[Problem], document: Document, file: str, stack: str) -> tuple[Problem, ...]:
    """The problems with their file, line and stack, in order."""
    placed = (
        replace(
            problem,
            file=problem.file or file,
            line=problem.line or document.line(problem.path),
            stack=stack,
        )
        for problem in problems
    )
    return _in_order(placed, file)


def _in_order(problems: Iterable[Problem], file: str) -> tuple[Problem, ...]:
    """Problems in order of lines, each once: those of the stack file, then those of its bundles."""

    def place(problem: Problem) -> tuple[bool, str, int, str, str]:
        return problem.file != file, problem.file, problem.line, dotted(problem.path), problem.rule

    return tuple(sorted(dict.fromkeys(problems), key=place))
