"""NetworkPolicy: isolation of namespaces, and allows for pods that are isolated.

A NetworkPolicy isolates whatever it selects, so each one is complete: it holds everything that a NetworkPolicy can say
for its pods in its directions, its namespace's allows and the plain right to ask DNS among it. Then its landing takes
nothing away that stays allowed, whatever lands before or after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from policies.compile.cilium import selector_mark, selectors_without
from policies.compile.drafts import NETWORK_POLICY, Allowance, Draft, Phase, Spec, owner, texts
from policies.dns import ANY_NAME, DNS_PORTS, RESOLVER
from policies.intents import DIRECTIONS, Direction, DnsRight, Isolation, Meaning
from policies.peers import Address, Peer, Pods
from policies.ports import Ports

NAMESPACE_NAME_LABEL = "kubernetes.io/metadata.name"
_SECTIONS: Mapping[Direction, tuple[str, str, str]] = {
    "ingress": ("Ingress", "ingress", "from"),
    "egress": ("Egress", "egress", "to"),
}
_Rules = dict[Ports, list[Peer]]


def network_policies(meaning: Meaning, plain: Iterable[Allowance]) -> Iterator[Draft]:
    """Every NetworkPolicy of a cluster.

    Args:
        meaning: Who is isolated, and who may ask DNS for any name.
        plain: The allowances that a NetworkPolicy says exactly.
    """
    owned: dict[tuple[Pods, Direction], list[Allowance]] = {}
    for allowance in plain:
        owned.setdefault((allowance.subject, allowance.direction), []).append(allowance)
    isolated = [isolation for isolation in meaning.isolations if isolation.pods.namespace is not None]
    for (subject, direction), own in owned.items():
        whole = any(isolation.pods == subject and direction in isolation.directions for isolation in isolated)
        # what a baseline allows all its pods stands in the policy that isolates them
        beyond = [one for one in own if not (whole and _is_baselines(one))]
        if beyond:
            yield _own_draft(subject, direction, beyond, owned, meaning)
    yield from _remainders(owned, meaning)
    yield from _isolations(isolated, owned, meaning)


def _own_draft(
    subject: Pods,
    direction: Direction,
    own: list[Allowance],
    owned: Mapping[tuple[Pods, Direction], list[Allowance]],
    meaning: Meaning,
) -> Draft:
    """The policy of a workload, or of all pods of a namespace, in one direction."""
    inherited = [one for one in _inherited(subject, direction, owned) if one not in own]
    rights = [right for right in _plain_rights(meaning) if direction == "egress" and _has_right(subject, right)]
    rules = _rules([*own, *inherited], rights)
    layer = owner(one.intent for one in own)
    return Draft(
        NETWORK_POLICY,
        subject.namespace,
        (subject.slug, direction),
        {"podSelector": _pod_selector(subject), **_sections({direction: rules})},
        layer,
        texts([*(one.intent for one in (*own, *inherited)), *rights], layer),
        f"{subject} is isolated for {direction}, and a NetworkPolicy says all of this exactly{_filtered(own)}",
        Phase.WORKLOADS if subject.labels else Phase.REMAINDERS,
        # more particular ones first; of a whole namespace after what leaves some of its pods out
        rank=1 - len(subject.labels),
        path=own[0].intent.path,
    )


def _filtered(allowances: Iterable[Allowance]) -> str:
    """The end of a reason where a NetworkPolicy only opens what something else filters."""
    filters = any(one.intent.filters for one in allowances)
    return "; what may pass is filtered at the target, by another policy" if filters else ""


def _inherited(
    subject: Pods, direction: Direction, owned: Mapping[tuple[Pods, Direction], list[Allowance]]
) -> list[Allowance]:
    """What wider subjects are allowed, hence these pods as well."""
    return [
        allowance
        for (wider, same), found in owned.items()
        if same == direction and wider.covers(subject)
        for allowance in found
    ]


def _is_baselines(allowance: Allowance) -> bool:
    return allowance.intent.layer.kind == "baseline"


def _plain_rights(meaning: Meaning) -> list[DnsRight]:
    return [right for right in meaning.dns if right.names is None and right.pods.namespace is not None]


def _has_right(subject: Pods, right: DnsRight) -> bool:
    """Whether all these pods have a right, and none of them could be left out of it."""
    return right.pods.covers(subject) and not any(one.may_overlap(subject) for one in right.except_)


def _remainders(owned: Mapping[tuple[Pods, Direction], list[Allowance]], meaning: Meaning) -> Iterator[Draft]:
    """The plain right to ask DNS for a namespace's pods without those that have a list of names."""
    for right in _plain_rights(meaning):
        if not right.except_:
            continue
        wide = [
            allowance
            for (pods, direction), found in owned.items()
            if direction == "egress" and pods == right.pods
            for allowance in found
        ]
        rules = _rules(wide, [right])
        selectors = selectors_without(right.pods, right.except_)
        for selector in selectors:
            # of several each is an object of its own: changed in place it would leave pods out before the next has them
            mark = (selector_mark(selector),) if len(selectors) > 1 else ()
            yield Draft(
                NETWORK_POLICY,
                right.pods.namespace,
                ("dns", *mark),
                {"podSelector": selector, **_sections({"egress": rules})},
                right.layer,
                texts([right, *(one.intent for one in wide)], right.layer),
                _left_out_because(right, meaning),
                Phase.REMAINDERS,
                path=right.path,
            )


