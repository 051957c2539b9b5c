"""What a person writes in a bundle file: namespaces, workloads and ordered layers of intents.

What the words mean is in `policies.intents`; nothing here knows an engine.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, Strict, WithJsonSchema, model_validator

from components.rules import Rule
from components.values import Cidr, Listed, Model, shown
from policies.attribution import BUNDLE_LABEL, MANAGED_BY
from policies.names import (
    Account,
    DnsPattern,
    HeaderName,
    HeaderValue,
    Host,
    HttpPath,
    LabelName,
    LabelValue,
    Method,
    NamespaceOrAll,
    PodLabelKey,
    PortName,
)
from policies.peers import lies_in, not_a_part

ONE_PEER = Rule(
    "BND-03",
    "`from` and `to` each name one thing",
    why="What a pair of them means together would depend on the engine.",
    fix="Write a workload's name, or a mapping with one key; write two intents for two things.",
    source="docs/policies.md",
)
ONE_LAYER = Rule(
    "BND-04",
    "Each entry of `layers` is one layer",
    why="Layers are ordered and attributed one by one.",
    fix="Begin every layer with '- '.",
    source="docs/policies.md",
)
ONE_PORT = Rule(
    "BND-05",
    "A port is a name or a number, and a range ends after it begins",
    why="Cilium takes a range that ends before it begins for the first port alone, and nobody refuses it (C8).",
    fix="Write the name of a port of the workload, a number, or {port: 8000, endPort: 8100}.",
    source="cilium pkg/policy/api/rule_validation.go",
)

EMPTY = Rule(
    "BND-08",
    "Lists in a bundle are not empty",
    why="To engines an empty list is nobody, everybody or nothing at all, depending on where it stands.",
    fix="Remove the key, or write what is meant.",
    source="docs/policies.md",
)

PARAMETER_VALUE = Rule(
    "BND-27",
    "The value of a parameter is text or a whole number",
    why="It takes the place of text in the bundle; nothing else has one way of being written there.",
    fix="Write text, in quotes where it would be something else, or a whole number.",
    source="docs/policies.md",
)

RESERVED_LABEL = Rule(
    "BND-29",
    "Labels that the program writes are not written by hand",
    why="Kubernetes, admission, injection and attribution read them; of two values one is lost without a word.",
    fix="Use the setting of the namespace that writes the label, or remove it.",
    source="docs/policies.md",
)

Entity = Literal["ingressGateway", "cluster", "outside", "apiServer", "node"]
"""ingressGateway: the cluster's gateways. cluster: any pod. outside: any address outside. node: any node."""
Protocol = Literal["TCP", "UDP", "SCTP"]
PortNumber = Annotated[int, Field(ge=1, le=65535)]


def _as_port(value: object) -> object:
    if isinstance(value, dict | Model):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return {"port": value}
    quoted = isinstance(value, str) and value.isdigit()
    raise ONE_PORT.invalid(f"{shown(value)} is not a port; write a whole number{' without quotes' if quoted else ''}")


def _as_port_reference(value: object) -> object:
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, bool) or not isinstance(value, int | dict | Model):
        raise ONE_PORT.invalid(f"{shown(value)} is not a port; write the name of one, or a whole number")
    return _as_port(value)


def _as_peer(value: object) -> object:
    if isinstance(value, str):
        return {"workload": value}
    if not isinstance(value, dict | Model):
        raise ONE_PEER.invalid(
            f"{shown(value)} where one workload is meant; write its name, or a mapping such as {{namespace: shop}}, and"
            " another intent for another one"
        )
    return value


def _not_empty(value: tuple[T, ...]) -> tuple[T, ...]:
    if not value:
        raise EMPTY.invalid("an empty list says nothing; remove it, or write an entry")
    return value


def _not_empty_labels(labels: dict[str, str]) -> dict[str, str]:
    if not labels:
        raise EMPTY.invalid("no labels say nothing; write labels that the pods carry, such as app: backend")
    return labels


T = TypeVar("T")
Several = Annotated[tuple[T, ...], Strict(False), AfterValidator(_not_empty)]
"""A YAML list that is not empty: in policies an empty list means something else to every engine."""


class PortConfig(Model):
    """A port of a workload: the number its containers listen on, not the Service's."""

    port: PortNumber
    protocol: Protocol = "TCP"
    app_protocol: Literal["http", "http2", "grpc", "tcp"] | None = Field(
        None, description="what is spoken there; by the port's name, as Istio does, if absent"
    )


