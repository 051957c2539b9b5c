"""Who may ask the cluster's DNS for which names.

Pods either may ask for any name, or have a list. The two are alternatives: beside an allow without names the list would
be void (F3). So pods with a list are left out of everybody else's right.

The cases, by the `dns` of the baseline that isolates a pod:
    auto   pods whose way outside is by name only: their names and the cluster's; everybody else: any name
    any    any name; for pods with egress by name through the DNS proxy, which must learn the addresses (F2)
    names  the names that a pod's egress names, and the cluster's
    none   the names that a pod's egress names, nothing else
Pods that are not isolated may ask for anything.
"""

from __future__ import annotations

from ipaddress import IPv4Network

from components.facts.policy_features import (
    AZURE_SEARCH_DOMAIN,
    CLUSTER_DOMAIN,
    CLUSTER_NAME_LABELS,
    DNS_LABELS,
    DNS_NAMESPACE,
    DNS_PORT,
    LOCAL_DNS_RANGE,
    NAME_CHARACTERS,
)
from components.problems import Problem
from components.rules import Rule
from policies.intents import DnsRight, Intent, Isolation, Meaning
from policies.peers import Address, Name, Outside, Pods
from policies.ports import PortRange, ports_overlap

ONE_RIGHT = Rule(
    "BND-15",
    "What pods may ask DNS for is said once",
    why="Of two baselines for the same pods the wider one would win silently.",
    fix="Give both baselines the same `dns`, or isolate each namespace in one of them.",
    source="docs/policies.md",
)
VOID_FILTER = Rule(
    "LINT-04",
    "No plain allow to the DNS port stands beside a filter of DNS names",
    why=(
        "An allow of the same port and protocol that includes the resolver voids the filter: every name is answered"
        " (F3)."
    ),
    fix="Remove the plain allow, or set `dns: any`.",
    source="cilium pkg/policy/l4.go",
)

ANY_NAME = ("*",)
RESOLVER = Pods(DNS_NAMESPACE, tuple(DNS_LABELS.items()), workload="kube-dns")
LOCAL_DNS = IPv4Network(LOCAL_DNS_RANGE)
DNS_PORTS = (PortRange("TCP", DNS_PORT, DNS_PORT), PortRange("UDP", DNS_PORT, DNS_PORT))
CLUSTER_NAMES = tuple(".".join(["*"] * depth + [CLUSTER_DOMAIN]) for depth in range(1, CLUSTER_NAME_LABELS + 1))
"""Every name of the cluster, and every name with one of the cluster's search domains behind it."""


def dns_rights(meaning: Meaning) -> tuple[tuple[DnsRight, ...], tuple[Problem, ...]]:
    """Everybody's right, and what contradicts.

    Args:
        meaning: All isolations and intents of a cluster.
    """
    scopes = [isolation for isolation in meaning.isolations if "egress" in isolation.directions]
    problems = [*_contradictions(scopes)]
    rights: list[DnsRight] = []
    for scope in scopes:
        rights.extend(_rights_within(scope, scope.dns, meaning))
    rights = list(dict.fromkeys(rights))
    problems.extend(_voided(meaning, rights))
    return tuple(rights), tuple(problems)


def own_names(meaning: Meaning, pods: Pods) -> tuple[str, ...]:
    """The names that these pods may reach by name."""
    return tuple(sorted({name.pattern for source, name, _ in _by_name(meaning) if source.covers(pods)}))


def _by_name(meaning: Meaning) -> list[tuple[Pods, Name, Intent]]:
    return [
        (intent.source, intent.target, intent)
        for intent in meaning.intents
        if isinstance(intent.target, Name) and isinstance(intent.source, Pods)
    ]


def _rights_within(scope: Isolation, mode: str, meaning: Meaning) -> list[DnsRight]:
    """The rights of the pods of one isolation."""
    named: dict[Pods, Intent] = {}
    for source, _, intent in _by_name(meaning):
        if scope.pods.covers(source):
            named.setdefault(source, intent)
        elif source.covers(scope.pods):
            named.setdefault(scope.pods, intent)
    rights = [
        DnsRight(intent.layer, intent.path, pods, names=_names(pods, mode, meaning)) for pods, intent in named.items()
    ]
    path = (*scope.layer.path, "baseline", "dns")
    if mode == "names":
        rights.append(DnsRight(scope.layer, path, scope.pods, names=CLUSTER_NAMES))
    elif mode != "none" and scope.pods not in named:
        rights.append(DnsRight(scope.layer, path, scope.pods, except_=tuple(named)))
    return rights


def _names(pods: Pods, mode: str, meaning: Meaning) -> tuple[str, ...]:
    """The names that pods with egress by name may ask for."""
    if mode == "any" or (mode == "auto" and reaches_addresses(pods, meaning)):
        return ANY_NAME
    own = own_names(meaning, pods)
    searched = (f"{name}.{AZURE_SEARCH_DOMAIN}" for name in own)
    names = (*own, *(name for name in searched if len(name) <= NAME_CHARACTERS))
    return names if mode == "none" else (*names, *CLUSTER_NAMES)


def reaches_addresses(pods: Pods, meaning: Meaning) -> tuple[Address | Outside, ...]:
    """The addresses outside that some pods among these may reach, for which they may need other names."""
    return tuple(
        intent.target
        for intent in meaning.intents
        if isinstance(intent.target, Address | Outside)
        and not intent.deny
        and isinstance(intent.source, Pods)
        and intent.source.may_overlap(pods)
    )


def _contradictions(scopes: list[Isolation]) -> list[Problem]:
    found = []
    for index, scope in enumerate(scopes):
        for earlier in scopes[:index]:
            if earlier.dns != scope.dns and earlier.pods.may_overlap(scope.pods):
                message = (
                    f"{scope.pods} has dns: {scope.dns} here and dns: {earlier.dns} in"
                    f" {earlier.layer.seen_from(scope.layer)}; give both the same"
                )
                found.append(ONE_RIGHT.error(scope.path, message))
    return found


def _voided(meaning: Meaning, rights: list[DnsRight]) -> list[Problem]:
    """Plain allows to the resolver's DNS port for pods whose names are filtered."""
    filtered = [right for right in rights if right.names not in (None, ANY_NAME)]
    found = []
    for intent in meaning.intents:
        if intent.deny or not isinstance(intent.target, Pods) or not isinstance(intent.source, Pods):
            continue
        if not intent.target.may_overlap(RESOLVER) or not ports_overlap(intent.ports, DNS_PORTS):
            continue
        for right in filtered:
            if right.pods.may_overlap(intent.source):
                message = (
                    f"{intent.source} -> {intent.target} opens DNS for every name, though {right.pods} may only ask"
                    " for some; narrow its ports"
                )
                found.append(VOID_FILTER.error(intent.path, message))
                break
    return found
