"""What goes with its content, and what stays while it has some."""

from __future__ import annotations

import pytest

from tests.engine import samples
from tests.engine.client import CallError, Client


def test_group_takes_everything_in_it_along(azure: Client) -> None:
    group = samples.group(azure)
    samples.network(azure)
    samples.subnet(azure, "nodes", "10.0.0.0/24")
    samples.cluster(azure)

    azure.delete(group)

    assert azure.store.snapshot() == {}


def test_group_stays_while_something_outside_uses_its_content(azure: Client) -> None:
    group = samples.group(azure)
    table = azure.create("network:RouteTable", "rt", {**samples.IN_GROUP, "routeTableName": "rt"})
    elsewhere = "/subscriptions/s/resourceGroups/other/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    azure.store.plant(elsewhere, {"routeTable": {"id": table.id}})

    with pytest.raises(CallError, match="InUseRouteTableCannotBeDeleted"):
        azure.delete(group)


def test_zone_stays_while_networks_are_linked_to_it(azure: Client) -> None:
    samples.group(azure)
    network = samples.network(azure)
    inputs = {**samples.IN_GROUP, "privateZoneName": "privatelink.westeurope.azmk8s.io", "location": "global"}
    zone = azure.create("privatedns:PrivateZone", "zone", inputs)
    link = azure.create(
        "privatedns:VirtualNetworkLink",
        "link",
        {
            **inputs,
            "virtualNetworkLinkName": "link",
            "virtualNetwork": {"id": network.id},
            "registrationEnabled": False,
        },
    )

    with pytest.raises(CallError, match="CannotDeleteResource"):
        azure.delete(zone)
    azure.delete(link)
    azure.delete(zone)
