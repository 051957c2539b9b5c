"""The engine's side of a recorded run: takes every registration, answers as a first preview on an empty stack would.

Owns the Pulumi protocol. What a provider would answer is in `answers`, what constructors saw in `trace`.
"""

# ruff: noqa: N802, ARG002 - the methods are those of Pulumi's protocol

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Never

from google.protobuf import empty_pb2
from pulumi import RunError
from pulumi.runtime.proto import engine_pb2, resource_pb2

from cilia.answers import Answers
from cilia.arm_ids import azure_type
from cilia.options import options, provider_urn
from cilia.trace import STACK_TYPE, Trace, from_resources
from cilia.wire import Marks, decode, encode, is_certain, readable

FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON,
)
_Request = resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest


@dataclass(frozen=True)
class Registration:
    """A resource as the program registered it. Inputs are plain wire values; `sources` is what each one depends on."""

    urn: str
    type: str
    name: str
    parent: str | None
    custom: bool
    inputs: dict[str, Any]
    sources: Mapping[str, Collection[str]]
    options: Mapping[str, Any]

    @property
    def needs(self) -> frozenset[str]:
        """The URNs that must come before this one: parent, dependencies, provider."""
        return frozenset({self.parent or "", *self.options.get("dependsOn", ()), self.options.get("provider", "")})

    def readable(self, marks: Marks) -> dict[str, object]:
        """Returns the inputs as JSON shows them."""
        return {
            name: readable(value, marks.describe, from_resources(self.sources.get(name, ())))
            for name, value in self.inputs.items()
        }


@dataclass(frozen=True)
class Invoke:
    """A question to a provider, with its arguments as JSON shows them."""

    token: str
    args: Mapping[str, object]


@dataclass(frozen=True)
class Message:
    """Something the program had to say: `severity` is "info", "warning" or "error"."""

    severity: str
    text: str


@dataclass
class Engine:
    """Takes what the SDK and the program log."""

    messages: list[Message] = field(default_factory=list)

    def Log(self, request: engine_pb2.LogRequest) -> empty_pb2.Empty:
        """Keeps a message, unless it is for debugging."""
        if request.severity != engine_pb2.DEBUG:
            severity = engine_pb2.LogSeverity.Name(request.severity).lower()
            self.messages.append(Message(severity, request.message.strip()))
        return empty_pb2.Empty()

    def RequirePulumiVersion(self, request: object) -> engine_pb2.RequirePulumiVersionResponse:
        """Accepts every version: there is no engine that could be too old."""
        return engine_pb2.RequirePulumiVersionResponse()


