"""What the program left to Azure and takes back: compared again, with a state that may not know what happened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cilia.output import listed
from cilia.review.planning import forces_new
from cilia.review.words import label
from components.mutability.change import Difference, Effect, Verdict, in_order

if TYPE_CHECKING:
    from cilia.record import Resource

_SAID_ELSEWHERE = "count"
"""An autoscaler that is switched off says by itself what becomes of the number of nodes (MUT-25)."""


def taken_back(old: Resource, new: Resource) -> Verdict | None:
    """What a deployment may do because it compares a property again that it ignored before; None where it does not."""
    before, after = (_ignored(each) for each in (old, new))
    back = [path for path in before if path not in after and path.rpartition(".")[2] != _SAID_ELSEWHERE]
    forcing = [path for path in back if forces_new(new.type, _any_change(path))]
    written = [path for path in back if path not in forcing]
    parts: list[str] = []
    effects: list[Effect] = []
    if forcing:
        effects.append("replace")
        stops = ", which protection refuses" if old.options.get("protect") and new.options.get("protect") else ""
        parts.append(
            f"Pulumi compares {listed(forcing)} again: apply this only after az has made the change and pulumi refresh"
            f" has recorded it; else it replaces {label(new.urn)}{stops}"
        )
    if written:
        effects.append("disruptive")
        parts.append(
            f"Pulumi writes {listed(written)} again: apply this only after pulumi refresh, with what Azure has now in"
            " the file; else it goes back to the file's value, or Azure refuses that"
        )
    return Verdict(in_order(effects), "; ".join(parts)) if parts else None


def _ignored(resource: Resource) -> list[str]:
    given = resource.options.get("ignoreChanges")
    return [str(path) for path in given] if isinstance(given, list) else []


def _any_change(pointer: str) -> Difference:
    """Some other value at a place."""
    planned = re.sub(r"\[[^\]]*\]", "[]", pointer)
    return Difference(pointer, pointer, planned, "update", None, None)
