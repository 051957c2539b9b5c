"""NetworkPolicy: what the API server refuses beyond types, and what means something else than it looks like."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from components.facts.policy_features import NEGATIVE_NAMESPACES_ARE_PODS_ONLY, POLICY_FEATURES, PolicyFeature
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import shown
from policies.agreement import CIDR_OF_PODS
from policies.lint.labels import check_selector
from policies.lint.source import Context, Object, Source, items, mapping, texts
from policies.peers import Network, lies_in, not_a_part
from policies.resolve import SCTP

REFUSED = Rule(
    "POL-46",
    "A NetworkPolicy is one that the API server takes",
    why="The API server refuses it at apply.",
    fix="Write it as the message says.",
    source="kubernetes pkg/apis/networking/validation/validation.go",
)
ALLOW_ALL = Rule(
    "LINT-02",
    "An empty rule that allows everything says that it is meant",
    why=(
        "In a NetworkPolicy and in an AuthorizationPolicy `[{}]` allows everything, in Cilium's policies nothing"
        " (POL-11)."
    ),
    fix="Name peers and ports; or state it with the annotation cilia/means: allow-all.",
    source=(
        "https://kubernetes.io/docs/concepts/services-networking/network-policies; istio pilot/pkg/security/authz/model"
    ),
)
TYPES = Rule(
    "LINT-19",
    "policyTypes names every direction that has rules",
    why=(
        "By the specification a section without its type has no effect; Cilium enforces it all the same (cilium#48703)."
    ),
    fix="Name the direction in policyTypes, or remove the section.",
    source="https://github.com/cilium/cilium/issues/48703",
)
NEGATIVE = Rule(
    "LINT-21",
    "A namespace selector says at least one thing that must be there",
    why="Before Cilium 1.19 a selector with only NotIn or DoesNotExist also selects the world and the nodes (K9, C5).",
    fix="Add {key: kubernetes.io/metadata.name, operator: Exists}, or name the namespaces.",
    source="cilium PR #46996",
)
PORT_RANGE = Rule(
    "POL-07",
    "Port ranges are numbers in order, on a Cilium that has them",
    why="Cilium takes a range that ends before it begins for its first port, and nobody refuses it (C8).",
    fix="Write numbers, the smaller as port; upgrade to Cilium 1.17.",
    source="https://learn.microsoft.com/azure/aks/migrate-from-npm-to-cilium-network-policy; cilium pkg/policy/api",
)
NAMED_PORT = Rule(
    "POL-06",
    "Ports are numbers",
    why="Named ports at egress are not reliably resolved by Cilium (cilium#30003).",
    fix="Write the number that the containers listen on.",
    source="https://github.com/cilium/cilium/issues/30003",
)

_DIRECTIONS = (("ingress", "from", "Ingress"), ("egress", "to", "Egress"))


def check_network_policy(source: Source, context: Context) -> Iterator[Problem]:
    """Everything about one NetworkPolicy by itself."""
    spec = mapping(source.object.get("spec"))
    yield from check_selector(mapping(spec.get("podSelector")), ("spec", "podSelector"))
    yield from _types(spec)
    for direction, key, _ in _DIRECTIONS:
        for path, rule in items(spec.get(direction), ("spec", direction)):
            if not isinstance(rule, dict):
                continue
            if not rule.get(key) and not rule.get("ports") and not source.means("allow-all"):
                message = (
                    f"an empty rule allows all {direction}; name peers or ports, or annotate cilia/means: allow-all"
                )
                yield ALLOW_ALL.error(path, message)
            else:
                yield from _empty_lists(source, rule, key, path)
            for where, peer in items(rule.get(key), (*path, key)):
                yield from _peer(mapping(peer), where, context)
            for where, port in items(rule.get("ports"), (*path, "ports")):
                yield from _port(mapping(port), where, context)


def _empty_lists(source: Source, rule: Object, key: str, path: KeyPath) -> Iterator[Problem]:
    """Lists that are written and empty, which Kubernetes takes for everything (K5)."""
    if source.means("allow-all"):
        return
    if rule.get(key) == []:
        message = f"{key} is empty and means anybody; name peers, or annotate cilia/means: allow-all"
        yield ALLOW_ALL.error((*path, key), message)
    if rule.get("ports") == []:
        yield ALLOW_ALL.warning((*path, "ports"), "ports is empty and means every port; name ports, or remove it")


def _types(spec: Object) -> Iterator[Problem]:
    types = texts(spec.get("policyTypes"))
    if len(set(types)) != len(types):
        yield REFUSED.error(("spec", "policyTypes"), "a type is listed twice; remove one of the two")
    for direction, _, name in _DIRECTIONS:
        if types and name not in types and direction in spec:
            what = "rules" if spec[direction] else "an empty list"
            message = f"{direction} has {what}, but policyTypes lacks {name}; add it, or remove {direction}"
            yield TYPES.error(("spec", direction), message)
    if not types and spec.get("egress") == []:
        message = "egress is empty and policyTypes does not say Egress, so that it has no effect; add policyTypes"
        yield TYPES.error(("spec", "egress"), message)


def _peer(peer: Object, path: KeyPath, context: Context) -> Iterator[Problem]:
    if not peer:
        yield REFUSED.error(path, "an empty peer is refused; write {namespaceSelector: {}} for any pod, or remove it")
    if "ipBlock" in peer:
        if len(peer) > 1:
            message = "ipBlock stands beside a selector, which is refused; write two peers"
            yield REFUSED.error(path, message)
        yield from _block(mapping(peer["ipBlock"]), (*path, "ipBlock"), context)
    for key in ("podSelector", "namespaceSelector"):
        yield from check_selector(mapping(peer.get(key)), (*path, key))
    yield from _negative(mapping(peer.get("namespaceSelector")), (*path, "namespaceSelector"), peer, context)


def _negative(selector: Object, path: KeyPath, peer: Object, context: Context) -> Iterator[Problem]:
    operators = {mapping(one).get("operator") for _, one in items(selector.get("matchExpressions"), path)}
    positive = (
        selector.get("matchLabels")
        or operators & {"In", "Exists"}
        or mapping(peer.get("podSelector")).get("matchLabels")
    )
    if operators and not positive and context.capabilities.cilium < NEGATIVE_NAMESPACES_ARE_PODS_ONLY:
        message = (
            f"on Cilium {context.capabilities.cilium_text} this selects the world and the nodes too; add {{key:"
            " kubernetes.io/metadata.name, operator: Exists}"
        )
        yield NEGATIVE.error(path, message)


def _block(block: Object, path: KeyPath, context: Context) -> Iterator[Problem]:
    cidr = parsed_range(block.get("cidr"))
    if cidr is None:
        yield REFUSED.error(
            (*path, "cidr"), f"{shown(block.get('cidr'))} is not an address range; write one such as 10.0.0.0/16"
        )
        return
    for where, text in items(block.get("except"), (*path, "except")):
        inner = parsed_range(text)
        if inner is None or inner == cidr or not lies_in(inner, cidr):
            yield REFUSED.error(where, not_a_part(f"except {shown(text)}", inner, cidr))
    excepted = [one for text in texts(block.get("except")) if (one := parsed_range(text))]
    yield from range_problems(cidr, excepted, (*path, "cidr"), context)


def range_problems(cidr: Network, excepted: list[Network], path: KeyPath, context: Context) -> Iterator[Problem]:
    """What of the cluster's own addresses a range seems to name though it never matches them."""
    capabilities = context.capabilities
    own = (
        *((one, "pods") for one in capabilities.pod_ranges),
        *((one, "nodes") for one in capabilities.node_ranges if not capabilities.cidrs_match_nodes),
        *((one, "Services") for one in capabilities.service_ranges),
    )
    met = [
        (network, what)
        for network, what in own
        if network.version == cidr.version and network.overlaps(cidr)
        if not any(lies_in(network, one) for one in excepted)
    ]
    inside = next(((network, what) for network, what in met if lies_in(cidr, network)), None)
    if inside:
        network, what = inside
        instead = "nodes by entity" if what == "nodes" else "pods by labels"
        message = f"{cidr} lies in the range of {what} {network}, which a CIDR never matches"
        yield CIDR_OF_PODS.error(path, f"{message}; select {instead}, or add except")
    elif met:
        listed = " and ".join(f"of {what} {network}" for network, what in met)
        by = " and ".join(dict.fromkeys("nodes by entity" if what == "nodes" else "pods by labels" for _, what in met))
        message = f"{cidr} includes the range{'s' if len(met) > 1 else ''} {listed}, which a CIDR never matches"
        yield CIDR_OF_PODS.warning(path, f"{message}; select {by}, or add except")
    if not own and cidr.prefixlen == 0:
        yield CIDR_OF_PODS.warning(
            path, f"{cidr} never matches pods or nodes; select them by labels or entity if they are meant"
        )


