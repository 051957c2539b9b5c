"""What network policies grant to sample pods: enough to see two rules of different manifests meet.

Sample pods are the declared workloads and whatever selectors describe. Peers are sets of points: sample pods, entities,
addresses and names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_network

from components.facts.policy_features import DNS_LABELS, DNS_NAMESPACE, ISTIOD_LABELS
from components.problems import KeyPath
from policies.intents import DIRECTIONS, Direction
from policies.lint.labels import bare, selector_keys
from policies.lint.network_policy import parsed_range
from policies.lint.source import CILIUM_KINDS, CiliumRule, Context, Object, Source, cilium_rules, items, mapping, texts
from policies.peers import lies_in
from policies.ports import LAST_PORT

NAMESPACE_KEY = "io.kubernetes.pod.namespace"
NAMESPACE_LABELS = "io.cilium.k8s.namespace.labels."
Labels = tuple[tuple[str, str], ...]
Point = tuple[str, ...]
"""`("pod", namespace, label=value...)`, `("entity", name)`, `("cidr", range)` or `("name", pattern)`."""

L7_KINDS = ("http", "dns", "kafka", "l7")
_ENTITIES = {
    "all": ("world", "host", "remote-node", "kube-apiserver"),
    "world": ("world", "kube-apiserver"),
    "cluster": ("host", "remote-node", "kube-apiserver"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A pod that some selector or workload describes."""

    namespace: str
    labels: Labels = ()
    workload: str | None = None

    @property
    def point(self) -> Point:
        """It as a peer."""
        return ("pod", self.namespace, *(f"{key}={value}" for key, value in self.labels))


KUBE_DNS = Sample(DNS_NAMESPACE, tuple(DNS_LABELS.items()))
"""The pods behind the cluster's DNS."""


@dataclass(frozen=True)
class Grant:
    """One entry of a rule for one sample pod.

    Attributes:
        source: Where it comes from.
        path: Of the rule.
        deny: Whether it denies.
        isolates: Whether it makes the pod default deny.
        peers: Points that it names.
        ports: Protocol, first and last port; None for everything.
        l7: Kind of L7 rules, or `sni` for server names; None for none.
        rules: The L7 rules.
        selector: The peers as written, to tell equal selectors from overlapping ones.
        stated: Whether it says itself that it isolates.
    """

    source: Source
    path: KeyPath
    deny: bool
    isolates: bool
    peers: frozenset[Point]
    ports: tuple[tuple[str, int, int], ...] | None
    l7: str | None = None
    rules: tuple[Object, ...] = ()
    selector: str = ""
    stated: bool = False

    def __hash__(self) -> int:
        return hash((id(self.source.object), self.path, self.ports, self.l7))

    def covers(self, protocol: str, port: int) -> bool:
        """Whether it speaks of a port."""
        if self.ports is None:
            return True
        return any(mine in (protocol, "ANY") and first <= port <= last for mine, first, last in self.ports)

    @property
    def whole_ports(self) -> tuple[tuple[str, int], ...]:
        """Its single ports, with their protocols."""
        return tuple((protocol, first) for protocol, first, last in self.ports or () if first == last)


