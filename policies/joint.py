"""All bundles of a cluster as one: what they mean together, and the manifests for that.

Engines see one union of everything that is applied, so meaning and manifests are of the cluster, whatever the number
of files. What a bundle names is its own: workloads, namespaces and tenants. Isolation, sidecars, spared namespaces,
service accounts and who may ask DNS for what hold for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from components.facts.policy_features import PolicyFeature
from components.problems import Problem, errors
from policies.agreement import HTTP_OPEN, RESTRICTS_NOTHING, check_agreement
from policies.capabilities import ENFORCEABLE, Capabilities
from policies.compile.compiler import compile_meaning
from policies.compile.drafts import Draft
from policies.dns import dns_rights
from policies.intents import Meaning, bundle_path, in_bundle
from policies.manifests import Manifest, finish
from policies.normalise import normalise
from policies.parse import ParsedBundle
from policies.peers import Peer, Pods
from policies.resolve import SAME_PODS

_ISOLATION_UNKNOWN = (HTTP_OPEN.id, RESTRICTS_NOTHING.id)
"""What cannot be said as long as a baseline may be missing."""


@dataclass(frozen=True, slots=True)
class Joint:
    """What some bundles are together on a cluster.

    Attributes:
        meaning: What they mean together.
        parts: What each says, without what only all together mean.
        manifests: What lands in the cluster, by bundle; none at all where something is wrong.
        problems: Everything found, by bundle, at paths in its file.
    """

    meaning: Meaning
    parts: dict[str, Meaning]
    manifests: dict[str, tuple[Manifest, ...]]
    problems: dict[str, tuple[Problem, ...]]


def compile_together(bundles: Mapping[str, ParsedBundle], capabilities: Capabilities, *, whole: bool = True) -> Joint:
    """Meaning, manifests and problems of all bundles of a cluster, without their raw layers.

    Args:
        bundles: What their files said, by name.
        capabilities: What the cluster can enforce.
        whole: Whether these are all; False where one could not be read.
    """
    problems: dict[str, list[Problem]] = {}
    parts: dict[str, Meaning] = {}
    for name, parsed in bundles.items():
        beside = [other for each, other in bundles.items() if each != name]
        parts[name], found = normalise(name, parsed, capabilities, beside)
        problems[name] = [*parsed.problems, *found]
    meaning, contradictions = join(tuple(parts.values()), capabilities)
    drafts, refused = compile_meaning(meaning, capabilities)
    whole = whole and not any(path[:1] in ((), ("layers",)) for one in bundles.values() for path in one.skipped)
    for problem in (*contradictions, *check_agreement(meaning, capabilities), *refused):
        bundle, path = in_bundle(problem.path)
        if bundle is not None and (whole or problem.rule not in _ISOLATION_UNKNOWN):
            problems[bundle].append(replace(problem, path=path))
    found_by_bundle = {name: tuple(dict.fromkeys(_without_bundle(found))) for name, found in problems.items()}
    wrong = errors([*capabilities.problems(), *(one for found in found_by_bundle.values() for one in found)])
    return Joint(meaning, parts, {} if wrong else _finished(drafts, bundles), found_by_bundle)


def join(parts: Sequence[Meaning], capabilities: Capabilities) -> tuple[Meaning, tuple[Problem, ...]]:
    """What bundles mean together, and what of it contradicts.

    Args:
        parts: What each says; in order, as the first to speak of something gives it its names.
        capabilities: What the cluster can enforce.
    """
    accounts, problems = _accounts(parts)
    meaning = Meaning(
        tuple(name for part in parts for name in part.bundles),
        layers=tuple(one for part in parts for one in part.layers),
        namespaces={name: one for part in reversed(parts) for name, one in part.namespaces.items()},
        managed=tuple(one for part in parts for one in part.managed),
        workloads={name: one for part in reversed(parts) for name, one in part.workloads.items()},
        isolations=tuple(one for part in parts for one in part.isolations),
        intents=tuple(
            replace(one, source=_known(one.source, accounts), target=_known(one.target, accounts))
            for part in parts
            for one in part.intents
        ),
        mtls=tuple(one for part in parts for one in part.mtls),
        spared=tuple(dict.fromkeys(name for part in parts for name in part.spared)),
        meshed=frozenset(name for part in parts for name in part.meshed),
        raw=tuple(one for part in parts for one in part.raw),
        local_dns=capabilities.local_dns,
    )
    rights, contradictions = dns_rights(meaning)
    meaning = replace(meaning, dns=rights)
    return meaning, (*problems, *contradictions, *_unenforceable(meaning, capabilities))


def _accounts(parts: Sequence[Meaning]) -> tuple[dict[Pods, str], list[Problem]]:
    """The service accounts of pods, whichever bundle knows them, and pods of which two bundles say different ones."""
    found: dict[Pods, tuple[str, str]] = {}
    problems = []
    for part in parts:
        for name, pods in part.workloads.items():
            if pods.account is None:
                continue
            account, bundle = found.setdefault(pods, (pods.account, part.bundles[0]))
            if account != pods.account and bundle != part.bundles[0]:
                message = (
                    f"has serviceAccount {pods.account} here and {account} in bundle {bundle}, for the same pods;"
                    " give both the same"
                )
                path = bundle_path(part.bundles[0], "workloads", name, "serviceAccount")
                problems.append(SAME_PODS.error(path, message))
    return {pods: account for pods, (account, _) in found.items()}, problems


def _known(peer: Peer, accounts: Mapping[Pods, str]) -> Peer:
    """A peer with the service account that some bundle gives its pods."""
    if isinstance(peer, Pods) and peer.account is None and peer in accounts:
        return replace(peer, account=accounts[peer])
    return peer


def _unenforceable(meaning: Meaning, capabilities: Capabilities) -> Iterator[Problem]:
    """Rights to ask DNS for some names, where the cluster cannot filter names."""
    lacking = capabilities.lacks(PolicyFeature.DNS_NAMES)
    for right in meaning.dns:
        if right.names is not None and lacking is not None:
            message = f"{PolicyFeature.DNS_NAMES.value} cannot be enforced: {lacking}"
            yield ENFORCEABLE.error(right.path, message)


def _without_bundle(problems: Iterable[Problem]) -> Iterator[Problem]:
    return (replace(one, path=in_bundle(one.path)[1]) for one in problems)


def _finished(drafts: Iterable[Draft], bundles: Iterable[str]) -> dict[str, tuple[Manifest, ...]]:
    """Manifests by the bundle that they belong to."""
    owned: dict[str, list[Draft]] = {name: [] for name in bundles}
    for draft in drafts:
        owned[draft.layer.bundle].append(draft)
    return {name: finish(name, found) for name, found in owned.items()}
