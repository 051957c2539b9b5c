"""The tables of values that the chart knows, and what does not fit them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.facts import chart_keys as module
from components.facts.chart_keys import Misfit, chart_keys, keys_of_schema, known_charts, misfits
from components.values import Ref
from tests.components.cilium.builder import plan

TABLES = Path(module.__file__).with_name("cilium_chart")


def test_two_versions_are_known_and_no_other() -> None:
    assert known_charts() == ("1.18.12", "1.19.6")
    assert chart_keys("1.19.5") is None


@pytest.mark.parametrize("version", known_charts())
def test_table_is_small_and_says_whose_it_is(version: str) -> None:
    file = TABLES / f"{version}.json"
    assert file.stat().st_size < 60_000
    text = file.read_text(encoding="utf-8")
    assert '"licence":"Apache-2.0, Copyright Authors of Cilium"' in text
    assert "009b5e9" in text


@pytest.mark.parametrize("version", known_charts())
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"hubble": {"relay": True, "ui": True, "metrics": ["dns"]}, "prometheus": True, "serviceMonitors": True},
        {"encryption": {"type": "wireguard"}, "kubeProxyReplacement": True, "gatewayAPI": True},
        {"encryption": {"type": "ipsec", "key": {"secret": "x"}}, "ingressController": True, "istio": True},
        {"imageRegistry": "registry.example", "policyCIDRMatchMode": ["nodes"], "upgradeCompatibility": "1.18"},
        {"operator": {"resources": {"requests": {"cpu": "1"}}}, "resources": {"limits": {"memory": "1Gi"}}},
    ],
    ids=["defaults", "hubble", "services", "ipsec", "registry", "resources"],
)
def test_everything_that_is_decided_is_known_to_the_chart(version: str, fields: dict[str, Any]) -> None:
    values = plan({"version": version, **fields}).values
    assert list(misfits(values, chart_keys(version))) == []


KEYS = {
    "a": "boolean",
    "b": {"c": "null|string", "d": ["x", "y", None]},
    "e": "array",
    "f": "object",
    "g": "any",
    "h": "integer",
    "i": "number",
}


@pytest.mark.parametrize(
    "values",
    [
        {"a": True, "b": {"c": None, "d": "x"}, "e": [], "f": {"any": 1}, "g": [1], "h": 1, "i": 1.5},
        {"b": {"d": None}},
        {"b": None, "a": None},
        {"h": 2.0, "i": 2},
        {"b": {"c": Ref("secret", "x", "value")}},
    ],
    ids=["types", "null-allowed", "null-takes-away", "whole-floats", "secret"],
)
def test_values_that_fit(values: dict[str, Any]) -> None:
    assert list(misfits(values, KEYS)) == []


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"z": 1}, Misfit(("z",), "unknown", 1, tuple(KEYS))),
        ({"b": {"z": 1}}, Misfit(("b", "z"), "unknown", 1, ("c", "d"))),
        ({"a": 1}, Misfit(("a",), "type", 1, ("boolean",))),
        ({"h": True}, Misfit(("h",), "type", True, ("integer",))),
        ({"h": 1.5}, Misfit(("h",), "type", 1.5, ("integer",))),
        ({"b": []}, Misfit(("b",), "type", [], ("object",))),
        ({"b": {"d": "z"}}, Misfit(("b", "d"), "value", "z", ("x", "y"))),
        ({"e": {}}, Misfit(("e",), "type", {}, ("array",))),
    ],
    ids=["unknown", "deep", "type", "boolean-is-no-number", "fraction", "mapping", "value", "list"],
)
def test_value_that_does_not_fit(values: dict[str, Any], found: Misfit) -> None:
    assert list(misfits(values, KEYS)) == [found]


def test_schema_of_a_chart_of_ones_own_becomes_keys() -> None:
    schema = {
        "properties": {
            "a": {"type": ["string", "null"]},
            "b": {"properties": {"c": {"enum": [1, 2]}}},
            "d": {"properties": {"e": {}}, "additionalProperties": {"type": "string"}},
            "f": {},
        }
    }
    assert keys_of_schema(schema) == {"a": "string|null", "b": {"c": [1, 2]}, "d": "any", "f": "any"}
