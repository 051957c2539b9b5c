"""What a person writes about what a cluster reads: secrets of key vaults, images of registries."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, PlainValidator, WithJsonSchema

from components.values import MALFORMED, Existing, Model, shown

_INTERVAL = re.compile(r"[1-9][0-9]{0,4}[smh]")


def parse_interval(value: object) -> str:
    """A time such as `20s`, `2m` or `1h`.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str) and _INTERVAL.fullmatch(value):
        return value
    raise MALFORMED.invalid(f"{shown(value)} is not a time; write one such as 20s, 2m or 1h")


Interval = Annotated[
    str,
    PlainValidator(parse_interval),
    WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]{0,4}[smh]$", "examples": ["2m"]}),
]


class KeyVaultSecretsProviderConfig(Model):
    """The add-on that mounts secrets of Azure Key Vault into pods.

    Source: https://learn.microsoft.com/azure/aks/csi-secrets-store-configuration-options (2026-08)
    """

    enable_secret_rotation: bool = Field(True, description="mounted secrets follow the key vault")
    rotation_poll_interval: Interval = Field("2m", description="how often it looks")
    key_vaults: dict[str, Existing] = Field(
        default_factory=dict,
        description="key vaults, each by a name of your choice, whose secrets its identity may read by Azure RBAC",
    )
