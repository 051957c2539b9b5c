"""Property bags."""

from __future__ import annotations

import pytest

from tests.engine import wire


def test_bag_survives_the_way_through_protobuf_with_whole_numbers_and_without_nulls() -> None:
    bag = {"text": "a", "whole": 3, "part": 0.5, "yes": True, "list": [1, {"deep": None, "kept": "b"}], "none": None}

    assert wire.from_struct(wire.to_struct(bag)) == {
        "text": "a",
        "whole": 3,
        "part": 0.5,
        "yes": True,
        "list": [1, {"kept": "b"}],
    }


def test_true_stays_a_boolean_and_does_not_become_one() -> None:
    assert wire.from_struct(wire.to_struct({"yes": True}))["yes"] is True


@pytest.mark.parametrize(
    "value", [wire.UNKNOWN, {"a": [wire.UNKNOWN]}, [{"b": {"c": wire.UNKNOWN}}]], ids=["itself", "in a list", "deep"]
)
def test_unknown_is_found_at_any_depth(value: object) -> None:
    assert wire.has_unknown(value)


@pytest.mark.parametrize("value", ["", {"a": ["plain", 3]}], ids=["empty text", "known"])
def test_known_value_is_not_taken_for_unknown(value: object) -> None:
    assert not wire.has_unknown(value)
