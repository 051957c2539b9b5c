"""Whether a flow is allowed by what a bundle means. This is the promise that every mechanism has to keep.

The cases, in order; the first that decides is the answer:

    1  a deny covers the flow                                     denied
    2  the source is isolated for egress:
         a question to DNS that no right and no allow covers      denied
         anything else that no allow covers                       denied
    3  the target is a pod, and the source its own node           let in, as probes come from there
    4  the target is isolated for ingress:
         no allow covers the flow                                 denied
         only allows by request do, and none covers the request   denied
         only allows by identity do, and the caller has no such   denied
    5  the target demands mutual TLS and the caller has no sidecar    denied
    6                                                             allowed

An own node that is let in (3) is not filtered by request; on Istio only its probes pass, which sidecars answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policies.dns import DNS_PORTS, LOCAL_DNS, RESOLVER
from policies.flows import Flow, NodeAddress, Pod, Stranger, is_among
from policies.intents import Direction, Intent, Meaning
from policies.peers import Pods
from policies.ports import ports_hold
from policies.requests import name_matches


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer and who gave it.

    Attributes:
        allowed: Whether the flow passes.
        because: The intents, isolations or rights that decided; empty where nothing speaks of the flow.
    """

    allowed: bool
    because: tuple[str, ...] = ()


def verdict(meaning: Meaning, flow: Flow) -> Verdict:
    """Whether the flow is allowed, and by what."""
    covering = [intent for intent in meaning.intents if _covers(intent, flow)]
    denies = [intent for intent in covering if intent.deny]
    if denies:
        return _denied(denies)
    allows = [intent for intent in covering if not intent.deny]
    reasons: list[str] = []
    for answer in (_egress(meaning, flow, allows), _ingress(meaning, flow, allows), _mesh(meaning, flow)):
        if not answer.allowed:
            return answer
        reasons.extend(answer.because)
    return Verdict(allowed=True, because=tuple(dict.fromkeys(reasons)))


def _covers(intent: Intent, flow: Flow) -> bool:
    """Whether an intent speaks of the flow, whatever is sent over it."""
    return (
        is_among(flow.source, intent.source)
        and is_among(flow.target, intent.target)
        and ports_hold(intent.ports, flow.protocol, flow.port)
    )


def _denied(because: Iterable[object]) -> Verdict:
    return Verdict(allowed=False, because=tuple(map(str, because)))


def _isolating(meaning: Meaning, pod: Pod, direction: Direction) -> list[str]:
    return [
        str(isolation)
        for isolation in meaning.isolations
        if direction in isolation.directions and isolation.pods.matches(pod.namespace, pod.labels)
    ]


def _egress(meaning: Meaning, flow: Flow, allows: list[Intent]) -> Verdict:
    """Case 2."""
    if not isinstance(flow.source, Pod):
        return Verdict(allowed=True)
    isolating = _isolating(meaning, flow.source, "egress")
    if not isolating:
        return Verdict(allowed=True)
    rights = _dns_rights(meaning, flow, flow.source)
    if allows or rights:
        return Verdict(allowed=True, because=(*map(str, allows), *rights))
    return _denied(isolating)


def _dns_rights(meaning: Meaning, flow: Flow, pod: Pod) -> list[str]:
    """The rights that let a pod connect to the cluster's DNS, and ask for the name if one is asked."""
    if not _is_resolver(meaning, flow) or not ports_hold(DNS_PORTS, flow.protocol, flow.port):
        return []
    return [
        str(right)
        for right in meaning.dns
        if right.pods.matches(pod.namespace, pod.labels)
        and not any(left_out.matches(pod.namespace, pod.labels) for left_out in right.except_)
        and (flow.query is None or right.names is None or any(name_matches(name, flow.query) for name in right.names))
    ]


def _is_resolver(meaning: Meaning, flow: Flow) -> bool:
    """Whether a flow goes to the cluster's DNS: its pods, or LocalDNS on the pod's own node."""
    if is_among(flow.target, RESOLVER):
        return True
    local = isinstance(flow.target, Stranger) and flow.target.address in LOCAL_DNS
    return meaning.local_dns and (local or flow.target == NodeAddress(own=True))


def _ingress(meaning: Meaning, flow: Flow, allows: list[Intent]) -> Verdict:
    """Cases 3 and 4."""
    if not isinstance(flow.target, Pod) or flow.source == NodeAddress(own=True):
        return Verdict(allowed=True)
    isolating = _isolating(meaning, flow.target, "ingress")
    if not isolating:
        return Verdict(allowed=True)
    letting = [intent for intent in allows if _lets(intent, flow)]
    return Verdict(allowed=True, because=tuple(map(str, letting))) if letting else _denied(isolating)


def _lets(intent: Intent, flow: Flow) -> bool:
    """Whether an allow that covers the flow lets through what is sent, from whoever it is."""
    if intent.identity and not _proves(flow, intent.source):
        return False
    if intent.requests is None:
        return True
    return flow.request is not None and any(requests.allow(flow.request) for requests in intent.requests)


def _proves(flow: Flow, source: object) -> bool:
    """Whether the caller has the identity that an intent asks for."""
    if not isinstance(flow.source, Pod) or not isinstance(source, Pods) or not isinstance(flow.target, Pod):
        return False
    encrypted = flow.source.meshed and flow.target.meshed and flow.protocol == "TCP"
    return encrypted and source.account in (None, flow.source.account)


def _mesh(meaning: Meaning, flow: Flow) -> Verdict:
    """Case 5; an own node's probes are answered by the sidecar."""
    target = flow.target
    if (
        not isinstance(target, Pod)
        or not target.meshed
        or flow.protocol != "TCP"
        or not meaning.strict(target.namespace)
    ):
        return Verdict(allowed=True)
    if isinstance(flow.source, Pod) and flow.source.meshed:
        return Verdict(allowed=True)
    if flow.source == NodeAddress(own=True):
        return Verdict(allowed=True)
    return _denied(str(one) for one in meaning.mtls if one.namespace == target.namespace)
