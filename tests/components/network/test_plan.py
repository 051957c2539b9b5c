"""What a network's configuration becomes: names, exact Azure properties, protection, and problems instead of a plan."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest

from components.network.attached import ResourcePlan
from components.network.config import NetworkConfig
from components.network.plan import NetworkPlan, plan_network
from components.problems import ConfigError
from components.values import ArmProperties, Ref, Scope

SCOPE = Scope("00000000-0000-0000-0000-000000000000", "rg-test", "westeurope", {"env": "test"})
GROUP = Ref("resourceGroup", "rg-test", "name")
COMMON = {"resourceGroupName": GROUP, "location": "westeurope", "tags": {"env": "test"}}
PLAN_ID = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub/providers/Microsoft.Network"


def planned(config: dict[str, Any], *, needs: dict[str, int] | None = None, protect: bool = True) -> NetworkPlan:
    """The plan of a network called `main`."""
    network = NetworkConfig.model_validate({"addressSpace": ["10.20.0.0/16"], **config})
    return plan_network("main", network, SCOPE, needs=needs or {}, protect=protect)


def only(resources: tuple[ResourcePlan, ...]) -> ResourcePlan:
    (resource,) = resources
    return resource


def subnet(changes: dict[str, Any]) -> ArmProperties:
    """The properties of one subnet of a network that has everything it could be attached to."""
    plan = planned(
        {
            "natGateways": {"egress": {}},
            "securityGroups": {"nodes": {}},
            "routeTables": {"egress": {}},
            "subnets": {"nodes": {"cidr": "10.20.0.0/24", **changes}},
        }
    )
    return plan.subnets[0].properties


def problems_of(config: dict[str, Any], **needs: int) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        planned(config, needs=needs)
    return [str(problem) for problem in refused.value.problems]


def test_virtual_network_has_these_properties() -> None:
    assert planned({}).virtual_network == ResourcePlan(
        key="main",
        name="vnet-main",
        properties={
            **COMMON,
            "virtualNetworkName": "vnet-main",
            "addressSpace": {"addressPrefixes": ["10.20.0.0/16"]},
            "dhcpOptions": {"dnsServers": []},
            "enableDdosProtection": False,
        },
        protect=True,
    )


def test_virtual_network_with_everything_has_these_properties() -> None:
    plan_id = f"{PLAN_ID}/ddosProtectionPlans/ddos"
    plan = planned(
        {
            "name": "vnet-prod",
            "addressSpace": ["10.20.0.0/16", "10.30.0.0/16", "fd00:db8::/48"],
            "dnsServers": ["10.0.0.4", "10.0.0.5"],
            "ddosProtectionPlan": plan_id,
            "tags": {"env": "prod", "team": "net"},
            "protect": False,
        }
    )
    assert plan.virtual_network == ResourcePlan(
        key="main",
        name="vnet-prod",
        properties={
            **COMMON,
            "tags": {"env": "prod", "team": "net"},
            "virtualNetworkName": "vnet-prod",
            "addressSpace": {"addressPrefixes": ["10.20.0.0/16", "10.30.0.0/16", "fd00:db8::/48"]},
            "dhcpOptions": {"dnsServers": ["10.0.0.4", "10.0.0.5"]},
            "enableDdosProtection": True,
            "ddosProtectionPlan": {"id": plan_id},
        },
        protect=False,
    )
    assert plan.address_space == (IPv4Network("10.20.0.0/16"), IPv4Network("10.30.0.0/16"))


def test_existing_resource_group_is_named_not_referred_to() -> None:
    scope = Scope(SCOPE.subscription_id, "rg-shared", "westeurope", {}, deploys_resource_group=False)
    network = NetworkConfig.model_validate({"addressSpace": ["10.20.0.0/16"]})
    plan = plan_network("main", network, scope, needs={}, protect=True)
    assert plan.virtual_network is not None
    assert plan.virtual_network.properties["resourceGroupName"] == "rg-shared"


def test_subnet_is_written_whole() -> None:
    assert subnet({}) == {
        "resourceGroupName": GROUP,
        "virtualNetworkName": Ref("virtualNetwork", "main", "name"),
        "subnetName": "nodes",
        "addressPrefix": "10.20.0.0/24",
        "defaultOutboundAccess": False,
        "delegations": [],
        "serviceEndpoints": [],
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
    }


def test_subnet_with_everything_has_these_properties() -> None:
    properties = subnet(
        {
            "name": "snet-nodes",
            "natGateway": "egress",
            "securityGroup": "nodes",
            "routeTable": "egress",
            "delegations": ["Microsoft.Web/serverFarms"],
            "serviceEndpoints": ["Microsoft.Storage", "Microsoft.Sql"],
            "privateEndpointNetworkPolicies": "Enabled",
            "privateLinkServiceNetworkPolicies": "Disabled",
            "defaultOutboundAccess": True,
        }
    )
    assert properties == {
        "resourceGroupName": GROUP,
        "virtualNetworkName": Ref("virtualNetwork", "main", "name"),
        "subnetName": "snet-nodes",
        "addressPrefix": "10.20.0.0/24",
        "defaultOutboundAccess": True,
        "delegations": [{"name": "Microsoft.Web/serverFarms", "serviceName": "Microsoft.Web/serverFarms"}],
        "serviceEndpoints": [{"service": "Microsoft.Storage"}, {"service": "Microsoft.Sql"}],
        "privateEndpointNetworkPolicies": "Enabled",
        "privateLinkServiceNetworkPolicies": "Disabled",
        "natGateway": {"id": Ref("natGateway", "main/egress")},
        "networkSecurityGroup": {"id": Ref("networkSecurityGroup", "main/nodes")},
        "routeTable": {"id": Ref("routeTable", "main/egress")},
    }


def test_subnet_is_attached_to_existing_things_by_their_id() -> None:
    assert subnet({"routeTable": f"{PLAN_ID}/routeTables/hub"})["routeTable"] == {"id": f"{PLAN_ID}/routeTables/hub"}


def test_delegations_that_a_cluster_needs_come_after_those_given_and_once() -> None:
    network = NetworkConfig.model_validate(
        {"addressSpace": ["10.20.0.0/16"], "subnets": {"pods": {"size": "/24", "delegations": ["A/a", "B/b"]}}}
    )
    plan = plan_network("main", network, SCOPE, needs={}, delegations={"pods": ("B/b", "C/c")}, protect=True)
    assert [item["serviceName"] for item in plan.subnets[0].properties["delegations"]] == ["A/a", "B/b", "C/c"]


def test_security_group_has_these_properties() -> None:
    rules = {
        "all": {"priority": 100, "direction": "Inbound", "access": "Allow"},
        "web": {
            "priority": 200,
            "direction": "Outbound",
            "access": "Deny",
            "protocol": "Tcp",
            "sourceAddressPrefixes": ["10.0.0.0/24", "10.0.1.0/24"],
            "sourcePortRanges": ["1-1023"],
            "destinationAddressPrefixes": ["Internet"],
            "destinationPortRanges": ["80", "443"],
            "description": "no web",
        },
    }
    assert only(planned({"securityGroups": {"nodes": {"rules": rules}}}).security_groups) == ResourcePlan(
        key="nodes",
        name="nsg-main-nodes",
        properties={
            **COMMON,
            "networkSecurityGroupName": "nsg-main-nodes",
            "securityRules": [
                {
                    "name": "all",
                    "priority": 100,
                    "direction": "Inbound",
                    "access": "Allow",
                    "protocol": "*",
                    "sourceAddressPrefix": "*",
                    "sourcePortRange": "*",
                    "destinationAddressPrefix": "*",
                    "destinationPortRange": "*",
                },
                {
                    "name": "web",
                    "priority": 200,
                    "direction": "Outbound",
                    "access": "Deny",
                    "protocol": "Tcp",
                    "sourceAddressPrefixes": ["10.0.0.0/24", "10.0.1.0/24"],
                    "sourcePortRange": "1-1023",
                    "destinationAddressPrefix": "Internet",
                    "destinationPortRanges": ["80", "443"],
                    "description": "no web",
                },
            ],
        },
        protect=True,
    )


def test_route_table_has_these_properties() -> None:
    routes = {
        "default": {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.0.4"},
        "monitor": {"addressPrefix": "AzureMonitor", "nextHopType": "Internet"},
    }
    tables = {"egress": {"routes": routes, "disableBgpRoutePropagation": True}}
    assert only(planned({"routeTables": tables}).route_tables) == ResourcePlan(
        key="egress",
        name="rt-main-egress",
        properties={
            **COMMON,
            "routeTableName": "rt-main-egress",
            "disableBgpRoutePropagation": True,
            "routes": [
                {
                    "name": "default",
                    "addressPrefix": "0.0.0.0/0",
                    "nextHopType": "VirtualAppliance",
                    "nextHopIpAddress": "10.0.0.4",
                },
                {"name": "monitor", "addressPrefix": "AzureMonitor", "nextHopType": "Internet"},
            ],
        },
        protect=True,
    )


def test_nat_gateway_and_its_addresses_have_these_properties() -> None:
    gateway = {"publicIPs": 2, "idleTimeoutInMinutes": 10, "zones": ["2"]}
    plan = planned({"natGateways": {"egress": gateway}})
    assert plan.public_ips == tuple(
        ResourcePlan(
            key=f"egress-{number}",
            name=f"pip-main-egress-{number}",
            properties={
                **COMMON,
                "publicIpAddressName": f"pip-main-egress-{number}",
                "sku": {"name": "Standard", "tier": "Regional"},
                "publicIPAllocationMethod": "Static",
                "publicIPAddressVersion": "IPv4",
                "zones": ["2"],
            },
            protect=True,
        )
        for number in (1, 2)
    )
    assert only(plan.nat_gateways) == ResourcePlan(
        key="egress",
        name="ng-main-egress",
        properties={
            **COMMON,
            "natGatewayName": "ng-main-egress",
            "sku": {"name": "Standard"},
            "idleTimeoutInMinutes": 10,
            "publicIpAddresses": [{"id": Ref("publicIP", f"main/egress-{number}")} for number in (1, 2)],
            "zones": ["2"],
        },
        protect=True,
    )


def test_nat_gateway_without_a_zone_names_none() -> None:
    plan = planned({"natGateways": {"egress": {}}})
    assert "zones" not in only(plan.nat_gateways).properties
    assert "zones" not in only(plan.public_ips).properties


def test_names_that_are_given_are_used() -> None:
    plan = planned(
        {
            "natGateways": {"a": {"name": "nat"}},
            "securityGroups": {"a": {"name": "nsg"}},
            "routeTables": {"a": {"name": "routes"}},
        }
    )
    resources = (only(plan.nat_gateways), only(plan.security_groups), only(plan.route_tables))
    assert [resource.name for resource in resources] == ["nat", "nsg", "routes"]
    keys = ("natGatewayName", "networkSecurityGroupName", "routeTableName")
    assert [resource.properties[key] for resource, key in zip(resources, keys, strict=True)] == ["nat", "nsg", "routes"]


def test_number_of_public_ips_never_makes_a_plan_large() -> None:
    assert len(planned({"natGateways": {"egress": {"publicIPs": 10**12}}}).public_ips) == 16


def test_the_nearest_word_on_protection_counts() -> None:
    config = {
        "protect": False,
        "securityGroups": {"g": {}},
        "subnets": {"a": {"size": "/24"}, "b": {"size": "/24", "protect": True}},
    }
    plan = planned(config)
    assert plan.virtual_network is not None
    assert [plan.virtual_network.protect, only(plan.security_groups).protect] == [False, False]
    assert [subnet.protect for subnet in plan.subnets] == [False, True]
    assert [subnet.protect for subnet in planned({"subnets": config["subnets"]}, protect=False).subnets] == [
        False,
        True,
    ]


def test_subnets_know_their_ranges_and_how_full_they_are() -> None:
    subnets = {
        "nodes": {"cidr": "10.20.0.0/24", "otherAddresses": 10},
        "old": {"size": "/26", "retired": True},
        "fit": {"size": "fit", "otherAddresses": 1},
        "free": {"size": "/28", "name": "snet-free"},
    }
    plan = planned({"subnets": subnets}, needs={"nodes": 31, "fit": 27})
    assert [item.name for item in plan.subnets] == ["nodes", "old", "fit", "snet-free"]
    assert [
        (item.key, str(item.cidr), item.sized, item.retired, item.usable, item.needed, item.free)
        for item in plan.subnets
    ] == [
        ("nodes", "10.20.0.0/24", False, False, 251, 41, 210),
        ("old", "10.20.1.0/26", True, True, 59, 0, 59),
        ("fit", "10.20.1.64/26", True, False, 59, 28, 31),
        ("free", "10.20.1.128/28", True, False, 11, 0, 11),
    ]
    assert [str(free) for free in plan.free][:2] == ["10.20.1.144/28", "10.20.1.160/27"]
    assert plan.subnet("fit") is plan.subnets[2]
    assert plan.subnet("other") is None


def test_retired_subnet_keeps_what_is_packed_after_it_in_place() -> None:
    before = planned({"subnets": {"a": {"size": "/24"}, "b": {"size": "/23"}, "c": {"size": "/24"}}})
    after = planned({"subnets": {"a": {"size": "/24"}, "b": {"size": "/23", "retired": True}, "c": {"size": "/24"}}})
    assert [subnet.cidr for subnet in after.subnets] == [subnet.cidr for subnet in before.subnets]


def test_every_sized_subnet_without_room_is_a_problem() -> None:
    subnets = {"a": {"size": "/17"}, "b": {"size": "/16"}, "c": {"size": "/18"}, "d": {"size": "/17"}}
    no_room = (
        "the largest free range is 10.20.128.0/17; append a range to addressSpace or ask for a smaller subnet [PIN-02]"
    )
    after = (
        "the largest free range is 10.20.192.0/18; append a range to addressSpace or ask for a smaller subnet [PIN-02]"
    )
    assert problems_of({"subnets": subnets}) == [
        f"networks.main.subnets.b.size: no room for a /16 (65,536 addresses) in 10.20.0.0/16: {no_room}",
        f"networks.main.subnets.d.size: no room for a /17 (32,768 addresses) in 10.20.0.0/16: {after}",
    ]


def test_full_address_space_has_no_free_range() -> None:
    assert problems_of({"subnets": {"a": {"cidr": "10.20.0.0/16"}, "b": {"size": "/29"}}}) == [
        (
            "networks.main.subnets.b.size: no room for a /29 (8 addresses) in 10.20.0.0/16: nothing is free;"
            " append a range to addressSpace or ask for a smaller subnet [PIN-02]"
        )
    ]


def test_need_beyond_any_subnet_is_a_problem() -> None:
    assert problems_of({"subnets": {"a": {"size": "fit"}}}, a=2**30) == [
        (
            "networks.main.subnets.a.size: no subnet has room for 1,073,741,824 addresses;"
            " use fewer nodes or several subnets [PIN-02]"
        )
    ]


def test_subnet_without_range_and_size_is_a_problem_beside_those_without_room() -> None:
    assert problems_of({"subnets": {"a": {}, "b": {"size": "/15"}}}) == [
        "networks.main.subnets.a: neither cidr nor size; add cidr with a range, or size such as /24 or fit [CFG-20]",
        (
            "networks.main.subnets.b.size: no room for a /15 (131,072 addresses) in 10.20.0.0/16: the largest free"
            " range is 10.20.0.0/16; append a range to addressSpace or ask for a smaller subnet [PIN-02]"
        ),
    ]


def test_sized_subnet_in_a_network_of_ipv6_alone_finds_no_room() -> None:
    assert problems_of({"addressSpace": ["fd00:db8::/48"], "subnets": {"a": {"size": "/24"}}}) == [
        (
            "networks.main.subnets.a.size: no room for a /24 (256 addresses) in fd00:db8::/48: nothing is free;"
            " append a range to addressSpace or ask for a smaller subnet [PIN-02]"
        )
    ]
