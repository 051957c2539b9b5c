"""Charts of one's own, as directories and archives, whole and broken."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from components.cilium.chart import LocalChart, read_chart

SCHEMA = {"properties": {"a": {"type": "string"}}}


def directory(path: Path, **files: str) -> Path:
    """A directory with these files."""
    for name, text in files.items():
        (path / name.replace("_", ".")).write_text(text)
    return path


def archive(path: Path, **files: str) -> Path:
    """An archive with these files below `cilium/`, as `helm package` makes it."""
    made = path / "cilium.tgz"
    with tarfile.open(made, "w:gz") as file:
        for name, text in files.items():
            info = tarfile.TarInfo(f"cilium/{name.replace('_', '.')}")
            info.size = len(text.encode())
            file.addfile(info, io.BytesIO(text.encode()))
    return made


@pytest.mark.parametrize("make", [directory, archive])
def test_chart_with_a_schema_has_it(make: object, tmp_path: Path) -> None:
    assert callable(make)
    chart = make(tmp_path, Chart_yaml="name: cilium", values_schema_json=json.dumps(SCHEMA))
    assert read_chart(chart) == LocalChart(schema=SCHEMA)


@pytest.mark.parametrize("make", [directory, archive])
def test_chart_without_a_schema_has_none(make: object, tmp_path: Path) -> None:
    assert callable(make)
    assert read_chart(make(tmp_path, Chart_yaml="name: cilium")) == LocalChart()


@pytest.mark.parametrize("make", [directory, archive])
def test_what_has_no_chart_file_is_no_chart(make: object, tmp_path: Path) -> None:
    assert callable(make)
    assert read_chart(make(tmp_path, README_md="")) == LocalChart("has no Chart.yaml")


def test_nothing_is_no_chart(tmp_path: Path) -> None:
    assert read_chart(tmp_path / "none") == LocalChart("does not exist")


def test_file_that_is_no_archive_is_no_chart(tmp_path: Path) -> None:
    (tmp_path / "cilium.tgz").write_text("text")
    assert read_chart(tmp_path / "cilium.tgz").fault.startswith("cannot be read: ")


@pytest.mark.parametrize("text", ["{", "[]"], ids=["broken", "a list"])
def test_schema_that_cannot_be_used_is_none(text: str, tmp_path: Path) -> None:
    assert read_chart(directory(tmp_path, Chart_yaml="", values_schema_json=text)) == LocalChart()
