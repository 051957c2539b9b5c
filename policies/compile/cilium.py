"""CiliumNetworkPolicy and its cluster-wide form: allows and denies that never isolate, and isolation of everything.

Every rule but the cluster-wide isolation carries `enableDefaultDeny: false` for both directions, so that it opens or
closes what it names and nothing else, whatever lands first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from components.facts.policy_features import (
    HOST_ENTITY_FOR_LOCAL_DNS,
    LOCAL_DNS_RANGE,
    PORT_ENTRIES,
)
from policies.capabilities import Capabilities
from policies.compile.allowances import not_plain_because
from policies.compile.drafts import (
    CILIUM_POLICY,
    CLUSTERWIDE_POLICY,
    Allowance,
    Draft,
    Phase,
    Spec,
    owner,
    texts,
)
from policies.dns import ANY_NAME, DNS_PORTS, RESOLVER
from policies.intents import DIRECTIONS, Direction, DnsRight, Isolation, Meaning
from policies.names import fingerprint, slug
from policies.peers import Address, ApiServer, Name, Node, Outside, Peer, Pods
from policies.ports import Ports, ports_text
from policies.requests import Requests

NAMESPACE_KEY = "k8s:io.kubernetes.pod.namespace"
NO_ISOLATION = {"ingress": False, "egress": False}
_ENTITIES: dict[type[Peer], tuple[str, ...]] = {
    Outside: ("world",),
    Node: ("host", "remote-node"),
    ApiServer: ("kube-apiserver",),
}
_SPECIAL = re.compile(r"([.+*?()|\[\]{}^$\\])")


def allow_draft(group: list[Allowance], meaning: Meaning) -> Draft:
    """The policy for allowances that are one rule."""
    first = group[0]
    rule = {**_peer(first.peer, first.direction), **_ports(first.ports)}
    if first.requests is not None and isinstance(first.peer, Node):
        # the own node always gets in, unfiltered; named beside a filter it would be filtered, probes and all
        rule["fromEntities"] = ["remote-node"]
    if first.requests is not None:
        requests = dict.fromkeys(one for allowance in group for one in allowance.requests or ())
        rule["toPorts"] = [{**entry, "rules": {"http": _http(requests)}} for entry in rule["toPorts"]]
    return _draft(group, first.direction, [rule], Phase.ALLOWS, not_plain_because(first, meaning))


def deny_draft(group: list[Allowance], meaning: Meaning) -> Draft:
    """The policy for denials that are one rule."""
    first = group[0]
    rule = {**_peer(first.peer, first.direction), **_ports(first.ports)}
    return _draft(group, f"{first.direction}Deny", [rule], Phase.DENIES, not_plain_because(first, meaning))


def _draft(group: list[Allowance], section: str, rules: list[Spec], phase: Phase, why: str) -> Draft:
    first = group[0]
    layer = owner(one.intent for one in group)
    filters = ("http",) if first.requests is not None else ()
    return Draft(
        CILIUM_POLICY if first.subject.namespace else CLUSTERWIDE_POLICY,
        first.subject.namespace,
        (rule_name(first), *filters, first.direction if phase is Phase.ALLOWS else "deny"),
        {
            "endpointSelector": subject_selector(first.subject),
            "enableDefaultDeny": dict(NO_ISOLATION),
            section: rules,
        },
        layer,
        texts([one.intent for one in group], layer),
        why,
        phase,
        path=first.intent.path,
    )


def rule_name(allowance: Allowance) -> str:
    """What a rule is called: from whom to whom, on which ports."""
    ends = (
        (allowance.peer, allowance.subject) if allowance.direction == "ingress" else (allowance.subject, allowance.peer)
    )
    name = f"{ends[0].slug}-to-{ends[1].slug}"
    return f"{name}-{slug(ports_text(allowance.ports))}" if allowance.ports else name


def dns_draft(right: DnsRight) -> Draft:
    """The policy for a right to ask for some names, or for any with the addresses learned."""
    names: Iterable[str] = right.names or ()
    rules = [{"matchPattern" if "*" in name else "matchName": name} for name in names]
    rule = {**_peer(RESOLVER, "egress"), **_ports(DNS_PORTS)}
    rule["toPorts"] = [{**entry, "rules": {"dns": rules}} for entry in rule["toPorts"]]
    learned = right.names == ANY_NAME
    return Draft(
        CILIUM_POLICY if right.pods.namespace else CLUSTERWIDE_POLICY,
        right.pods.namespace,
        (right.pods.slug, "dns"),
        {
            "endpointSelector": subject_selector(right.pods),
            "enableDefaultDeny": dict(NO_ISOLATION),
            "egress": [rule],
        },
        right.layer,
        (str(right),),
        "Cilium must see the answers to know the addresses" if learned else "a NetworkPolicy cannot filter names",
        Phase.ALLOWS,
        path=right.path,
    )


def plain_dns_drafts(right: DnsRight) -> Iterator[Draft]:
    """Policies for a right to ask for any name everywhere; several where pods are left out by several labels."""
    rule = {**_peer(RESOLVER, "egress"), **_ports(DNS_PORTS)}
    for selector in selectors_without(right.pods, right.except_):
        # another selector is another object: changed in place it would leave pods out before the next one has them
        mark = (selector_mark(selector),) if right.except_ else ()
        yield Draft(
            CLUSTERWIDE_POLICY,
            None,
            (right.pods.slug, "dns", *mark),
            {"endpointSelector": selector, "enableDefaultDeny": dict(NO_ISOLATION), "egress": [rule]},
            right.layer,
            (str(right),),
            "it is for more than one namespace",
            Phase.ALLOWS,
            path=right.path,
        )


def local_dns_draft(right: DnsRight, capabilities: Capabilities) -> Draft:
    """The policy that lets pods ask LocalDNS, which listens on their own node."""
    rules = [{"toCIDR": [LOCAL_DNS_RANGE], **_ports(DNS_PORTS)}]
    if capabilities.cilium >= HOST_ENTITY_FOR_LOCAL_DNS:
        rules.append({"toEntities": ["host"], **_ports(DNS_PORTS)})
    return Draft(
        CILIUM_POLICY if right.pods.namespace else CLUSTERWIDE_POLICY,
        right.pods.namespace,
        (right.pods.slug, "local-dns"),
        {"endpointSelector": subject_selector(right.pods), "enableDefaultDeny": dict(NO_ISOLATION), "egress": rules},
        right.layer,
        (str(right),),
        "LocalDNS listens on the node, which a NetworkPolicy cannot name",
        Phase.ALLOWS,
        path=right.path,
    )


def isolation_draft(isolation: Isolation) -> Draft:
    """The policy that isolates every namespace but some: one rule that allows nothing, in each direction."""
    spec: Spec = {
        "endpointSelector": subject_selector(isolation.pods),
        "enableDefaultDeny": {direction: direction in isolation.directions for direction in DIRECTIONS},
    }
    # an empty rule allows nothing; a missing or empty list would isolate nobody (C3)
    spec.update({direction: [{}] for direction in isolation.directions})
    return Draft(
        CLUSTERWIDE_POLICY,
        None,
        ("isolation",),
        spec,
        isolation.layer,
        (str(isolation), f"{isolation.layer.label}: spare {', '.join(isolation.pods.not_in)}"),
        "it is for more than one namespace",
        Phase.ISOLATION,
        path=isolation.path,
    )


def subject_selector(pods: Pods) -> Spec:
    """An endpointSelector: the policy's own namespace is implied, unless it has none."""
    if pods.namespace is not None:
        return {"matchLabels": dict(pods.labels)} if pods.labels else {}
    # Exists keeps out endpoints that are no pods, such as Cilium's health checks
    expressions: list[Spec] = [{"key": NAMESPACE_KEY, "operator": "Exists"}]
    if pods.not_in:
        expressions.append({"key": NAMESPACE_KEY, "operator": "NotIn", "values": list(pods.not_in)})
    return {"matchExpressions": expressions}


