"""What a provider would answer, as far as that is certain without asking it.

In a preview the azure-native provider echoes the inputs and leaves everything else unknown, down to the last nested
property (https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/convert/previewOutputs.go); other
providers echo. In an update nothing is unknown: what only Azure would know gets a placeholder, the same in every run.
"""

from __future__ import annotations

import base64
import functools
import importlib
import typing
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pulumi import _types

from cilia import arm_ids
from cilia.wire import SECRET, SIGNATURE, UNKNOWN, is_certain

Properties = dict[str, Any]

_PROVIDER = "pulumi:providers:"
_KUBERNETES = "kubernetes:"
# Output properties that Azure fills with a UUID.
_UUIDS = frozenset({"clientid", "objectid", "principalid", "tenantid", "resourceuid", "resourceguid"})
# Outputs that no input shapes and that programs build on; in a preview they are unknown as a whole.
_UNASKED: Mapping[str, Properties] = {
    "containerservice:ManagedCluster": {"identityProfile": {"kubeletidentity": {}}, "oidcIssuerProfile": {}},
}
_KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: offline
clusters: [{name: offline, cluster: {server: "https://offline.invalid:443"}}]
contexts: [{name: offline, context: {cluster: offline, user: offline}}]
users: [{name: offline, user: {token: offline}}]
"""


class Answers:
    """A provider's answers in a preview, or in an update.

    Args:
        dry_run: Whether this is a preview.
    """

    def __init__(self, *, dry_run: bool) -> None:
        self._dry_run = dry_run

    def resource(
        self, kind: Any, token: str, name: str, inputs: Properties, provider: Mapping[str, str]
    ) -> tuple[str, Properties]:
        """Returns the id, empty when it is not certain, and the outputs of a resource that is being made.

        Args:
            kind: The resource's class, which says what the outputs look like.
            token: Its type token.
            name: Its name within the program.
            inputs: Its inputs as plain wire values.
            provider: What its provider is configured with: `subscriptionId`, `location`.
        """
        missing = _unknown if self._dry_run else _placeholders(token, name)
        if arm_ids.azure_type(token):
            return self._azure(_output_types(kind, token), token, inputs, provider, missing)
        if token.startswith(_PROVIDER):
            return ("" if self._dry_run else str(missing("resourceUid", str))), inputs
        if token.startswith(_KUBERNETES):
            return self._kubernetes(inputs, missing)
        return ("" if self._dry_run else f"id of {name}"), inputs

    def existing(self, kind: Any, token: str, name: str, arm_id: str) -> Properties:
        """Returns the outputs of a resource that is read by its id. Offline, only the name is certain."""
        if not arm_ids.azure_type(token):
            return {}
        missing = _placeholders(token, name)
        unseen = {} if self._dry_run else {key: missing(key, item) for key, item in _output_types(kind, token).items()}
        return {**unseen, "name": arm_id.rpartition("/")[2]}

    def invoke(self, token: str) -> Properties | None:
        """Returns the result of a function whose arguments are known, None when only the cloud can tell."""
        if self._dry_run or not token.endswith("Credentials"):
            return None
        return {"kubeconfigs": [{"name": "offline", "value": base64.b64encode(_KUBECONFIG.encode()).decode()}]}

    def _azure(
        self, types: Mapping[str, Any], token: str, inputs: Properties, provider: Mapping[str, str], missing: _Missing
    ) -> tuple[str, Properties]:
        given = {"location": provider["location"], **inputs} if provider.get("location") else dict(inputs)
        path = arm_ids.parameters(token)
        certain = {name: inputs[name] for name in path if is_certain(inputs.get(name))}
        if path and path[-1] in certain:
            given["name"] = certain[path[-1]]
        if not self._dry_run:
            given = {**_UNASKED.get(arm_ids.azure_type(token) or "", {}), **given}
        known = {name: _shaped(given[name], kind, missing) for name, kind in types.items() if name in given}
        rest = {} if self._dry_run else {name: missing(name, kind) for name, kind in types.items() if name not in given}
        return arm_ids.predict(token, certain, provider["subscriptionId"]) or "", {**known, **rest}

    def _kubernetes(self, inputs: Properties, missing: _Missing) -> tuple[str, Properties]:
        metadata = inputs.get("metadata", None if self._dry_run else {})
        if not isinstance(metadata, dict) or SIGNATURE in metadata:
            return "", inputs
        # The provider makes up a name with a random ending.
        metadata = {"name": missing("name", str), **metadata}
        parts = [part for part in (metadata.get("namespace"), metadata["name"]) if part]
        return ("" if self._dry_run else "/".join(map(str, parts))), {**inputs, "metadata": metadata}


_Missing = Callable[[str, Any], object]


def _unknown(_name: str, _kind: Any) -> object:
    return UNKNOWN


def _placeholders(token: str, resource: str) -> _Missing:
    def placeholder(name: str, kind: Any) -> object:
        if kind is not str and kind is not Any:
            return None
        plain = name.lower()
        if plain in _UUIDS:
            return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{token}/{resource}/{name}"))
        if plain == "ipaddress":
            return "192.0.2.1"  # RFC 5737: an address for documentation
        if plain.endswith("fqdn"):
            return f"{resource}.invalid"  # RFC 2606: a domain that cannot exist
        if plain.endswith(("url", "uri", "endpoint")):
            return f"https://{resource}.invalid/"
        return f"{name} of {resource}"

    return placeholder


def _shaped(value: Any, kind: Any, missing: _Missing) -> object:
    """An input in the shape of the output of that name. Where the two do not match, only the provider knows it."""
    if isinstance(value, dict) and SIGNATURE in value:
        return {**value, "value": _shaped(value["value"], kind, missing)} if value[SIGNATURE] == SECRET else value
    if kind is None or kind is Any or not isinstance(value, (dict, list)):
        return value
    kind = _types.unwrap_optional_type(kind)
    shaped = _shaped_object(value, kind, missing) if isinstance(value, dict) else _shaped_list(value, kind, missing)
    return missing("", kind) if shaped is None else shaped


def _shaped_object(value: Properties, kind: Any, missing: _Missing) -> object:
    if isinstance(kind, type) and _types.is_output_type(kind):
        types = _types.output_type_types(kind)
        return {name: _nested(value.get(name), name, item, missing) for name, item in types.items()}
    if item := _items(kind, Mapping):
        return {name: _shaped(each, item, missing) for name, each in value.items()}
    # One of several types: which one, only the provider says; it echoes as well.
    return value if typing.get_origin(kind) is typing.Union else None


def _shaped_list(value: list[Any], kind: Any, missing: _Missing) -> object:
    if item := _items(kind, Sequence):
        return [_shaped(each, item, missing) for each in value]
    if (item := _items(kind, Mapping)) and missing is not _unknown:
        # `userAssignedIdentities` is a list of ids on the way in and a map from them on the way out.
        return {str(each): _shaped({}, item, missing) for each in value}
    return None


def _nested(value: Any, name: str, kind: Any, missing: _Missing) -> object:
    return missing(name, kind) if value is None else _shaped(value, kind, missing)


def _items(kind: Any, container: type) -> Any:
    """The type of what a container of that kind holds, None for other types."""
    origin = typing.get_origin(kind)
    return typing.get_args(kind)[-1] if isinstance(origin, type) and issubclass(origin, container) else None


@functools.cache
def _output_types(kind: Any, token: str) -> Mapping[str, Any]:
    """The provider's names of a resource's outputs, and their types."""
    types = {name: item for name, item in _types.resource_types(kind).items() if name not in ("id", "urn")}
    azure = arm_ids.azure_type(token)
    if types or azure is None:
        return types
    # A resource of a parameterized package without a generated SDK: the default version has nearly the same outputs.
    module, _, name = azure.partition(":")
    try:
        sdk = getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name, None)
    except ModuleNotFoundError:
        return {}
    return {} if sdk is None else _output_types(sdk, token)
