"""What one resource means to others: a second way to the same network, a group with others in it."""

from __future__ import annotations

from typing import Any

from cilia.record import Resource
from tests.cilia.review.builder import GROUP, VNET, cluster, effects, judged, made, pool, subnet, vnet

PEERING = "azure-native:network:VirtualNetworkPeering"


def peering(name: str, remote: str, **more: Any) -> Resource:
    """A peering of the network `vnet`, whose name in Azure is its name in Pulumi."""
    far = {"remoteVirtualNetwork": {"id": remote}, "virtualNetworkPeeringName": name}
    return made(PEERING, name, {"resourceGroupName": "rg", "virtualNetworkName": "vnet", **far, **more})


def test_second_peering_to_a_network_is_refused_while_the_first_one_is_there() -> None:
    found = judged([vnet(), peering("hub", "/hub")], [vnet(), peering("centre", "/hub")])
    assert (found["centre", None].effects, found["centre", None].rule) == (("create", "refused"), "CHG-09")
    assert found["centre", None].message == (
        "leads where VirtualNetworkPeering hub leads, which is still there then: Azure takes one peering to each"
        " network (AnotherPeeringAlreadyReferencesRemoteVnet); keep the key, or let the old one go in an apply before,"
        " which cuts the traffic until then"
    )
    assert found["hub", None].effects == ("delete",)


def test_peering_to_another_network_or_of_another_one_is_created() -> None:
    assert effects([peering("hub", "/hub")], [peering("far", "/far")])["far", None] == ("create",)
    other = peering("centre", "/hub", virtualNetworkName="other")
    assert effects([peering("hub", "/hub")], [other])["centre", None] == ("create",)


def test_group_that_is_deleted_names_what_the_program_keeps_in_it() -> None:
    group = made(GROUP, "main", {"resourceGroupName": "RG"})
    found = judged([group, vnet(), subnet(), cluster()], [vnet(), subnet(), cluster(), pool()])["main", None]
    assert (found.effects, found.rule) == (("delete",), "PRV-10")
    assert found.message == (
        "is deleted, and with it everything in it, protected or not, also what this program keeps there: VirtualNetwork"
        " main, Subnet nodes, ManagedCluster main and 1 more"
    )


def test_group_that_is_deleted_with_everything_says_no_more_than_that() -> None:
    elsewhere = made(VNET, "far", {"resourceGroupName": "rg-far"})
    read = made(VNET, "read", {"resourceGroupName": "rg"}, id="/vnet")
    found = judged([made(GROUP, "main", {"resourceGroupName": "rg"})], [elsewhere, read])["main", None]
    assert found.message == "is deleted, and with it everything in it"
