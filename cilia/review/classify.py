"""From two recordings to changes with their effects: what Pulumi plans, and what Azure makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cilia.arm_ids import azure_type
from cilia.output import listed
from cilia.review.around import Around, label_of
from cilia.review.changes import Change
from cilia.review.ownership import taken_back
from cilia.review.pairing import pair
from cilia.review.planning import Planned, Replacement, forces_new, is_path_parameter, plan
from cilia.review.policies import arrives_with_its_place, isolated_by
from cilia.review.words import label
from components.mutability.change import Difference, Effect, Verdict, in_order, shown
from components.mutability.defaults import DEFAULT
from components.mutability.deployment import (
    API_VERSION,
    ASKED,
    CREATED,
    DELETED,
    EXISTS,
    FOLLOWS,
    FORCED,
    IGNORED,
    IN_USE,
    LOST,
    PATH_PARAMETER,
    PROTECTED,
    READ,
    STATE_ONLY,
    TAKEN_BACK,
    UPDATED,
)
from components.mutability.networks import OVERLAP, PEERINGS, PREFIX, in_the_way, lies_outside
from components.mutability.policies import ISOLATION, judged
from components.mutability.table import judge
from components.rules import Rule

if TYPE_CHECKING:
    from cilia.record import Resource

_POOL = "containerservice:AgentPool"
_SUBNET = "network:Subnet"
_GROUP = "resources:ResourceGroup"
_ONE_PEERING = (
    "leads where {old} leads, which is still there then: Azure takes one peering to each network"
    " (AnotherPeeringAlreadyReferencesRemoteVnet); keep the key, or let the old one go in an apply before, which cuts"
    " the traffic until then"
)
_NAMED = 3
_SHOWN_OPTIONS = ("protect", "retainOnDelete", "deleteBeforeReplace", "ignoreChanges")
_TWO_STEPS = "`protect: false` in one apply, this in the next"


def classify(old: Sequence[Resource], new: Sequence[Resource]) -> list[Change]:
    """Every change of resources that a provider manages, in the order of the program, then what is gone from it."""
    pairs = pair(old, new)
    planned = plan(pairs)
    replaced = {each.pair.new.urn: each for each in planned if each.pair.new and each.replacement}
    around = Around(pairs, replaced, isolated_by(old), isolated_by(new))
    return [change for each in planned if each.pair.either.custom for change in _changes(each, around)]


def left_to_azure(old: Sequence[Resource], new: Sequence[Resource]) -> list[tuple[Difference, Verdict]]:
    """What differs and the program ignores, with what Azure does when it is changed there."""
    pairs = pair(old, new)
    around = Around(pairs, {})
    return [
        (difference, found[1])
        for each in plan(pairs)
        if each.pair.old and each.pair.new
        for difference in each.ignored
        if (found := judge(difference, around.subject(each.pair.old, each.pair.new)))
    ]


def _changes(planned: Planned, around: Around) -> Iterator[Change]:
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


def _added(new: Resource, around: Around) -> Change:
    if "id" in new.options:
        return _whole(new, "add", ("noEffect",), READ, "refers to something that exists, and changes nothing of it")
    if new.options.get("import"):
        return _whole(new, "add", ("noEffect",), READ, "takes over something that exists, as it is")
    refused = _in_the_way(new, around)
    if refused is not None:
        return _whole(new, "add", ("create", "refused"), *refused)
    verdict = None if arrives_with_its_place(new, around.pairs) else judged("is created", around.policy(None, new))
    if verdict:
        return _whole(new, "add", ("create", *verdict.effects), ISOLATION, verdict.message)
    return _whole(new, "add", ("create",), CREATED, "is created")


def _in_the_way(new: Resource, around: Around) -> tuple[Rule, str] | None:
    """What is still there when something is created, and keeps Azure from it."""
    same, there = around.same(new), around.same_way(new)
    if same is not None:
        message = f"is what {label_of(same)} is, which is still there then: the provider creates nothing that exists"
        return EXISTS, f"{message}; {_rename(same, new)}"
    if there is not None:
        return PEERINGS, _ONE_PEERING.format(old=label_of(there))
    if azure_type(new.type) != _SUBNET:
        return None
    ranges = new.inputs.get("addressPrefixes") or new.inputs.get("addressPrefix")
    others = in_the_way(ranges, around.neighbours(new))
    return (PREFIX, f"{OVERLAP}: {', '.join(others)}; let them go in an apply before") if others else None


def _rename(old: Resource, new: Resource) -> str:
    return f"if it is renamed in Pulumi only: pulumi state rename '{old.urn}' {new.name}"


def _removed(old: Resource, around: Around) -> Change:
    if "id" in old.options:
        return _whole(old, "remove", ("noEffect",), READ, "is no longer referred to; it stays as it is")
    if old.options.get("retainOnDelete"):
        return _whole(old, "remove", ("noEffect",), DELETED, "stays where it is; Pulumi forgets it (retainOnDelete)")
    message = f"is deleted{_lost(old, around)}"
    if old.options.get("protect"):
        return _whole(
            old, "remove", ("delete", "refused"), PROTECTED, f"{message}; protected, so Pulumi refuses: {_TWO_STEPS}"
        )
    verdict = judged("is deleted", around.policy(old, None))
    if verdict:
        return _whole(old, "remove", ("delete", *verdict.effects), ISOLATION, verdict.message)
    return _whole(old, "remove", ("delete",), DELETED, message)


def _replaced(planned: Planned, replacement: Replacement, around: Around) -> Iterator[Change]:
    old, new = planned.pair.old, planned.pair.new
    assert old is not None, "only what is in both revisions is replaced"
    assert new is not None, "only what is in both revisions is replaced"
    effects: tuple[Effect, ...] = (
        ("replace", "refused") if replacement.protected or replacement.held_by else ("replace",)
    )
    refusals = _refusals(replacement)
    if replacement.cause is not None:
        cause = around.replaced[replacement.cause].pair.either
        message = f"is replaced with {label_of(cause)}{_lost(old, around)}{refusals}"
        values = (
            _plain(old.inputs.get(replacement.link)),
            {"$unknown": f"{replacement.link} of the new {label_of(cause)}"},
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


def _forced(difference: Difference, old: Resource, new: Resource, around: Around) -> tuple[Rule, str]:
    """Why a property replaces its resource, what is lost, and whether Azure has another way."""
    head = f"Pulumi deletes {label_of(new)} and makes it again{_lost(old, around)}"
    found = judge(difference, around.subject(old, new))
    if found is not None:
        rule, verdict = found
        if rule is DEFAULT:
            said = shown(difference.after if difference.kind == "add" else difference.before)
            return rule, f"{head}, although {said} is what Azure does anyway; write it as it was written before"
        if verdict.way:
            return rule, f"{head}; Azure can do it in place: {verdict.way} ({verdict.message}); see cilia migrate"
        return rule, f"{head}; {verdict.message}"
    if is_path_parameter(new.type, difference.planned):
        return PATH_PARAMETER, f"{head}; it is part of the resource's id"
    return (FORCED if forces_new(new.type, difference) else ASKED), head


def _refusals(replacement: Replacement) -> str:
    found = ""
    if replacement.held_by:
        users = listed([label(urn) for urn in replacement.held_by])
        found += f"; Azure does not delete it while it is in use: {users}"
    return f"{found}; protected, so Pulumi refuses: {_TWO_STEPS}" if replacement.protected else found


def _updated(difference: Difference, old: Resource, new: Resource, around: Around) -> Change:
    if "id" in new.options:
        return _row(new, difference, ("noEffect",), rule=READ, message="only read, never changed")
    rule, verdict = judge(difference, around.subject(old, new)) or (
        UPDATED,
        Verdict(("inPlace",), "is updated in place"),
    )
    cause = _origin(difference, new, around) or _network_that_moved(difference, new, around)
    return _row(new, difference, verdict.effects, rule=rule, message=verdict.message, cause=cause)


def _ignored(difference: Difference, new: Resource) -> Change:
    message = "the program leaves it to Azure (ignoreChanges)"
    return _row(new, difference, ("noEffect",), rule=IGNORED, message=message)


def _origin(difference: Difference, new: Resource, around: Around) -> str | None:
    """The replaced resource that a property takes its value from."""
    top = re.split(r"[.\[]", difference.path, maxsplit=1)[0]
    return next((urn for urn in sorted(new.sources.get(top, ())) if urn in around.replaced), None)


def _network_that_moved(difference: Difference, new: Resource, around: Around) -> str | None:
    """The network whose ranges hold a subnet's old one no longer, so that it had to move."""
    if azure_type(new.type) != _SUBNET or not difference.path.startswith("addressPrefix"):
        return None
    network = around.network_of(new)
    space = network.inputs.get("addressSpace") if network else None
    if network is None or not isinstance(space, Mapping):
        return None
    return network.urn if lies_outside(difference.before, space.get("addressPrefixes")) else None


