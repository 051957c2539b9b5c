"""How changes, effects and values are called, the same on a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cilia.highlights import words
from cilia.review.changes import Change, counts
from components.mutability.change import EFFECTS, Effect

EFFECT_WORDS: dict[Effect, str] = {
    "noEffect": "without effect",
    "create": "created",
    "inPlace": "updated in place",
    "rolling": "rolling",
    "disruptive": "disruptive",
    "oneWay": "one way",
    "replace": "replaced",
    "delete": "deleted",
    "refused": "refused",
}
FIRST_DANGEROUS: Effect = "rolling"
"""From here on a change is worth a reviewer's time."""


def is_dangerous(change: Change) -> bool:
    """Whether a change by itself does more than write to something."""
    return not change.comes_along and EFFECTS.index(change.worst) >= EFFECTS.index(FIRST_DANGEROUS)


def verdict(changes: Iterable[Change]) -> str:
    """How many resources each effect meets, worst first: `1 refused, 6 replaced, 2 updated in place`."""
    found = [f"{number} {EFFECT_WORDS[effect]}" for effect, number in counts(changes).items()]
    return ", ".join(found) or "no changes"


def effects(change: Change) -> str:
    """All effects of a change, worst first."""
    return ", ".join(EFFECT_WORDS[effect] for effect in reversed(change.effects))


def gone_line(stack: str) -> str:
    """What becomes of a stack that has no file any more."""
    return (
        f"{stack} has no stack file any more: what it deployed stays as it is until somebody runs"
        f" pulumi destroy --stack {stack}"
    )


def label(urn: str) -> str:
    """A resource as people call it: `Subnet main-nodes`."""
    _, _, kinds, name = urn.split("::", 3)
    package, _, kind = kinds.rpartition("$")[2].rpartition(":")
    return f"Provider {kind} {name}" if package == "pulumi:providers" else f"{kind} {name}"


def sides(change: Change) -> tuple[Any, Any]:
    """What to show of both sides: of two lists only the items that differ, so that people find them."""
    before, after = change.before, change.after
    if not (isinstance(before, list) and isinstance(after, list)):
        return before, after
    kept = [item for item in before if item in after]
    if not kept or len(kept) == len(before) == len(after):
        return before, after
    return _only(before, kept), _only(after, kept)


def _only(items: list[Any], kept: list[Any]) -> list[Any]:
    return [*(item for item in items if item not in kept), f"and {len(kept)} as before"]


def value(content: Any, longest: int) -> str:
    """A value in one line of limited length; nothing in it can move a cursor."""
    text = "nothing" if content is None else words(content) or "empty"
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
