"""Networks and subnets: sizes, places, limits, references, and where nodes may be."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, cluster, findings, network, problems, stack

SUBNETS = {f"s{number}": {"size": "/29"} for number in range(2999)}
RULES = {f"r{number}": {"priority": 100, "direction": "Inbound", "access": "Allow"} for number in range(1000)}
ROUTES = {
    f"r{number}": {"addressPrefix": f"10.{number // 256}.{number % 256}.0/24", "nextHopType": "None"}
    for number in range(400)
}


def subnet(name: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The clean stack with another subnet."""
    return network({"subnets": {name: changes}})


def test_clean_stack_is_clean() -> None:
    assert problems(stack()) == []


def test_network_without_a_plan_is_said_to_be_checked_no_further() -> None:
    assert check(parse(stack()), today=TODAY).skipped == ()
    unplanned = check(parse(network({"subnets": {"large": {"size": "/15"}}})), today=TODAY)
    assert unplanned.skipped == (("cilia:networks", "main"),)


def test_key_that_cannot_be_one_is_reported_where_it_stands() -> None:
    (found,) = problems(network({"securityGroups": {"not a key": {}}}))
    assert found.startswith("networks.main.securityGroups.not a key: 'not a key' cannot be a key; ")


@pytest.mark.parametrize(
    ("space", "overlapped"),
    [
        pytest.param("224.0.0.0/8", "224.0.0.0/4 (multicast)", id="multicast"),
        pytest.param("255.255.255.0/24", "255.255.255.255/32 (broadcast)", id="broadcast"),
        pytest.param("127.0.0.0/16", "127.0.0.0/8 (loopback)", id="loopback"),
        pytest.param("169.254.0.0/16", "169.254.0.0/16 (link-local)", id="link-local, which AKS keeps too"),
        pytest.param("168.63.129.0/24", "168.63.129.16/32 (Azure's internal DNS)", id="platform"),
    ],
)
def test_address_space_that_azure_never_routes_is_refused(space: str, overlapped: str) -> None:
    found = problems(network({"addressSpace": ["10.20.0.0/16", space]}))
    assert found == [
        (
            f"networks.main.addressSpace[1]: {space} overlaps {overlapped}, which Azure never routes;"
            " use a private range [NET-01]"
        )
    ]


def test_pods_and_services_that_azure_never_routes_are_refused() -> None:
    values = cluster({"networking": {"podCidr": "127.0.0.0/16", "serviceCidr": "239.0.0.0/16"}})
    assert findings("NET-01", values) == [
        (
            "clusters.main.networking.podCidr: 127.0.0.0/16 overlaps 127.0.0.0/8 (loopback), which Azure never routes;"
            " use a private range"
        ),
        (
            "clusters.main.networking.serviceCidr: 239.0.0.0/16 overlaps 224.0.0.0/4 (multicast), which Azure never"
            " routes; use a private range"
        ),
    ]


@pytest.mark.parametrize("space", ["223.255.0.0/16", "128.0.0.0/16", "168.63.130.0/24"])
def test_address_space_beside_what_azure_never_routes_is_taken(space: str) -> None:
    assert problems(network({"addressSpace": ["10.20.0.0/16", space]})) == []


@pytest.mark.parametrize("reserved", ["192.0.2.0/24", "172.30.0.0/16", "172.31.0.0/16"])
def test_ranges_that_aks_keeps_are_refused_everywhere(reserved: str) -> None:
    wider = {"192.0.2.0/24": "192.0.0.0/16"}.get(reserved, "172.30.0.0/15")
    kept = "172.30.0.0/16" if wider == "172.30.0.0/15" else reserved
    values = network(
        {"addressSpace": ["10.20.0.0/16", wider]}, main={"networking": {"podCidr": reserved, "serviceCidr": reserved}}
    )
    found = findings("NET-02", values)
    ending = "which AKS keeps for itself; use another range"
    assert found[0] == f"networks.main.addressSpace[1]: {wider} overlaps {kept}, {ending}"
    assert found[-2:] == [
        f"clusters.main.networking.podCidr: {reserved} overlaps {reserved}, {ending}",
        f"clusters.main.networking.serviceCidr: {reserved} overlaps {reserved}, {ending}",
    ]


def test_pod_range_over_all_of_172_16_is_refused_once_for_each_range_that_aks_keeps() -> None:
    ending = "which AKS keeps for itself; use another range"
    path = "clusters.main.networking.podCidr: 172.16.0.0/12"
    values = cluster({"networking": {"podCidr": "172.16.0.0/12", "serviceCidr": "192.168.0.0/16"}})
    assert findings("NET-02", values) == [
        f"{path} overlaps 172.30.0.0/16, {ending}",
        f"{path} overlaps 172.31.0.0/16, {ending}",
    ]


def test_ranges_beside_what_aks_keeps_are_taken() -> None:
    values = network({}, main={"networking": {"podCidr": "172.16.0.0/14", "serviceCidr": "172.29.0.0/16"}})
    assert problems(values) == []


