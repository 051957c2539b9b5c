"""`cilia preview --against`: the contract, exit codes, and every way in which the other revision may be no use."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cilia.main import main
from tests.cilia.conftest import ROOT, WriteStack
from tests.cilia.review.conftest import PROGRAM, Commit, Git, nothing_left

Capture = pytest.CaptureFixture[str]
RENAMED = PROGRAM.replace("rg-test", "rg-other")
RETAGGED = PROGRAM.replace('"env": "test"', '"env": "prod"')


@pytest.fixture
def edit(project: Path) -> Any:
    """Puts another program into the working tree."""
    return (project / "__main__.py").write_text


def against(capsys: Capture, *words: str, code: int = 0) -> Any:
    """The JSON document of a review."""
    assert main(["preview", *words, "-o", "json"]) == code
    return json.loads(capsys.readouterr().out)


def test_json_is_as_the_contract_says(commit: Commit, git: Git, edit: Any, scratch: Path, capsys: Capture) -> None:
    commit()
    edit(RETAGGED)
    found = against(capsys, "dev", "--against", "HEAD")
    urn = "urn:pulumi:dev::cilia::azure-native:resources:ResourceGroup::main"
    assert found == {
        "cilia": 1,
        "stack": "dev",
        "outputs": {},
        "against": {"revision": "HEAD", "commit": git("rev-parse", "HEAD").strip()},
        "notes": [],
        "changes": [
            {
                "urn": urn,
                "type": "azure-native:resources:ResourceGroup",
                "name": "main",
                "kind": "change",
                "path": "tags.env",
                "before": "test",
                "after": "prod",
                "effects": ["inPlace"],
                "rule": "CHG-10",
                "message": "only the tag changes",
                "cause": None,
            }
        ],
        "addresses": [],
        "policies": {"added": [], "removed": [], "isolation": []},
        "worst": "inPlace",
        "problems": [],
    }
    assert nothing_left(scratch, git)


def test_programs_are_those_of_their_revisions(commit: Commit, edit: Any, capsys: Capture, project: Path) -> None:
    (project / "components").mkdir()
    (project / "components" / "__init__.py").write_text("")
    (project / "components" / "names.py").write_text("GROUP = 'rg-old'\n")
    program = PROGRAM.replace('"rg-test"', "GROUP").replace("import ", "from components.names import GROUP\nimport ", 1)
    commit(program)
    edit(PROGRAM)
    (change,) = against(capsys, "dev", "--against", "HEAD", code=0)["changes"]
    assert (change["before"], change["after"], change["rule"]) == ("rg-old", "rg-test", "PRV-01")


def test_unchanged_stack_runs_nothing_of_the_other_revision(
    commit: Commit, git: Git, project: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit()
    commit(stack="prod")
    (project / "README.md").write_text("text")
    (project / "docs").mkdir()
    (project / "docs" / "guide.py").write_text("text")
    monkeypatch.setattr("cilia.review.worktree.Repository.checkout", None)
    found = against(capsys, "dev", "--against", "HEAD~1")
    assert (found["changes"], found["worst"]) == ([], None)
    assert git("worktree", "list").count("\n") == 1


def test_stack_file_that_git_ignores_is_not_taken_for_unchanged(
    commit: Commit, project: Path, write_stack: WriteStack, capsys: Capture
) -> None:
    (project / ".gitignore").write_text("stacks/Pulumi.local.yaml\n")
    commit()
    write_stack("local")
    found = against(capsys, "local", "--against", "HEAD")
    assert found["notes"] == ["stack local has no file at HEAD: everything is new"]
    assert found["worst"] == "create"


def test_text_begins_with_stack_and_verdict(commit: Commit, git: Git, edit: Any, capsys: Capture) -> None:
    commit()
    edit(RENAMED)
    assert main(["preview", "dev", "--against", "HEAD"]) == 0
    head = git("rev-parse", "--short=7", "HEAD").strip()
    assert capsys.readouterr().out == (
        f"dev  stacks/Pulumi.dev.yaml  against HEAD ({head})\n"
        "1 replaced\n"
        "\n"
        "replaced  ResourceGroup main  resourceGroupName\n"
        "    rg-test -> rg-other\n"
        "    Pulumi deletes ResourceGroup main and makes it again, and with it everything in it; it is part of the"
        " resource's"
        " id\n"
        "    [PRV-01]\n"
    )


@pytest.mark.parametrize(("limit", "code"), [("replace", 1), ("rolling", 1), ("delete", 0), ("refused", 0)])
def test_exit_code_goes_by_fail_on(limit: str, code: int, commit: Commit, edit: Any, capsys: Capture) -> None:
    commit()
    edit(RENAMED)
    assert main(["preview", "dev", "--against", "HEAD", "--fail-on", limit]) == code
    assert "1 replaced" in capsys.readouterr().out


def test_refused_fails_unless_told_otherwise(commit: Commit, edit: Any, capsys: Capture) -> None:
    protected = "import pulumi\n" + PROGRAM.replace('tags={"env": "test"}', "opts=pulumi.ResourceOptions(protect=True)")
    commit(protected)
    edit(protected.replace("rg-test", "rg-other"))
    assert against(capsys, "dev", "--against", "HEAD", code=1)["worst"] == "refused"


def test_all_stacks_are_reviewed_and_come_as_previews(commit: Commit, edit: Any, capsys: Capture) -> None:
    commit(stack="prod")
    commit()
    edit(RETAGGED)
    found = against(capsys, "--against", "HEAD")
    assert [(each["stack"], each["worst"]) for each in found["previews"]] == [("dev", "inPlace"), ("prod", "inPlace")]


def test_stack_that_lost_its_file_is_said_to_stay(commit: Commit, project: Path, capsys: Capture) -> None:
    commit(stack="old")
    commit()
    (project / "stacks" / "Pulumi.old.yaml").unlink()
    line = (
        "old has no stack file any more: what it deployed stays as it is until somebody runs pulumi destroy --stack old"
    )
    assert main(["preview", "--against", "HEAD"]) == 0
    assert capsys.readouterr().out.endswith(f"no changes\n\n{line}\n")
    assert main(["preview", "--against", "HEAD", "-o", "md"]) == 0
    assert f"\n{line}.\n" in capsys.readouterr().out
    assert against(capsys, "--against", "HEAD")["gone"] == ["old"]
    assert "gone" not in against(capsys, "dev", "--against", "HEAD")


def test_stack_with_errors_has_problems_and_no_changes(
    commit: Commit, write_stack: WriteStack, capsys: Capture
) -> None:
    commit()
    write_stack("dev", ("10.20.0.0/24", "10.99.0.0/24"))
    found = against(capsys, "dev", "--against", "HEAD", code=1)
    assert [problem["rule"] for problem in found["problems"]] == ["NET-05"]
    assert "changes" not in found
    assert "worst" not in found


@pytest.mark.parametrize(
    "case",
    [
        ("raise RuntimeError('boom')\n", "stack dev at HEAD~1: __main__.py:1: boom"),
        ("import sys\nsys.exit(3)\n", "stack dev at HEAD~1: the program ended itself by sys.exit(3)"),
        ("import os\nos._exit(3)\n", "stack dev at HEAD~1: the program ended without a result: it said nothing"),
        (
            "import pulumi\nraise pulumi.RunError('two things:\\n one\\n two\\n three')\n",
            "stack dev at HEAD~1: two things: one (and 2 more)",
        ),
    ],
    ids=["fails", "exits", "dies", "says more"],
)
def test_program_of_the_other_revision_that_fails_is_named_with_it(
    case: tuple[str, str], commit: Commit, git: Git, scratch: Path, capsys: Capture
) -> None:
    program, expected = case
    commit(program)
    commit()
    found = against(capsys, "dev", "--against", "HEAD~1", code=2)
    assert found["error"] == expected
    assert "changes" not in found
    assert nothing_left(scratch, git)


def test_failure_of_the_other_revision_is_one_line_of_text(commit: Commit, capsys: Capture) -> None:
    commit("raise RuntimeError('boom')\n")
    commit()
    assert main(["preview", "dev", "--against", "HEAD~1"]) == 2
    assert capsys.readouterr() == ("", "cilia: stack dev at HEAD~1: __main__.py:1: boom\n")


def test_unreadable_stack_of_the_other_revision_is_named_with_file_and_line(
    commit: Commit, git: Git, project: Path, capsys: Capture, write_stack: WriteStack
) -> None:
    commit()
    (project / "stacks" / "Pulumi.dev.yaml").write_text("config: [\n")
    git("commit", "--quiet", "--all", "--message=broken")
    write_stack("dev")
    found = against(capsys, "dev", "--against", "HEAD", code=2)
    assert found["error"].startswith("HEAD:stacks/Pulumi.dev.yaml:2 cannot be read: ")
    assert "\n" not in found["error"]


def test_unknown_revision_is_one_line_and_exit_code_2(commit: Commit, project: Path, capsys: Capture) -> None:
    commit()
    assert main(["preview", "dev", "--against", "nosuch"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"cilia: no revision 'nosuch' in {project}; name a branch, a tag or a commit, such as origin/main\n"
    assert "error" in against(capsys, "dev", "--against", "nosuch", code=2)


@pytest.mark.parametrize(("words", "given"), [(["-o", "md"], "-o md"), (["--fail-on", "delete"], "--fail-on")])
@pytest.mark.usefixtures("project")
def test_what_compares_needs_a_revision(words: list[str], given: str, capsys: Capture) -> None:
    assert main(["preview", *words]) == 2
    assert capsys.readouterr().err == (
        f"cilia: {given} needs a revision to compare with; add one such as --against origin/main\n"
    )


def test_markdown_is_one_comment(commit: Commit, edit: Any, capsys: Capture) -> None:
    commit()
    edit(RENAMED)
    assert main(["preview", "dev", "--against", "HEAD", "-o", "md"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("<!-- cilia review -->\n## Cilia: **replaced** (1 replaced)\n\n### dev: 1 replaced\n")


def test_date_of_the_other_revision_is_that_of_its_commit(commit: Commit, edit: Any, capsys: Capture) -> None:
    dated = PROGRAM.replace('"test"', "os.environ['CILIA_TODAY']").replace("import ", "import os\nimport ", 1)
    commit(dated)
    edit(dated + "# changed\n")
    (change,) = against(capsys, "dev", "--against", "HEAD")["changes"]
    assert (change["before"], change["after"]) == ("2026-08-01", "2026-08-21")


@pytest.fixture
def pipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipe that whoever opens it for reading waits for."""
    made = tmp_path_factory.mktemp("pipe") / "pipe"
    os.mkfifo(made)
    return made


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_after_a_request_to_end(
    number: signal.Signals, pipe: Path, commit: Commit, git: Git, scratch: Path
) -> None:
    commit(f"open({str(pipe)!r}).read()\n")
    commit()
    process = subprocess.Popen(
        [sys.executable, "-m", "cilia", "preview", "dev", "--against", "HEAD~1"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with pipe.open("w"):  # waits until the program of the other revision waits
        process.send_signal(number)
        out, err = process.communicate()
    assert (out, err) == (b"", b"")
    # Python ends by the signal itself if that came while it ran `exec`, which an import may do
    assert process.returncode in (-number, 128 + number)
    assert nothing_left(scratch, git)


GITOPS = (
    "      systemPool: {vmSize",
    "      inCluster: gitops\n      systemPool: {vmSize",
)
ATTACHED = ("  cilia:clusters:\n", "  cilia:policies: {main: {bundles: [{name: quiet}]}}\n  cilia:clusters:\n")
BUNDLE = "namespaces: {quiet: {manage: true}}\nlayers:\n  - baseline: {isolate: [quiet]}\n"


def test_policies_that_something_else_applies_are_said_to_be_left_out(
    commit: Commit, project: Path, capsys: Capture
) -> None:
    bundles = project / "policies" / "bundles"
    bundles.mkdir(parents=True)
    (bundles / "quiet.yaml").write_text(BUNDLE)
    commit(PROGRAM, GITOPS, ATTACHED)
    (bundles / "quiet.yaml").write_text(BUNDLE.replace("true", "false"))
    (note,) = against(capsys, "dev", "--against", "HEAD")["notes"]
    assert note == (
        "policies of main are not part of this program, and not of this review either: compare what cilia policies dev"
        " prints"
    )
    (bundles / "quiet.yaml").write_text(BUNDLE)
    assert against(capsys, "dev", "--against", "HEAD")["notes"] == []
