"""Files are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from cilia.errors import InputError
from cilia.files import write_texts


def test_files_that_belong_together_are_written_with_their_directories(tmp_path: Path) -> None:
    write_texts({tmp_path / "a" / "one": "1\n", tmp_path / "a" / "b" / "two": "2\n"})

    written = {str(file.relative_to(tmp_path)): file.read_text() for file in tmp_path.rglob("*") if file.is_file()}
    assert written == {"a/one": "1\n", "a/b/two": "2\n"}


def test_nothing_is_written_where_one_file_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old\n")
    (tmp_path / "taken").mkdir()

    with pytest.raises(InputError, match="taken cannot be written: is a directory"):
        write_texts({tmp_path / "old": "new\n", tmp_path / "a" / "b" / "two": "2\n", tmp_path / "taken": "3\n"})

    assert sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*")) == ["old", "taken"]
    assert (tmp_path / "old").read_text() == "old\n"


def test_directory_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(InputError, match=r"file/one cannot be written: (not a directory|file exists)"):
        write_texts({tmp_path / "new" / "zero": "0\n", tmp_path / "file" / "one": "1\n"})

    assert [each.name for each in tmp_path.iterdir()] == ["file"]
