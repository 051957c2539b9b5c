"""The command line itself: what happens with words that it does not understand, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from argparse import Namespace
from pathlib import Path

import pytest

from cilia import validate
from cilia.main import VERBS, main

ROOT = Path(__file__).parents[2]
FULL = Path("/dev/full")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["validat"], "cilia: no command 'validat'; did you mean 'validate'?"),
        (["x9"], f"cilia: no command 'x9'; the commands are {', '.join(VERBS)}"),
        (["validate", "--strict"], "cilia: unrecognized arguments: --strict; see cilia --help"),
        (["plan"], "cilia: the following arguments are required: STACK|FILE; see cilia plan --help"),
        (
            ["plan", "--today", "21.8.2026"],
            "cilia: argument --today: '21.8.2026' is not a date; write one such as 2026-08-21; see cilia plan --help",
        ),
        (
            ["plan", "--today", "20260821"],
            "cilia: argument --today: '20260821' is not a date; write one such as 2026-08-21; see cilia plan --help",
        ),
    ],
    ids=[
        "misspelt command",
        "unknown command",
        "unknown flag",
        "missing argument",
        "date of another form",
        "short date",
    ],
)
def test_a_command_line_that_cannot_be_read_is_one_line_and_exit_code_2(
    words: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert capsys.readouterr() == ("", f"{line}\n")


@pytest.mark.parametrize(
    "words",
    [
        ["validate", "-o", "json", "nosuch"],
        ["validate", "nosuch", "-ojson"],
        ["validate", "--output=json", "nosuch"],
        ["validate", "--output", "json", "nosuch"],
    ],
    ids=["-o json", "-ojson", "--output=json", "--output json"],
)
@pytest.mark.usefixtures("project")
def test_with_json_an_error_is_json_on_stdout(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out) == {
        "cilia": 1,
        "error": "no stack 'nosuch': stacks/Pulumi.nosuch.yaml does not exist, and no other stack does;"
        " make it with: cilia init nosuch",
    }


@pytest.mark.usefixtures("project")
def test_a_date_in_the_environment_that_is_none_is_said_to_be_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CILIA_TODAY", "tomorrow")
    assert main(["validate"]) == 2
    assert capsys.readouterr().err == "cilia: $CILIA_TODAY: 'tomorrow' is not a date; write one such as 2026-08-21\n"


def test_without_a_command_the_commands_are_shown_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert all(verb in err for verb in VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_command_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([verb, "--help"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"usage: cilia {verb} ")
    assert err == ""


def test_the_version_is_that_of_the_distribution_or_said_to_be_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert capsys.readouterr().out in (f"cilia {version}\n", "cilia (not installed)\n")


def _fails_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_: Namespace) -> int:
        raise error

    monkeypatch.setattr(validate, "run", run)


def test_an_interruption_is_quiet_and_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _fails_with(KeyboardInterrupt(), monkeypatch)
    assert main(["validate"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_bug_of_ours_is_one_line_that_says_how_to_see_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _fails_with(ZeroDivisionError("division\nby zero"), monkeypatch)
    assert main(["validate"]) == 2
    expected = "cilia: internal error, ZeroDivisionError: division by zero; --debug shows where\n"
    assert capsys.readouterr() == ("", expected)


def test_debug_lets_a_bug_of_ours_through(monkeypatch: pytest.MonkeyPatch) -> None:
    _fails_with(ZeroDivisionError("division by zero"), monkeypatch)
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        main(["validate", "--debug"])


def _start(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "cilia", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "CILIA_TODAY": "2026-08-21"},
    )


def test_a_reader_that_goes_away_is_no_failure_to_talk_about() -> None:
    process = _start("validate")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


@pytest.mark.skipif(not FULL.exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("words", [("plan", "dev"), ("plan", "dev", "-o", "svg"), ("validate", "-o", "json")])
def test_a_disk_without_room_is_one_line_and_exit_code_2(words: tuple[str, ...]) -> None:
    with FULL.open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cilia", *words], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False
        )
    reason = b"cilia: the result cannot be written: no space left on device; make room, or write elsewhere\n"
    assert (done.returncode, done.stderr) == (2, reason)


def test_the_package_runs_as_the_command() -> None:
    out, err = _start("validate", "dev").communicate()
    assert out == b"stacks/Pulumi.dev.yaml: no problems\n"
    assert err == b""
