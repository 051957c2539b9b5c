"""The options of a registered resource, as `cilia preview -o json` shows them: each only when the program set it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest

# Both SDKs give every resource aliases to the types it had in other API versions, none of which the program asked for.
_SDKS = ("azure-native:", "kubernetes:")
_VERSIONED = re.compile(r"azure-native:\w+/v\w+:\w+")


def options(request: RegisterResourceRequest) -> dict[str, Any]:
    """Returns the options in the contract's order and names."""
    found: dict[str, Any] = {
        "protect": request.protect,
        "dependsOn": sorted(request.dependencies),
        "ignoreChanges": list(request.ignoreChanges),
        "replaceOnChanges": list(request.replaceOnChanges),
        "retainOnDelete": request.retainOnDelete,
        # False is a choice too: it overrules a provider that would delete first.
        "deleteBeforeReplace": request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        "deletedWith": request.deletedWith,
        "provider": provider_urn(request.provider),
        "import": request.importId,
        "aliases": list(_aliases(request)),
    }
    return {name: value for name, value in found.items() if value or (name == "deleteBeforeReplace" and value is False)}


def provider_urn(reference: str) -> str:
    """Returns the URN in a provider reference, which is `URN::id`; empty for a default provider."""
    return reference.rpartition("::")[0]


def _aliases(request: RegisterResourceRequest) -> Iterator[str | dict[str, object]]:
    for alias in request.aliases:
        if alias.urn:
            yield alias.urn
            continue
        spec = {field.name: value for field, value in alias.spec.ListFields() if value}
        if not (spec.keys() == {"type"} and _is_an_api_version(alias.spec.type, request.type)):
            yield spec


def _is_an_api_version(old: str, kind: str) -> bool:
    return bool(_VERSIONED.fullmatch(old)) or any(old.startswith(sdk) and kind.startswith(sdk) for sdk in _SDKS)
