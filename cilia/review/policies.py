"""What two revisions differ in about policies, as objects: which intents came and went, who gained or lost isolation.

Cilia's own objects say in their metadata which bundle and layer they are of and what they are for
(`policies.attribution`), and a policy isolates what it selects unless it says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.attribution import BUNDLE_LABEL, INTENT_SEPARATOR, INTENTS_ANNOTATION, LAYER_LABEL

if TYPE_CHECKING:
    from cilia.record import Resource


@dataclass(frozen=True, slots=True)
class PolicyChanges:
    """What changes about policies.

    Attributes:
        added: Intents that are new, with bundle and layer.
        removed: Intents that are gone.
        isolation: Whom a policy begins or ceases to isolate, and in which direction.
    """

    added: tuple[dict[str, str], ...] = ()
    removed: tuple[dict[str, str], ...] = ()
    isolation: tuple[dict[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.isolation)

    def as_json(self) -> dict[str, object]:
        """In the contract's names."""
        return {"added": list(self.added), "removed": list(self.removed), "isolation": list(self.isolation)}


NO_POLICY_CHANGES = PolicyChanges()


def policy_changes(old: Sequence[Resource], new: Sequence[Resource]) -> PolicyChanges:
    """What changes about policies between two recordings."""
    before, after = dict.fromkeys(_intents(old)), dict.fromkeys(_intents(new))
    isolated, isolates = dict.fromkeys(_isolated(old)), dict.fromkeys(_isolated(new))
    gained = [_isolation(each, "gained") for each in isolates if each not in isolated]
    lost = [_isolation(each, "lost") for each in isolated if each not in isolates]
    return PolicyChanges(
        tuple(_intent(each) for each in after if each not in before),
        tuple(_intent(each) for each in before if each not in after),
        (*gained, *lost),
    )


def _intent(found: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(("cluster", "bundle", "layer", "intent"), found, strict=True))


def _isolation(found: tuple[str, ...], change: str) -> dict[str, str]:
    return {**dict(zip(("cluster", "namespace", "workloads", "direction"), found, strict=True)), "change": change}


def _cluster(resource: Resource) -> str:
    """The cluster that an object is in: its Kubernetes provider has the cluster's name."""
    return str(resource.options.get("provider", "")).rpartition("::")[2]


def _intents(resources: Sequence[Resource]) -> Iterator[tuple[str, ...]]:
    for resource in resources:
        metadata: Any = resource.inputs.get("metadata")
        if not isinstance(metadata, dict):
            continue
        labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
        if BUNDLE_LABEL in labels and INTENTS_ANNOTATION in annotations:
            for intent in str(annotations[INTENTS_ANNOTATION]).split(INTENT_SEPARATOR):
                yield _cluster(resource), str(labels[BUNDLE_LABEL]), str(labels.get(LAYER_LABEL, "")), intent


def _isolated(resources: Sequence[Resource]) -> Iterator[tuple[str, ...]]:
    """Cluster, namespace, selector and direction of whatever policies isolate."""
    for resource in resources:
        kind = resource.type.rpartition(":")[2]
        metadata: Any = resource.inputs.get("metadata") or {}
        namespace = str(metadata.get("namespace") or "") if isinstance(metadata, dict) else ""
        for spec in _specs(resource):
            for direction in _directions(kind, spec):
                yield _cluster(resource), namespace, _selected(kind, spec), direction


def _specs(resource: Resource) -> list[dict[str, Any]]:
    given: Any = resource.inputs.get("specs")
    found = [resource.inputs.get("spec"), *(given if isinstance(given, list) else ())]
    return [spec for spec in found if isinstance(spec, dict)]


def _directions(kind: str, spec: dict[str, Any]) -> Iterator[str]:
    if kind == "NetworkPolicy":
        types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if "egress" in spec else [])]
        yield from (str(each).lower() for each in types)
    elif kind in ("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"):
        flags = spec.get("enableDefaultDeny") or {}
        for direction in ("ingress", "egress"):
            present = direction in spec or f"{direction}Deny" in spec
            if flags.get(direction, present):
                yield direction
    elif kind == "AuthorizationPolicy" and spec.get("action", "ALLOW") == "ALLOW":
        yield "ingress"


def _selected(kind: str, spec: dict[str, Any]) -> str:
    selector = spec.get(
        {"NetworkPolicy": "podSelector", "AuthorizationPolicy": "selector"}.get(kind, "endpointSelector")
    )
    labels = (selector or {}).get("matchLabels") or {}
    expressions = (selector or {}).get("matchExpressions") or []
    text = [f"{name}={value}" for name, value in sorted(labels.items())]
    text += [json.dumps(each, sort_keys=True) for each in expressions]
    return ", ".join(text) or "all"
