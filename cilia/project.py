"""Where the project is and which stacks it has: from what people type to files that can be read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cilia.errors import InputError, nearest
from stacks.load import STACKS_DIRECTORY, stack_file, stack_name

PROJECT_FILE = "Pulumi.yaml"


@dataclass(frozen=True, slots=True)
class Target:
    """A stack that somebody asked about.

    Attributes:
        stack: Its name.
        file: Its file, as the user would type it.
    """

    stack: str
    file: Path


def find_root(start: Path) -> Path | None:
    """The nearest directory upwards that holds a Pulumi project."""
    here = start.resolve()
    return next((directory for directory in (here, *here.parents) if (directory / PROJECT_FILE).is_file()), None)


def require_root(start: Path | None = None) -> Path:
    """The project that a path, or the working directory, lies in.

    Raises:
        InputError: There is none.
    """
    found = (find_root(start) if start else None) or find_root(Path())
    if found is None:
        raise InputError(
            f"no {PROJECT_FILE} in {Path.cwd()} or above it; change to a project's directory, or name a stack file"
        )
    return found


def typed(path: Path) -> Path:
    """A path as somebody in the working directory would type it."""
    return Path(os.path.relpath(path))


def stacks_of(root: Path) -> list[str]:
    """The names of a project's stacks that have a file, in order of name."""
    return sorted(stack_name(file) for file in (root / STACKS_DIRECTORY).glob("Pulumi.*.yaml"))


def targets(names: Sequence[str]) -> list[Target]:
    """The stacks that names and files stand for, each once; every stack of the project where nothing is named.

    Raises:
        InputError: No project, no such stack, or no stack at all.
    """
    if not names:
        root = require_root()
        found = stacks_of(root)
        if not found:
            directory = typed(root / STACKS_DIRECTORY)
            raise InputError(f"no stack files in {directory}; make one with: cilia init dev")
        return [Target(stack, typed(stack_file(stack, root))) for stack in found]
    return list({target.file.resolve(): target for target in map(_target, names)}.values())


def target(name: str) -> Target:
    """The one stack that a name or a file stands for.

    Raises:
        InputError: As for `targets`.
    """
    return _target(name)


def _target(name: str) -> Target:
    if os.sep in name or name.endswith((".yaml", ".yml")):
        file = Path(name)
        if file.is_dir():
            raise InputError(_directory(name))
        return Target(stack_name(file), file)
    root = require_root()
    file = stack_file(name, root)
    if file.is_dir():
        raise InputError(f"no stack {name!r}: {typed(file)} is a directory; put its file in its place")
    if not file.is_file():
        raise InputError(_no_stack(name, stacks_of(root), typed(file)) if not Path(name).is_dir() else _directory(name))
    return Target(name, typed(file))


def _directory(name: str) -> str:
    return f"{name} is a directory; name a stack, or a stack file in it"


def _no_stack(name: str, known: list[str], file: Path) -> str:
    if not known:
        return f"no stack {name!r}: {file} does not exist, and no other stack does; make it with: cilia init {name}"
    return f"no stack {name!r}: {file} does not exist; {nearest(name, known, 'the stacks are')}"