class Monitor:
    """Stands where the engine's resource monitor stands. The SDK may call it from several threads.

    Args:
        settings: What azure-native is configured with: `subscriptionId`, `location`, `tenantId`.
        dry_run: Whether this is a preview: nothing exists yet, so nothing can be asked.
    """

    def __init__(self, *, trace: Trace, marks: Marks, settings: Mapping[str, str], dry_run: bool) -> None:
        self.registrations: dict[str, Registration] = {}
        self.invokes: list[Invoke] = []
        self.outputs: dict[str, object] = {}
        self._trace, self._marks, self._settings, self._dry_run = trace, marks, settings, dry_run
        self._answers = Answers(dry_run=dry_run)
        self._packages: list[resource_pb2.RegisterPackageRequest] = []
        self._lock = threading.Lock()

    def GetDeploymentInfo(self, request: object) -> resource_pb2.DeploymentInfo:
        """Says what this monitor supports."""
        return resource_pb2.DeploymentInfo(supportedFeatures=FEATURES)

    def RegisterPackage(self, request: resource_pb2.RegisterPackageRequest) -> resource_pb2.RegisterPackageResponse:
        """Accepts a parameterized package. Its resources' type tokens name it, so nothing else has to be kept."""
        with self._lock:
            if request not in self._packages:
                self._packages.append(request)
            return resource_pb2.RegisterPackageResponse(ref=str(self._packages.index(request)))

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        """Keeps a resource and answers with what is certain of it."""
        urn = self._urn(request)
        inputs = decode(request.object)
        if request.type == STACK_TYPE:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        self._keep(urn, request, inputs, options(request))
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        kind = type(self._trace.constructed[urn].resource)
        provider = self._provider(request.provider)
        name, outputs = self._answers.resource(kind, request.type, request.name, inputs, provider)
        # What is left out is unknown in an update too, instead of absent.
        return resource_pb2.RegisterResourceResponse(urn=urn, id=name, object=encode(outputs), unknown=True)

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:
        """Keeps a reference to something that exists. It is listed with the `id` that the program reads it by."""
        urn = self._urn(request)
        what = readable(request.id, self._marks.describe, from_resources(request.dependencies))
        read = {"dependsOn": sorted(request.dependencies), "provider": provider_urn(request.provider)}
        self._keep(urn, request, decode(request.properties), {**{k: v for k, v in read.items() if v}, "id": what})
        if not is_certain(request.id):
            return resource_pb2.ReadResourceResponse(urn=urn, unknown=True)
        kind = type(self._trace.constructed[urn].resource)
        outputs = self._answers.existing(kind, request.type, request.name, request.id)
        return resource_pb2.ReadResourceResponse(urn=urn, id=request.id, properties=encode(outputs), unknown=True)

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> empty_pb2.Empty:
        """Keeps the stack's outputs. A component's own are nothing that a provider or another stack sees."""
        if request.urn.split("::")[2] == STACK_TYPE:
            values = decode(request.outputs)
            self.outputs = {name: self._readable(value) for name, value in values.items()}
        return empty_pb2.Empty()

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:
        """Answers what needs no cloud. The rest is unknown, as to an engine that finds a dependency missing."""
        args = {name: self._readable(value) for name, value in decode(request.args).items()}
        with self._lock:
            self.invokes.append(Invoke(request.tok, args))
        answer: Mapping[str, object] | None = self._answers.invoke(request.tok)
        if azure_type(request.tok) and request.tok.endswith(":getClientConfig"):
            answer = self._client(self._provider(request.provider))
        response = resource_pb2.ResourceInvokeResponse(
            unknown=answer is None or (self._dry_run and any(request.dependsOn))
        )
        if answer is not None:
            getattr(response, "return").CopyFrom(encode(answer))  # a word that Python keeps for itself
        return response

    def ExistsResource(self, request: object) -> resource_pb2.ExistsResourceResponse:
        """Does not know what exists."""
        return resource_pb2.ExistsResourceResponse(unknown=True)

    def Call(self, request: resource_pb2.ResourceCallRequest) -> Never:
        """Refuses: methods of resources run in their provider."""
        raise RunError(f"{request.tok} runs in its provider, which is not there in an offline preview")

    def SignalAndWaitForShutdown(self, request: object) -> empty_pb2.Empty:
        """Lets the program end at once."""
        return empty_pb2.Empty()

    def _urn(self, request: resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest) -> str:
        return self._trace.urn(request.type, request.name, request.parent)

    def _keep(self, urn: str, request: _Request, inputs: dict[str, Any], opts: dict[str, Any]) -> None:
        parent = request.parent if request.parent.split("::")[2:3] != [STACK_TYPE] else None
        custom = isinstance(request, resource_pb2.ReadResourceRequest) or request.custom
        sources = {} if isinstance(request, resource_pb2.ReadResourceRequest) else request.propertyDependencies
        dependencies = {name: tuple(found.urns) for name, found in sources.items()}
        made = Registration(urn, request.type, request.name, parent or None, custom, inputs, dependencies, opts)
        with self._lock:
            self.registrations[urn] = made

    def _provider(self, reference: str) -> Mapping[str, str]:
        """What the provider of a resource is configured with. What it does not know itself is no certain value."""
        explicit = self.registrations.get(provider_urn(reference))
        own = explicit.inputs if explicit else {}
        return {**self._settings, **{name: value if is_certain(value) else "" for name, value in own.items()}}

    def _client(self, provider: Mapping[str, str]) -> dict[str, str]:
        known = {**provider, "objectId": ""}
        return {
            name: known.get(name) or self._marks.hidden(f"{name} of the signed-in client")
            for name in ("clientId", "objectId", "subscriptionId", "tenantId")
        }

    def _readable(self, value: object) -> object:
        return readable(value, self._marks.describe, from_resources(()))
