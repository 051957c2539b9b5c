"""How changes, effects and values are called, the same on a terminal and in Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cilia.highlights import words
from cilia.output import listed
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
_NAMED = 8
_WHOLE = 8
"""Lists up to this many plain items are shown whole."""
_ID_PARTS = {"subscriptions": "subscription", "resourcegroups": "resource group"}
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


def grouped(changes: Iterable[Change]) -> list[tuple[Change, ...]]:
    """Changes that follow from one other change in the same words together; each other one by itself."""
    found: dict[object, list[Change]] = {}
    for change in changes:
        follows = change.cause is not None and not change.comes_along
        key = (change.cause, change.effects, change.rule, change.message) if follows else (change.urn, change.path)
        found.setdefault(key, []).append(change)
    return [tuple(group) for group in found.values()]


def named(group: Sequence[Change]) -> str:
    """The resources of a group, as people call them: the first few, and how many more."""
    names = [label(change.urn) for change in group]
    return listed(names if len(names) <= _NAMED else [*names[:_NAMED], f"{len(names) - _NAMED} more"])


def sides(change: Change, longest: int) -> tuple[str, str]:
    """Both sides in words: of what is long only what differs, and of ids that are called the same what tells them."""
    before, after = change.before, change.after
    if isinstance(before, list) and isinstance(after, list):
        before, after = _narrowed(before, after)
    one, other = value(before, longest), value(after, longest)
    if one != other or before == after:
        return one, other
    return value(_told_apart(before, after), longest), value(_told_apart(after, before), longest)


def _narrowed(before: Any, after: Any) -> tuple[Any, Any]:
    """What differs between two values, without what is the same in both."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        parts = {
            name: _narrowed(before.get(name), after.get(name))
            for name in dict.fromkeys([*before, *after])
            if before.get(name) != after.get(name)
        }
        return {name: part[0] for name, part in parts.items()}, {name: part[1] for name, part in parts.items()}
    if not (isinstance(before, list) and isinstance(after, list)):
        return before, after
    plain = not any(isinstance(item, Mapping | list) for item in (*before, *after))
    if plain and max(len(before), len(after)) <= _WHOLE:
        return before, after
    if len(before) == len(after) and not plain:
        pairs = [_narrowed(*pair) for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    kept = [item for item in before if item in after]
    if not kept or len(kept) == len(before) == len(after):
        return before, after
    return _only(before, kept), _only(after, kept)


def _only(items: list[Any], kept: list[Any]) -> list[Any]:
    own = [item for item in items if item not in kept]
    return [*own, f"{'and ' if own else ''}{len(kept)} as before"]


def _told_apart(one: Any, other: Any) -> Any:
    """An id with the parts that another id has otherwise, which its short name leaves out."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return json.dumps(one, sort_keys=True)
    parts, others = one.split("/"), other.split("/")
    apart = [
        f"{_ID_PARTS.get(parts[place - 1].lower(), parts[place - 1])} {parts[place]}"
        for place in range(1, len(parts))
        if place >= len(others) or parts[place] != others[place]
    ]
    return f"{value(one, len(one))} in {', '.join(apart)}" if len(parts) > 1 else one


def value(content: Any, longest: int) -> str:
    """A value in one line of limited length; nothing in it can move a cursor."""
    text = "nothing" if content is None else words(content) or "empty"
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
