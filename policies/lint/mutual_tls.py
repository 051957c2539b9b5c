"""PeerAuthentications written by hand against what bundles say: who is let in, and whether callers have an identity."""

from __future__ import annotations

from collections.abc import Iterator

from components.problems import Problem
from policies.agreement import PLAIN_TEXT
from policies.intents import Intent, Meaning
from policies.lint.declared import NO_IDENTITY
from policies.lint.istio import IGNORED, identities
from policies.lint.reach import Sample, World, selects
from policies.lint.source import Object, Source, items, mapping
from policies.peers import Address, Node, Outside, Pods


def check_mutual_tls(world: World) -> Iterator[Problem]:
    """What a PeerAuthentication by hand takes away from bundles, at that manifest; and two at one level."""
    found: dict[Problem, None] = {}
    for pod in world.samples:
        if pod.workload:
            for problem in (*_without_identity(world, pod), *_plain_text(world, pod)):
                found[problem] = None
    yield from found
    yield from _levels(world)


def _mode(source: Source, port: int | None) -> str | None:
    """What it says of a port; None where it inherits."""
    spec = mapping(source.object.get("spec"))
    by_port = mapping(mapping(spec.get("portLevelMtls")).get(str(port))).get("mode")
    found = by_port or mapping(spec.get("mtls")).get("mode")
    return None if found in (None, "UNSET") else str(found)


def _deciding(world: World, pod: Sample, port: int | None) -> tuple[Source, str] | None:
    """The policy that decides for a port of a pod, and what: the workload's, the namespace's, the mesh's (I11)."""
    istio = world.context.capabilities.istio
    root = istio.root_namespace if istio else None
    every = [one for one in world.sources if one.kind == "PeerAuthentication"]
    own = [one for one in every if one.namespace == pod.namespace]
    levels = (
        [one for one in own if one.selector and one.namespace != root and selects(one.selector, dict(pod.labels))],
        [one for one in own if not one.selector],
        [one for one in every if one.namespace == root and not one.selector],
    )
    for level in levels:
        for source in level:
            mode = _mode(source, port)
            if mode is not None:
                return source, mode
    return None


def _without_identity(world: World, pod: Sample) -> Iterator[Problem]:
    """Policies of bundles that ask callers who they are, where nobody can say."""
    for policy in world.sources:
        spec = mapping(policy.object.get("spec"))
        chosen = mapping(mapping(spec.get("selector")).get("matchLabels"))
        if policy.kind != "AuthorizationPolicy" or policy.namespace != pod.namespace or policy.written:
            continue
        if not selects({"matchLabels": chosen}, dict(pod.labels)):
            continue
        for port in _named_ports(spec):
            decided = _deciding(world, pod, port)
            if decided is not None and decided[1] == "DISABLE" and decided[0].written:
                message = (
                    f"mutual TLS is off for {pod.workload}, so that no caller has an identity and {policy.label}"
                    f" refuses every request to port {port}; set STRICT, or remove this"
                )
                yield decided[0].at(NO_IDENTITY.error(("spec",), message))


def _named_ports(spec: Object) -> Iterator[int]:
    """Ports of rules that ask who calls."""
    for _, one in items(spec.get("rules"), ()):
        rule = mapping(one)
        for _, each in items(rule.get("to"), ()) if identities(rule) else ():
            ports = mapping(mapping(each).get("operation")).get("ports")
            yield from (int(text) for _, text in items(ports, ()) if str(text).isdigit())


def _plain_text(world: World, pod: Sample) -> Iterator[Problem]:
    """Allows of bundles for callers without sidecars, to pods that demand mutual TLS by hand."""
    for meaning in world.context.meanings:
        if pod.namespace not in meaning.meshed or meaning.strict(pod.namespace):
            continue
        for intent in meaning.intents:
            port = _first_port(intent)
            target = intent.target
            if intent.deny or intent.implied or port is None or not isinstance(target, Pods):
                continue
            decided = _deciding(world, pod, port or None)
            strict = decided is not None and decided[1] == "STRICT" and decided[0].written
            if decided is not None and strict and target.matches(pod.namespace, frozenset(pod.labels)):
                yield from _refused(decided[0], intent, meaning)


def _first_port(intent: Intent) -> int | None:
    """A TCP port that it names, 0 for any; None where it names none of TCP."""
    if not intent.ports:
        return 0
    return next((one.first for one in intent.ports if one.protocol == "TCP"), None)


def _refused(source: Source, intent: Intent, meaning: Meaning) -> Iterator[Problem]:
    caller = intent.source
    if isinstance(caller, Pods) and (caller.meshed or caller.namespace in meaning.meshed):
        return
    certain = isinstance(caller, Outside | Address | Node) or (isinstance(caller, Pods) and bool(caller.namespace))
    message = (
        f"STRICT refuses {caller}, which {'has' if certain else 'may have'} no sidecar, though layer"
        f" {intent.layer.label} allows it to call {intent.target}; use PERMISSIVE, or remove the allow"
    )
    yield source.at((PLAIN_TEXT.error if certain else PLAIN_TEXT.warning)(("spec",), message))


def _levels(world: World) -> Iterator[Problem]:
    """Two PeerAuthentications at one level, of which only the oldest counts."""
    seen: dict[tuple[str, str], Source] = {}
    for source in world.sources:
        if source.kind != "PeerAuthentication":
            continue
        labels = mapping(source.selector.get("matchLabels"))
        first = seen.setdefault((source.namespace, repr(sorted(labels.items()))), source)
        if first is source or not (first.written or source.written):
            continue
        at, other = (source, first) if source.written else (first, source)
        same = mapping(at.object.get("spec")) == mapping(other.object.get("spec"))
        message = f"{other.label} is for the same pods in {source.namespace}, and only the older counts; " + (
            "merge them" if same else f"it says {_mode(other, None)}, this {_mode(at, None)}: keep one"
        )
        yield at.at((IGNORED.warning if same else IGNORED.error)(("spec",), message))
