"""The API server: who reaches it, by which name, and where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from components.values import ArmProperties, Joined, Listed, Model, Ref, Reference

SYSTEM_ZONE, NO_ZONE = "system", "none"
"""What AKS makes itself, and what is no zone at all."""


class ApiServerConfig(Model):
    """Who reaches the API server: everybody, some ranges, or a private network only."""

    authorized_ip_ranges: Listed[str] = Field(
        (),
        alias="authorizedIPRanges",
        description="public ranges that may call the API server; everyone if empty. Addresses of NAT gateways of this"
        " file are added by themselves",
    )
    enable_private_cluster: bool = Field(False, description="the API server has a private address only")
    private_dns_zone: Reference | None = Field(
        None,
        alias="privateDNSZone",
        description="with a private cluster: system (AKS makes one), none, a privateDnsZones key of the cluster's"
        " network, or an existing zone; system if absent",
    )
    enable_private_cluster_public_fqdn: bool | None = Field(
        None,
        alias="enablePrivateClusterPublicFQDN",
        description="a name in public DNS for the private address; only where there is no private zone if absent",
    )
    enable_vnet_integration: bool = Field(
        False, description="the API server is in a subnet of the network; cannot be turned off again"
    )
    subnet: str | None = Field(None, description="with enableVnetIntegration: a subnet of the cluster's network")
    disable_run_command: bool | None = Field(
        None, description="no 'az aks command invoke'; disabled for private clusters if absent"
    )

    @property
    def zone(self) -> str:
        """`system`, `none`, or `own` for a zone of one's own; empty where the API server is public."""
        if not self.enable_private_cluster:
            return ""
        if self.private_dns_zone is None:
            return SYSTEM_ZONE
        return str(self.private_dns_zone) if self.private_dns_zone in (SYSTEM_ZONE, NO_ZONE) else "own"

    @property
    def public_fqdn(self) -> bool:
        """Whether public DNS knows the API server's private address."""
        given = self.enable_private_cluster_public_fqdn
        return self.zone == NO_ZONE if given is None else given

    @property
    def run_command_disabled(self) -> bool:
        """Whether Azure runs no commands in the cluster for those who may ask it to."""
        return self.enable_private_cluster if self.disable_run_command is None else self.disable_run_command


def api_server_profile(
    config: ApiServerConfig,
    *,
    zone: str | Ref | None,
    subnets: Mapping[str, str | Ref],
    own_ranges: Sequence[Joined] = (),
) -> ArmProperties:
    """The whole `apiServerAccessProfile`, sent even where all of it is off, so that removing a key takes it back.

    Args:
        config: What the file says.
        zone: What the private DNS zone of one's own stands for.
        subnets: What the cluster's subnets stand for.
        own_ranges: Ranges that the cluster's nodes call from; none where everybody may call.
    """
    profile: ArmProperties = {
        "enablePrivateCluster": config.enable_private_cluster,
        "disableRunCommand": config.run_command_disabled,
    }
    if config.enable_private_cluster:
        profile["privateDNSZone"] = zone if config.zone == "own" else config.zone
        profile["enablePrivateClusterPublicFQDN"] = config.public_fqdn
    else:
        profile["authorizedIPRanges"] = [*config.authorized_ip_ranges, *own_ranges]
    if config.enable_vnet_integration:
        profile["enableVnetIntegration"] = True
        if config.subnet is not None:
            profile["subnetId"] = subnets[config.subnet]
    return profile
