"""Whether the intents of a cluster agree with each other and with its addresses: checks across intents and bundles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from components.facts.policy_features import PolicyFeature
from components.problems import KeyPath, Problem, dotted
from components.rules import Rule
from policies.capabilities import HTTP_CHOICE, Capabilities
from policies.dns import DNS_PORTS, RESOLVER
from policies.intents import DIRECTIONS, Direction, Intent, Meaning, MutualTls, in_bundle
from policies.peers import Address, Network, Node, Outside, Pods, covers, lies_in
from policies.ports import ports_cover, ports_overlap, ports_text

DUPLICATE = Rule(
    "BND-16",
    "An intent is written once",
    why="Removing one of two equal intents changes nothing, which surprises whoever does it.",
    fix="Remove one of the two.",
    source="docs/policies.md",
)
CONTRADICTION = Rule(
    "BND-17",
    "No flow is both allowed and denied",
    why="Deny wins: the allow would never do anything (C9).",
    fix="Remove one of the two, or make the deny narrower than the allow.",
    source="cilium Documentation/security/policy/deny.rst",
)
RESTRICTS_NOTHING = Rule(
    "BND-18",
    "An allow concerns pods that are isolated",
    why="Between open pods everything is allowed already; the intent restricts nothing, though it looks as if it did.",
    fix="Isolate the namespace in a baseline, or remove the intent.",
    source="docs/policies.md",
)
HTTP_OPEN = Rule(
    "BND-19",
    "HTTP rules filter a workload that is isolated",
    why=(
        "To an open workload everybody may send everything: the rules would filter nothing, or, on Istio, isolate by"
        " surprise."
    ),
    fix="Isolate the workload's namespace for ingress in a baseline.",
    source="docs/policies.md",
)
VOID_HTTP = Rule(
    "LINT-03",
    "A peer with HTTP rules has no plain allow to the same port",
    why="The plain allow voids the filter: every request passes (U1).",
    fix="Remove the plain allow, or the HTTP rules.",
    source="cilium pkg/policy/l4.go; cilium/proxy network_policy.cc",
)
CIDR_OF_PODS = Rule(
    "LINT-06",
    "A CIDR is a range outside the cluster",
    why=(
        "On Cilium CIDRs and ipBlocks never match pods or nodes, and Services are translated before policy looks"
        " (C10, POL-01)."
    ),
    fix="Name a workload, {namespace: ...}, {entity: cluster} or {entity: node}.",
    source="https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium",
)
PLAIN_TEXT = Rule(
    "BND-20",
    "Callers of pods that demand mutual TLS have sidecars",
    why="STRICT pods refuse plain text: the allow would never do anything (I12).",
    fix="Give the caller's namespace `mesh: true`, or use PERMISSIVE.",
    source="https://istio.io/latest/docs/reference/config/security/peer_authentication",
)


ONE_MODE = Rule(
    "BND-28",
    "How pods of a namespace are called is said once",
    why="Of two modes of mutual TLS for a namespace only the older object counts.",
    fix="Give the namespace the same `mtls` in both layers, or name it in one of them.",
    source="https://istio.io/latest/docs/reference/config/security/peer_authentication",
)


def check_agreement(meaning: Meaning, capabilities: Capabilities) -> Iterator[Problem]:
    """Everything about intents that shows only when all of a cluster are seen together."""
    written = [intent for intent in meaning.intents if not intent.implied]
    yield from _duplicates(written)
    yield from _contradictions(meaning.intents)
    yield from _cut_off(meaning)
    yield from _unisolated(meaning, written)
    yield from _void_http(meaning.intents)
    yield from _two_filters(meaning, capabilities)
    yield from _ranges(written, capabilities)
    yield from _plain_text(meaning, written)
    yield from _modes(meaning)


def _duplicates(intents: Iterable[Intent]) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], Intent] = {}
    for intent in intents:
        requests = frozenset(intent.requests) if intent.requests is not None else None
        # another bundle may say the same: each is whole in itself, and stays so when the other goes
        bundle = intent.layer.bundle
        key = (bundle, intent.source, intent.target, intent.ports, intent.deny, requests, intent.identity)
        first = seen.setdefault(key, intent)
        if first is not intent and first.path != intent.path:
            message = (
                f"{intent.source} to {intent.target} is written in layer {first.layer.label} already; remove one of"
                " the two"
            )
            yield DUPLICATE.error(intent.path, message)


def _contradictions(intents: tuple[Intent, ...]) -> Iterator[Problem]:
    denies = [intent for intent in intents if intent.deny]
    for intent in intents:
        for deny in denies if not intent.deny else ():
            both = covers(deny.source, intent.source) and covers(deny.target, intent.target)
            if both and ports_cover(deny.ports, intent.ports):
                message = (
                    f"{_flow(intent)} is denied in {_seen(deny, intent)}, and deny wins; remove one of"
                    " the two, or narrow the deny"
                )
                yield CONTRADICTION.error(intent.path if not intent.implied else deny.path, message)


def _cut_off(meaning: Meaning) -> Iterator[Problem]:
    """Denies that take from pods what they need of the cluster itself, which nobody means who names a namespace."""
    for deny in meaning.intents:
        if not deny.deny or not isinstance(deny.source, Pods):
            continue
        if not meaning.local_dns and covers(deny.target, RESOLVER) and ports_overlap(deny.ports, DNS_PORTS):
            message = (
                f"{deny.source} could not ask the cluster's DNS any more, which is in {RESOLVER.namespace}; narrow the"
                " deny by ports, or to workloads"
            )
            whole = any(deny.source.covers(right.pods) for right in meaning.dns)
            yield (CONTRADICTION.error if whole else CONTRADICTION.warning)(deny.path, message)
        for need in meaning.intents:
            if not need.implied or not isinstance(need.source, Pods) or deny.target == need.target:
                continue
            # whoever denies all of it to everybody is told already
            part = need.source.may_overlap(deny.source) and not deny.source.covers(need.source)
            if part and covers(deny.target, need.target) and ports_cover(deny.ports, need.ports):
                message = (
                    f"{deny.source} could not reach {need.target} any more, which {_seen(need, deny)} allows; narrow"
                    " the deny"
                )
                yield CONTRADICTION.warning(deny.path, message)


def _seen(other: Intent | MutualTls, here: Intent | MutualTls) -> str:
    """Where something else is written: its layer, and for one of another bundle that and its place there."""
    layer = other.layer.seen_from(here.layer)
    place = dotted(in_bundle(other.path)[1])
    return layer if other.layer.bundle == here.layer.bundle else f"{layer} ({place})"


def _flow(intent: Intent) -> str:
    ports = f":{ports_text(intent.ports)}" if intent.ports else ""
    return f"{intent.source} -> {intent.target}{ports}"


def _touches_isolated(meaning: Meaning, intent: Intent, direction: Direction) -> bool:
    end = intent.end(direction)
    if not isinstance(end, Pods):
        return False
    return meaning.isolates(end, direction) or bool(meaning.isolations_within(end, direction))


def _unisolated(meaning: Meaning, intents: Iterable[Intent]) -> Iterator[Problem]:
    for intent in intents:
        if intent.filters:
            if not meaning.isolates(intent.target, "ingress"):
                message = (
                    f"{intent.target} is not isolated for ingress, so that the rule would filter nothing, or isolate"
                    " by surprise; isolate its namespace in a baseline"
                )
                yield HTTP_OPEN.error(intent.path, message)
        elif not intent.deny and not any(_touches_isolated(meaning, intent, one) for one in DIRECTIONS):
            message = (
                f"neither {intent.source} nor {intent.target} is isolated, so that this allow restricts nothing;"
                " isolate a namespace in a baseline"
            )
            yield RESTRICTS_NOTHING.warning(intent.path, message)


def _void_http(intents: tuple[Intent, ...]) -> Iterator[Problem]:
    """A peer that has both plain allows and a filter on a port; pods that may be both are a warning."""
    filtered = [intent for intent in intents if intent.filters]
    plain = [intent for intent in intents if not intent.filters and not intent.deny]
    for http in filtered:
        for allow in plain:
            if not isinstance(allow.target, Pods) or not isinstance(http.target, Pods):
                continue
            if not allow.target.may_overlap(http.target) or not ports_overlap(allow.ports, http.ports):
                continue
            where = f"in {_seen(allow, http)} {_flow(allow)}"
            certain = allow.target.covers(http.target) or http.target.covers(allow.target)
            if certain and (covers(allow.source, http.source) or covers(http.source, allow.source)):
                message = f"{where} allows everything, which voids the filter for {http.source}; remove one of the two"
                yield VOID_HTTP.error(http.path, message)
            elif (
                isinstance(allow.source, Pods)
                and isinstance(http.source, Pods)
                and allow.source.may_overlap(http.source)
            ):
                message = (
                    f"{where} voids the filter for pods that are both {allow.source} and {http.source}; give them"
                    " labels that exclude each other"
                )
                yield VOID_HTTP.warning(http.path, message)


def _two_filters(meaning: Meaning, capabilities: Capabilities) -> Iterator[Problem]:
    """HTTP rules of Cilium for pods whose traffic sidecars encrypt."""
    if capabilities.http_by() is not PolicyFeature.HTTP_BY_CILIUM:
        return
    for intent in meaning.intents:
        if intent.requests is not None and isinstance(intent.target, Pods) and intent.target.meshed:
            message = (
                f"{intent.target} has a sidecar, whose mutual TLS Cilium cannot look into; set http: istio for"
                f" {capabilities.name}, or mesh: false"
            )
            yield HTTP_CHOICE.error(intent.path, message)


def _ranges(intents: Iterable[Intent], capabilities: Capabilities) -> Iterator[Problem]:
    own = (
        *((one, "pods", "{entity: cluster}") for one in capabilities.pod_ranges),
        *((one, "nodes", "{entity: node}") for one in capabilities.node_ranges if not capabilities.cidrs_match_nodes),
        *((one, "Services", "the workload behind the Service") for one in capabilities.service_ranges),
    )
    for intent in intents:
        for key, end in (("from", intent.source), ("to", intent.target)):
            if not isinstance(end, Address):
                continue
            path = (*intent.path, key, "cidr")
            if not capabilities.ranges_known:
                message = (
                    f"unknown whether {end.cidr} holds pods or nodes of {capabilities.name}; state podCidrs,"
                    " nodeCidrs and serviceCidrs"
                )
                yield CIDR_OF_PODS.warning(path, message)
            yield from _range_problems(end, own, path)
            if capabilities.cidrs_match_nodes:
                yield from _matching_nodes(end, capabilities, path)


def _range_problems(
    end: Address, own: Iterable[tuple[Network, str, str]], path: tuple[str | int, ...]
) -> Iterator[Problem]:
    for network, what, instead in own:
        if network.version != end.cidr.version or not network.overlaps(end.cidr):
            continue
        if any(lies_in(network, left_out) for left_out in end.except_):
            continue
        if lies_in(end.cidr, network):
            message = f"{end.cidr} lies in the range of {what} {network}, which a CIDR never matches; write {instead}"
            yield CIDR_OF_PODS.error(path, message)
        else:
            message = (
                f"{end.cidr} includes the range of {what} {network}, which a CIDR never matches; add except:"
                f" [{network}], and {instead} if meant"
            )
            yield CIDR_OF_PODS.warning(path, message)


def _matching_nodes(end: Address, capabilities: Capabilities, path: KeyPath) -> Iterator[Problem]:
    """Ranges that match nodes, which a CIDR of a bundle never means."""
    for network in capabilities.node_ranges:
        if network.version != end.cidr.version or not network.overlaps(end.cidr):
            continue
        if not any(lies_in(network, left_out) for left_out in end.except_):
            instead = "write {entity: node}" if lies_in(end.cidr, network) else f"add except: [{network}]"
            message = f"{end.cidr} holds nodes ({network}), which policyCIDRMatchMode lets ranges match; {instead}"
            yield CIDR_OF_PODS.error(path, message)


def _plain_text(meaning: Meaning, intents: Iterable[Intent]) -> Iterator[Problem]:
    for intent in intents:
        target = intent.target
        if intent.deny or not isinstance(target, Pods) or not target.namespace or not meaning.strict(target.namespace):
            continue
        if not target.meshed or (not any(one.protocol == "TCP" for one in intent.ports) and intent.ports):
            continue
        source = intent.source
        certain = isinstance(source, Outside | Address | Node) or (
            isinstance(source, Pods) and source.namespace is not None
        )
        if not isinstance(source, Pods) or not source.meshed:
            spaced = isinstance(source, Pods) and source.namespace is not None
            remedy = "set mesh: true on its namespace" if spaced else "let it call a gateway of the mesh"
            whose = "has" if certain else "may have"
            message = f"{target} takes only mutual TLS, and {source} {whose} no sidecar; {remedy}, or mtls: PERMISSIVE"
            yield (PLAIN_TEXT.error if certain else PLAIN_TEXT.warning)(intent.path, message)


def _modes(meaning: Meaning) -> Iterator[Problem]:
    first: dict[str, MutualTls] = {}
    for one in meaning.mtls:
        other = first.setdefault(one.namespace, one)
        if other.mode != one.mode:
            message = f"{one.namespace} is {one.mode} here and {other.mode} in {_seen(other, one)}; give both the same"
            yield ONE_MODE.error(one.path, message)
