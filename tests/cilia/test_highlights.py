"""What a person sees first of a resource."""

from __future__ import annotations

from typing import Any

import pytest

from cilia.arm_ids import TEMPLATES
from cilia.highlights import HIGHLIGHTS, INLINE, arm_name, azure_name, highlights, inline, words

GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-test"
SUBNET_ID = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-main/subnets/nodes"
ROLE_ID = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.Authorization/roleDefinitions/"
    "4d97b98b-1d4f-4787-a291-c67834d212e7"
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (SUBNET_ID, "vnet-main/nodes"),
        (GROUP, "rg-test"),
        (ROLE_ID, "Network Contributor"),
        (f"{SUBNET_ID}/providers/Microsoft.Authorization/locks/keep", "keep"),
        ("10.20.0.0/24", "10.20.0.0/24"),
        ("/data", "/data"),
    ],
    ids=["subnet", "resource group", "role", "extension", "range", "path"],
)
def test_an_arm_id_is_shown_by_its_names(text: str, name: str) -> None:
    assert arm_name(text) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"$secret": True}, "[secret]"),
        ({"$unknown": "fqdn of ManagedCluster main"}, "<fqdn of ManagedCluster main>"),
        ({"env": "prod", "n": 1}, "env=prod, n=1"),
        (["1", "2"], "1, 2"),
        (True, "true"),
        (3, "3"),
        ([SUBNET_ID, {"$unknown": "x"}], "vnet-main/nodes, <x>"),
    ],
    ids=["secret", "unknown", "mapping", "list", "truth value", "number", "mixture"],
)
def test_values_are_shown_in_the_words_of_a_person(value: Any, text: str) -> None:
    assert words(value) == text


def test_what_is_absent_or_empty_is_not_mentioned() -> None:
    inputs: dict[str, Any] = {"addressPrefix": "10.20.0.0/24", "delegations": [], "natGateway": None}
    assert highlights("azure-native:network:Subnet", inputs) == ["10.20.0.0/24"]


def test_a_value_inside_an_unknown_is_that_unknown() -> None:
    inputs = {"addressPrefix": "10.20.0.0/24", "natGateway": {"$unknown": "known after deployment"}}
    assert highlights("azure-native:network:Subnet", inputs) == [
        "10.20.0.0/24",
        "NAT gateway <known after deployment>",
    ]


def test_of_alternatives_the_first_that_is_there_counts() -> None:
    pool = "azure-native:containerservice:AgentPool"
    assert highlights(pool, {"count": 3}) == ["3 nodes"]
    assert highlights(pool, {"count": 3, "minCount": 0, "maxCount": 5}) == ["0 to 5 nodes"]


STATIC = {"podSubnetID": SUBNET_ID, "podIPAllocationMode": "StaticBlock"}


@pytest.mark.parametrize(
    ("network", "pool", "mode"),
    [
        ({"networkPlugin": "azure", "networkPluginMode": "overlay"}, {}, "overlay"),
        ({"networkPlugin": "azure"}, {"podSubnetID": SUBNET_ID}, "podSubnet"),
        ({"networkPlugin": "azure"}, STATIC, "podSubnet, staticBlock"),
        ({"networkPlugin": "azure"}, {"vnetSubnetID": SUBNET_ID}, "nodeSubnet"),
        ({"networkPlugin": "none"}, {}, "byocni"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_cluster_is_in_the_mode_that_its_stack_file_names(
    network: dict[str, Any], pool: dict[str, Any], mode: str
) -> None:
    inputs = {"networkProfile": network, "agentPoolProfiles": [{"name": "system", **pool}]}
    assert highlights("azure-native:containerservice:ManagedCluster", inputs) == [mode]


def test_cluster_without_a_network_profile_has_no_mode() -> None:
    assert highlights("azure-native:containerservice:ManagedCluster", {}) == []


def test_a_value_of_every_item_of_a_list_is_shown() -> None:
    inputs = {
        "publicIpAddresses": [{"id": f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/pip-{n}"} for n in (1, 2)]
    }
    assert highlights("azure-native:network:NatGateway", inputs) == ["out by pip-1, pip-2"]


def test_another_api_version_of_a_type_is_shown_alike() -> None:
    token = "azure-native_network_v20250101:network:Subnet"
    assert highlights(token, {"addressPrefix": "10.20.0.0/24"}) == ["10.20.0.0/24"]


def test_a_type_without_a_row_has_no_highlights() -> None:
    assert highlights("azure-native:storage:StorageAccount", {"kind": "StorageV2"}) == []


def test_pools_inside_a_cluster_are_shown_like_pools_of_their_own() -> None:
    pool = {"name": "system", "mode": "System", "count": 3}
    found = list(inline("azure-native:containerservice:ManagedCluster", {"agentPoolProfiles": [pool]}))
    assert found == [("pool system", ["System", "3 nodes"])]


@pytest.mark.parametrize("inputs", [{}, {"agentPoolProfiles": {"$unknown": "x"}}], ids=["absent", "unknown"])
def test_what_is_not_there_has_nothing_inside(inputs: dict[str, Any]) -> None:
    assert list(inline("azure-native:containerservice:ManagedCluster", inputs)) == []


@pytest.mark.parametrize(
    ("token", "inputs", "name"),
    [
        ("azure-native:network:Subnet", {"virtualNetworkName": "vnet", "subnetName": "nodes"}, "nodes"),
        ("azure-native:network:Subnet", {}, ""),
        ("azure-native:network:Subnet", {"subnetName": {"$unknown": "x"}}, "<x>"),
        ("azure-native:authorization:RoleAssignment", {"roleAssignmentName": "0d1e"}, ""),
        ("kubernetes:core/v1:Namespace", {"metadata": {"name": "shop"}}, "shop"),
        ("kubernetes:core/v1:Service", {"metadata": {"namespace": "shop", "name": "web"}}, "shop/web"),
        ("kubernetes:core/v1:Service", {"metadata": {"labels": {}}}, ""),
        ("cilia:network:Network", {}, ""),
    ],
    ids=["azure", "none", "unknown", "uuid", "cluster-wide", "namespaced", "generated", "component"],
)
def test_a_resource_has_the_name_that_it_has_where_it_lives(token: str, inputs: dict[str, Any], name: str) -> None:
    assert azure_name(token, inputs) == name


def test_every_row_belongs_to_a_type_that_has_a_path_or_to_a_provider() -> None:
    rows = {*HIGHLIGHTS, *INLINE}
    assert rows - TEMPLATES.keys() == {"kubernetes:helm.sh/v3:Release", "pulumi:providers:kubernetes"}


def test_a_helm_release_shows_its_chart_and_what_matters_of_its_values() -> None:
    values = {
        "ipam": {"operator": {"clusterPoolIPv4PodCIDRList": ["100.64.0.0/16"], "clusterPoolIPv4MaskSize": 24}},
        "encryption": {"enabled": False},
        "kubeProxyReplacement": False,
    }
    inputs = {"chart": "cilium", "version": "1.19.6", "values": values}
    assert highlights("kubernetes:helm.sh/v3:Release", inputs) == [
        "cilium 1.19.6",
        "pods 100.64.0.0/16 by /24",
        "kube-proxy replacement false",
    ]
