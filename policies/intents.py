"""What the bundles of a cluster mean, before any engine: who is isolated, and what is allowed and denied.

- A pod is isolated in a direction if a baseline says so, else it is open. Only baselines isolate.
- An intent that allows never isolates. A deny beats every allow.
- Between isolated pods a flow needs an allow that covers both ends; it opens both.
- On a port for which somebody has `http` intents, a peer with such intents may send the union of their requests.
- DNS questions are rights of their own: for any name, or for some.
- In a mesh with STRICT mutual TLS only callers with an identity are let in.

`policies.verdict` answers from this for one flow; the compilers turn it into manifests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from components.facts.policy_features import AZURE_SEARCH_DOMAIN, CLUSTER_DOMAIN
from components.problems import KeyPath
from policies.config import NamespaceConfig
from policies.peers import Peer, Pods
from policies.ports import Ports, ports_text
from policies.requests import Requests

_SHOWN_NAMES = 4
_BUNDLE = "bundle:"

Direction = Literal["ingress", "egress"]
DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a bundle: where a manifest comes from.

    Attributes:
        label: What manifests call it; each layer of a bundle has its own.
        kind: Which kind of layer.
        position: Place among the layers, from 0.
        bundle: The bundle.
    """

    label: str
    kind: str
    position: int
    bundle: str = ""

    @property
    def path(self) -> KeyPath:
        """Where it is written, with the bundle before the path in its file; `in_bundle` takes it off again."""
        return bundle_path(self.bundle, "layers", self.position)

    def seen_from(self, other: Layer) -> str:
        """What a message about another layer calls it."""
        return f"layer {self.label}" if self.bundle == other.bundle else f"layer {self.label} of bundle {self.bundle}"


def bundle_path(bundle: str, *path: str | int) -> KeyPath:
    """A path in a bundle's file with the bundle before it; without one for no bundle."""
    return (f"{_BUNDLE}{bundle}", *path) if bundle else path


def in_bundle(path: KeyPath) -> tuple[str | None, KeyPath]:
    """The bundle that a path is of, and the path in its file; None for paths that begin without one."""
    if path and isinstance(path[0], str) and path[0].startswith(_BUNDLE):
        return path[0].removeprefix(_BUNDLE), path[1:]
    return None, path


@dataclass(frozen=True, slots=True)
class Intent:
    """One flow that is allowed or denied.

    Attributes:
        layer: The layer that says so.
        path: Where it is written.
        source: Who connects.
        target: To whom.
        ports: The target's ports; empty means all of every protocol.
        deny: Whether it forbids instead.
        requests: HTTP requests that may be sent; None for anything at all.
        identity: Whether callers must prove who they are.
        implied: Whether it follows from another layer's needs rather than being written.
    """

    layer: Layer
    path: KeyPath
    source: Peer
    target: Peer
    ports: Ports = ()
    deny: bool = False
    requests: tuple[Requests, ...] | None = None
    identity: bool = False
    implied: bool = False

    def __str__(self) -> str:
        arrow = "-x" if self.deny else "->"
        ports = f":{ports_text(self.ports)}" if self.ports else ""
        what = f" [{' | '.join(map(str, self.requests))}]" if self.requests is not None else ""
        return f"{self.layer.label}: {self.source} {arrow} {self.target}{ports}{what}"

    @property
    def filters(self) -> bool:
        """Whether it lets only some of what its ports carry through: some requests, or callers with an identity."""
        return self.requests is not None or self.identity

    def end(self, direction: Direction) -> Peer:
        """The end that a rule of a direction is attached to."""
        return self.target if direction == "ingress" else self.source

    def other_end(self, direction: Direction) -> Peer:
        """The end that a rule of a direction names."""
        return self.source if direction == "ingress" else self.target


@dataclass(frozen=True, slots=True)
class Isolation:
    """Pods from and to which nothing flows but what is allowed.

    Attributes:
        layer: The baseline that says so.
        path: Where it is written.
        pods: A namespace, or every namespace but some.
        directions: In which directions.
        dns: What the pods may ask DNS for: the baseline's `dns`.
    """

    layer: Layer
    path: KeyPath
    pods: Pods
    directions: tuple[Direction, ...]
    dns: str = "auto"

    def __str__(self) -> str:
        return f"{self.layer.label}: isolate {self.pods} ({' and '.join(self.directions)})"


