"""What a real API server says, strictly: about policies of all kinds, shipped bundles, and the chart's objects."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings

from tests.conformance import test_cilium_validity as cilium_policies
from tests.conformance import test_istio_facts as istio_policies
from tests.conformance.apiserver import ApiServer, RefusedError
from tests.conformance.bundles import shipped
from tests.conformance.charts import releases, render
from tests.conformance.conftest import needs
from tests.conformance.facts import deny, plain
from tests.conformance.notation import app
from tests.conformance.test_istio_facts import authorization, operation, peers, policy, source
from tests.conformance.test_same_meaning import EXAMPLES, REPEATABLE, Scenario
from tests.policies.builder import compiled
from tests.policies.test_same_meaning import scenarios

pytestmark = pytest.mark.conformance

Object = dict[str, Any]
SHIPPED = shipped()
SOME = max(EXAMPLES // 6, 1)
# Kinds that another chart brings: Prometheus' operator, and the Gateway API.
ELSEWHERE = ("monitoring.coreos.com/", "gateway.networking.k8s.io/")

NO_SUCH_FIELD = "field not declared in schema"
NOT_ONE_OF = "must validate one and only one schema (oneOf)"
POLICIES: dict[str, Object] = {
    "a NetworkPolicy's end of a named port": plain(ingress=[{"ports": [{"port": "http", "endPort": 90}]}]),
    "a NetworkPolicy's exception elsewhere": plain(
        ingress=[{"from": [{"ipBlock": {"cidr": "203.0.113.0/24", "except": ["198.51.100.0/28"]}}]}]
    ),
    "a NetworkPolicy's range beside pods": plain(
        ingress=[{"from": [{"ipBlock": {"cidr": "203.0.113.0/24"}, "podSelector": {}}]}]
    ),
    "a NetworkPolicy's empty peer": plain(ingress=[{"from": [{}]}]),
    "a NetworkPolicy's label with a space": plain(ingress=[{"from": [{"podSelector": app("a b")}]}]),
    "a NetworkPolicy's misspelt field": plain(ingres=[{}]),
    "a name in capitals": {**plain(), "metadata": {"name": "NP", "namespace": "shop"}},
    "requests in a deny": deny({"toPorts": [{"ports": [{"port": "80"}], "rules": {"http": [{}]}}]}),
    **{f"a CNP with {says}": one for says, one in cilium_policies.CRD_REFUSES.items()},
    "an AuthorizationPolicy's unknown action": policy({}, action="PERMIT"),
    "an AuthorizationPolicy's selector beside targetRefs": policy(
        {}, targetRefs=[{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "x"}]
    ),
    "an AuthorizationPolicy's misspelt field": policy({"form": []}),
    "serviceAccounts beside principals": policy(source(serviceAccounts=["web"], principals=["*"])),
    "serviceAccounts beside namespaces": policy(source(serviceAccounts=["web"], namespaces=["shop"])),
    "port-level TLS without a selector": peers("STRICT", portLevelMtls={"9000": {"mode": "DISABLE"}}),
}
STRICT_SERVER_REFUSES = {
    "a NetworkPolicy's end of a named port": "endPort: Invalid value: 90: may not be specified when",
    "a NetworkPolicy's exception elsewhere": 'except[0]: Invalid value: "198.51.100.0/28": must be a strict subset of',
    "a NetworkPolicy's range beside pods": "from[0]: Forbidden: may not specify both ipBlock and another peer",
    "a NetworkPolicy's empty peer": "from[0]: Required value: must specify a peer",
    "a NetworkPolicy's label with a space": 'podSelector.matchLabels: Invalid value: "a b"',
    "a NetworkPolicy's misspelt field": f".spec.ingres: {NO_SUCH_FIELD}",
    "a name in capitals": 'metadata.name: Invalid value: "NP"',
    "requests in a deny": f".spec.ingressDeny[0].toPorts[0].rules: {NO_SUCH_FIELD}",
    "a CNP with no selector": f'"spec" {NOT_ONE_OF}. Found none valid',
    "a CNP with two selectors": f'"spec" {NOT_ONE_OF}. Found 2 valid',
    "a CNP with no section": '"spec" must validate at least one schema (anyOf)',
    "a CNP with an unknown entity": 'fromEntities[0]: Unsupported value: "wolrd"',
    "a CNP with world-ipv4": 'fromEntities[0]: Unsupported value: "world-ipv4"',
    "a CNP with a port that is a number": "ports[0].port: expected string",
    "a CNP with 41 ports": "ports: Too many: 41: must have at most 40 items",
    "a CNP with an address without a prefix": "toCIDR[0] in body must be of type cidr",
    "a CNP with an unknown protocol": 'protocol: Unsupported value: "HTTP"',
    "a CNP with a pattern of DNS with other characters": 'matchPattern: Invalid value: "exa mple.com"',
    "a CNP with name and pattern": f'"spec.egress[0].toFQDNs[0]" {NOT_ONE_OF}',
    "a CNP with rules: {}": f'"spec.ingress[0].toPorts[0].rules" {NOT_ONE_OF}. Found none valid',
    "a CNP with requests and names": f'"spec.ingress[0].toPorts[0].rules" {NOT_ONE_OF}. Found 2 valid',
    "a CNP with fromRequires": "fromRequires[0]: expected string",
    "a CNP with a misspelt section": f".spec.ingress[0].fromEndpoint: {NO_SUCH_FIELD}",
    "a CNP with an unknown field beside the spec": f".description: {NO_SUCH_FIELD}",
    "an AuthorizationPolicy's unknown action": 'spec.action: Unsupported value: "PERMIT"',
    "an AuthorizationPolicy's selector beside targetRefs": "only one of targetRefs or selector can be set",
    "an AuthorizationPolicy's misspelt field": f".spec.rules[0].form: {NO_SUCH_FIELD}",
    "serviceAccounts beside principals": "Cannot set serviceAccounts with namespaces or principals",
    "serviceAccounts beside namespaces": "Cannot set serviceAccounts with namespaces or principals",
    "port-level TLS without a selector": "portLevelMtls requires selector",
}
SERVER_TAKES: dict[str, Object] = {
    **{f"a CNP with {says}": one for says, one in cilium_policies.AGENT_REFUSES.items()},
    **{
        f"Cilium's {says}": one
        for says, one in cilium_policies.NOBODY_REFUSES.items()
        if says not in STRICT_SERVER_REFUSES
    },
    **{
        f"an AuthorizationPolicy with {says}": one
        for says, one in istio_policies.WEBHOOK_REFUSES.items()
        if says not in STRICT_SERVER_REFUSES
    },
    **{f"Istio's {says}": one for says, one in istio_policies.NOBODY_REFUSES.items()},
    "an empty operation beside a good one": policy({"to": [*operation()["to"], *operation(paths=["/x"])["to"]]}),
    "DENY without rules": authorization({"action": "DENY"}),
}


@pytest.fixture(scope="module", autouse=True)
def namespaces(server: ApiServer) -> None:
    """Where objects are tried out."""
    manifests = itertools.chain.from_iterable(one.manifests for one in SHIPPED.values())
    server.create_namespaces(
        ["shop", "kube-system", *(one.namespace for one in manifests if one.namespace is not None)]
    )


@pytest.mark.parametrize("says", POLICIES)
def test_server_refuses(says: str, server: ApiServer) -> None:
    with pytest.raises(RefusedError, match=re.escape(STRICT_SERVER_REFUSES[says])):
        server.try_out(POLICIES[says])


@pytest.mark.parametrize("says", SERVER_TAKES)
def test_server_takes_what_only_others_refuse(says: str, server: ApiServer) -> None:
    server.try_out(SERVER_TAKES[says])


@pytest.mark.parametrize("name", SHIPPED)
def test_server_takes_every_object_of_a_bundle_as_it_is(name: str, server: ApiServer) -> None:
    for manifest in SHIPPED[name].manifests:
        taken = server.try_out(manifest.object)
        assert taken.get("spec", {}) == {**manifest.object.get("spec", {}), **_defaults(taken)}


def _defaults(taken: Object) -> Object:
    """What the server itself puts into the spec of a namespace."""
    return {"finalizers": ["kubernetes"]} if taken["kind"] == "Namespace" else {}


@settings(REPEATABLE, max_examples=SOME)
@given(scenario=scenarios())
def test_server_takes_every_object_of_generated_bundles(scenario: Scenario, server: ApiServer) -> None:
    _, manifests, _ = compiled(*scenario)
    assume(manifests)
    server.create_namespaces(one.namespace for one in manifests if one.namespace is not None)
    for manifest in manifests:
        server.try_out(manifest.object)


@pytest.mark.parametrize("name", releases())
def test_server_takes_every_object_of_the_chart(name: str, server: ApiServer, tmp_path: Path) -> None:
    needs("helm")
    objects = [one for one in render(releases()[name].values, tmp_path) if not one["apiVersion"].startswith(ELSEWHERE)]
    server.create_namespaces(one["metadata"]["namespace"] for one in objects if "namespace" in one["metadata"])
    for one in objects:
        server.try_out(one)
