"""Flows of the policies' own model, as questions to Cilium's and Istio's engines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from policies.flows import ApiServerAddress, Endpoint, Flow, NodeAddress, Pod, Stranger
from policies.manifests import Manifest
from policies.requests import Request
from tests.conformance.notation import ends
from tests.conformance.oracles import Oracle

Object = dict[str, Any]
CILIUM_KINDS = ("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy")
ISTIO_KINDS = ("AuthorizationPolicy", "PeerAuthentication")


def of_kinds(manifests: Iterable[Manifest], kinds: Sequence[str]) -> list[Object]:
    """The objects of some kinds."""
    return [one.object for one in manifests if one.kind in kinds]


@dataclass(frozen=True)
class Engines:
    """Both engines, one behind the other, as in a cluster.

    Attributes:
        cilium: Cilium's.
        istio: Istio's.
        root_namespace: Where policies for the whole mesh live.
        any_cluster: Whether Cilium is asked as before 1.19.
    """

    cilium: Oracle
    istio: Oracle
    root_namespace: str = "aks-istio-system"
    any_cluster: bool = False

    def allow(self, manifests: Sequence[Manifest], flows: Sequence[Flow]) -> list[bool]:
        """Which flows pass; every manifest has to be valid."""
        past_cilium = self._past_cilium(of_kinds(manifests, CILIUM_KINDS), flows)
        seen = [index for index, flow in enumerate(flows) if _reaches_a_sidecar(flow)]
        past_istio = self._past_istio(of_kinds(manifests, ISTIO_KINDS), [flows[index] for index in seen])
        found = list(past_cilium)
        for index, passes in zip(seen, past_istio, strict=True):
            found[index] = found[index] and passes
        return found

    def _past_cilium(self, manifests: list[Object], flows: Sequence[Flow]) -> list[bool]:
        names = _names(flows)
        asked = [
            {
                "from": names[flow.source],
                "to": names[flow.target],
                "port": flow.port,
                "protocol": flow.protocol,
                "query": flow.query or "",
                **_request(flow.request),
            }
            for flow in flows
        ]
        endpoints = {name: _endpoint(one) for one, name in names.items()}
        case = {"endpoints": endpoints, "manifests": manifests, "flows": asked, "anyCluster": self.any_cluster}
        answer = self.cilium.ask(case)
        assert [one for one in answer["manifests"] if one] == []
        return [ends(one) == "allowed" for one in answer["flows"]]

    def _past_istio(self, manifests: list[Object], flows: Sequence[Flow]) -> list[bool]:
        names = _names(flows)
        asked = [
            {"from": names[flow.source], "to": names[flow.target], "port": flow.port, **_request(flow.request)}
            for flow in flows
        ]
        workloads = {name: _workload(one) for one, name in names.items()}
        case = {"rootNamespace": self.root_namespace, "workloads": workloads, "manifests": manifests, "flows": asked}
        answer = self.istio.ask(case)
        assert [one for one in answer["manifests"] if one] == []
        return [one == "allowed" for one in answer["flows"]]


def _reaches_a_sidecar(flow: Flow) -> bool:
    """Whether the target's sidecar sees a flow. Probes come from the own node, and it answers those itself."""
    target = flow.target
    return isinstance(target, Pod) and target.meshed and flow.protocol == "TCP" and flow.source != NodeAddress(own=True)


def _names(flows: Sequence[Flow]) -> dict[Endpoint, str]:
    found = dict.fromkeys(end for flow in flows for end in (flow.source, flow.target))
    return {end: f"e{number}" for number, end in enumerate(found)}


def _request(request: Request | None) -> Object:
    if request is None:
        return {}
    return {
        "request": {
            "method": request.method,
            "target": request.target,
            "host": request.host,
            "headers": dict(request.headers),
        }
    }


def _endpoint(one: Endpoint) -> Object:
    """An endpoint as Cilium's program takes it."""
    match one:
        case Pod():
            return {
                "kind": "pod",
                "namespace": one.namespace,
                "labels": dict(one.labels),
                "serviceAccount": one.account,
            }
        case Stranger():
            return {"kind": "world", "address": str(one.address), "names": [one.name] if one.name else []}
        case ApiServerAddress():
            return {"kind": "apiServer", "address": str(one.address)}
        case NodeAddress():
            return {"kind": "host" if one.own else "remote-node"}


def _workload(one: Endpoint) -> Object:
    """An endpoint as Istio's program takes it."""
    if not isinstance(one, Pod):
        return {}
    return {
        "namespace": one.namespace,
        "labels": dict(one.labels),
        "serviceAccount": one.account,
        "sidecar": one.meshed,
    }
