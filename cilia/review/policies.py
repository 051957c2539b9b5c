"""What two revisions differ in about policies, as objects: which intents came and went, who gained or lost isolation.

Cilia's own objects say in their metadata which bundle and layer they are of and what they are for
(`policies.manifests`), and a policy isolates what it selects unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from cilia.arm_ids import azure_type
from cilia.preview_bundles import cluster_of
from cilia.review.isolation import POLICY_KINDS, Selector, gained, isolations
from policies.attribution import INTENTS_ANNOTATION, LAYER_LABEL, bundle_of, intents_of, owner_of

if TYPE_CHECKING:
    from cilia.record import Resource
    from cilia.review.pairing import Pair

_CLUSTER = "containerservice:ManagedCluster"
_PROVIDER = "pulumi:providers:kubernetes"
_NAMESPACE = "kubernetes:core/v1:Namespace"
Place = tuple[str, str, str, str]
"""Cluster, namespace (empty: every one), what isolates (`network` or `mesh`), direction."""


@dataclass(frozen=True, slots=True)
class PolicyChanges:
    """What changes about policies.

    Attributes:
        added: Intents that are new, with bundle and layer.
        removed: Intents that are gone.
        isolation: Whom policies begin or cease to isolate, by what, and in which direction; with the context of a
            cluster that is another one from now on.
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
    isolated, isolates = isolated_by(old), isolated_by(new)
    places = dict.fromkeys([*isolates, *isolated])
    there, then = _contexts(old), _contexts(new)
    # another context is another cluster, where nothing isolates yet, and nothing of the old one is left
    moved = {name for name in there.keys() & then.keys() if there[name] != then[name]}
    gains = [
        {**each, **({"context": then[place[0]]} if place[0] in moved else {})}
        for place in places
        for each in _isolation(place, {} if place[0] in moved else isolated, isolates, "gained")
    ]
    losses = [
        {**each, **({"context": there[place[0]]} if place[0] in moved else {})}
        for place in places
        for each in _isolation(place, {} if place[0] in moved else isolates, isolated, "lost")
    ]
    return PolicyChanges(
        tuple(_intent(each) for each in after if each not in before),
        tuple(_intent(each) for each in before if each not in after),
        (*gains, *losses),
    )


def _contexts(resources: Sequence[Resource]) -> dict[str, str]:
    """By which context of a kubeconfig each cluster is reached that the stack does not make."""
    return {
        resource.name: str(resource.inputs["context"])
        for resource in resources
        if resource.type == _PROVIDER and isinstance(resource.inputs.get("context"), str)
    }


def isolated_by(resources: Sequence[Resource]) -> dict[Place, list[Selector]]:
    """Whom the policies of a recording isolate, place by place."""
    found: dict[Place, list[Selector]] = {}
    for resource in resources:
        for place, selector in places_of(resource):
            found.setdefault(place, []).append(selector)
    return found


def places_of(resource: Resource) -> Iterator[tuple[Place, Selector]]:
    """Where and whom one object isolates; nothing for what is no policy."""
    kind = resource.type.rpartition(":")[2]
    if kind not in POLICY_KINDS:
        return
    namespace = str(_metadata(resource).get("namespace") or "")
    for space, by, direction, selector in isolations(kind, namespace, resource.inputs):
        yield (cluster_of(resource), space, by, direction), selector


def whom(resource: Resource, others: Mapping[Place, list[Selector]]) -> tuple[str, ...]:
    """Whom an object isolates and others do not: `app=shop in team-a for ingress`."""
    return tuple(
        f"{pods(workloads)} in {namespace or 'every namespace'} for {direction}"
        for (cluster, namespace, by, direction), selector in places_of(resource)
        for workloads in gained(others.get((cluster, namespace, by, direction), ()), [selector])
    )


def arrives_with_its_place(resource: Resource, pairs: Sequence[Pair]) -> bool:
    """Whether the namespace or the cluster of an object is made by the same change, so that nobody is there yet."""
    fresh = [each.new for each in pairs if each.old is None and each.new and _is_made(each.new)]
    provider = resource.options.get("provider")
    above = {
        urn for each in pairs if each.new and each.new.urn == provider for urn in chain(*each.new.sources.values())
    }
    if any(azure_type(new.type) == _CLUSTER and new.urn in above for new in fresh):
        return True
    namespace = _metadata(resource).get("namespace")
    return namespace is not None and any(
        new.type == _NAMESPACE and new.options.get("provider") == provider and _metadata(new).get("name") == namespace
        for new in fresh
    )


def _is_made(resource: Resource) -> bool:
    return not {"id", "import"} & resource.options.keys()


def _metadata(resource: Resource) -> Mapping[str, Any]:
    metadata: Any = resource.inputs.get("metadata")
    return metadata if isinstance(metadata, Mapping) else {}


def pods(workloads: str) -> str:
    """Selected pods inside a sentence."""
    return "all pods" if workloads == "all" else f"pods with {workloads}"


def _intent(found: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(("cluster", "bundle", "layer", "intent"), found, strict=True))


def _isolation(
    place: Place, before: Mapping[Place, list[Selector]], after: Mapping[Place, list[Selector]], change: str
) -> Iterator[dict[str, str]]:
    cluster, namespace, by, direction = place
    for workloads in gained(before.get(place, ()), after.get(place, ())):
        yield {
            "cluster": cluster,
            "namespace": namespace,
            "workloads": workloads,
            "direction": direction,
            "by": by,
            "change": change,
        }


def _intents(resources: Sequence[Resource]) -> Iterator[tuple[str, ...]]:
    for resource in resources:
        metadata = _metadata(resource)
        bundle = bundle_of(metadata)
        if bundle is None:
            continue
        layer = str(metadata["labels"].get(LAYER_LABEL, ""))
        if INTENTS_ANNOTATION not in (metadata.get("annotations") or {}):
            what = f"{resource.type.rpartition(':')[2]} {metadata.get('name')}"
            yield cluster_of(resource), bundle, layer, f"{layer}: {what}, written by hand"
            continue
        for intent in intents_of(metadata):
            yield cluster_of(resource), *owner_of(intent, bundle, layer)
