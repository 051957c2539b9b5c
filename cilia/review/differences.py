"""What differs between the inputs of a resource in two revisions, property by property.

Secrets are never shown: where either side is one, both are. A value that is not known before deployment is compared by
what it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from components.mutability.change import Difference

SECRET = {"$secret": True}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where we are, in the three spellings of `Difference`."""

    path: str = ""
    pointer: str = ""
    planned: str = ""

    def property(self, name: str) -> _Place:
        return _Place(*(f"{base}.{name}" if base else name for base in (self.path, self.pointer, self.planned)))

    def item(self, name: str, position: int) -> _Place:
        return _Place(f"{self.path}[{name}]", f"{self.pointer}[{position}]", f"{self.planned}[]")


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Every property that differs, down to single values; lists of named items by name, other lists as a whole."""
    return [_masked(found) for found in _objects(old, new, _Place())]


def _objects(old: Mapping[str, Any], new: Mapping[str, Any], place: _Place) -> Iterator[Difference]:
    for name in sorted({*old, *new}):
        here = place.property(name)
        if name not in new:
            yield from _whole(old[name], here, "delete")
        elif name not in old:
            yield from _whole(new[name], here, "add")
        else:
            yield from _values(old[name], new[name], here)


def _values(old: Any, new: Any, place: _Place) -> Iterator[Difference]:
    if _same(old, new):
        return
    if _is_object(old) and _is_object(new):
        yield from _objects(old, new, place)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, place)
    else:
        yield Difference(place.path, place.pointer, place.planned, "update", old, new)


def _lists(old: list[Any], new: list[Any], place: _Place) -> Iterator[Difference]:
    before, after = _by_name(old), _by_name(new)
    if before is None or after is None:
        changed = any(not _same(one, other) for one, other in zip(old, new, strict=False))
        planned = f"{place.planned}[]" if changed else f"{place.planned}[+]"
        yield Difference(place.path, place.pointer, planned, "update", old, new)
        return
    for name in dict.fromkeys([*after, *before]):
        position = list(after if name in after else before).index(name)
        here = place.item(name, position)
        if name not in after:
            yield Difference(here.path, here.pointer, f"{place.planned}[+]", "delete", before[name], None)
        elif name not in before:
            yield Difference(here.path, here.pointer, f"{place.planned}[+]", "add", None, after[name])
        else:
            yield from _values(before[name], after[name], here)


def _by_name(items: Sequence[Any]) -> dict[str, Any] | None:
    """The items by their names; None where some have none, or the same."""
    named = {str(item["name"]): item for item in items if _is_object(item) and isinstance(item.get("name"), str)}
    return named if len(named) == len(items) else None


def _whole(value: Any, place: _Place, kind: Literal["add", "delete"]) -> Iterator[Difference]:
    """Something that came or went, value by value; to the provider it is one change at its top."""
    if _is_object(value) and value:
        for name in sorted(value):
            for found in _whole(value[name], place.property(name), kind):
                yield replace(found, planned=place.planned)
    elif kind == "add":
        yield Difference(place.path, place.pointer, place.planned, "add", None, value)
    else:
        yield Difference(place.path, place.pointer, place.planned, "delete", value, None)


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping) and not {"$secret", "$unknown"} & value.keys()


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _masked(found: Difference) -> Difference:
    """Both sides hidden where either holds a secret: what was or becomes one is shown by the other side otherwise."""
    if not (_holds_secret(found.before) or _holds_secret(found.after)):
        return found
    before = None if found.kind == "add" else SECRET
    after = None if found.kind == "delete" else SECRET
    return replace(found, before=before, after=after)


def _holds_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return "$secret" in value or any(map(_holds_secret, value.values()))
    return isinstance(value, list) and any(map(_holds_secret, value))