@dataclass(frozen=True, slots=True)
class DnsRight:
    """What pods may ask the cluster's DNS.

    Attributes:
        layer: The layer that it comes from.
        path: Where that is written.
        pods: Who may ask.
        except_: Pods among them that have rights of their own instead.
        names: Names and patterns; None for any name. `("*",)` is any name too, but learned for rules by name.
    """

    layer: Layer
    path: KeyPath
    pods: Pods
    except_: tuple[Pods, ...] = ()
    names: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return f"{self.layer.label}: {self.pods} -> DNS ({_names_text(self.names)})"


def _names_text(names: tuple[str, ...] | None) -> str:
    """Names as people mean them, without what resolvers append."""
    if names is None or names == ("*",):
        return "any name"
    own = [name for name in names if not name.endswith((CLUSTER_DOMAIN, AZURE_SEARCH_DOMAIN))]
    more = [f"{len(own) - _SHOWN_NAMES} more"] if len(own) > _SHOWN_NAMES else []
    cluster = ["names of the cluster"] if any(name.endswith(CLUSTER_DOMAIN) for name in names) else []
    return ", ".join([*own[:_SHOWN_NAMES], *more, *cluster])


@dataclass(frozen=True, slots=True)
class MutualTls:
    """How pods of a namespace with sidecars are called."""

    layer: Layer
    path: KeyPath
    namespace: str
    mode: Literal["STRICT", "PERMISSIVE"]

    def __str__(self) -> str:
        return f"{self.layer.label}: {self.mode} in {self.namespace}"


@dataclass(frozen=True, slots=True)
class ManagedNamespace:
    """A namespace that a bundle makes."""

    layer: Layer
    name: str
    config: NamespaceConfig

    def __str__(self) -> str:
        return f"{self.layer.label}: make {self.name}"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The normal form of a bundle, or of all bundles of a cluster together.

    Attributes:
        bundles: The bundles' names.
        layers: Their layers, in order.
        namespaces: Their namespaces.
        managed: The namespaces that they make.
        workloads: Their workloads by name.
        isolations: Who is isolated.
        intents: What is allowed and denied.
        dns: Who may ask for which names.
        mtls: Where callers must use mutual TLS.
        spared: Namespaces that are never isolated.
        meshed: Namespaces whose pods have sidecars.
        raw: Files of manifests by layer.
        local_dns: Whether questions to DNS go to the pod's own node.
    """

    bundles: tuple[str, ...]
    layers: tuple[Layer, ...] = ()
    namespaces: dict[str, NamespaceConfig] = field(default_factory=dict)
    managed: tuple[ManagedNamespace, ...] = ()
    workloads: dict[str, Pods] = field(default_factory=dict)
    isolations: tuple[Isolation, ...] = ()
    intents: tuple[Intent, ...] = ()
    dns: tuple[DnsRight, ...] = ()
    mtls: tuple[MutualTls, ...] = ()
    spared: tuple[str, ...] = ()
    meshed: frozenset[str] = frozenset()
    raw: tuple[tuple[Layer, KeyPath, str], ...] = ()
    local_dns: bool = False

    def isolates(self, pods: Peer, direction: Direction) -> bool:
        """Whether all these pods are isolated in a direction."""
        return isinstance(pods, Pods) and any(
            direction in isolation.directions and isolation.pods.covers(pods) for isolation in self.isolations
        )

    def isolations_within(self, pods: Pods, direction: Direction) -> tuple[Isolation, ...]:
        """Isolations of a direction whose pods are all among these."""
        return tuple(
            isolation
            for isolation in self.isolations
            if direction in isolation.directions and pods.covers(isolation.pods)
        )

    def strict(self, namespace: str) -> bool:
        """Whether pods of a namespace refuse plain text."""
        return any(one.namespace == namespace and one.mode == "STRICT" for one in self.mtls)
