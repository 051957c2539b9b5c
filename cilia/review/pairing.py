"""Which resource of a newer revision is which of an older one: by URN, or by the aliases that the program gives it.

A restatement of the engine's own rule: an alias that matched is also applied to what is below, with the parent's old
name in place of its new one. Source: pulumi/pulumi pkg/resource/deploy/step_generator.go (`generateAliases`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cilia.record import Resource


@dataclass(frozen=True, slots=True)
class Pair:
    """One resource in two revisions; None where it is not there."""

    old: Resource | None
    new: Resource | None

    @property
    def either(self) -> Resource:
        """The newer one, or else the older one."""
        found = self.new or self.old
        assert found is not None, "a pair has at least one resource"
        return found


def pair(old: Sequence[Resource], new: Sequence[Resource]) -> list[Pair]:
    """Every resource of both revisions once: in the order of the newer program, then what is gone from it."""
    known = {resource.urn: resource for resource in old}
    former: dict[str, str] = {}
    pairs = []
    taken: set[str] = set()
    own = {resource.urn for resource in new}
    for resource in new:
        candidates = [resource.urn, *(urn for urn in _aliases(resource, former) if urn not in own)]
        found = next((urn for urn in candidates if urn in known and urn not in taken), None)
        if found is not None:
            taken.add(found)
            if found != resource.urn:
                former[resource.urn] = found
        pairs.append(Pair(known[found] if found else None, resource))
    return [*pairs, *(Pair(resource, None) for resource in old if resource.urn not in taken)]


def renamed(pairs: Sequence[Pair]) -> dict[str, str]:
    """Old URN -> new URN, of everything that is in both revisions."""
    return {each.old.urn: each.new.urn for each in pairs if each.old and each.new}


def _aliases(resource: Resource, former: Mapping[str, str]) -> Iterator[str]:
    given = resource.options.get("aliases")
    aliases = given if isinstance(given, list) else []
    urns = [alias if isinstance(alias, str) else _collapsed(resource, alias, former) for alias in aliases]
    yield from urns
    parent = resource.parent
    if parent is not None and parent in former:
        for urn in (resource.urn, *urns):
            yield _inherited(urn, parent, former[parent])


def _collapsed(resource: Resource, alias: Mapping[str, object], former: Mapping[str, str]) -> str:
    """The URN that an alias spec stands for: what it does not say is as the resource has it."""
    stack, project, _, _ = resource.urn.split("::", 3)
    parent = str(alias.get("parentUrn") or resource.parent or "")
    if alias.get("parentUrn"):
        parent = former.get(parent, parent)
    if alias.get("noParent"):
        parent = ""
    kind = str(alias.get("type") or resource.type)
    name = str(alias.get("name") or resource.name)
    stack = f"urn:pulumi:{alias['stack']}" if alias.get("stack") else stack
    return "::".join((stack, str(alias.get("project") or project), _qualified(kind, parent), name))


def _inherited(urn: str, parent: str, old_parent: str) -> str:
    stack, project, kinds, name = urn.split("::", 3)
    new_name, old_name = parent.split("::", 3)[3], old_parent.split("::", 3)[3]
    if name.startswith(new_name):
        name = old_name + name.removeprefix(new_name)
    return "::".join((stack, project, _qualified(kinds.rpartition("$")[2], old_parent), name))


def _qualified(kind: str, parent: str) -> str:
    above = parent.split("::", 3)[2] if parent else ""
    return f"{above}${kind}" if above and above != "pulumi:pulumi:Stack" else kind
