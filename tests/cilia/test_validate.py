"""`cilia validate`: every problem, where it is, and what follows for the exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cilia.main import main
from tests.cilia.conftest import SHIPPED, WriteStack

WRONG = ("podCidr: 192.168.0.0/16", "podCidr: somewhere")
MISSPELT = ("podCidr", "podCIDR")
OVERLAP = ("serviceCidr: 172.20.0.0/16", "serviceCidr: 10.20.0.0/16")
WARNED = ("count: 3", "count: 2")
MISSPELT_LINE = (
    "stacks/Pulumi.dev.yaml:14 clusters.main.networking.podCIDR:"
    " unknown key 'podCIDR'; did you mean 'podCidr'? [CFG-01]"
)


def test_a_stack_without_problems_is_one_line(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev")
    assert main(["validate", "dev"]) == 0
    assert capsys.readouterr() == ("stacks/Pulumi.dev.yaml: no problems\n", "")


def test_problems_come_with_file_and_line_and_what_was_skipped_is_said(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", WRONG)
    assert main(["validate"]) == 1
    assert capsys.readouterr() == (
        (
            "stacks/Pulumi.dev.yaml:14 clusters.main.networking.podCidr: 'somewhere' has no prefix length; write a"
            " range such as 10.0.0.0/16 [CFG-05]\n"
            "stacks/Pulumi.dev.yaml: not checked any further, because of the problems above: clusters.main\n"
            "Found 1 error in stacks/Pulumi.dev.yaml\n"
        ),
        "",
    )


def test_every_stack_has_its_own_findings_and_its_own_summary_in_order(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", MISSPELT)
    write_stack("prod")
    assert main(["validate", "prod", "dev"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "stacks/Pulumi.prod.yaml: no problems"
    assert lines[1] == MISSPELT_LINE
    assert lines[-1] == "Found 1 error in stacks/Pulumi.dev.yaml"


def test_a_warning_is_printed_and_fails_only_when_asked(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", WARNED)
    assert main(["validate"]) == 0
    out = capsys.readouterr().out
    assert re.match(r"stacks/Pulumi\.dev\.yaml:15 clusters\.main\.systemPool\S*: warning: .*\[[A-Z]+-\d+\]\n", out)
    assert out.endswith("Found 1 warning in stacks/Pulumi.dev.yaml\n")
    assert main(["validate", "--fail-on", "warning"]) == 1


def test_errors_and_warnings_are_counted_apart(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev", OVERLAP, WARNED)
    assert main(["validate"]) == 1
    assert capsys.readouterr().out.endswith("Found 1 error and 1 warning in stacks/Pulumi.dev.yaml\n")


def test_the_json_document_has_the_contracts_shape(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev", MISSPELT)
    assert main(["validate", "-o", "json"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out) == {
        "cilia": 1,
        "problems": [
            {
                "rule": "CFG-01",
                "severity": "error",
                "stack": "dev",
                "file": "stacks/Pulumi.dev.yaml",
                "line": 14,
                "path": "clusters.main.networking.podCIDR",
                "message": "unknown key 'podCIDR'; did you mean 'podCidr'?",
            }
        ],
        "skipped": [],
    }


def test_what_was_skipped_is_in_the_json_document(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev", WRONG)
    assert main(["validate", "-o", "json"]) == 1
    skipped = {"stack": "dev", "file": "stacks/Pulumi.dev.yaml", "path": "clusters.main"}
    assert json.loads(capsys.readouterr().out)["skipped"] == [skipped]


def test_no_problems_are_an_empty_list(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev")
    assert main(["validate", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"cilia": 1, "problems": [], "skipped": []}


def test_what_is_wrong_with_yaml_is_a_finding(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev", text="config:\n\tazure-native:location: westeurope\n")
    assert main(["validate"]) == 1
    out = capsys.readouterr().out
    assert re.match(r"stacks/Pulumi\.dev\.yaml:2: .*\[YML-\d+\]\nFound 1 error in stacks/Pulumi\.dev\.yaml\n", out)


def test_a_file_that_cannot_be_read_is_exit_code_2_and_the_others_are_still_checked(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev", MISSPELT)
    assert main(["validate", "missing.yaml", "dev"]) == 2
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("missing.yaml")
    assert lines[0].endswith("cannot be read: no such file or directory; check the name and the permissions [YML-01]")
    assert lines[2] == MISSPELT_LINE


@pytest.mark.usefixtures("project")
def test_with_json_an_unreadable_file_is_an_error_beside_the_problems(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "-o", "json", "missing.yaml"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert "missing.yaml" in document["error"]
    assert [problem["rule"] for problem in document["problems"]] == ["YML-01"]


def test_a_configuration_in_the_project_file_is_a_problem_of_no_stack(
    write_stack: WriteStack, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stack("dev")
    (project / "Pulumi.yaml").write_text("name: cilia\nruntime: python\nconfig: {cilia:x: 1}\n")
    assert main(["validate", "-o", "json"]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["file"], problem["line"], problem["stack"]) == ("Pulumi.yaml", 3, None)


def test_the_date_decides_what_is_supported(write_stack: WriteStack, capsys: pytest.CaptureFixture[str]) -> None:
    write_stack("dev", ('"1.35"', '"1.34"'))
    assert main(["validate", "--today", "2026-08-21"]) == 0
    assert capsys.readouterr().out == "stacks/Pulumi.dev.yaml: no problems\n"
    main(["validate", "--today", "2027-06-01"])
    assert "1.34" in capsys.readouterr().out


def test_colours_change_nothing_but_colours(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stack("dev", OVERLAP, WARNED)
    main(["validate"])
    plain = capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["validate"])
    coloured = capsys.readouterr().out
    assert "\x1b[" not in plain
    assert "\x1b[33m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


@pytest.mark.parametrize("today", ["2026-08-21", "2026-09-01"])
@pytest.mark.usefixtures("shipped")
def test_the_shipped_stacks_have_no_problems(today: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--fail-on", "warning", "--today", today]) == 0
    assert capsys.readouterr().out == "".join(f"stacks/Pulumi.{stack}.yaml: no problems\n" for stack in SHIPPED)


def test_stacks_that_are_named_together_are_compared(
    write_stack: WriteStack, capsys: pytest.CaptureFixture[str]
) -> None:
    peered = (
        "addressSpace: [10.20.0.0/16]",
        "addressSpace: [10.20.0.0/16]\n      peerings: {hub: {stack: hub, network: main}}",
    )
    for name, changes in (("hub", ()), ("dev", (peered,)), ("other", ())):
        write_stack(name, *changes)
    assert main(["validate", "dev", "hub"]) == 1
    assert "[NET-06]" in capsys.readouterr().out
    assert main(["validate", "dev", "other"]) == 0
    assert main(["validate", "dev"]) == 0
