"""Every lint over the manifests of one cluster, written and compiled alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from components.facts.policy_features import BLOCKED_ISTIO_KINDS
from components.problems import Problem, errors
from components.rules import Rule
from policies.lint.authorization import check_authorization
from policies.lint.cilium_traps import check_traps
from policies.lint.cilium_valid import check_cilium
from policies.lint.declared import check_declared
from policies.lint.fields import check_fields, is_cilium
from policies.lint.istio import check_istio
from policies.lint.mutual_tls import check_mutual_tls
from policies.lint.network_policy import check_network_policy
from policies.lint.reach import World
from policies.lint.source import API_VERSIONS, Context, Source, located
from policies.lint.together import check_together

BLOCKED = Rule(
    "IST-04",
    "Manifests are of kinds that the Istio add-on takes",
    why="The add-on's admission refuses these kinds.",
    fix="Remove the manifest.",
    source="https://learn.microsoft.com/azure/aks/istio-about",
)


def lint(sources: Iterable[Source], context: Context) -> tuple[Problem, ...]:
    """What is wrong with the manifests of a cluster, each problem at its file and line.

    A manifest whose fields are wrong is not looked at further, since most of it would be guesswork. What was compiled
    is sound by itself, and is only looked at together with the others.
    """
    found: list[Problem] = []
    sound: list[Source] = []
    for source in sources:
        if not source.written:
            sound.append(source)
            continue
        found.extend(located(source, _alone(source, context)))
        if source.kind in API_VERSIONS and not errors(check_fields(source)):
            sound.append(source)
    world = World(sound, context)
    for source in sound:
        found.extend(located(source, check_declared(source, world)))
    found.extend(check_mutual_tls(world))
    found.extend(check_together(world))
    found.extend(check_authorization(world))
    return tuple(dict.fromkeys(found))


def _alone(source: Source, context: Context) -> Iterator[Problem]:
    """What is wrong with one manifest by itself."""
    istio = context.capabilities.istio
    if source.kind in BLOCKED_ISTIO_KINDS and istio and istio.addon:
        yield BLOCKED.error(("kind",), f"the Istio add-on refuses {source.kind}; remove the manifest")
        return
    fields = list(check_fields(source))
    yield from fields
    if errors(fields):
        return
    if source.kind == "NetworkPolicy":
        yield from check_network_policy(source, context)
    elif is_cilium(source):
        yield from check_cilium(source, context)
        yield from check_traps(source, context)
    else:
        yield from check_istio(source, context)
