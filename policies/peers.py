"""Who an intent speaks of, and whom that covers: pods by namespace and labels, and everything that is no pod.

A peer says what is meant, never how an engine selects it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from components.facts.policy_features import SYSTEM_NAMESPACES
from policies.names import slug

Network = IPv4Network | IPv6Network
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pods:
    """Pods with addresses of their own; what is not given does not restrict.

    Attributes:
        namespace: Their namespace; any if None.
        labels: Labels that they all carry, sorted.
        not_in: Namespaces that they are not in; only where `namespace` is None.
        workload: What the bundle calls them.
        account: Their service account, where known.
        meshed: Whether they have sidecars.
    """

    namespace: str | None = None
    labels: Labels = ()
    not_in: tuple[str, ...] = ()
    workload: str | None = field(default=None, compare=False)
    account: str | None = field(default=None, compare=False)
    meshed: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        if self.workload:
            return self.workload
        if self.namespace:
            return f"namespace {self.namespace}"
        return "every namespace but the system's" if self.not_in else "any pod"

    @property
    def slug(self) -> str:
        """The peer as part of an object's name."""
        if self.workload:
            return self.workload
        if self.namespace:
            return f"ns-{self.namespace}"
        # other namespaces are other objects: changed in place a rule would leave some before their isolation goes
        spared = [name for name in self.not_in if name not in SYSTEM_NAMESPACES]
        return "-".join(["all-namespaces", *(["but", *spared] if spared else [])]) if self.not_in else "cluster"

    def matches(self, namespace: str, labels: frozenset[tuple[str, str]]) -> bool:
        """Whether a pod is among them."""
        return self.in_namespace(namespace) and labels.issuperset(self.labels)

    def in_namespace(self, namespace: str) -> bool:
        """Whether pods of a namespace may be among them."""
        return namespace not in self.not_in if self.namespace is None else namespace == self.namespace

    def covers(self, other: Pods) -> bool:
        """Whether every pod of the other is among them."""
        if self.namespace is not None:
            same = self.namespace == other.namespace
        elif other.namespace is not None:
            same = other.namespace not in self.not_in
        else:
            same = set(self.not_in) <= set(other.not_in)
        return same and set(self.labels) <= set(other.labels)

    def may_overlap(self, other: Pods) -> bool:
        """Whether a pod could be among both: no namespace and no label's value contradicts."""
        if self.namespace and other.namespace and self.namespace != other.namespace:
            return False
        if (self.namespace and self.namespace in other.not_in) or (other.namespace and other.namespace in self.not_in):
            return False
        theirs = dict(other.labels)
        return all(theirs.get(key, value) == value for key, value in self.labels)


@dataclass(frozen=True, slots=True)
class Outside:
    """Any address outside the cluster, the API server's among them."""

    def __str__(self) -> str:
        return "outside"

    @property
    def slug(self) -> str:
        """The peer as part of an object's name."""
        return "outside"


@dataclass(frozen=True, slots=True)
class Address:
    """Addresses outside the cluster in a range; never pods or nodes, wherever the range lies."""

    cidr: Network
    except_: tuple[Network, ...] = ()

    def __str__(self) -> str:
        return f"{self.cidr} except {', '.join(map(str, self.except_))}" if self.except_ else str(self.cidr)

    @property
    def slug(self) -> str:
        """The peer as part of an object's name."""
        return slug(str(self))


@dataclass(frozen=True, slots=True)
class Name:
    """Addresses outside the cluster that a pod learned by asking for a DNS name; `*` stays within its label."""

    pattern: str

    def __str__(self) -> str:
        return self.pattern

    @property
    def slug(self) -> str:
        """The peer as part of an object's name."""
        return slug(self.pattern)


@dataclass(frozen=True, slots=True)
class ApiServer:
    """The Kubernetes API server, which AKS runs outside the cluster."""

    def __str__(self) -> str:
        return "API server"

    @property
    def slug(self) -> str:
        """The peer as part of an object's name."""
        return "api-server"


@dataclass(frozen=True, slots=True)
class Node:
    """Any node, and pods that share a node's network."""

    def __str__(self) -> str:
        return "node"

    @property
    def slug(self) -> str:
        """The peer as part of an object's name."""
        return "node"


Peer = Pods | Outside | Address | Name | ApiServer | Node


def covers(whole: Peer, part: Peer) -> bool:
    """Whether everything in `part` is certainly in `whole`."""
    if isinstance(whole, Pods):
        return isinstance(part, Pods) and whole.covers(part)
    if isinstance(whole, Outside):
        return isinstance(part, Outside | Address | Name | ApiServer)
    if isinstance(whole, Address):
        return isinstance(part, Address) and _range_covers(whole, part)
    return whole == part


def _range_covers(whole: Address, part: Address) -> bool:
    if not lies_in(part.cidr, whole.cidr):
        return False
    left = (one for one in whole.except_ if one.overlaps(part.cidr))
    return all(any(lies_in(one, other) for other in part.except_) for one in left)


def lies_in(inner: Network, outer: Network) -> bool:
    """Whether every address of a range is in another."""
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network) and inner.subnet_of(outer)


def not_a_part(what: str, inner: Network | None, outer: Network) -> str:
    """Why a range cannot be left out of another one."""
    if inner == outer:
        return f"{what} is the whole of {outer}, of which nothing is left; remove it, or narrow it"
    return f"{what} is not a part of {outer}; remove it, or widen cidr"
