"""Finished manifests: names that never collide, labels that say where each comes from, an order that opens first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from components.problems import KeyPath
from policies.attribution import (
    BUNDLE_LABEL,
    INTENT_LABEL,
    INTENT_SEPARATOR,
    INTENTS_ANNOTATION,
    LAYER_LABEL,
    MANAGED_BY,
)
from policies.compile.drafts import NAMESPACE, Draft, Phase
from policies.intents import Layer, in_bundle
from policies.names import LABEL_CHARACTERS, OBJECT_NAME_CHARACTERS, fingerprint, shortened, slug

SYNC_WAVE = "argocd.argoproj.io/sync-wave"
KUSTOMIZATION = "kustomization.yaml"
_WAVES = 100
"""Waves in a phase; ranks below are for workloads selected by many labels, and before them all."""
_FILE_CHARACTERS = 200
_BY_HAND = "written by hand"

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
        path: Where in its bundle's file the first of its intents is written.
    """

    bundle: str
    layer: str
    intents: tuple[str, ...]
    why: str
    phase: Phase
    rank: int
    object: Object
    path: KeyPath = ()

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.object["kind"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.object["metadata"]["name"])

    @property
    def by_hand(self) -> bool:
        """Whether a person wrote it, in a raw layer."""
        return self.why == _BY_HAND

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
    return in_order(manifests)


def in_order(manifests: Iterable[Manifest]) -> tuple[Manifest, ...]:
    """Manifests in the order in which they may land; the same ones always in the same order."""
    return tuple(sorted(manifests, key=lambda one: (one.phase, one.rank, one.namespace or "", one.kind, one.name)))


def predecessors(manifests: Iterable[Manifest]) -> dict[str, tuple[str, ...]]:
    """For each manifest's key, the keys of those that must land right before it.

    Only the last step before it is named, in its own namespace and cluster-wide; what lands earlier follows from those.
    """
    steps: dict[str | None, dict[tuple[int, int], list[str]]] = {}
    found: dict[str, tuple[str, ...]] = {}
    for manifest in in_order(manifests):
        space = manifest.name if manifest.kind == "Namespace" else manifest.namespace
        step = (manifest.phase, manifest.rank)
        spaces = list(steps) if space is None else [one for one in (space, None) if one in steps]
        before = [max((one for one in steps[name] if one < step), default=None) for name in spaces]
        found[manifest.key] = tuple(
            key for name, last in zip(spaces, before, strict=True) if last is not None for key in steps[name][last]
        )
        steps.setdefault(space, {}).setdefault(step, []).append(manifest.key)
    return found


def is_addressed(written: Object) -> bool:
    """Whether what a person wrote has a kind, a name and labels in their form; lints say what is wrong."""
    metadata = written.get("metadata")
    if not isinstance(written.get("kind"), str) or not isinstance(metadata, dict):
        return False
    mappings = (metadata.get("labels"), metadata.get("annotations"))
    named = isinstance(metadata.get("name"), str) and isinstance(metadata.get("namespace"), str | None)
    return named and all(each is None or isinstance(each, dict) for each in mappings)


def adopt(bundle: str, layer: Layer, written: Object, path: KeyPath = ()) -> Manifest:
    """A manifest that a person wrote, with our labels; what isolates comes late, what only opens comes early."""
    metadata = dict(written.get("metadata") or {})
    name = str(metadata.get("name", ""))
    metadata["labels"] = {**(metadata.get("labels") or {}), **_labels(bundle, layer.label, slug(name))}
    intent = f"{layer.label}: {written.get('kind')} {name}"
    phase = {
        "AuthorizationPolicy": Phase.WORKLOADS,
        "RequestAuthentication": Phase.WORKLOADS,
        "PeerAuthentication": Phase.MUTUAL_TLS,
    }.get(str(written.get("kind")), Phase.REMAINDERS)
    if _never_isolates(written):
        phase = Phase.ALLOWS
    written = {**written, "metadata": metadata}
    return Manifest(bundle, layer.label, (intent,), _BY_HAND, phase, 0, written, in_bundle(path)[1])


def _never_isolates(written: Object) -> bool:
    """Whether a Cilium policy says of both directions that it does not isolate."""
    several = written.get("specs")
    found = [written.get("spec"), *(several if isinstance(several, list) else ())]
    specs = [one for one in found if isinstance(one, dict)]
    flags = [one.get("enableDefaultDeny") for one in specs]
    return bool(specs) and all(
        isinstance(one, dict) and one.get("ingress") is False and one.get("egress") is False for one in flags
    )


def _labels(bundle: str, layer: str, intent: str) -> dict[str, str]:
    """What every manifest carries, so that each can be attributed in the cluster."""
    return {
        **MANAGED_BY,
        BUNDLE_LABEL: bundle,
        LAYER_LABEL: layer,
        INTENT_LABEL: shortened(intent, LABEL_CHARACTERS),
    }


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
        **_labels(bundle, draft.layer.label, intent),
    }
    metadata["annotations"] = {INTENTS_ANNOTATION: INTENT_SEPARATOR.join(draft.intents)}
    found: Object = {"apiVersion": draft.api[0], "kind": draft.api[1], "metadata": metadata}
    if draft.api != NAMESPACE:
        found["spec"] = draft.spec
    path = in_bundle(draft.path)[1]
    return Manifest(bundle, draft.layer.label, draft.intents, draft.why, draft.phase, draft.rank, found, path)


def files(manifests: Iterable[Manifest], write: Callable[[Object], str]) -> dict[str, str]:
    """File names and their text for a directory that GitOps tools read: one object in each, and a kustomization.

    The objects say to Argo CD in which order they may land and go (its sync waves), and Kustomize keeps that order.
    Source: https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves

    Args:
        manifests: What to write, of one cluster.
        write: Turns an object into YAML text.
    """
    found: dict[str, str] = {}
    for manifest in in_order(manifests):
        metadata = manifest.object["metadata"]
        annotations = {**(metadata.get("annotations") or {}), SYNC_WAVE: str(_wave(manifest))}
        text = write({**manifest.object, "metadata": {**metadata, "annotations": annotations}})
        found[f"{shortened(manifest.key, _FILE_CHARACTERS)}.yaml"] = text
    kustomization: Object = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "sortOptions": {"order": "fifo"},
        "resources": list(found),
    }
    return {**found, KUSTOMIZATION: write(kustomization)}


def _wave(manifest: Manifest) -> int:
    """Argo CD's number for when it lands; the same whatever else there is."""
    return _WAVES * manifest.phase + max(manifest.rank, -_WAVES // 2)
