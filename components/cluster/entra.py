"""Who people are to a cluster: Microsoft Entra ID instead of certificates that nobody can take back.

Source: https://learn.microsoft.com/azure/aks/enable-authentication-microsoft-entra-id, /manage-local-accounts (2026-08)
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from components.values import MALFORMED, ArmProperties, Listed, Model, shown

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def parse_guid(value: object) -> str:
    """An id of Entra's: a group's, a tenant's.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str) and _GUID.fullmatch(value):
        return value
    raise MALFORMED.invalid(
        f"{shown(value)} is not an id of Microsoft Entra; write one such as 00000000-0000-0000-0000-000000000000"
    )


Guid = Annotated[str, PlainValidator(parse_guid), WithJsonSchema({"type": "string", "pattern": f"^{_GUID.pattern}$"})]
LoginMode = Literal["azurecli", "workloadidentity"]


class AadProfileConfig(Model):
    """Microsoft Entra ID for people and pipelines, run by AKS."""

    admin_group_object_ids: Listed[Guid] = Field(
        (), alias="adminGroupObjectIDs", description="Entra groups whose members may do everything in the cluster"
    )
    enable_azure_rbac: bool = Field(
        True, alias="enableAzureRBAC", description="Azure role assignments decide who may do what; else Kubernetes' own"
    )
    tenant_id: Guid | None = Field(None, alias="tenantID", description="the subscription's tenant if absent")


class KubeloginConfig(Model):
    """How this program signs in to a cluster with Entra; kubelogin has to be on PATH where it runs."""

    login: LoginMode = Field(
        "azurecli", description="azurecli: as whoever signed in with az; workloadidentity: by a federated token"
    )


def aad_profile(config: AadProfileConfig) -> ArmProperties:
    """The `aadProfile` property."""
    profile: ArmProperties = {
        "managed": True,
        "adminGroupObjectIDs": list(config.admin_group_object_ids),
        "enableAzureRBAC": config.enable_azure_rbac,
    }
    return {**profile, "tenantID": config.tenant_id} if config.tenant_id else profile