def selectors_without(pods: Pods, left_out: Iterable[Pods]) -> list[Spec]:
    """Selectors that together select some pods without others: what carries several labels lacks one of them."""
    choices = [
        [
            *((("namespace", NAMESPACE_KEY, one.namespace),) if one.namespace and pods.namespace is None else ()),
            *((("label", key, value)) for key, value in one.labels),
        ]
        for one in left_out
    ]
    found = []
    for choice in product(*choices):
        selector = subject_selector(pods)
        absent: dict[str, set[str]] = {}
        for _, key, value in choice:
            absent.setdefault(key, set()).add(str(value))
        if absent:
            expressions = selector.setdefault("matchExpressions", [])
            expressions.extend(
                {"key": key, "operator": "NotIn", "values": sorted(values)} for key, values in sorted(absent.items())
            )
        if selector not in found:
            found.append(selector)
    return found


def selector_mark(selector: Spec) -> str:
    """A short mark that tells selectors apart."""
    return fingerprint(json.dumps(selector, sort_keys=True))


def peer_selector(pods: Pods) -> Spec:
    """A selector for pods as a peer, with their namespace; any pod where none is given."""
    if pods.namespace is None:
        return {"matchExpressions": [{"key": NAMESPACE_KEY, "operator": "Exists"}]}
    return {"matchLabels": {NAMESPACE_KEY: pods.namespace, **dict(pods.labels)}}


