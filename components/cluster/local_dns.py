"""LocalDNS: a DNS cache on every node of a pool.

Source: https://learn.microsoft.com/azure/aks/localdns-custom (2026-08)
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from components.values import Model

Positive = Annotated[int, Field(ge=1)]


class LocalDnsOverrideConfig(Model):
    """How queries for one domain are answered; Azure's defaults apply to what is absent."""

    query_logging: Literal["Error", "Log"] | None = None
    protocol: Literal["PreferUDP", "ForceTCP"] | None = None
    forward_destination: Literal["ClusterCoreDNS", "VnetDNS"] | None = None
    forward_policy: Literal["Sequential", "RoundRobin", "Random"] | None = None
    max_concurrent: Positive | None = None
    cache_duration_in_seconds: Positive | None = None
    serve_stale_duration_in_seconds: Positive | None = None
    serve_stale: Literal["Verify", "Immediate", "Disable"] | None = None


class LocalDnsConfig(Model):
    """A DNS cache on every node of the pool."""

    mode: Literal["Preferred", "Required", "Disabled"] = Field(
        description="Preferred: where Kubernetes has it; Required: or else Azure refuses; Disabled: off"
    )
    vnet_dns_overrides: dict[str, LocalDnsOverrideConfig] = Field(
        default_factory=dict,
        alias="vnetDNSOverrides",
        description="by domain, '.' for all others: for the kubelet and pods with dnsPolicy Default",
    )
    kube_dns_overrides: dict[str, LocalDnsOverrideConfig] = Field(
        default_factory=dict, alias="kubeDNSOverrides", description="by domain: for pods with dnsPolicy ClusterFirst"
    )

    @property
    def on(self) -> bool:
        """Whether nodes may have it."""
        return self.mode != "Disabled"
