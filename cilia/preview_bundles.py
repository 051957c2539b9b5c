"""The policies in a recording: which objects are of which bundle in which cluster, and what they are for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cilia.highlights import azure_name, kind
from policies.attribution import LAYER_LABEL, bundle_of, intents_of

if TYPE_CHECKING:
    from cilia.record import Resource


def policy_label(resource: Resource) -> str | None:
    """What an object of a bundle is called, by kind, namespace and name; None for everything else.

    Its Pulumi name says the same, and its cluster and bundle once more.
    """
    if bundle_of(resource.inputs.get("metadata")) is None:
        return None
    return f"{kind(resource.type)} {azure_name(resource.type, resource.inputs)}"


def policy_intents(inputs: Mapping[str, Any]) -> tuple[str, ...]:
    """What an object of a bundle is for, each intent with its layer."""
    return intents_of(inputs["metadata"])


def bundles_json(resources: Sequence[Resource]) -> list[dict[str, object]]:
    """The bundles of each cluster with their objects, in the order of the recording."""
    found: dict[tuple[str, str], list[dict[str, object]]] = {}
    for resource in resources:
        metadata = resource.inputs.get("metadata")
        bundle = bundle_of(metadata)
        if bundle is None or not isinstance(metadata, Mapping):
            continue
        objects = found.setdefault((cluster_of(resource), bundle), [])
        objects.append(
            {
                "urn": resource.urn,
                "kind": kind(resource.type),
                "name": azure_name(resource.type, resource.inputs),
                "layer": metadata["labels"].get(LAYER_LABEL, ""),
                "intents": list(intents_of(metadata)),
            }
        )
    return [{"cluster": cluster, "bundle": bundle, "objects": objects} for (cluster, bundle), objects in found.items()]


def cluster_of(resource: Resource) -> str:
    """The cluster that an object is in: its Kubernetes provider has the cluster's key as name."""
    return str(resource.options.get("provider", "")).rpartition("::")[2]
