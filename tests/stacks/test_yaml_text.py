"""Files that are no YAML text are refused in one line, before parsing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from stacks.yaml_reader import read_stack_file, read_text


def refusal(path: Path) -> str:
    """The one problem of a file that cannot be read."""
    document = read_stack_file(path)
    assert not document.readable
    (problem,) = document.problems
    return str(problem)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.none.yaml"
    expected = f"{path}: cannot be read: no such file or directory; check the name and the permissions [YML-01]"
    assert refusal(path) == expected


def test_a_directory_is_no_stack_file(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path}: this is a directory; name a file in it [YML-01]"


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert refusal(pipe) == f"{pipe}: this is a pipe or a device; name a file [YML-01]"


def test_a_loop_of_links_is_one_line(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    expected = f"{loop}: cannot be read: too many levels of symbolic links; check the name and the permissions [YML-01]"
    assert refusal(loop) == expected


def test_a_name_that_no_file_can_have_is_one_line() -> None:
    message = read_stack_file(Path("a\0b")).problems[0].message
    assert message == "cannot be read: no possible file name; check the name and the permissions"


def test_an_unreadable_file_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "Pulumi.secret.yaml"
    path.touch()

    def refuse(_: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied", mode)

    monkeypatch.setattr(Path, "open", refuse)
    expected = f"{path}: cannot be read: permission denied; check the name and the permissions [YML-01]"
    assert refusal(path) == expected


def test_a_file_above_ten_megabytes_is_refused_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.big.yaml"
    with path.open("wb") as stream:
        stream.truncate(10_000_001)
    assert refusal(path) == f"{path}: the file has 10,000,001 bytes, the limit is 10,000,000; split the stack [YML-01]"


def test_text_above_ten_megabytes_is_refused_wherever_it_comes_from() -> None:
    (problem,) = read_text(b"#" * 10_000_001, "f").problems
    assert str(problem) == "f: the file has 10,000,001 bytes, the limit is 10,000,000; split the stack [YML-01]"


def test_ten_megabytes_of_comments_are_read() -> None:
    text = b"config: {cilia:a: {b: 1}}\n" + b"# comment\n" * 999_997
    assert len(text) <= 10_000_000
    assert read_text(text, "f").config == {"cilia:a": {"b": 1}}


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"a: 1\nb: \xe9\n", 2, "the byte 0xE9 is not UTF-8; save the file as UTF-8"),
        (b"\xef\xbb\xbfa: \xff\n", 1, "the byte 0xFF is not UTF-8; save the file as UTF-8"),
        ("config: {}\n".encode("utf-16"), 1, "the file is UTF-16 or UTF-32; save it as UTF-8"),
        ("config: {}\n".encode("utf-32"), 1, "the file is UTF-16 or UTF-32; save it as UTF-8"),
        (
            "config: {}\n".encode("utf-16-le"),
            1,
            "the NUL character U+0000; remove it, or write an escape in double quotes",
        ),
        (b"a: 1\n\0", 2, "the NUL character U+0000; remove it, or write an escape in double quotes"),
        (
            b"a: 1\r\nb: \x07\r\n",
            2,
            "the control or invisible character U+0007; remove it, or write an escape in double quotes",
        ),
        (
            "a: 1\rb: x\u2028y".encode(),
            2,
            "the control or invisible character U+2028; remove it, or write an escape in double quotes",
        ),
        (
            "a: x\x85y".encode(),
            1,
            "the control or invisible character U+0085; remove it, or write an escape in double quotes",
        ),
        (
            "\ufeffa: \ufeffy".encode(),
            1,
            "the control or invisible character U+FEFF; remove it, or write an escape in double quotes",
        ),
    ],
    ids=[
        "latin-1",
        "byte after mark",
        "utf-16",
        "utf-32",
        "utf-16 unmarked",
        "nul",
        "bell",
        "u2028",
        "nel",
        "second mark",
    ],
)
def test_other_encodings_and_characters_are_one_line(data: bytes, line: int, message: str) -> None:
    document = read_text(data, "f")
    assert [(problem.rule, problem.line, problem.message) for problem in document.problems] == [
        ("YML-02", line, message)
    ]
    assert not document.readable


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize("text", ["\ufeffconfig: {a:b: c}\n", "config:\r\n  a:b: c\r\n", "config:\r  a:b: c\r"])
def test_a_byte_order_mark_and_any_line_ends_are_fine(text: str) -> None:
    document = read_text(text.encode(), "f")
    assert (document.config, document.problems) == ({"a:b": "c"}, ())
