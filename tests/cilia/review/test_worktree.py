"""Revisions and their files: named, checked out, and gone afterwards whatever happens."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path

import pytest

from cilia.errors import InputError
from cilia.review.worktree import Repository, orderly_end
from tests.cilia.review.conftest import Commit, Git, nothing_left


def test_project_in_no_repository_is_said_so(project: Path) -> None:
    with pytest.raises(InputError) as refusal:
        Repository.of(project)
    assert str(refusal.value) == f"{project} is in no git repository; --against compares with a revision of one"


def test_machine_without_git_is_said_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(InputError, match="--against needs git, which is not on PATH; install it"):
        Repository.of(project)


@pytest.mark.parametrize("name", ["nosuch", "--upload-pack=x", "HEAD:stacks", "", "HEAD~9"])
def test_unknown_revision_says_what_to_name(name: str, commit: Commit, project: Path) -> None:
    commit()
    with pytest.raises(InputError) as refusal:
        Repository.of(project).revision(name)
    assert str(refusal.value) == (
        f"no revision {name!r} in {project}; name a branch, a tag or a commit, such as origin/main"
    )


@pytest.mark.usefixtures("git")
def test_repository_without_a_commit_is_said_so(project: Path) -> None:
    with pytest.raises(InputError) as refusal:
        Repository.of(project).revision("HEAD")
    assert str(refusal.value) == f"no revision 'HEAD' in {project}, which has no commit yet"


def test_shallow_clone_says_how_to_deepen_it(
    commit: Commit, git: Git, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    commit()
    commit()
    clone = tmp_path_factory.mktemp("clone") / "shallow"
    git("clone", "--quiet", "--depth=1", f"file://{project}", str(clone))
    with pytest.raises(InputError) as refusal:
        Repository.of(clone).revision("HEAD~1")
    assert str(refusal.value) == (
        f"no revision 'HEAD~1' in {clone}, a shallow clone that lacks older commits; fetch them with git fetch"
        " --unshallow, in GitHub Actions with fetch-depth: 0"
    )


def test_revision_has_its_commit_and_day(commit: Commit, git: Git, project: Path) -> None:
    commit()
    found = Repository.of(project).revision("main")
    assert (found.name, found.commit, found.day) == ("main", git("rev-parse", "HEAD").strip(), "2026-08-01")


def test_changed_files_are_edited_staged_and_unknown_ones(commit: Commit, git: Git, project: Path) -> None:
    commit()
    repository = Repository.of(project)
    revision = repository.revision("HEAD")
    assert repository.changed(revision) == []
    (project / "__main__.py").write_text("")
    (project / "staged.py").write_text("")
    git("add", "staged.py")
    (project / "unknown file.py").write_text("")
    (project / ".gitignore").write_text("ignored.py\n")
    (project / "ignored.py").write_text("")
    assert repository.changed(revision) == [".gitignore", "__main__.py", "staged.py", "unknown file.py"]


def test_checkout_has_the_files_of_the_revision_and_is_gone_afterwards(
    commit: Commit, git: Git, project: Path, scratch: Path
) -> None:
    commit("old = 1\n")
    (project / "__main__.py").write_text("new = 1\n")
    repository = Repository.of(project)
    with repository.checkout(repository.revision("HEAD")) as place:
        assert (place / "tree" / "__main__.py").read_text() == "old = 1\n"
    assert nothing_left(scratch, git)
    assert (project / "__main__.py").read_text() == "new = 1\n"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, BrokenPipeError])
def test_checkout_is_gone_after_a_failure(
    error: type[BaseException], commit: Commit, git: Git, project: Path, scratch: Path
) -> None:
    commit()
    repository = Repository.of(project)
    with pytest.raises(error), repository.checkout(repository.revision("HEAD")):
        raise error
    assert nothing_left(scratch, git)


def test_checkout_that_was_broken_by_others_leaves_nothing(
    commit: Commit, git: Git, project: Path, scratch: Path
) -> None:
    commit()
    repository = Repository.of(project)
    with repository.checkout(repository.revision("HEAD")) as place:
        (place / "tree" / ".git").unlink()
    assert nothing_left(scratch, git)


def test_checkout_runs_no_hooks(commit: Commit, project: Path, scratch: Path) -> None:
    commit()
    hook = project / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {scratch}/hook-ran\n")
    hook.chmod(0o755)
    repository = Repository.of(project)
    with repository.checkout(repository.revision("HEAD")):
        pass
    assert not (scratch / "hook-ran").exists()


def test_directory_for_temporary_files_that_cannot_be_written_is_named(
    commit: Commit, git: Git, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(project / "nosuch"))
    repository = Repository.of(project)
    with (
        pytest.raises(InputError, match=r"nosuch/cilia-\w+ cannot be written: no such file or directory"),
        repository.checkout(repository.revision("HEAD")),
    ):
        pass
    assert git("worktree", "list").count("\n") == 1


def test_hooks_environment_does_not_lead_to_another_repository(
    commit: Commit, git: Git, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit()
    head = git("rev-parse", "HEAD").strip()
    monkeypatch.setenv("GIT_DIR", "/nosuch")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nosuch/index")
    assert Repository.of(project).revision("HEAD").commit == head


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sends a request to end, as Ctrl-C does, whenever git begins to write a worktree."""
    script = tmp_path / "git"
    ask = 'case "$*" in *"worktree add"*) kill -INT $PPID;; esac'
    script.write_text(f'#!/bin/sh\n{ask}\nexec {shutil.which("git")} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def test_request_to_end_waits_until_git_has_written_everything(
    commit: Commit, git: Git, project: Path, scratch: Path, request: pytest.FixtureRequest
) -> None:
    commit()
    repository = Repository.of(project)
    revision = repository.revision("HEAD")
    request.getfixturevalue("impatient")
    with pytest.raises(KeyboardInterrupt), repository.checkout(revision):
        pytest.fail("begins although somebody asked to end")
    assert nothing_left(scratch, git)


