"""Deploys a component alone, with a provider that answers at once, and keeps what reached the engine."""

from __future__ import annotations

import asyncio
import base64
import contextvars
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import pulumi
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs
from pulumi.runtime.proto.resource_pb2 import (
    ReadResourceRequest,
    ReadResourceResponse,
    RegisterResourceRequest,
    RegisterResourceResponse,
    ResourceInvokeRequest,
    ResourceInvokeResponse,
)

from components.outputs import strip_type_aliases

KUBECONFIG = "apiVersion: v1\nkind: Config\n"
_SECRET = "4dabf18193072939515e22adb298388d"


@dataclass(frozen=True, slots=True)
class Deployed:
    """One resource as the engine was asked for it.

    Attributes:
        kind: The last part of its type.
        name: Its Pulumi name.
        parent: The parent's type and name; empty without one.
        provider: The name of the provider that it was given; empty for the default one.
        protect: Whether it is protected.
        ignore_changes: Input paths that are Azure's.
        replace_on_changes: Inputs that cannot change on a living resource.
        depends_on: Names of what it depends on, with their types.
        inputs: What the provider gets; a secret is the text `[secret]`.
    """

    kind: str
    name: str
    parent: str
    provider: str
    protect: bool
    ignore_changes: tuple[str, ...]
    replace_on_changes: tuple[str, ...]
    depends_on: frozenset[str]
    inputs: dict[str, Any]

    @property
    def label(self) -> str:
        """What it is and what it is called."""
        return f"{self.kind} {self.name}"


class _Azure(MockMonitor):
    """Keeps whole requests, which show parents and options, and answers with the inputs and what Azure adds to them.

    Pulumi's own mock monitor works on threads with event loops that it never closes; this one needs none.
    """

    def __init__(self) -> None:
        super().__init__(_NoMocks())
        self.requests: list[RegisterResourceRequest] = []

    def RegisterResource(  # noqa: N802 - gRPC's name
        self, request: RegisterResourceRequest
    ) -> RegisterResourceResponse:
        self.requests.append(request)
        urn = self.make_urn(request.parent, request.type, request.name)
        outputs = MessageToDict(request.object)
        added = _ADDED.get(request.type.rpartition(":")[2], {})
        answer = ParseDict({**outputs, "name": _azure_name(outputs) or request.name, **added}, Struct())
        kind = request.type.rpartition(":")[2]
        return RegisterResourceResponse(urn=urn, id=f"id of {kind} {request.name}", object=answer)

    def ReadResource(self, request: ReadResourceRequest) -> ReadResourceResponse:  # noqa: N802 - gRPC's name
        urn = self.make_urn(request.parent, request.type, request.name)
        added = _ADDED.get(request.type.rpartition(":")[2], {})
        return ReadResourceResponse(urn=urn, properties=ParseDict({"name": request.name, **added}, Struct()))

    def Invoke(self, request: ResourceInvokeRequest) -> ResourceInvokeResponse:  # noqa: N802 - gRPC's name
        assert request.tok.endswith(":listManagedClusterUserCredentials")
        value = base64.b64encode(KUBECONFIG.encode()).decode()
        response = ResourceInvokeResponse()
        ParseDict({"kubeconfigs": [{"name": "clusterUser", "value": value}]}, getattr(response, "return"))
        return response


class _NoMocks(pulumi.runtime.Mocks):
    """Asked by nobody: the monitor answers."""

    def new_resource(self, args: MockResourceArgs) -> NoReturn:
        raise AssertionError(args)

    def call(self, args: MockCallArgs) -> NoReturn:
        raise AssertionError(args)


_ADDED: dict[str, dict[str, Any]] = {
    "ManagedCluster": {"identity": {"type": "SystemAssigned", "principalId": "principal of the cluster"}},
    "UserAssignedIdentity": {"principalId": "principal of the identity", "clientId": "client of the identity"},
    "PublicIPAddress": {"ipAddress": "192.0.2.1"},
}


def _azure_name(inputs: dict[str, Any]) -> str | None:
    return inputs.get("resourceName") or inputs.get("virtualNetworkName")


def deploy(build: Callable[[], object]) -> list[Deployed]:
    """What building something registers, in the order in which the engine was asked, the stack itself left out."""
    monitor = _Azure()
    contextvars.copy_context().run(_run, build, monitor)
    return list(_deployed(monitor.requests))


def _run(build: Callable[[], object], monitor: _Azure) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        pulumi.runtime.set_mocks(monitor.mocks, project="cilia", stack="test", preview=False, monitor=monitor)

        def program() -> None:
            pulumi.runtime.register_stack_transformation(strip_type_aliases)  # they take most of the time
            build()

        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()


def _deployed(requests: list[RegisterResourceRequest]) -> Iterator[Deployed]:
    for request in requests:
        if request.type != "pulumi:pulumi:Stack":
            yield Deployed(
                kind=request.type.rpartition(":")[2],
                name=request.name,
                parent=_label(request.parent),
                provider=_label(request.provider.rpartition("::")[0]).rpartition(" ")[2],
                protect=request.protect,
                ignore_changes=tuple(request.ignoreChanges),
                replace_on_changes=tuple(request.replaceOnChanges),
                depends_on=frozenset(_label(urn) for urn in request.dependencies),
                inputs=_plain(MessageToDict(request.object)),
            )


def _label(urn: str) -> str:
    """`Subnet main-nodes` for a URN; empty for none and for the stack."""
    if not urn or urn.split("::")[2] == "pulumi:pulumi:Stack":
        return ""
    kind, name = urn.split("::")[2:4]
    return f"{kind.rpartition(':')[2]} {name}"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return "[secret]" if _SECRET in value else {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def only(deployed: list[Deployed], label: str) -> Deployed:
    """The one resource with a kind and a name, such as `Subnet main-nodes`."""
    (found,) = (each for each in deployed if each.label == label)
    return found
