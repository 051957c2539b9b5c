"""Where text goes and how it looks there."""

from __future__ import annotations

import io
import sys

import pytest

from cilia.output import Style, counted, listed, remark, result, style_of


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Says so."""
        return True


@pytest.mark.parametrize(
    ("environment", "terminal", "coloured"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": ""}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
    ids=[
        "terminal",
        "pipe",
        "dumb",
        "no colour",
        "no colour, empty",
        "forced",
        "forced, empty",
        "forced, but no colour",
    ],
)
def test_colours_are_for_terminals_unless_the_environment_says_otherwise(
    environment: dict[str, str], *, terminal: bool, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert style_of(Terminal() if terminal else io.StringIO()).coloured is coloured


def test_piped_text_has_the_same_width_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert style_of(io.StringIO()).columns == 120


def test_painting_changes_nothing_without_colours() -> None:
    assert Style().paint("text", "bold", "red") == "text"


def test_painting_ends_what_it_begins() -> None:
    assert Style(coloured=True).paint("text", "bold", "red") == "\x1b[1;31mtext\x1b[0m"


def test_nothing_is_not_painted() -> None:
    assert Style(coloured=True).paint("", "bold") == ""


def test_results_and_remarks_go_apart(capsys: pytest.CaptureFixture[str]) -> None:
    result("a")
    remark("b")
    assert capsys.readouterr() == ("a\n", "b\n")


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "├─ a → ü"), ("ascii", "|- a ? ?"), ("latin-1", "|- a ? ü")],
)
def test_a_terminal_without_our_characters_gets_others(
    encoding: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    result("├─ a → ü")
    sys.stdout.flush()
    assert written.getvalue().decode(encoding) == f"{shown}\n"


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, "error", "0 errors"),
        (1, "error", "1 error"),
        (1024, "address", "1,024 addresses"),
        (1, "address", "1 address"),
    ],
)
def test_numbers_agree_with_their_nouns(number: int, noun: str, text: str) -> None:
    assert counted(number, noun) == text


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_items_are_listed_as_in_a_sentence(items: list[str], text: str) -> None:
    assert listed(items) == text
