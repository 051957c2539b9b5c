"""What azure-native's schema says of a type, read from the SDK that is installed.

Owns the schema-driven parts of the provider: what a preview knows of the outputs, which outputs are inputs too, what
Check refuses. Reading the SDK takes about a second, so it is done once and kept as a JSON file that the simulator's
processes load.

A node is a scalar kind (`string`, `integer`, `number`, `boolean`, `any`), `["array", node]`, `["map", node]` or
`["object", type name]`.
"""

from __future__ import annotations

import collections.abc
import enum
import importlib
import inspect
import json
import re
import typing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pulumi
from pulumi import _types as sdk

from tests.engine.wire import UNKNOWN, has_unknown, is_unknown

Node = Any
SCALARS: dict[type, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}


@dataclass(frozen=True)
class Shape:
    """One resource type's schema. `defaults` are the top-level ones, the only ones the provider's diff looks at."""

    api_version: str
    inputs: dict[str, Node]
    outputs: dict[str, Node]
    required: list[str]
    defaults: dict[str, Any]


@dataclass(frozen=True)
class Shapes:
    """The schema of every described type, and the object types they refer to.

    `newer` is for API versions that the SDK does not describe: a property that the schema lacks is then taken as it
    comes.
    """

    resources: dict[str, Shape]
    objects: dict[str, dict[str, Node]]
    newer: bool = False

    def for_newer_versions(self) -> Shapes:
        """The same schema, open for properties that it lacks."""
        return replace(self, newer=True)

    def preview(self, token: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """What a preview knows of the outputs: the inputs, and unknown for all else, at every level.

        Source: azure-native provider/pkg/convert/previewOutputs.go.
        """
        shape = self.resources.get(token)
        return self._preview_object(shape.outputs, inputs) if shape else dict(inputs)

    def _preview_object(self, properties: dict[str, Node], value: dict[str, Any]) -> dict[str, Any]:
        known = {
            name: self._preview(node, value[name]) if name in value else UNKNOWN for name, node in properties.items()
        }
        return {**{name: item for name, item in value.items() if self.newer and name not in properties}, **known}

    def _preview(self, node: Node, value: Any) -> Any:
        match node, value:
            case ["object", str(name)], dict():
                return self._preview_object(self.objects[name], value)
            case ["array", item], list():
                return [self._preview(item, element) for element in value]
            case ["map", item], dict():
                return {key: self._preview(item, element) for key, element in value.items()}
            case str(), str() | bool() | int() | float():
                return value
            case "any", _:
                return value
        return UNKNOWN

    def as_inputs(self, token: str, outputs: dict[str, Any]) -> dict[str, Any]:
        """The part of the outputs that could be inputs. Source: azure-native `SdkOutputsToSdkInputs`."""
        shape = self.resources.get(token)
        return self._project_object(shape.inputs, shape.outputs, outputs) if shape else dict(outputs)

    def as_outputs(self, token: str, response: dict[str, Any]) -> dict[str, Any]:
        """The part of Azure's answer that the SDK knows."""
        shape = self.resources.get(token)
        return self._project_object(shape.outputs, shape.inputs, response) if shape else dict(response)

    def _project_object(
        self, properties: dict[str, Node], others: dict[str, Node], value: dict[str, Any]
    ) -> dict[str, Any]:
        """Keeps what `properties` has; of newer versions also what neither it nor its counterpart (`others`) knows."""
        known = {name: self._project(properties[name], item) for name, item in value.items() if name in properties}
        return {
            **{
                name: item
                for name, item in value.items()
                if self.newer and name not in properties and name not in others
            },
            **known,
        }

    def _project(self, node: Node, value: Any) -> Any:
        match node, value:
            case ["object", str(name)], dict():
                return self._project_object(self.objects[name], self.objects.get(_counterpart(name), {}), value)
            case ["array", _], dict():  # a set of strings that Azure answers as a map, such as userAssignedIdentities
                return sorted(value)
            case ["array", item], list():
                return [self._project(item, element) for element in value]
            case ["map", item], dict():
                return {key: self._project(item, element) for key, element in value.items()}
        return value

    def failures(self, token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
        """What Check has against the inputs, as (property, reason).

        The real provider drops properties that the schema lacks and says nothing; here they are refused, because a
        silently lost property is a bug that a test should see.
        """
        shape = self.resources.get(token)
        if shape is None:
            return []
        missing = [("", f"missing required property '{name}'") for name in shape.required if name not in inputs]
        return missing + list(self._failures(shape.inputs, inputs, ""))

    def _failures(
        self, properties: dict[str, Node], value: dict[str, Any], path: str
    ) -> typing.Iterator[tuple[str, str]]:
        for name, item in value.items():
            if name.startswith("__") or name == "azureApiVersion":
                continue
            here = f"{path}.{name}" if path else name
            if name not in properties and self.newer:
                continue
            if name not in properties:
                yield here, f"'{here}' is no property of this type"
            else:
                yield from self._value_failures(properties[name], item, here)

    def _value_failures(self, node: Node, value: Any, path: str) -> typing.Iterator[tuple[str, str]]:
        if is_unknown(value) or node == "any":
            return
        match node, value:
            case ["object", str(name)], dict():
                yield from self._failures(self.objects[name], value, path)
            case ["array", item], list():
                for index, element in enumerate(value):
                    yield from self._value_failures(item, element, f"{path}[{index}]")
            case ["map", item], dict():
                for key, element in value.items():
                    yield from self._value_failures(item, element, f"{path}.{key}")
            case str(), _ if _is_scalar(node, value):
                return
            case _:
                wanted = node if isinstance(node, str) else node[0]
                yield path, f"'{path}' should be of type '{wanted}' but got {_kind(value)}"


def _counterpart(name: str) -> str:
    """The SDK's name of an output type for that of an input type, and the other way round."""
    return name.removesuffix("Args") + "Response" if name.endswith("Args") else name.removesuffix("Response") + "Args"


def _is_scalar(kind: str, value: Any) -> bool:
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is {"string": str, "integer": int, "boolean": bool}[kind]


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "an array", bool: "a boolean", int: "a number", float: "a number"}
    return "an unknown value" if has_unknown(value) else kinds.get(type(value), "a string")


def load(path: Path) -> Shapes:
    """The described types; none when the file is not there, and then everything is echoed unchecked."""
    if not path.exists():
        return Shapes({}, {})
    data = json.loads(path.read_text())
    return Shapes({token: Shape(**shape) for token, shape in data["resources"].items()}, data["objects"])


def describe(tokens: typing.Iterable[str]) -> str:
    """The schema of these types (`module:Type`), as the text of a shapes file."""
    reader = _Reader()
    resources = {token: reader.resource(token).__dict__ for token in tokens}
    return json.dumps({"resources": resources, "objects": reader.objects})


class _Reader:
    """Walks the SDK's type hints.

    An object type is entered once, before its properties are read, because types recurse.
    """

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Node]] = {}

    def resource(self, token: str) -> Shape:
        module_name, name = token.split(":")
        # here, and not above: a running simulator never reads the SDK
        module = importlib.import_module(f"pulumi_azure_native.{module_name}")
        resource = getattr(module, name)
        args = getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args")
        source = inspect.getsource(inspect.getmodule(resource) or module)
        version = re.search(r"Uses Azure REST API version ([\w-]+)\.", source)
        names = sdk.resource_py_to_pulumi_names(resource)
        parameters = inspect.signature(args.__init__).parameters.values()
        required = [p.name for p in parameters if p.default is inspect.Parameter.empty and p.name != "__self__"]
        python_names = sdk.input_type_py_to_pulumi_names(args)
        filled = args(**dict.fromkeys(required, "given"))
        given = {
            python_names[key]: value
            for key, value in filled.__dict__.items()
            if key in python_names and value is not None
        }
        return Shape(
            api_version=version.group(1) if version else "",
            inputs={name: self.node(hint) for name, hint in sdk.input_type_types(args).items()},
            outputs={names.get(name, name): self.node(hint) for name, hint in sdk.resource_types(resource).items()},
            required=[python_names[name] for name in required],
            defaults={
                key: value for key, value in given.items() if key not in {python_names[name] for name in required}
            },
        )

    def node(self, hint: Any) -> Node:
        hint = sdk.unwrap_type(hint)
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin in (collections.abc.Sequence, list):
            return ["array", self.node(arguments[0])]
        if origin in (collections.abc.Mapping, dict):
            return ["map", self.node(arguments[1])]
        if origin is typing.Union or arguments:
            return self._union(arguments)
        if inspect.isclass(hint) and (sdk.is_input_type(hint) or sdk.is_output_type(hint)):
            return self._object(hint)
        if inspect.isclass(hint) and issubclass(hint, enum.Enum):
            return "string" if issubclass(hint, str) else "number"
        return SCALARS.get(hint, "any")

    def _union(self, arguments: tuple[Any, ...]) -> Node:
        plumbing = (collections.abc.Awaitable, pulumi.Output)  # what pulumi.Input adds around a value
        nodes = [
            self.node(item) for item in arguments if item is not type(None) and typing.get_origin(item) not in plumbing
        ]
        return nodes[0] if nodes and all(node == nodes[0] for node in nodes) else "any"

    def _object(self, cls: type) -> Node:
        name = f"{cls.__module__.rsplit('.', 2)[-2]}.{cls.__name__}"
        if name not in self.objects:
            self.objects[name] = {}
            hints = sdk.input_type_types(cls) if sdk.is_input_type(cls) else sdk.output_type_types(cls)
            self.objects[name].update({key: self.node(hint) for key, hint in hints.items()})
        return ["object", name]
