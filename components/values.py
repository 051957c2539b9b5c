"""Value types that every area's models and plans share: addresses, ARM ids, references to deployed resources.

A value is parsed once, here, into a type that cannot be wrong any more; models hold the parsed value.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Annotated, Any, TypeGuard, TypeVar

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, Strict, WithJsonSchema

from components.facts.versions import parse_version
from components.rules import Rule

MALFORMED = Rule(
    "CFG-05",
    "A value has the form that its kind asks for",
    why="Azure refuses a malformed address, identifier or name only after minutes of deployment, or takes it and fails"
    " later.",
    fix="Write the value in the form that the message shows.",
    source="Azure Resource Manager naming and addressing rules; docs/stack-file.md",
)
HOST_BITS = Rule(
    "NET-05",
    "Subnets lie inside their network, apart from each other, and have no host bits set",
    why="Azure refuses a subnet outside its network's address space, one that overlaps a neighbour, and a prefix such"
    " as 10.0.0.5/24 whose address part is not the first address of the range.",
    fix="Use the first address of the range; move or resize the subnet.",
    source="https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
)


# longer values are cut off in messages
_SHOWN_CHARACTERS = 60


def camel(name: str) -> str:
    """A Python field name in camelCase; fields whose Azure name breaks the pattern carry their own alias."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


