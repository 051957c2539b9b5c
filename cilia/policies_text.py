"""The objects of a stack's policies for people: which there are, and why each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

import yaml

from cilia.output import Style, counted
from cilia.review.isolation import gained, isolations
from cilia.review.policies import pods
from cilia.table import Column, table
from components.facts.policy_features import SYSTEM_NAMESPACES
from policies.compile.drafts import Phase
from policies.manifests import Manifest
from stacks.policies import BundlePolicies, ClusterPolicies

_COLUMNS = (Column("kind"), Column("object"), Column("layer"), Column("for"))
_YAML_COLUMNS = 120


class _WrittenOut(yaml.SafeDumper):
    """Writes what occurs twice twice: anchors are right, and nobody can read them in a review."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Whether a value is written out instead of referred to; always."""
        return True


def policies_text(clusters: Sequence[ClusterPolicies], style: Style) -> Iterator[str]:
    """A table of objects for each bundle."""
    for cluster in clusters:
        yield from _cluster(cluster, style)
        for bundle in cluster.bundles:
            yield ""
            yield style.paint(f"  {_bundle(bundle)}", "bold")
            rows = [
                (each.kind, where(each), each.layer, _shortly(each.intents, each.layer)) for each in bundle.manifests
            ]
            yield from table(_COLUMNS, rows, style, indent="    ")
        yield ""


def explanation(clusters: Sequence[ClusterPolicies], style: Style) -> Iterator[str]:
    """For each object the intents that it came from, and why it is of its kind."""
    for cluster in clusters:
        yield from _cluster(cluster, style)
        for note in cluster.capabilities.notes():
            yield style.paint(f"  Note: {note}", "yellow")
        if any(manifest.phase is Phase.ISOLATION for manifest in cluster.manifests):
            yield "  The node that a pod runs on always reaches it: the kubelet's probes come from there."
            spared = f"Never isolated, because the system needs them: {', '.join(SYSTEM_NAMESPACES)}."
            yield from wrap(
                spared, style.columns, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
            )
        for bundle in cluster.bundles:
            yield ""
            yield style.paint(f"  {_bundle(bundle)}, in the order in which they land", "bold")
            for number, manifest in enumerate(bundle.manifests, 1):
                lead = f"{number:4}. "
                yield f"{lead}{style.paint(manifest.kind, 'green')} {where(manifest)}"
                yield from (f"{' ' * len(lead)}{intent}" for intent in manifest.intents)
                yield style.paint(f"{' ' * len(lead)}{why(manifest)}", "dim")
        yield ""


def stream(clusters: Sequence[ClusterPolicies], *, explained: bool) -> Iterator[str]:
    """One YAML document for each object, each with a comment that says what it is of."""
    for cluster in clusters:
        for manifest in cluster.manifests:
            yield "---"
            yield f"# {cluster.cluster}: bundle {manifest.bundle}, layer {manifest.layer}"
            if explained:
                yield from (f"#   {intent}" for intent in manifest.intents)
                yield f"#   {why(manifest)}"
            yield written(manifest.object).removesuffix("\n")


def written(content: dict[str, Any]) -> str:
    """An object as YAML text."""
    return str(yaml.dump(content, Dumper=_WrittenOut, sort_keys=False, width=_YAML_COLUMNS, allow_unicode=True))


def where(manifest: Manifest) -> str:
    """An object's namespace and name."""
    return "/".join(part for part in (manifest.namespace, manifest.name) if part)


def _cluster(cluster: ClusterPolicies, style: Style) -> Iterator[str]:
    yield style.paint(cluster.capabilities.name.removesuffix(".capabilities"), "bold")
    yield f"  enforced by {cluster.capabilities.described()}"
    if not cluster.applied:
        yield "  applied by whoever reads what --out writes (inCluster: gitops)"
    elif cluster.context is not None:
        yield f"  applied by pulumi up, through the context {cluster.context}"
    else:
        yield "  applied by pulumi up"


def _bundle(bundle: BundlePolicies) -> str:
    return f"{bundle.name} ({bundle.file}): {counted(len(bundle.manifests), 'object')}"


def _shortly(intents: tuple[str, ...], layer: str) -> str:
    """The first intent without what stands in the layer's column, and how many more there are."""
    first = intents[0].removeprefix(f"{layer}: ") if intents else ""
    return f"{first}, and {len(intents) - 1} more" if len(intents) > 1 else first


def why(manifest: Manifest) -> str:
    """Why an object is of its kind, and whom it isolates where no intent says so."""
    isolated = f"; {_isolated(manifest)}" if manifest.by_hand else ""
    return f"why {manifest.kind}: {manifest.why}{isolated}"


def _isolated(manifest: Manifest) -> str:
    """Whom a manifest that a person wrote isolates."""
    found = [
        f"{pods(workloads)} in {space or 'every namespace'} for {direction}"
        for space, _, direction, selector in isolations(manifest.kind, manifest.namespace or "", manifest.object)
        for workloads in gained((), [selector])
    ]
    return f"isolates {' and '.join(found)}" if found else "isolates nobody"
