"""Saying what Azure does anyway, or no longer saying it, changes nothing there."""

from __future__ import annotations

import re

from components.facts.mutability import AZURE_DEFAULTS
from components.mutability.change import Difference, Verdict, shown
from components.rules import Rule

DEFAULT = Rule(
    "CHG-13",
    "Saying a default, or leaving it out, changes nothing in Azure",
    why="Azure takes the default where a property is left out, so that both say the same. Pulumi still sees a"
    " difference:"
    " an update, or a replacement where the property forces one.",
    fix="Nothing, where it is an update. Where it replaces, take the edit back, or leave the property to Azure"
    " (`externallyChanged`).",
    source="https://learn.microsoft.com/rest/api/aks/managed-clusters/create-or-update",
)


def says_the_default(difference: Difference, kind: str) -> Verdict | None:
    """That nothing changes, where one side says what the other leaves to Azure; None anywhere else.

    Args:
        difference: What differs.
        kind: The type, as `module:Type` of azure-native; charts and objects in clusters have defaults of their own.
    """
    if difference.kind == "update" or kind.count(":") != 1:
        return None
    said = difference.after if difference.kind == "add" else difference.before
    path = re.sub(r"\[[^\]]*\]", "[*]", difference.path)
    known = AZURE_DEFAULTS.get(kind, {})
    same = said == known[path] if path in known else said is False or said in ([], {})
    return Verdict(("inPlace",), f"{shown(said)} is what Azure does anyway; nothing changes there") if same else None
