"""What pydantic finds wrong with a value, in our words: one rule and one line each.

No message shows a Python type or a regular expression; each says what was written, what is meant, and how to write it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from components.problems import KeyPath, Problem, dotted
from components.rules import Rule, declared_rules
from components.values import shown
from stacks.model_keys import keys_at, kinds_with, visible_path
from stacks.spelling import DECIDED, elsewhere, nearest

_SCHEMA = "docs/stack.schema.json"
# more than these in one message help nobody
_LISTED_KEYS = 12
# no more digits than anybody means: Python refuses to read thousands of them
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_QUOTED = re.compile(r"'([^']*)'")

UNKNOWN_KEY = Rule(
    "CFG-01",
    "Every key is one that the toolkit knows",
    why="A misspelt key would otherwise be ignored, and its default would silently apply.",
    fix="Use the key that the message suggests, or remove it.",
    source=_SCHEMA,
)
WRONG_TYPE = Rule(
    "CFG-02",
    "Every value has the type that its key asks for",
    why="Azure would refuse it, or take something other than what was meant.",
    fix="Write text in quotes, numbers and true/false without, lists with '- ' or [ ], mappings as 'key: value'.",
    source=_SCHEMA,
)
MISSING_KEY = Rule(
    "CFG-03",
    "Nothing that is required is missing",
    why="There is no default that would be right for everybody.",
    fix="Add the key.",
    source=_SCHEMA,
)
NOT_ALLOWED = Rule(
    "CFG-04",
    "Every value is one of those allowed",
    why="Azure knows only these values, or only this range of numbers.",
    fix="Use one that the message names.",
    source=_SCHEMA,
)


@dataclass(frozen=True, slots=True)
class _Fault:
    """One of pydantic's findings.

    Attributes:
        written: The value.
        context: What pydantic says beside: bounds, allowed values.
        model: The model that was parsed.
        location: Where in it.
    """

    written: object
    context: dict[str, Any]
    model: type[BaseModel]
    location: KeyPath


def problems_of(error: ValidationError, model: type[BaseModel], path: KeyPath) -> Iterable[Problem]:
    """One problem for each thing pydantic found, in our words, at the place in the file."""
    return problems_from(error.errors(include_url=False), model, path)


def problems_from(details: Iterable[ErrorDetails], model: type[BaseModel], path: KeyPath) -> Iterable[Problem]:
    """The same for some of the things that pydantic found."""
    rules = declared_rules()
    for detail in details:
        location = tuple(detail["loc"])
        where = (*path, *visible_path(model, location))
        kind = detail["type"]
        if kind in rules:
            yield rules[kind].error(where, detail["msg"])
            continue
        rule, word = _WORDS.get(kind, (WRONG_TYPE, _other))
        fault = _Fault(detail["input"], detail.get("ctx", {}), model, location)
        if kind == "union_tag_invalid" and isinstance(fault.written, Mapping):
            where = (*where, _chooser(fault))
        yield rule.error(where, word(fault))


def unknown_key(key: str, known: Iterable[str]) -> str:
    """A message for a key that is not among those known."""
    known = sorted(known)
    meant = nearest(key, known)
    if meant is not None:
        return f"unknown key {shown(key)}; did you mean {meant!r}?"
    if not known:
        return f"unknown key {shown(key)}; remove it"
    listed = ", ".join(known) if len(known) <= _LISTED_KEYS else f"{len(known)} keys, see {_SCHEMA}"
    return f"unknown key {shown(key)}; known here: {listed}"


def _meant(what: str) -> Callable[[_Fault], str]:
    return lambda fault: f"{shown(fault.written)} where {what}"


def _text(fault: _Fault) -> str:
    if isinstance(fault.written, int | float) and not isinstance(fault.written, bool):
        return f'the number {fault.written} where text is meant; write it in quotes, "{fault.written}"'
    return f"{shown(fault.written)} where text is meant; write it in quotes"


def _mapping(fault: _Fault) -> str:
    key = fault.location[-1] if fault.location else None
    line = f"{_NAMED_IDS[key]}: /subscriptions/..." if key in _NAMED_IDS else "key: value"
    return f"{shown(fault.written)} where a mapping is meant; write lines such as '{line}'"


_NAMED_IDS = {"containerRegistries": "images", "keyVaults": "apps"}
"""Mappings from names of one's own choice to ids, each with such a name."""


