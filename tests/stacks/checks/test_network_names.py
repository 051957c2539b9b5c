"""Names of networks and what is in them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, findings, network, problems, stack

FORM = "use letters, digits, '_', '.' and '-', starting with a letter or digit and ending with one or '_'"


def test_resource_group_with_a_name_that_azure_refuses_is_refused() -> None:
    values = stack({"cilia:environment": {"resourceGroup": {"name": "rg-test."}}})
    assert findings("NET-17", values) == [
        (
            "environment.resourceGroup.name: 'rg-test.' is not a name for a resource group;"
            " use letters, digits, '_', '-', '(', ')' and '.', not ending with '.'"
        )
    ]


def test_resource_group_that_exists_or_is_missing_has_no_name_to_refuse() -> None:
    existing = f"/subscriptions/{'0' * 8}-0000-0000-0000-{'0' * 12}/resourceGroups/rg-hub"
    values = stack({"cilia:environment": {"resourceGroup": {"name": ..., "id": existing}}})
    assert problems(values) == []
    assert findings("NET-17", stack({"cilia:environment": ...})) == []


@pytest.mark.parametrize(
    ("changes", "path", "fault"),
    [
        pytest.param(
            {"name": "v"}, "", "'v' has 1 characters, a name of a virtual network has 2 to 64; lengthen it", id="short"
        ),
        pytest.param(
            {"name": "v" * 65},
            "",
            f"{'v' * 65!r} has 65 characters, a name of a virtual network has 2 to 64; shorten it",
            id="long",
        ),
        pytest.param(
            {"subnets": {"-a": {"size": "/29"}}},
            ".subnets.-a",
            f"'-a' is not a name for a subnet; {FORM}",
            id="subnet's key",
        ),
        pytest.param(
            {"securityGroups": {"a": {"name": "a-"}}},
            ".securityGroups.a",
            f"'a-' is not a name for a network security group; {FORM}",
            id="security group",
        ),
        pytest.param(
            {"routeTables": {"a": {"name": "ä"}}},
            ".routeTables.a",
            f"'ä' is not a name for a route table; {FORM}",
            id="route table",
        ),
        pytest.param(
            {"natGateways": {"a": {"name": ".a"}}},
            ".natGateways.a",
            f"'.a' is not a name for a NAT gateway; {FORM}",
            id="NAT gateway",
        ),
    ],
)
def test_name_that_azure_refuses_is_refused(changes: dict[str, Any], path: str, fault: str) -> None:
    assert findings("NET-17", network(changes)) == [f"networks.main{path}: {fault}"]


def test_longest_public_ip_address_of_a_nat_gateway_is_measured() -> None:
    values = {"natGateways": {"g" * 63: {"publicIPs": 10, "name": "ng"}, "h" * 63: {"publicIPs": 9, "name": "nh"}}}
    assert findings("NET-17", network(values)) == []
    (renamed,) = [stack({"cilia:networks": {"n" * 10: {"addressSpace": ["10.9.0.0/16"], **values}}})]
    name = f"pip-{'n' * 10}-{'g' * 63}-10"
    assert findings("NET-17", renamed) == [
        (
            f"networks.{'n' * 10}.natGateways.{'g' * 63}: {name!r} has 81 characters,"
            " a name of a public IP address has 1 to 80; shorten it"
        )
    ]


def test_names_with_everything_that_azure_takes_are_taken() -> None:
    subnets = {"9.a_b-c_": {"size": "/29"}}
    values = network({"name": "v_n.e-t", "subnets": subnets, "routeTables": {"a": {"name": "a" * 80}}})
    assert problems(values) == []


def test_names_that_become_node_labels_must_be_labels() -> None:
    values = network(
        {"name": "v" * 64, "subnets": {"nodes": {"name": "nodes_"}}},
        other={
            "kubernetesVersion": "1.35",
            "network": "main",
            "networking": {"mode": "nodeSubnet", "serviceCidr": "172.21.0.0/16"},
            "systemPool": {"subnet": "nodes"},
        },
    )
    form = "use letters, digits, '-', '_' and '.', starting and ending with a letter or digit"
    assert findings("NET-18", values) == [
        (
            f"networks.main: becomes a node label in clusters.main: {'v' * 64!r} has 64 characters,"
            " a name of a node label's value has 1 to 63; shorten it"
        ),
        (
            "networks.main.subnets.nodes: becomes a node label in clusters.main:"
            f" 'nodes_' is not a name for a node label's value; {form}"
        ),
    ]


def test_resource_group_that_becomes_a_node_label_must_be_a_label() -> None:
    values = stack({"cilia:environment": {"resourceGroup": {"name": "rg(test)"}}})
    assert findings("NET-18", values) == [
        (
            "environment.resourceGroup: becomes a node label in clusters.main: 'rg(test)' is not a name for a node"
            " label's value; use letters, digits, '-', '_' and '.', starting and ending with a letter or digit"
        )
    ]
    no_network = cluster({"network": ..., "systemPool": {"subnet": ...}, "pools": {"user": {"subnet": ...}}})
    no_network["cilia:environment"] = {"resourceGroup": {"name": "rg(test)"}}
    assert findings("NET-18", no_network) == []


@pytest.mark.parametrize(
    ("changes", "path", "first", "what"),
    [
        pytest.param(
            {"subnets": {"Nodes": {"size": "/29"}}},
            "subnets.Nodes",
            "subnets.nodes",
            "a subnet named 'Nodes'",
            id="capitals",
        ),
        pytest.param(
            {"subnets": {"o": {"size": "/29", "name": "nodes"}}},
            "subnets.o",
            "subnets.nodes",
            "a subnet named 'nodes'",
            id="subnet",
        ),
        pytest.param(
            {"securityGroups": {"a": {}, "b": {"name": "nsg-main-a"}}},
            "securityGroups.b",
            "securityGroups.a",
            "a network security group named 'nsg-main-a'",
            id="security group",
        ),
        pytest.param(
            {"routeTables": {"a": {}, "b": {"name": "rt-main-a"}}},
            "routeTables.b",
            "routeTables.a",
            "a route table named 'rt-main-a'",
            id="route table",
        ),
        pytest.param(
            {"natGateways": {"a": {}, "b": {"name": "ng-main-a"}}},
            "natGateways.b",
            "natGateways.a",
            "a NAT gateway named 'ng-main-a'",
            id="NAT gateway",
        ),
    ],
)
def test_second_thing_of_a_name_is_refused(changes: dict[str, Any], path: str, first: str, what: str) -> None:
    assert problems(network(changes)) == [
        f"networks.main.{path}: networks.main.{first} is also {what}; rename one of them [CFG-29]"
    ]


def test_networks_share_a_resource_group_but_not_their_subnets() -> None:
    other = {"addressSpace": ["10.9.0.0/16"], "subnets": {"nodes": {"size": "/24"}}, "routeTables": {"a": {}}}
    assert problems(stack({"cilia:networks": {"main": {"routeTables": {"a": {}}}, "other": other}})) == []
    assert problems(stack({"cilia:networks": {"other": {**other, "name": "vnet-main"}}})) == [
        "networks.other: networks.main is also a virtual network named 'vnet-main'; rename one of them [CFG-29]"
    ]


def test_keys_that_give_pulumi_the_same_name_are_refused() -> None:
    other = {"addressSpace": ["10.9.0.0/16"], "subnets": {"nodes": {"size": "/24"}}}
    values = stack({"cilia:networks": {"main": {"subnets": {"b-nodes": {"size": "/29"}}}, "main-b": other}})
    assert problems(values) == [
        (
            "networks.main-b.subnets.nodes: networks.main.subnets.b-nodes gives the same name to Pulumi, main-b-nodes;"
            " rename one of the keys [CFG-29]"
        )
    ]


def test_name_that_a_retired_subnet_had_in_pulumi_is_free() -> None:
    other = {"addressSpace": ["10.9.0.0/16"], "subnets": {"nodes": {"size": "/24", "retired": True}}}
    values = stack({"cilia:networks": {"main": {"subnets": {"b-nodes": {"size": "/29"}}}, "main-b": other}})
    assert problems(values) == []


def test_name_of_a_retired_subnet_is_free() -> None:
    subnets = {"old": {"size": "/29", "retired": True, "name": "pods"}, "pods": {"size": "/29"}}
    assert problems(network({"subnets": subnets})) == []