class Model(BaseModel):
    """What a person writes: frozen, strict, nothing unknown, keys in camelCase as Azure and Kubernetes spell them."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        defer_build=True,
        alias_generator=camel,
        hide_input_in_errors=True,
    )


def parse_cidr(value: object) -> IPv4Network | IPv6Network:
    """An address range from its text, such as `10.0.0.0/16`.

    Raises:
        PydanticCustomError: Not a range (CFG-05), or host bits are set (NET-05).
    """
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    if not isinstance(value, str):
        raise MALFORMED.invalid(f"{shown(value)} is not an address range; write one such as 10.0.0.0/16 as text")
    if "/" not in value:
        raise MALFORMED.invalid(f"{value!r} has no prefix length; write a range such as 10.0.0.0/16")
    try:
        return ipaddress.ip_network(value)
    except ValueError:
        pass
    try:
        meant = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise MALFORMED.invalid(f"{value!r} is not an address range; write one such as 10.0.0.0/16") from None
    raise HOST_BITS.invalid(f"{value} has host bits set; the range that holds this address is {meant}")


def parse_ipv4_cidr(value: object) -> IPv4Network:
    """An IPv4 range from its text.

    Raises:
        PydanticCustomError: Not a range, IPv6 (CFG-05), or host bits are set (NET-05).
    """
    network = parse_cidr(value)
    if isinstance(network, IPv6Network):
        raise MALFORMED.invalid(f"{network} is IPv6 where an IPv4 range is meant; write one such as 10.0.0.0/16")
    return network


def parse_ipv6_cidr(value: object) -> IPv6Network:
    """An IPv6 range from its text.

    Raises:
        PydanticCustomError: Not a range, IPv4 (CFG-05), or host bits are set (NET-05).
    """
    network = parse_cidr(value)
    if isinstance(network, IPv4Network):
        raise MALFORMED.invalid(f"{network} is IPv4 where an IPv6 range is meant; write one such as fd00:db8::/64")
    return network


def parse_ipv4_address(value: object) -> IPv4Address:
    """An IPv4 address from its text.

    Raises:
        PydanticCustomError: Not an IPv4 address (CFG-05).
    """
    if isinstance(value, IPv4Address):
        return value
    try:
        return IPv4Address(value) if isinstance(value, str) else _not_an_address(value)
    except ValueError:
        return _not_an_address(value)


def _not_an_address(value: object) -> IPv4Address:
    raise MALFORMED.invalid(f"{shown(value)} is not an IPv4 address; write one such as 10.0.0.10 as text")


def shown(value: object) -> str:
    """What was written, for a message: short, in YAML's terms, and never a Python type's name."""
    match value:
        case None:
            text = "nothing"
        case bool():
            text = "true" if value else "false"
        case str():
            quoted = repr(value)
            cut = len(quoted) > _SHOWN_CHARACTERS
            text = f"{quoted[: _SHOWN_CHARACTERS - 4]}...{quoted[-1]}" if cut else quoted
        case int() | float():
            text = f"the number {value}"
        case Mapping():
            text = "a mapping"
        case list() | tuple():
            text = "a list"
        case Ref() if value.kind != "secret":
            text = "what only a deployment knows"
        case _:
            text = "a secret"
    return text


_ARM_ID = re.compile(
    r"/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]+(/providers/[A-Za-z.]+(/[A-Za-z]+/[^/]+)+)?", re.IGNORECASE
)


def parse_arm_id(value: object) -> str:
    """An Azure Resource Manager id, as the portal and `az` print it.

    Raises:
        PydanticCustomError: Not an ARM id (CFG-05).
    """
    if isinstance(value, str) and _ARM_ID.fullmatch(value):
        return value
    raise MALFORMED.invalid(
        f"{shown(value)} is not an ARM id; write it as the portal shows it,"
        " /subscriptions/<id>/resourceGroups/<group>/providers/<namespace>/<type>/<name>"
    )


@dataclass(frozen=True, slots=True)
class Ref:
    """Something only a deployed resource knows, in the place where a plan needs it.

    Attributes:
        kind: What it belongs to, such as `subnet`.
        key: Which one: `network/subnet`, a cluster's key, or an ARM id of an existing resource.
        attribute: What of it, such as `id` or `principalId`.
    """

    kind: str
    key: str
    attribute: str = "id"

    def __str__(self) -> str:
        return f"<{self.kind} {self.key}: {self.attribute}>"


@dataclass(frozen=True, slots=True)
class StackOutput:
    """An output of another stack, in the place of an ARM id: `{stackReference: hub, output: networks.main.id}`.

    Attributes:
        stack: The stack's name, or `organization/project/stack`.
        output: Which of its outputs; dots lead into mappings.
    """

    stack: str
    output: str

    @property
    def reference(self) -> Ref:
        """What stands for it in a plan."""
        return Ref("stackOutput", self.stack, self.output)

    def __str__(self) -> str:
        return f"output {self.output} of stack {self.stack}"


_OUTPUT_KEYS = {"stackReference", "output"}


def parse_existing(value: object) -> str | StackOutput:
    """Something that exists already: an ARM id, or an output of another stack that holds one.

    Raises:
        PydanticCustomError: Neither (CFG-05).
    """
    if isinstance(value, StackOutput):
        return value
    if isinstance(value, dict):
        if set(value) == _OUTPUT_KEYS and all(isinstance(part, str) and part for part in value.values()):
            return StackOutput(value["stackReference"], value["output"])
        raise MALFORMED.invalid(
            "a mapping that is no output of another stack; write {stackReference: hub, output: networks.main.id}"
        )
    return parse_arm_id(value)


def parse_reference(value: object) -> str | StackOutput:
    """A key of the same file, or something that exists already.

    Raises:
        PydanticCustomError: Neither text nor an output of another stack; or text that looks like an ARM id and is none
            (CFG-05).
    """
    if isinstance(value, str) and value and not value.startswith("/"):
        return value
    return parse_existing(value)


def is_key(reference: str | StackOutput) -> TypeGuard[str]:
    """Whether a reference is a key of the same file."""
    return isinstance(reference, str) and not reference.startswith("/")


def referred(kind: str, owner: str, reference: str | StackOutput) -> str | Ref:
    """What stands for a reference in a plan: an ARM id as it is, a key as what its owner deploys under it."""
    if isinstance(reference, StackOutput):
        return reference.reference
    return Ref(kind, f"{owner}/{reference}") if is_key(reference) else reference


KEY_PATTERN = "^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$"
"""What a key must match; for schemas, never for messages."""
_KEY = re.compile(KEY_PATTERN)


def parse_key(value: object) -> str:
    """A key that names something in a stack file and becomes part of resource names.

    Raises:
        PydanticCustomError: Not 1 to 63 letters, digits, `-` and `_` (CFG-05).
    """
    if isinstance(value, str) and _KEY.fullmatch(value):
        return value
    raise MALFORMED.invalid(
        f"{shown(value)} cannot be a key; use 1 to 63 letters, digits, '-' and '_', a letter or digit first and last"
    )


def parse_kubernetes_version(value: object) -> str:
    """A Kubernetes version, minor or with its patch: `1.35`, `1.35.2`.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str) and parse_version(value) is not None:
        return value
    raise MALFORMED.invalid(
        f'{shown(value)} is not a Kubernetes version; write a minor version in quotes, such as "1.35"'
    )


