# ruff: noqa: N802, D102, ARG002 - the methods, their arguments and what they mean are those of pulumi's provider.proto
"""The gRPC server that the engine talks to: protobuf in, a provider's plain dicts behind, a log line for every call.

Started as a plugin (`python -m tests.engine.server azure-native|kubernetes [engine flags] <engine address>`) it prints
its port first, as the engine expects. `CILIA_SIM_STATE` names the state folder. There is no Handshake, as azure-native
3.29 has none; the engine then takes what Configure says.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, Protocol

import grpc  # type: ignore[import-untyped]
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from tests.engine import faults, shapes, wire
from tests.engine.arm import AzureError, HalfDoneError
from tests.engine.faults import AnswerLostError, ProcessDiedError
from tests.engine.kubernetes import Kubernetes
from tests.engine.provider import AzureNative, Difference, Naming, RefusedError, Urn
from tests.engine.store import Store

VERSIONS = {"azure-native": "3.29.0", "kubernetes": "4.34.2"}
STATE = "CILIA_SIM_STATE"
SHAPES_FILE = "shapes.json"
EXIT_CRASHED = 70
DIFF_KINDS = {
    ("ADD", False): provider_pb2.PropertyDiff.ADD,
    ("ADD", True): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("DELETE", False): provider_pb2.PropertyDiff.DELETE,
    ("DELETE", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("UPDATE", False): provider_pb2.PropertyDiff.UPDATE,
    ("UPDATE", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


class Provider(Protocol):
    """What a simulated provider answers, in plain values."""

    def configure(self, config: dict[str, str]) -> None: ...
    def check(
        self, urn: Urn, old: dict[str, Any], new: dict[str, Any], naming: Naming
    ) -> tuple[dict[str, Any], list[tuple[str, str]]]: ...
    def diff(
        self, urn: Urn, old_inputs: dict[str, Any], old_outputs: dict[str, Any], new: dict[str, Any]
    ) -> Difference: ...
    def preview(
        self, urn: Urn, inputs: dict[str, Any], old_outputs: dict[str, Any] | None = None
    ) -> dict[str, Any]: ...
    def create(self, urn: Urn, inputs: dict[str, Any], *, fail_at_end: bool = False) -> tuple[str, dict[str, Any]]: ...
    def update(self, urn: Urn, inputs: dict[str, Any], *, fail_at_end: bool = False) -> dict[str, Any]: ...
    def current(self, urn: Urn, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]: ...
    def read(
        self, urn: Urn, arm_id: str, old_inputs: dict[str, Any] | None, old_outputs: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None: ...
    def delete(self, urn: Urn, arm_id: str) -> None: ...
    def invoke(self, token: str, args: dict[str, Any]) -> dict[str, Any]: ...


def die() -> None:
    """Ends the process at once, as a crash does."""
    os._exit(EXIT_CRASHED)


@dataclass
class Call:
    """One call: its log entry, and the failures that turn into gRPC errors."""

    simulator: Simulator
    context: Any
    entry: dict[str, Any]
    started: float = field(default_factory=time.time)

    def __enter__(self) -> Call:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self.simulator.store.log(
            {**self.entry, "start": self.started, "end": time.time(), "pid": os.getpid(), "error": str(error or "")}
        )
        if isinstance(error, ProcessDiedError):
            self.simulator.die()
            self.context.abort(grpc.StatusCode.UNAVAILABLE, "the provider's process is gone")
        if isinstance(error, AzureError | RefusedError | AnswerLostError):
            self.context.abort(grpc.StatusCode.UNKNOWN, str(error))


@dataclass
class Simulator(provider_pb2_grpc.ResourceProviderServicer):
    """A plugin process: one provider, one configuration."""

    store: Store
    provider: Provider
    package: str
    die: Callable[[], None] = die

    def _call(self, method: str, request: Any, context: Any, **entry: Any) -> Call:
        urn = Urn(request.urn) if getattr(request, "urn", "") else None
        place = {"urn": urn.text, "type": urn.type, "name": urn.name} if urn and urn.text.count("::") >= 3 else {}
        return Call(self, context, {"package": self.package, "method": method, **place, **entry})

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=VERSIONS[self.package])

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Parameterize(self, request: Any, context: Any) -> Any:
        """An explicit API version, such as `containerservice v20260501`. The types carry it, so nothing is kept."""
        with self._call("Parameterize", request, context):
            module, version = parameters(request)
        return provider_pb2.ParameterizeResponse(
            name=f"azure-native_{module}_{version}", version=VERSIONS[self.package]
        )

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        old, new = wire.from_struct(request.old_inputs), wire.from_struct(request.news)
        if not isinstance(self.provider, Kubernetes) or old == new:
            return provider_pb2.DiffResponse()  # azure-native never says that its configuration has changed
        replaces = self.provider.replaces_provider(old, new)
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_SOME, replaces=replaces)

    def Configure(self, request: Any, context: Any) -> Any:
        config = {key.rpartition(":config:")[2]: value for key, value in request.variables.items()}
        with self._call("Configure", request, context, config=sorted(config)):
            self.provider.configure(config)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, supports_autonaming_configuration=True
        )

    def Invoke(self, request: Any, context: Any) -> Any:
        args = wire.from_struct(request.args)
        with self._call("Invoke", request, context, type=request.tok, inputs=args):
            self._fault("Invoke", request.tok, "")
            result = self.provider.invoke(request.tok, args)
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(wire.to_struct(result))
        return response

    def Check(self, request: Any, context: Any) -> Any:
        old, new = wire.from_struct(request.olds), wire.from_struct(request.news)
        with self._call("Check", request, context, inputs=new):
            inputs, failures = self.provider.check(Urn(request.urn), old, new, _naming(request))
        found = [provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in failures]
        return provider_pb2.CheckResponse(inputs=wire.to_struct(inputs), failures=found)

    def Diff(self, request: Any, context: Any) -> Any:
        old, outputs, new = (wire.from_struct(bag) for bag in (request.old_inputs, request.olds, request.news))
        with self._call("Diff", request, context, id=request.id, inputs=new, old_inputs=old):
            found = self.provider.diff(Urn(request.urn), old, outputs, new)
        detailed = {
            change.path: provider_pb2.PropertyDiff(kind=DIFF_KINDS[change.kind, change.replace], inputDiff=True)
            for change in found.changes
        }
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if found.changes else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=found.replaces,
            deleteBeforeReplace=found.delete_before_replace,
            diffs=[change.path.partition(".")[0] for change in found.changes],
            detailedDiff=detailed,
            hasDetailedDiff=True,
        )

    def Create(self, request: Any, context: Any) -> Any:
        urn, inputs = Urn(request.urn), wire.from_struct(request.properties)
        with self._call("Create", request, context, inputs=inputs, preview=request.preview) as call:
            if request.preview:
                return provider_pb2.CreateResponse(id="", properties=wire.to_struct(self.provider.preview(urn, inputs)))
            fault = self._fault("Create", urn.type, urn.name)
            try:
                arm_id, outputs = self.provider.create(urn, inputs, fail_at_end=_half(fault))
            except HalfDoneError as failed:
                self._half_done(call, urn, inputs, failed)
            call.entry["id"] = arm_id
            faults.after(fault)
        return provider_pb2.CreateResponse(id=arm_id, properties=wire.to_struct(outputs))

    def Read(self, request: Any, context: Any) -> Any:
        urn = Urn(request.urn)
        inputs = wire.from_struct(request.inputs) if request.HasField("inputs") and request.inputs.fields else None
        with self._call("Read", request, context, id=request.id):
            self._fault("Read", urn.type, urn.name)
            found = self.provider.read(urn, request.id, inputs, wire.from_struct(request.properties))
        if found is None:
            return provider_pb2.ReadResponse(id="")
        return provider_pb2.ReadResponse(
            id=request.id, inputs=wire.to_struct(found[0]), properties=wire.to_struct(found[1])
        )

    def Update(self, request: Any, context: Any) -> Any:
        urn, inputs, outputs = Urn(request.urn), wire.from_struct(request.news), wire.from_struct(request.olds)
        with self._call("Update", request, context, id=request.id, inputs=inputs, preview=request.preview) as call:
            if request.preview:
                return provider_pb2.UpdateResponse(
                    properties=wire.to_struct(self.provider.preview(urn, inputs, outputs))
                )
            fault = self._fault("Update", urn.type, urn.name)
            try:
                result = self.provider.update(urn, inputs, fail_at_end=_half(fault))
            except HalfDoneError as failed:
                self._half_done(call, urn, inputs, failed)
            faults.after(fault)
        return provider_pb2.UpdateResponse(properties=wire.to_struct(result))

    def Delete(self, request: Any, context: Any) -> Any:
        urn = Urn(request.urn)
        with self._call("Delete", request, context, id=request.id):
            fault = self._fault("Delete", urn.type, urn.name)
            self.provider.delete(urn, request.id)
            faults.after(fault)
        return empty_pb2.Empty()

    def _fault(self, method: str, token: str, name: str) -> dict[str, Any] | None:
        fault = faults.due(self.store, method, token, name)
        faults.before(fault)
        return fault

    def _half_done(self, call: Call, urn: Urn, inputs: dict[str, Any], failed: HalfDoneError) -> NoReturn:
        """Tells the engine that the resource exists and did not come up, so that it is kept with an error."""
        arm_id, outputs = self.provider.current(urn, inputs)
        detail = provider_pb2.ErrorResourceInitFailed(
            id=arm_id, properties=wire.to_struct(outputs), inputs=wire.to_struct(inputs), reasons=[str(failed)]
        )
        packed = any_pb2.Any()
        packed.Pack(detail)
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(failed), details=[packed])
        call.entry.update(id=arm_id, half_done=True)
        call.context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        call.context.abort(grpc.StatusCode.UNKNOWN, str(failed))
        raise AssertionError("abort does not return")


def _half(fault: dict[str, Any] | None) -> bool:
    return fault is not None and fault["kind"] == "half-done"


def _naming(request: Any) -> Naming:
    if not request.HasField("autonaming"):
        return Naming(request.randomSeed)
    modes = provider_pb2.CheckRequest.AutonamingOptions.Mode
    return Naming(request.randomSeed, modes.Name(request.autonaming.mode).lower(), request.autonaming.proposed_name)


def parameters(request: Any) -> tuple[str, str]:
    """The module and API version of a Parameterize request: two words, or the value an SDK carries (base64 of JSON)."""
    if request.WhichOneof("parameters") == "args":
        module, version = request.args.args
        return module, version
    value = json.loads(base64.b64decode(request.value.value))
    return value["module"], value["version"]


def serve(simulator: Simulator, port: int = 0) -> tuple[Any, int]:
    """Starts a server and answers it with its port.

    Many workers, because the engine starts everything it can at once.
    """
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=64), options=[("grpc.max_receive_message_length", -1)])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(simulator, server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server, bound


def simulator(package: str, folder: Path, die: Callable[[], None] = die) -> Simulator:
    """A simulator of one package on a state folder. Raises: KeyError for a package that is not simulated."""
    store = Store(folder)
    makers: dict[str, Callable[[], Provider]] = {
        "azure-native": lambda: AzureNative(store, shapes.load(folder / SHAPES_FILE)),
        "kubernetes": lambda: Kubernetes(store),
    }
    return Simulator(store, makers[package](), package, die)


def main(arguments: list[str]) -> None:
    """Runs as a plugin until it is told to stop."""
    if STATE not in os.environ:
        raise SystemExit(f"{STATE} must name the folder of the simulated cloud")
    server, port = serve(simulator(arguments[0], Path(os.environ[STATE])))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: server.stop(0))
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:
        server.stop(0)


if __name__ == "__main__":
    main(sys.argv[1:])
