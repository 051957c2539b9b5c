"""Networks, subnets and what hangs on them."""

from __future__ import annotations

import pytest

from tests.engine import samples
from tests.engine.client import CallError, Client, Kept
from tests.engine.rules.network import DELEGATION


@pytest.fixture
def network(azure: Client) -> Kept:
    samples.group(azure)
    return samples.network(azure)


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        ("10.1.0.0/24", "NetcfgInvalidSubnet.*'nodes' is not valid in virtual network 'main'"),
        ("10.0.0.5/24", "InvalidCIDRNotation.*should be 10.0.0.0/24"),
        ("10.0.0.0", "NetcfgSubnetRangesOverlap"),
        ("ten", "InvalidAddressPrefixFormat"),
    ],
    ids=["outside", "host bits", "overlap", "no range"],
)
def test_bad_subnet_range_is_refused(azure: Client, prefix: str, code: str) -> None:
    samples.subnet(azure, "other", "10.0.0.0/25")

    with pytest.raises(CallError, match=code):
        samples.subnet(azure, "nodes", prefix)


@pytest.mark.usefixtures("network")
def test_neighbouring_subnets_do_not_overlap(azure: Client) -> None:
    samples.subnet(azure, "a", "10.0.0.0/25")
    samples.subnet(azure, "b", "10.0.0.128/25")


