"""Pulumi's wire values as plain data, and as the JSON that people and programs read.

Owns the signatures that mark secrets, assets and references inside a message, and the marks by which the recorder
carries a description with a value that is not known yet. Knows no resource type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from google.protobuf.struct_pb2 import Struct, Value

# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/properties.go and plugin/rpc.go
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

# A value that is not known travels as one fixed string, which says nothing of what it is. The recorder puts marks in
# its place, made like that string: plain ASCII, so that they survive inside JSON, and never a value of a program. A
# pending mark is the whole of a value that is unknown to the program too; a hidden one is text that it computes with.
_PENDING = "5d7a2c1e-8f07-4f63-9b0c-6f5a7e0c1d01"
_HIDDEN = "5d7a2c1e-8f07-4f63-9b0c-6f5a7e0c1d02"
_MARK = re.compile(f"(?:{_PENDING}|{_HIDDEN})\\.([0-9]+)\\.")


class Marks:
    """Descriptions of unknown values, each behind a string that travels in the value's place."""

    def __init__(self) -> None:
        self._descriptions: list[str] = []

    def pending(self, description: str) -> str:
        """Returns a mark for a value that nobody knows before deployment."""
        return self._mark(_PENDING, description)

    def hidden(self, description: str) -> str:
        """Returns a mark for text that exists, but that cannot be seen offline."""
        return self._mark(_HIDDEN, description)

    def describe(self, text: str) -> str | None:
        """Returns what a text with marks in it is, None for a text without: `x` marked in `https://x/` is `https://<x>/`."""
        if _PENDING not in text and _HIDDEN not in text:
            return None
        whole = _MARK.fullmatch(text)
        if whole:
            return self._descriptions[int(whole[1])]
        return _MARK.sub(lambda mark: f"<{self._descriptions[int(mark[1])]}>", text)

    def _mark(self, kind: str, description: str) -> str:
        self._descriptions.append(description)
        return f"{kind}.{len(self._descriptions) - 1}."


def is_pending(value: object) -> bool:
    """Tells whether a plain value is unknown until deployment."""
    return isinstance(value, str) and (value == UNKNOWN or value.startswith(_PENDING))


def is_certain(value: object) -> bool:
    """Tells whether a plain value is text with nothing unknown in it."""
    return isinstance(value, str) and not any(mark in value for mark in (UNKNOWN, _PENDING, _HIDDEN))


def decode(struct: Struct) -> dict[str, object]:
    """Returns a message's properties, keys sorted (a message has no order of its own), whole numbers as integers."""
    fields = struct.fields
    return {key: _decode(fields[key]) for key in sorted(fields)}


def _decode(value: Value) -> object:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "struct_value":
        return decode(value.struct_value)
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return value.bool_value if kind == "bool_value" else None


def encode(values: Mapping[str, object]) -> Struct:
    """Returns a message of plain values as a provider would send it.

    Pending marks turn back into the unknown that Pulumi's SDK understands. A reference to a resource becomes its id:
    that is what the engine sends to a provider that takes no references, which azure-native and kubernetes do not.
    """
    struct = Struct()
    _fill(struct, values)
    return struct


def _fill(struct: Struct, values: Mapping[str, object]) -> None:
    fields = struct.fields
    for key, value in values.items():
        _set(fields[key], value)


def _set(target: Value, value: object) -> None:
    match value:
        case str():
            target.string_value = UNKNOWN if is_pending(value) else value
        case bool():
            target.bool_value = value
        case int() | float():
            target.number_value = value
        case Mapping() if value.get(SIGNATURE) == RESOURCE:
            _set(target, value.get("id") or value["urn"])
        case Mapping():
            target.struct_value.SetInParent()
            _fill(target.struct_value, value)
        case Sequence():
            target.list_value.SetInParent()
            for item in value:
                _set(target.list_value.values.add(), item)
        case _:
            target.null_value = 0  # type: ignore[assignment]


def readable(value: object, describe: Callable[[str], str | None], unmarked: str) -> object:
    """Returns a plain value as JSON shows it: `{"$secret": true}`, `{"$unknown": …}`, `{"$asset": …}`, a resource's id.

    Args:
        value: A plain wire value.
        describe: What a text with marks in it is (`Marks.describe`).
        unmarked: What an unknown is that travelled without a mark.
    """
    if isinstance(value, str):
        what = unmarked if value == UNKNOWN else describe(value)
        return value if what is None else {"$unknown": what}
    if isinstance(value, list):
        return [readable(item, describe, unmarked) for item in value]
    if not isinstance(value, dict):
        return value
    rest = {key: readable(item, describe, unmarked) for key, item in value.items() if key != SIGNATURE}
    return _signed(value[SIGNATURE], rest, unmarked) if SIGNATURE in value else rest


def _signed(signature: str, content: dict[str, object], unmarked: str) -> object:
    if signature == SECRET or (signature == OUTPUT and content.get("secret")):
        return {"$secret": True}
    if signature == RESOURCE:
        return content.get("id") or content["urn"]
    if signature == OUTPUT:
        return content.get("value", {"$unknown": unmarked})
    return {{ASSET: "$asset", ARCHIVE: "$archive"}.get(signature, signature): content}
