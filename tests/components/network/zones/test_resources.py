"""Private DNS zones as a component on its own."""

from __future__ import annotations

from components.network.config import NetworkConfig
from components.network.zones.plan import plan_zones
from components.network.zones.resources import PrivateDnsZones
from components.values import Ref
from tests.components.mocks import deploy, only
from tests.components.network.zones.test_plan import SCOPE

REFERENCES = {Ref("resourceGroup", "rg-test", "name"): "rg-test", Ref("virtualNetwork", "main"): "id of the network"}


def test_zones_and_links_are_made_below_the_component_and_links_come_after_their_zone() -> None:
    made: list[PrivateDnsZones] = []
    config = NetworkConfig.model_validate({"addressSpace": ["10.1.0.0/16"], "privateDnsZones": {"aks": {}}})

    def program() -> None:
        made.append(PrivateDnsZones("main", plan_zones("main", config, {}, SCOPE, protect=True), REFERENCES))

    found = deploy(program)
    link = only(found, "VirtualNetworkLink main-aks-own")
    assert (link.parent, link.protect) == ("PrivateDnsZones main", True)
    assert "PrivateZone main-aks" in link.depends_on
    assert link.inputs["virtualNetwork"] == {"id": "id of the network"}
    assert made[0].references.keys() == {
        Ref("privateDnsZone", "main/aks"),
        Ref("privateDnsZone", "main/aks", "name"),
    }
    assert len(made[0].links) == 1
