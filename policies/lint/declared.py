"""Manifests against what bundles declare: selectors that match nothing, ports that nobody listens on, identities."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from components.facts.policy_features import SYSTEM_NAMESPACES
from components.problems import KeyPath, Problem
from components.rules import Rule
from policies.lint.istio import has_http, identities
from policies.lint.labels import check_selector
from policies.lint.reach import NAMESPACE_KEY, NAMESPACE_LABELS, Sample, World, scoped_selector, selects
from policies.lint.source import CILIUM_KINDS, Context, Object, Source, cilium_rules, items, mapping, specs, texts
from policies.normalise import NOT_HTTP, SYSTEM_ISOLATED
from policies.ports import LAST_PORT
from policies.resolve import HOST_NETWORK, TARGET_PORT

NO_MATCH = Rule(
    "LINT-10",
    "Selectors match something that the bundle declares",
    why="A selector with a typing mistake matches nothing, is valid, and nobody says so.",
    fix="Correct the labels, or declare the workload.",
    source="docs/policies.md",
)
PORT_NAME = Rule(
    "LINT-15",
    "Named ports are ports of the pods that are called",
    why="A name that no container declares matches nothing (K7).",
    fix="Write the number, or declare the port under the workload.",
    source="https://kubernetes.io/docs/concepts/services-networking/network-policies",
)
NO_IDENTITY = Rule(
    "LINT-12",
    "Rules by identity are for pods that are called with mutual TLS",
    why="Without it there is no identity: what asks for one never matches, what excludes one always does (I7).",
    fix="Set mtls: STRICT for the namespace.",
    source="istio pilot/pkg/security/authz/model",
)

_SURELY_MISSPELT = 0.8
"""How alike two names are that are taken for one: `shopp` and `shop` are, `shop-a` and `web-a` are not."""
_PRINCIPAL_PARTS = 5


def check_declared(source: Source, world: World) -> Iterator[Problem]:
    """What one manifest says that does not fit what is declared."""
    if not source.written:
        return
    if source.kind in ("NetworkPolicy", CILIUM_KINDS[0]) and source.namespace in SYSTEM_NAMESPACES:
        message = f"{source.namespace} belongs to the system, where policies cut more than they say; leave it alone"
        yield SYSTEM_ISOLATED.warning(("metadata", "namespace"), message)
    yield from _namespace(source, world)
    for path, selector in _subjects(source):
        yield from _subject(source, selector, path, world)
    if source.kind == "NetworkPolicy":
        yield from _network_ports(source, world)
        yield from _network_peers(source, world)
    elif source.kind in CILIUM_KINDS:
        yield from _cilium_rules(source, world)
    elif source.kind == "AuthorizationPolicy":
        yield from _authorization(source, world)


def _namespace(source: Source, world: World) -> Iterator[Problem]:
    """A namespace that nobody declares and that reads much like one that somebody does."""
    declared = {name for meaning in world.context.meanings for name in meaning.namespaces}
    if source.kind == CILIUM_KINDS[1] or source.namespace in (*declared, *SYSTEM_NAMESPACES):
        return
    for nearest in difflib.get_close_matches(source.namespace, sorted(declared), n=1, cutoff=_SURELY_MISSPELT):
        message = f"no bundle declares namespace {source.namespace!r}; did you mean {nearest!r}?"
        yield NO_MATCH.warning(("metadata", "namespace"), message)


def _subjects(source: Source) -> Iterator[tuple[KeyPath, Object]]:
    spec = mapping(source.object.get("spec"))
    if source.kind == "NetworkPolicy":
        yield ("spec", "podSelector"), mapping(spec.get("podSelector"))
    elif source.kind in CILIUM_KINDS:
        yield from (((*path, "endpointSelector"), mapping(one.get("endpointSelector"))) for path, one in specs(source))
    elif mapping(spec.get("selector")):
        yield ("spec", "selector"), mapping(spec.get("selector"))


def _workloads(world: World, namespace: str | None) -> list[Sample]:
    return [one for one in world.samples if one.workload and namespace in (None, one.namespace)]


def _subject(source: Source, selector: Object, path: KeyPath, world: World) -> Iterator[Problem]:
    if not selector or any(check_selector(selector, path)):
        return
    namespace = None if source.kind == CILIUM_KINDS[1] else source.namespace
    candidates = _workloads(world, namespace)
    chosen = [one for one in candidates if selects(selector, world.labels(one))]
    if candidates and not chosen:
        where = f"in {namespace}" if namespace else "anywhere"
        message = f"no declared workload {where} has these labels; correct them, or declare the workload"
        yield NO_MATCH.warning(path, message)
    for one in chosen:
        if one.workload in world.context.host_network:
            message = f"{one.workload} shares its node's network, so that no policy selects it; leave it out"
            yield HOST_NETWORK.warning(path, message)


def _selected(world: World, selector: Object) -> list[Sample]:
    return [one for one in _workloads(world, None) if selects(selector, world.labels(one))]


def _cilium_rules(source: Source, world: World) -> Iterator[Problem]:
    for rule in cilium_rules(source):
        word = "from" if rule.direction == "ingress" else "to"
        called: list[Sample] = []
        for where, one in items(rule.rule.get(f"{word}Endpoints"), (*rule.path, f"{word}Endpoints")):
            scoped = scoped_selector(mapping(one), source)
            chosen = _selected(world, scoped)
            called.extend(chosen)
            namespace = mapping(scoped.get("matchLabels")).get(NAMESPACE_KEY) or mapping(scoped.get("matchLabels")).get(
                f"k8s:{NAMESPACE_KEY}"
            )
            sound = mapping(one) and not any(check_selector(mapping(one), where))
            if sound and not chosen and _workloads(world, str(namespace)):
                yield NO_MATCH.warning(
                    where, "no declared workload has these labels; correct them, or declare the workload"
                )
        if rule.direction == "ingress":
            called = _selected(world, _subject_selector(rule.spec, source))
        for where, entry in rule.entries:
            listed = [
                (place, mapping(one).get("port"), mapping(one).get("protocol"))
                for place, one in items(entry.get("ports"), (*where, "ports"))
            ]
            yield from _ports(listed, called, world)


def _subject_selector(spec: Object, source: Source) -> Object:
    selector = mapping(spec.get("endpointSelector"))
    if source.kind == CILIUM_KINDS[1]:
        return selector
    return {**selector, "matchLabels": {**mapping(selector.get("matchLabels")), NAMESPACE_KEY: source.namespace}}


def _network_ports(source: Source, world: World) -> Iterator[Problem]:
    spec = mapping(source.object.get("spec"))
    own = {**mapping(spec.get("podSelector"))}
    own["matchLabels"] = {**mapping(own.get("matchLabels")), NAMESPACE_KEY: source.namespace}
    for path, rule in items(spec.get("ingress"), ("spec", "ingress")):
        listed = [
            (where, mapping(one).get("port"), mapping(one).get("protocol", "TCP"))
            for where, one in items(mapping(rule).get("ports"), (*path, "ports"))
        ]
        yield from _ports(listed, _selected(world, own), world)


def _network_peers(source: Source, world: World) -> Iterator[Problem]:
    """Peers that select no declared workload of the namespaces that they name."""
    spec = mapping(source.object.get("spec"))
    for direction, key in (("ingress", "from"), ("egress", "to")):
        for path, rule in items(spec.get(direction), ("spec", direction)):
            before: Object = {}
            for where, one in items(mapping(rule).get(key), (*path, key)):
                yield from _network_peer(mapping(one), before, where, source, world)
                before = mapping(one)


def _network_peer(peer: Object, before: Object, path: KeyPath, source: Source, world: World) -> Iterator[Problem]:
    selector = mapping(peer.get("podSelector"))
    if not selector or any(check_selector(selector, path)):
        return
    candidates = [one for one in _workloads(world, None) if _in_namespaces(one, peer, source, world)]
    if not candidates or any(selects(selector, world.labels(one)) for one in candidates):
        return
    if list(before) == ["namespaceSelector"] and list(peer) == ["podSelector"]:
        message = (
            f"no declared workload in {source.namespace} has these labels, and the namespaceSelector before is a peer"
            " of its own; write both in one entry if these pods of those namespaces are meant"
        )
    else:
        message = "no declared workload has these labels; correct them, or declare the workload"
    yield NO_MATCH.warning((*path, "podSelector"), message)


def _in_namespaces(pod: Sample, peer: Object, source: Source, world: World) -> bool:
    if "namespaceSelector" not in peer:
        return pod.namespace == source.namespace
    labels = {
        key.removeprefix(NAMESPACE_LABELS): value
        for key, value in world.labels(pod).items()
        if key.startswith(NAMESPACE_LABELS)
    }
    return selects(mapping(peer["namespaceSelector"]), labels)


def _ports(listed: Iterable[tuple[KeyPath, object, object]], called: list[Sample], world: World) -> Iterator[Problem]:
    """Ports against what the called workloads declare; silent where one of them declares none."""
    declared = [world.context.ports.get(one.workload or "", {}) for one in called]
    if not declared or not all(declared):
        return
    names = {name for ports in declared for name in ports}
    numbers = {number for ports in declared for _, number in ports.values()}
    what = ", ".join(sorted(f"{name} {number}" for ports in declared for name, (_, number) in ports.items()))
    for path, port, _ in listed:
        if port is None or port in ("0", 0):
            continue
        if str(port).isdigit():
            if int(str(port)) not in numbers and int(str(port)) <= LAST_PORT:
                message = (
                    f"nobody who is called listens on {port} (declared: {what}); use the containers' port, not the"
                    " Service's"
                )
                yield TARGET_PORT.warning(path, message)
        elif port not in names:
            yield PORT_NAME.error(
                path, f"nobody who is called has a port named {port!r} (declared: {what}); use one of these"
            )


def _authorization(source: Source, world: World) -> Iterator[Problem]:
    spec = mapping(source.object.get("spec"))
    labels = {**mapping(mapping(spec.get("selector")).get("matchLabels")), NAMESPACE_KEY: source.namespace}
    called = [one for one in _selected(world, {"matchLabels": labels}) if world.context.ports.get(one.workload or "")]
    mode = _mode(source, world)
    yield from _accounts(source, world)
    for path, one in items(spec.get("rules"), ("spec", "rules")):
        rule = mapping(one)
        if has_http(rule):
            yield from _tcp_ports(rule, path, called, world.context, str(spec.get("action", "ALLOW")))
        fields = identities(rule)
        if fields and mode == "DISABLE":
            yield NO_IDENTITY.error(
                path, f"{', '.join(fields)} never match, as mutual TLS is off in {source.namespace}; set STRICT"
            )
        elif any(field.startswith("not") for field in fields) and mode == "PERMISSIVE":
            message = (
                f"callers without mutual TLS always match {', '.join(fields)}, as {source.namespace} is PERMISSIVE;"
                " set STRICT"
            )
            yield NO_IDENTITY.warning(path, message)


def _accounts(source: Source, world: World) -> Iterator[Problem]:
    """Callers as which no declared workload of their namespace runs."""
    known: dict[str, set[str]] = {}
    for meaning in world.context.meanings:
        for pods in meaning.workloads.values():
            if pods.account:
                known.setdefault(str(pods.namespace), set()).add(pods.account)
    for path, one in items(mapping(source.object.get("spec")).get("rules"), ("spec", "rules")):
        for where, each in items(mapping(one).get("from"), (*path, "from")):
            fields = mapping(mapping(each).get("source"))
            for key in ("principals", "notPrincipals", "serviceAccounts", "notServiceAccounts"):
                for place, text in items(fields.get(key), (*where, "source", key)):
                    namespace, account = _account(str(text), source, key)
                    if namespace in known and "*" not in account and account not in known[namespace]:
                        message = (
                            f"no declared workload in {namespace} runs as {account} (declared:"
                            f" {', '.join(sorted(known[namespace]))}); correct it, or declare its serviceAccount"
                        )
                        yield NO_MATCH.warning(place, message)


def _account(text: str, source: Source, key: str) -> tuple[str, str]:
    """Namespace and account of a principal, or of a service account; no namespace for what is neither."""
    parts = text.split("/")
    if "rincipals" in key:
        return (parts[2], parts[4]) if len(parts) == _PRINCIPAL_PARTS else ("", "")
    return (parts[0], parts[-1]) if len(parts) > 1 else (source.namespace, text)


def _tcp_ports(rule: Object, path: KeyPath, called: list[Sample], context: Context, action: str) -> Iterator[Problem]:
    named = {
        int(text)
        for _, one in items(rule.get("to"), ())
        for text in texts(mapping(mapping(one).get("operation")).get("ports"))
        if text.isdigit()
    }
    for one in called:
        speaking = context.http_ports.get(one.workload or "", frozenset())
        for name, (_, number) in context.ports[one.workload or ""].items():
            if number in speaking or (named and number not in named) or (not named and action == "ALLOW"):
                continue
            effect = "never matches" if action == "ALLOW" else "loses its HTTP fields and denies the whole port"
            message = (
                f"on port {name} {number} of {one.workload}, which is not HTTP, this rule {effect}; name HTTP ports,"
                " or remove the fields"
            )
            yield NOT_HTTP.error(path, message)


def _mode(source: Source, world: World) -> str | None:
    """The mutual TLS of a namespace as its own policy states it, else the mesh's; None where none does."""
    istio = world.context.capabilities.istio
    for namespace in (source.namespace, istio.root_namespace if istio else None):
        for other in world.sources:
            spec = mapping(other.object.get("spec"))
            mode = mapping(spec.get("mtls")).get("mode", "UNSET")
            named = other.kind == "PeerAuthentication" and other.namespace == namespace and "selector" not in spec
            if named and mode != "UNSET":
                return str(mode)
    return None
