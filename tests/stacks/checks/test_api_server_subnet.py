"""API servers inside a network: their subnet, its size and its neighbours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, findings, network, problems, stack

PATH = "clusters.main.apiServer"
INTEGRATED = {"enableVnetIntegration": True, "subnet": "api"}


def integrated(subnet: dict[str, Any], **network_changes: Any) -> dict[str, Any]:
    """The clean stack with the API server in a subnet of its own."""
    subnets = {"api": subnet, **network_changes.pop("subnets", {})}
    return network({"subnets": subnets, **network_changes}, main={"apiServer": INTEGRATED})


def test_api_server_in_a_subnet_of_its_own_is_taken() -> None:
    assert problems(integrated({"cidr": "10.20.1.0/28"})) == []
    assert problems(cluster({"network": ..., "apiServer": {"enableVnetIntegration": True}, **NO_SUBNETS})) == []


NO_SUBNETS = {"systemPool": {"subnet": ...}, "pools": ...}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        pytest.param(
            {"apiServer": {"subnet": "nodes"}},
            "given without VNet integration; set enableVnetIntegration: true, or remove it",
            id="subnet-alone",
        ),
        pytest.param(
            {"apiServer": {"enableVnetIntegration": True}},
            "missing; add a subnet of network main for the API server",
            id="integration-alone",
        ),
        pytest.param(
            {"apiServer": INTEGRATED, "network": ..., **NO_SUBNETS},
            "clusters.main has no network; add network, or remove subnet",
            id="no-network",
        ),
    ],
)
def test_subnet_and_integration_go_together(changes: dict[str, Any], fault: str) -> None:
    assert problems(cluster(changes)) == [f"{PATH}.subnet: {fault} [API-07]"]


def test_subnet_that_is_not_there_is_refused() -> None:
    assert problems(cluster({"apiServer": {"enableVnetIntegration": True, "subnet": "nope"}})) == [
        (
            f"{PATH}.subnet: 'nope' is not among the subnets of network main: nodes;"
            " declare it or use one of these [CFG-06]"
        )
    ]
    assert problems(integrated({"cidr": "10.20.1.0/28", "retired": True})) == [
        f"{PATH}.subnet: subnet api is retired and not deployed; use another [CFG-06]"
    ]


def test_subnet_is_no_smaller_than_azure_asks_for() -> None:
    assert problems(integrated({"cidr": "10.20.1.0/29"})) == [
        (
            "networks.main.subnets.api.cidr: 10.20.1.0/29 has 3 addresses, the API servers of clusters.main take 9"
            " each; use a /28 or larger [NET-29]"
        )
    ]


@pytest.mark.parametrize(
    ("cidr", "clusters", "wanted"),
    [
        pytest.param("10.20.1.0/28", 1, None, id="one-in-a-28"),
        pytest.param("10.20.1.0/28", 2, 27, id="two-in-a-28"),
        pytest.param("10.20.1.0/27", 3, None, id="three-in-a-27"),
        pytest.param("10.20.1.0/27", 4, 26, id="four-in-a-27"),
        pytest.param("10.20.1.0/26", 6, None, id="six-in-a-26"),
    ],
)
def test_subnet_has_room_for_every_cluster(cidr: str, clusters: int, wanted: int | None) -> None:
    values = integrated({"cidr": cidr})
    main = values["cilia:clusters"].pop("main")
    for number in range(clusters):
        networking = {**main["networking"], "serviceCidr": f"172.{20 + number}.0.0/16"}
        values["cilia:clusters"][f"c{number}"] = {**main, "networking": networking}
    found = findings("NET-29", values)
    assert [message.rpartition("use a ")[2] for message in found] == ([f"/{wanted} or larger"] if wanted else [])


def test_subnet_is_nobody_elses() -> None:
    values = cluster({"apiServer": {"enableVnetIntegration": True, "subnet": "nodes"}})
    assert findings("NET-29", values) == [
        f"{PATH}.subnet: nodes is a subnet of nodes or pods of clusters.main too; use a subnet of its own"
    ]
    values = integrated({"cidr": "10.20.1.0/28", "delegations": ["Microsoft.Sql/managedInstances"]})
    assert findings("NET-29", values) == [
        (
            "networks.main.subnets.api.delegations: Microsoft.Sql/managedInstances in the API server's subnet of"
            " clusters.main; remove it"
        )
    ]


def test_region_without_integration_is_refused() -> None:
    values = {**integrated({"cidr": "10.20.1.0/28"}), "azure-native:location": "qatarcentral"}
    assert findings("NET-41", values) == [
        f"{PATH}.enableVnetIntegration: not offered in qatarcentral; use another region"
    ]
    assert findings("NET-41", {**stack(), "azure-native:location": "qatarcentral"}) == []


DENY = {"priority": 200, "direction": "Inbound", "access": "Deny", "protocol": "Tcp"}


@pytest.mark.parametrize(
    ("subnet", "rule", "fault"),
    [
        pytest.param(
            "api",
            {**DENY, "destinationPortRanges": ["443"]},
            "TCP 443 from 10.20.0.0/24 to 10.20.1.0/28",
            id="nodes-in",
        ),
        pytest.param(
            "api",
            {**DENY, "destinationPortRanges": ["4443"]},
            "TCP 4443 from 10.20.0.0/24 to 10.20.1.0/28",
            id="tunnel-in",
        ),
        pytest.param(
            "api",
            {**DENY, "destinationPortRanges": ["9988"]},
            "TCP 9988 from AzureLoadBalancer to 10.20.1.0/28",
            id="probes-in",
        ),
        pytest.param(
            "nodes",
            {**DENY, "direction": "Outbound", "destinationAddressPrefixes": ["10.20.1.0/28"]},
            "TCP 443 from 10.20.0.0/24 to 10.20.1.0/28",
            id="nodes-out",
        ),
    ],
)
def test_security_group_that_keeps_nodes_from_the_api_server_is_refused(
    subnet: str, rule: dict[str, Any], fault: str
) -> None:
    values = integrated({"cidr": "10.20.1.0/28"}, securityGroups={"g": {"rules": {"no": rule}}}, subnets={subnet: {}})
    values["cilia:networks"]["main"]["subnets"] = {
        "nodes": {"cidr": "10.20.0.0/24"},
        "api": {"cidr": "10.20.1.0/28"},
    }
    values["cilia:networks"]["main"]["subnets"][subnet]["securityGroup"] = "g"
    assert findings("NET-30", values) == [
        (
            f"networks.main.securityGroups.g.rules.no: denies {fault}, the API server of clusters.main;"
            " allow it before priority 200"
        )
    ]