@pytest.mark.parametrize(
    ("cidr", "prefix"), [pytest.param("10.20.1.0/30", 30, id="too small"), pytest.param("10.20.1.0/32", 32, id="one")]
)
def test_subnet_of_a_size_that_azure_refuses_is_refused(cidr: str, prefix: int) -> None:
    assert problems(subnet("other", {"cidr": cidr})) == [
        f"networks.main.subnets.other.cidr: {cidr} is a /{prefix}, Azure takes /2 to /29; use /29 or larger [NET-03]"
    ]


def test_subnet_larger_than_azure_takes_is_refused() -> None:
    assert findings("NET-03", subnet("other", {"cidr": "128.0.0.0/1"})) == [
        "networks.main.subnets.other.cidr: 128.0.0.0/1 is a /1, Azure takes /2 to /29; use /29 or larger"
    ]


def test_smallest_and_largest_subnets_are_taken() -> None:
    assert problems(subnet("other", {"cidr": "10.20.1.0/29"})) == []
    assert findings("NET-03", subnet("other", {"cidr": "64.0.0.0/2"})) == []


def test_address_space_larger_than_aks_plans_for_is_a_warning() -> None:
    assert problems(network({"addressSpace": ["10.0.0.0/7"]})) == [
        (
            "networks.main.addressSpace[0]: warning: 10.0.0.0/7 is larger than /8, which AKS does not plan for;"
            " use a smaller range [NET-03]"
        )
    ]
    assert problems(network({"addressSpace": ["10.0.0.0/8"]})) == []


def test_empty_address_space_is_refused() -> None:
    assert findings("CFG-03", network({"addressSpace": []})) == [
        "networks.main.addressSpace: empty; add a range such as 10.0.0.0/16"
    ]


def test_ipv6_beside_ipv4_is_left_to_azure() -> None:
    assert problems(network({"addressSpace": ["10.20.0.0/16", "fd00:db8::/48"]})) == []


def test_subnet_outside_the_address_space_is_refused() -> None:
    assert problems(
        network({"addressSpace": ["10.20.0.0/16", "10.30.0.0/16"], "subnets": {"o": {"cidr": "10.21.0.0/24"}}})
    ) == [
        (
            "networks.main.subnets.o.cidr: 10.21.0.0/24 is outside the address space 10.20.0.0/16, 10.30.0.0/16;"
            " move it inside, or append a range to addressSpace [NET-05]"
        )
    ]


def test_subnet_in_any_range_of_the_address_space_is_taken() -> None:
    values = network({"addressSpace": ["10.20.0.0/16", "10.30.0.0/16"], "subnets": {"o": {"cidr": "10.30.255.0/24"}}})
    assert problems(values) == []


@pytest.mark.parametrize(
    ("cidr", "meant"),
    [
        pytest.param("10.20.0.5/24", "10.20.0.0/24", id="host"),
        pytest.param("10.20.8.0/20", "10.20.0.0/20", id="middle"),
    ],
)
def test_host_bits_are_refused_with_the_range_that_was_meant(cidr: str, meant: str) -> None:
    assert findings("NET-05", subnet("o", {"cidr": cidr})) == [
        f"networks.main.subnets.o.cidr: {cidr} has host bits set; the range that holds this address is {meant}"
    ]


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        pytest.param(
            {"addressSpace": ["10.0.0.0/8"], "subnets": SUBNETS | {"one-more": {"size": "/29"}}},
            "subnets",
            "3,001 subnets, Azure's default limit is 3,000",
            id="subnets",
        ),
        pytest.param(
            {"securityGroups": {"g": {"rules": RULES | {"one-more": RULES["r0"]}}}},
            "securityGroups.g.rules",
            "1,001 rules, Azure's default limit is 1,000",
            id="rules",
        ),
        pytest.param(
            {"routeTables": {"t": {"routes": ROUTES | {"one-more": ROUTES["r0"]}}}},
            "routeTables.t.routes",
            "401 routes, Azure's default limit is 400",
            id="routes",
        ),
        pytest.param(
            {"addressSpace": ["10.0.0.0/8"], "subnets": {"o": {"size": "/15", "otherAddresses": 65_506}}},
            "",
            "65,537 addresses needed in all subnets, Azure's default limit is 65,536",
            id="addresses",
        ),
    ],
)
def test_more_than_azure_gives_by_default_is_a_warning(changes: dict[str, Any], path: str, message: str) -> None:
    where = f"networks.main.{path}".rstrip(".")
    assert findings("NET-08", network(changes)) == [
        f"{where}: warning: {message}; split them or ask for a higher limit"
    ]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"addressSpace": ["10.0.0.0/8"], "subnets": SUBNETS}, id="3,000 subnets"),
        pytest.param({"securityGroups": {"g": {"rules": RULES}}}, id="1,000 rules"),
        pytest.param({"routeTables": {"t": {"routes": ROUTES}}}, id="400 routes"),
        pytest.param(
            {"addressSpace": ["10.0.0.0/8"], "subnets": {"o": {"size": "/15", "otherAddresses": 65_505}}},
            id="65,536 addresses",
        ),
    ],
)
def test_as_much_as_azure_gives_by_default_is_taken(changes: dict[str, Any]) -> None:
    assert findings("NET-08", network(changes)) == []


