"""Private DNS zones: their names, ids and links."""

from __future__ import annotations

from typing import Any

import pytest

from components.network.config import NetworkConfig, PrivateDnsZoneConfig
from components.network.plan import NetworkPlan, plan_network
from components.network.zones.plan import ZonePlan, plan_zones, zone_id, zone_name
from components.values import Ref, Scope

SCOPE = Scope("11111111-2222-3333-4444-555555555555", "rg-test", "westeurope", {"env": "test"})
_HUB = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/hub"
OTHER = f"{_HUB}/providers/Microsoft.Network/virtualNetworks/hub"


def network(key: str) -> NetworkPlan:
    """A network without subnets."""
    config = NetworkConfig.model_validate({"addressSpace": ["10.0.0.0/16"]})
    return plan_network(key, config, SCOPE, needs={}, protect=True)


def planned(zone: dict[str, Any]) -> ZonePlan:
    """The plan of one zone of the network `main`."""
    config = NetworkConfig.model_validate({"addressSpace": ["10.1.0.0/16"], "privateDnsZones": {"aks": zone}})
    (plan,) = plan_zones("main", config, {"hub": network("hub")}, SCOPE, protect=True)
    return plan


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        pytest.param({}, "privatelink.westeurope.azmk8s.io", id="default"),
        pytest.param({"name": "shop.private.westeurope.azmk8s.io"}, "shop.private.westeurope.azmk8s.io", id="given"),
    ],
)
def test_a_zone_has_the_name_of_private_clusters_in_the_region(zone: dict[str, Any], name: str) -> None:
    config = PrivateDnsZoneConfig.model_validate(zone)
    assert zone_name(config, SCOPE) == name
    group = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-test"
    assert zone_id(config, SCOPE) == f"{group}/providers/Microsoft.Network/privateDnsZones/{name}"
    assert planned(zone).zone.properties == {
        "resourceGroupName": Ref("resourceGroup", "rg-test", "name"),
        "privateZoneName": name,
        "location": "global",
        "tags": {"env": "test"},
    }


def test_a_zone_is_linked_to_its_own_network_and_to_those_it_names() -> None:
    output = {"stackReference": "hub", "output": "networks.main.id"}
    links = planned({"linkedNetworks": {"hub": "hub", "other": OTHER, "stack": output}}).links
    assert {link.key: link.properties["virtualNetwork"]["id"] for link in links} == {
        "own": Ref("virtualNetwork", "main"),
        "hub": Ref("virtualNetwork", "hub"),
        "other": OTHER,
        "stack": Ref("stackOutput", "hub", "networks.main.id"),
    }
    assert links[0].properties == {
        "resourceGroupName": Ref("resourceGroup", "rg-test", "name"),
        "privateZoneName": Ref("privateDnsZone", "main/aks", "name"),
        "location": "global",
        "tags": {"env": "test"},
        "virtualNetworkLinkName": "to-own",
        "registrationEnabled": False,
        "virtualNetwork": {"id": Ref("virtualNetwork", "main")},
    }
    assert [link.protect for link in links] == [True] * 4
