"""Finished manifests: names that never collide, labels that say where each comes from, an order that opens first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from policies.compile.drafts import NAMESPACE, Draft, Phase
from policies.names import LABEL_CHARACTERS, OBJECT_NAME_CHARACTERS, fingerprint, shortened, slug

MANAGED_BY = {"app.kubernetes.io/managed-by": "cilia"}
BUNDLE_LABEL = "cilia/bundle"
LAYER_LABEL = "cilia/layer"
INTENT_LABEL = "cilia/intent"
INTENTS_ANNOTATION = "cilia/intents"

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object in the cluster, and why it is there.

    Attributes:
        bundle: The bundle it belongs to.
        layer: The layer it is attributed to.
        intents: What it does, in the bundle's words.
        why: Why it is of its kind.
        phase: When it lands.
        rank: Order within the phase.
        object: The object as Kubernetes takes it.
    """

    bundle: str
    layer: str
    intents: tuple[str, ...]
    why: str
    phase: Phase
    rank: int
    object: Object

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.object["kind"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.object["metadata"]["name"])

    @property
    def namespace(self) -> str | None:
        """Where it is; None for what belongs to the cluster."""
        found = self.object["metadata"].get("namespace")
        return None if found is None else str(found)

    @property
    def key(self) -> str:
        """What tells it apart in its cluster, as a name: kind, namespace and name."""
        return "-".join(part for part in (self.kind.lower(), self.namespace, self.name) if part)


def finish(bundle: str, drafts: Iterable[Draft]) -> tuple[Manifest, ...]:
    """Drafts as manifests with metadata, in the order in which they may land."""
    drafts = list(drafts)
    wanted = Counter(_place(bundle, draft) for draft in drafts)
    manifests = [_manifest(bundle, draft, alone=wanted[_place(bundle, draft)] == 1) for draft in drafts]
    return tuple(sorted(manifests, key=lambda one: (one.phase, one.rank, one.namespace or "", one.kind, one.name)))


def _place(bundle: str, draft: Draft) -> tuple[str, str | None, str]:
    return draft.api[1], draft.namespace, _base_name(bundle, draft)


def _base_name(bundle: str, draft: Draft) -> str:
    """The name before it is shortened; its parts are joined by dots, which none of them holds."""
    return draft.name[0] if draft.api == NAMESPACE else ".".join((bundle, *draft.name))


def _manifest(bundle: str, draft: Draft, *, alone: bool) -> Manifest:
    name = _base_name(bundle, draft)
    if not alone:
        name = f"{name}-{fingerprint(json.dumps([draft.spec, draft.intents], sort_keys=True))}"
    name = shortened(name, LABEL_CHARACTERS if draft.api == NAMESPACE else OBJECT_NAME_CHARACTERS)
    metadata: Object = {"name": name}
    if draft.namespace is not None:
        metadata["namespace"] = draft.namespace
    intent = slug(".".join(draft.name)) if len(draft.intents) != 1 else slug(draft.intents[0].partition(": ")[2])
    metadata["labels"] = {
        **(draft.spec["labels"] if draft.api == NAMESPACE else {}),
        **MANAGED_BY,
        BUNDLE_LABEL: bundle,
        LAYER_LABEL: draft.layer.label,
        INTENT_LABEL: shortened(intent, LABEL_CHARACTERS),
    }
    metadata["annotations"] = {INTENTS_ANNOTATION: "; ".join(draft.intents)}
    found: Object = {"apiVersion": draft.api[0], "kind": draft.api[1], "metadata": metadata}
    if "specs" in draft.spec:
        found["specs"] = draft.spec["specs"]
    elif draft.api != NAMESPACE:
        found["spec"] = draft.spec
    return Manifest(bundle, draft.layer.label, draft.intents, draft.why, draft.phase, draft.rank, found)


def files(manifests: Iterable[Manifest], write: Any) -> dict[str, str]:
    """File names and their text for a directory that GitOps tools read: one object in each, and a kustomization.

    Args:
        manifests: What to write, of one cluster.
        write: Turns an object into YAML text.
    """
    found: dict[str, str] = {}
    for manifest in manifests:
        found[f"{shortened(manifest.key, 200)}.yaml"] = write(manifest.object)
    kustomization: Mapping[str, Any] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(found),
    }
    return {**found, "kustomization.yaml": write(kustomization)}
