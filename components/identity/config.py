"""What a person writes about a cluster's identities."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from components.values import Existing, Model


class UserAssignedIdentityConfig(Model):
    """An identity of its own for the control plane, with its rights granted before the cluster exists."""

    type: Literal["userAssigned"] = "userAssigned"
    name: str | None = Field(None, description="name in Azure; id-<cluster key> if absent")
    id: Existing | None = Field(
        None, description="an existing identity, which is never changed; it gets its rights all the same"
    )


class SystemAssignedIdentityConfig(Model):
    """The identity that Azure makes with the cluster; its rights can only be granted afterwards."""

    type: Literal["systemAssigned"]


class KubeletIdentityConfig(Model):
    """A user-assigned identity for the nodes: what they pull images with, for example."""

    name: str | None = Field(None, description="name in Azure; id-<cluster key>-kubelet if absent")
    id: Existing | None = Field(None, description="an existing identity, which is never changed")


def _by_default_user_assigned(value: object) -> object:
    return {"type": "userAssigned", **value} if isinstance(value, dict) and "type" not in value else value


IdentityConfig = Annotated[
    Annotated[UserAssignedIdentityConfig | SystemAssignedIdentityConfig, Field(discriminator="type")],
    BeforeValidator(_by_default_user_assigned),
]
