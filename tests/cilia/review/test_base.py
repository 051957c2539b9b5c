"""Where a stack was at another revision: other layouts, renamed stacks, and none at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cilia.errors import InputError
from cilia.review.base import Base, base_of, is_unchanged
from cilia.review.worktree import Repository
from tests.cilia.conftest import STACK, WriteStack
from tests.cilia.review.conftest import PROGRAM, Commit, Git

PROJECT = "name: cilia\nruntime: python\nstackConfigDir: stacks\n"


def base(project: Path, stack: str = "dev", revision: str = "HEAD") -> tuple[Base, str]:
    """The base of a stack, and the path of its program within the revision."""
    repository = Repository.of(project)
    file = project / "stacks" / f"Pulumi.{stack}.yaml"
    found = repository.revision(revision)
    with repository.checkout(found) as place:
        made = base_of(file, repository, found, place / "tree")
        program = str(made.program.relative_to(place / "tree")) if made.program else ""
    return made, program


def test_base_has_program_configuration_and_no_note(commit: Commit, project: Path) -> None:
    commit(PROGRAM, ("rg-test", "rg-then"))
    made, program = base(project)
    assert (program, made.notes, made.secret_keys) == ("__main__.py", (), ())
    assert made.config is not None
    assert made.config["cilia:environment"] == '{"resourceGroup": {"name": "rg-then"}}'


def test_secrets_stay_closed(commit: Commit, project: Path) -> None:
    commit(PROGRAM, ("config:\n", "config:\n  cilia:secrets: {regcred: {secure: v1:AbCd}}\n"))
    made, _ = base(project)
    assert made.secret_keys == ("cilia:secrets",)
    assert made.config is not None
    assert made.config["cilia:secrets"] == '{"regcred": "[secret]"}'


def test_project_that_lay_elsewhere_is_found_by_its_name(commit: Commit, git: Git, project: Path) -> None:
    (project / "infra" / "stacks").mkdir(parents=True)
    (project / "infra" / "Pulumi.yaml").write_text(PROJECT)
    (project / "infra" / "__main__.py").write_text(PROGRAM)
    (project / "infra" / "stacks" / "Pulumi.dev.yaml").write_text(STACK)
    (project / "Pulumi.yaml").unlink()
    git("add", "--all")
    git("commit", "--quiet", "--message=old layout")
    shutil.rmtree(project / "infra")
    (project / "Pulumi.yaml").write_text(PROJECT)
    commit()
    made, program = base(project, revision="HEAD~1")
    assert (program, made.notes) == ("infra/__main__.py", ("the project lay in infra at HEAD~1",))


@pytest.mark.parametrize(
    "layout",
    [
        ("", "Pulumi.dev.yaml", ""),
        ("stackConfigDir: environments\n", "environments/Pulumi.dev.yaml", ""),
        ("main: program\n", "stacks/Pulumi.dev.yaml", "program/"),
    ],
    ids=["beside the project", "another directory", "program elsewhere"],
)
def test_stack_file_and_program_are_where_the_project_said(
    layout: tuple[str, str, str], git: Git, project: Path, write_stack: WriteStack
) -> None:
    settings, file, main = layout
    (project / "Pulumi.yaml").write_text(f"name: cilia\nruntime: python\n{settings}")
    for path, text in ((file, STACK), (f"{main}__main__.py", PROGRAM)):
        (project / path).parent.mkdir(exist_ok=True)
        (project / path).write_text(text)
    git("add", "--all")
    git("commit", "--quiet", "--message=then")
    (project / "Pulumi.yaml").write_text(PROJECT)
    write_stack("dev")
    made, program = base(project)
    assert (program, made.notes) == (f"{main}__main__.py", ())
    assert made.config is not None


def test_revision_without_a_project_makes_everything_new(git: Git, project: Path, write_stack: WriteStack) -> None:
    git("commit", "--quiet", "--allow-empty", "--message=empty")
    write_stack("dev")
    made, program = base(project)
    assert (program, made.notes) == ("", ("there is no Pulumi project cilia at HEAD: everything is new",))


def test_project_that_had_another_name_makes_everything_new(commit: Commit, git: Git, project: Path) -> None:
    (project / "Pulumi.yaml").write_text(PROJECT.replace("cilia", "shop"))
    commit()
    (project / "Pulumi.yaml").write_text(PROJECT)
    made, program = base(project)
    assert program == ""
    assert made.notes[0] == (
        "the project is called shop at HEAD and cilia now, so that Pulumi takes everything for new; pulumi stack rename"
        " organization/cilia/STACK keeps what there is"
    )
    assert git("status", "--porcelain") == " M Pulumi.yaml\n"


def test_stack_without_a_file_then_makes_everything_new(commit: Commit, project: Path, write_stack: WriteStack) -> None:
    commit()
    write_stack("prod")
    made, program = base(project, "prod")
    assert (program, made.notes) == ("", ("stack prod has no file at HEAD: everything is new",))


def test_stack_that_was_renamed_is_recognised(commit: Commit, project: Path, write_stack: WriteStack) -> None:
    commit()
    (project / "stacks" / "Pulumi.dev.yaml").unlink()
    write_stack("test", ("rg-test", "rg-other"))
    made, program = base(project, "test")
    assert program == ""
    assert made.notes[0] == (
        "stack test has no file at HEAD: everything is new; Pulumi.dev.yaml, which is gone, is much like it: if the"
        " stack"
        " was renamed, pulumi stack rename test --stack dev keeps its resources, else both would exist"
    )


def test_stack_that_is_gone_and_unlike_is_not_taken_for_it(
    commit: Commit, project: Path, write_stack: WriteStack
) -> None:
    commit()
    (project / "stacks" / "Pulumi.dev.yaml").unlink()
    write_stack("test", text="config:\n  azure-native:location: westeurope\n")
    assert base(project, "test")[0].notes == ("stack test has no file at HEAD: everything is new",)


def test_revision_without_a_program_makes_everything_new(git: Git, commit: Commit, project: Path) -> None:
    commit()
    git("rm", "--quiet", "__main__.py")
    git("commit", "--quiet", "--message=without")
    assert base(project)[0].notes == ("there is no program at HEAD (__main__.py does not exist): everything is new",)


@pytest.mark.parametrize("text", ["- a list\n", "name: [\n"])
def test_project_file_that_cannot_be_read_is_named_with_its_revision(text: str, commit: Commit, project: Path) -> None:
    (project / "Pulumi.yaml").write_text(text)
    commit()
    (project / "Pulumi.yaml").write_text(PROJECT)
    with pytest.raises(InputError) as refusal:
        base(project)
    assert str(refusal.value) == "HEAD:Pulumi.yaml cannot be read; it is no YAML with a project's settings"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ([], True),
        (["stacks/Pulumi.prod.yaml"], True),
        (["README.md", "docs/guide.md", "tests/test_it.py", ".github/workflows/ci.yml", "cilia/main.py"], True),
        (["stacks/Pulumi.dev.yaml"], False),
        (["stacks/build.py"], False),
        (["Pulumi.yaml"], False),
        (["policies/bundles/shop.yaml"], False),
        (["__main__.py"], False),
    ],
)
def test_stack_is_unchanged_unless_its_program_reads_what_changed(changed: list[str], *, expected: bool) -> None:
    assert is_unchanged(changed, "dev") is expected


SECRETS = "config:\n  cilia:secrets: {{regcred: {{secure: v1:{one}}}, token: {{secure: v1:{two}}}}}\n"


def secrets(one: str, two: str) -> tuple[str, str]:
    """The change of a stack file that gives it secrets."""
    return "config:\n", SECRETS.format(one=one, two=two)


def test_secret_that_was_encrypted_anew_is_named_and_not_shown(
    commit: Commit, project: Path, write_stack: WriteStack
) -> None:
    commit(PROGRAM, secrets("AbCd", "EfGh"))
    write_stack("dev", secrets("AbCd", "IjKl"))
    made, _ = base(project)
    assert made.notes == (
        "written anew, and not readable here: secrets.token; if the value is another one, what uses it changes as well",
    )
    write_stack("dev", secrets("AbCd", "EfGh"))
    assert base(project)[0].notes == ()


def test_submodules_are_said_to_be_empty(commit: Commit, git: Git, project: Path) -> None:
    commit()
    (project / ".gitmodules").write_text('[submodule "vendor"]\n\tpath = policies/vendor\n\turl = ../vendor\n')
    git("update-index", "--add", "--cacheinfo", f"160000,{git('rev-parse', 'HEAD').strip()},policies/vendor")
    git("add", ".gitmodules")
    git("commit", "--quiet", "--message=submodule")
    assert base(project)[0].notes == ("submodules are empty at HEAD: policies/vendor",)
