"""Manifests to lint, from short texts, beside a declared shop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from components.problems import errors
from policies.bundle import BundlePlan
from policies.capabilities import Capabilities
from policies.lint.lints import lint
from policies.lint.source import Context, Source
from policies.normalise import normalise
from policies.parse import parse_bundle
from stacks.wording import problems_of
from tests.policies.builder import BYO, FQDN, ISTIO, L7, PLAIN, compile_parsed, shop

CLUSTERS: dict[str, Capabilities] = {"plain": PLAIN, "fqdn": FQDN, "l7": L7, "istio": ISTIO, "byo": BYO}
KINDS = {
    "np": ("networking.k8s.io/v1", "NetworkPolicy"),
    "cnp": ("cilium.io/v2", "CiliumNetworkPolicy"),
    "ccnp": ("cilium.io/v2", "CiliumClusterwideNetworkPolicy"),
    "ap": ("security.istio.io/v1", "AuthorizationPolicy"),
    "pa": ("security.istio.io/v1", "PeerAuthentication"),
    "ra": ("security.istio.io/v1", "RequestAuthentication"),
}


def manifest(text: str) -> dict[str, Any]:
    """A manifest from `kind: spec`, such as `np: {podSelector: {}}`; `kind@namespace` puts it elsewhere."""
    (key, spec) = next(iter(yaml.safe_load(text).items()))
    kind, _, namespace = key.partition("@")
    version, name = KINDS[kind]
    metadata: dict[str, Any] = {"name": kind}
    if kind != "ccnp":
        metadata["namespace"] = namespace or "shop"
    means = spec.pop("means", None)
    if means:
        metadata["annotations"] = {"cilia/means": means}
    specs = spec.pop("specs", None)
    return {
        "apiVersion": version,
        "kind": name,
        "metadata": metadata,
        **({"specs": specs} if specs else {"spec": spec}),
    }


def found(
    *manifests: str,
    cluster: str = "fqdn",
    isolate: Sequence[str] = ("shop", "office"),
    layers: Sequence[dict[str, Any]] = (),
    **changes: Any,
) -> list[str]:
    """What lints find in these manifests beside a bundle with these layers, without files and lines."""
    capabilities = CLUSTERS[cluster]
    bundle = shop({"baseline": {"isolate": list(isolate), "apiServer": False}}, *layers, **changes)
    if cluster != "istio":
        bundle["namespaces"] = {"shop": {}, "office": {}}
    parsed = parse_bundle(bundle, {}, problems_of)
    plan = BundlePlan("shop", "", parsed=parsed)
    meaning, _ = normalise("shop", parsed, capabilities)
    context = Context(capabilities, (meaning,), plan.host_network, plan.ports, plan.http_ports)
    sources = [Source(manifest(text), "", lambda _: 0) for text in manifests]
    if layers:
        _, made, problems = compile_parsed("shop", parsed, capabilities)
        assert not errors(problems), problems
        sources.extend(Source(one.object, "", lambda _: 0, written=False) for one in made)
    return [str(problem) for problem in lint(sources, context)]