def _left_out_because(right: DnsRight, meaning: Meaning) -> str:
    """Why some pods are not in a plain right to ask DNS."""
    learned = [one for one in right.except_ if any(own.pods == one and own.names == ANY_NAME for own in meaning.dns)]
    listed = [one for one in right.except_ if one not in learned]
    reasons = [
        *([f"{', '.join(map(str, listed))}: beside a plain allow their list of names would be void"] if listed else []),
        *([f"{', '.join(map(str, learned))}: Cilium must see the answers that they get"] if learned else []),
    ]
    return f"leaves out {'; and '.join(reasons)}"


def _isolations(
    isolated: Iterable[Isolation], owned: Mapping[tuple[Pods, Direction], list[Allowance]], meaning: Meaning
) -> Iterator[Draft]:
    """One policy for each isolated namespace, with what its baseline allows all its pods."""
    spaces: dict[Pods, list[Isolation]] = {}
    for isolation in isolated:
        spaces.setdefault(isolation.pods, []).append(isolation)
    for pods, isolations in spaces.items():
        directions = [one for one in DIRECTIONS if any(one in isolation.directions for isolation in isolations)]
        rights = [right for right in _plain_rights(meaning) if right.pods == pods and not right.except_]
        wide = {
            direction: [one for one in owned.get((pods, direction), []) if _is_baselines(one)]
            for direction in directions
        }
        rules = {
            direction: _rules(wide[direction], rights if direction == "egress" else ()) for direction in directions
        }
        allowed = [one.intent for direction in directions for one in wide[direction]]
        yield Draft(
            NETWORK_POLICY,
            pods.namespace,
            ("isolation",),
            {"podSelector": {}, **_sections(rules)},
            isolations[0].layer,
            texts([*isolations, *(rights if "egress" in directions else ()), *allowed], isolations[0].layer),
            "a NetworkPolicy isolates a namespace exactly",
            Phase.ISOLATION,
            path=isolations[0].path,
        )


def _rules(allowances: Iterable[Allowance], rights: Iterable[DnsRight]) -> _Rules:
    """Peers by the ports that they share."""
    rules: _Rules = {}
    found: list[tuple[Ports, Peer]] = [
        *((DNS_PORTS, RESOLVER) for _ in rights),
        *((one.ports, one.peer) for one in allowances),
    ]
    for ports, peer in found:
        if peer not in rules.setdefault(ports, []):
            rules[ports].append(peer)
    return rules


def _sections(rules: Mapping[Direction, _Rules]) -> Spec:
    """policyTypes, and a section for each direction in which something is allowed."""
    spec: Spec = {"policyTypes": [_SECTIONS[direction][0] for direction in rules]}
    for direction, found in rules.items():
        _, section, key = _SECTIONS[direction]
        if found:
            spec[section] = [{key: [_peer(peer) for peer in peers], **_ports(ports)} for ports, peers in found.items()]
    return spec


def _pod_selector(pods: Pods) -> Spec:
    return {"matchLabels": dict(pods.labels)} if pods.labels else {}


def _peer(peer: Peer) -> Spec:
    if isinstance(peer, Address):
        block: dict[str, Any] = {"cidr": str(peer.cidr)}
        if peer.except_:
            block["except"] = [str(one) for one in peer.except_]
        return {"ipBlock": block}
    assert isinstance(peer, Pods)
    if peer.namespace is None:
        return {"namespaceSelector": {}}
    selected: Spec = {"namespaceSelector": {"matchLabels": {NAMESPACE_NAME_LABEL: peer.namespace}}}
    if peer.labels:
        selected["podSelector"] = _pod_selector(peer)
    return selected


def _ports(ports: Ports) -> Spec:
    if not ports:
        return {}
    return {
        "ports": [
            {"protocol": one.protocol, "port": one.first, **({"endPort": one.last} if one.is_range else {})}
            for one in ports
        ]
    }
