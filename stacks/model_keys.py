"""Where pydantic's error locations lie in a stack file, and which keys a model has there.

A discriminated union puts the chosen member's tag into a location, which nobody wrote; it is left out.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from components.problems import KeyPath

# no file is deeper, and a model may hold itself
_DEEPEST = 8


def visible_path(model: type[BaseModel], location: KeyPath) -> KeyPath:
    """The keys of a location that stand in the file."""
    # pydantic marks a mapping's own key, where that is what is wrong, with "[key]"
    return tuple(key for key, _, written in _walk(model, location) if written and key != "[key]")


def keys_at(model: type[BaseModel], location: KeyPath) -> Iterable[str]:
    """The keys that the model at a location knows, as they are written."""
    steps = list(_walk(model, location))
    here = steps[-1][1] if steps else model
    return tuple(key for member in _members(here) if _is_model(member) for key in _fields(member))


def kinds_with(model: type[BaseModel], location: KeyPath, key: str) -> tuple[str, tuple[str, ...]]:
    """For a choice of kinds at a location: the kind that was chosen, and the other kinds that know a key."""
    here: Any = model
    chosen, others = "", ()
    for step in location:
        members = _members(here)
        tagged = [member for member in members if _is_model(member) and step in _tags(member)]
        if len(members) > 1 and tagged:
            here = tagged[0]
            chosen = str(step)
            others = tuple(tag for each in members if each is not here and key in _fields(each) for tag in _tags(each))
        else:
            here = _below(members, step)
            chosen, others = "", ()
    return chosen, others


def places_with(model: type[BaseModel], key: str) -> tuple[KeyPath, ...]:
    """Where below a model a key is known, with `<name>` for names of one's own; nowhere in a list."""
    return _places(model).get(key, ())


@cache
def _places(model: type[BaseModel]) -> dict[str, tuple[KeyPath, ...]]:
    found: dict[str, dict[KeyPath, None]] = {}
    waiting: list[tuple[KeyPath, Any]] = [((), model)]
    while waiting:
        path, annotation = waiting.pop(0)
        for member in _members(annotation):
            if get_origin(member) is dict:
                waiting.append(((*path, "<name>"), get_args(member)[1]))
            elif _is_model(member) and len(path) <= _DEEPEST:
                for key, below in _fields(member).items():
                    found.setdefault(key, {})[path] = None
                    waiting.append(((*path, key), below))
    return {key: tuple(paths) for key, paths in found.items()}


def _walk(model: type[BaseModel], location: KeyPath) -> Iterator[tuple[str | int, Any, bool]]:
    """Each key of a location with the type below it, and whether the key is written in the file."""
    here: Any = model
    for key in location:
        members = _members(here)
        tagged = [member for member in members if _is_model(member) and key in _tags(member)]
        if len(members) > 1 and tagged:
            here = tagged[0]
            yield key, here, False
            continue
        here = _below(members, key)
        yield key, here, True


def _below(members: Iterable[Any], key: str | int) -> Any:
    for member in members:
        if _is_model(member) and key in _fields(member):
            return _fields(member)[str(key)]
        if get_origin(member) is dict:
            return get_args(member)[1]
        if get_origin(member) is tuple and isinstance(key, int):
            return get_args(member)[0]
    return Any


def _members(annotation: Any) -> tuple[Any, ...]:
    """The types that an annotation may be, without wrappers."""
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(member for part in get_args(annotation) if part is not type(None) for member in _members(part))
    return (annotation,)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    """The values of a model's `mode` or `type` that choose it."""
    return tuple(tag for name in ("mode", "type") if name in _fields(model) for tag in get_args(_fields(model)[name]))