class World:
    """Sample pods of a set of manifests, and what each manifest grants them."""

    def __init__(self, sources: Iterable[Source], context: Context) -> None:
        self.sources = tuple(sources)
        self.context = context
        self.namespace_labels = {
            name: dict(config.labels) for meaning in context.meanings for name, config in meaning.namespaces.items()
        }

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        """The declared workloads, a pod without labels in each namespace, and what selectors describe."""
        found: dict[tuple[str, Labels], Sample] = {}
        for meaning in self.context.meanings:
            for name, pods in meaning.workloads.items():
                found.setdefault((str(pods.namespace), pods.labels), Sample(str(pods.namespace), pods.labels, name))
            for name in meaning.namespaces:
                found.setdefault((name, ()), Sample(name))
        for sample in (KUBE_DNS, *self._istiod(), *(one for source in self.sources for one in described(source))):
            found.setdefault((sample.namespace, sample.labels), sample)
        return tuple(found.values())

    def _istiod(self) -> tuple[Sample, ...]:
        istio = self.context.capabilities.istio
        return (Sample(istio.root_namespace, tuple(ISTIOD_LABELS.items())),) if istio else ()

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Every point that a rule may name."""
        found: dict[Point, None] = {sample.point: None for sample in self.samples}
        found.update({("entity", name): None for name in _ENTITIES["all"]})
        for source in self.sources:
            for kind, text in written_points(source):
                found[kind, text] = None
        return tuple(found)

    def labels(self, sample: Sample) -> dict[str, str]:
        """Everything that a selector may ask of a pod."""
        return self._labels[sample.namespace, sample.labels]

    @cached_property
    def _labels(self) -> dict[tuple[str, Labels], dict[str, str]]:
        return {(sample.namespace, sample.labels): self._labels_of(sample) for sample in self.samples}

    def _labels_of(self, sample: Sample) -> dict[str, str]:
        spaces = {"kubernetes.io/metadata.name": sample.namespace, **self.namespace_labels.get(sample.namespace, {})}
        return {
            **dict(sample.labels),
            NAMESPACE_KEY: sample.namespace,
            **{f"{NAMESPACE_LABELS}{key}": value for key, value in spaces.items()},
        }

    def grants(self, sample: Sample, direction: Direction) -> list[Grant]:
        """Everything that concerns a pod in a direction."""
        labels = self.labels(sample)
        return [
            grant
            for namespace, selector, found in self._rules[direction]
            if namespace in (None, sample.namespace) and selects(selector, labels)
            for grant in found
        ]

    @cached_property
    def _rules(self) -> dict[Direction, list[tuple[str | None, Object, list[Grant]]]]:
        """What each manifest grants in a direction: to pods of a namespace, or of any, that a selector selects."""
        return {direction: list(self._found(direction)) for direction in DIRECTIONS}

    def _found(self, direction: Direction) -> Iterator[tuple[str | None, Object, list[Grant]]]:
        for source in self.sources:
            if source.kind == "NetworkPolicy":
                selector = mapping(mapping(source.object.get("spec")).get("podSelector"))
                yield source.namespace, selector, list(self._network(source, direction))
            elif source.kind in CILIUM_KINDS:
                namespace = source.namespace if source.kind == CILIUM_KINDS[0] else None
                for rule in cilium_rules(source):
                    if rule.direction == direction:
                        yield namespace, mapping(rule.spec.get("endpointSelector")), list(self._cilium(rule))

    def _network(self, source: Source, direction: Direction) -> Iterator[Grant]:
        spec = mapping(source.object.get("spec"))
        types = texts(spec.get("policyTypes")) or ("Ingress", *(("Egress",) if spec.get("egress") else ()))
        if direction.capitalize() not in types:
            return
        nobody: frozenset[Point] = frozenset()
        yield Grant(source, ("spec",), deny=False, isolates=True, peers=nobody, ports=None, selector="nobody")
        key = "from" if direction == "ingress" else "to"
        for path, rule in items(spec.get(direction), ("spec", direction)):
            peers = mapping(rule).get(key)
            chosen = frozenset(self.points) if not peers else self._network_peers(peers, source.namespace)
            ports = tuple(_network_port(mapping(one)) for _, one in items(mapping(rule).get("ports"), path)) or None
            yield Grant(source, path, deny=False, isolates=True, peers=chosen, ports=ports, selector=repr(peers))

    def _network_peers(self, peers: object, namespace: str) -> frozenset[Point]:
        found: set[Point] = set()
        for _, one in items(peers, ()):
            key = f"{namespace} {one!r}"
            if key not in self._named:
                self._named[key] = frozenset(self._network_peer(mapping(one), namespace))
            found.update(self._named[key])
        return frozenset(found)

    @cached_property
    def _named(self) -> dict[str, frozenset[Point]]:
        """Points of peers that were met before."""
        return {}

    def _network_peer(self, peer: Object, namespace: str) -> Iterator[Point]:
        if "ipBlock" in peer:
            yield from self._in_range(mapping(peer["ipBlock"]).get("cidr"))
            return
        for sample in self.samples:
            labels = self.labels(sample)
            spaces = {key.removeprefix(NAMESPACE_LABELS): value for key, value in labels.items()}
            same = (
                selects(mapping(peer["namespaceSelector"]), spaces)
                if "namespaceSelector" in peer
                else sample.namespace == namespace
            )
            if same and selects(mapping(peer.get("podSelector")), labels):
                yield sample.point

    def _cilium(self, rule: CiliumRule) -> Iterator[Grant]:
        if not rule.rule:
            yield Grant(rule.source, rule.path, rule.deny, rule.isolates, frozenset(), None, selector="nobody")
            return
        peers, selector = self._cilium_peers(rule)
        if not rule.entries:
            yield Grant(
                rule.source, rule.path, rule.deny, rule.isolates, peers, None, selector=selector, stated=rule.stated
            )
        for path, entry in rule.entries:
            ports = tuple(_cilium_port(mapping(one)) for _, one in items(entry.get("ports"), path))
            rules = mapping(entry.get("rules"))
            l7 = next((kind for kind in L7_KINDS if rules.get(kind)), None)
            found = tuple(mapping(one) for _, one in items(rules.get(l7 or ""), ()))
            if entry.get("serverNames") and l7 is None:
                l7, found = "sni", ()
            yield Grant(rule.source, path, rule.deny, rule.isolates, peers, ports, l7, found, selector, rule.stated)

    def _cilium_peers(self, rule: CiliumRule) -> tuple[frozenset[Point], str]:
        word = "from" if rule.direction == "ingress" else "to"
        given = {
            key: value
            for key, value in rule.rule.items()
            if key.startswith(word) and key not in ("toPorts", f"{word}Requires")
        }
        if not given:
            return frozenset(self.points), "anybody"
        found: set[Point] = set()
        for _, selector in items(given.get(f"{word}Endpoints"), ()):
            scoped = scoped_selector(mapping(selector), rule.source)
            found.update(sample.point for sample in self.samples if selects(scoped, self.labels(sample)))
        for entity in texts(given.get(f"{word}Entities")):
            found.update(self._entity(entity))
        for text in texts(given.get(f"{word}CIDR")):
            found.update(self._in_range(text))
        for _, one in items(given.get(f"{word}CIDRSet"), ()):
            found.update(self._in_range(mapping(one).get("cidr")))
        for _, one in items(given.get("toFQDNs"), ()):
            found.add(("name", str(mapping(one).get("matchName") or mapping(one).get("matchPattern"))))
        return frozenset(found), repr(sorted(given.items(), key=lambda item: item[0]))

    def _entity(self, entity: str) -> set[Point]:
        found: set[Point] = {("entity", name) for name in _ENTITIES.get(entity, (entity,))}
        if entity in ("all", "cluster"):
            found.update(point for point in self.points if point[0] == "pod")
        if entity in ("all", "world"):
            found.update(point for point in self.points if point[0] in ("cidr", "name"))
        return found

    def _in_range(self, text: object) -> set[Point]:
        cidr = parsed_range(text)
        if cidr is None:
            return set()
        return {
            point for point in self.points if point[0] == "cidr" and lies_in(ip_network(point[1], strict=False), cidr)
        }


def _network_port(port: Object) -> tuple[str, int, int]:
    number, end = port.get("port"), port.get("endPort")
    protocol = str(port.get("protocol", "TCP"))
    if number is None:
        return protocol, 0, LAST_PORT
    first = int(number) if str(number).isdigit() else -1
    return protocol, first, end if isinstance(end, int) and end > first else first


def _cilium_port(port: Object) -> tuple[str, int, int]:
    number, end = str(port.get("port", "")), port.get("endPort")
    protocol = str(port.get("protocol", "ANY"))
    if number == "0":
        return protocol, 0, LAST_PORT
    first = int(number) if number.isdigit() else -1
    return protocol, first, end if isinstance(end, int) and end > first else first


def lets_everything(request: Object) -> bool:
    """Whether an entry of Cilium's HTTP rules asks nothing of a request."""
    return not any(request.get(key) for key in ("method", "path", "host", "headers", "headerMatches"))


