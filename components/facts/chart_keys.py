"""Which values Cilium's Helm chart knows, from cilium_chart/<version>.json, which say whose they are.

Helm itself refuses wrong types only, and drops what it does not know without a word.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

_TABLES = Path(__file__).with_name("cilium_chart")
_ANY = "any"

Keys = Any
"""Allowed types with `|` between them; a list of allowed values; or a mapping of known keys to such."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that does not fit.

    Attributes:
        path: Where.
        fault: `unknown`: the chart has no such key; `type`: the value is of another type; `value`: it is none of the
            allowed ones.
        value: What is there.
        expected: The known keys beside an unknown one; else types in YAML's words, or allowed values.
    """

    path: tuple[str, ...]
    fault: Literal["unknown", "type", "value"]
    value: object
    expected: tuple[str, ...]


def known_charts() -> tuple[str, ...]:
    """Versions of the chart whose keys are known, in order of name."""
    return tuple(sorted(file.stem for file in _TABLES.glob("*.json")))


@cache
def chart_keys(version: str) -> Keys | None:
    """The keys of a version of the chart; None where they are not known."""
    file = _TABLES / f"{version}.json"
    return json.loads(file.read_text(encoding="utf-8"))["keys"] if file.is_file() else None


def keys_of_schema(schema: Mapping[str, Any]) -> Keys:
    """The keys of a chart of one's own, by its values.schema.json (draft 7).

    What it says by anything else than types, properties and allowed values is left to Helm.
    """
    if isinstance(schema.get("properties"), Mapping) and schema.get("additionalProperties", True) in (True, False):
        return {name: keys_of_schema(part) for name, part in schema["properties"].items() if isinstance(part, Mapping)}
    if isinstance(schema.get("enum"), list):
        return schema["enum"]
    kinds = schema.get("type", _ANY)
    return "|".join(kinds) if isinstance(kinds, list) else kinds


def misfits(values: Mapping[str, Any], keys: Keys, path: tuple[str, ...] = ()) -> Iterator[Misfit]:
    """Everything in values that a chart does not know or takes another type for."""
    for name, value in values.items():
        here = (*path, str(name))
        if name not in keys:
            yield Misfit(here, "unknown", value, tuple(keys))
        else:
            yield from _misfits(value, keys[name], here)


def _misfits(value: Any, known: Keys, path: tuple[str, ...]) -> Iterator[Misfit]:
    if isinstance(known, Mapping):
        if isinstance(value, Mapping):
            yield from misfits(value, known, path)
        elif value is not None:
            yield Misfit(path, "type", value, ("object",))
    elif isinstance(known, list):
        if value not in known:
            yield Misfit(path, "value", value, tuple(str(each) for each in known if each is not None))
    elif known != _ANY and not _kinds(value) & set(known.split("|")):
        yield Misfit(path, "type", value, tuple(known.split("|")))


def _kinds(value: Any) -> set[str]:
    """JSON schema's names for the type of a value; a null takes a default away, so it goes with every type."""
    if value is None:
        return set(_TYPES)
    if isinstance(value, float) and value.is_integer():
        return {"number", "integer"}
    # true is a whole number to Python, so the order counts; what stands for a secret is text
    return next((kinds for of, kinds in _TYPES_OF if isinstance(value, of)), {"string"})


_TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
_TYPES_OF: tuple[tuple[type | tuple[type, ...], set[str]], ...] = (
    (bool, {"boolean"}),
    (int, {"integer", "number"}),
    (float, {"number"}),
    (Mapping, {"object"}),
    ((list, tuple), {"array"}),
)
