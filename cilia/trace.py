"""What can only be seen where a program constructs its resources: their order, their place, what an unknown input is.

The SDK registers resources later, from tasks in no particular order, and by then an unknown value is one fixed string.
So the recorder adds a transformation to the stack, which Pulumi calls inside every constructor.
"""

# ruff: noqa: SLF001 - the SDK offers no other way to see what an output is made of

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from types import FrameType
from typing import Any, get_args

import pulumi
from pulumi import _types
from pulumi.output import _OutputData
from pulumi.runtime import register_stack_transformation

from cilia.failures import DuplicateResourceError, Place, is_library
from cilia.wire import Marks

STACK_TYPE = "pulumi:pulumi:Stack"

_Output = pulumi.Output[Any]
_Step = str | int | None


def label(urn: str) -> str:
    """Returns how a person would name a resource: the last word of its type and its name."""
    _, _, kind, name = urn.split("::", 3)
    return f"{kind.rsplit('$', 1)[-1].rsplit(':', 1)[-1]} {name}"


def from_resources(urns: Iterable[str]) -> str:
    """Returns what an unknown value is of which only the resources behind it are known."""
    labels = sorted({label(urn) for urn in urns})
    return f"from {' and '.join(labels)}" if labels else "known after deployment"


@dataclass(frozen=True)
class _Source:
    """A property of a resource. Holds the output, so that no other output can take over its identity."""

    output: _Output
    urn: str
    name: str
    type: Any


@dataclass(frozen=True)
class Constructed:
    """A resource as its constructor saw it. `rank` sorts resources as the program reads."""

    urn: str
    resource: pulumi.Resource
    place: Place | None
    rank: tuple[int, int, str]


class Trace:
    """The resources of one run of a program, as constructed.

    Args:
        marks: Where descriptions of unknown inputs are kept.
    """

    def __init__(self, *, project: str, stack: str, marks: Marks) -> None:
        self._project, self._stack, self._marks = project, stack, marks
        self.constructed: dict[str, Constructed] = {}
        self._urns: dict[pulumi.Resource, str] = {}
        self._sources: dict[int, _Source] = {}
        self._unindexed: list[pulumi.Resource] = []
        self._main: asyncio.Task[Any] | None = None

    def start(self) -> None:
        """Begins to follow the program that the current task is about to run, below the stack that was just made."""
        self._main = asyncio.current_task()
        register_stack_transformation(self._on_construction)

    def urn(self, kind: str, name: str, parent: str | None) -> str:
        """Returns the URN that the engine gives a resource: all parents' types before its own, the stack's left out.

        Source: https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/deployment.go (generateURN).
        """
        if parent and (qualified := parent.split("::")[2]) != STACK_TYPE:
            kind = f"{qualified}${kind}"
        return f"urn:pulumi:{self._stack}::{self._project}::{kind}::{name}"

    def place_of(self, kind: str, name: str) -> Place | None:
        """Returns where the program constructs a resource of this type and name."""
        tail = f"{kind}::{name}"
        return next((item.place for item in self.constructed.values() if item.urn.endswith(tail)), None)

    def marked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the same inputs, their outputs replaced by ones that tell what they are when they are not known."""
        self._index()
        return {name: self._marked(value) for name, value in values.items()}

    def _on_construction(self, args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.opts.urn is not None:  # refers to a resource that was registered before
            return None
        parent = self._urns.get(args.opts.parent) if args.opts.parent else None
        urn = self.urn(args.type_, args.name, parent)
        if urn in self.constructed:
            raise DuplicateResourceError(urn, self.constructed[urn].place)
        self._urns[args.resource] = urn
        self.constructed[urn] = Constructed(urn, args.resource, _own_place(), self._rank(urn))
        props = self.marked(args.props)
        self._unindexed.append(args.resource)
        return pulumi.ResourceTransformationResult(props, args.opts)

    def _rank(self, urn: str) -> tuple[int, int, str]:
        # What the program itself constructs comes as it is written. Callbacks run in no order that means anything, so
        # what they construct comes after that, by name.
        if asyncio.current_task() is self._main:
            return (0, len(self.constructed), "")
        return (1, 0, urn)

    def _index(self) -> None:
        for resource in self._unindexed:
            names = _types.resource_py_to_pulumi_names(type(resource))
            types = _types.resource_types(type(resource))
            for key, value in vars(resource).items():
                if isinstance(value, pulumi.Output):
                    name = names.get(key, key)
                    self._sources[id(value)] = _Source(value, self._urns[resource], name, types.get(name))
        self._unindexed.clear()

    def _marked(self, value: Any) -> Any:
        if isinstance(value, pulumi.Output):
            return self._marked_output(value)
        kind = type(value)
        if kind is dict:
            return {name: self._marked(item) for name, item in value.items()}
        if kind is list:
            return [self._marked(item) for item in value]
        if _types.is_input_type(kind) and not isinstance(value, dict):
            value = copy(value)
            vars(value).update({name: self._marked(item) for name, item in vars(value).items()})
        return value

    def _marked_output(self, output: _Output) -> _Output:
        # Looked up now, because what an output was taken from can no longer be seen when it is resolved.
        source, path = self._source(output)

        async def data() -> _OutputData[Any]:
            found = await output._data
            if found.is_known:
                return found
            urns = {self._urns[resource] for resource in found.resources if resource in self._urns}
            mark = self._marks.pending(_description(source, path, urns))
            return _OutputData(found.resources, mark, True, found.is_secret)

        return pulumi.Output._from_data(data())

    def _source(self, output: _Output) -> tuple[_Source | None, list[_Step]]:
        """The resource's property that an output comes from, and the steps in between."""
        path: list[_Step] = []
        while (source := self._sources.get(id(output))) is None:
            taken = _taken_from(output)
            if taken is None:
                return None, []
            output, step = taken
            path.insert(0, step)
        return source, path


