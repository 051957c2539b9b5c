"""Networks that exist already, and peerings."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, findings, network, problems, stack

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
HUB = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub"
NAT = HUB.replace("virtualNetworks/vnet-hub", "natGateways/ng")
ELSEWHERE: dict[str, Any] = {"stackReference": "hub", "output": "networks.main.id"}


def existing(changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """The clean stack in a network that exists."""
    return network({"id": HUB, **(changes or {})})


def peered(peering: dict[str, Any]) -> dict[str, Any]:
    """The clean stack with a second network and a peering."""
    other = {"addressSpace": ["10.30.0.0/16"]}
    return stack({"cilia:networks": {"main": {"peerings": {"hub": peering}}, "other": other}})


def test_described_network_is_fine() -> None:
    assert problems(existing()) == []
    assert problems(existing({"id": ELSEWHERE, "name": "vnet-hub"})) == []


def test_nothing_of_an_existing_network_is_deployed() -> None:
    checked = check(parse(existing()), today=TODAY)

    assert checked.plan is not None
    plan = checked.plan.networks["main"]
    assert plan.virtual_network is None
    assert (plan.name, plan.resource_group) == ("vnet-hub", "rg-hub")
    assert {str(ref): value for ref, value in plan.provided.items()} == {
        "<virtualNetwork main: id>": HUB,
        "<virtualNetwork main: name>": "vnet-hub",
        "<subnet main/nodes: id>": f"{HUB}/subnets/nodes",
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tags": {"a": "b"}}, "networks.main.tags: tags of a network that exists; remove it, or remove id"),
        (
            {"natGateways": {"egress": {}}},
            "networks.main.natGateways: natGateways of a network that exists; remove it, or remove id",
        ),
        (
            {"subnets": {"nodes": {"cidr": ..., "size": "/24"}}},
            "networks.main.subnets.nodes.size: size of a subnet that exists; state its range as cidr, or remove id",
        ),
        (
            {"subnets": {"nodes": {"delegations": ["Microsoft.Web/serverFarms"]}}},
            "networks.main.subnets.nodes.delegations: delegations of a subnet that exists; remove it, or remove id",
        ),
        (
            {"subnets": {"nodes": {"natGateway": "egress"}}},
            (
                "networks.main.subnets.nodes.natGateway: 'egress' cannot be attached to a subnet that exists;"
                " give the ARM id of what is attached"
            ),
        ),
        (
            {"id": ELSEWHERE},
            "networks.main.name: missing; add the name of the network that the other stack makes",
        ),
    ],
    ids=["tags", "nat-gateways", "size", "delegations", "attached-key", "nameless-output"],
)
def test_what_would_change_an_existing_network_is_refused(changes: dict[str, Any], message: str) -> None:
    assert findings("CFG-08", existing(changes)) == [message]


def test_what_an_existing_subnet_is_attached_to_can_be_stated() -> None:
    assert problems(existing({"subnets": {"nodes": {"natGateway": NAT}}})) == [
        found for found in problems(existing({"subnets": {"nodes": {"natGateway": NAT}}})) if "CFG" not in found
    ]


def test_network_of_another_subscription_is_refused() -> None:
    own = "00000000-0000-0000-0000-000000000002"
    values = {**existing(), "azure-native:subscriptionId": own}

    assert findings("NET-07", values) == [
        f"clusters.main.network: main is in subscription {SUBSCRIPTION}, the cluster in {own}; use the same one"
    ]
    assert findings("NET-07", {**existing(), "azure-native:subscriptionId": SUBSCRIPTION}) == []


@pytest.mark.parametrize(
    "peering",
    [
        {"network": "other"},
        {"stack": "hub", "network": "main", "both": True},
        {"id": HUB, "addressSpace": ["10.0.0.0/16"], "useRemoteGateways": True},
    ],
    ids=["same-file", "other-stack", "arm-id"],
)
def test_peering_with_one_network_is_fine(peering: dict[str, Any]) -> None:
    assert problems(peered(peering)) == []


@pytest.mark.parametrize(
    ("peering", "message"),
    [
        ({}, "hub: leads nowhere or to two networks; give network, stack and network, or id"),
        (
            {"network": "other", "id": HUB},
            "hub: leads nowhere or to two networks; give network, stack and network, or id",
        ),
        (
            {"id": HUB, "addressSpace": ["10.0.0.0/16"], "stack": "hub"},
            "hub.stack: stack says nothing beside id; remove one of them",
        ),
        ({"id": HUB}, "hub.addressSpace: missing; add the ranges of the network, so that overlaps are found"),
        (
            {"network": "other", "addressSpace": ["10.30.0.0/16"]},
            "hub.addressSpace: is known from the network itself; remove it",
        ),
        (
            {"network": "other", "allowGatewayTransit": True, "useRemoteGateways": True},
            "hub.useRemoteGateways: both networks would use the other's gateway; allow it in one direction",
        ),
    ],
    ids=["nowhere", "two-ways", "stack-and-id", "no-ranges", "ranges-twice", "gateways-both-ways"],
)
def test_peering_that_does_not_lead_to_one_network_is_refused(peering: dict[str, Any], message: str) -> None:
    assert findings("CFG-09", peered(peering)) == [f"networks.main.peerings.{message}"]


@pytest.mark.parametrize("name", ["main", "missing"])
def test_peering_with_no_other_network_of_the_file_is_refused(name: str) -> None:
    assert findings("CFG-06", peered({"network": name})) == [
        (
            f"networks.main.peerings.hub.network: '{name}' is not among the other networks of this file: other;"
            " declare it or use one of these"
        )
    ]


def test_peered_networks_must_not_overlap() -> None:
    values = peered({"id": HUB, "addressSpace": ["10.20.128.0/17"]})

    assert findings("NET-06", values) == [
        (
            "networks.main.peerings.hub: 10.20.128.0/17 overlaps networks.main.addressSpace[0]"
            " 10.20.0.0/16; move one of them"
        )
    ]


def test_pods_must_not_overlap_what_is_behind_a_peering() -> None:
    values = peered({"id": HUB, "addressSpace": ["192.168.128.0/17"]})

    assert findings("NET-10", values) == [
        (
            "clusters.main.networking.podCidr: 192.168.0.0/16 overlaps networks.main.peerings.hub 192.168.128.0/17;"
            " use a free range such as 100.64.0.0/16"
        )
    ]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("loadBalancers/lb", "Microsoft.Network/loadBalancers"),
        ("virtualNetworks/vnet-hub/subnets/x", "Microsoft.Network/virtualNetworks/subnets"),
    ],
)
def test_ids_of_other_things_are_no_networks(kind: str, shown: str) -> None:
    other = HUB.replace("virtualNetworks/vnet-hub", kind)
    message = f"this is the id of {shown}, not of a virtual network; use one that ends with virtualNetworks/<name>"

    assert findings("CFG-08", existing({"id": other}))[0] == f"networks.main.id: {message}"
    assert findings("CFG-09", peered({"id": other, "addressSpace": ["10.9.0.0/16"]})) == [
        f"networks.main.peerings.hub.id: {message}"
    ]
