"""The bundles that come with the project, compiled for every kind of cluster, and flows to ask about each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from policies.attachment import ClusterPoliciesConfig
from policies.bundle import Reading
from policies.capabilities import Capabilities
from policies.cluster import plan_policies
from policies.flows import ApiServerAddress, Endpoint, Flow, NodeAddress, Pod, Stranger
from policies.intents import Meaning
from policies.library import DirectoryLibrary
from policies.manifests import Manifest
from policies.peers import Address, Name
from policies.requests import Request
from stacks.wording import problems_of
from stacks.yaml_document import read
from tests.policies.builder import BYO, FQDN, ISTIO, L7, PLAIN

CLUSTERS = {"plain": PLAIN, "FQDN": FQDN, "L7": L7, "Istio": ISTIO, "BYOCNI": BYO}
LIBRARY = DirectoryLibrary()


@dataclass(frozen=True)
class Compiled:
    """A bundle on a cluster that can enforce it.

    Attributes:
        meaning: What it means.
        manifests: What lands in the cluster.
    """

    meaning: Meaning
    manifests: tuple[Manifest, ...]


def compiled(name: str, cluster: Capabilities) -> Compiled | None:
    """A shipped bundle with its own parameters; None where the cluster cannot enforce it."""
    reading = Reading(read, problems_of, LIBRARY)
    plan = plan_policies("main", ClusterPoliciesConfig.model_validate({"bundles": [{"name": name}]}), cluster, reading)
    return Compiled(plan.meaning, plan.manifests) if plan.manifests else None


def shipped() -> dict[str, Compiled]:
    """Every shipped bundle on every kind of cluster that can enforce it."""
    found = {
        f"{bundle} on {kind}": compiled(bundle, cluster)
        for bundle in LIBRARY.names()
        for kind, cluster in CLUSTERS.items()
    }
    return {name: one for name, one in found.items() if one}


def endpoints(meaning: Meaning) -> list[Endpoint]:
    """A pod of each workload and of each namespace, and what is outside: named by the bundle, and not."""
    pods = [
        Pod(one.namespace, frozenset(one.labels), one.account or "default", one.namespace in meaning.meshed)
        for one in meaning.workloads.values()
        if one.namespace
    ]
    others = [Pod(name, frozenset({("app", "none")}), meshed=name in meaning.meshed) for name in meaning.namespaces]
    return [
        *dict.fromkeys([*pods, *others]),
        Pod("elsewhere", frozenset({("app", "none")})),
        Pod("kube-system", frozenset({("k8s-app", "kube-dns")})),
        *(Stranger(ip_address("198.51.100.1"), name) for name in _names(meaning)),
        *(Stranger(address.cidr[1]) for address in _addresses(meaning)),
        Stranger(ip_address("203.0.113.99"), "evil.net"),
        ApiServerAddress(ip_address("20.1.2.3")),
        NodeAddress(own=False),
        NodeAddress(own=True),
    ]


def flows(meaning: Meaning) -> list[Flow]:
    """Connections between everything, on every port that an intent names and one that none does."""
    ports = {(range_.protocol, range_.first) for intent in meaning.intents for range_ in intent.ports}
    found: list[Flow] = []
    for source, target in itertools.permutations(endpoints(meaning), 2):
        if not (isinstance(source, Pod) or isinstance(target, Pod)):
            continue
        found.extend(Flow(source, target, port, protocol) for protocol, port in sorted({*ports, ("TCP", 4321)}))
        found.extend(Flow(source, target, 53, "UDP", query=name) for name in (*_asked(meaning), "evil.net"))
        if source != NodeAddress(own=True):
            found.extend(
                Flow(source, target, port, protocol, request=request)
                for protocol, port in sorted(ports)
                for request in _requests(meaning)
                if protocol == "TCP"
            )
    return found


def _names(meaning: Meaning) -> Iterator[str]:
    """A name for each pattern, and one below it that its `*` does not cover."""
    for intent in meaning.intents:
        if isinstance(intent.target, Name):
            yield intent.target.pattern.replace("*", "www")
            yield intent.target.pattern.replace("*", "a.b")


def _asked(meaning: Meaning) -> tuple[str, ...]:
    return (*dict.fromkeys(_names(meaning)), "kubernetes.default.svc.cluster.local")


def _addresses(meaning: Meaning) -> list[Address]:
    return [intent.target for intent in meaning.intents if isinstance(intent.target, Address)]


def _requests(meaning: Meaning) -> list[Request]:
    """What is allowed somewhere, and the same with one thing changed."""
    paths = {
        requests.path for intent in meaning.intents for requests in intent.requests or () if requests.path is not None
    }
    targets = sorted(path.replace("*", "x/y") for path in paths)
    more = [changed for path in targets for changed in (path, f"{path}?q=1", f"{path}/", f"/a{path}")]
    return [Request(method, target, "shop") for method in ("GET", "POST", "DELETE") for target in (*more, "/")]