def selects(selector: Object, labels: dict[str, str]) -> bool:
    """Whether a selector selects a pod with these labels."""
    wanted = mapping(selector.get("matchLabels"))
    if any(labels.get(bare(str(key))) != value for key, value in wanted.items()):
        return False
    for _, one in items(selector.get("matchExpressions"), ()):
        expression = mapping(one)
        found, values = labels.get(bare(str(expression.get("key")))), texts(expression.get("values"))
        holds = {
            "In": found in values,
            "NotIn": found not in values,
            "Exists": found is not None,
            "DoesNotExist": found is None,
        }.get(str(expression.get("operator")), False)
        if not holds:
            return False
    return True


def scoped_selector(selector: Object, source: Source) -> Object:
    """A peer's selector with the namespace that Cilium adds where it names none (C5)."""
    keys = [bare(key) for key in selector_keys(selector)]
    clusterwide = source.kind == CILIUM_KINDS[1]
    named = any(key == NAMESPACE_KEY or (key.startswith(NAMESPACE_LABELS) and not clusterwide) for key in keys)
    if named or clusterwide:
        return selector
    return {**selector, "matchLabels": {**mapping(selector.get("matchLabels")), NAMESPACE_KEY: source.namespace}}


def described(source: Source) -> Iterator[Sample]:
    """Pods that a manifest's selectors describe by labels."""
    if source.kind == "NetworkPolicy":
        yield _sample(mapping(mapping(source.object.get("spec")).get("podSelector")), source.namespace)
    for peer in _network_peers(source):
        spaces = mapping(mapping(peer.get("namespaceSelector")).get("matchLabels"))
        namespace = str(spaces.get("kubernetes.io/metadata.name", source.namespace))
        yield _sample(mapping(peer.get("podSelector")), namespace)
    for rule in cilium_rules(source):
        yield _sample(mapping(rule.spec.get("endpointSelector")), source.namespace)
        for key in ("fromEndpoints", "toEndpoints"):
            for _, one in items(rule.rule.get(key), ()):
                yield _sample(mapping(one), source.namespace)


