"""What a person writes about identities of workloads: which service accounts have which rights in Azure.

Source: https://learn.microsoft.com/azure/aks/workload-identity-overview (2026-08)
"""

from __future__ import annotations

import difflib
import re
from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from components.facts.roles import Role
from components.values import MALFORMED, Existing, Listed, Model, shown

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ROLES = {role.title: role.value for role in Role}
# a federated credential's name, made of both
_CHARACTERS = 120


def parse_service_account(value: object) -> str:
    """A service account with its namespace, such as `shop/backend`.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str):
        namespace, slash, name = value.partition("/")
        if slash and _LABEL.fullmatch(namespace) and _SUBDOMAIN.fullmatch(name) and len(value) <= _CHARACTERS:
            return value
    raise MALFORMED.invalid(
        f"{shown(value)} is not a service account with its namespace, at most {_CHARACTERS} characters; write one such"
        " as shop/backend"
    )


def parse_role(value: object) -> str:
    """The GUID of a role's definition, from it or from the name of a built-in role known here.

    Raises:
        PydanticCustomError: Neither (CFG-05).
    """
    if isinstance(value, str):
        if _GUID.fullmatch(value):
            return value.lower()
        if value in _ROLES:
            return _ROLES[value]
        nearest = difflib.get_close_matches(value, _ROLES, n=1)
        if nearest:
            raise MALFORMED.invalid(
                f"{shown(value)} is no role known here; did you mean {nearest[0]!r}? Else give the GUID of its"
                " definition"
            )
    raise MALFORMED.invalid(
        f"{shown(value)} is no role known here; give the GUID of its definition: az role definition list --name <role>"
        " --query [].name"
    )


ServiceAccount = Annotated[
    str,
    PlainValidator(parse_service_account),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9-]+/[a-z0-9.-]+$", "examples": ["shop/backend"]}),
]
RoleName = Annotated[
    str,
    PlainValidator(parse_role),
    WithJsonSchema({"type": "string", "examples": sorted(_ROLES)}),
]


class WorkloadRoleConfig(Model):
    """A right of a workload."""

    role: RoleName = Field(description="a built-in role's name, or the GUID of a role's definition")
    scope: Existing = Field(description="what it is on")


class WorkloadIdentityConfig(Model):
    """An identity in Azure that service accounts of the cluster may use, without any secret."""

    name: str | None = Field(None, description="name in Azure; id-<cluster key>-<key> if absent")
    service_accounts: Listed[ServiceAccount] = Field(description="who may use it, as <namespace>/<service account>")
    roles: dict[str, WorkloadRoleConfig] = Field(default_factory=dict, description="what it may do")