class PortReferenceConfig(Model):
    """A port in an intent: by name, or by number with a protocol, or a range of numbers."""

    name: PortName | None = None
    port: PortNumber | None = None
    protocol: Protocol = "TCP"
    end_port: PortNumber | None = None

    @model_validator(mode="after")
    def _is_one_port(self) -> PortReferenceConfig:
        if (self.name is None) == (self.port is None):
            raise ONE_PORT.invalid(
                "a port needs either a name or a number; write http, 8080 or {port: 8080, protocol: UDP}"
            )
        if self.end_port is not None and (self.port is None or self.end_port < self.port):
            begin = self.name if self.port is None else self.port
            raise ONE_PORT.invalid(
                f"a range from {begin} to {self.end_port} is none; give numbers, the smaller as port"
            )
        return self


class PeerConfig(Model):
    """One end of an intent."""

    workload: LabelName | None = Field(None, description="a workload of this bundle; its name alone says the same")
    namespace: LabelName | None = Field(None, description="every pod of a namespace")
    fqdn: DnsPattern | None = Field(None, description="addresses outside by DNS name; `*` stays within its label")
    cidr: Cidr | None = Field(None, description="addresses outside the cluster; never pods or nodes")
    except_: Listed[Cidr] = Field((), alias="except", description="ranges within cidr that are left out")
    entity: Entity | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> PeerConfig:
        given = [key for key in ("workload", "namespace", "fqdn", "cidr", "entity") if getattr(self, key) is not None]
        if len(given) != 1:
            what = " and ".join(given) if given else "nothing"
            raise ONE_PEER.invalid(
                f"names {what}; name a workload, or write one of namespace, fqdn, cidr or entity in braces"
            )
        if self.except_ and self.cidr is None:
            raise ONE_PEER.invalid(f"except belongs to cidr, not to {given[0]}; remove it, or write a cidr")
        for inner in self.except_:
            if self.cidr is not None and (inner == self.cidr or not lies_in(inner, self.cidr)):
                raise ONE_PEER.invalid(not_a_part(f"except {inner}", inner, self.cidr))
        return self


Port = Annotated[PortConfig, BeforeValidator(_as_port, json_schema_input_type=PortConfig | int)]
PortReference = Annotated[
    PortReferenceConfig, BeforeValidator(_as_port_reference, json_schema_input_type=PortReferenceConfig | int | str)
]
Peer = Annotated[PeerConfig, BeforeValidator(_as_peer, json_schema_input_type=PeerConfig | str)]


class FlowConfig(Model):
    """Who may, or may not, connect to whom."""

    from_: Peer = Field(alias="from")
    to: Peer
    ports: Several[PortReference] | None = Field(
        None, description="ports of the target; every port and protocol if absent"
    )
    action: Literal["allow", "deny"] = Field("allow", description="deny wins over every allow")


class RequestConfig(Model):
    """Requests that are allowed: everything given must match, what is absent matches anything."""

    methods: Listed[Method] = ()
    path: HttpPath | None = Field(None, description="/data exactly, /data/* below it; the query never counts")
    host: Host | None = Field(None, description="the Host header without its port")
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict, description="exact values")


class HttpConfig(Model):
    """Which requests a peer may send; a peer's requests are the union of its intents."""

    from_: Peer = Field(alias="from")
    to: Peer
    port: PortReference
    allow: Several[RequestConfig]


class BaselineConfig(Model):
    """The only layer that isolates."""

    isolate: Several[NamespaceOrAll] = Field(
        description="namespaces of this bundle; '*' is every namespace but those of the system"
    )
    directions: Several[Literal["ingress", "egress"]] = ("ingress", "egress")
    dns: Literal["auto", "any", "names", "none"] = Field(
        "auto",
        description="what isolated pods may ask the cluster's DNS. auto: any name, but pods whose way outside is by"
        " name only ask for these names; any: any name; names: only names of egress and of the cluster;"
        " none: only names of egress",
    )
    api_server: bool = Field(True, description="isolated pods may call the Kubernetes API server")
    spare: Listed[LabelName] = Field((), description="namespaces that '*' leaves alone, beside those of the system")


class SharedConfig(Model):
    """Something that every tenant may call."""

    to: Peer
    ports: Several[PortReference] | None = None


class TenantsConfig(Model):
    """Tenants keep to themselves: their namespaces talk to each other and to what is shared."""

    within: Several[LabelName] = Field(description="tenants, as namespaces name them, whose pods may call each other")
    shared: Listed[SharedConfig] = ()


