"""What objects in a cluster say about themselves: which bundle and layer they are of, and what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MANAGED_BY = {"app.kubernetes.io/managed-by": "cilia"}
BUNDLE_LABEL = "cilia/bundle"
LAYER_LABEL = "cilia/layer"
INTENT_LABEL = "cilia/intent"
INTENTS_ANNOTATION = "cilia/intents"
INTENT_SEPARATOR = "; "
BUNDLE_SEPARATOR = "/"
"""Between bundle and layer, before an intent of another bundle than the object's."""


def bundle_of(metadata: Any) -> str | None:
    """The bundle that an object is of, by its metadata; None for what is of none."""
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    found = labels.get(BUNDLE_LABEL) if isinstance(labels, Mapping) else None
    return found if isinstance(found, str) else None


def owner_of(intent: str, bundle: str, layer: str) -> tuple[str, str, str]:
    """The bundle, the layer and the words of an intent, as an object of a bundle and layer carries it.

    An object may carry what several layers say: each intent begins with its own, and with its bundle where that is
    another than the object's.
    """
    said, colon, _ = intent.partition(": ")
    other, slash, own = said.rpartition(BUNDLE_SEPARATOR)
    if not colon:
        return bundle, layer, intent
    return (other, own, intent.removeprefix(f"{other}{slash}")) if slash else (bundle, own, intent)


def intents_of(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """What an object of a bundle is for, in the bundle's words, each with its layer."""
    text = (metadata.get("annotations") or {}).get(INTENTS_ANNOTATION)
    if isinstance(text, str):
        return tuple(text.split(INTENT_SEPARATOR))
    layer = (metadata.get("labels") or {}).get(LAYER_LABEL, "")
    return (f"{layer}: written by hand",)
