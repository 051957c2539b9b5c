"""What Pulumi plans for resources that are in both revisions: what it replaces, and what follows from that.

A restatement of the engine's rules and of the providers' diffs, on recordings: no state is read, no provider is asked.
Sources: as in `components.mutability.deployment`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from cilia.arm_ids import azure_type, parameters
from cilia.review.differences import differences
from cilia.review.pairing import Pair, renamed
from components.facts.mutability import KUBERNETES_FORCES_NEW, KUBERNETES_NAMES, PROVIDER_FORCES_NEW
from components.mutability.change import Difference, covers
from components.mutability.deployment import USERS_THAT_HOLD

if TYPE_CHECKING:
    from cilia.record import Resource

_KUBERNETES_PROVIDER = "pulumi:providers:kubernetes"
_HELM_RELEASE = "helm.sh/v3:Release"
_HELM_FORCES_NEW = frozenset({"name", "namespace"})
_ALWAYS_IN_PATH = "resourceGroupName"


@dataclass(frozen=True, slots=True)
class Replacement:
    """Why a resource is replaced.

    Attributes:
        forcing: Its own properties that force it.
        cause: Otherwise the URN of the replaced resource that it follows.
        link: And the property by which it does; `provider` for the provider itself.
        protected: Whether protection stops it.
        held_by: The URNs of what uses it when it is deleted, so that Azure refuses.
    """

    forcing: tuple[Difference, ...] = ()
    cause: str | None = None
    link: str = ""
    protected: bool = False
    held_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A pair with what Pulumi plans for it.

    Attributes:
        pair: The resource in both revisions.
        effective: What differs and is carried out.
        ignored: What differs and the program ignores.
        replacement: Why it is replaced; None if it is not.
    """

    pair: Pair
    effective: tuple[Difference, ...] = ()
    ignored: tuple[Difference, ...] = ()
    replacement: Replacement | None = None


@dataclass(slots=True)
class _Planner:
    """Walks the pairs in program order, so that whatever a resource depends on has been decided before it.

    `roots` holds, for each replaced resource, the resources with whose replacement it is deleted: a resource that is
    deleted before it is made again takes everything that follows it along, last things first.
    """

    pairs: Sequence[Pair]
    now: Mapping[str, str]
    roots: dict[str, frozenset[str]] = field(default_factory=dict)

    def plan(self) -> list[Planned]:
        labels = _renamed_labels(self.pairs)
        return [self._held(planned) for planned in [self._plan(pair, labels) for pair in self.pairs]]

    def _plan(self, pair: Pair, labels: Mapping[str, str]) -> Planned:
        if pair.old is None or pair.new is None or not pair.new.custom:
            return Planned(pair)
        found = differences(_relabelled(pair.old.inputs, labels), pair.new.inputs)
        found = [each for each in found if not _is_spelling(pair.new.type, each)]
        ignored = tuple(each for each in found if _listed(pair.new, "ignoreChanges", each.pointer))
        effective = tuple(each for each in found if each not in ignored)
        replacement = None if "id" in pair.new.options else self._replacement(pair.old, pair.new, effective)
        return Planned(pair, effective, ignored, replacement)

    def _replacement(self, old: Resource, new: Resource, effective: Sequence[Difference]) -> Replacement | None:
        forcing = tuple(
            each for each in effective if forces_new(new.type, each) or _listed(new, "replaceOnChanges", each.pointer)
        )
        followed = [
            (link, urn) for link, urn in self._links(old, new) if urn in self.roots and _follows(old, new, link)
        ]
        if not forcing and not followed:
            return None
        own = {new.urn} if forcing else set()
        self.roots[new.urn] = frozenset(own.union(*(self.roots[urn] for _, urn in followed)))
        # The engine asks the last deployment about what it deletes along the way, and both about what it replaces.
        protected = bool(old.options.get("protect")) and bool(followed or new.options.get("protect"))
        link, cause = followed[0] if followed and not forcing else ("", None)
        return Replacement(forcing, cause, link, protected)

    def _links(self, old: Resource, new: Resource) -> Iterator[tuple[str, str]]:
        """What a resource takes from others: property and URN, its provider first."""
        yield "provider", str(new.options.get("provider", ""))
        for link in sorted({*old.sources, *new.sources}):
            for urn in sorted({*new.sources.get(link, ()), *(self.now.get(u, u) for u in old.sources.get(link, ()))}):
                yield link, urn

    def _held(self, planned: Planned) -> Planned:
        """With what keeps Azure from deleting the resource, because it is not itself deleted before."""
        old, new = planned.pair.old, planned.pair.new
        if not (planned.replacement and old and new):
            return planned
        holding = USERS_THAT_HOLD.get(azure_type(old.type) or "", frozenset())
        held_by = tuple(
            user.urn
            for user in (pair.old for pair in self.pairs if pair.old)
            if azure_type(user.type) in holding
            and any(old.urn in urns for urns in user.sources.values())
            and not self.roots.get(self.now.get(user.urn, ""), frozenset()) & self.roots[new.urn]
        )
        return replace(planned, replacement=replace(planned.replacement, held_by=held_by))


