"""`cilia init`: a valid file, once, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cilia.main import main
from cilia.starters import STARTERS


@pytest.mark.parametrize("template", sorted(STARTERS))
@pytest.mark.parametrize("today", ["2026-08-21", "2026-09-01", "2027-02-01"])
@pytest.mark.usefixtures("project")
def test_a_new_stack_has_no_problems(template: str, today: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "shop", "--template", template, "--location", "northeurope", "--today", today]) == 0
    assert capsys.readouterr() == ("", "wrote stacks/Pulumi.shop.yaml; next: cilia validate shop\n")
    assert main(["validate", "shop", "--fail-on", "warning", "--today", today]) == 0


def test_the_text_names_the_stack_and_the_region(project: Path) -> None:
    main(["init", "shop", "--location", "northeurope"])
    text = (project / "stacks" / "Pulumi.shop.yaml").read_text()
    assert "azure-native:location: northeurope\n" in text
    assert "resourceGroup: {name: rg-cilia-shop}\n" in text
    assert "$" not in text.replace("$schema", "")


@pytest.mark.parametrize(("today", "version"), [("2026-08-21", "1.35"), ("2026-12-15", "1.36")])
def test_kubernetes_is_one_behind_the_newest(today: str, version: str, project: Path) -> None:
    main(["init", "shop", "--today", today])
    assert f'kubernetesVersion: "{version}"' in (project / "stacks" / "Pulumi.shop.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "protect"),
    [
        (["prod"], "true"),
        (["production"], "true"),
        (["dev"], "false"),
        ([], "false"),
        (["prod", "--template", "dev"], "false"),
    ],
    ids=["prod", "production", "dev", "default", "chosen"],
)
def test_a_stack_called_production_begins_as_one(words: list[str], protect: str, project: Path) -> None:
    assert main(["init", *words]) == 0
    (file,) = (project / "stacks").iterdir()
    assert f"protect: {protect}" in file.read_text()


def test_an_existing_file_is_never_replaced(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "stacks" / "Pulumi.dev.yaml"
    file.write_text("mine")
    assert main(["init", "dev"]) == 2
    expected = "cilia: stacks/Pulumi.dev.yaml exists already; remove it first, or write elsewhere with --out\n"
    assert capsys.readouterr() == ("", expected)
    assert file.read_text() == "mine"


def test_a_link_to_nowhere_is_an_existing_file(project: Path) -> None:
    (project / "stacks" / "Pulumi.dev.yaml").symlink_to("nowhere")
    assert main(["init", "dev"]) == 2
    assert not (project / "stacks" / "nowhere").exists()


def test_nothing_is_left_of_a_file_that_could_not_be_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", fail)
    assert main(["init", "dev"]) == 2
    assert capsys.readouterr().err == "cilia: stacks/Pulumi.dev.yaml cannot be written: no space left on device\n"
    assert list((project / "stacks").iterdir()) == []


def test_the_file_has_the_rights_that_files_have(project: Path) -> None:
    before = os.umask(0o027)
    try:
        main(["init", "dev"])
    finally:
        os.umask(before)
    assert (project / "stacks" / "Pulumi.dev.yaml").stat().st_mode & 0o777 == 0o640


def test_a_minus_writes_to_stdout_and_needs_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "dev", "--out", "-"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("# yaml-language-server: ")
    assert not out.endswith("\n\n")
    assert list(tmp_path.iterdir()) == []


def test_another_file_is_named_for_what_comes_next(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "dev", "--out", "new/Pulumi.dev.yaml"]) == 0
    assert capsys.readouterr().err == "wrote new/Pulumi.dev.yaml; next: cilia validate new/Pulumi.dev.yaml\n"
    assert (project / "new" / "Pulumi.dev.yaml").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a b"], "'a b' cannot be a stack's name; use 1 to 100 letters, digits, '-', '_' and '.'"),
        (["org/dev"], "'org/dev' cannot be a stack's name; use 1 to 100 letters, digits, '-', '_' and '.'"),
        (
            ["dev", "--location", "West Europe"],
            "'West Europe' is not an Azure region; write its short name, such as westeurope",
        ),
        (
            ["dev."],
            (
                "this would not be valid: environment.resourceGroup.name: 'rg-cilia-dev.' is not a name for a resource"
                " group; use letters, digits, '_', '-', '(', ')' and '.', not ending with '.' [NET-17]"
            ),
        ),
    ],
    ids=["blank", "slash", "region", "resource group"],
)
def test_a_name_that_fits_nowhere_is_refused(
    words: list[str], message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", *words]) == 2
    assert capsys.readouterr() == ("", f"cilia: {message}\n")
    assert list((project / "stacks").iterdir()) == []


@pytest.mark.parametrize("stack", ["1e3", "true", "0755", "2026-08-21", "null"])
def test_a_name_that_yaml_reads_as_something_else_stays_text(stack: str, project: Path) -> None:
    assert main(["init", stack]) == 0
    assert main(["validate", stack]) == 0
    assert f'tags: {{env: "{stack}"}}' in (project / "stacks" / f"Pulumi.{stack}.yaml").read_text()


def test_outside_of_a_project_a_file_must_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "dev"]) == 2
    assert capsys.readouterr().err.startswith("cilia: no Pulumi.yaml in ")
