"""The tables of fields: what is kept of a schema, and that the committed ones say where they come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policies.lint.fields import check_fields
from policies.lint.source import Source
from tools.policy_tables import OUTPUT, TABLES, main, reduced, shared

SCHEMA = {
    "type": "object",
    "description": "dropped",
    "properties": {
        "name": {"type": "string", "pattern": "^([-a-zA-Z0-9_]+[.]?)+$", "maxLength": 255},
        "size": {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "kinds": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "maxItems": 2},
    },
    "required": ["name"],
}


def test_names_types_values_and_bounds_are_kept() -> None:
    assert reduced(SCHEMA) == {
        "type": "object",
        "required": ["name"],
        "fields": {
            "name": {"type": "string", "maxLength": 255, "pattern": r"^[-a-zA-Z0-9_]+(\.[-a-zA-Z0-9_]+)*\.?$"},
            "size": {"type": "int-or-string"},
            "labels": {"type": "object", "values": {"type": "string"}},
            "kinds": {"type": "array", "maxItems": 2, "items": {"type": "string", "enum": ["a", "b"]}},
        },
    }


def test_a_part_that_occurs_twice_is_written_once() -> None:
    part = reduced(SCHEMA)
    found = shared({"First": {"type": "object", "fields": {"one": part, "two": part}}})
    assert found["kinds"]["First"]["fields"] == {"one": {"part": "0"}, "two": {"part": "0"}}
    assert found["parts"] == {"0": part}


def test_tables_are_written_from_a_directory_of_schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kinds in TABLES.values():
        for file in kinds.values():
            (tmp_path / f"{file}.json").write_text(json.dumps({"properties": {"spec": SCHEMA}}), encoding="utf-8")
    monkeypatch.setattr("tools.policy_tables.OUTPUT", tmp_path)
    assert main([str(tmp_path)]) == 0
    table = json.loads((tmp_path / "istio.json").read_text(encoding="utf-8"))
    assert sorted(table["kinds"]) == ["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_committed_table_is_small_and_says_where_it_comes_from(name: str) -> None:
    text = (OUTPUT / f"{name}.json").read_text(encoding="utf-8")
    assert len(text) < 60_000
    assert json.loads(text)["source"] == (
        "datreeio/CRDs-catalog at 7b1e26e (MIT), derived from cilium/cilium and istio/api (Apache-2.0)"
    )


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        pytest.param(
            "CiliumNetworkPolicy",
            {
                "endpointSelector": {"matchLabels": {"a": "b"}},
                "ingress": [{"fromEndpoints": [{}], "toPorts": [{"ports": [{"port": "80", "protocol": "TCP"}]}]}],
            },
            id="cilium",
        ),
        pytest.param("PeerAuthentication", {"mtls": {"mode": "STRICT"}}, id="istio"),
    ],
)
def test_what_a_table_knows_is_taken(kind: str, spec: object) -> None:
    version = "cilium.io/v2" if kind.startswith("Cilium") else "security.istio.io/v1"
    manifest = {"apiVersion": version, "kind": kind, "metadata": {"name": "x", "namespace": "y"}, "spec": spec}
    assert list(check_fields(Source(manifest, "x", lambda _: 1))) == []
