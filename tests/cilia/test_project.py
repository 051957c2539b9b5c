"""From what people type to stack files."""

from __future__ import annotations

from pathlib import Path

import pytest

from cilia.errors import InputError, nearest
from cilia.project import Target, find_root, require_root, stacks_of, target, targets
from tests.cilia.conftest import WriteStack


def test_the_project_is_the_nearest_directory_upwards_with_a_project_file(project: Path) -> None:
    below = project / "docs" / "deep"
    below.mkdir(parents=True)
    assert find_root(below) == project


def test_a_directory_with_the_project_files_name_is_no_project(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").mkdir()
    assert find_root(tmp_path) != tmp_path


def test_no_project_is_said_with_where_was_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as raised:
        require_root()
    assert str(raised.value) == (
        f"no Pulumi.yaml in {tmp_path} or above it; change to a project's directory, or name a stack file"
    )


def test_a_file_elsewhere_belongs_to_the_project_of_the_working_directory(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert require_root(tmp_path_factory.mktemp("elsewhere")) == project


def test_stacks_are_the_files_of_the_project_in_order_of_name(write_stack: WriteStack, project: Path) -> None:
    for name in ("prod", "dev", "eu.west"):
        write_stack(name)
    (project / "stacks" / "notes.yaml").write_text("")
    assert stacks_of(project) == ["dev", "eu.west", "prod"]


def test_nothing_named_means_every_stack(write_stack: WriteStack) -> None:
    write_stack("prod")
    write_stack("dev")
    assert targets([]) == [
        Target("dev", Path("stacks/Pulumi.dev.yaml")),
        Target("prod", Path("stacks/Pulumi.prod.yaml")),
    ]


def test_what_is_named_twice_counts_once_and_keeps_its_order(write_stack: WriteStack) -> None:
    write_stack("prod")
    write_stack("dev")
    assert targets(["prod", "dev", "./stacks/Pulumi.prod.yaml"]) == [
        Target("prod", Path("stacks/Pulumi.prod.yaml")),
        Target("dev", Path("stacks/Pulumi.dev.yaml")),
    ]


def test_paths_are_as_somebody_in_the_working_directory_types_them(
    write_stack: WriteStack, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stack("dev")
    (project / "docs").mkdir()
    monkeypatch.chdir(project / "docs")
    assert target("dev").file == Path("../stacks/Pulumi.dev.yaml")


def test_a_file_needs_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert target("some.yaml") == Target("some", Path("some.yaml"))


def test_an_unknown_stack_is_answered_with_the_nearest(write_stack: WriteStack) -> None:
    write_stack("prod")
    write_stack("dev")
    with pytest.raises(InputError) as raised:
        target("prd")
    assert str(raised.value) == "no stack 'prd': stacks/Pulumi.prd.yaml does not exist; did you mean 'prod'?"


@pytest.mark.parametrize("name", ["stacks", "stacks/", "./stacks"])
def test_a_directory_is_no_stack(name: str, write_stack: WriteStack) -> None:
    write_stack("dev")
    with pytest.raises(InputError) as raised:
        target(name)
    assert str(raised.value) == f"{name} is a directory; name a stack, or a stack file in it"


def test_a_stack_may_have_the_name_of_a_directory(write_stack: WriteStack) -> None:
    write_stack("stacks")
    assert target("stacks").file == Path("stacks/Pulumi.stacks.yaml")


@pytest.mark.usefixtures("project")
def test_a_project_without_stacks_says_how_to_make_one() -> None:
    with pytest.raises(InputError) as raised:
        targets([])
    assert str(raised.value) == "no stack files in stacks; make one with: cilia init dev"


def test_what_comes_near_is_suggested_and_else_everything_is_listed() -> None:
    assert nearest("stagin", ["dev", "staging"], "the stacks are") == "did you mean 'staging'?"
    assert nearest("x", ["dev", "staging"], "the stacks are") == "the stacks are dev, staging"


def test_a_directory_that_is_called_like_a_stack_file_is_said_to_be_one(project: Path) -> None:
    (project / "stacks" / "Pulumi.dev.yaml").mkdir()
    with pytest.raises(InputError, match=r"^no stack 'dev': stacks/Pulumi.dev.yaml is a directory; put its file"):
        target("dev")
