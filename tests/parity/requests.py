"""Requests to Azure Resource Manager: those that Azure CLI was recorded sending, and those that our resources are.

Azure CLI 2.91.0 writes clusters at API version 2026-06-01, azure-native 3.29 at 2025-09-01; both write role assignments
at 2022-04-01. The properties compared here have the same names and meanings in both versions of the cluster.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cilia.arm_ids import azure_type, parameters, predict
from cilia.preview_data import preview_stack
from cilia.record import Resource
from components.facts.roles import Role

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TODAY = date(2026, 8, 21)
SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
API_VERSIONS = {"containerservice:ManagedCluster": "2025-09-01", "authorization:RoleAssignment": "2022-04-01"}
"""What the SDK sends; the pages of its classes say so."""

# azure-native puts the inputs of a resource side by side; the REST API has these beside `properties`.
_BESIDE_PROPERTIES = frozenset({"extendedLocation", "identity", "kind", "location", "sku", "tags", "zones"})
_IN_THE_PATH = frozenset({"resourceGroupName", "scope"})
_PRINCIPAL = "<principal of the cluster>"
_NEW_NAME = "<new-guid>"


@dataclass(frozen=True, slots=True)
class Request:
    """One write: what is written where, and the type as azure-native calls it."""

    kind: str
    path: str
    body: Mapping[str, Any]


def of_cli(fixture: str) -> list[Request]:
    """What Azure CLI sends, in order."""
    recorded = json.loads((HERE / "fixtures" / f"{fixture}.json").read_text())
    return [
        _from_cli(request["path"], request["body"])
        for command in recorded["commands"]
        for request in command["requests"]
        if request["method"] == "PUT"
    ]


def _from_cli(path: str, body: Mapping[str, Any]) -> Request:
    if "/roleAssignments/" not in path:
        return Request("containerservice:ManagedCluster", path, body)
    properties = body["properties"]
    role = properties["roleDefinitionId"].rpartition("/")[2].strip("<>")
    assignment = {**properties, "roleDefinitionId": role, "principalId": _PRINCIPAL}
    return Request("authorization:RoleAssignment", path, {"properties": assignment})


@functools.cache
def of_program(fixture: str) -> tuple[Request, ...]:
    """What our program would have the provider send for the same cluster, in order."""
    preview = preview_stack(HERE / "stacks" / f"Pulumi.{fixture}.yaml", ROOT, today=TODAY)
    assert preview.recording is not None, preview
    return tuple(_of_resources(preview.recording.resources))


def _of_resources(resources: tuple[Resource, ...]) -> Iterator[Request]:
    for resource in resources:
        kind = azure_type(resource.type)
        if kind == "authorization:RoleAssignment":
            yield _role_assignment(resource)
        elif kind:
            path = predict(resource.type, resource.inputs, SUBSCRIPTION)
            assert path, resource.urn
            yield Request(kind, path, _body(resource))


def _body(resource: Resource) -> dict[str, Any]:
    in_path = _IN_THE_PATH | set(parameters(resource.type))
    body: dict[str, Any] = {"properties": {}}
    for name, value in resource.inputs.items():
        if name in _BESIDE_PROPERTIES:
            body[name] = _identity(value) if name == "identity" else value
        elif name not in in_path:
            body["properties"][name] = value
    return body


def _identity(value: Any) -> dict[str, Any]:
    """Identities are a list of ids for Pulumi and a mapping from them for the REST API."""
    ids = value.get("userAssignedIdentities")
    return {**value, "userAssignedIdentities": {each: {} for each in ids}} if ids else value


def _role_assignment(resource: Resource) -> Request:
    properties = _body(resource)["properties"]
    what = properties["principalId"]["$unknown"]
    assert what.endswith((" of ManagedCluster c", " of UserAssignedIdentity c")), what
    role = Role(properties["roleDefinitionId"].rpartition("/")[2]).title
    assignment = {**properties, "roleDefinitionId": role, "principalId": _PRINCIPAL}
    path = f"{resource.inputs['scope']}/providers/Microsoft.Authorization/roleAssignments/{_NEW_NAME}"
    return Request("authorization:RoleAssignment", path, {"properties": assignment})
