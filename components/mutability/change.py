"""What one changed property does to what runs: the words for it, and what a judgement is made from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from components.rules import Rule

Effect = Literal["noEffect", "create", "inPlace", "rolling", "disruptive", "oneWay", "replace", "delete", "refused"]
EFFECTS: tuple[Effect, ...] = get_args(Effect)
"""Everything that a deployment may do, mildest first."""


def in_order(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """Each effect once, mildest first."""
    found = set(effects)
    return tuple(effect for effect in EFFECTS if effect in found)


def worst(effects: Iterable[Effect]) -> Effect | None:
    """The worst of all; None of none."""
    return max(effects, key=EFFECTS.index, default=None)


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that differs between two revisions of a resource.

    Attributes:
        path: Where, in the provider's names; items of lists by their names: `agentPoolProfiles[system].maxPods`.
        pointer: The same with positions, as `ignoreChanges` spells it: `agentPoolProfiles[0].maxPods`.
        planned: The same as the provider's own rules spell it: items as `[]`, or `[+]` where items only came or went.
            Where a whole object came or went, the path of that object, because the provider looks no deeper.
        kind: Whether it came, went or changed.
        before: Its value in the older revision; None if it came.
        after: Its value in the newer one; None if it went.
    """

    path: str
    pointer: str
    planned: str
    kind: Literal["add", "delete", "update"]
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Pool:
    """The nodes of a pool that runs now.

    Attributes:
        name: Its name.
        least: Nodes at least.
        most: Nodes at most; more than `least` with an autoscaler.
    """

    name: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Subject:
    """The resource that changes, and what matters around it.

    Attributes:
        kind: Its type, as `module:Type` of azure-native.
        old: Its inputs before.
        new: Its inputs after.
        pools: The pools that run now in its cluster, for clusters and pools.
        users: What uses it, as people call it; a subnet with its ranges: `Subnet a (10.0.0.0/24)`.
        neighbours: What lies beside it when it is written, the same way: the subnets of its network, where earlier ones
            have been moved already and later ones have not.
        isolates: Whom a policy isolates that nothing isolates before: `app=shop in team-a for ingress`.
        releases: Whom nothing isolates any more, the same way.
    """

    kind: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    pools: tuple[Pool, ...] = ()
    users: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    isolates: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()

    def nodes(self, pool: str | None = None) -> str:
        """How many nodes run now, in one pool or in all: `3 nodes`, `6 to 23 nodes`."""
        counted = [each for each in self.pools if pool in (None, each.name)]
        least, most = sum(each.least for each in counted), sum(each.most for each in counted)
        number = str(most) if least == most else f"{least} to {most}"
        return f"{number} node" if most == 1 else f"{number} nodes"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Azure does with a change, if it is written in place.

    Attributes:
        effects: Everything it does.
        message: What that means, with numbers.
        way: How it is done in place outside of Pulumi, where the provider replaces the resource instead.
    """

    effects: tuple[Effect, ...]
    message: str
    way: str = ""


Judge = Callable[[Difference, Subject], Verdict | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of changes.

    Attributes:
        rule: What people can look up.
        kind: The type of resource, as `module:Type`; `*` for any.
        paths: Properties, with all below them; `[*]` stands for any item of a list.
        judge: What Azure does; None where the row does not apply after all.
    """

    rule: Rule
    kind: str
    paths: tuple[str, ...]
    judge: Judge

    def verdict(self, difference: Difference, subject: Subject) -> Verdict | None:
        """What this row says of a change; None if it is not about it."""
        if self.kind not in ("*", subject.kind) or not any(covers(path, difference.path) for path in self.paths):
            return None
        return self.judge(difference, subject)


def covers(pattern: str, path: str) -> bool:
    """Whether a path is the pattern's or below it."""
    general = re.sub(r"\[[^\]]*\]", "[*]", path)
    return general == pattern or general.startswith((f"{pattern}.", f"{pattern}["))


def item(path: str) -> str:
    """The name of the first list item on a path: `system` in `agentPoolProfiles[system].maxPods`."""
    return path.partition("[")[2].partition("]")[0]


def leaf(path: str) -> str:
    """The last name on a path."""
    return path.rpartition(".")[2]


def always(effects: tuple[Effect, ...], message: str, way: str = "") -> Judge:
    """A judge that says the same of every change; `{nodes}`, `{leaf}`, `{before}`, `{after}` are filled in."""

    def judge(difference: Difference, subject: Subject) -> Verdict:
        values = {
            "nodes": subject.nodes(),
            "leaf": leaf(difference.path),
            "before": shown(difference.before),
            "after": shown(difference.after),
        }
        return Verdict(effects, message.format_map(values), way.format_map(values))

    return judge


def shown(value: object) -> str:
    """A value inside a sentence."""
    if isinstance(value, Mapping):
        if "$secret" in value:
            return "a secret"
        if "$unknown" in value:
            return f"<{value['$unknown']}>"
        return "an object"
    if isinstance(value, list):
        return ", ".join(map(shown, value)) or "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return "nothing" if value is None else str(value)
