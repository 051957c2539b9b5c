"""What exists in the simulated cloud beside what the state says: every difference is something that people clean up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.engine import arm
from tests.engine.catalogue import KINDS, short_token
from tests.engine.harness import Engine

CLUSTERS = "microsoft.containerservice/managedclusters"
POOLS = f"{CLUSTERS}/agentpools"


def differences(engine: Engine) -> list[str]:
    """Orphans, ghosts, duplicates and unfinished business, one line each."""
    deployment = engine.deployment()
    made = [
        item
        for item in deployment.get("resources") or []
        if item.get("custom") and not item.get("external") and not item["type"].startswith("pulumi:")
    ]
    return sorted([*_unfinished(deployment), *_azure(engine, made), *_kubernetes(engine, made)])


# What a state says that differs between two equal deployments: times, and what encryption and Azure choose.
_OWN = frozenset({"outputs", "created", "modified", "provider", "sourcePosition", "stackTrace"})
_SECRET = "4dabf18193072939515e22adb298388d"


def unlike(deployment: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """How a state differs from that of the same stack without faults: resources, inputs, parents, protection."""
    mine, theirs = _comparable(deployment), _comparable(expected)
    return [
        *(f"not in the state: {urn}" for urn in sorted(theirs.keys() - mine.keys())),
        *(f"too much in the state: {urn}" for urn in sorted(mine.keys() - theirs.keys())),
        *(
            f"{urn} {path}: {mine[urn].get(path)!r}, not {theirs[urn].get(path)!r}"
            for urn in sorted(mine.keys() & theirs.keys())
            for path in sorted({*mine[urn], *theirs[urn]})
            if mine[urn].get(path) != theirs[urn].get(path)
        ),
    ]


def _comparable(deployment: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The leaves of every resource, by path."""
    return {
        item["urn"]: dict(_leaves({field: value for field, value in item.items() if field not in _OWN}, ""))
        for item in deployment["resources"]
        if not item["type"].startswith("pulumi:")
    }


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Without secrets and principals, which are others every time."""
    if isinstance(value, dict) and _SECRET in value:
        yield path, "[secret]"
    elif isinstance(value, dict):
        for name, item in value.items():
            if name != "principalId":
                yield from _leaves(item, f"{path}.{name}")
    elif isinstance(value, list) and "ependencies" in path:
        yield path, sorted(value)  # they are in the order in which the engine learnt of them
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    elif isinstance(value, str) and value.startswith("/subscriptions/"):
        yield path, value.lower()  # ids ignore case, and Azure spells some otherwise than a program
    else:
        yield path, value


def _unfinished(deployment: dict[str, Any]) -> Iterator[str]:
    for operation in deployment.get("pending_operations") or []:
        yield f"pending: {operation['type']} {operation['resource']['urn']}"
    found = deployment.get("resources") or []
    for urn, times in Counter(item["urn"] for item in found).items():
        if times > 1:
            yield f"{times} times in the state: {urn}"
    for item in found:
        for flag in ("delete", "pendingReplacement", "initErrors"):
            if item.get(flag):
                yield f"{flag}: {item['urn']}"


def _azure(engine: Engine, made: list[dict[str, Any]]) -> Iterator[str]:
    stated = {arm.key(item["id"]): item for item in made if item["type"].startswith("azure-native")}
    existing = engine.cloud.snapshot()
    inline = {arm.key(found) for found in _inline(stated)}
    groups = {
        arm.key(f"/subscriptions/{arm.subscription_of(found.id)}/resourceGroups/{found.body['nodeResourceGroup']}")
        for found in existing.values()
        if arm.type_of(found.id) == CLUSTERS
    }
    made_by_azure = {key for key in existing if any(arm.is_below(key, group) for group in groups)} | inline
    for key in sorted(existing.keys() - stated.keys() - made_by_azure):
        yield f"in Azure only: {existing[key].id}"
    for key in sorted(stated.keys() - existing.keys()):
        yield f"in the state only: {stated[key]['id']}"


def _inline(stated: dict[str, dict[str, Any]]) -> Iterator[str]:
    """What is part of another resource's inputs and has an id all the same."""
    for key, item in stated.items():
        kind = KINDS[short_token(item["type"])[0]]
        listed = {name: name for name in kind.sub_resources} | {"agentPoolProfiles": "agentPools"}
        for name, segment in listed.items():
            for child in item["inputs"].get(name) or []:
                yield f"{key}/{segment}/{child['name']}"


def _kubernetes(engine: Engine, made: list[dict[str, Any]]) -> Iterator[str]:
    stated = Counter(f"{item['type']} {item['id']}" for item in made if item["type"].startswith("kubernetes:"))
    with engine.cloud.transaction() as world:
        existing = Counter(key for objects in world.kubernetes.values() for key in objects)
    for key in sorted((existing - stated).elements()):
        yield f"in a cluster only: {key}"
    for key in sorted((stated - existing).elements()):
        yield f"in the state only: {key}"
