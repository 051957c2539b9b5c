"""After an import: the state's inputs without what the program never says.

An import takes all that Azure answers for inputs. Pulumi then plans to undo whatever the program does not mention, and
for properties that cannot change (a cluster's node resource group, the plural forms of its ranges) that means a new
cluster: https://github.com/pulumi/pulumi-azure-native/issues/4401.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cilia.adoption.file import label
from cilia.adoption.state import State
from cilia.arm_ids import azure_type
from cilia.errors import InputError

if TYPE_CHECKING:
    from cilia.record import Resource

_MAPS_OF_PEOPLE = frozenset({"tags", "nodeLabels"})
"""Maps whose keys people choose: what the program lacks there would be removed, so it has to show."""
_LISTED_ELSEWHERE = "agentPoolProfiles"
"""A cluster lists all its pools, those too that are resources of their own; leaving one out never removes it."""
_MARKS = frozenset({"$secret", "$unknown"})
_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Marks special values in the state: secrets are such."""


@dataclass
class Trimmed:
    """A state with its imported inputs trimmed.

    Attributes:
        content: The state.
        left_to_azure: Label of a resource to the paths that Azure has and the program does not say.
    """

    content: dict[str, Any]
    left_to_azure: dict[str, list[str]] = field(default_factory=dict)


def trim(state: State, program: Iterable[Resource], imported: object) -> Trimmed:
    """Trims the inputs of what an import file names.

    Raises:
        InputError: The file is none, or what it names is not in the state.
    """
    by_urn = {each.urn: each for each in program}
    result = Trimmed(copy.deepcopy(state.content))
    items = {item["urn"]: item for item in State(result.content).resources}
    for urn in _imported_urns(imported, state):
        if urn in by_urn and azure_type(by_urn[urn].type):
            walk = _Walk(state.spelling)
            items[urn]["inputs"] = walk.value(items[urn].get("inputs") or {}, by_urn[urn].inputs, "")
            result.left_to_azure[label(urn)] = walk.dropped
    return result


def _imported_urns(imported: object, state: State) -> list[str]:
    specs = imported.get("resources") if isinstance(imported, Mapping) else None
    if not isinstance(specs, list) or not all(isinstance(spec, Mapping) for spec in specs):
        raise InputError("the file after --imported is no import file; give the one that `pulumi import` read")
    known = {
        (item["type"], item["urn"].split("::", 3)[3], str(item.get("id"))): item["urn"] for item in state.resources
    }
    found: list[str] = []
    for spec in specs:
        if spec.get("component"):
            continue
        urn = known.get((spec.get("type"), spec.get("logicalName"), str(spec.get("id"))))
        if urn is None:
            raise InputError(
                f"{spec.get('name')!r} is not in the state; export the state again, after `pulumi import` of that file"
            )
        found.append(urn)
    return found


@dataclass
class _Walk:
    """One resource: what Azure answered, cut to the shape of what the program says."""

    spelling: Mapping[str, str]
    dropped: list[str] = field(default_factory=list)

    def value(self, azure: Any, program: Any, path: str) -> Any:
        if (
            isinstance(azure, dict)
            and isinstance(program, Mapping)
            and not _is_mark(program)
            and _SIGNATURE not in azure
        ):
            return self._mapping(azure, program, path)
        if isinstance(azure, list) and isinstance(program, list | tuple):
            return self._items(azure, program, path)
        return self.spelling.get(azure.lower(), azure) if isinstance(azure, str) else azure

    def _mapping(self, azure: dict[str, Any], program: Mapping[str, Any], path: str) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, value in azure.items():
            here = f"{path}.{name}" if path else name
            if name in program:
                kept[name] = self.value(value, program[name], here)
            elif path.rpartition(".")[2] in _MAPS_OF_PEOPLE:
                kept[name] = value
            else:
                self.dropped.append(here)
        return kept

    def _items(self, azure: list[Any], program: list[Any] | tuple[Any, ...], path: str) -> list[Any]:
        """Items with names belong together by name, in the program's order; others by position."""
        if not (_named(azure) and _named(program)):
            same = program if len(azure) == len(program) else [None] * len(azure)
            pairs = enumerate(zip(azure, same, strict=True))
            return [self.value(theirs, ours, f"{path}[{index}]") for index, (theirs, ours) in pairs]
        found = {item["name"]: item for item in azure}
        wanted = {item["name"]: item for item in program}
        kept = [self.value(found[name], item, f"{path}[{name}]") for name, item in wanted.items() if name in found]
        rest = [item for name, item in found.items() if name not in wanted]
        return kept if path == _LISTED_ELSEWHERE else [*kept, *rest]


def _is_mark(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and value.keys() <= _MARKS


def _named(items: Iterable[Any]) -> bool:
    return all(isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in items)
