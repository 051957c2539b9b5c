"""What compilers make: manifests without names and labels, in phases that say when each may land."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Any

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


def unique_texts(values: list[Any]) -> tuple[str, ...]:
    """Texts of values, each once, in order."""
    return tuple(dict.fromkeys(map(str, values)))
