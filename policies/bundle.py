"""A bundle for one cluster: read, check, compile. Pure, but for the files that a library hands in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from components.problems import KeyPath, Problem, errors
from policies.agreement import check_agreement
from policies.capabilities import Capabilities
from policies.compile.compiler import compile_bundle
from policies.intents import Meaning
from policies.manifests import Manifest, finish
from policies.normalise import normalise
from policies.parse import ParsedBundle

Line = Callable[[KeyPath], int]
Read = Callable[[bytes, str], tuple[object, Line, tuple[Problem, ...]]]


@dataclass(frozen=True, slots=True)
class BundlePlan:
    """A bundle for one cluster.

    Attributes:
        bundle: Its name.
        cluster: The cluster's key.
        meaning: What it means; None where the file could not be read.
        manifests: What lands in the cluster, in that order; empty where there are errors.
        problems: Everything found.
    """

    bundle: str
    cluster: str
    meaning: Meaning | None
    manifests: tuple[Manifest, ...]
    problems: tuple[Problem, ...]


def compile_parsed(
    bundle: str, parsed: ParsedBundle, capabilities: Capabilities
) -> tuple[Meaning, tuple[Manifest, ...], tuple[Problem, ...]]:
    """Meaning, manifests and problems of a parsed bundle."""
    meaning, found = normalise(bundle, parsed, capabilities)
    problems = [*parsed.problems, *found, *check_agreement(meaning, capabilities), *capabilities.problems()]
    drafts, refused = compile_bundle(meaning, capabilities)
    problems.extend(refused)
    problems = list(dict.fromkeys(problems))
    return meaning, () if errors(problems) else finish(bundle, drafts), tuple(problems)
