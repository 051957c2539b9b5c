"""A manifest as lints look at it: where it is written, and the rules in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from components.problems import KeyPath, Problem
from policies.capabilities import Capabilities
from policies.intents import Meaning

Object = dict[str, Any]

CILIUM_KINDS = ("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")
API_VERSIONS = {
    "NetworkPolicy": ("networking.k8s.io/v1",),
    "CiliumNetworkPolicy": ("cilium.io/v2",),
    "CiliumClusterwideNetworkPolicy": ("cilium.io/v2",),
    "AuthorizationPolicy": ("security.istio.io/v1", "security.istio.io/v1beta1"),
    "PeerAuthentication": ("security.istio.io/v1", "security.istio.io/v1beta1"),
    "RequestAuthentication": ("security.istio.io/v1", "security.istio.io/v1beta1"),
}
MEANS_ANNOTATION = "cilia/means"
"""`allow-all` or `deny-all`: states that an empty rule means what it does."""


@dataclass(frozen=True, slots=True)
class Source:
    """One manifest.

    Attributes:
        object: It.
        file: Its file, as the user knows it; the manifest's name where it was compiled.
        line: Line of a path in it.
        written: Whether a person wrote it.
        place: Where the intent is written that it was compiled from; None for what a person wrote.
    """

    object: Object
    file: str
    line: Callable[[KeyPath], int]
    written: bool = True
    place: KeyPath | None = None

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.object.get("kind"))

    @property
    def metadata(self) -> Object:
        """Its metadata; empty if there is none."""
        found = self.object.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def labels(self) -> dict[str, Any]:
        """Its labels; empty if there are none."""
        found = self.metadata.get("labels")
        return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}

    @property
    def namespace(self) -> str:
        """Its namespace; Kubernetes' default where none is written."""
        return str(self.metadata.get("namespace") or "default")

    @property
    def selector(self) -> Object:
        """What it selects workloads by, as Istio's kinds write it; empty if it selects all."""
        return mapping(mapping(self.object.get("spec")).get("selector"))

    @property
    def label(self) -> str:
        """It as other manifests' messages call it."""
        return f"{self.kind} {self.metadata.get('name', '')}"

    def means(self, what: str) -> bool:
        """Whether its author states that it allows or denies everything."""
        annotations = self.metadata.get("annotations")
        return isinstance(annotations, dict) and annotations.get(MEANS_ANNOTATION) == what

    def at(self, problem: Problem) -> Problem:
        """A problem at its place in the manifest's file, or at the intent that the manifest is for."""
        path = problem.path if self.place is None else self.place
        return replace(problem, path=path, file=self.file, line=self.line(path))


@dataclass(frozen=True, slots=True)
class Context:
    """What is known around the manifests of one cluster.

    Attributes:
        capabilities: What the cluster can enforce.
        meanings: What its bundles mean: workloads, namespaces, ports.
        host_network: Names of workloads that share their node's network.
        ports: Numbers and protocols of ports by workload and port name.
        http_ports: Ports that speak HTTP, by workload.
    """

    capabilities: Capabilities
    meanings: tuple[Meaning, ...] = ()
    host_network: frozenset[str] = frozenset()
    ports: dict[str, dict[str, tuple[str, int]]] = field(default_factory=dict)
    http_ports: dict[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CiliumRule:
    """One entry of ingress, egress, ingressDeny or egressDeny.

    Attributes:
        source: The manifest.
        path: Of the entry.
        spec: The spec it stands in.
        section: Which of the four.
        rule: The entry.
    """

    source: Source
    path: KeyPath
    spec: Object
    section: str
    rule: Object

    @property
    def direction(self) -> str:
        """Ingress or egress, as sections spell it."""
        return self.section.removesuffix("Deny")

    @property
    def deny(self) -> bool:
        """Whether it denies."""
        return self.section.endswith("Deny")

    @property
    def isolates(self) -> bool:
        """Whether it makes what it selects default deny (C1)."""
        flags = self.spec.get("enableDefaultDeny")
        return not (isinstance(flags, dict) and flags.get(self.direction) is False)

    @property
    def stated(self) -> bool:
        """Whether it says itself that it isolates."""
        flags = self.spec.get("enableDefaultDeny")
        return isinstance(flags, dict) and flags.get(self.direction) is True

    @property
    def entries(self) -> list[tuple[KeyPath, Object]]:
        """Its toPorts entries with their paths."""
        return [
            (path, one)
            for path, one in items(self.rule.get("toPorts"), (*self.path, "toPorts"))
            if isinstance(one, dict)
        ]


SECTIONS = ("ingress", "egress", "ingressDeny", "egressDeny")


def specs(source: Source) -> Iterator[tuple[KeyPath, Object]]:
    """The spec and every one of the specs of a Cilium policy."""
    spec = source.object.get("spec")
    if isinstance(spec, dict):
        yield ("spec",), spec
    yield from ((path, one) for path, one in items(source.object.get("specs"), ("specs",)) if isinstance(one, dict))


def cilium_rules(source: Source) -> Iterator[CiliumRule]:
    """Every rule of a Cilium policy."""
    for path, spec in specs(source):
        for section in SECTIONS:
            for where, rule in items(spec.get(section), (*path, section)):
                if isinstance(rule, dict):
                    yield CiliumRule(source, where, spec, section, rule)


def items(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Entries of a list with their paths; none of something else."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield (*path, index), one


def mapping(value: object) -> Object:
    """A mapping; empty for something else."""
    return value if isinstance(value, dict) else {}


def texts(value: object) -> tuple[str, ...]:
    """The texts in a list; none of something else."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def located(source: Source, problems: Iterable[Problem]) -> Iterator[Problem]:
    """Problems at their places in a manifest's file."""
    return (source.at(problem) for problem in problems)