def _network_peers(source: Source) -> Iterator[Object]:
    """Every peer of a NetworkPolicy."""
    spec = mapping(source.object.get("spec")) if source.kind == "NetworkPolicy" else {}
    for direction, key in (("ingress", "from"), ("egress", "to")):
        for _, rule in items(spec.get(direction), ()):
            yield from (mapping(peer) for _, peer in items(mapping(rule).get(key), ()))


def _sample(selector: Object, namespace: str) -> Sample:
    labels = {bare(str(key)): str(value) for key, value in mapping(selector.get("matchLabels")).items()}
    for _, one in items(selector.get("matchExpressions"), ()):
        values = texts(mapping(one).get("values"))
        if mapping(one).get("operator") == "In" and values:
            labels.setdefault(bare(str(mapping(one).get("key"))), values[0])
    namespace = labels.pop(NAMESPACE_KEY, namespace)
    kept = {key: value for key, value in labels.items() if not key.startswith(NAMESPACE_LABELS)}
    return Sample(namespace, tuple(sorted(kept.items())))


def written_points(source: Source) -> Iterator[tuple[str, str]]:
    """Ranges and names that a manifest writes."""
    ranges: list[object] = [mapping(peer.get("ipBlock")).get("cidr") for peer in _network_peers(source)]
    for rule in cilium_rules(source):
        for word in ("from", "to"):
            ranges.extend(texts(rule.rule.get(f"{word}CIDR")))
            ranges.extend(mapping(one).get("cidr") for _, one in items(rule.rule.get(f"{word}CIDRSet"), ()))
        for _, one in items(rule.rule.get("toFQDNs"), ()):
            yield "name", str(mapping(one).get("matchName") or mapping(one).get("matchPattern"))
    yield from (("cidr", str(text)) for text in ranges if parsed_range(text))
