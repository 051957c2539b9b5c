"""Bundles and clusters for tests: small ones to change, and how to read them."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from policies.attachment import addon_gateways, istio_of
from policies.bundle import compile_parsed
from policies.capabilities import Capabilities
from policies.intents import Meaning
from policies.manifests import Manifest
from policies.parse import parse_bundle
from stacks.wording import problems_of

Object = dict[str, Any]
PATH = ("cilia:clusters", "main")
RANGES: dict[str, Any] = {
    "pod_ranges": (ip_network("192.168.0.0/16"),),
    "node_ranges": (ip_network("10.20.0.0/24"),),
    "service_ranges": (ip_network("172.20.0.0/16"),),
}
PLAIN = Capabilities("main", PATH, (1, 18), **RANGES)
FQDN = Capabilities("main", PATH, (1, 18), acns="FQDN", **RANGES)
L7 = Capabilities("main", PATH, (1, 18), acns="L7", **RANGES)
ISTIO = Capabilities(
    "main",
    PATH,
    (1, 18),
    acns="FQDN",
    istio=istio_of("asm-1-29", addon=True),
    gateways=addon_gateways(("External",)),
    **RANGES,
)
BYO = Capabilities("byo", ("cilia:clusters", "byo"), (1, 19), managed=False, **RANGES)


def shop(*layers: Object, **changes: Any) -> Object:
    """A bundle with a shop's frontend and backend, and these layers."""
    return {
        "namespaces": {"shop": {"mesh": True}, "office": {}},
        "workloads": {
            "frontend": {"namespace": "shop", "labels": {"app": "frontend"}, "serviceAccount": "frontend"},
            "backend": {
                "namespace": "shop",
                "labels": {"app": "backend"},
                "serviceAccount": "backend",
                "ports": {"http": 8080, "metrics": 9090},
            },
            "printer": {"namespace": "office", "labels": {"app": "printer"}, "ports": {"ipp": 631}},
        },
        "layers": list(layers),
        **changes,
    }


ISOLATED: Object = {"baseline": {"isolate": ["shop"], "apiServer": False}}


def compiled(bundle: Object, capabilities: Capabilities = FQDN) -> tuple[Meaning, tuple[Manifest, ...], list[str]]:
    """A bundle's meaning, manifests and problems, as lines."""
    parsed = parse_bundle(bundle, {}, problems_of)
    meaning, manifests, problems = compile_parsed("shop", parsed, capabilities)
    return meaning, manifests, [str(problem) for problem in problems]


def problems(bundle: Object, capabilities: Capabilities = FQDN) -> list[str]:
    """What is wrong with a bundle, as lines."""
    return compiled(bundle, capabilities)[2]


def objects(bundle: Object, capabilities: Capabilities = FQDN) -> dict[str, Object]:
    """A bundle's objects by kind and name, without metadata but the namespace; none of it may be wrong."""
    _, manifests, found = compiled(bundle, capabilities)
    assert [line for line in found if "warning: " not in line] == []
    return {f"{one.kind} {one.name}": one.object.get("spec") or one.object.get("specs") or {} for one in manifests}
