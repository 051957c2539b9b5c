"""From a stack file's plain values to models, with a problem for everything that does not fit.

Nothing stops at the first problem: each network, cluster and pool is parsed on its own, and what did not parse is named,
so that the rules that need it can be said to have been skipped.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from components.cluster.pools import PoolConfig, SystemPoolConfig
from components.network.config import NetworkConfig
from components.problems import KeyPath, Problem, dotted
from components.rules import Rule, declared_rules
from components.values import MALFORMED, parse_key
from stacks.config import AcceptConfig, ClusterEntry, EnvironmentConfig, StackConfig
from stacks.model_keys import keys_at, visible_path

UNKNOWN_KEY = Rule(
    "CFG-01",
    "Every key is one that the toolkit knows",
    why="A misspelt key would otherwise be ignored, and its default would silently apply.",
    fix="Use the key that the message suggests, or remove it.",
    source="docs/stack.schema.json",
)
WRONG_TYPE = Rule(
    "CFG-02",
    "Every value has the type that its key asks for",
    why="Azure would refuse it, or take something other than what was meant.",
    fix="Write text in quotes, numbers and true/false without, lists with '- ' or [ ], mappings as 'key: value'.",
    source="docs/stack.schema.json",
)
MISSING_KEY = Rule(
    "CFG-03",
    "Nothing that is required is missing",
    why="There is no default that would be right for everybody.",
    fix="Add the key.",
    source="docs/stack.schema.json",
)
NOT_ALLOWED = Rule(
    "CFG-04",
    "Every value is one of those allowed",
    why="Azure knows only these values, or only this range of numbers.",
    fix="Use one that the message names.",
    source="docs/stack.schema.json",
)

KNOWN_KEYS = ("environment", "secrets", "networks", "clusters", "accept")
_LOCATION = re.compile(r"[a-z]+[a-z0-9]*")
_SUBSCRIPTION = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a stack file said.

    Attributes:
        config: Whatever parsed.
        problems: What did not.
        skipped: Paths of whole parts that did not parse, so that rules about them cannot run.
    """

    config: StackConfig
    problems: tuple[Problem, ...]
    skipped: tuple[KeyPath, ...]


class _Reader:
    """Parses part by part and collects problems; one per file."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values
        self.problems: list[Problem] = []
        self.skipped: list[KeyPath] = []

    def model(self, model: type[ModelT], value: object, path: KeyPath) -> ModelT | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self.problems.extend(problems_of(error, model, path))
            self.skipped.append(path)
            return None

    def mapping(self, key: str) -> dict[str, object]:
        """The mapping at a top-level key; empty, with a problem, where it is something else."""
        return self.entries(self.values.get(key), (key,))

    def entries(self, value: object, path: KeyPath) -> dict[str, object]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.problems.append(WRONG_TYPE.error(path, f"{shown(value)} where a mapping of names is meant; write 'name: ...'"))
            self.skipped.append(path)
            return {}
        for key in value:
            try:
                parse_key(key)
            except Exception as error:  # noqa: BLE001 - the one error that parse_key raises, without importing its class
                self.problems.append(MALFORMED.error((*path, key), str(error)))
        return value

    def network(self, key: str, value: object) -> NetworkConfig | None:
        return self.model(NetworkConfig, value, ("cilia:networks", key))

    def cluster(self, key: str, value: object) -> ClusterEntry | None:
        """A cluster; a pool that does not parse is left out, so that the rest is still checked."""
        path: KeyPath = ("cilia:clusters", key)
        if not isinstance(value, dict):
            return self.model(ClusterEntry, value, path)
        rest = dict(value)
        if "pools" in rest:
            pools = {
                name: self.model(PoolConfig, pool, (*path, "pools", name))
                for name, pool in self.entries(rest["pools"], (*path, "pools")).items()
            }
            rest["pools"] = {name: pool for name, pool in pools.items() if pool is not None}
        if isinstance(rest.get("systemPool"), dict):
            system = self.model(SystemPoolConfig, rest["systemPool"], (*path, "systemPool"))
            rest["systemPool"] = system or SystemPoolConfig()
            if system is None and self._parses(rest):
                self.skipped.append(path)
                return None
        return self.model(ClusterEntry, rest, path)

    def _parses(self, value: dict[str, object]) -> bool:
        before = len(self.problems), len(self.skipped)
        model = self.model(ClusterEntry, value, ())
        del self.problems[before[0] :], self.skipped[before[1] :]
        return model is not None

    def accepted(self) -> tuple[AcceptConfig, ...]:
        value = self.values.get("cilia:accept")
        if value is None:
            return ()
        if not isinstance(value, list):
            self.problems.append(WRONG_TYPE.error(("cilia:accept",), f"{shown(value)} where a list is meant; write '- rule: ...'"))
            return ()
        entries = [self.model(AcceptConfig, entry, ("cilia:accept", index)) for index, entry in enumerate(value)]
        return tuple(entry for entry in entries if entry is not None)

    def text(self, key: str, pattern: re.Pattern[str], example: str) -> str | None:
        """A top-level text of a known form."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.problems.append(MALFORMED.error((key,), f"{shown(value)} is not of the form {example}; write it like that"))
        return None


