"""From two recordings to changes with their effects: what Pulumi plans, and what Azure makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cilia.arm_ids import azure_type
from cilia.output import listed
from cilia.review.changes import Change
from cilia.review.pairing import Pair, pair
from cilia.review.planning import Planned, Replacement, forces_new, is_path_parameter, plan
from components.mutability.change import Difference, Effect, Pool, Subject, Verdict, in_order
from components.mutability.deployment import (
    API_VERSION,
    ASKED,
    CREATED,
    DELETED,
    FOLLOWS,
    FORCED,
    IGNORED,
    IN_USE,
    LOST,
    PATH_PARAMETER,
    PROTECTED,
    READ,
    STATE_ONLY,
    UPDATED,
)
from components.mutability.networks import OVERLAP, PREFIX, in_the_way
from components.mutability.table import judge
from components.rules import Rule

if TYPE_CHECKING:
    from cilia.record import Resource

_CLUSTER = "containerservice:ManagedCluster"
_POOL = "containerservice:AgentPool"
_NETWORK_USERS = {
    "network:Subnet": frozenset({_CLUSTER, _POOL, "network:PrivateEndpoint"}),
    "network:VirtualNetwork": frozenset({"network:Subnet"}),
}
_SUBNET = "network:Subnet"
_NETWORK = ("resourceGroupName", "virtualNetworkName")
_SHOWN_OPTIONS = ("protect", "retainOnDelete", "deleteBeforeReplace", "ignoreChanges")
_TWO_STEPS = "`protect: false` in one apply, this in the next"


def classify(old: Sequence[Resource], new: Sequence[Resource]) -> list[Change]:
    """Every change of resources that a provider manages, in the order of the program, then what is gone from it."""
    pairs = pair(old, new)
    planned = plan(pairs)
    around = _Around(pairs, {each.pair.new.urn: each for each in planned if each.pair.new and each.replacement})
    return [change for each in planned if each.pair.either.custom for change in _changes(each, around)]


def left_to_azure(old: Sequence[Resource], new: Sequence[Resource]) -> list[tuple[Difference, Verdict]]:
    """What differs and the program ignores, with what Azure does when it is changed there."""
    pairs = pair(old, new)
    around = _Around(pairs, {})
    return [
        (difference, found[1])
        for each in plan(pairs)
        if each.pair.old and each.pair.new
        for difference in each.ignored
        if (found := judge(difference, around.subject(each.pair.old, each.pair.new)))
    ]


@dataclass(frozen=True, slots=True)
class _Around:
    """What the judgement of one resource needs of all others."""

    pairs: Sequence[Pair]
    replaced: Mapping[str, Planned]

    @property
    def old(self) -> Iterator[Resource]:
        """What there is now."""
        return (each.old for each in self.pairs if each.old)

    def subject(self, old: Resource, new: Resource) -> Subject:
        kind = azure_type(old.type) or old.type
        beside = tuple(self.neighbours(new)) if kind == _SUBNET else ()
        return Subject(kind, old.inputs, new.inputs, self._pools(old, kind), self._users(old, kind), beside)

    def neighbours(self, subnet: Resource) -> Iterator[str]:
        """The other subnets of a network when one is written: earlier ones moved already, later ones not yet."""
        before = True
        for each in self.pairs:
            before = before and (each.new is None or each.new.urn != subnet.urn)
            there = each.new if before and each.new else each.old
            if there is None or azure_type(there.type) != _SUBNET or there.urn == subnet.urn:
                continue
            if each.new is not subnet and all(there.inputs.get(name) == subnet.inputs.get(name) for name in _NETWORK):
                yield _label(there) + _place(there)

    def _pools(self, resource: Resource, kind: str) -> tuple[Pool, ...]:
        """The pools that run now in the cluster that a resource is, is part of, or is in."""
        place = self._cluster(resource, kind)
        found: list[Pool] = []
        for other in self.old if place else ():
            if _place_of(other) != place:
                continue
            if azure_type(other.type) == _CLUSTER:
                profiles = other.inputs.get("agentPoolProfiles")
                found += [_pool(each, each.get("name")) for each in profiles] if isinstance(profiles, list) else []
            elif azure_type(other.type) == _POOL:
                found.append(_pool(other.inputs, other.inputs.get("agentPoolName")))
        return tuple(found)

    def _cluster(self, resource: Resource, kind: str) -> list[Any] | None:
        """What tells the cluster of a resource apart; None of what has none."""
        if kind in (_CLUSTER, _POOL):
            return _place_of(resource)
        known = {each.urn: each for each in self.old}
        provider = known.get(str(resource.options.get("provider", "")))
        above = [known[urn] for urns in provider.sources.values() for urn in urns if urn in known] if provider else []
        return next((_place_of(each) for each in above if azure_type(each.type) == _CLUSTER), None)

    def _users(self, resource: Resource, kind: str) -> tuple[str, ...]:
        using = _NETWORK_USERS.get(kind, frozenset())
        return tuple(
            _label(other) + _place(other)
            for other in self.old
            if azure_type(other.type) in using and any(resource.urn in urns for urns in other.sources.values())
        )


def _place_of(cluster: Resource) -> list[Any]:
    """What tells a cluster apart, of itself or of a pool in it."""
    return [cluster.inputs.get(name) for name in ("resourceGroupName", "resourceName")]


def _place(resource: Resource) -> str:
    """Where a subnet lies; nothing for anything else."""
    if azure_type(resource.type) != _SUBNET:
        return ""
    prefixes = resource.inputs.get("addressPrefixes")
    found = prefixes if isinstance(prefixes, list) else [resource.inputs.get("addressPrefix")]
    return f" ({', '.join(map(str, found))})"


def _pool(inputs: Mapping[str, Any], name: object) -> Pool:
    least, most = inputs.get("minCount"), inputs.get("maxCount")
    count = inputs.get("count")
    known = count if isinstance(count, int) else 1
    if inputs.get("enableAutoScaling") and isinstance(least, int) and isinstance(most, int):
        return Pool(str(name), least, most)
    return Pool(str(name), known, known)


def _changes(planned: Planned, around: _Around) -> Iterator[Change]:
    old, new = planned.pair.old, planned.pair.new
    if old is None and new is not None:
        yield _added(new, around)
    elif new is None and old is not None:
        yield _removed(old, around)
    elif old is not None and new is not None:
        yield from _identity(old, new)
        yield from _options(old, new)
        if planned.replacement is not None:
            yield from _replaced(planned, planned.replacement, around)
        else:
            yield from (_updated(each, old, new, around) for each in planned.effective)
        yield from (_ignored(each, new) for each in planned.ignored)


def _added(new: Resource, around: _Around) -> Change:
    if "id" in new.options:
        return _whole(new, "add", ("noEffect",), READ, "refers to something that exists, and changes nothing of it")
    if new.options.get("import"):
        return _whole(new, "add", ("noEffect",), READ, "takes over something that exists, as it is")
    if azure_type(new.type) == _SUBNET:
        ranges = new.inputs.get("addressPrefixes") or new.inputs.get("addressPrefix")
        others = in_the_way(ranges, around.neighbours(new))
        if others:
            message = f"{OVERLAP}: {', '.join(others)}; let them go in an apply before"
            return _whole(new, "add", ("create", "refused"), PREFIX, message)
    return _whole(new, "add", ("create",), CREATED, "is created")


def _removed(old: Resource, around: _Around) -> Change:
    if "id" in old.options:
        return _whole(old, "remove", ("noEffect",), READ, "is no longer referred to; it stays as it is")
    if old.options.get("retainOnDelete"):
        return _whole(old, "remove", ("noEffect",), DELETED, "stays where it is; Pulumi forgets it (retainOnDelete)")
    message = f"is deleted{_lost(old, around)}"
    if old.options.get("protect"):
        return _whole(
            old, "remove", ("delete", "refused"), PROTECTED, f"{message}; protected, so Pulumi refuses: {_TWO_STEPS}"
        )
    return _whole(old, "remove", ("delete",), DELETED, message)


def _replaced(planned: Planned, replacement: Replacement, around: _Around) -> Iterator[Change]:
    old, new = planned.pair.old, planned.pair.new
    assert old is not None, "only what is in both revisions is replaced"
    assert new is not None, "only what is in both revisions is replaced"
    effects: tuple[Effect, ...] = (
        ("replace", "refused") if replacement.protected or replacement.held_by else ("replace",)
    )
    refusals = _refusals(replacement)
    if replacement.cause is not None:
        cause = around.replaced[replacement.cause].pair.either
        message = f"is replaced with {_label(cause)}{_lost(old, around)}{refusals}"
        values = (
            _plain(old.inputs.get(replacement.link)),
            {"$unknown": f"{replacement.link} of the new {_label(cause)}"},
        )
        rule = PROTECTED if replacement.protected else FOLLOWS
        yield _change(new, replacement.link, values, effects, rule=rule, message=message, cause=replacement.cause)
    for difference in planned.effective:
        if difference in replacement.forcing:
            rule, message = _forced(difference, old, new, around)
            rule = IN_USE if replacement.held_by and rule.id.startswith("PRV") else rule
            yield _row(
                new, difference, effects, rule=rule, message=message + refusals, cause=_origin(difference, new, around)
            )
        else:
            yield _row(new, difference, effects, rule=FOLLOWS, message="comes with the replacement", cause=new.urn)


def _forced(difference: Difference, old: Resource, new: Resource, around: _Around) -> tuple[Rule, str]:
    """Why a property replaces its resource, what is lost, and whether Azure has another way."""
    head = f"Pulumi deletes {_label(new)} and makes it again{_lost(old, around)}"
    found = judge(difference, around.subject(old, new))
    if found is not None:
        rule, verdict = found
        if verdict.way:
            return rule, f"{head}; Azure can do it in place: {verdict.way} ({verdict.message}); see cilia migrate"
        return rule, f"{head}; {verdict.message}"
    if is_path_parameter(new.type, difference.planned):
        return PATH_PARAMETER, f"{head}; it is part of the resource's id"
    return (FORCED if forces_new(new.type, difference) else ASKED), head


def _refusals(replacement: Replacement) -> str:
    found = ""
    if replacement.held_by:
        users = listed([_urn_label(urn) for urn in replacement.held_by])
        found += f"; Azure does not delete it while it is in use: {users}"
    return f"{found}; protected, so Pulumi refuses: {_TWO_STEPS}" if replacement.protected else found


def _updated(difference: Difference, old: Resource, new: Resource, around: _Around) -> Change:
    if "id" in new.options:
        return _row(new, difference, ("noEffect",), rule=READ, message="only read, never changed")
    rule, verdict = judge(difference, around.subject(old, new)) or (
        UPDATED,
        Verdict(("inPlace",), "is updated in place"),
    )
    cause = _origin(difference, new, around)
    return _row(new, difference, verdict.effects, rule=rule, message=verdict.message, cause=cause)


def _ignored(difference: Difference, new: Resource) -> Change:
    message = "the program leaves it to Azure (ignoreChanges)"
    return _row(new, difference, ("noEffect",), rule=IGNORED, message=message)


def _origin(difference: Difference, new: Resource, around: _Around) -> str | None:
    """The replaced resource that a property takes its value from."""
    top = re.split(r"[.\[]", difference.path, maxsplit=1)[0]
    return next((urn for urn in sorted(new.sources.get(top, ())) if urn in around.replaced), None)


def _identity(old: Resource, new: Resource) -> Iterator[Change]:
    """Another name or type that is the same resource."""
    if old.type != new.type:
        versions = (_version(old.type), _version(new.type))
        message = "the same resource, written through another version of Azure's API"
        yield _change(new, "azureApiVersion", versions, ("inPlace",), rule=API_VERSION, message=message)
    elif old.urn != new.urn:
        message = f"renamed in Pulumi from {_label(old)} only (alias)"
        yield _change(new, "urn", (old.urn, new.urn), ("noEffect",), rule=STATE_ONLY, message=message)


def _version(token: str) -> str:
    found = re.search(r"[_/]v(\d{4})(\d{2})(\d{2})", token)
    return "-".join(found.groups()) if found else "the SDK's own"


def _options(old: Resource, new: Resource) -> Iterator[Change]:
    for name in _SHOWN_OPTIONS:
        before, after = old.options.get(name), new.options.get(name)
        if before == after:
            continue
        message = "kept in Pulumi's state only"
        if name == "protect":
            message = "from the next apply on Pulumi refuses to remove it" if after else "the next apply may remove it"
        yield _change(new, f"options.{name}", (before, after), ("noEffect",), rule=STATE_ONLY, message=message)


def _lost(resource: Resource, around: _Around) -> str:
    kind = azure_type(resource.type) or resource.type
    text = LOST.get(kind)
    if kind == _POOL:
        nodes = around.subject(resource, resource).nodes(str(resource.inputs.get("agentPoolName")))
        return f", and with it {nodes}; their pods run on only where other pools take them"
    return f", and with it {text}" if text else ""


def _label(resource: Resource) -> str:
    return _urn_label(resource.urn)


def _urn_label(urn: str) -> str:
    """A resource as people call it: `Subnet main-nodes`."""
    _, _, kinds, name = urn.split("::", 3)
    package, _, kind = kinds.rpartition("$")[2].rpartition(":")
    return f"Provider {kind} {name}" if package == "pulumi:providers" else f"{kind} {name}"


def _plain(value: Any) -> Any:
    """A value beside an unknown one, without what may be secret in it."""
    return value if isinstance(value, str | int | float | bool) else None


def _whole(resource: Resource, kind: Any, effects: tuple[Effect, ...], rule: Rule, message: str) -> Change:
    return Change(
        resource.urn, resource.type, resource.name, kind, None, None, None, in_order(effects), rule.id, message
    )


def _row(
    new: Resource,
    difference: Difference,
    effects: tuple[Effect, ...],
    *,
    rule: Rule,
    message: str,
    cause: str | None = None,
) -> Change:
    values = (difference.before, difference.after)
    return _change(new, difference.path, values, effects, rule=rule, message=message, cause=cause)


def _change(
    new: Resource,
    path: str,
    values: tuple[Any, Any],
    effects: tuple[Effect, ...],
    *,
    rule: Rule,
    message: str,
    cause: str | None = None,
) -> Change:
    return Change(new.urn, new.type, new.name, "change", path, *values, in_order(effects), rule.id, message, cause)
