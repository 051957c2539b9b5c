"""What a person writes about a Cilium of their own. The range of its pool and its share per node are the cluster's.

Keys are Helm's where the chart has them; a block of the chart that is only on or off is true or false here.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from components.facts import cilium as facts
from components.values import MALFORMED, Listed, Model, Ref, shown


def parse_chart_version(value: object) -> str:
    """A version of Cilium's chart, such as `1.19.6`.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str) and facts.parse_cilium_version(value) is not None:
        return value.removeprefix("v")
    raise MALFORMED.invalid(f"{shown(value)} is not a version of Cilium; write a whole one such as 1.19.6")


def parse_secret(value: object) -> Ref:
    """A secret of the stack, `{secret: <name>}`, as what stands for its value in a plan.

    Raises:
        PydanticCustomError: Something else; the value itself has no place in a file (CFG-05).
    """
    if isinstance(value, Ref):
        return value
    name = secret_name(value)
    if name is None:
        raise MALFORMED.invalid(
            f"{shown(value)} where a secret is meant; put it below cilia:secrets and write {{secret: <its name>}}"
        )
    return Ref("secret", name, "value")


def secret_name(value: object) -> str | None:
    """The name in `{secret: <name>}`; None for anything else."""
    if isinstance(value, dict) and set(value) == {"secret"} and isinstance(value["secret"], str):
        return str(value["secret"])
    return None


# github.com/distribution/reference v0.6.0 regexp.go; a name without a dot or port would be one of Docker Hub
REGISTRY_PATTERN = (
    "^[a-z0-9]([-a-z0-9]*[a-z0-9])?((\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+(:[0-9]{1,5})?|:[0-9]{1,5})"
    "(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$"
)
"""What a registry must match; for schemas, never for messages."""
_REGISTRY = re.compile(REGISTRY_PATTERN)


def parse_registry(value: object) -> str:
    """A registry of images, with a path in it or without: what stands before `/cilium/cilium` in their names.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str) and _REGISTRY.fullmatch(value):
        return value
    raise MALFORMED.invalid(
        f"{shown(value)} is not a registry; write one such as registry.azurecr.io or registry.azurecr.io/mirror, in"
        " small letters, without https://, tag or '/' at the end"
    )


Registry = Annotated[
    str,
    PlainValidator(parse_registry),
    WithJsonSchema({"type": "string", "pattern": REGISTRY_PATTERN, "examples": ["registry.azurecr.io"]}),
]
ChartVersion = Annotated[
    str,
    PlainValidator(parse_chart_version),
    WithJsonSchema({"type": "string", "pattern": "^v?[0-9]+\\.[0-9]+\\.[0-9]+", "examples": ["1.19.6"]}),
]
Secret = Annotated[
    Ref,
    PlainValidator(parse_secret),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {"secret": {"type": "string", "description": "a name below cilia:secrets"}},
            "required": ["secret"],
            "additionalProperties": False,
        }
    ),
]
# kubernetes v1.35 staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go, of which a container takes no negative
QUANTITY_PATTERN = "^\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"
"""What a quantity in text must match; for schemas, never for messages."""
_QUANTITY = re.compile(QUANTITY_PATTERN)


def parse_quantity(value: object) -> str | int | float:
    """An amount of a resource as Kubernetes writes it: `100m`, `1`, `0.5`, `256Mi`.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf:
        return value
    if isinstance(value, str) and _QUANTITY.fullmatch(value):
        return value
    raise MALFORMED.invalid(f"{shown(value)} is not a quantity of Kubernetes; write one such as 100m, 1 or 256Mi")


Quantity = Annotated[
    str | int | float,
    PlainValidator(parse_quantity),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": QUANTITY_PATTERN}]},
    ),
]


class ResourcesConfig(Model):
    """What a container asks for, and what it may take at most."""

    requests: dict[str, Quantity] = Field(default_factory=dict, description="by resource, such as cpu: 100m")
    limits: dict[str, Quantity] = Field(default_factory=dict, description="by resource, such as memory: 1Gi")


