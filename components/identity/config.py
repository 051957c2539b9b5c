"""What a person writes about a cluster's identities."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from components.values import Model


class UserAssignedIdentityConfig(Model):
    """An identity of its own for the control plane, with its rights granted before the cluster exists."""

    type: Literal["userAssigned"] = "userAssigned"
    name: str | None = Field(None, description="name in Azure; id-<cluster key> if absent")


class SystemAssignedIdentityConfig(Model):
    """The identity that Azure makes with the cluster; its rights can only be granted afterwards."""

    type: Literal["systemAssigned"]


IdentityConfig = Annotated[UserAssignedIdentityConfig | SystemAssignedIdentityConfig, Field(discriminator="type")]