def _whole(fault: _Fault) -> str:
    says = f"{shown(fault.written)} where a whole number is meant"
    if isinstance(fault.written, str) and _WHOLE_NUMBER.fullmatch(fault.written.strip()):
        return f"{says}; write {int(fault.written)} without quotes"
    return f"{says}; write one such as 3"


def _missing(fault: _Fault) -> str:
    return f"missing; add {fault.location[-1]}"


def _extra(fault: _Fault) -> str:
    key, place = str(fault.location[-1]), fault.location[:-1]
    chosen, others = kinds_with(fault.model, place, key)
    if others:
        return f"unknown key {shown(key)} with {chosen}, it goes with {' or '.join(others)}; remove it, or choose that"
    if key in DECIDED:
        return f"unknown key {shown(key)}, {DECIDED[key]}; remove it"
    places = elsewhere(fault.model, fault.location)
    if places:
        return f"unknown key {shown(key)} here; it goes {_placed(places, visible_path(fault.model, place))}"
    return unknown_key(key, keys_at(fault.model, place))


def _placed(places: tuple[KeyPath, ...], here: KeyPath) -> str:
    """Where a key goes, as seen from where it stands."""
    for place in places:
        above = len(here) - len(place)
        if above > 0 and all(name in (key, "<name>") for name, key in zip(place, here, strict=False)):
            return f"{'one level' if above == 1 else f'{above} levels'} up, beside {here[len(place)]}"
    return f"below {' or '.join(dotted(place) for place in places)}"


def _literal(fault: _Fault) -> str:
    return f"{shown(fault.written)} is not allowed; {_choose(fault.written, fault.context['expected'])}"


def _tag(fault: _Fault) -> str:
    key, allowed = _chooser(fault), fault.context["expected_tags"]
    written = fault.written.get(key) if isinstance(fault.written, Mapping) else fault.written
    return f"{shown(written)} is no {key}; {_choose(written, allowed)}"


def _choose(written: object, allowed: str) -> str:
    """What to write instead: the name that was meant, if one is near, and all there are."""
    a_word = isinstance(written, str) and any(character.isalpha() for character in written)
    meant = nearest(str(written), _QUOTED.findall(allowed)) if a_word else None
    return f"did you mean {meant!r}? Allowed are {allowed}" if meant else f"use {allowed}"


def _no_tag(fault: _Fault) -> str:
    key = _chooser(fault)
    keys = [str(each) for each in fault.written] if isinstance(fault.written, Mapping) else []
    if (slip := nearest(key, keys)) is not None:
        return f"missing {key}; did you mean it by {slip!r}?"
    return f"missing {key}; add {key} to say which kind it is"


def _chooser(fault: _Fault) -> str:
    """The key that says which kind something is."""
    return str(fault.context["discriminator"]).strip("'")


def _bound(words: str, name: str) -> Callable[[_Fault], str]:
    return lambda fault: f"{shown(fault.written)} is not allowed; use {words.format(fault.context[name])}"


def _other(fault: _Fault) -> str:
    return f"{shown(fault.written)} is not accepted here; see {_SCHEMA}"


_LIST = (WRONG_TYPE, _meant("a list is meant; write [a, b] or lines that start with '- '"))
_MAPPING = (WRONG_TYPE, _mapping)
_WHOLE = (WRONG_TYPE, _whole)
_WORDS: dict[str, tuple[Rule, Callable[[_Fault], str]]] = {
    "string_type": (WRONG_TYPE, _text),
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": (WRONG_TYPE, _meant("true or false is meant; write one of these without quotes")),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "tuple_type": _LIST,
    "missing": (MISSING_KEY, _missing),
    "extra_forbidden": (UNKNOWN_KEY, _extra),
    "literal_error": (NOT_ALLOWED, _literal),
    "union_tag_invalid": (NOT_ALLOWED, _tag),
    "union_tag_not_found": (MISSING_KEY, _no_tag),
    "greater_than_equal": (NOT_ALLOWED, _bound("{} or more", "ge")),
    "less_than_equal": (NOT_ALLOWED, _bound("{} or less", "le")),
    "string_too_short": (NOT_ALLOWED, _bound("at least {} character", "min_length")),
    "string_too_long": (NOT_ALLOWED, _bound("at most {} characters", "max_length")),
    "too_long": (NOT_ALLOWED, _bound("at most {} entries", "max_length")),
}