class MeshIdentityConfig(Model):
    """How Cilium calls the cluster, in flows and in a Cluster Mesh."""

    name: str | None = Field(None, description="at most 32 small letters, digits and '-'; the cluster's name if absent")
    id: int = Field(0, description="1 to 255 in a Cluster Mesh, each once; 0 outside one")


class HubbleConfig(Model):
    """Hubble: which flows there are."""

    enabled: bool = Field(True, description="flows of each node, seen on that node")
    relay: bool = Field(False, description="flows of all nodes in one place")
    ui: bool = Field(False, description="the service map; needs relay")
    metrics: Listed[str] = Field((), description="metrics of flows for Prometheus, such as dns, drop, tcp, flow, http")


class OperatorConfig(Model):
    """Cilium's operator, which hands out pod ranges to nodes."""

    replicas: Annotated[int, Field(ge=1)] = Field(2, description="each on a node of its own")
    resources: ResourcesConfig = Field(default_factory=ResourcesConfig)


class WireGuardConfig(Model):
    """WireGuard between nodes; keys make themselves."""

    type: Literal["wireguard"]
    node_encryption: bool = Field(False, description="traffic between nodes themselves too, not only between pods")


class IpsecConfig(Model):
    """IPsec between nodes."""

    type: Literal["ipsec"]
    key: Secret = Field(description="such as '3+ rfc4106(gcm(aes)) <40 hexadecimal digits> 128'")


Encryption = Annotated[WireGuardConfig | IpsecConfig, Field(discriminator="type")]


class CiliumConfig(Model):
    """Cilium from its Helm chart."""

    version: ChartVersion = Field("1.19.6", description="version of the chart, which is Cilium's; one minor at a time")
    chart: str | None = Field(
        None, description="a directory or archive, or oci://...; the official repository if absent"
    )
    upgrade_compatibility: str | None = Field(
        None, description="in quotes: the minor version that the cluster was first made with, such as 1.18"
    )
    cluster: MeshIdentityConfig = Field(default_factory=MeshIdentityConfig)
    tunnel_protocol: Literal["vxlan", "geneve"] = Field("vxlan", description="Azure drops other tunnels")
    kube_proxy_replacement: bool = Field(
        False, description="Services by eBPF; AKS' stable API cannot stop kube-proxy, which keeps running beside it"
    )
    hubble: HubbleConfig = Field(default_factory=HubbleConfig)
    operator: OperatorConfig = Field(default_factory=OperatorConfig)
    encryption: Encryption | None = Field(None, description="of traffic between nodes; none if absent")
    gateway_api: bool = Field(
        False, alias="gatewayAPI", description="the Gateway API, whose CRDs you install before Cilium"
    )
    ingress_controller: bool = Field(False, description="Ingress by Cilium")
    l7_proxy: bool = Field(True, alias="l7Proxy", description="Envoy for HTTP and DNS policies")
    policy_enforcement_mode: Literal["default", "always", "never"] = Field(
        "default", description="always isolates every pod, never enforces nothing"
    )
    policy_cidr_match_mode: Listed[Literal["nodes"]] = Field(
        (), alias="policyCIDRMatchMode", description="[nodes]: ranges in policies match nodes as well"
    )
    prometheus: bool = Field(False, description="metrics of agent, operator and Envoy")
    service_monitors: bool = Field(
        False, description="with prometheus: ServiceMonitors, whose CRDs you install before Cilium"
    )
    istio: bool = Field(False, description="leave room for an Istio of your own; the add-on needs no mention")
    resources: ResourcesConfig = Field(default_factory=ResourcesConfig, description="of the agent on each node")
    image_registry: Registry | None = Field(
        None, description="a registry that mirrors quay.io, such as registry.azurecr.io; quay.io if absent"
    )
    values: dict[str, Any] = Field(
        default_factory=dict, description="values of the chart, merged last; {secret: <name>} anywhere in them"
    )
