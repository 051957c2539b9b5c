"""Advanced Container Networking Services: what a person switches on, and what Azure is told.

Source: https://learn.microsoft.com/azure/aks/advanced-container-networking-services-overview
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from components.facts.api_versions import ApiVersion, api_has
from components.values import ArmProperties, Model

Policies = Literal["None", "FQDN", "L7"]


class AcnsConfig(Model):
    """Advanced Container Networking Services; all of it is off unless switched on, since it is charged by node."""

    observability: bool = Field(False, description="metrics and flows of the container network (Hubble)")
    security: bool = Field(False, description="policies by DNS name and HTTP, encryption; Cilium dataplane only")
    advanced_network_policies: Policies | None = Field(
        None, description="with security: FQDN for DNS names, L7 for HTTP too (which includes FQDN); FQDN if absent"
    )
    transit_encryption: Literal["None", "WireGuard"] = Field(
        "None", description="with security: WireGuard between nodes; needs apiVersion 2026-01-01 or newer"
    )
    acceleration_mode: Literal["None", "BpfVeth"] = Field(
        "None", description="BpfVeth: eBPF host routing; needs apiVersion 2026-01-01 or newer; changing it rolls nodes"
    )

    @property
    def enabled(self) -> bool:
        """Whether anything of it is on."""
        return self.observability or self.security

    @property
    def policies(self) -> Policies:
        """Which policies beyond Kubernetes' own and Cilium's L3 and L4 the cluster enforces."""
        return (self.advanced_network_policies or "FQDN") if self.security else "None"


def advanced_networking(acns: AcnsConfig, version: ApiVersion) -> ArmProperties:
    """The whole `advancedNetworking`: every switch, because Azure turns on what is left out beside `enabled: true`.

    What Azure refuses while its switch is off, and what this version of the API lacks, is left out.
    """
    security: ArmProperties = {"enabled": acns.security}
    properties: ArmProperties = {
        "enabled": acns.enabled,
        "observability": {"enabled": acns.observability},
        "security": security,
    }
    if acns.security:
        security["advancedNetworkPolicies"] = acns.policies
        if api_has(version, "transitEncryption"):
            security["transitEncryption"] = {"type": acns.transit_encryption}
    if acns.enabled and api_has(version, "accelerationMode"):
        properties["performance"] = {"accelerationMode": acns.acceleration_mode}
    return properties
