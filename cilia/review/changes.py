"""Every change between two revisions of a program, with what it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from components.mutability.change import EFFECTS, Effect, worst


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one resource, as the contract has it.

    Attributes:
        urn: The resource, by its newer name.
        type: Its type token.
        name: Its Pulumi name.
        kind: Whether it comes, goes or changes.
        path: The property; None where the whole resource is meant.
        before: Its value before.
        after: Its value after.
        effects: Everything that a deployment does because of it, mildest first.
        rule: What to look up.
        message: What that means.
        cause: The URN of the resource from whose change it follows; None where it is its own.
    """

    urn: str
    type: str
    name: str
    kind: Literal["add", "remove", "change"]
    path: str | None
    before: Any
    after: Any
    effects: tuple[Effect, ...]
    rule: str
    message: str
    cause: str | None = None

    @property
    def comes_along(self) -> bool:
        """Whether it happens only because its resource is replaced anyway, for another of its properties."""
        return self.cause == self.urn

    @property
    def worst(self) -> Effect:
        """The worst that it does."""
        return self.effects[-1]

    def as_json(self) -> dict[str, object]:
        """The change in the contract's names."""
        return {
            "urn": self.urn,
            "type": self.type,
            "name": self.name,
            "kind": self.kind,
            "path": self.path,
            "before": self.before,
            "after": self.after,
            "effects": list(self.effects),
            "rule": self.rule,
            "message": self.message,
            "cause": self.cause,
        }


def counts(changes: Iterable[Change]) -> dict[Effect, int]:
    """How many resources each effect meets, worst first; effects that meet none are left out."""
    met = Counter(effect for _, effect in {(change.urn, effect) for change in changes for effect in change.effects})
    return {effect: met[effect] for effect in reversed(EFFECTS) if met[effect]}


def worst_of(changes: Iterable[Change]) -> Effect | None:
    """The worst effect of all; None without changes."""
    return worst(effect for change in changes for effect in change.effects)


def by_danger(changes: Sequence[Change]) -> list[Change]:
    """The worst first; among equals in the order of the program. Last comes what only comes along."""
    return sorted(changes, key=lambda change: (change.comes_along, -EFFECTS.index(change.worst)))
