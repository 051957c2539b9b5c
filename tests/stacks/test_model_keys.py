"""Where pydantic's error locations lie in a file, and which keys a model has there."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field

from components.problems import KeyPath
from components.values import Key, Listed, Model
from stacks.model_keys import keys_at, places_with, visible_path


class _Cat(Model):
    type: Literal["cat"]
    lives_left: int = 9


class _Dog(Model):
    type: Literal["dog"]
    friends: Listed[_Cat] = ()


class _House(Model):
    pet: Annotated[_Cat | _Dog, Field(discriminator="type")] | None = None
    rooms: dict[Key, _Dog] = Field(default_factory=dict)
    size_gb: int = Field(1, alias="sizeGB")


@pytest.mark.parametrize(
    ("location", "written"),
    [
        pytest.param((), (), id="the-model"),
        pytest.param(("sizeGB",), ("sizeGB",), id="key"),
        pytest.param(("pet", "cat", "livesLeft"), ("pet", "livesLeft"), id="tag-of-a-choice"),
        pytest.param(("pet", "dog", "friends", 0, "type"), ("pet", "friends", 0, "type"), id="list-below-a-choice"),
        pytest.param(("rooms", "cat", "friends"), ("rooms", "cat", "friends"), id="name-that-is-a-tag-elsewhere"),
        pytest.param(("rooms", "a b", "[key]"), ("rooms", "a b"), id="key-of-a-mapping"),
        pytest.param(("unknown", "x"), ("unknown", "x"), id="unknown"),
    ],
)
def test_path_holds_what_is_written(location: KeyPath, written: KeyPath) -> None:
    assert visible_path(_House, location) == written


@pytest.mark.parametrize(
    ("location", "keys"),
    [
        pytest.param((), {"pet", "rooms", "sizeGB"}, id="the-model"),
        pytest.param(("pet", "cat"), {"type", "livesLeft"}, id="chosen"),
        pytest.param(("pet",), {"type", "livesLeft", "friends"}, id="not-chosen"),
        pytest.param(("rooms", "kitchen"), {"type", "friends"}, id="below-a-name"),
        pytest.param(("pet", "dog", "friends", 3), {"type", "livesLeft"}, id="in-a-list"),
        pytest.param(("sizeGB",), set(), id="plain-value"),
        pytest.param(("unknown", "x"), set(), id="unknown"),
    ],
)
def test_keys_at_a_place(location: KeyPath, keys: set[str]) -> None:
    assert set(keys_at(_House, location)) == keys


def test_key_is_found_wherever_a_model_has_it() -> None:
    assert places_with(_House, "livesLeft") == (("pet",),)
    assert places_with(_House, "friends") == (("pet",), ("rooms", "<name>"))
    assert places_with(_House, "sizeGB") == ((),)
    assert places_with(_House, "size_gb") == ()
