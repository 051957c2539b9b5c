"""The diffs of azure-native: inputs against inputs for Diff, old outputs against new ones for a refresh.

A restatement of provider/pkg/provider/diff.go. One thing is left out: arrays with `x-ms-identifiers` are compared by
position here, as all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.engine.catalogue import Kind


@dataclass(frozen=True)
class Change:
    """One difference. `rule_path` is the path with positions written `[]`, which is how force-new names are matched."""

    path: str
    rule_path: str
    kind: str  # ADD, DELETE or UPDATE
    replace: bool


def changes(kind: Kind, old: dict[str, Any], new: dict[str, Any], defaults: dict[str, Any]) -> list[Change]:
    """What Diff reports for a change of inputs, in a stable order.

    An added property that equals its default is no change; only top-level ones are looked up. Keys that begin with two
    underscores never count.
    """
    found = [
        change
        for change in _objects(_comparable(old), _comparable(new), "", "", kind.replaces)
        if not _is_equal_spelling(change, old, new)
    ]
    return sorted((c for c in found if not _is_added_default(c, new, defaults)), key=lambda change: change.path)


def changes_below(old: dict[str, Any], new: dict[str, Any], forced: frozenset[str]) -> list[Change]:
    """The plain differences of two property bags, with the paths that force a replacement."""
    return sorted(_objects(_comparable(old), _comparable(new), "", "", forced), key=lambda change: change.path)


def _comparable(inputs: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if not name.startswith("__")}


def _is_added_default(change: Change, new: dict[str, Any], defaults: dict[str, Any]) -> bool:
    return (
        change.kind == "ADD"
        and not change.replace
        and change.path in defaults
        and new.get(change.path) == defaults[change.path]
    )


def _is_equal_spelling(change: Change, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """The few top-level properties that Azure compares in its own way."""
    top = change.path.partition(".")[0]
    before, after = old.get(top), new.get(top)
    if top == "resourceGroupName" and isinstance(before, str) and isinstance(after, str):
        return before.lower() == after.lower()
    if top == "location" and isinstance(before, str) and isinstance(after, str):
        return before.lower().replace(" ", "") == after.lower().replace(" ", "")
    if top == "sku" and isinstance(before, dict) and isinstance(after, dict):
        return set(before) == set(after) == {"name", "tier"} and _cluster_sku(before) == _cluster_sku(after)
    return False


def _cluster_sku(sku: dict[str, Any]) -> tuple[Any, Any]:
    """An AKS SKU with the names of older API versions replaced by today's."""
    return {"Basic": "Base"}.get(sku["name"], sku["name"]), {"Paid": "Standard"}.get(sku["tier"], sku["tier"])


def _objects(
    old: dict[str, Any], new: dict[str, Any], path: str, rule_path: str, replaces: frozenset[str]
) -> Iterator[Change]:
    for name in sorted(old.keys() | new.keys()):
        here, rule = f"{path}{name}", f"{rule_path}{name}"
        if name not in new:
            yield Change(here, rule, "DELETE", rule in replaces)
        elif name not in old:
            yield Change(here, rule, "ADD", rule in replaces)
        else:
            yield from _values(old[name], new[name], here, rule, replaces)


def _values(old: Any, new: Any, path: str, rule_path: str, replaces: frozenset[str]) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        forced = rule_path in replaces
        for change in _objects(old, new, f"{path}.", f"{rule_path}.", replaces):
            # A forced object forces the updates below it, but neither the additions nor the deletions.
            yield Change(
                change.path, change.rule_path, change.kind, change.replace or (forced and change.kind == "UPDATE")
            )
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            here = f"{path}[{index}]"
            if index >= len(new):
                yield Change(here, f"{rule_path}[]", "DELETE", False)
            elif index >= len(old):
                yield Change(here, f"{rule_path}[]", "ADD", False)
            else:
                yield from _values(old[index], new[index], here, f"{rule_path}[]", replaces)
    elif type(old) is not type(new) or old != new:
        yield Change(path, rule_path, "UPDATE", rule_path in replaces)


def refreshed(inputs: Any, old: Any, new: Any) -> Any:
    """The inputs after a refresh.

    Every difference between what Azure answered before and now is put upon them, and nothing else: what an input never
    mentioned and Azure did not change stays unmentioned. Source: `applyDiff` and `applyValueDiff`.
    """
    if isinstance(inputs, dict) and isinstance(old, dict) and isinstance(new, dict):
        result = {name: value for name, value in inputs.items() if name not in old or name in new}
        for name, value in new.items():
            if name not in old:
                result[name] = value
            elif old[name] != value:
                result[name] = refreshed(inputs[name], old[name], value) if name in inputs else value
        return result
    if isinstance(inputs, list) and isinstance(old, list) and isinstance(new, list):
        known = min(len(inputs), len(old))
        return [refreshed(inputs[i], old[i], item) if i < known else item for i, item in enumerate(new)]
    return new
