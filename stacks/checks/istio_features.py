"""What the Istio add-on does not go with, and what only some of its revisions have."""

from __future__ import annotations

from collections.abc import Iterator

from components.facts import istio as facts
from components.facts.api_versions import FIRST_API_VERSION, api_has
from components.istio.config import IstioConfig
from components.problems import KeyPath, Problem
from components.rules import Rule
from stacks.checks.acns import API_VERSION
from stacks.checks.istio import meshes
from stacks.view import StackView

_AKS = "https://learn.microsoft.com/azure/aks"

L7_POLICIES = Rule(
    "ACNS-09",
    "HTTP rules are Cilium's or Istio's, not both",
    why="ACNS L7 policies are not supported beside the Istio add-on: Cilium's proxy sees only the ciphertext of mutual"
    " TLS, and requests fail with 503.",
    fix="Use advancedNetworkPolicies FQDN, and let AuthorizationPolicies of the mesh decide about HTTP.",
    source=f"{_AKS}/container-network-security-l7-policy-concepts",
)
REDIRECTION = Rule(
    "IST-12",
    "Istio CNI is in the revision that shall use it",
    why=f"CNIChaining came with revision {'-'.join(('asm', *map(str, facts.CNI_CHAINING_FIRST)))}.",
    fix="Upgrade the mesh, or use InitContainers.",
    source=f"{_AKS}/istio-cni",
)
GATEWAY_API = Rule(
    "IST-13",
    "The Gateway API is in the revision that shall use it",
    why="The add-on takes Gateways of class istio from revision"
    f" {'-'.join(('asm', *map(str, facts.GATEWAY_API_FIRST)))} on.",
    fix="Upgrade the mesh first.",
    source=f"{_AKS}/istio-gateway-api",
)


def _l7(view: StackView) -> Iterator[Problem]:
    """ACNS-09."""
    for cluster, _, _ in meshes(view):
        if cluster.config.acns.policies == "L7":
            yield L7_POLICIES.error(
                (*cluster.path, "acns", "advancedNetworkPolicies"),
                "L7 beside the Istio add-on, which Azure does not support together; use FQDN, or remove istio",
            )


def _features(view: StackView) -> Iterator[Problem]:
    """IST-12, IST-13, CFG-60."""
    for cluster, path, istio in meshes(view):
        version = cluster.config.api_version
        for rule, key, value, first in _asked(istio):
            where: KeyPath = (*path, key)
            if not api_has(version, key):
                yield API_VERSION.error(
                    where,
                    f"{value} is unknown to API version {version}; set apiVersion of the cluster to"
                    f' "{FIRST_API_VERSION[key]}" or newer',
                )
            for revision in istio.revisions:
                if (facts.parse_revision(revision) or first) < first:
                    oldest = "-".join(("asm", *map(str, first)))
                    yield rule.error(
                        where, f"{value} with {revision}, which lacks it; use {oldest} or newer, or remove it"
                    )


def _asked(istio: IstioConfig) -> Iterator[tuple[Rule, str, str, tuple[int, int]]]:
    """What some revisions lack and a mesh asks for: the rule, key, value, and first version of Istio that has it."""
    if istio.proxy_redirection_mechanism is not None:
        first = facts.CNI_CHAINING_FIRST if istio.proxy_redirection_mechanism == "CNIChaining" else (0, 0)
        yield REDIRECTION, "proxyRedirectionMechanism", istio.proxy_redirection_mechanism, first
    if istio.gateway_api:
        yield GATEWAY_API, "gatewayAPI", "gatewayAPI", facts.GATEWAY_API_FIRST


CHECKS = (_l7, _features)
