"""A project in a git repository of its own: commits of small programs, and nothing of the machine's git settings."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cilia.conftest import WriteStack

PROGRAM = """\
import pulumi_azure_native as azure
azure.resources.ResourceGroup("main", resource_group_name="rg-test", location="westeurope", tags={"env": "test"})
"""
Git = Callable[..., str]
Commit = Callable[..., None]


@pytest.fixture
def git(project: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Runs git in the project, which is a repository without commits."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "test")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "test@example.com")
        monkeypatch.setenv(f"GIT_{name}_DATE", "2026-08-01T12:00:00Z")

    def run(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True, text=True).stdout

    run("init", "--quiet", "--initial-branch=main")
    return run


@pytest.fixture
def commit(git: Git, project: Path, write_stack: WriteStack) -> Commit:
    """Commits a program, and a stack `dev` with these changes to its file."""

    def make(program: str = PROGRAM, *changes: tuple[str, str], stack: str = "dev") -> None:
        (project / "__main__.py").write_text(program)
        write_stack(stack, *changes)
        git("add", "--all")
        git("commit", "--quiet", "--allow-empty", "--message=state")

    return make


@pytest.fixture
def scratch(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go: an empty directory, so that a test sees what is left."""
    place = tmp_path_factory.mktemp("scratch").resolve()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return place


def nothing_left(scratch: Path, git: Git) -> bool:
    """Whether neither temporary files nor worktrees are left."""
    worktrees = [line for line in git("worktree", "list", "--porcelain").splitlines() if line.startswith("worktree ")]
    return not any(scratch.iterdir()) and len(worktrees) == 1
