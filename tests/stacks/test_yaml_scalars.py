"""Unquoted values are what gopkg.in/yaml.v3 makes of them."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from stacks.yaml_scalars import Resolved, number_text, resolve

DECODED_BY_GO = json.loads((Path(__file__).parent / "golden" / "yaml_scalars.json").read_text(encoding="utf-8"))["rows"]


def as_go_shows(resolved: Resolved) -> str:
    """The value in the form of the table."""
    value = resolved.value
    if resolved.kind == "float":
        assert isinstance(value, float)
        if math.isnan(value):
            return "NaN"
        return f"{'+' if value > 0 else '-'}Inf" if math.isinf(value) else number_text(value)
    return "" if value is None else str(value).lower() if resolved.kind == "bool" else str(value)


@pytest.mark.parametrize(("written", "kind", "value"), DECODED_BY_GO, ids=[repr(row[0]) for row in DECODED_BY_GO])
def test_unquoted_text_resolves_as_yaml_v3_resolves_it(written: str, kind: str, value: str) -> None:
    resolved = resolve(written)
    expected = written if kind == "time" else "0" if value == "-0" else value
    assert (resolved.kind, as_go_shows(resolved)) == (kind, expected)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (1.3, "1.3"),
        (-1.5, "-1.5"),
        (1e3, "1000"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.5e300, "1.5e+300"),
        (0.000001, "0.000001"),
        (0.0000001, "1e-7"),
        (1.25e-10, "1.25e-10"),
        (2**63 - 1, "9223372036854775807"),
        (2**63 + 1, "9223372036854776000"),
    ],
)
def test_numbers_reach_the_program_as_go_writes_json(number: float, text: str) -> None:
    assert number_text(number) == text


def test_very_long_digits_are_text_without_being_converted() -> None:
    digits = "1" * 100_000
    assert resolve(digits) == Resolved("str", digits)
