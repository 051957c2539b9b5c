"""Which policies Cilium's CRDs refuse, which only its agent does, and which nobody does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.facts import DNS, GET_DATA, HTTP, Object, deny, egress, ingress, names, plain, requests
from tests.conformance.notation import app, ccnp, cnp
from tests.conformance.oracles import Oracle

pytestmark = pytest.mark.conformance

PEER: Object = {"fromEndpoints": [app("web")]}


def to_ports(*ports: Object, **more: Any) -> Object:
    """A CNP that lets everybody in to some ports."""
    return ingress({"toPorts": [{"ports": list(ports), **more}]})


def over(protocol: str | None) -> Object:
    """A filter of requests on a port of a protocol."""
    port = {"port": "80", **({"protocol": protocol} if protocol else {})}
    return to_ports(port, rules={"http": [GET_DATA]})


MANY_PORTS = [{"port": str(number)} for number in range(1, 42)]
CIDR = {"toCIDR": ["203.0.113.0/24"]}
FQDNS = {"toFQDNs": [{"matchName": "example.com"}]}

CRD_REFUSES = {
    "no selector": cnp("x", {"ingress": [{}]}),
    "two selectors": ingress({}, nodeSelector={}),
    "no section": cnp("x", {"endpointSelector": {}}),
    "an unknown entity": ingress({"fromEntities": ["wolrd"]}),
    "world-ipv4": ingress({"fromEntities": ["world-ipv4"]}),
    "a port that is a number": to_ports({"port": 80}),
    "41 ports": to_ports(*MANY_PORTS),
    "an address without a prefix": egress({"toCIDR": ["203.0.113.5"]}),
    "an unknown protocol": to_ports({"port": "80", "protocol": "HTTP"}),
    "a pattern of DNS with other characters": egress({"toFQDNs": [{"matchPattern": "exa mple.com"}]}),
    "name and pattern": egress({"toFQDNs": [{"matchName": "example.com", "matchPattern": "*.example.com"}]}),
    "rules: {}": to_ports({"port": "80"}, rules={}),
    "requests and names": to_ports({"port": "80"}, rules={"http": [{}], "dns": [{"matchPattern": "*"}]}),
    "fromRequires": ingress({"fromRequires": [app("web")]}),
    "a misspelt section": ingress({"fromEndpoint": [app("web")]}),
    "an unknown field beside the spec": {**ingress(PEER), "description": "x"},
}
AGENT_REFUSES = {
    "neither spec nor specs": {key: value for key, value in ingress().items() if key != "spec"},
    "only empty sections": ingress(),
    "a nodeSelector in a CNP": cnp("x", {"nodeSelector": {}, "ingress": [PEER]}),
    "names and pods in one rule": egress({**FQDNS, "toEndpoints": [app("api")]}),
    "ranges and entities in one rule": egress({**CIDR, "toEntities": ["world"]}),
    "icmps and ports in one rule": ingress({"icmps": [{"fields": [{"type": 8}]}], "toPorts": [HTTP]}),
    "41 ports in a deny": deny({"toPorts": [{"ports": MANY_PORTS}]}),
    "port 65536": to_ports({"port": "65536"}),
    "port 80-90": to_ports({"port": "80-90"}),
    "an exception elsewhere": egress({"toCIDRSet": [{"cidr": "203.0.113.0/24", "except": ["198.51.100.0/28"]}]}),
    "requests over UDP": over("UDP"),
    "requests over any protocol": over("ANY"),
    "requests without a protocol": over(None),
    "a broken expression": ingress(requests({"path": "/(data"})),
    "requests on port 0": to_ports({"port": "0", "protocol": "TCP"}, rules={"http": [GET_DATA]}),
    "names at ingress": to_ports(*DNS, rules={"dns": [{"matchPattern": "*"}]}),
    "names on a range": egress(
        {"toPorts": [{"ports": [{**DNS[0], "endPort": 60}], "rules": {"dns": [{"matchPattern": "*"}]}}]}
    ),
    "requests of a node": ccnp("x", {"nodeSelector": {}, "ingress": [requests(GET_DATA)]}),
}
NOBODY_REFUSES = {
    "a range that ends before it begins": to_ports({"port": "80", "endPort": 79, "protocol": "TCP"}),
    "a name with an end": to_ports({"port": "http", "endPort": 90, "protocol": "TCP"}),
    "requests on a range": to_ports({"port": "80", "endPort": 90, "protocol": "TCP"}, rules={"http": [GET_DATA]}),
    "specs: []": {**{key: value for key, value in ingress().items() if key != "spec"}, "specs": []},
    "an exception that is wider": egress({"toCIDRSet": [{"cidr": "203.0.113.0/24", "except": ["203.0.113.0/16"]}]}),
    "names on any port": egress({"toPorts": [{"ports": [{"port": "54"}], "rules": {"dns": [{"matchPattern": "*"}]}}]}),
    "toFQDNs: [] with ports": egress({"toFQDNs": [], "toPorts": [HTTP]}),
    "a filter of requests that does not isolate": ingress(requests(GET_DATA), enableDefaultDeny={"ingress": False}),
    "a filter of names": egress(names({"matchPattern": "*.example.com"})),
    # an API server that reads strictly does; one that does not drops the filter and denies the whole port
    "requests in a deny": deny({"toPorts": [{"ports": [{"port": "80"}], "rules": {"http": [{}]}}]}),
    "a NetworkPolicy": plain(policyTypes=["Ingress"], ingress=[{"ports": [{"port": "http"}]}]),
}


def problems(manifest: Object, cilium: Oracle) -> Object:
    """What schema and agent say about one manifest."""
    (found,) = cilium.ask({"manifests": [manifest]})["manifests"]
    return dict(found)


@pytest.mark.parametrize("says", CRD_REFUSES)
def test_the_crd_refuses(says: str, cilium: Oracle) -> None:
    assert "schema" in problems(CRD_REFUSES[says], cilium)


@pytest.mark.parametrize("says", AGENT_REFUSES)
def test_only_the_agent_refuses(says: str, cilium: Oracle) -> None:
    assert list(problems(AGENT_REFUSES[says], cilium)) == ["agent"]


@pytest.mark.parametrize("says", NOBODY_REFUSES)
def test_nobody_refuses(says: str, cilium: Oracle) -> None:
    assert problems(NOBODY_REFUSES[says], cilium) == {}


def test_what_is_refused_is_not_enforced(cilium: Oracle) -> None:
    pods = {name: {"kind": "pod", "namespace": "shop", "labels": {"app": name}} for name in ("web", "api")}
    flows = [{"from": "web", "to": "api", "port": 80, "protocol": "TCP"}]
    broken = ingress(requests({"path": "/(data"}))
    answer = cilium.ask({"endpoints": pods, "manifests": [broken], "flows": flows})
    assert answer["flows"] == [{"egress": "allowed", "ingress": "allowed"}]
