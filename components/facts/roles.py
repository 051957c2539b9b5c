"""Azure built-in roles that a cluster's identities are given.

Ids: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (read 2026-08).
"""

from __future__ import annotations

from enum import Enum, unique


@unique
class Role(Enum):
    """A built-in role; its value is the role definition's GUID, the same in every tenant."""

    NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7"
    PRIVATE_DNS_ZONE_CONTRIBUTOR = "b12aa53e-6015-4669-85d0-8515ebb3ae7f"
    MANAGED_IDENTITY_OPERATOR = "f1a07417-d97a-45cb-824c-7a7467783830"
    READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
    KEY_VAULT_SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
    MONITORING_DATA_READER = "b0d8363b-8ddd-447d-831f-62ca05bff136"
    APPGW_FOR_CONTAINERS_CONFIGURATION_MANAGER = "fbc52c3f-28ad-4303-a892-8a056630b8f1"
    STORAGE_BLOB_DATA_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
    STORAGE_BLOB_DATA_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"

    @property
    def title(self) -> str:
        """The role's name as the portal shows it."""
        words = self.name.replace("_", " ").title()
        return _SPELLED.get(words, words.replace("Dns", "DNS"))

    def definition_id(self, subscription_id: str) -> str:
        """The role definition's ARM id in a subscription."""
        return definition_id(self.value, subscription_id)


_SPELLED = {
    "Acr Pull": "AcrPull",
    "Appgw For Containers Configuration Manager": "AppGw for Containers Configuration Manager",
}
"""Roles whose names are not simply words with capitals."""


def definition_id(role: str, subscription_id: str) -> str:
    """The ARM id of a role's definition, from its GUID, in a subscription."""
    return f"/subscriptions/{subscription_id}/providers/Microsoft.Authorization/roleDefinitions/{role}"