def _description(source: _Source | None, path: list[_Step], urns: set[str]) -> str:
    if source is None:
        return from_resources(urns)
    if None not in path:
        return f"{source.name}{''.join(_steps(source.type, path))} of {label(source.urn)}"
    # A function lies in between, which may have brought in other resources.
    return from_resources(urns) if len(urns) > 1 else f"from {source.name} of {label(source.urn)}"


def _steps(kind: Any, path: list[_Step]) -> Iterator[str]:
    """The steps as the provider spells them: `issuer_url` of an OIDC issuer profile is its `.issuerURL`."""
    for step in path:
        if isinstance(kind, type) and _types.is_output_type(kind):
            types, plain = _types.output_type_types(kind), str(step).replace("_", "").lower()
            name = next((name for name in types if name.lower() == plain), str(step))
            kind = types.get(name)
            yield f".{name}"
        else:
            kind = next(reversed(get_args(kind)), None)
            yield f"[{step}]" if isinstance(step, int) else f".{step}"


def _taken_from(output: _Output) -> tuple[_Output, _Step] | None:
    """The output that this one was made of, and by which attribute or key; None for the step of any other function.

    `Output.apply` keeps both in the coroutine that computes the result. Where a future SDK keeps them elsewhere,
    nothing is found and descriptions name the resource only.
    """
    coroutine = output._data.get_coro() if isinstance(output._data, asyncio.Task) else None
    frame = getattr(coroutine, "cr_frame", None)
    if frame is None:
        return None
    source, function = frame.f_locals.get("self"), frame.f_locals.get("func")
    if not isinstance(source, pulumi.Output):
        return None
    code = getattr(function, "__code__", None)
    if code is None or not code.co_qualname.startswith(("Output.__getattr__", "Output.__getitem__")):
        return source, None
    values = dict(zip(code.co_freevars, (cell.cell_contents for cell in function.__closure__), strict=True))
    return source, values.get("item", values.get("key"))


def _own_place() -> Place | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_library(frame.f_code.co_filename):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno) if frame else None