def parsed_range(value: object) -> Network | None:
    """An address range; None where the text is none."""
    if not isinstance(value, str) or "/" not in value:
        return None
    try:
        return ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None


def _port(port: Object, path: KeyPath, context: Context) -> Iterator[Problem]:
    number, end = port.get("port"), port.get("endPort")
    if port.get("protocol") == "SCTP":
        yield SCTP.error(path, "SCTP is not switched on in AKS' Cilium; use TCP or UDP")
    if isinstance(number, int) and not 1 <= number <= 65535:
        yield REFUSED.error((*path, "port"), f"{number} is no port; use 1 to 65535")
    if isinstance(number, str):
        if end is not None:
            yield REFUSED.error(path, f"endPort stands beside the port's name {number!r}; write the number")
        elif number.isdigit():
            yield REFUSED.error(
                (*path, "port"), f"{number!r} in quotes is a port's name; write {number} without quotes"
            )
        else:
            yield NAMED_PORT.warning((*path, "port"), f"the port is named {number!r}; write its number")
    if end is not None:
        if number is None:
            yield REFUSED.error(path, "endPort stands without port; add port")
        elif isinstance(number, int) and isinstance(end, int) and end < number:
            yield REFUSED.error((*path, "endPort"), f"the range ends at {end} before it begins at {number}; swap them")
        if context.capabilities.cilium < POLICY_FEATURES[PolicyFeature.PORT_RANGES].cilium:
            yield PORT_RANGE.error(path, f"Cilium {context.capabilities.cilium_text} ignores endPort; list the ports")
