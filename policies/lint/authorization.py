"""AuthorizationPolicies seen together: Istio takes the union of a workload's ALLOW policies, and denies the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from components.facts.policy_features import TRUST_DOMAIN
from components.problems import KeyPath, Problem
from components.rules import Rule
from policies.agreement import VOID_HTTP
from policies.intents import Intent, Meaning
from policies.lint.istio import HTTP_FIELDS, IDENTITY_FIELDS
from policies.lint.reach import Sample, World, selects
from policies.lint.source import Object, Source, items, mapping, texts
from policies.peers import Peer, Pods

CUTS = Rule(
    "LINT-25",
    "An ALLOW policy does not isolate by surprise",
    why="Where an ALLOW policy selects a pod, its sidecar refuses whatever no ALLOW policy names (I2).",
    fix="Name every port and caller that is meant, or use a bundle; to isolate, annotate cilia/means: deny-all.",
    source="istio pilot/pkg/security/authz/builder",
)

Caller = tuple[str, str | None] | None
"""Namespace and service account, the account None where unknown; None for a caller without a certificate."""

# Values that every request has.
_ANYTHING = ("*", "/*", "/{**}")
_SOME_ACCOUNT = ""
"""An account that no policy names."""
_OTHER_LIMITS = ("ipBlocks", "remoteIpBlocks", "requestPrincipals")


@dataclass(frozen=True)
class Entry:
    """One source and one operation of a rule that allows.

    Attributes:
        policy: The policy.
        path: Of the rule.
        source: Who may; empty for anybody.
        operation: What; empty for anything.
        conditional: Whether the rule has conditions beside them.
    """

    policy: Source
    path: KeyPath
    source: Object
    operation: Object
    conditional: bool

    @property
    def ports(self) -> tuple[int, ...]:
        """Ports that it names."""
        return tuple(int(text) for text in texts(self.operation.get("ports")) if text.isdigit())

    @property
    def limits(self) -> bool:
        """Whether it lets only some requests through."""
        fields = (self.operation.get(field) for field in HTTP_FIELDS if not field.startswith("not"))
        chosen = any(value and not set(texts(value)) & set(_ANYTHING) for value in fields)
        return chosen or self.conditional or any(self.operation.get(one) for one in HTTP_FIELDS if one[:3] == "not")

    @property
    def known(self) -> bool:
        """Whether it asks callers who they are."""
        return any(self.source.get(field) for field in IDENTITY_FIELDS)

    @property
    def certain(self) -> bool:
        """Whether it asks nothing of callers but who they are."""
        others = (*(f"not{one[0].upper()}{one[1:]}" for one in (*IDENTITY_FIELDS, *_OTHER_LIMITS)), *_OTHER_LIMITS)
        return not any(self.source.get(field) for field in others)

    def covers(self, port: int) -> bool:
        """Whether it speaks of a port."""
        named = not self.ports or port in self.ports
        return named and str(port) not in texts(self.operation.get("notPorts"))

    def admits(self, caller: Caller) -> bool:
        """Whether it may let a caller in, on some address and with some token."""
        if not self.known:
            return True
        if caller is None:
            return False
        namespace, account = caller
        principals = texts(self.source.get("principals"))
        wanted = f"{TRUST_DOMAIN}/ns/{namespace}/sa/{account or '*'}"
        accounts = texts(self.source.get("serviceAccounts"))
        spaces = texts(self.source.get("namespaces"))
        return (
            (not principals or any(fnmatchcase(wanted, one) or fnmatchcase(one, wanted) for one in principals))
            and (not spaces or any(fnmatchcase(namespace, one) for one in spaces))
            and (not accounts or any(self._is_account(one, namespace, account) for one in accounts))
        )

    def _is_account(self, text: str, namespace: str, account: str | None) -> bool:
        space, _, name = text.rpartition("/")
        return (space or self.policy.namespace) == namespace and account in (None, name)


def check_authorization(world: World) -> Iterator[Problem]:
    """Filters that another policy's allows void, and allows that a policy written by hand cuts off."""
    policies = [one for one in world.sources if one.kind == "AuthorizationPolicy" and _allows(one)]
    if not any(one.written for one in policies):
        return
    found: dict[Problem, None] = {}
    for pod in _pods(world, policies):
        chosen = [one for one in policies if _selects(one, pod, world)]
        if not any(one.written for one in chosen):
            continue
        entries = [entry for one in chosen for entry in _entries(one)]
        for problem in (*_voided(entries, pod, world), *_cut(chosen, entries, pod, world)):
            found[problem] = None
    for source in policies:
        if source.written and source.namespace == _root(world) and not source.selector:
            found.update(dict.fromkeys(_mesh_wide(source)))
    yield from found


