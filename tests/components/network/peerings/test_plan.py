"""What peerings become: both directions, and where the other network is known from."""

from __future__ import annotations

from typing import Any

from components.network.config import NetworkConfig
from components.network.peerings.plan import PeeringPlan, plan_peerings
from components.network.plan import plan_network
from components.values import Ref, Scope

SCOPE = Scope("00000000-0000-0000-0000-000000000000", "rg-test", "westeurope", {})
HUB = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-hub"
    "/providers/Microsoft.Network/virtualNetworks/vnet-hub"
)
MAIN, MAIN_NAME = Ref("virtualNetwork", "main"), Ref("virtualNetwork", "main", "name")


def peerings(peering: dict[str, Any]) -> tuple[PeeringPlan, ...]:
    configs = {
        "main": NetworkConfig.model_validate({"addressSpace": ["10.1.0.0/16"], "peerings": {"hub": peering}}),
        "other": NetworkConfig.model_validate({"addressSpace": ["10.2.0.0/16"]}),
    }
    plans = {key: plan_network(key, config, SCOPE, needs={}, protect=True) for key, config in configs.items()}
    return plan_peerings(plans["main"], configs["main"], plans, protect=True)


def test_peering_has_these_properties() -> None:
    assert peerings({"network": "other", "allowForwardedTraffic": True}) == (
        PeeringPlan(
            "hub",
            {
                "resourceGroupName": "rg-test",
                "virtualNetworkName": MAIN_NAME,
                "virtualNetworkPeeringName": "to-hub",
                "remoteVirtualNetwork": {"id": Ref("virtualNetwork", "other")},
                "allowVirtualNetworkAccess": True,
                "allowForwardedTraffic": True,
                "allowGatewayTransit": False,
                "useRemoteGateways": False,
            },
            protect=True,
        ),
    )


def test_way_back_lies_in_the_other_network_and_turns_gateways_around() -> None:
    there, back = peerings({"id": HUB, "addressSpace": ["10.0.0.0/16"], "both": True, "useRemoteGateways": True})

    assert there.properties["remoteVirtualNetwork"] == {"id": HUB}
    assert (there.properties["useRemoteGateways"], there.properties["allowGatewayTransit"]) == (True, False)
    assert back == PeeringPlan(
        "hub-back",
        {
            "resourceGroupName": "rg-hub",
            "virtualNetworkName": "vnet-hub",
            "virtualNetworkPeeringName": "to-vnet-main",
            "remoteVirtualNetwork": {"id": MAIN},
            "allowVirtualNetworkAccess": True,
            "allowForwardedTraffic": False,
            "allowGatewayTransit": True,
            "useRemoteGateways": False,
        },
        protect=True,
    )


def test_network_of_another_stack_is_known_from_its_outputs() -> None:
    _, back = peerings({"stack": "hub", "network": "main", "both": True})

    assert back.properties["virtualNetworkName"] == Ref("stackOutput", "hub", "networks.main.name")
    assert back.properties["resourceGroupName"] == Ref("stackOutput", "hub", "resourceGroup")
