"""What a person writes about the Istio add-on of a cluster.

Source: https://learn.microsoft.com/azure/aks/istio-about and the pages below it (2026-08)
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from components.facts import istio as facts
from components.facts.names import KEY_VAULT_OBJECT_PATTERN, KUBERNETES_LABEL_PATTERN
from components.facts.versions import version_data
from components.rules import Rule
from components.values import MALFORMED, ArmId, Existing, Ipv4Cidr, Listed, Model, shown

_NEWEST = version_data().newest_revision

REVISION = Rule(
    "IST-01",
    "Every revision is one that the add-on has",
    why="Without a revision Azure installs the one before the newest, so that two clusters made on different days"
    " differ. After its end a revision runs on, unfixed, and cannot be newly installed.",
    fix=f"Write a supported revision such as {_NEWEST}.",
    source="https://learn.microsoft.com/azure/aks/istio-support-policy",
)


def parse_revision(value: object) -> str:
    """A revision's name, such as `asm-1-29`.

    Raises:
        PydanticCustomError: Not one (IST-01).
    """
    if isinstance(value, str) and facts.parse_revision(value) is not None:
        return value
    raise REVISION.invalid(f"{shown(value)} is not a revision of the add-on; write one such as {_NEWEST}")


Revision = Annotated[
    str,
    PlainValidator(parse_revision),
    WithJsonSchema({"type": "string", "pattern": "^asm-[0-9]+-[0-9]+$", "examples": [_NEWEST]}),
]


_LABEL = re.compile(KUBERNETES_LABEL_PATTERN)
_OBJECT = re.compile(KEY_VAULT_OBJECT_PATTERN)


def parse_name(value: object) -> str:
    """A name of something in a cluster, such as a namespace.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str) and _LABEL.fullmatch(value):
        return value
    raise MALFORMED.invalid(
        f"{shown(value)} is not a name in Kubernetes; use 1 to 63 small letters, digits and '-', a letter or digit"
        " first and last"
    )


def parse_object_name(value: object) -> str:
    """A name of a secret, key or certificate in a key vault.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str) and _OBJECT.fullmatch(value):
        return value
    raise MALFORMED.invalid(f"{shown(value)} is not a name in a key vault; use 1 to 127 letters, digits and '-'")


Name = Annotated[
    str, PlainValidator(parse_name), WithJsonSchema({"type": "string", "pattern": KUBERNETES_LABEL_PATTERN})
]
ObjectName = Annotated[
    str, PlainValidator(parse_object_name), WithJsonSchema({"type": "string", "pattern": KEY_VAULT_OBJECT_PATTERN})
]


class IngressGatewaysConfig(Model):
    """The add-on's gateways for traffic from outside; there is at most one of each, with fixed ports."""

    external: bool = Field(False, description="aks-istio-ingressgateway-external, with a public address")
    internal: bool = Field(False, description="aks-istio-ingressgateway-internal, with an address of the network")


class IngressCertificateConfig(Model):
    """A certificate of a key vault that ingress gateways use for TLS; its key is the `credentialName` of a Gateway."""

    key_vault_id: ArmId
    object_name: ObjectName = Field(description="the certificate's name in the key vault")


class EgressGatewayConfig(Model):
    """A gateway for traffic to outside, with fixed addresses of a gateway pool."""

    pool: str = Field(description="a pool of mode Gateway; its nodes have the addresses")
    namespace: Name = Field(facts.EGRESS_NAMESPACE, description="where the gateway runs")
    gateway_configuration_name: Name | None = Field(
        None, description="name of the StaticGatewayConfiguration that is made beside it; the gateway's if absent"
    )
    public_ip_prefix_id: ArmId | None = Field(
        None, alias="publicIPPrefixId", description="an existing prefix for the addresses; AKS makes one if absent"
    )
    exclude_cidrs: Listed[Ipv4Cidr] = Field((), description="destinations that do not take the gateway")


class CertificateAuthorityConfig(Model):
    """Your own authority for workload certificates: all of it as secrets of one key vault."""

    key_vault_id: Existing
    root_cert_object_name: ObjectName
    cert_object_name: ObjectName = Field(description="the intermediate certificate")
    key_object_name: ObjectName = Field(description="the intermediate certificate's private key")
    cert_chain_object_name: ObjectName


class IstioConfig(Model):
    """The Istio add-on."""

    revisions: Listed[Revision] = Field(
        description="the revision that runs; during an upgrade the old and the new one, in this order"
    )
    mesh_config: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="mesh-wide settings by revision; those of a new revision one deployment before it is in revisions",
    )
    ingress_gateways: IngressGatewaysConfig = Field(default_factory=IngressGatewaysConfig)
    ingress_certificates: dict[Name, IngressCertificateConfig] = Field(
        default_factory=dict, description="certificates for the ingress gateways, by the secret that a Gateway names"
    )
    egress_gateways: dict[str, EgressGatewayConfig] = Field(default_factory=dict, description="by name")
    certificate_authority: CertificateAuthorityConfig | None = Field(
        None, description="Istio's own, self-signed, if absent; one cannot be changed into the other while it runs"
    )
    proxy_redirection_mechanism: Literal["InitContainers", "CNIChaining"] | None = Field(
        None, description="how traffic gets to the sidecar; needs apiVersion 2026-05-01. By revision if absent"
    )
    gateway_api: bool = Field(
        False, alias="gatewayAPI", description="AKS installs the Kubernetes Gateway API; needs apiVersion 2026-03-01"
    )
    tags: dict[Name, Revision] = Field(
        default_factory=dict, description="revision tags, so that namespaces need no new label for an upgrade"
    )
    injection: dict[Name, str] = Field(
        default_factory=dict, description="namespaces whose pods get a sidecar, each with a revision or a tag"
    )
