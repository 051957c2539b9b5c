"""Misspelt keys, read as they were meant: one slip of a finger costs one line, and the rest is checked all the same."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from components.problems import KeyPath
from stacks.model_keys import keys_at, kinds_with, places_with, visible_path

_CLOSE_ENOUGH = 0.6
# nearer than this, a key is a slip of the finger even where there is one of its name elsewhere
_CERTAIN = 0.85
# more places of one name say nothing about which is meant
_MOST_PLACES = 3

DECIDED = {
    "osType": "nodes run Linux only",
    "scaleSetPriority": "Spot machines are for pools beside the system pool",
    "bootstrapProfile": "it follows from networking.outbound.type none",
}
"""Azure's keys that a file does not write, each with what decides it."""


def nearest(written: str, known: Iterable[str], cutoff: float = _CLOSE_ENOUGH) -> str | None:
    """The name that somebody most likely meant, whatever its capitals; None where none is near."""
    by_lower = {name.lower(): name for name in sorted(known, reverse=True)}
    found = difflib.get_close_matches(written.lower(), sorted(by_lower), n=1, cutoff=cutoff)
    return by_lower[found[0]] if found else None


def elsewhere(model: type[BaseModel], location: KeyPath) -> tuple[KeyPath, ...]:
    """Where a key belongs that is unknown where it stands; nowhere if it rather is a slip, or of too many places."""
    key = str(location[-1])
    places = places_with(model, key)
    if len(places) > _MOST_PLACES or nearest(key, keys_at(model, location[:-1]), _CERTAIN):
        return ()
    return places


def _slip(model: type[BaseModel], location: KeyPath, known: Iterable[str]) -> str | None:
    """The key that was meant; None for one of another kind or place, or that is not written at all."""
    key = str(location[-1])
    if key in DECIDED or elsewhere(model, location) or kinds_with(model, location[:-1], key)[1]:
        return None
    return nearest(key, known)


@dataclass(frozen=True, slots=True)
class Meant:
    """A value without its unknown keys.

    Attributes:
        value: The value, each unknown key under the name that was meant; without it where none is near.
        mistakes: What pydantic says of the unknown keys.
        mended: Where the keys are now.
    """

    value: object
    mistakes: tuple[ErrorDetails, ...]
    mended: tuple[KeyPath, ...]

    def others(self, error: ValidationError, model: type[BaseModel]) -> Iterator[ErrorDetails]:
        """What else is wrong; not what is below a key whose name was a guess."""
        for detail in error.errors(include_url=False):
            where = visible_path(model, tuple(detail["loc"]))
            if not any(where[: len(path)] == path for path in self.mended):
                yield detail


def as_meant(error: ValidationError, model: type[BaseModel], value: object) -> Meant:
    """The value that somebody meant, as far as only names of keys are wrong."""
    mistakes = [detail for detail in error.errors(include_url=False) if detail["type"] == "extra_forbidden"]
    mended: list[KeyPath] = []
    for detail in mistakes:
        location = tuple(detail["loc"])
        path = visible_path(model, location)
        taken = [each[-1] for each in mended if each[:-1] == path[:-1]]
        known = [key for key in keys_at(model, location[:-1]) if key not in taken]
        name = _slip(model, location, known)
        value, renamed = _renamed(value, path, name)
        if renamed and name is not None:
            mended.append((*path[:-1], name))
    return Meant(value, tuple(mistakes), tuple(mended))


def _renamed(value: Any, path: KeyPath, name: str | None) -> tuple[Any, bool]:
    """A copy in which the last key of a path has this name, or is gone; and whether it has the name now."""
    key, *rest = path
    if isinstance(value, list) and isinstance(key, int) and rest:
        item, renamed = _renamed(value[key], tuple(rest), name)
        return [*value[:key], item, *value[key + 1 :]], renamed
    if not isinstance(value, dict) or key not in value:
        return value, False
    if rest:
        below, renamed = _renamed(value[key], tuple(rest), name)
        return {**value, key: below}, renamed
    if name is None or name in value:
        return {each: item for each, item in value.items() if each != key}, False
    return {name if each == key else each: item for each, item in value.items()}, True
