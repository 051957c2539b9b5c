"""AuthorizationPolicy: requests and identities at a workload's sidecar.

One policy for each workload holds everything, because any ALLOW policy denies what it does not name. It speaks of the
ports that some intent filters and leaves every other port to the network policies beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from components.facts.policy_features import ADDON_INGRESS_NAMESPACE, TRUST_DOMAIN, PolicyFeature
from components.problems import Problem
from policies.capabilities import Capabilities
from policies.compile.drafts import AUTHORIZATION_POLICY, Draft, Phase, Spec, owner, texts
from policies.ends import INEXPRESSIBLE
from policies.intents import Intent, Meaning
from policies.peers import Pods
from policies.ports import ports_overlap
from policies.requests import Requests

Source = dict[str, list[str]]

BEFORE_WORKLOADS = -1000
"""So that no port is open before the filter on it is there."""


def authorization_policies(meaning: Meaning, capabilities: Capabilities) -> tuple[list[Draft], list[Problem]]:
    """The policy of every workload at which Istio filters, and what Istio cannot say."""
    by_istio = capabilities.http_by() is PolicyFeature.HTTP_BY_ISTIO
    filtered: dict[Pods, list[Intent]] = {}
    for intent in meaning.intents:
        if isinstance(intent.target, Pods) and (intent.identity or (by_istio and intent.requests is not None)):
            filtered.setdefault(intent.target, []).append(intent)
    problems = [*_overlapping(filtered)]
    # Cilium filters requests instead only where it may, and only at pods without sidecars
    instead = capabilities.lacks(PolicyFeature.HTTP_BY_CILIUM) is None
    drafts = []
    for workload, intents in filtered.items():
        found = [*_faults(workload, intents, meaning, instead=instead)]
        problems.extend(found)
        if not found:
            drafts.append(_draft(workload, intents, meaning))
    return drafts, problems


def _overlapping(filtered: dict[Pods, list[Intent]]) -> Iterator[Problem]:
    """Workloads with policies of their own that a pod could both be: the ports that one leaves alone void the other."""
    seen: list[Pods] = []
    for workload, intents in filtered.items():
        for other in seen:
            if other.may_overlap(workload):
                message = (
                    f"a pod may be both {other} and {workload}, and Istio would let in what either is allowed; give"
                    " them one label with different values"
                )
                yield INEXPRESSIBLE.error((*intents[0].path, "to"), message)
        seen.append(workload)


def _on_ports(workload: Pods, intents: list[Intent], meaning: Meaning) -> list[Intent]:
    """Every allow to a workload that speaks of a filtered port."""
    ports = _filtered_ports(intents)
    return [
        intent
        for intent in meaning.intents
        if not intent.deny
        and isinstance(intent.target, Pods)
        and intent.target.may_overlap(workload)
        and any(ports_overlap(intent.ports, one.ports) for one in intents)
        and (intent in intents or _numbers(intent, ports))
    ]


def _filtered_ports(intents: list[Intent]) -> list[int]:
    """Ports that intents filter; an intent by identity without ports has none of its own."""
    return sorted({port for intent in intents for one in intent.ports for port in range(one.first, one.last + 1)})


def _numbers(intent: Intent, ports: list[int]) -> list[int]:
    """Which of these TCP ports an intent speaks of."""
    return [
        port for port in ports if not intent.ports or any(one.protocol == "TCP" and port in one for one in intent.ports)
    ]


def _faults(workload: Pods, intents: list[Intent], meaning: Meaning, *, instead: bool) -> Iterator[Problem]:
    if not workload.meshed:
        message = (
            f"{workload} has no sidecar to filter at; set mesh: true on namespace {workload.namespace}"
            f"{', or http: cilium' if instead else ''}"
        )
        yield INEXPRESSIBLE.error((*intents[0].path, "to"), message)
    for intent in intents:
        if not intent.ports or any(one.is_range or one.protocol != "TCP" for one in intent.ports):
            message = "Istio filters single TCP ports; list them under ports"
            yield INEXPRESSIBLE.error(intent.path, message)
            return
    speaking = _on_ports(workload, intents, meaning)
    for intent in speaking:
        alone = all(other.source == intent.source for other in speaking if ports_overlap(other.ports, intent.ports))
        if identity(intent.source) is None and (intent.identity or not alone):
            yield INEXPRESSIBLE.error((*intent.path, "from"), _no_identity(intent, workload, instead=instead))
    yield from _shared_accounts(speaking, workload)


def _no_identity(intent: Intent, workload: Pods, *, instead: bool) -> str:
    source = intent.source
    if isinstance(source, Pods) and source.workload and source.meshed:
        return f"Istio knows callers by service account, and {source} has none; add serviceAccount to it"
    if isinstance(source, Pods) and source.namespace:
        return (
            f"Istio knows callers by their sidecar's certificate, and {source} has none; set mesh: true on its"
            " namespace"
        )
    return (
        f"Istio cannot tell {source} from the other callers of {workload} on this port; use a port of its own"
        f"{', or http: cilium without mesh: true' if instead else ''}"
    )


def _shared_accounts(speaking: list[Intent], workload: Pods) -> Iterator[Problem]:
    """Callers that Istio takes for one and the same though they may do different things."""
    by_account: dict[tuple[str, ...], Intent] = {}
    for intent in speaking:
        source = identity(intent.source)
        if source is None:
            continue
        key = tuple(sorted(name for names in source.values() for name in names))
        first = by_account.setdefault(key, intent)
        if (
            first.source != intent.source
            and ports_overlap(first.ports, intent.ports)
            and first.requests != intent.requests
        ):
            message = (
                f"{first.source} and {intent.source} share a service account, so that {workload} cannot tell them"
                " apart; give each its own"
            )
            yield INEXPRESSIBLE.error((*intent.path, "from"), message)


def identity(source: object) -> Source | None:
    """How Istio knows callers; None where it does not."""
    if not isinstance(source, Pods) or not source.meshed or source.namespace is None:
        return None
    if not source.labels or source.namespace == ADDON_INGRESS_NAMESPACE:
        return {"namespaces": [source.namespace]}
    return {"principals": [f"{TRUST_DOMAIN}/ns/{source.namespace}/sa/{source.account}"]} if source.account else None


def _draft(workload: Pods, intents: list[Intent], meaning: Meaning) -> Draft:
    ports = _filtered_ports(intents)
    speaking = _on_ports(workload, intents, meaning)
    rules: list[Spec] = []
    for rule in (rule for intent in speaking for rule in _rules(intent, ports)):
        if rule not in rules:
            rules.append(rule)
    rules.append({"to": [{"operation": {"notPorts": [str(port) for port in ports]}}]})
    layer = owner(intents)
    return Draft(
        AUTHORIZATION_POLICY,
        workload.namespace,
        (workload.slug, "authorization"),
        {"selector": {"matchLabels": dict(workload.labels)}, "action": "ALLOW", "rules": rules},
        layer,
        texts(speaking, layer),
        "Istio filters requests and identities at the sidecar; other ports are left to the network policies",
        Phase.WORKLOADS,
        rank=BEFORE_WORKLOADS,
        path=intents[0].path,
    )


def _rules(intent: Intent, ports: list[int]) -> Iterator[Spec]:
    """The rules for one intent: one for each set of headers, as conditions hold for a whole rule."""
    source = identity(intent.source)
    numbers = {"ports": [str(port) for port in _numbers(intent, ports)]}
    by_headers: dict[tuple[tuple[str, str], ...], list[Spec]] = {}
    for one in intent.requests or ():
        by_headers.setdefault(one.headers, []).append({"operation": {**numbers, **_operation(one)}})
    if intent.requests is None:
        by_headers[()] = [{"operation": numbers}]
    for headers, operations in by_headers.items():
        rule: Spec = {"from": [{"source": source}]} if source is not None else {}
        rule["to"] = operations
        if headers:
            rule["when"] = [{"key": f"request.headers[{name}]", "values": [value]} for name, value in headers]
        yield rule


def _operation(requests: Requests) -> dict[str, Any]:
    # any method at all still says that it is a request: without it the rule would let other protocols through
    operation: dict[str, Any] = {"methods": list(requests.methods) or ["*"]}
    if requests.path is not None:
        # Istio's prefix form of `/data/*` is the text before the asterisk, as ours is
        operation["paths"] = [requests.path]
    if requests.host is not None:
        operation["hosts"] = [requests.host, f"{requests.host}:*"]
    return operation
