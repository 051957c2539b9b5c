"""What the Azure SDK's own argument types know: a property that they lack is one that the provider drops or refuses."""

from __future__ import annotations

import collections.abc
import importlib
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi import _types

from cilia.arm_ids import azure_type


def unknown_properties(token: str, inputs: Mapping[str, Any]) -> list[str]:
    """Paths of the inputs that a resource's argument types do not have, under the provider's own names."""
    return list(_unknown(inputs, arguments_of(token), ""))


def arguments_of(token: str) -> type:
    """The argument class of a resource type."""
    module, name = str(azure_type(token)).split(":")
    resource = getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name)
    home = importlib.import_module(resource.__module__)
    found: type = getattr(home, f"{name}InitArgs", None) or getattr(home, f"{name}Args")
    return found


def _unknown(value: Any, kind: Any, path: str) -> Iterator[str]:
    if isinstance(value, Mapping) and not {"$secret", "$unknown"} & value.keys():
        if (arguments := argument_type(kind)) is not None:
            types = _types.input_type_types(arguments)
            for name, item in value.items():
                below = f"{path}.{name}" if path else name
                if name in types:
                    yield from _unknown(item, types[name], below)
                else:
                    yield below
        elif (item_type := inside(kind, collections.abc.Mapping)) is not None:
            for name, item in value.items():
                yield from _unknown(item, item_type, f"{path}.{name}")
        elif Any not in _members(kind):  # what may be anything, the provider passes on
            yield path
    elif isinstance(value, list):
        item_type = inside(kind, collections.abc.Sequence)
        for position, item in enumerate(value):
            yield from _unknown(item, item_type, f"{path}[{position}]")


def _members(kind: Any) -> tuple[Any, ...]:
    """The types that an input may have, apart from outputs and awaitables of them."""
    return typing.get_args(kind) if typing.get_origin(kind) is typing.Union else (kind,)


def argument_type(kind: Any) -> type | None:
    """The argument class that an input may be; None where it is a plain value, a list or a mapping."""
    return next((each for each in _members(kind) if isinstance(each, type) and _types.is_input_type(each)), None)


def inside(kind: Any, container: type) -> Any:
    """What a list or a mapping of this type holds."""
    for each in _members(kind):
        if typing.get_origin(each) is container:
            return typing.get_args(each)[-1]
    return None