def test_network_cannot_leave_its_subnets_outside(azure: Client, network: Kept) -> None:
    samples.subnet(azure, "nodes", "10.0.0.0/24")

    with pytest.raises(CallError, match="NetcfgInvalidSubnet"):
        azure.update(network, {**network.inputs, "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}})


def test_network_lists_its_subnets_and_a_refresh_leaves_the_inputs_alone(azure: Client, network: Kept) -> None:
    subnet = samples.subnet(azure, "nodes", "10.0.0.0/24")

    again = azure.refresh(network)

    assert again is not None
    assert [item["id"] for item in again.outputs["subnets"]] == [subnet.id]
    assert again.inputs == network.inputs


def test_update_of_a_network_keeps_subnets_that_it_does_not_mention(azure: Client, network: Kept) -> None:
    samples.subnet(azure, "nodes", "10.0.0.0/24")

    updated = azure.update(network, {**network.inputs, "tags": {"env": "test"}})

    assert [item["name"] for item in updated.outputs["subnets"]] == ["nodes"]


def test_empty_list_of_subnets_deletes_them(azure: Client, network: Kept) -> None:
    samples.subnet(azure, "nodes", "10.0.0.0/24")

    updated = azure.update(network, {**network.inputs, "subnets": []})

    assert updated.outputs["subnets"] == []


def test_inline_subnets_are_subnets(azure: Client) -> None:
    samples.group(azure)
    inputs = {"virtualNetworkName": "main", "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    inline = [{"name": "nodes", "addressPrefix": "10.0.0.0/24"}]
    azure.create("network:VirtualNetwork", "main", {**samples.IN_GROUP, **inputs, "subnets": inline})

    with pytest.raises(CallError, match="cannot create already existing resource"):
        samples.subnet(azure, "nodes", "10.0.0.0/24")


def test_subnet_in_use_can_neither_go_nor_move(azure: Client, network: Kept) -> None:
    nodes, holder = samples.subnet(azure, "nodes", "10.0.0.0/24"), samples.identity(azure)
    samples.grant(azure, holder, network.id)
    samples.cluster_on_subnet(azure, nodes, holder)

    with pytest.raises(CallError, match=r"InUseSubnetCannotBeDeleted.*agentPools/system"):
        azure.delete(nodes)
    with pytest.raises(CallError, match="InUseSubnetCannotBeDeleted"):
        azure.delete(network)
    with pytest.raises(CallError, match=r"InUsePrefixCannotBeDeleted.*10\.0\.0\.0/24 on Subnet nodes"):
        azure.update(nodes, samples.subnet_inputs("nodes", "10.0.4.0/24"))
    azure.update(
        nodes, samples.subnet_inputs("nodes", "10.0.0.0/24", serviceEndpoints=[{"service": "Microsoft.Storage"}])
    )


def test_aks_delegates_a_pod_subnet_and_a_write_without_the_delegation_is_refused(azure: Client, network: Kept) -> None:
    nodes, pods = samples.subnet(azure, "nodes", "10.0.0.0/24"), samples.subnet(azure, "pods", "10.0.16.0/20")
    holder = samples.identity(azure)
    samples.grant(azure, holder, network.id)
    profile = samples.pool_profile(vnetSubnetID=nodes.id, podSubnetID=pods.id)
    flat = {"networkPluginMode": None, "podCidr": None}
    samples.cluster_on_subnet(azure, nodes, holder, agentPoolProfiles=[profile], networkProfile=flat)

    again = azure.refresh(pods)
    assert again is not None
    assert [item["serviceName"] for item in again.inputs["delegations"]] == [DELEGATION]
    inputs = samples.subnet_inputs("pods", "10.0.16.0/20", serviceEndpoints=[{"service": "Microsoft.Storage"}])
    with pytest.raises(CallError, match="SubnetMissingRequiredDelegation"):
        azure.update(pods, inputs)
    azure.update(pods, {**inputs, "delegations": [{"name": "aks", "serviceName": DELEGATION}]})


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    ("token", "parameter", "reference", "code"),
    [
        ("network:NetworkSecurityGroup", "networkSecurityGroupName", "networkSecurityGroup", "NetworkSecurityGroup"),
        ("network:RouteTable", "routeTableName", "routeTable", "RouteTable"),
        ("network:NatGateway", "natGatewayName", "natGateway", "NatGateway"),
    ],
)
def test_what_a_subnet_uses_cannot_go_before_it(
    azure: Client, token: str, parameter: str, reference: str, code: str
) -> None:
    used = azure.create(token, "used", {**samples.IN_GROUP, parameter: "used"})
    subnet = samples.subnet(azure, "nodes", "10.0.0.0/24", **{reference: {"id": used.id}})

    with pytest.raises(CallError, match=f"InUse{code}CannotBeDeleted"):
        azure.delete(used)
    azure.delete(subnet)
    azure.delete(used)


def address(azure: Client, sku: str = "Standard") -> Kept:
    inputs = {"publicIpAddressName": "pip", "publicIPAllocationMethod": "Static", "sku": {"name": sku}}
    return azure.create("network:PublicIPAddress", "pip", {**samples.IN_GROUP, **inputs})


def gateway(azure: Client, pip: Kept) -> Kept:
    inputs = {"natGatewayName": "ng", "publicIpAddresses": [{"id": pip.id}]}
    return azure.create("network:NatGateway", "ng", {**samples.IN_GROUP, **inputs})


@pytest.mark.usefixtures("network")
def test_address_keeps_its_number_and_cannot_go_before_its_gateway(azure: Client) -> None:
    pip = address(azure)
    made = gateway(azure, pip)
    tagged = azure.update(pip, {**pip.inputs, "tags": {"env": "test"}})

    assert tagged.outputs["ipAddress"] == pip.outputs["ipAddress"]
    with pytest.raises(CallError, match=r"PublicIPAddressCannotBeDeleted.*natGateways/ng"):
        azure.delete(pip)
    azure.delete(made)
    azure.delete(pip)


@pytest.mark.usefixtures("network")
def test_gateway_takes_no_basic_address(azure: Client) -> None:
    pip = address(azure, "Basic")

    with pytest.raises(CallError, match="NatGatewayPublicIpSkuMismatch"):
        gateway(azure, pip)


def peering_inputs(there: Kept) -> dict[str, object]:
    return {**samples.IN_GROUP, "virtualNetworkPeeringName": "p", "remoteVirtualNetwork": {"id": there.id}}


def test_peering_connects_once_both_sides_have_one(azure: Client, network: Kept) -> None:
    hub = samples.network(azure, "hub", "10.1.0.0/16")
    there = azure.create("network:VirtualNetworkPeering", "out", {**peering_inputs(hub), "virtualNetworkName": "main"})
    assert there.outputs["peeringState"] == "Initiated"

    azure.create("network:VirtualNetworkPeering", "back", {**peering_inputs(network), "virtualNetworkName": "hub"})

    again = azure.refresh(there)
    assert again is not None
    assert again.outputs["peeringState"] == "Connected"


@pytest.mark.usefixtures("network")
def test_overlapping_networks_cannot_be_peered(azure: Client) -> None:
    hub = samples.network(azure, "hub", "10.0.128.0/17")

    with pytest.raises(CallError, match="VnetAddressSpacesOverlap"):
        azure.create("network:VirtualNetworkPeering", "out", {**peering_inputs(hub), "virtualNetworkName": "main"})