def _peer(peer: Peer, direction: Direction) -> Spec:
    """The part of a rule that names the other end."""
    word = "from" if direction == "ingress" else "to"
    if isinstance(peer, Pods):
        return {f"{word}Endpoints": [peer_selector(peer)]}
    if isinstance(peer, Name):
        return {"toFQDNs": [{"matchPattern" if "*" in peer.pattern else "matchName": peer.pattern}]}
    if isinstance(peer, Address):
        if not peer.except_:
            return {f"{word}CIDR": [str(peer.cidr)]}
        return {f"{word}CIDRSet": [{"cidr": str(peer.cidr), "except": [str(one) for one in peer.except_]}]}
    return {f"{word}Entities": list(_ENTITIES[type(peer)])}


def _ports(ports: Ports) -> Spec:
    """The part of a rule that names ports: entries of at most as many as Cilium takes."""
    if not ports:
        return {}
    listed: list[dict[str, Any]] = []
    for one in ports:
        port: dict[str, Any] = {"port": str(one.first), "protocol": one.protocol}
        if one.is_range:
            port["endPort"] = one.last
        listed.append(port)
    return {
        "toPorts": [{"ports": listed[start : start + PORT_ENTRIES]} for start in range(0, len(listed), PORT_ENTRIES)]
    }


def _http(requests: Iterable[Requests]) -> list[Spec]:
    """Rules for requests: every field is a regular expression that must match the whole text."""
    rules: list[Spec] = []
    for one in requests:
        common: Spec = {}
        if one.path is not None:
            common["path"] = path_expression(one)
        if one.host is not None:
            common["host"] = host_expression(one.host)
        if one.headers:
            common["headers"] = [f"{name}: {value}" for name, value in one.headers]
        rules.extend({"method": method, **common} if method else common for method in one.methods or ("",))
    return rules


def path_expression(requests: Requests) -> str:
    """A path as Cilium compares it: with the query, which the expression therefore admits."""
    if requests.below is not None:
        return f"{_escaped(requests.below)}.*"
    return rf"{_escaped(requests.path or '')}(\?.*)?"


def host_expression(host: str) -> str:
    """A host as Cilium compares it: in any case, with or without a port."""
    return rf"(?i){_escaped(host)}(:[0-9]+)?"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