class MeshConfig(Model):
    """Mutual TLS, and who may call whom by identity."""

    namespaces: Several[LabelName]
    mtls: Literal["STRICT", "PERMISSIVE"] = "STRICT"
    allow: Listed[FlowConfig] = Field((), description="callers must prove who they are; needs service accounts")


class LayerConfig(Model):
    """One layer of a bundle."""

    name: LabelName | None = Field(None, description="for attribution; the kind of layer if absent")
    baseline: BaselineConfig | None = None
    tenants: TenantsConfig | None = None
    flows: Several[FlowConfig] | None = None
    egress: Several[FlowConfig] | None = None
    http: Several[HttpConfig] | None = None
    mesh: MeshConfig | None = None
    raw: Several[str] | None = Field(None, description="manifest files beside the bundle")

    @model_validator(mode="after")
    def _is_one_layer(self) -> LayerConfig:
        kinds = [kind for kind in LAYER_KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            what = f"{' and '.join(kinds)} in one entry" if kinds else "an entry without a layer"
            raise ONE_LAYER.invalid(f"{what}; begin each of {', '.join(LAYER_KINDS)} with '- '")
        return self

    @property
    def kind(self) -> str:
        """Which of the kinds it is."""
        return next(kind for kind in LAYER_KINDS if getattr(self, kind) is not None)

    @property
    def label(self) -> str:
        """What manifests call it."""
        return self.name or self.kind


LAYER_KINDS = ("baseline", "tenants", "flows", "egress", "http", "mesh", "raw")


OWN_PREFIX = f"{BUNDLE_LABEL.partition('/')[0]}/"
_RESERVED = {
    "kubernetes.io/metadata.name": "Kubernetes writes it",
    "istio.io/rev": "mesh: true writes it",
    "pod-security.kubernetes.io/enforce": "podSecurity writes it",
    **dict.fromkeys(MANAGED_BY, "every object of a bundle has it"),
}


def reserved(key: str) -> str | None:
    """Who writes a namespace's label instead of people; None where people may."""
    return "it says which bundle an object is of" if key.startswith(OWN_PREFIX) else _RESERVED.get(key)


def parse_namespace_labels(labels: dict[str, str]) -> dict[str, str]:
    """Labels of a namespace that this program and Kubernetes leave to people.

    Raises:
        PydanticCustomError: One is not (BND-24).
    """
    for key in labels:
        if reason := reserved(key):
            raise RESERVED_LABEL.invalid(f"{key} is not written by hand: {reason}; remove it")
    return labels


class NamespaceConfig(Model):
    """A namespace: made by the bundle (`manage`), or only referred to."""

    manage: bool = Field(False, description="whether the bundle makes it")
    labels: Annotated[dict[PodLabelKey, LabelValue], AfterValidator(parse_namespace_labels)] = Field(
        default_factory=dict, description="only on managed namespaces"
    )
    pod_security: Literal["privileged", "baseline", "restricted"] | None = Field(
        None, description="what Pod Security admission enforces in it"
    )
    mesh: bool = Field(False, description="pods get sidecars where the cluster has Istio")
    tenant: LabelName | None = Field(None, description="whose it is, for the tenants layer")


class WorkloadConfig(Model):
    """Pods that intents speak of."""

    namespace: LabelName
    labels: Annotated[dict[PodLabelKey, LabelValue], AfterValidator(_not_empty_labels)]
    service_account: Account | None = Field(None, description="what Istio knows callers by")
    ports: dict[PortName, Port] = Field(default_factory=dict, description="numbers that containers listen on")
    host_network: bool = Field(False, description="pods that share their node's network, which no policy selects")


def parse_parameter_value(value: object) -> str | int:
    """What stands for a parameter: text or a whole number.

    Raises:
        PydanticCustomError: Something else (BND-27).
    """
    if isinstance(value, str | int) and not isinstance(value, bool):
        return value
    raise PARAMETER_VALUE.invalid(f"{shown(value)} is no value of a parameter; write text, or a whole number")


ParameterValue = Annotated[
    str | int, PlainValidator(parse_parameter_value), WithJsonSchema({"type": ["string", "integer"]})
]


class ParameterConfig(Model):
    """A value that differs by environment, written `${name}` inside text."""

    type: Literal["string", "name", "host", "cidr", "port"] = "string"
    default: ParameterValue | None = None
    description: str | None = None


class BundleConfig(Model):
    """Everything of one bundle file that parsed; layers are parsed one by one."""

    description: str | None = None
    namespaces: dict[str, NamespaceConfig] = Field(default_factory=dict)
    workloads: dict[str, WorkloadConfig] = Field(default_factory=dict)
    layers: Listed[LayerConfig] = ()
