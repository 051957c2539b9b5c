"""Tables of a chart's values, from a small schema and small templates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tools import chart_keys
from tools.chart_keys import main, reduced, table


@pytest.mark.parametrize(
    ("schema", "node"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["null", "integer"]}, "integer|null"),
        ({"enum": ["a", "b"]}, ["a", "b"]),
        ({"oneOf": [{"type": "null"}, {"enum": ["a"]}]}, [None, "a"]),
        ({"properties": {"b": {"type": "array"}, "a": {}}, "type": "object"}, {"a": "any", "b": "array"}),
        ({"properties": {"nodeSelector": {"properties": {"os": {}}, "type": "object"}}}, {"nodeSelector": "object"}),
    ],
    ids=["type", "types", "values", "null-or-values", "keys", "kubernetes-own"],
)
def test_schema_is_reduced_to_names_and_types(schema: dict[str, Any], node: object) -> None:
    assert reduced(schema) == node


def chart(folder: Path, **templates: str) -> Path:
    """A chart of these templates."""
    (folder / "templates").mkdir(parents=True)
    for name, text in templates.items():
        (folder / "templates" / f"{name}.yaml").write_text(text)
    return folder


def test_values_that_templates_read_and_no_schema_has_are_added(tmp_path: Path) -> None:
    text = (
        '{{ .Values.known.extra }} {{ hasKey .Values.known "asked" }} {{ .Values.free.labels.x }} {{ .Values.new }}'
        '{{- $own := (coalesce .Values.known .Values.old) -}}{{ $own.through }}{{ hasKey $own "also" }}'
    )
    made = chart(tmp_path, agent=text, validate="{{ .Values.removed }}")
    schema = {
        "properties": {"known": {"properties": {"a": {"type": "string"}}}, "free": {"properties": {"labels": {}}}}
    }
    keys = json.loads(table("1.2.3", schema, made))["keys"]
    assert keys == {
        "known": {"a": "string", "extra": "any", "asked": "any", "through": "any", "also": "any"},
        "free": {"labels": "any"},
        "new": "any",
        "old": "any",
    }


def test_every_schema_in_the_directory_becomes_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_keys, "OUTPUT", tmp_path / "out")
    (tmp_path / "values.schema-1.2.3.json").write_text('{"properties": {"a": {"type": "string"}}}')
    assert main([str(tmp_path), str(chart(tmp_path / "chart"))]) == 0
    made = json.loads((tmp_path / "out" / "1.2.3.json").read_text())
    assert (made["version"], made["keys"], made["licence"]) == (
        "1.2.3",
        {"a": "string"},
        "Apache-2.0, Copyright Authors of Cilium",
    )


def test_without_its_arguments_it_says_how_to_run_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().err == "usage: python -m tools.chart_keys SCHEMAS CHART\n"
