"""The file that `pulumi import --file` reads: what exists already and is to be managed, under its place in the program.

Format: `importFile` in https://github.com/pulumi/pulumi/blob/v3.260.0/pkg/cmd/pulumi/operations/import.go. Parents and
providers are referred to by names: of other resources in the file, or of URNs in its table.
"""

from __future__ import annotations

import importlib.metadata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cilia.adoption.state import State
from cilia.arm_ids import azure_type, predict
from cilia.errors import InputError, nearest

if TYPE_CHECKING:
    from cilia.record import Resource

_KUBERNETES = "kubernetes:"
_HELM_RELEASE = "kubernetes:helm.sh/v3:Release"


@dataclass(frozen=True, slots=True)
class Adoptable:
    """A resource that is not in the state, with the id under which it exists, if it exists."""

    resource: Resource
    id: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A resource that cannot be imported yet, and why."""

    resource: Resource
    reason: str

    def __str__(self) -> str:
        return f"{label(self.resource.urn)}: {self.reason}"


def label(urn: str) -> str:
    """How people name a resource: the last part of its type, and its Pulumi name."""
    types, name = urn.split("::", 3)[2:]
    return f"{types.rpartition(':')[2]} {name}"


def adoptable(missing: Iterable[Resource], state: State, subscription: str) -> tuple[list[Adoptable], list[LeftOut]]:
    """Splits what is missing in the state into what can be imported and what cannot."""
    found: list[Adoptable] = []
    left: list[LeftOut] = []
    for each in missing:
        arm_id = _id(each, subscription)
        provider = str(each.options.get("provider", ""))
        if arm_id is None:
            left.append(LeftOut(each, "its id is not known before it exists"))
        elif provider and provider not in state.urns:
            left.append(LeftOut(each, f"its provider, {label(provider)}, is not in the state yet"))
        elif arm_id.lower() not in state.spelling:
            found.append(Adoptable(each, arm_id))
    return found, left


def _id(resource: Resource, subscription: str) -> str | None:
    """The id of a resource, where it follows from its inputs."""
    if azure_type(resource.type):
        return predict(resource.type, resource.inputs, subscription)
    if not resource.type.startswith(_KUBERNETES):
        return None
    named = resource.inputs if resource.type == _HELM_RELEASE else resource.inputs.get("metadata")
    parts = [named.get("namespace"), named.get("name")] if isinstance(named, Mapping) else [None]
    known = [part for part in parts if isinstance(part, str)]
    return "/".join(known) if isinstance(parts[-1], str) else None


def only(wanted: Sequence[str], found: Sequence[Adoptable]) -> list[Adoptable]:
    """The resources that people named: by id, by URN, by Pulumi name, or by type and name (`Subnet main-nodes`).

    Raises:
        InputError: A name stands for nothing that could be imported.
    """
    chosen: dict[str, Adoptable] = {}
    for name in wanted:
        meant = [each for each in found if name.lower() in (each.id.lower(), *_names(each))]
        if not meant:
            known = [label(each.resource.urn) for each in found]
            raise InputError(f"{name!r} is nothing that could be imported; {nearest(name, known, 'there are')}")
        chosen |= {each.resource.urn: each for each in meant}
    return list(chosen.values())


def _names(each: Adoptable) -> Iterator[str]:
    for name in (each.resource.urn, each.resource.name, label(each.resource.urn)):
        yield name.lower()


def import_file(wanted: Iterable[Adoptable], program: Iterable[Resource], state: State) -> dict[str, Any]:
    """What `pulumi import --file` reads. Components that are missing too come along, empty, as parents."""
    by_urn = {each.urn: each for each in program}
    times = Counter(label(urn) for urn in {*by_urn, *state.urns})
    table: dict[str, str] = {}
    specs: dict[str, dict[str, Any]] = {}

    def name_of(urn: str) -> str:
        return label(urn) if times[label(urn)] == 1 else urn

    def reference(urn: str) -> str:
        if urn in state.urns:
            table[name_of(urn)] = urn
        elif urn not in specs:
            specs[urn] = {**spec(by_urn[urn]), "component": True}
        return name_of(urn)

    def spec(resource: Resource) -> dict[str, Any]:
        parent = {"parent": reference(resource.parent)} if resource.parent else {}
        return {"type": resource.type, "name": name_of(resource.urn), "logicalName": resource.name, **parent}

    for each in wanted:
        provider = str(each.resource.options.get("provider", ""))
        through = {"provider": reference(provider)} if provider else {"version": _version(each.resource.type)}
        found = spec(each.resource)
        specs[each.resource.urn] = {**found, "id": each.id, **through}
    return {"nameTable": table, "resources": list(specs.values())}


def _version(token: str) -> str:
    """The version of the provider that the program's SDK asks for: with another one, Pulumi would make a second one."""
    return importlib.metadata.version(f"pulumi-{token.partition(':')[0]}")
