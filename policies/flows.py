"""One connection, as a question to a bundle's meaning: from whom, to whom, on which port, with which request."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from policies.peers import Address, ApiServer, Name, Node, Outside, Peer, Pods
from policies.requests import Request, name_matches

AnyAddress = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod with an address of its own.

    Attributes:
        namespace: Its namespace.
        labels: Its labels.
        account: Its service account.
        meshed: Whether it has a sidecar.
    """

    namespace: str
    labels: frozenset[tuple[str, str]] = frozenset()
    account: str = "default"
    meshed: bool = False


@dataclass(frozen=True, slots=True)
class Stranger:
    """An address outside the cluster, and the name under which a pod learned it, if any."""

    address: AnyAddress
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ApiServerAddress:
    """The address of the API server, outside the cluster."""

    address: AnyAddress


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node, or a pod on its network; `own` if it is the node that the pod at the other end runs on."""

    own: bool = False


Endpoint = Pod | Stranger | ApiServerAddress | NodeAddress


@dataclass(frozen=True, slots=True)
class Flow:
    """A connection and what is sent over it.

    Attributes:
        source: Who connects.
        target: To whom.
        port: The target's port, behind any Service.
        protocol: TCP or UDP.
        request: The HTTP request sent; None if it is not HTTP.
        query: The DNS name asked for; None if it is no DNS question.
    """

    source: Endpoint
    target: Endpoint
    port: int
    protocol: str = "TCP"
    request: Request | None = None
    query: str | None = None


def is_among(endpoint: Endpoint, peer: Peer) -> bool:
    """Whether an endpoint is what a peer means.

    The cases: pods are selected by namespace and labels; strangers by address or by the name they were learned by; the
    API server by itself, and as an address outside; nodes by themselves only, whatever their address.
    """
    match peer, endpoint:
        case Pods(), Pod():
            return peer.matches(endpoint.namespace, endpoint.labels)
        case Outside(), Stranger() | ApiServerAddress():
            return True
        case Address(), Stranger() | ApiServerAddress():
            return endpoint.address in peer.cidr and not any(endpoint.address in one for one in peer.except_)
        case Name(), Stranger():
            return endpoint.name is not None and name_matches(peer.pattern, endpoint.name)
        case (ApiServer(), ApiServerAddress()) | (Node(), NodeAddress()):
            return True
    return False
