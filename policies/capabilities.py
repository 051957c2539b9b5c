"""What one cluster can enforce, as a value; and what a bundle would have to turn on.

Filled from a cluster's own configuration, or stated for a cluster that exists already. Facts are in
`components.facts.policy_features`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from components.facts.policy_features import (
    ADVANCED_NETWORK_POLICIES,
    NEEDS_L7_PROXY,
    OLDEST_CILIUM,
    POLICY_FEATURES,
    AdvancedNetworkPolicies,
    PolicyFeature,
)
from components.problems import KeyPath, Problem, dotted
from components.rules import Rule
from policies.peers import Network, Pods

EnforcementMode = Literal["default", "always", "never"]
"""Cilium's own values of `policyEnforcementMode`."""
EVERY_POD_ISOLATED = (
    "Cilium has policyEnforcementMode: always, which isolates every pod, also those that a bundle leaves open"
)

ENFORCEABLE = Rule(
    "ACNS-05",
    "Every layer is one that the cluster can enforce",
    why=(
        "AKS' admission refuses rules by name and HTTP rules that ACNS does not cover; with ACNS security off they"
        " block everything."
    ),
    fix="Turn on the switch that the message names, or leave the layer out.",
    source="https://learn.microsoft.com/azure/aks/use-advanced-container-networking-services; Azure/AKS#4663, #3797",
)
OLD_CILIUM = Rule(
    "POL-41",
    f"Bundles need Cilium {'.'.join(map(str, OLDEST_CILIUM))} or newer",
    why=(
        "Older versions have no rule that allows without isolating; there is no order in which a bundle could be"
        " applied safely."
    ),
    fix="Upgrade Kubernetes: AKS 1.31 brings Cilium 1.16.",
    source="cilium pkg/policy/api/rule.go; https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium",
)
HTTP_CHOICE = Rule(
    "IST-14",
    "HTTP rules are enforced by Cilium or by Istio, never both",
    why="Cilium sees only ciphertext where sidecars use mutual TLS: requests fail with 503. On managed clusters ACNS"
    " L7 is not supported with the Istio add-on.",
    fix="Set `http: cilium` or `http: istio` for the cluster's policies, and turn the other off.",
    source=(
        "https://learn.microsoft.com/azure/aks/container-network-security-l7-policy-concepts; cilium"
        " Documentation/network/servicemesh/istio.rst"
    ),
)
NOT_ENFORCED = Rule(
    "POL-53",
    "Cilium enforces policies",
    why="With policyEnforcementMode never Cilium takes every policy and enforces none.",
    fix="Set policyEnforcementMode: default.",
    source="cilium 1.19.6 Documentation/security/policy/intro.rst",
)
ISOLATED_ANYWAY = Rule(
    "POL-54",
    "Only a baseline isolates",
    why="With policyEnforcementMode always Cilium isolates every pod, also those that a bundle leaves open.",
    fix="Set policyEnforcementMode: default, or accept the warning if every pod that matters has its allows.",
    source="cilium 1.19.6 Documentation/security/policy/intro.rst",
)


