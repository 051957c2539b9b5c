"""Another revision's files in a temporary git worktree, which is gone afterwards whatever happens."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from cilia.errors import InputError

# Set by git itself for hooks; they would lead away from the repository that is meant.
_LEADS_AWAY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")
_NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}", "-c", "advice.detachedHead=false")


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision to compare with.

    Attributes:
        name: As somebody typed it.
        commit: Its full hash.
        day: The day of its commit.
    """

    name: str
    commit: str
    day: str


@dataclass(frozen=True, slots=True)
class Repository:
    """The git repository that a project lies in.

    Attributes:
        top: Its working tree.
        root: The project's directory.
    """

    top: Path
    root: Path

    @staticmethod
    def of(root: Path) -> Repository:
        """The repository of a project.

        Raises:
            InputError: There is none, or git cannot read it.
        """
        found = _git(root, "rev-parse", "--show-toplevel")
        if found.returncode:
            said = _said(found)
            if "not a git repository" in said:
                raise InputError(f"{root} is in no git repository; --against compares with a revision of one")
            raise InputError(f"git cannot read {root}: {said}")
        return Repository(Path(found.stdout.rstrip("\n")), root)

    def revision(self, name: str) -> Revision:
        """The revision that a name stands for.

        Raises:
            InputError: There is none.
        """
        found = _git(self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", name)
        if not found.returncode:
            found = _git(self.root, "rev-parse", "--verify", "--quiet", f"{found.stdout.strip()}^{{commit}}")
        if found.returncode:
            raise InputError(self._unknown(name))
        commit = found.stdout.strip()
        return Revision(name, commit, _git(self.root, "show", "-s", "--format=%cs", commit).stdout.strip())

    def _unknown(self, name: str) -> str:
        text = f"no revision {name!r} in {self.top}"
        if _git(self.root, "rev-parse", "--is-shallow-repository").stdout.strip() == "true":
            return (
                f"{text}, a shallow clone that lacks older commits; fetch them with git fetch --unshallow,"
                " in GitHub Actions with fetch-depth: 0"
            )
        if _git(self.root, "rev-parse", "--verify", "--quiet", "HEAD").returncode:
            return f"{text}, which has no commit yet"
        remote = f"origin/{name}"
        if (
            name
            and not _git(self.root, "rev-parse", "--verify", "--quiet", f"refs/remotes/{remote}^{{commit}}").returncode
        ):
            return f"{text}; did you mean {remote!r}?"
        return f"{text}; name a branch, a tag or a commit, such as origin/main"

    def changed(self, revision: Revision) -> list[str]:
        """Files of the project that differ from a revision or are unknown to git, relative to the project."""
        differing = _git(self.root, "diff", "--name-only", "--no-renames", "--relative", "-z", revision.commit)
        unknown = _git(self.root, "ls-files", "--others", "--exclude-standard", "-z")
        return sorted({*differing.stdout.split("\0"), *unknown.stdout.split("\0")} - {""})

    def has(self, revision: Revision, file: Path) -> bool:
        """Whether a file of the project is in a revision."""
        path = f"./{file.resolve().relative_to(self.root)}"
        return bool(_git(self.root, "ls-tree", "--name-only", "-z", revision.commit, "--", path).stdout)

    def tracked(self, tree: Path, pattern: str) -> list[Path]:
        """Files of a worktree whose names fit a pattern, relative to it."""
        return [Path(name) for name in _git(tree, "ls-files", "-z", "--", pattern).stdout.split("\0") if name]

    def submodules(self, revision: Revision) -> list[str]:
        """Directories of the project that are other repositories in a revision; those are not checked out."""
        listed = _git(self.root, "ls-tree", "-r", "-z", revision.commit).stdout.split("\0")
        return [entry.partition("\t")[2] for entry in listed if entry.startswith("160000 ")]

    @contextlib.contextmanager
    def checkout(self, revision: Revision) -> Iterator[Path]:
        """A directory beside the files of a revision: `tree` in it holds them, the rest is for whoever asked.

        Raises:
            InputError: The files cannot be written.
        """
        place = Path(tempfile.gettempdir()).resolve() / f"cilia-{uuid.uuid4().hex}"
        try:
            self._add(place, revision)
            yield place
        finally:
            try:
                self._remove(place)
            except KeyboardInterrupt:  # it came just before requests to end were put off
                self._remove(place)
                raise

    def _add(self, place: Path, revision: Revision) -> None:
        tree = str(place / "tree")
        # git writes by processes of its own, which would go on while what they wrote is taken away
        with _undisturbed():
            try:
                place.mkdir(mode=0o700)
            except OSError as error:
                raise InputError(f"{place} cannot be written: {(error.strerror or str(error)).lower()}") from None
            made = _git(self.root, *_NO_HOOKS, "worktree", "add", "--detach", "--force", tree, revision.commit)
        if made.returncode:
            raise InputError(f"the files of {revision.name} cannot be checked out: {_said(made)}")

    def _remove(self, place: Path) -> None:
        with _undisturbed():
            _git(self.root, "worktree", "remove", "--force", "--force", str(place / "tree"))
            shutil.rmtree(place, ignore_errors=True)
            # what an interrupted git leaves behind, which it no longer takes for a worktree
            common = _git(self.root, "rev-parse", "--path-format=absolute", "--git-common-dir").stdout.rstrip("\n")
            for link in Path(common, "worktrees").glob("*/gitdir"):
                if str(place) in link.read_text(encoding="utf-8", errors="replace"):
                    shutil.rmtree(link.parent, ignore_errors=True)


class Terminated(KeyboardInterrupt):
    """Somebody asked this process to end."""


@contextlib.contextmanager
def orderly_end() -> Iterator[Sequence[int]]:
    """Lets every request to end unwind like Ctrl-C does, so that nothing is left behind, and ends by it afterwards.

    Python loses an exception that is raised while it runs a callback of its own, in the middle of an import for
    instance. So requests are remembered, and whatever comes of the work is dropped.

    Yields:
        The signals that came.

    Raises:
        KeyboardInterrupt: It was Ctrl-C.
    """
    asked: list[int] = []

    def end(number: int, _: FrameType | None) -> None:
        asked.append(number)
        raise Terminated(number)

    with _handled_by(end), _unsaid():
        try:
            yield asked
        except BaseException:
            if not asked:
                raise
    if not asked:
        return
    if asked[0] == signal.SIGINT:
        raise KeyboardInterrupt
    signal.signal(asked[0], signal.SIG_DFL)
    os.kill(os.getpid(), asked[0])


@contextlib.contextmanager
def _unsaid() -> Iterator[None]:
    """Keeps Python from printing that it lost a request to end."""
    former = sys.unraisablehook

    def hook(lost: sys.UnraisableHookArgs) -> None:
        if not isinstance(lost.exc_value, Terminated):
            former(lost)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = former


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Puts off every request to end until something is done."""
    asked: list[int] = []
    with _handled_by(lambda number, _: asked.append(number)):
        yield
    for number in asked[:1]:
        os.kill(os.getpid(), number)


@contextlib.contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Sends every request to end to a handler; elsewhere than in the main thread there are none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    requests = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, handler) for number in requests if not _is_ignored(number)}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _is_ignored(number: int) -> bool:
    """Whether whoever started this process wants no such request heard: `nohup`, or a job in the background."""
    return signal.getsignal(number) is signal.SIG_IGN


def _git(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs git in a directory, in a session of its own so that Ctrl-C does not reach it.

    Raises:
        InputError: There is no git.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _LEADS_AWAY}
    try:
        return subprocess.run(  # noqa: S603 - no shell, and every argument is ours or behind --end-of-options
            ["git", "-C", str(directory), *arguments],  # noqa: S607 - git from PATH, as everywhere
            env={**environment, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            start_new_session=True,
            check=False,
        )
    except FileNotFoundError:
        raise InputError("--against needs git, which is not on PATH; install it") from None


def _said(done: subprocess.CompletedProcess[str]) -> str:
    """What git complained about, in one line."""
    lines = [line for line in done.stderr.splitlines() if line.startswith(("fatal:", "error:"))] or [done.stderr]
    return " ".join(lines[0].removeprefix("fatal:").removeprefix("error:").split())