T = TypeVar("T")
Listed = Annotated[tuple[T, ...], Strict(False)]
"""A YAML list, held as a tuple so that models stay frozen."""

_TEXT = PlainSerializer(str, return_type=str)

Cidr = Annotated[
    IPv4Network | IPv6Network,
    PlainValidator(parse_cidr),
    _TEXT,
    WithJsonSchema({"type": "string", "pattern": "^[0-9a-fA-F.:]+/[0-9]{1,3}$", "examples": ["10.0.0.0/16"]}),
]
Ipv4Cidr = Annotated[
    IPv4Network,
    PlainValidator(parse_ipv4_cidr),
    _TEXT,
    WithJsonSchema(
        {"type": "string", "pattern": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}$", "examples": ["10.0.0.0/16"]}
    ),
]
Ipv6Cidr = Annotated[
    IPv6Network,
    PlainValidator(parse_ipv6_cidr),
    _TEXT,
    WithJsonSchema({"type": "string", "pattern": "^[0-9a-fA-F:]+/[0-9]{1,3}$", "examples": ["fd00:db8::/64"]}),
]
Ipv4 = Annotated[
    IPv4Address,
    PlainValidator(parse_ipv4_address),
    _TEXT,
    WithJsonSchema({"type": "string", "format": "ipv4"}),
]
ArmId = Annotated[str, PlainValidator(parse_arm_id), WithJsonSchema({"type": "string", "pattern": "^/subscriptions/"})]
_STACK_OUTPUT_SCHEMA = {
    "type": "object",
    "properties": {"stackReference": {"type": "string"}, "output": {"type": "string"}},
    "required": ["stackReference", "output"],
    "additionalProperties": False,
}
Existing = Annotated[
    str | StackOutput,
    PlainValidator(parse_existing),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": "^/subscriptions/"}, _STACK_OUTPUT_SCHEMA]}),
]
"""The ARM id of something that exists already, or an output of another stack that holds one."""
Reference = Annotated[
    str | StackOutput,
    PlainValidator(parse_reference),
    WithJsonSchema({"anyOf": [{"type": "string"}, _STACK_OUTPUT_SCHEMA]}),
]
"""A key of the same file, or something that exists already."""
Key = Annotated[str, PlainValidator(parse_key), WithJsonSchema({"type": "string", "pattern": KEY_PATTERN})]
KubernetesVersion = Annotated[
    str,
    PlainValidator(parse_kubernetes_version),
    WithJsonSchema({"type": "string", "pattern": "^1\\.[0-9]+(\\.[0-9]+)?$", "examples": ["1.35"]}),
]


@dataclass(frozen=True, slots=True)
class Joined:
    """Text made of literal parts and references, in order."""

    parts: tuple[str | Ref, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in Azure a stack's resources go, and what they all carry.

    Attributes:
        subscription_id: GUID of the subscription; zeros when previewing without one.
        resource_group: Name of the resource group.
        location: Azure region in its short form, such as `westeurope`.
        tags: On everything that takes tags.
        deploys_resource_group: False where the group exists already.
    """

    subscription_id: str
    resource_group: str
    location: str
    tags: Mapping[str, str]
    deploys_resource_group: bool = True

    @property
    def group(self) -> str | Ref:
        """The resource group's name, as the output of the deployed group where this stack deploys it."""
        return Ref("resourceGroup", self.resource_group, "name") if self.deploys_resource_group else self.resource_group

    def arm_id(self, resource_type: str, *names: str) -> str:
        """The ARM id of a resource in this group, of a type such as `Microsoft.Network/virtualNetworks/subnets`."""
        namespace, *types = resource_type.split("/")
        pairs = "".join(f"/{kind}/{name}" for kind, name in zip(types, names, strict=True))
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}/providers/{namespace}{pairs}"
        )


ArmValue = Any
"""What an ARM property may hold: JSON, with `Ref` and `Joined` where Azure's answers are needed."""
ArmProperties = dict[str, ArmValue]
"""Inputs of one resource under the provider's own names (camelCase)."""