def _follows(old: Resource, new: Resource, link: str) -> bool:
    """Whether a resource is replaced because what it takes for a property is not known before deployment."""
    if link == "provider":
        return True
    if _listed(new, "ignoreChanges", link):
        return False
    unknown = Difference(link, link, link, "update", old.inputs.get(link), None)
    asked = _listed(new, "replaceOnChanges", link) or _listed(old, "replaceOnChanges", link)
    return asked or forces_new(new.type, unknown)


def plan(pairs: Sequence[Pair]) -> list[Planned]:
    """What Pulumi plans for each pair, in the order given."""
    return _Planner(pairs, renamed(pairs)).plan()


def forces_new(token: str, difference: Difference) -> bool:
    """Whether the provider replaces a resource of this type for a difference."""
    kind = azure_type(token)
    path = difference.planned
    if kind is not None:
        forced = PROVIDER_FORCES_NEW.get(kind, frozenset())
        if path in _path_parameters(token) or path in forced:
            return True
        inside = not path.endswith("[+]") and difference.kind == "update"
        return inside and any(path.startswith(f"{name}.") for name in forced)
    if token == _KUBERNETES_PROVIDER:
        return path == "clusterIdentifier" and difference.kind == "update"
    package, _, rest = token.partition(":")
    if package != "kubernetes":
        return False
    own = _HELM_FORCES_NEW if rest == _HELM_RELEASE else KUBERNETES_FORCES_NEW.get(rest, frozenset()) | KUBERNETES_NAMES
    return any(covers(name, path) for name in own)


def is_path_parameter(token: str, path: str) -> bool:
    """Whether a property is part of the id that Azure gives a resource."""
    return azure_type(token) is not None and path in _path_parameters(token)


@cache
def _path_parameters(token: str) -> frozenset[str]:
    return frozenset({_ALWAYS_IN_PATH, *parameters(token)})


def _listed(resource: Resource, option: str, pointer: str) -> bool:
    """Whether an option that lists paths covers one; `*` stands for everything, `[*]` for any item."""
    given = resource.options.get(option)
    return any(_within(str(path), pointer) for path in (given if isinstance(given, list) else ()))


def _within(pattern: str, pointer: str) -> bool:
    if pattern == "*":
        return True
    if "[*]" in pattern:
        return covers(pattern, pointer)
    return pointer == pattern or pointer.startswith((f"{pattern}.", f"{pattern}["))


def _is_spelling(token: str, difference: Difference) -> bool:
    """Whether Azure reads both values as the same."""
    before, after = difference.before, difference.after
    if azure_type(token) is None or not (isinstance(before, str) and isinstance(after, str)):
        return False
    if difference.path == "resourceGroupName":
        return before.lower() == after.lower()
    if difference.path == "location":
        return before.lower().replace(" ", "") == after.lower().replace(" ", "")
    return False


def _renamed_labels(pairs: Sequence[Pair]) -> dict[str, str]:
    """How unknown values name a resource before a rename, and after it."""
    both = ((pair.old, pair.new) for pair in pairs if pair.old and pair.new)
    return {_label(old): _label(new) for old, new in both if _label(old) != _label(new)}


def _label(resource: Resource) -> str:
    return f" of {resource.type.rpartition(':')[2]} {resource.name}"


def _relabelled(value: Mapping[str, object], labels: Mapping[str, str]) -> dict[str, object]:
    return {name: _renamed_inside(item, labels) for name, item in value.items()} if labels else dict(value)


def _renamed_inside(value: object, labels: Mapping[str, str]) -> object:
    if isinstance(value, list):
        return [_renamed_inside(item, labels) for item in value]
    if not isinstance(value, Mapping):
        return value
    if "$unknown" in value:
        text = str(value["$unknown"])
        found = next((old for old in labels if text.endswith(old) or f"{old}>" in text), None)
        return {**value, "$unknown": text.replace(found, labels[found])} if found else value
    return {name: _renamed_inside(item, labels) for name, item in value.items()}
