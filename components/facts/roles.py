"""Azure built-in roles that a cluster's identities are given.

Ids: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (read 2026-08).
"""

from __future__ import annotations

from enum import Enum, unique


@unique
class Role(Enum):
    """A built-in role; its value is the role definition's GUID, the same in every tenant."""

    NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"

    @property
    def title(self) -> str:
        """The role's name as the portal shows it."""
        return self.name.replace("_", " ").title()

    def definition_id(self, subscription_id: str) -> str:
        """The role definition's ARM id in a subscription."""
        return f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{self.value}"
