"""The policies of a stack: bundles planned for each cluster, and what only the whole stack shows about them.

Imported only for stacks that have policies: compilers and lints take longer to import than a small stack to check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components.problems import KeyPath, Problem
from components.rules import Rule
from policies.attachment import ClusterPoliciesConfig, stated_capabilities
from policies.bundle import Reading
from policies.capabilities import Capabilities
from policies.cluster import PolicyPlan, plan_policies
from policies.compile.surroundings import REVISION_LABEL
from policies.library import DirectoryLibrary, Library
from policies.manifests import Manifest
from policies.resolve import unknown
from stacks.capabilities import capabilities_of
from stacks.checks.net import UNKNOWN_REFERENCE
from stacks.view import ClusterView, StackView
from stacks.wording import problems_of
from stacks.yaml_document import read

BUNDLES = Path("policies", "bundles")
"""Where a project has its bundles."""
PROJECT_FILE = "Pulumi.yaml"

ONE_CLUSTER = Rule(
    "BND-24",
    "A cluster is made here or exists already, and its entry is there for something",
    why="Policies would go to one of the two clusters, and it would not be said to which. An existing cluster gets"
    " nothing but policies.",
    fix="Give one of the two another key; attach bundles under cilia:policies, or remove the entry.",
    source="docs/policies.md",
)
ONE_NAME = Rule(
    "BND-25",
    "Cluster and bundle together make a name that no other two make",
    why="Pulumi tells resources apart by <cluster>-<bundle>, and refuses a name that comes twice.",
    fix="Rename the bundle, or the cluster if it does not exist yet.",
    source="docs/policies.md",
)
ONE_MESH = Rule(
    "BND-26",
    "Bundles know which of their namespaces have sidecars",
    why="A bundle means its policies for pods with sidecars, or without; istio.injection alone would add them unseen.",
    fix="Set `mesh: true` on the namespace in the bundle, or remove it from istio.injection.",
    source="docs/policies.md",
)


@dataclass(frozen=True, slots=True)
class BundlePolicies:
    """A bundle in a cluster.

    Attributes:
        name: The bundle.
        file: Its file, as people would type it.
        manifests: What lands in the cluster, in the order in which it may.
    """

    name: str
    file: str
    manifests: tuple[Manifest, ...]


@dataclass(frozen=True, slots=True)
class ClusterPolicies:
    """All bundles of a cluster.

    Attributes:
        cluster: Its key.
        bundles: Its bundles, in the stack's order.
        applied: Whether this program writes them to the cluster; else it only prints them.
        context: The kubeconfig's context that reaches it, where it exists already.
        protect: Whether Pulumi refuses to delete namespaces that bundles make.
        capabilities: What it can enforce.
    """

    cluster: str
    bundles: tuple[BundlePolicies, ...]
    applied: bool
    context: str | None
    protect: bool
    capabilities: Capabilities

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every object, bundle by bundle."""
        return tuple(manifest for bundle in self.bundles for manifest in bundle.manifests)

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces that bundles make, labels and all."""
        return frozenset(manifest.name for manifest in self.manifests if manifest.kind == "Namespace")


def library_of(file: Path) -> Library:
    """The bundles of the project that a stack file lies in; those that come with this program where it has none."""
    for directory in file.absolute().parents:
        if (directory / PROJECT_FILE).is_file():
            bundles = directory / BUNDLES
            return DirectoryLibrary(bundles, _as_typed(bundles)) if bundles.is_dir() else DirectoryLibrary()
    return DirectoryLibrary()


def _as_typed(path: Path) -> str:
    """A path relative to where people are, if it is below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def plan_all(view: StackView, library: Library) -> tuple[dict[str, ClusterPolicies], list[Problem]]:
    """The policies of every cluster that has some and parsed, and everything that is wrong with them."""
    reading = Reading(read, problems_of, library)
    problems = list(_references(view))
    found: dict[str, ClusterPolicies] = {}
    for key, config in view.config.policies.items():
        capabilities = _capabilities(view, key, config)
        if isinstance(capabilities, Problem):
            problems.append(capabilities)
        elif capabilities is not None:
            plan = plan_policies(key, config, capabilities, reading)
            problems.extend((*plan.problems, *_unseen_sidecars(view, plan)))
            found[key] = _attached(view, plan, capabilities)
    return found, problems


