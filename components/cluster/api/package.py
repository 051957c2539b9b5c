"""Azure's API in another version than the SDK's own: the package of the provider that speaks it, and its type tokens.

The provider calls this parameterization: `pulumi package add azure-native containerservice v20260501` makes an SDK of
such a package. None is needed here, because inputs are plain Azure properties.

Source: pulumi-azure-native provider/pkg/provider/provider_parameterize.go (3.29)
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass

from components.facts.api_versions import CLUSTER_API_VERSIONS, DEFAULT_CLUSTER_API_VERSION, ApiVersion

MODULE = "containerservice"
BASE_PACKAGE = "azure-native"


@dataclass(frozen=True, slots=True)
class ApiPackage:
    """A package of the provider for one version of Azure's API.

    Attributes:
        version: The version, such as `2026-05-01`.
    """

    version: ApiVersion

    @property
    def name(self) -> str:
        """The package's name, such as `azure-native_containerservice_v20260501`."""
        return f"{BASE_PACKAGE}_{MODULE}_{self._short}"

    @property
    def parameter(self) -> str:
        """What makes the provider this package: JSON in base64, and once more because the wire value is text."""
        value = json.dumps({"module": MODULE, "version": self._short}).encode()
        return b64encode(b64encode(value)).decode()

    def token(self, kind: str) -> str:
        """The type token of `ManagedCluster` or `AgentPool` in this package."""
        return f"{self.name}:{MODULE}:{kind}"

    @property
    def _short(self) -> str:
        return "v" + self.version.replace("-", "")


def api_package(version: ApiVersion) -> ApiPackage | None:
    """The package for a version; None for the one that the SDK itself speaks."""
    return None if version == DEFAULT_CLUSTER_API_VERSION else ApiPackage(version)


def type_token(version: ApiVersion, kind: str) -> str:
    """The type token of `ManagedCluster` or `AgentPool` at a version of the API."""
    package = api_package(version)
    return package.token(kind) if package else f"{BASE_PACKAGE}:{MODULE}:{kind}"


def former_tokens(version: ApiVersion, kind: str) -> tuple[str, ...]:
    """The type tokens that the same resource has at other versions.

    As aliases they make a move between versions an update in place; without them it would be a replacement.
    """
    return tuple(type_token(other, kind) for other in CLUSTER_API_VERSIONS if other != version)