def _allows(source: Source) -> bool:
    annotations = mapping(source.metadata.get("annotations"))
    dry = annotations.get("istio.io/dry-run") == "true"
    return mapping(source.object.get("spec")).get("action", "ALLOW") == "ALLOW" and not dry


def _root(world: World) -> str | None:
    istio = world.context.capabilities.istio
    return istio.root_namespace if istio else None


def _pods(world: World, policies: list[Source]) -> Iterator[Sample]:
    """Declared workloads, and pods that policies by hand describe."""
    seen = {(one.namespace, one.labels): one for one in world.samples if one.workload}
    for source in policies:
        labels = mapping(source.selector.get("matchLabels"))
        key = (source.namespace, tuple(sorted((str(name), str(value)) for name, value in labels.items())))
        seen.setdefault(key, Sample(*key))
    yield from seen.values()


def _selects(source: Source, pod: Sample, world: World) -> bool:
    spec = mapping(source.object.get("spec"))
    if "targetRef" in spec or "targetRefs" in spec:
        return False
    scoped = source.namespace in (pod.namespace, _root(world))
    return scoped and selects({"matchLabels": mapping(source.selector.get("matchLabels"))}, dict(pod.labels))


def _entries(source: Source) -> Iterator[Entry]:
    for path, one in items(mapping(source.object.get("spec")).get("rules"), ("spec", "rules")):
        rule = mapping(one)
        sources = [mapping(mapping(each).get("source")) for _, each in items(rule.get("from"), ())] or [{}]
        operations = [mapping(mapping(each).get("operation")) for _, each in items(rule.get("to"), ())] or [{}]
        for source_fields in sources:
            for operation in operations:
                yield Entry(source, path, source_fields, operation, bool(rule.get("when")))


def _voided(entries: list[Entry], pod: Sample, world: World) -> Iterator[Problem]:
    """A filter beside an allow without one, of which one is written by hand."""
    declared = tuple(number for _, number in world.context.ports.get(pod.workload or "", {}).values())
    callers = _callers(world, entries)
    plain = [one for one in entries if not one.limits]
    for entry in entries:
        if not entry.limits and not entry.known:
            continue
        for other in plain:
            if other is entry or not (entry.policy.written or other.policy.written):
                continue
            # who names callers and no port adds to what a bundle filters, and does not mean what it leaves alone
            ports = entry.ports or (declared if entry.limits or other.policy.written else ())
            port = next((one for one in ports if entry.covers(one) and other.covers(one)), None)
            if port is not None and _voids(other, entry, callers):
                yield _void(entry, other, port)


def _voids(plain: Entry, entry: Entry, callers: list[Caller]) -> bool:
    both = any(plain.admits(caller) and entry.admits(caller) for caller in callers)
    if entry.limits or not both:
        return both
    # by who calls alone: an allow for further callers adds to what a person wrote, and voids what a bundle promised
    wider = any(plain.admits(caller) and not entry.admits(caller) for caller in callers)
    return wider and (not plain.known or not entry.policy.written)


def _callers(world: World, entries: list[Entry]) -> list[Caller]:
    """Callers that tell entries apart: one without a certificate, the declared ones, and those that entries name."""
    found: dict[Caller, None] = {None: None}
    for meaning in world.context.meanings:
        for pods in meaning.workloads.values():
            found[str(pods.namespace), pods.account or _SOME_ACCOUNT] = None
    for entry in entries:
        for text in texts(entry.source.get("principals")):
            parts = text.split("/")
            if len(parts) == 5 and parts[2] and "*" not in parts[2]:
                found[parts[2], _SOME_ACCOUNT if "*" in parts[4] else parts[4]] = None
        found.update({(one, _SOME_ACCOUNT): None for one in texts(entry.source.get("namespaces")) if "*" not in one})
        for text in texts(entry.source.get("serviceAccounts")):
            space, _, name = text.rpartition("/")
            found[space or entry.policy.namespace, name] = None
    return list(found)


