"""Peerings: which other network each leads to, and the Azure properties of both directions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from components.network.config import NetworkConfig, PeeringConfig
from components.network.plan import NetworkPlan
from components.values import ArmProperties, ArmValue, Ref


@dataclass(frozen=True, slots=True)
class PeeringPlan:
    """One direction of a peering.

    Attributes:
        key: Its key; the way back is `<key>-back`.
        properties: Its inputs.
        protect: Whether Pulumi refuses to delete it.
    """

    key: str
    properties: ArmProperties
    protect: bool


@dataclass(frozen=True, slots=True)
class _Far:
    """The other network: its id, its name and its resource group, as values or references."""

    id: ArmValue
    name: ArmValue
    resource_group: ArmValue


def plan_peerings(
    network: NetworkPlan, config: NetworkConfig, networks: Mapping[str, NetworkPlan], *, protect: bool
) -> tuple[PeeringPlan, ...]:
    """Every peering of a network, each direction a resource of its own.

    Args:
        network: The plan of the network.
        config: Its configuration.
        networks: Plans of all networks of the stack, for peerings among them.
        protect: Whether resources are protected unless the network says otherwise.
    """
    protect = protect if config.protect is None else config.protect
    return tuple(
        PeeringPlan(key, properties, protect)
        for name, peering in config.peerings.items()
        for key, properties in _directions(name, peering, network, networks)
    )


def _directions(
    key: str, peering: PeeringConfig, network: NetworkPlan, networks: Mapping[str, NetworkPlan]
) -> Iterator[tuple[str, ArmProperties]]:
    far = _far(peering, networks)
    near = _near(network)
    yield key, _properties(f"to-{key}", near, far, peering)
    if peering.both:
        back = PeeringConfig(
            allowVirtualNetworkAccess=peering.allow_virtual_network_access,
            allowForwardedTraffic=peering.allow_forwarded_traffic,
            allowGatewayTransit=peering.use_remote_gateways,
            useRemoteGateways=peering.allow_gateway_transit,
        )
        yield f"{key}-back", _properties(f"to-{network.name}", far, near, back)


def _near(network: NetworkPlan) -> _Far:
    return _Far(Ref("virtualNetwork", network.key), Ref("virtualNetwork", network.key, "name"), network.resource_group)


def _far(peering: PeeringConfig, networks: Mapping[str, NetworkPlan]) -> _Far:
    if peering.stack is not None:
        output = f"networks.{peering.network}"
        return _Far(
            Ref("stackOutput", peering.stack, f"{output}.id"),
            Ref("stackOutput", peering.stack, f"{output}.name"),
            Ref("stackOutput", peering.stack, "resourceGroup"),
        )
    if peering.id is not None:
        parts = peering.id.split("/")
        return _Far(peering.id, parts[-1], parts[4])
    return _near(networks[str(peering.network)])


def _properties(name: str, here: _Far, there: _Far, peering: PeeringConfig) -> ArmProperties:
    return {
        "resourceGroupName": here.resource_group,
        "virtualNetworkName": here.name,
        "virtualNetworkPeeringName": name,
        "remoteVirtualNetwork": {"id": there.id},
        "allowVirtualNetworkAccess": peering.allow_virtual_network_access,
        "allowForwardedTraffic": peering.allow_forwarded_traffic,
        "allowGatewayTransit": peering.allow_gateway_transit,
        "useRemoteGateways": peering.use_remote_gateways,
    }
