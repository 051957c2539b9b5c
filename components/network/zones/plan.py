"""Private DNS zones: their names, and the networks that resolve names of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.network.attached import ResourcePlan
from components.network.config import NetworkConfig, PrivateDnsZoneConfig
from components.network.plan import NetworkPlan
from components.values import ArmProperties, ArmValue, Ref, Scope, StackOutput, is_key

# the API server of a private cluster: https://learn.microsoft.com/azure/aks/private-clusters
_CLUSTERS = "privatelink.{location}.azmk8s.io"


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """A private DNS zone with its links.

    Attributes:
        zone: The zone.
        arm_id: Its ARM id.
        links: One for the zone's own network, called `own`, and one for each other network.
    """

    zone: ResourcePlan
    arm_id: str
    links: tuple[ResourcePlan, ...]


OWN_LINK = "own"
"""Key of a zone's link to the network that it is written in."""


def zone_name(config: PrivateDnsZoneConfig, scope: Scope) -> str:
    """The name of a zone: given, or the one that private clusters of the region have."""
    return config.name or _CLUSTERS.format(location=scope.location)


def zone_id(config: PrivateDnsZoneConfig, scope: Scope) -> str:
    """The ARM id that a zone will have."""
    return scope.arm_id("Microsoft.Network/privateDnsZones", zone_name(config, scope))


def plan_zones(
    network: str, config: NetworkConfig, networks: Mapping[str, NetworkPlan], scope: Scope, *, protect: bool
) -> tuple[ZonePlan, ...]:
    """Every private DNS zone of a network.

    Args:
        network: The network's key.
        config: Its configuration.
        networks: Plans of all networks of the stack, which zones may be linked to.
        scope: Where zones go.
        protect: Whether resources are protected unless the network says otherwise.
    """
    protect = protect if config.protect is None else config.protect
    tags = {**scope.tags, **config.tags}
    plans = []
    for key, zone in config.private_dns_zones.items():
        name = zone_name(zone, scope)
        common: ArmProperties = {
            "resourceGroupName": scope.group,
            "privateZoneName": name,
            "location": "global",
            "tags": tags,
        }
        links = tuple(
            ResourcePlan(
                link,
                f"to-{link}",
                {
                    **common,
                    "privateZoneName": Ref("privateDnsZone", f"{network}/{key}", "name"),
                    "virtualNetworkLinkName": f"to-{link}",
                    "registrationEnabled": False,
                    "virtualNetwork": {"id": target},
                },
                protect,
            )
            for link, target in _linked(network, zone, networks)
        )
        plans.append(ZonePlan(ResourcePlan(key, name, common, protect), zone_id(zone, scope), links))
    return tuple(plans)


def _linked(
    network: str, zone: PrivateDnsZoneConfig, networks: Mapping[str, NetworkPlan]
) -> Iterator[tuple[str, ArmValue]]:
    """Keys of a zone's links, and the networks that they lead to."""
    yield OWN_LINK, Ref("virtualNetwork", network)
    for link, other in zone.linked_networks.items():
        if isinstance(other, StackOutput):
            yield link, other.reference
        else:
            yield link, Ref("virtualNetwork", networks[other].key) if is_key(other) else other