def _void(entry: Entry, other: Entry, port: int) -> Problem:
    effect = "every request passes" if entry.limits else "others may call it too"
    what = "HTTP rules" if entry.limits else "callers"
    # a problem belongs where a person can mend it
    at, by = (other, entry) if other.policy.written else (entry, other)
    named = "the same manifest" if at.policy is by.policy else by.policy.label
    report = VOID_HTTP.error if other.certain else VOID_HTTP.warning
    if at is other:
        message = f"this allows all of port {port}, which voids the {what} of {named}: {effect}; remove one"
    else:
        message = f"{named} allows all of port {port}, which voids these {what}: {effect}; remove one"
    return at.policy.at(report(at.path, message))


def _cut(chosen: list[Source], entries: list[Entry], pod: Sample, world: World) -> Iterator[Problem]:
    """What bundles allow and no ALLOW policy names, and pods that nothing but a policy by hand isolates."""
    first = next(one for one in chosen if one.written)
    cut = [flow for meaning in world.context.meanings for flow in _refused(meaning, entries, pod, world)]
    if cut:
        more = f", and {len(cut) - 1} more" if len(cut) > 1 else ""
        message = (
            f"with this the sidecar refuses {cut[0]}{more}, which no ALLOW policy names; add a rule for the port, or"
            " remove the policy"
        )
        yield first.at(CUTS.error(("spec",), message))
        return
    silent = [one for one in chosen if one.written and not one.means("deny-all") and one.namespace != _root(world)]
    if silent and pod.workload and _open(pod, world) and mapping(silent[0].object.get("spec")).get("rules"):
        message = (
            f"{pod.workload} takes only what this names, though no baseline isolates it; isolate {pod.namespace}, or"
            " annotate cilia/means: deny-all"
        )
        yield silent[0].at(CUTS.warning(("spec",), message))


def _open(pod: Sample, world: World) -> bool:
    pods = Pods(pod.namespace, pod.labels)
    return not any(meaning.isolates(pods, "ingress") for meaning in world.context.meanings)


def _refused(meaning: Meaning, entries: list[Entry], pod: Sample, world: World) -> Iterator[str]:
    if pod.namespace not in meaning.meshed:
        return
    for intent in meaning.intents:
        if intent.deny or not isinstance(intent.target, Pods):
            continue
        if not intent.target.matches(pod.namespace, frozenset(pod.labels)):
            continue
        for port in _tcp_ports(intent, pod, world):
            if not any(entry.covers(port) and entry.admits(_caller(intent.source)) for entry in entries):
                yield f"{intent.source} -> {intent.target}:{port} (layer {intent.layer.label})"


def _tcp_ports(intent: Intent, pod: Sample, world: World) -> Iterator[int]:
    """TCP ports that stand for all that an intent allows: the ends of what it names, or those that are declared."""
    for one in intent.ports:
        if one.protocol == "TCP":
            yield from dict.fromkeys((one.first, one.last))
    if not intent.ports:
        declared = world.context.ports.get(pod.workload or "", {}).values()
        yield from (number for protocol, number in declared if protocol == "TCP")


def _caller(peer: Peer) -> Caller:
    if not isinstance(peer, Pods) or not peer.meshed or peer.namespace is None:
        return None
    return peer.namespace, peer.account


def _mesh_wide(source: Source) -> Iterator[Problem]:
    rules = mapping(source.object.get("spec")).get("rules")
    if rules and not source.means("deny-all"):
        message = (
            f"in {source.namespace} this is for every sidecar of the mesh, which then refuses what no ALLOW policy"
            " names; add a selector and a namespace, or annotate cilia/means: deny-all"
        )
        yield source.at(CUTS.warning(("spec",), message))
