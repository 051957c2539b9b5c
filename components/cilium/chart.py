"""A chart of one's own: whether it is there, and what it knows about its values. Reads files, and nothing else."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA_FILE = "values.schema.json"
_LARGEST_SCHEMA_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class LocalChart:
    """What lies at the path of a chart.

    Attributes:
        fault: Why it is no chart; empty if it is one.
        schema: The schema of its values; None if it has none that could be read.
    """

    fault: str = ""
    schema: Mapping[str, Any] | None = None


def read_chart(path: Path) -> LocalChart:
    """The chart in a directory or an archive; never raises for what lies there."""
    try:
        if path.is_dir():
            return _read_directory(path)
        if path.is_file():
            return _read_archive(path)
    except (OSError, tarfile.TarError) as error:
        return LocalChart(f"cannot be read: {' '.join(str(error).split())}")
    return LocalChart("does not exist")


def _read_directory(path: Path) -> LocalChart:
    if not (path / "Chart.yaml").is_file():
        return LocalChart("has no Chart.yaml")
    schema = path / SCHEMA_FILE
    return LocalChart(schema=_parsed(schema.read_bytes()) if schema.is_file() else None)


def _read_archive(path: Path) -> LocalChart:
    with tarfile.open(path) as archive:
        names = {member.name.partition("/")[2]: member for member in archive if member.isfile()}
        if "Chart.yaml" not in names:
            return LocalChart("has no Chart.yaml")
        member = names.get(SCHEMA_FILE)
        if member is None or member.size > _LARGEST_SCHEMA_BYTES:
            return LocalChart()
        content = archive.extractfile(member)
        return LocalChart(schema=_parsed(content.read()) if content else None)


def _parsed(text: bytes) -> Mapping[str, Any] | None:
    try:
        schema = json.loads(text)
    except ValueError:
        return None
    return schema if isinstance(schema, dict) else None
