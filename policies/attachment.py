"""What a stack file says about policies: which bundles go to which cluster, and what existing clusters can enforce."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema, model_validator

from components.facts.policy_features import (
    ADDON_GATEWAY_LABEL,
    ADDON_GATEWAYS,
    ADDON_INGRESS_NAMESPACE,
    ADDON_ROOT_NAMESPACE,
    ISTIO_ROOT_NAMESPACE,
    AdvancedNetworkPolicies,
)
from components.problems import KeyPath
from components.rules import Rule
from components.values import Cidr, Listed, Model, shown
from policies.capabilities import Capabilities, EnforcementMode, Istio
from policies.config import ParameterValue, Several
from policies.names import LabelName
from policies.peers import Pods

CILIUM_VERSION = Rule(
    "BND-06",
    'A version of Cilium is written in quotes, such as "1.18"',
    why="Policies mean different things in different versions; unquoted, 1.20 would be read as 1.2.",
    fix="Write major and minor version in quotes.",
    source="docs/policies.md",
)
_VERSION = re.compile(r"1\.([0-9]{1,2})(\.[0-9]{1,3})?")


def parse_cilium_version(value: object) -> tuple[int, int]:
    """Major and minor version of Cilium.

    Raises:
        PydanticCustomError: Not a version (BND-06).
    """
    if isinstance(value, str) and (match := _VERSION.fullmatch(value)):
        return (1, int(match[1]))
    raise CILIUM_VERSION.invalid(f'{shown(value)} is not a version of Cilium; write one in quotes, such as "1.18"')


CiliumVersion = Annotated[tuple[int, int], PlainValidator(parse_cilium_version), WithJsonSchema({"type": "string"})]


ATTACHED = Rule(
    "BND-32",
    "A bundle is attached by a mapping with its name",
    why="Each environment may give it parameters beside the name.",
    fix="Write {name: shop}, or {name: shop, parameters: {...}}.",
    source="docs/policies.md",
)


class BundleReference(Model):
    """A bundle for one cluster, with this environment's values."""

    name: LabelName = Field(description="a file policies/bundles/<name>.yaml")
    parameters: dict[str, ParameterValue] = Field(
        default_factory=dict, description="by name, as the bundle declares them"
    )


def _as_reference(value: object) -> object:
    if isinstance(value, str):
        raise ATTACHED.invalid(f"{shown(value)} where a bundle is meant with its parameters; write {{name: {value}}}")
    return value


Reference = Annotated[BundleReference, BeforeValidator(_as_reference, json_schema_input_type=BundleReference)]


class ClusterPoliciesConfig(Model):
    """The bundles of one cluster."""

    bundles: Several[Reference]
    http: Literal["cilium", "istio"] | None = Field(
        None, description="who enforces HTTP rules, where the cluster has both; Istio if absent on managed clusters"
    )


class StatedIstioConfig(Model):
    """Istio in a cluster that this program did not make."""

    revision: str = Field(description="what injects sidecars, such as asm-1-29")
    addon: bool = Field(True, description="whether it is AKS' add-on")
    ingress_gateways: Listed[Literal["External", "Internal"]] = Field((), description="the add-on's gateways")


STATED = Rule(
    "BND-30",
    "What is stated about an existing cluster can be true of one",
    why="Bundles would be compiled for a cluster that nobody has, and do something else on the real one.",
    fix="State what the cluster has: `az aks show` says it of AKS' own Cilium, the chart's values of another.",
    source="https://learn.microsoft.com/azure/aks/container-network-security-l7-policy-concepts",
)


class StatedCapabilitiesConfig(Model):
    """What a cluster that this program did not make can enforce."""

    cilium: CiliumVersion
    managed: bool = Field(True, description="whether AKS runs Cilium")
    acns: AdvancedNetworkPolicies = Field("None", description="its advancedNetworkPolicies")
    istio: StatedIstioConfig | None = None
    local_dns: bool = Field(False, alias="localDNS")
    l7_proxy: bool = Field(True, alias="l7Proxy", description="whether Cilium has its proxy, for DNS names and HTTP")
    policy_enforcement_mode: EnforcementMode = "default"
    pod_cidrs: Listed[Cidr] = ()
    node_cidrs: Listed[Cidr] = ()
    service_cidrs: Listed[Cidr] = ()

    @model_validator(mode="after")
    def _is_possible(self) -> StatedCapabilitiesConfig:
        if not self.managed and self.acns != "None":
            raise STATED.invalid(f"acns {self.acns} belongs to AKS' own Cilium; remove it, or managed: false")
        if self.managed and self.acns == "L7" and self.istio and self.istio.addon:
            raise STATED.invalid("Azure does not support acns L7 beside the Istio add-on; state acns: FQDN or no istio")
        chart = {"l7_proxy": "l7Proxy", "policy_enforcement_mode": "policyEnforcementMode"}
        for field in sorted(self.model_fields_set.intersection(chart)) if self.managed else ():
            raise STATED.invalid(f"AKS sets {chart[field]} of its own Cilium; remove it, or state managed: false")
        return self


class ExistingClusterConfig(Model):
    """A cluster that exists already and gets nothing but policies."""

    context: str = Field(min_length=1, description="context of the kubeconfig that reaches it")
    in_cluster: Literal["apply", "gitops"] = Field(
        "apply", description="apply: this program writes to the cluster; gitops: it only prints what to apply"
    )
    capabilities: StatedCapabilitiesConfig


def stated_capabilities(key: str, config: ExistingClusterConfig, http: str | None) -> Capabilities:
    """The capabilities of an existing cluster, as its entry states them."""
    stated = config.capabilities
    path: KeyPath = ("cilia:existingClusters", key, "capabilities")
    return Capabilities(
        cluster=key,
        path=path,
        cilium=stated.cilium,
        managed=stated.managed,
        acns=stated.acns,
        istio=istio_of(stated.istio.revision, addon=stated.istio.addon) if stated.istio else None,
        http=http,
        gateways=addon_gateways(stated.istio.ingress_gateways) if stated.istio else (),
        local_dns=stated.local_dns,
        pod_ranges=stated.pod_cidrs,
        node_ranges=stated.node_cidrs,
        service_ranges=stated.service_cidrs,
        ranges_known=bool(stated.pod_cidrs and stated.node_cidrs and stated.service_cidrs),
        l7_proxy=stated.l7_proxy,
        enforcement=stated.policy_enforcement_mode,
    )


def istio_of(revision: str, *, addon: bool) -> Istio:
    """Istio with the root namespace that comes with it."""
    return Istio(revision, ADDON_ROOT_NAMESPACE if addon else ISTIO_ROOT_NAMESPACE, addon)


def addon_gateways(modes: tuple[str, ...]) -> tuple[Pods, ...]:
    """The pods of the add-on's ingress gateways, `External` and `Internal`."""
    return tuple(
        Pods(
            ADDON_INGRESS_NAMESPACE,
            ((ADDON_GATEWAY_LABEL, ADDON_GATEWAYS[mode]),),
            workload=f"{mode.lower()}-gateway",
            meshed=True,
        )
        for mode in modes
    )
