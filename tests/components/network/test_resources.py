"""The network as a component on its own: names, inputs, parents, order and the caller's provider."""

from __future__ import annotations

import functools

import pulumi
from pulumi_azure_native import Provider

from components.network.config import NetworkConfig
from components.network.plan import NetworkPlan, plan_network
from components.network.resources import Network
from components.values import Ref, Scope
from tests.components.mocks import Deployed, deploy, only

SCOPE = Scope("00000000-0000-0000-0000-000000000000", "rg-test", "westeurope", {"env": "test"})
GROUP = {Ref("resourceGroup", "rg-test", "name"): "rg-test"}


def plan() -> NetworkPlan:
    """A network with everything that a network can have."""
    config = {
        "addressSpace": ["10.20.0.0/16"],
        "natGateways": {"egress": {"publicIPs": 2}},
        "securityGroups": {"nodes": {}},
        "routeTables": {"firewall": {}},
        "subnets": {
            "nodes": {
                "cidr": "10.20.0.0/24",
                "natGateway": "egress",
                "securityGroup": "nodes",
                "routeTable": "firewall",
            },
            "old": {"cidr": "10.20.1.0/24", "retired": True},
            "pods": {"cidr": "10.20.16.0/20", "protect": False},
        },
    }
    return plan_network("main", NetworkConfig.model_validate(config), SCOPE, needs={}, protect=True)


@functools.cache
def deployed() -> list[Deployed]:
    """That network, by default."""
    return deploy(lambda: Network("main", plan(), GROUP))


def test_everything_planned_is_made_below_the_component_and_what_is_retired_is_not() -> None:
    children = sorted(each.label for each in deployed() if each.parent == "Network main")
    assert children == [
        "NatGateway main-egress",
        "NetworkSecurityGroup main-nodes",
        "PublicIPAddress main-egress-1",
        "PublicIPAddress main-egress-2",
        "RouteTable main-firewall",
        "Subnet main-nodes",
        "Subnet main-pods",
        "VirtualNetwork main",
    ]
    assert [each.label for each in deployed() if not each.parent] == ["Network main"]


def test_a_subnet_is_written_whole_with_all_that_it_is_attached_to() -> None:
    subnet = only(deployed(), "Subnet main-nodes")
    assert subnet.inputs == {
        "resourceGroupName": "rg-test",
        "virtualNetworkName": "vnet-main",
        "subnetName": "nodes",
        "addressPrefix": "10.20.0.0/24",
        "defaultOutboundAccess": False,
        "delegations": [],
        "serviceEndpoints": [],
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
        "natGateway": {"id": "id of NatGateway main-egress"},
        "networkSecurityGroup": {"id": "id of NetworkSecurityGroup main-nodes"},
        "routeTable": {"id": "id of RouteTable main-firewall"},
    }


def test_the_next_subnet_waits_for_the_one_before() -> None:
    assert "Subnet main-nodes" in only(deployed(), "Subnet main-pods").depends_on


def test_a_nat_gateway_has_its_own_addresses() -> None:
    assert only(deployed(), "NatGateway main-egress").inputs["publicIpAddresses"] == [
        {"id": "id of PublicIPAddress main-egress-1"},
        {"id": "id of PublicIPAddress main-egress-2"},
    ]


def test_everything_is_protected_except_what_says_otherwise() -> None:
    assert {each.label for each in deployed() if not each.protect} == {"Network main", "Subnet main-pods"}


def test_the_callers_provider_is_used_for_everything() -> None:
    def build() -> Network:
        provider = Provider("explicit", location="westeurope")
        return Network("main", plan(), GROUP, pulumi.ResourceOptions(providers=[provider]))

    assert {each.provider for each in deploy(build) if each.kind not in ("Network", "azure-native")} == {"explicit"}


def test_what_others_refer_to_is_there() -> None:
    made: list[Network] = []
    deploy(lambda: made.append(Network("main", plan(), GROUP)))
    assert made[0].references.keys() == {
        Ref("networkSecurityGroup", "main/nodes"),
        Ref("routeTable", "main/firewall"),
        Ref("publicIP", "main/egress-1"),
        Ref("publicIP", "main/egress-1", "ipAddress"),
        Ref("publicIP", "main/egress-2"),
        Ref("publicIP", "main/egress-2", "ipAddress"),
        Ref("natGateway", "main/egress"),
        Ref("virtualNetwork", "main"),
        Ref("virtualNetwork", "main", "name"),
        Ref("subnet", "main/nodes"),
        Ref("subnet", "main/pods"),
    }
