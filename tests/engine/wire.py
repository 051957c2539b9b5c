"""Property bags between protobuf and plain Python values.

Owns the marks that Pulumi's engine puts into property bags; a provider with `acceptSecrets` false sees unknowns and
nothing else of them.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import struct_pb2

# One sentinel per type; the Python SDK sends the first only. sdk/go/common/resource/plugin/rpc.go
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
SIGNATURE = "4dabf18193072939515e22adb298388d"


def is_unknown(value: Any) -> bool:
    """Whether a value is known only after deployment."""
    return isinstance(value, str) and value in UNKNOWNS


def has_unknown(value: Any) -> bool:
    """Whether anything in a value is known only after deployment."""
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return is_unknown(value)


def from_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    """A property bag as a dict. Nulls are dropped and whole numbers are integers, as azure-native reads them."""
    return {
        name: from_value(value) for name, value in struct.fields.items() if value.WhichOneof("kind") != "null_value"
    }


def from_value(value: struct_pb2.Value) -> Any:
    """One property value."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return from_struct(value.struct_value)
    if kind == "list_value":
        return [from_value(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "string_value":
        return value.string_value
    return value.bool_value if kind == "bool_value" else None


def to_struct(values: dict[str, Any]) -> struct_pb2.Struct:
    """A dict as a property bag, without its nulls."""
    struct = struct_pb2.Struct()
    struct.update(without_nulls(values))
    return struct


def without_nulls(value: Any) -> Any:
    """A copy in which no object holds a null."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value
