"""Whether `cilia preview` and the engine were told the same of a resource; every difference as a line that people read.

Offline more is known than in the engine's first preview: ids that Azure builds from names. So what the engine does not
know yet is compared with what `up` then said. Differences that have a reason are in `EXPLAINED`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.engine import arm
from tests.engine.rpc import SECRET_MARK, STACK_TYPE, UNKNOWN_MARK, Registration

# What the engine is told beside inputs and options: how the SDK talks, never what is deployed.
NOT_SHOWN = frozenset(
    [
        "type",
        "name",
        "parent",
        "custom",
        "object",
        "properties",
        "acceptSecrets",
        "supportsPartialValues",
        "acceptResources",
        "sourcePosition",
        "stackTrace",
        "supportsResultReporting",
        "hooks",
        "propertyDependencies",
        "version",
        "deleteBeforeReplaceDefined",
        "packageRef",
    ]
)
# resource.proto -> the contract of `cilia preview`
OPTIONS = {
    "protect": "protect",
    "dependencies": "dependsOn",
    "ignoreChanges": "ignoreChanges",
    "replaceOnChanges": "replaceOnChanges",
    "retainOnDelete": "retainOnDelete",
    "deleteBeforeReplace": "deleteBeforeReplace",
    "provider": "provider",
    "importId": "import",
    "aliases": "aliases",
    "id": "id",
}


@dataclass(frozen=True)
class Difference:
    """One thing on which the two disagree."""

    type: str
    name: str
    path: str
    offline: Any
    engine: Any

    def __str__(self) -> str:
        where = f"{self.type.rpartition(':')[2]} {self.name}: {self.path}"
        return f"{where}: offline {_short(self.offline)}, the engine {_short(self.engine)}"


@dataclass(frozen=True)
class Explanation:
    """Why the two differ at a path of a type. It has to be needed wherever the type occurs.

    Attributes:
        command: `preview` or `up`: whose calls differ.
        type: The type's token.
        path: The exact path.
        reason: Why.
    """

    command: str
    type: str
    path: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Whether this is the difference that is meant: the engine has more of a list, and nothing less."""
        if (difference.type, difference.path) != (self.type, self.path):
            return False
        return set(difference.offline or []) < set(difference.engine or [])


EXPLAINED = (
    Explanation(
        "up",
        "pulumi:providers:kubernetes",
        "options.dependsOn",
        "the credentials are asked for with the resource group's name: once that is known, the SDK adds the group, "
        "which the cluster needs anyway; while it is unknown, the SDK forgets what it came from",
    ),
)


def differences(offline: Mapping[str, Any], engine: Registration) -> Iterator[Difference]:
    """Everything on which a previewed resource and a registered one disagree.

    Args:
        offline: A resource of `cilia preview -o json`.
        engine: The same resource in the engine's log.
    """
    kind, name = str(offline["type"]), str(offline["name"])
    request = engine.request

    def found(path: str, ours: Any, theirs: Any) -> Difference:
        return Difference(kind, name, path, ours, theirs)

    parent = request.get("parent") or None
    if parent is not None and f"::{STACK_TYPE}::" in parent:
        parent = None
    for path, theirs in (("parent", parent), ("custom", request.get("custom", False) or "id" in request)):
        if offline[path] != theirs:
            yield found(path, offline[path], theirs)
    for path, ours, theirs in disagreements(offline["inputs"], engine.inputs, "inputs"):
        yield found(path, ours, theirs)
    options = dict(_options(request))
    for option in sorted(options.keys() | offline["options"].keys()):
        ours, theirs = offline["options"].get(option), options.get(option)
        if ours != theirs:
            yield found(f"options.{option}", ours, theirs)


def _options(request: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The options in the contract's names and forms; one that the contract lacks keeps its own name."""
    for field, value in request.items():
        if field in NOT_SHOWN or not (value or request.get(f"{field}Defined")):
            continue
        if field == "dependencies":
            yield "dependsOn", sorted(value)
        elif field == "provider":
            yield "provider", value.rpartition("::")[0]
        elif field == "aliases":
            aliases = list(_own_aliases(value, request["type"]))
            if aliases:
                yield "aliases", aliases
        else:
            yield OPTIONS.get(field, field), value


def _own_aliases(aliases: list[dict[str, Any]], kind: str) -> Iterator[Any]:
    """The aliases that the program asked for: the SDKs add one to every other API version of a type."""
    for alias in aliases:
        spec = {name: value for name, value in (alias.get("spec") or {}).items() if value}
        if alias.get("urn"):
            yield alias["urn"]
        elif spec.keys() == {"type"} and kind.partition(":")[0] == spec["type"].partition(":")[0]:
            continue
        elif spec:
            yield spec


def disagreements(offline: Any, engine: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Paths at which two values cannot both be right, with both. Neither unknown nor secret values are looked into."""
    if _is_unknown(offline) or _is_unknown(engine):
        return
    if SECRET_MARK in (offline, engine):
        if offline != engine:
            yield path, offline, engine
    elif isinstance(offline, dict) and isinstance(engine, dict):
        for name in sorted(offline.keys() | engine.keys()):
            yield from disagreements(offline.get(name), engine.get(name), f"{path}.{name}")
    elif isinstance(offline, list) and isinstance(engine, list) and len(offline) == len(engine):
        for index, (ours, theirs) in enumerate(zip(offline, engine, strict=True)):
            yield from disagreements(ours, theirs, f"{path}[{index}]")
    elif not _same(offline, engine):
        yield path, offline, engine


def unforeseen(offline: Any, engine: Any, path: str) -> Iterator[str]:
    """Paths that the engine's preview knows and `cilia preview` calls unknown."""
    if _is_unknown(offline):
        if not _is_unknown(engine):
            yield path
    elif isinstance(offline, dict) and isinstance(engine, dict):
        for name in offline.keys() & engine.keys():
            yield from unforeseen(offline[name], engine[name], f"{path}.{name}")
    elif isinstance(offline, list) and isinstance(engine, list):
        for index, (ours, theirs) in enumerate(zip(offline, engine, strict=False)):
            yield from unforeseen(ours, theirs, f"{path}[{index}]")


def _is_unknown(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == UNKNOWN_MARK.keys()


def _same(offline: Any, engine: Any) -> bool:
    """Equal; ARM ids are, however they are spelt, and JSON knows one kind of number."""
    if isinstance(offline, str) and isinstance(engine, str) and offline.startswith("/subscriptions/"):
        return arm.key(offline) == arm.key(engine)
    return bool(offline == engine) and isinstance(offline, bool) == isinstance(engine, bool)


def _short(value: Any) -> str:
    text = "nothing" if value is None else re.sub(r"\s+", " ", str(value))
    return text if len(text) <= 120 else f"{text[:117]}..."
