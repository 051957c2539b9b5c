"""All bundles of one cluster: read one by one, compiled together, then looked at beside what is written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from components.problems import KeyPath, Problem
from components.rules import Rule
from policies.attachment import ClusterPoliciesConfig
from policies.bundle import BundleFile, BundlePlan, Reading, plan_bundle, read_bundle
from policies.capabilities import Capabilities
from policies.intents import Meaning
from policies.joint import compile_together
from policies.lint.lints import lint
from policies.lint.source import Context
from policies.manifests import Manifest

ValueT = TypeVar("ValueT")

TWICE = Rule(
    "BND-23",
    "A bundle is attached to a cluster once, and no two bundles write the same object",
    why="The second would overwrite the first.",
    fix="Remove one of the two.",
    source="docs/policies.md",
)


@dataclass(frozen=True, slots=True)
class PolicyPlan:
    """The policies of one cluster.

    Attributes:
        cluster: The cluster's key.
        bundles: Its bundles, in the stack's order.
        meaning: What they mean together.
        problems: Everything found, with file and line where that is not the stack file.
    """

    cluster: str
    bundles: tuple[BundlePlan, ...]
    meaning: Meaning
    problems: tuple[Problem, ...]

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every object, bundle by bundle, in the order in which they may land."""
        return tuple(manifest for bundle in self.bundles for manifest in bundle.manifests)


def plan_policies(
    cluster: str, config: ClusterPoliciesConfig, capabilities: Capabilities, reading: Reading
) -> PolicyPlan:
    """The policies that a stack attaches to a cluster, and everything that is wrong with them.

    Args:
        cluster: The cluster's key.
        config: Its entry under `cilia:policies`.
        capabilities: What it can enforce.
        reading: How and where files are read.
    """
    path: KeyPath = ("cilia:policies", cluster, "bundles")
    problems: list[Problem] = []
    files: dict[str, BundleFile] = {}
    for index, reference in enumerate(config.bundles):
        if reference.name in files:
            message = f"{reference.name!r} is attached twice; remove one of the two"
            problems.append(TWICE.error((*path, index, "name"), message))
            continue
        files[reference.name] = read_bundle(reference, (*path, index), reading)
    parsed = {name: file.parsed for name, file in files.items() if file.parsed is not None}
    joint = compile_together(parsed, capabilities, whole=len(parsed) == len(files))
    found = tuple(plan_bundle(file, joint, reading) for file in files.values())
    problems.extend(problem for plan in found for problem in plan.problems)
    problems.extend(capabilities.problems())
    problems.extend(_same_objects(found, files))
    sources = [source for plan in found for source in plan.sources]
    # what is compiled means what its intents do, and they agree with each other
    if any(source.written for source in sources):
        problems.extend(lint(sources, _context(found, capabilities)))
    return PolicyPlan(cluster, found, joint.meaning, tuple(dict.fromkeys(problems)))


def _context(plans: tuple[BundlePlan, ...], capabilities: Capabilities) -> Context:
    return Context(
        capabilities,
        tuple(plan.meaning for plan in plans if plan.meaning),
        frozenset(name for plan in plans for name in plan.host_network),
        _merged([plan.ports for plan in plans]),
        _merged([plan.http_ports for plan in plans]),
    )


def _merged(found: list[dict[str, ValueT]]) -> dict[str, ValueT]:
    return {name: value for one in found for name, value in one.items()}


def _same_objects(plans: tuple[BundlePlan, ...], files: Mapping[str, BundleFile]) -> list[Problem]:
    seen: dict[str, Manifest] = {}
    problems = []
    for manifest in (manifest for plan in plans for manifest in plan.manifests):
        first = seen.setdefault(manifest.key, manifest)
        if first is not manifest:
            message = (
                f"{first.bundle} ({first.layer}) and {manifest.bundle} ({manifest.layer}) both make {manifest.kind}"
                f" {manifest.name}; remove one of the two"
            )
            file = files[manifest.bundle]
            line = file.line(manifest.path)
            problems.append(replace(TWICE.error(manifest.path, message), file=file.file, line=line))
    return problems