def interrupt_that_is_lost() -> None:
    """Asks to end, and loses the exception, as Python does in callbacks of its own."""
    with contextlib.suppress(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


def test_request_to_end_that_python_loses_ends_the_work_all_the_same() -> None:
    with pytest.raises(KeyboardInterrupt), orderly_end() as asked:
        interrupt_that_is_lost()
    assert list(asked) == [signal.SIGINT]


class Interrupted:
    """Something whose removal is interrupted, where Python can raise nothing."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


def test_request_to_end_that_python_loses_is_not_talked_about(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt), orderly_end():
        Interrupted()
    assert capsys.readouterr() == ("", "")


def test_failure_without_a_request_to_end_stays_a_failure() -> None:
    with pytest.raises(AttributeError), orderly_end():
        raise AttributeError


def test_branch_that_only_the_remote_has_is_proposed(
    commit: Commit, git: Git, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    commit()
    git("branch", "other")
    clone = tmp_path_factory.mktemp("clone") / "clone"
    git("clone", "--quiet", str(project), str(clone))
    with pytest.raises(InputError) as refusal:
        Repository.of(clone).revision("other")
    assert str(refusal.value) == f"no revision 'other' in {clone}; did you mean 'origin/other'?"
    with pytest.raises(InputError) as refusal:
        Repository.of(clone).revision("HEAD:Pulumi.yaml")
    assert str(refusal.value) == (
        f"no revision 'HEAD:Pulumi.yaml' in {clone}; name a branch, a tag or a commit, such as origin/main"
    )


def test_revision_by_its_message_is_found(commit: Commit, git: Git, project: Path) -> None:
    commit()
    assert Repository.of(project).revision(":/state").commit == git("rev-parse", "HEAD").strip()