@dataclass(frozen=True, slots=True)
class Istio:
    """Istio in a cluster.

    Attributes:
        revision: What injects sidecars, such as `asm-1-29`.
        root_namespace: Where mesh-wide policies live.
        addon: Whether it is AKS' add-on.
        injection: What injects sidecars in single namespaces instead, such as another revision during an upgrade.
    """

    revision: str
    root_namespace: str
    addon: bool
    injection: tuple[tuple[str, str], ...] = ()

    def injecting(self, namespace: str) -> str:
        """What injects sidecars in a namespace."""
        return dict(self.injection).get(namespace, self.revision)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one cluster can enforce.

    Attributes:
        cluster: Its key.
        path: Where its configuration is written.
        cilium: Version of Cilium as (major, minor).
        managed: Whether AKS runs Cilium.
        acns: ACNS' `advancedNetworkPolicies`; `None` where ACNS or its security is off.
        istio: Istio, where there is one.
        http: Who enforces HTTP rules, where somebody chose.
        gateways: The pods of its ingress gateways.
        local_dns: Whether nodes run LocalDNS.
        pod_ranges: Ranges of pod addresses.
        node_ranges: Ranges of node addresses.
        service_ranges: Ranges of Service addresses.
        ranges_known: Whether the three are complete.
        l7_proxy: Whether Cilium has its proxy, for rules by DNS name and HTTP.
        enforcement: Cilium's `policyEnforcementMode`.
        cidrs_match_nodes: Whether ranges in policies match nodes as well, Cilium's `policyCIDRMatchMode`.
    """

    cluster: str
    path: KeyPath
    cilium: tuple[int, int]
    managed: bool = True
    acns: AdvancedNetworkPolicies = "None"
    istio: Istio | None = None
    http: str | None = None
    gateways: tuple[Pods, ...] = ()
    local_dns: bool = False
    pod_ranges: tuple[Network, ...] = ()
    node_ranges: tuple[Network, ...] = ()
    service_ranges: tuple[Network, ...] = ()
    ranges_known: bool = True
    l7_proxy: bool = True
    enforcement: EnforcementMode = "default"
    cidrs_match_nodes: bool = False

    @property
    def name(self) -> str:
        """The cluster as messages call it."""
        return dotted(self.path)

    @property
    def cilium_text(self) -> str:
        """Cilium's version as people write it."""
        return f"{self.cilium[0]}.{self.cilium[1]}"

    def lacks(self, feature: PolicyFeature) -> str | None:
        """What to turn on for a feature; None if the cluster has it."""
        facts = POLICY_FEATURES[feature]
        if facts.istio and self.istio is None:
            return f"{self.name} has no Istio; turn on its istio add-on"
        if feature is PolicyFeature.HTTP_BY_CILIUM and self.managed and self.istio and self.istio.addon:
            return (
                f"{self.name} has the Istio add-on, with which ACNS L7 is not supported; set http: istio, or leave it"
                " out"
            )
        if self.cilium < facts.cilium:
            version = f"{facts.cilium[0]}.{facts.cilium[1]}"
            upgrade = "upgrade kubernetesVersion" if self.managed else "set networking.cilium.version"
            return f"{self.name} has Cilium {self.cilium_text}, which needs to be {version} or newer; {upgrade}"
        if feature in NEEDS_L7_PROXY and not self.l7_proxy:
            return f"{self.name} has a Cilium with l7Proxy: false; set it to true"
        if self.managed and ADVANCED_NETWORK_POLICIES.index(self.acns) < ADVANCED_NETWORK_POLICIES.index(facts.acns):
            return (
                f"{self.name} has advancedNetworkPolicies {self.acns}; set acns.security and"
                f" acns.advancedNetworkPolicies: {facts.acns}{', or turn on Istio' if facts.acns == 'L7' else ''}"
            )
        return None

    def http_by(self) -> PolicyFeature:
        """Who enforces HTTP rules: whoever was chosen, else Istio where only that can, else Cilium."""
        if self.http is not None:
            return PolicyFeature.HTTP_BY_ISTIO if self.http == "istio" else PolicyFeature.HTTP_BY_CILIUM
        if self.istio is not None and (self.managed or self.lacks(PolicyFeature.HTTP_BY_CILIUM)):
            return PolicyFeature.HTTP_BY_ISTIO
        return PolicyFeature.HTTP_BY_CILIUM

    def problems(self) -> tuple[Problem, ...]:
        """What stands against any bundle at all."""
        return (*self._choice(), *self._engine())

    def _choice(self) -> Iterator[Problem]:
        """Whoever was chosen for HTTP is there, and may be chosen."""
        path: KeyPath = ("cilia:policies", self.cluster, "http")
        if self.http == "istio" and self.istio is None:
            yield HTTP_CHOICE.error(path, f"{self.name} has no Istio; remove http, or turn on its istio add-on")
        if self.http == "cilium" and self.managed and self.istio and self.istio.addon:
            yield HTTP_CHOICE.error(
                path, f"{self.name} has the Istio add-on, with which ACNS L7 is not supported; remove http"
            )

    def _engine(self) -> tuple[Problem, ...]:
        """What is wrong with its Cilium."""
        if self.cilium < OLDEST_CILIUM:
            message = (
                f"Cilium {self.cilium_text} is older than {'.'.join(map(str, OLDEST_CILIUM))}; upgrade it to use"
                " policies"
            )
            return (OLD_CILIUM.error(self.path, message),)
        if self.enforcement == "never":
            message = "Cilium has policyEnforcementMode: never, and enforces no policy; set it to default"
            return (NOT_ENFORCED.error(self.path, message),)
        if self.enforcement == "always":
            message = f"{EVERY_POD_ISOLATED}; set it to default, or give every pod its allows"
            return (ISOLATED_ANYWAY.warning(self.path, message),)
        return ()

    def described(self) -> str:
        """Who enforces what, in one line."""
        parts = [f"Cilium {self.cilium_text} or newer" if self.managed else f"a Cilium {self.cilium_text} of its own"]
        if self.managed:
            parts.append(f"ACNS advancedNetworkPolicies {self.acns}")
        elif not self.l7_proxy:
            parts.append("without its proxy")
        if self.istio:
            parts.append(f"Istio {self.istio.revision}")
        if not self.lacks(self.http_by()):
            parts.append(f"HTTP by {'Istio' if self.http_by() is PolicyFeature.HTTP_BY_ISTIO else 'Cilium'}")
        return ", ".join([*parts, *(["LocalDNS"] if self.local_dns else [])])

    def notes(self) -> tuple[str, ...]:
        """What makes bundles mean something else here than they say."""
        return (EVERY_POD_ISOLATED,) if self.enforcement == "always" else ()
