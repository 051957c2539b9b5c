"""What compilers make: manifests without names and labels, in phases that say when each may land."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Any, Protocol

from components.problems import KeyPath
from policies.attribution import BUNDLE_SEPARATOR
from policies.intents import Direction, Intent, Layer
from policies.peers import Peer, Pods
from policies.ports import Ports
from policies.requests import Requests

Spec = dict[str, Any]

NETWORK_POLICY = ("networking.k8s.io/v1", "NetworkPolicy")
CILIUM_POLICY = ("cilium.io/v2", "CiliumNetworkPolicy")
CLUSTERWIDE_POLICY = ("cilium.io/v2", "CiliumClusterwideNetworkPolicy")
AUTHORIZATION_POLICY = ("security.istio.io/v1", "AuthorizationPolicy")
PEER_AUTHENTICATION = ("security.istio.io/v1", "PeerAuthentication")
NAMESPACE = ("v1", "Namespace")


@unique
class Phase(IntEnum):
    """When a manifest lands. Removal goes the other way round, so that it opens before it closes.

    Denies come before allows, so that nothing opens for a moment. Allows that isolate nobody come before all that
    isolates; each of the isolating ones is complete for the pods it selects, and more particular ones come first.
    """

    NAMESPACES = 0
    DENIES = 1
    ALLOWS = 2
    WORKLOADS = 3
    REMAINDERS = 4
    ISOLATION = 5
    MUTUAL_TLS = 6


@dataclass(frozen=True, slots=True)
class Draft:
    """A manifest without metadata.

    Attributes:
        api: apiVersion and kind.
        namespace: Where it goes; None for what belongs to the cluster.
        name: Parts of its name, after the bundle's.
        spec: Its spec.
        layer: The layer that it is attributed to.
        intents: What it does, in the bundle's words.
        why: Why it is of this kind.
        phase: When it lands.
        rank: Order within a phase: lower ones land first.
        path: Where the first of its intents is written.
    """

    api: tuple[str, str]
    namespace: str | None
    name: tuple[str, ...]
    spec: Spec
    layer: Layer
    intents: tuple[str, ...]
    why: str
    phase: Phase
    rank: int = 0
    path: KeyPath = ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """One end of an intent: the pods that a rule is attached to, and whom it names.

    Attributes:
        intent: Where it comes from.
        direction: Of the rule, as the subject sees it.
        subject: The pods.
        peer: The other end.
        ports: The target's ports.
        requests: HTTP requests, where the rule itself filters them.
    """

    intent: Intent
    direction: Direction
    subject: Pods
    peer: Peer
    ports: Ports
    requests: tuple[Requests, ...] | None = None


class Attributed(Protocol):
    """What is written in some layer, and says in words what it is."""

    @property
    def layer(self) -> Layer:
        """The layer."""


def owner(values: Iterable[Attributed]) -> Layer:
    """The layer that an object is attributed to, of those it comes from: the last of the first bundle."""
    layers = [value.layer for value in values]
    return max((layer for layer in layers if layer.bundle == layers[0].bundle), key=lambda layer: layer.position)


def texts(values: Iterable[Attributed], layer: Layer) -> tuple[str, ...]:
    """What an object of a layer is for, each text once, in order; what another bundle says begins with its name."""
    return tuple(
        dict.fromkeys(
            str(value) if value.layer.bundle == layer.bundle else f"{value.layer.bundle}{BUNDLE_SEPARATOR}{value}"
            for value in values
        )
    )