def _cluster(view: StackView, key: str) -> ClusterView | None:
    config = view.config.clusters.get(key)
    return ClusterView(view, key, config) if config else None


def _capabilities(view: StackView, key: str, config: ClusterPoliciesConfig) -> Capabilities | Problem | None:
    """What a cluster can enforce; None for a cluster that did not parse or is not there."""
    cluster, existing = _cluster(view, key), view.config.existing_clusters.get(key)
    if cluster is not None:
        return capabilities_of(cluster, config.http)
    return stated_capabilities(key, existing, config.http) if existing else None


def _attached(view: StackView, plan: PolicyPlan, capabilities: Capabilities) -> ClusterPolicies:
    cluster, existing = _cluster(view, plan.cluster), view.config.existing_clusters.get(plan.cluster)
    protect = cluster.config.protect if cluster else None
    in_cluster = cluster.config.in_cluster if cluster else existing.in_cluster if existing else "gitops"
    return ClusterPolicies(
        plan.cluster,
        tuple(BundlePolicies(one.bundle, one.file, one.manifests) for one in plan.bundles),
        applied=in_cluster == "apply",
        context=existing.context if existing and not cluster else None,
        protect=view.protect if protect is None else protect,
        capabilities=capabilities,
    )


def _references(view: StackView) -> Iterator[Problem]:
    """CFG-06, BND-24, BND-25: which clusters policies go to."""
    config = view.config
    clusters = {*config.clusters, *_skipped_keys(view, "cilia:clusters")}
    existing = {*config.existing_clusters, *_skipped_keys(view, "cilia:existingClusters")}
    whole = {path[0] for path in view.skipped if len(path) == 1}
    for key in config.policies:
        if key not in clusters | existing and not whole & {"cilia:clusters", "cilia:existingClusters"}:
            message = unknown("cluster", key, sorted(clusters | existing))
            yield UNKNOWN_REFERENCE.error(("cilia:policies", key), message)
    for key in sorted(existing):
        path: KeyPath = ("cilia:existingClusters", key)
        if key in clusters:
            yield ONE_CLUSTER.error(path, f"clusters.{key} is made by this stack; give one of the two another key")
        elif (
            key in config.existing_clusters and key not in config.policies and not _skipped_keys(view, "cilia:policies")
        ):
            message = f"no policies are attached to {key}, so that it gets nothing; attach some, or remove it"
            yield ONE_CLUSTER.warning(path, message)
    yield from _names(view)


def _skipped_keys(view: StackView, section: str) -> set[str]:
    """The keys of a section's entries of which a part did not parse."""
    return {str(path[1]) for path in view.skipped if path[0] == section and len(path) > 1}


def _names(view: StackView) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for key, config in view.config.policies.items():
        for index, bundle in enumerate(config.bundles):
            first = seen.setdefault(f"{key}-{bundle.name}", key)
            if first != key:
                message = f"{key}-{bundle.name} is the name of a bundle of {first} too; rename the bundle"
                yield ONE_NAME.error(("cilia:policies", key, "bundles", index, "name"), message)


def _unseen_sidecars(view: StackView, plan: PolicyPlan) -> Iterator[Problem]:
    """BND-26."""
    cluster = _cluster(view, plan.cluster)
    if cluster is None or cluster.config.istio is None:
        return
    for manifest in plan.manifests:
        labels = manifest.object["metadata"].get("labels") or {}
        unseen = manifest.kind == "Namespace" and REVISION_LABEL not in labels
        if unseen and manifest.name in cluster.config.istio.injection:
            message = f"bundle {manifest.bundle} makes {manifest.name} without mesh: true; set it there, or remove this"
            yield ONE_MESH.error((*cluster.path, "istio", "injection", manifest.name), message)
