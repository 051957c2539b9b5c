"""What the engine does with a provider, through the stub: enough to test a provider without the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from tests.engine import wire
from tests.engine.store import Store


class CallError(Exception):
    """A call ended with an error.

    `kept` is the id of a resource that exists nevertheless, as the engine would keep it.
    """

    def __init__(self, error: grpc.RpcError) -> None:
        super().__init__(error.details())
        self.status = error.code()
        self.kept = ""
        self.reasons: list[str] = []
        for name, value in error.trailing_metadata() or ():
            if name == "grpc-status-details-bin":
                status = status_pb2.Status.FromString(value)
                detail = provider_pb2.ErrorResourceInitFailed()
                status.details[0].Unpack(detail)
                self.kept, self.reasons = detail.id, list(detail.reasons)


@dataclass
class Kept:
    """A resource in the state: what the engine would remember of it."""

    urn: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


@dataclass
class Client:
    """A provider behind its stub, and the state folder that it works on."""

    stub: Any
    store: Store
    package: str = "azure-native"
    failures: list[str] = field(default_factory=list)

    def urn(self, token: str, name: str) -> str:
        """The URN of a resource below nothing. A token without a package is one of this provider's."""
        full = token if token.count(":") > 1 or "/" in token else f"{self.package}:{token}"
        return f"urn:pulumi:test::project::{full}::{name}"

    def _ask(self, method: str, request: Any) -> Any:
        try:
            return getattr(self.stub, method)(request)
        except grpc.RpcError as error:
            raise CallError(error) from None

    def configure(self, **config: str) -> None:
        """Configures the provider."""
        variables = {f"{self.package}:config:{name}": value for name, value in config.items()}
        self._ask("Configure", provider_pb2.ConfigureRequest(variables=variables))

    def check(self, token: str, name: str, inputs: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, Any]:
        """The checked inputs; what was wrong with them is in `failures`."""
        request = provider_pb2.CheckRequest(
            urn=self.urn(token, name), news=wire.to_struct(inputs), olds=wire.to_struct(old or {}), randomSeed=b"seed"
        )
        answer = self._ask("Check", request)
        self.failures = [failure.reason for failure in answer.failures]
        return wire.from_struct(answer.inputs)

    def preview(self, token: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """The outputs that a preview of a creation knows; unknowns are the engine's mark."""
        checked = self.check(token, name, inputs)
        request = provider_pb2.CreateRequest(
            urn=self.urn(token, name), properties=wire.to_struct(checked), preview=True
        )
        answer = self._ask("Create", request)
        assert answer.id == ""
        return wire.from_struct(answer.properties)

    def create(self, token: str, name: str, inputs: dict[str, Any]) -> Kept:
        """Checks and creates. Raises: CallError."""
        checked = self.check(token, name, inputs)
        assert not self.failures, self.failures
        request = provider_pb2.CreateRequest(urn=self.urn(token, name), properties=wire.to_struct(checked))
        answer = self._ask("Create", request)
        return Kept(request.urn, answer.id, checked, wire.from_struct(answer.properties))

    def diff(self, kept: Kept, inputs: dict[str, Any]) -> Any:
        """The provider's own answer to a change of inputs."""
        checked = self.check(*_place(kept), inputs, kept.inputs)
        return self._ask(
            "Diff",
            provider_pb2.DiffRequest(
                urn=kept.urn,
                id=kept.id,
                olds=wire.to_struct(kept.outputs),
                old_inputs=wire.to_struct(kept.inputs),
                news=wire.to_struct(checked),
            ),
        )

    def update(self, kept: Kept, inputs: dict[str, Any]) -> Kept:
        """Checks and updates. Raises: CallError."""
        checked = self.check(*_place(kept), inputs, kept.inputs)
        request = provider_pb2.UpdateRequest(
            urn=kept.urn,
            id=kept.id,
            olds=wire.to_struct(kept.outputs),
            old_inputs=wire.to_struct(kept.inputs),
            news=wire.to_struct(checked),
        )
        answer = self._ask("Update", request)
        return Kept(kept.urn, kept.id, checked, wire.from_struct(answer.properties))

    def refresh(self, kept: Kept) -> Kept | None:
        """Reads again; nothing when it is gone. Raises: CallError."""
        request = provider_pb2.ReadRequest(
            urn=kept.urn, id=kept.id, inputs=wire.to_struct(kept.inputs), properties=wire.to_struct(kept.outputs)
        )
        answer = self._ask("Read", request)
        if not answer.id:
            return None
        return Kept(kept.urn, kept.id, wire.from_struct(answer.inputs), wire.from_struct(answer.properties))

    def read(self, token: str, name: str, arm_id: str) -> Kept | None:
        """Imports by id; nothing when there is none. Raises: CallError."""
        answer = self._ask("Read", provider_pb2.ReadRequest(urn=self.urn(token, name), id=arm_id))
        inputs, outputs = wire.from_struct(answer.inputs), wire.from_struct(answer.properties)
        return Kept(self.urn(token, name), arm_id, inputs, outputs) if answer.id else None

    def delete(self, kept: Kept) -> None:
        """Deletes. Raises: CallError."""
        request = provider_pb2.DeleteRequest(
            urn=kept.urn, id=kept.id, properties=wire.to_struct(kept.outputs), old_inputs=wire.to_struct(kept.inputs)
        )
        self._ask("Delete", request)

    def invoke(self, token: str, args: dict[str, Any]) -> dict[str, Any]:
        """Calls a function. Raises: CallError."""
        answer = self._ask("Invoke", provider_pb2.InvokeRequest(tok=token, args=wire.to_struct(args)))
        return wire.from_struct(getattr(answer, "return"))


def connect(port: int) -> tuple[Any, Any]:
    """A channel to a server on this machine, and its stub."""
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    return channel, provider_pb2_grpc.ResourceProviderStub(channel)


def _place(kept: Kept) -> tuple[str, str]:
    return kept.urn.split("::")[2], kept.urn.split("::", 3)[3]
