"""Generated files are written, or compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from stacks.generated import write_or_check


def test_file_is_written(tmp_path: Path) -> None:
    assert write_or_check(tmp_path / "a.md", "new", [], module="stacks.a") == 0
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == "new"


def test_check_passes_where_the_file_is_current(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("text", encoding="utf-8")
    assert write_or_check(tmp_path / "a.md", "text", ["--check"], module="stacks.a") == 0


@pytest.mark.parametrize("there", [pytest.param("old", id="old"), pytest.param(None, id="missing")])
def test_check_fails_where_the_file_is_not_current_and_leaves_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str | None
) -> None:
    file = tmp_path / "docs" / "a.md"
    file.parent.mkdir()
    if there is not None:
        file.write_text(there, encoding="utf-8")
    assert write_or_check(file, "new", ["--check"], module="stacks.a") == 1
    assert capsys.readouterr().err == "docs/a.md is not current; run python -m stacks.a\n"
    assert (file.read_text(encoding="utf-8") if file.exists() else None) == there
