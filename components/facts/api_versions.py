"""Versions of Azure's API for clusters and pools: which there are, and from which one on a property exists.

A property that a version lacks is silently dropped or refused, so every one that the SDK's own version lacks stands
here.
"""

from __future__ import annotations

from typing import Literal, get_args

ApiVersion = Literal["2025-09-01", "2026-01-01", "2026-03-01", "2026-05-01"]
"""Stable versions that azure-native 3.29 can speak, oldest first: its own, those that add something that is used here,
and the newest. Every one costs each cluster and pool an alias, and an alias a millisecond in every run; versions
between these add nothing. Source: the type aliases in its Python package.
"""

CLUSTER_API_VERSIONS: tuple[ApiVersion, ...] = get_args(ApiVersion)

DEFAULT_CLUSTER_API_VERSION: ApiVersion = "2025-09-01"
"""What azure-native 3.29 speaks unless told otherwise: the pages of its ManagedCluster and AgentPool."""

# azure-mgmt-containerservice 41.0.0, whose API version is 2026-01-01: the first stable one with both
FIRST_API_VERSION: dict[str, ApiVersion] = {
    "transitEncryption": "2026-01-01",
    "accelerationMode": "2026-01-01",
    # seen in use at this version, with and without the Istio add-on
    "gatewayAPI": "2026-03-01",
    "gatewayAPIImplementations": "2026-03-01",
    # the oldest specification of a stable version at hand that has it
    "proxyRedirectionMechanism": "2026-05-01",
}
"""Property -> the first stable version that has it, for those that the default version lacks."""


def api_has(version: ApiVersion, feature: str) -> bool:
    """Whether a version of the API has a property of `FIRST_API_VERSION`."""
    return version >= FIRST_API_VERSION[feature]