@pytest.mark.parametrize("name", ["GatewaySubnet", "AzureFirewallSubnet", "AzureBastionSubnet", "RouteServerSubnet"])
def test_nodes_in_a_subnet_of_another_service_are_refused(name: str) -> None:
    values = network(
        {"subnets": {"o": {"cidr": "10.20.1.0/24", "name": name}}}, main={"pools": {"user": {"subnet": "o"}}}
    )
    (found,) = problems(values)
    assert found.startswith(f"clusters.main.pools.user.subnet: {name} is for ")
    assert found.endswith("; use another subnet [NET-19]")


def test_subnet_of_another_service_without_nodes_is_taken() -> None:
    assert problems(subnet("GatewaySubnet", {"cidr": "10.20.1.0/27"})) == []


def test_nodes_in_a_delegated_subnet_are_refused() -> None:
    delegated = {"cidr": "10.20.1.0/24", "delegations": ["Microsoft.Web/serverFarms", "Microsoft.Sql/managedInstances"]}
    values = network({"subnets": {"o": delegated}}, main={"pools": {"user": {"subnet": "o"}}})
    assert problems(values) == [
        (
            "clusters.main.pools.user.subnet: subnet o is delegated to Microsoft.Web/serverFarms,"
            " Microsoft.Sql/managedInstances, which AKS refuses for nodes; use another subnet [NET-20]"
        )
    ]
    assert problems(network({"subnets": {"o": delegated}})) == []


def test_pools_with_and_without_subnets_are_refused() -> None:
    assert problems(cluster({"pools": {"user": {"subnet": ...}}})) == [
        "clusters.main.pools.user.subnet: pool user has no subnet in network main; add subnet [NET-26]"
    ]
    assert problems(cluster({"network": ..., "systemPool": {"subnet": ...}})) == [
        (
            "clusters.main.pools.user.subnet: pool user names a subnet, but clusters.main has no network;"
            " add network, or remove subnet [NET-26]"
        )
    ]


def test_cluster_in_the_network_that_aks_makes_is_taken() -> None:
    values = cluster({"network": ..., "systemPool": {"subnet": ...}, "pools": {"user": {"subnet": ...}}})
    assert problems(values) == []


@pytest.mark.parametrize("field", ["natGateway", "securityGroup", "routeTable"])
def test_attachment_that_is_not_declared_is_refused_with_those_that_are(field: str) -> None:
    values = network({f"{field}s": {"b": {}, "a": {}}, "subnets": {"o": {"cidr": "10.20.1.0/24", field: "c"}}})
    assert problems(values) == [
        (
            f"networks.main.subnets.o.{field}: 'c' is not among the {field}s of this network: a, b;"
            " declare it or use one of these [CFG-06]"
        )
    ]


@pytest.mark.parametrize("field", ["natGateway", "securityGroup", "routeTable"])
def test_attachment_that_exists_elsewhere_is_taken(field: str) -> None:
    kind = f"{field}s".replace("securityGroups", "networkSecurityGroups")
    arm_id = (
        f"/subscriptions/{'0' * 8}-0000-0000-0000-{'0' * 12}/resourceGroups/rg/providers/Microsoft.Network/{kind}/x"
    )
    assert problems(subnet("o", {"cidr": "10.20.1.0/24", field: arm_id})) == []


def test_pool_in_a_subnet_that_is_not_declared_is_refused() -> None:
    assert problems(cluster({"pools": {"user": {"subnet": "node"}}})) == [
        (
            "clusters.main.pools.user.subnet: 'node' is not among the subnets of network main: nodes;"
            " declare it or use one of these [CFG-06]"
        )
    ]


def test_pool_in_a_retired_subnet_is_refused() -> None:
    values = network(
        {"subnets": {"o": {"cidr": "10.20.1.0/24", "retired": True}}}, main={"pools": {"user": {"subnet": "o"}}}
    )
    assert problems(values) == [
        "clusters.main.pools.user.subnet: subnet o is retired and not deployed; use another [CFG-06]"
    ]


def test_cluster_in_a_network_that_is_not_declared_is_refused() -> None:
    assert findings("CFG-06", cluster({"network": "hub"})) == [
        "clusters.main.network: 'hub' is not among the networks: main; declare it or use one of these"
    ]


def test_network_that_did_not_parse_is_not_said_to_be_missing() -> None:
    assert findings("CFG-06", network({"addressSpace": "10.20.0.0/16"})) == []
