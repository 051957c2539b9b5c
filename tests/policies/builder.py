"""Bundles and clusters for tests: small ones to change, and how to read them."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from components.problems import Problem
from policies.attachment import addon_gateways, istio_of
from policies.capabilities import Capabilities
from policies.intents import Meaning
from policies.joint import compile_together
from policies.manifests import Manifest, in_order
from policies.parse import ParsedBundle, parse_bundle
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
    return together({"shop": bundle}, capabilities)


def together(
    bundles: dict[str, Object], capabilities: Capabilities = FQDN
) -> tuple[Meaning, tuple[Manifest, ...], list[str]]:
    """What bundles of one cluster mean together, all manifests, and problems as lines, all without files."""
    joint = compile_together(
        {name: parse_bundle(bundle, {}, problems_of) for name, bundle in bundles.items()}, capabilities
    )
    manifests = in_order(one for found in joint.manifests.values() for one in found)
    problems = [*(one for found in joint.problems.values() for one in found), *capabilities.problems()]
    return joint.meaning, manifests, [str(problem) for problem in problems]


def compile_parsed(
    bundle: str, parsed: ParsedBundle, capabilities: Capabilities
) -> tuple[Meaning, tuple[Manifest, ...], tuple[Problem, ...]]:
    """Meaning, manifests and problems of a bundle alone on its cluster, without its raw layers."""
    joint = compile_together({bundle: parsed}, capabilities)
    problems = (*joint.problems[bundle], *capabilities.problems())
    return joint.meaning, joint.manifests.get(bundle, ()), problems


def problems(bundle: Object, capabilities: Capabilities = FQDN) -> list[str]:
    """What is wrong with a bundle, as lines."""
    return compiled(bundle, capabilities)[2]


def objects(bundle: Object, capabilities: Capabilities = FQDN) -> dict[str, Object]:
    """A bundle's objects by kind and name, without metadata but the namespace; none of it may be wrong."""
    _, manifests, found = compiled(bundle, capabilities)
    assert [line for line in found if "warning: " not in line] == []
    return {f"{one.kind} {one.name}": one.object.get("spec") or one.object.get("specs") or {} for one in manifests}
