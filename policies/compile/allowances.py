"""From intents to the ends that rules are attached to.

An allow is attached to both ends that are pods of the bundle, so that it holds whoever isolates them. Pods of system
namespaces are never subjects. A deny is attached to one end, which suffices: the target, or else the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from components.facts.policy_features import SYSTEM_NAMESPACES, PolicyFeature
from policies.capabilities import Capabilities
from policies.compile.drafts import Allowance
from policies.intents import DIRECTIONS, Direction, Intent, Meaning
from policies.peers import Address, Name, Pods


def allowances(meaning: Meaning, capabilities: Capabilities) -> Iterator[Allowance]:
    """Every end of every allow."""
    by_cilium = capabilities.http_by() is PolicyFeature.HTTP_BY_CILIUM
    for intent in meaning.intents:
        if intent.deny:
            continue
        for direction in DIRECTIONS:
            for subject in subjects(meaning, intent, direction):
                filters = by_cilium and direction == "ingress"
                yield Allowance(
                    intent,
                    direction,
                    subject,
                    intent.other_end(direction),
                    intent.ports,
                    intent.requests if filters else None,
                )


def denials(meaning: Meaning) -> Iterator[Allowance]:
    """One end of every deny."""
    for intent in meaning.intents:
        if not intent.deny:
            continue
        for direction in DIRECTIONS:
            found = [subject for subject in subjects(meaning, intent, direction) if subject.namespace]
            if found and _is_own(intent.end(direction)):
                yield from (
                    Allowance(intent, direction, subject, intent.other_end(direction), intent.ports)
                    for subject in found
                )
                break


def _is_own(end: object) -> bool:
    return isinstance(end, Pods) and end.namespace is not None and end.namespace not in SYSTEM_NAMESPACES


def subjects(meaning: Meaning, intent: Intent, direction: Direction) -> tuple[Pods, ...]:
    """The pods of one end that a rule can be attached to."""
    end = intent.end(direction)
    if not isinstance(end, Pods):
        return ()
    if end.namespace is not None:
        spared = end.namespace in SYSTEM_NAMESPACES
        # a name that an open pod may reach needs nothing, and a DNS rule for it would filter on older versions
        pointless = isinstance(intent.target, Name) and not meaning.isolates(end, "egress")
        return () if spared or pointless else (end,)
    if end.not_in:
        return (end,)
    return tuple(isolation.pods for isolation in meaning.isolations_within(end, direction))


def is_plain(allowance: Allowance, meaning: Meaning, capabilities: Capabilities) -> bool:
    """Whether a NetworkPolicy says an allowance exactly: isolated pods, without filter, and a peer that it can name."""
    if allowance.requests is not None or allowance.subject.namespace is None:
        return False
    if not meaning.isolates(allowance.subject, allowance.direction):
        return False
    peer = allowance.peer
    if isinstance(peer, Address):
        # whether an ipBlock matches pods is left open by Kubernetes, so none may overlap them (K8)
        own = (*capabilities.pod_ranges, *capabilities.node_ranges)
        return not any(one.version == peer.cidr.version and one.overlaps(peer.cidr) for one in own)
    return isinstance(peer, Pods)


def not_plain_because(allowance: Allowance, meaning: Meaning) -> str:
    """Why an allowance needs more than a NetworkPolicy."""
    if allowance.requests is not None:
        return "a NetworkPolicy cannot filter requests"
    if allowance.intent.deny:
        return "a NetworkPolicy cannot deny"
    if allowance.subject.namespace is None:
        return "it is for more than one namespace"
    if not meaning.isolates(allowance.subject, allowance.direction):
        return f"{allowance.subject} is open for {allowance.direction}, and a NetworkPolicy would isolate it"
    if isinstance(allowance.peer, Address):
        return "whether a NetworkPolicy's CIDR matches pods is not defined, and this one overlaps them"
    return f"a NetworkPolicy cannot name {allowance.peer}"


def merged(found: Iterable[Allowance]) -> list[list[Allowance]]:
    """Allowances in groups that are one rule: the same bundle, subject, direction, peer and ports, filtered or not."""
    groups: dict[object, list[Allowance]] = {}
    for one in found:
        bundle = one.intent.layer.bundle
        key = (bundle, one.subject, one.direction, one.peer, one.ports, one.requests is not None)
        groups.setdefault(key, []).append(one)
    return list(groups.values())