def _identity(old: Resource, new: Resource) -> Iterator[Change]:
    """Another name or type that is the same resource."""
    if old.type != new.type:
        versions = (_version(old.type), _version(new.type))
        message = "the same resource, written through another version of Azure's API"
        yield _change(new, "azureApiVersion", versions, ("inPlace",), rule=API_VERSION, message=message)
    elif old.urn != new.urn:
        message = f"renamed in Pulumi from {label_of(old)} only (alias)"
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
        back = taken_back(old, new) if name == "ignoreChanges" else None
        if back is not None:
            values = (before, after)
            yield _change(new, f"options.{name}", values, back.effects, rule=TAKEN_BACK, message=back.message)
            continue
        if name == "protect":
            message = "from the next apply on Pulumi refuses to remove it" if after else "the next apply may remove it"
        yield _change(new, f"options.{name}", (before, after), ("noEffect",), rule=STATE_ONLY, message=message)


def _lost(resource: Resource, around: Around) -> str:
    kind = azure_type(resource.type) or resource.type
    text = LOST.get(kind)
    if kind == _POOL:
        nodes = around.subject(resource, resource).nodes(str(resource.inputs.get("agentPoolName")))
        return f", and with it {nodes}; their pods run on only where other pools take them"
    inside = around.staying_in(resource) if kind == _GROUP else []
    if inside:
        more = f" and {len(inside) - _NAMED} more" if len(inside) > _NAMED else ""
        kept = f"{', '.join(inside[:_NAMED])}{more}"
        text = f"{text}, protected or not, also what this program keeps there: {kept}"
    return f", and with it {text}" if text else ""


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