def parse(values: Mapping[str, object]) -> Parsed:
    """The stack configuration in the values of a stack file.

    Args:
        values: Pulumi configuration keys with their namespaces, such as `cilia:clusters`, and their values.
    """
    reader = _Reader(values)
    reader.problems.extend(_unknown_top_level(values))
    location = reader.text("azure-native:location", _LOCATION, "westeurope")
    if values.get("azure-native:location") is None:
        reader.problems.append(
            MISSING_KEY.error(("azure-native:location",), "missing; add azure-native:location with a region such as westeurope")
        )
    environment = None
    if values.get("cilia:environment") is None:
        reader.problems.append(
            MISSING_KEY.error(("cilia:environment",), "missing; add cilia:environment with a resourceGroup")
        )
    else:
        environment = reader.model(EnvironmentConfig, values["cilia:environment"], ("cilia:environment",))
    networks = {key: reader.network(key, value) for key, value in reader.mapping("cilia:networks").items()}
    clusters = {key: reader.cluster(key, value) for key, value in reader.mapping("cilia:clusters").items()}
    config = StackConfig(
        location=location,
        subscription_id=reader.text("azure-native:subscriptionId", _SUBSCRIPTION, "00000000-0000-0000-0000-000000000000"),
        environment=environment,
        networks={key: network for key, network in networks.items() if network is not None},
        clusters={key: cluster for key, cluster in clusters.items() if cluster is not None},
        secrets=frozenset(reader.mapping("cilia:secrets")),
        accept=reader.accepted(),
    )
    return Parsed(config, tuple(reader.problems), tuple(reader.skipped))


def _unknown_top_level(values: Mapping[str, object]) -> Iterable[Problem]:
    for key in values:
        namespace, _, name = key.partition(":")
        if namespace == "cilia" and name not in KNOWN_KEYS:
            yield UNKNOWN_KEY.error((key,), _unknown(name, KNOWN_KEYS))


def _unknown(key: str, known: Iterable[str]) -> str:
    known = sorted(known)
    nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    if nearest:
        return f"unknown key {key!r}; did you mean {nearest[0]!r}?"
    return f"unknown key {key!r}; known here: {', '.join(known)}" if known else f"unknown key {key!r}; remove it"


def problems_of(error: ValidationError, model: type[BaseModel], path: KeyPath) -> Iterable[Problem]:
    """One problem for each thing pydantic found, in our words, at the place in the file."""
    rules = declared_rules()
    for detail in error.errors(include_url=False):
        location = tuple(detail["loc"])
        where = (*path, *visible_path(model, location))
        kind = detail["type"]
        if kind in rules:
            yield rules[kind].error(where, detail["msg"])
            continue
        rule, message = _MESSAGES.get(kind, _other)(detail, model, location)
        yield rule.error(where, message)


def shown(value: object) -> str:
    """What was written, for a message: short, and in YAML's terms."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, int | float):
        return f"the number {value}"
    text = repr(value) if isinstance(value, str) else "a secret"
    return text if len(text) <= 60 else f"{text[:56]}...'"


_Detail = Any
_Worded = tuple[Rule, str]


def _meant(what: str) -> Callable[[_Detail, type[BaseModel], KeyPath], _Worded]:
    def word(detail: _Detail, model: type[BaseModel], location: KeyPath) -> _Worded:
        return WRONG_TYPE, f"{shown(detail['input'])} where {what}"

    return word


def _text(detail: _Detail, model: type[BaseModel], location: KeyPath) -> _Worded:
    value = detail["input"]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return WRONG_TYPE, f'the number {value} where text is meant; write it in quotes, "{value}"'
    return WRONG_TYPE, f"{shown(value)} where text is meant"


def _missing(detail: _Detail, model: type[BaseModel], location: KeyPath) -> _Worded:
    return MISSING_KEY, f"missing; add {location[-1]}"


def _extra(detail: _Detail, model: type[BaseModel], location: KeyPath) -> _Worded:
    return UNKNOWN_KEY, _unknown(str(location[-1]), keys_at(model, location[:-1]))


def _literal(detail: _Detail, model: type[BaseModel], location: KeyPath) -> _Worded:
    return NOT_ALLOWED, f"{shown(detail['input'])} is not allowed; use {detail['ctx']['expected']}"


def _tag(detail: _Detail, model: type[BaseModel], location: KeyPath) -> _Worded:
    key = str(detail["ctx"]["discriminator"]).strip("'")
    return NOT_ALLOWED, f"{key} {detail['ctx']['tag']!r} is not one of {detail['ctx']['expected_tags']}; use one of these"


def _no_tag(detail: _Detail, model: type[BaseModel], location: KeyPath) -> _Worded:
    key = str(detail["ctx"]["discriminator"]).strip("'")
    return MISSING_KEY, f"missing {key}; add {key} to say which kind it is"


def _bound(words: str, name: str) -> Callable[[_Detail, type[BaseModel], KeyPath], _Worded]:
    def word(detail: _Detail, model: type[BaseModel], location: KeyPath) -> _Worded:
        return NOT_ALLOWED, f"{shown(detail['input'])} is not allowed; use {words.format(detail['ctx'][name])}"

    return word


def _other(detail: _Detail, model: type[BaseModel], location: KeyPath) -> _Worded:
    return WRONG_TYPE, f"{shown(detail['input'])} is not accepted here; see docs/stack.schema.json"


_LIST = _meant("a list is meant; write [a, b] or lines that start with '- '")
_MAPPING = _meant("a mapping is meant; write lines such as 'key: value'")
_MESSAGES: dict[str, Callable[[_Detail, type[BaseModel], KeyPath], _Worded]] = {
    "string_type": _text,
    "int_type": _meant("a whole number is meant; write it without quotes"),
    "int_from_float": _meant("a whole number is meant"),
    "bool_type": _meant("true or false is meant; write it without quotes"),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dataclass_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "missing": _missing,
    "extra_forbidden": _extra,
    "literal_error": _literal,
    "union_tag_invalid": _tag,
    "union_tag_not_found": _no_tag,
    "greater_than_equal": _bound("{} or more", "ge"),
    "less_than_equal": _bound("{} or less", "le"),
    "string_too_short": _bound("at least {} character", "min_length"),
    "string_too_long": _bound("at most {} characters", "max_length"),
}
