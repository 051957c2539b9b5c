"""What a stack was at another revision: its project, its program and its file, wherever they lay then."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from cilia.errors import InputError
from cilia.preview_data import PROGRAM_FILE, pulumi_config
from cilia.project import PROJECT_FILE
from cilia.review.worktree import Repository, Revision
from components.problems import PROJECT_NAMESPACE
from stacks.load import STACKS_DIRECTORY, stack_name
from stacks.yaml_reader import read_stack_file

_ALIKE = 0.6
"""Share of lines from which on one stack file is taken for another one renamed."""
# What no program reads: the recorder is this revision's in any case.
_BESIDE_THE_PROGRAM = ("cilia/", "conformance/", "docs/", "tests/", "tools/", ".github/", ".ci/")


@dataclass(frozen=True, slots=True)
class Base:
    """A stack at another revision.

    Attributes:
        program: What to record; None where there was no such stack, so that everything is new.
        config: Its configuration, as Pulumi hands it over.
        secret_keys: The keys in it whose values are secret.
        notes: What a reader has to know about that.
    """

    program: Path | None = None
    config: dict[str, str] | None = None
    secret_keys: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A project's directory and where its parts lie."""

    directory: Path
    name: str
    program: Path
    stacks: tuple[Path, ...]

    @staticmethod
    def of(directory: Path, shown: str) -> Layout:
        """Reads a project file.

        Args:
            directory: Where it lies.
            shown: How to name it where it cannot be read.

        Raises:
            InputError: It cannot be read.
        """
        try:
            content: Any = yaml.safe_load((directory / PROJECT_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            content = None
        if not isinstance(content, dict):
            raise InputError(f"{shown} cannot be read; it is no YAML with a project's settings")
        main = content.get("main")
        program = directory / str(main) if main else directory
        settings = content.get("stackConfigDir") or STACKS_DIRECTORY
        return Layout(
            directory,
            str(content.get("name")),
            program if program.suffix == ".py" else program / PROGRAM_FILE,
            tuple(dict.fromkeys((directory / str(settings), directory / STACKS_DIRECTORY, directory))),
        )

    def stack_file(self, stack: str) -> Path | None:
        """The file of a stack, if there is one."""
        return next((file for place in self.stacks if (file := place / f"Pulumi.{stack}.yaml").is_file()), None)

    def stack_files(self) -> list[Path]:
        """Every stack's file."""
        return sorted({file for place in self.stacks for file in place.glob("Pulumi.*.yaml")})


def is_unchanged(changed: list[str], stack: str) -> bool:
    """Whether nothing changed that a stack's program reads: neither code nor the stack's own file.

    Args:
        changed: Files that differ, relative to the project.
        stack: The stack.
    """
    return all(_is_beside(PurePosixPath(path), stack) for path in changed)


def _is_beside(path: PurePosixPath, stack: str) -> bool:
    if str(path).startswith(_BESIDE_THE_PROGRAM) or path.suffix == ".md":
        return True
    is_stack_file = path.name.startswith("Pulumi.") and path.suffix == ".yaml" and path.name != PROJECT_FILE
    return is_stack_file and path.name != f"Pulumi.{stack}.yaml"


def base_of(file: Path, repository: Repository, revision: Revision, tree: Path) -> Base:
    """What the stack of a file was at a revision whose files lie in `tree`.

    Raises:
        InputError: Its project or its file cannot be read.
    """
    here = Layout.of(repository.root, str(repository.root / PROJECT_FILE))
    found, note = _project(here, repository, revision, tree)
    if found is None:
        return Base(notes=(note,))
    stack = stack_name(file)
    own = file.resolve()
    same = tree / own.relative_to(repository.top) if own.is_relative_to(repository.top) else None
    then = same if same and same.is_file() else found.stack_file(stack)
    if then is None:
        return Base(notes=(_no_stack(file, stack, here, found, revision),))
    if not found.program.is_file():
        program = found.program.relative_to(tree)
        return Base(notes=(f"there is no program at {revision.name} ({program} does not exist): everything is new",))
    document = read_stack_file(then)
    if not document.readable:
        place = f"{revision.name}:{then.relative_to(tree)}"
        problem = next(iter(document.problems), None)
        line = f":{problem.line}" if problem and problem.line else ""
        raise InputError(f"{place}{line} cannot be read: {problem.message if problem else 'it is no stack file'}")
    config, secret_keys = pulumi_config(document)
    notes = (note, _secrets(then, file), _submodules(repository, revision, tree))
    return Base(found.program, config, tuple(sorted(secret_keys)), tuple(filter(None, notes)))


def _secrets(then: Path, now: Path) -> str:
    """That secrets were encrypted anew, which shows nowhere else: offline nobody can read them."""
    before, after = (dict(_ciphers(_content(file))) for file in (then, now))
    changed = [name for name, cipher in after.items() if name in before and before[name] != cipher]
    if not changed:
        return ""
    names = ", ".join(name.removeprefix(f"{PROJECT_NAMESPACE}:") for name in changed)
    return f"written anew, and not readable here: {names}; if the value is another one, what uses it changes as well"


def _content(file: Path) -> Any:
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except (OSError, ValueError, yaml.YAMLError):
        return None


def _ciphers(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Where encrypted values stand below `config`, and what they are."""
    if not path:
        value = value.get("config") if isinstance(value, dict) else None
    if isinstance(value, dict) and set(value) == {"secure"}:
        yield path, str(value["secure"])
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _ciphers(item, f"{path}.{key}" if path else str(key))


def _submodules(repository: Repository, revision: Revision, tree: Path) -> str:
    found = repository.submodules(revision) if (tree / ".gitmodules").is_file() else []
    return f"submodules are empty at {revision.name}: {', '.join(found)}" if found else ""


def _project(here: Layout, repository: Repository, revision: Revision, tree: Path) -> tuple[Layout | None, str]:
    """The same project at the revision, and what to say about where it lay."""
    prefix = repository.root.resolve().relative_to(repository.top.resolve())
    if (tree / prefix / PROJECT_FILE).is_file():
        found = Layout.of(tree / prefix, f"{revision.name}:{prefix / PROJECT_FILE}")
        if found.name == here.name:
            return found, ""
        return None, (
            f"the project is called {found.name} at {revision.name} and {here.name} now, so that Pulumi takes"
            f" everything for new; pulumi stack rename organization/{here.name}/STACK keeps what there is"
        )
    others = [path for path in repository.tracked(tree, f"*{PROJECT_FILE}") if path.name == PROJECT_FILE]
    layouts = [Layout.of(tree / path.parent, f"{revision.name}:{path}") for path in others]
    same = [layout for layout in layouts if layout.name == here.name]
    if len(same) != 1:
        return None, f"there is no Pulumi project {here.name} at {revision.name}: everything is new"
    return same[0], f"the project lay in {same[0].directory.relative_to(tree)} at {revision.name}"


def _no_stack(file: Path, stack: str, here: Layout, found: Layout, revision: Revision) -> str:
    text = f"stack {stack} has no file at {revision.name}: everything is new"
    known = {own.name for own in here.stack_files()}
    gone = [other for other in found.stack_files() if other.name not in known]
    alike = {other: _likeness(file, other) for other in gone}
    best = max(alike, key=alike.__getitem__, default=None)
    if best is None or alike[best] < _ALIKE:
        return text
    old = stack_name(best)
    return (
        f"{text}; Pulumi.{old}.yaml, which is gone, is much like it: if the stack was renamed,"
        f" pulumi stack rename {stack} --stack {old} keeps its resources, else both would exist"
    )


def _likeness(one: Path, other: Path) -> float:
    before, after = (path.read_text(encoding="utf-8", errors="replace").splitlines() for path in (one, other))
    return difflib.SequenceMatcher(None, before, after, autojunk=False).ratio()
