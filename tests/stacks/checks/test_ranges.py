"""Overlaps of every two kinds of range, private pods, and the Service range with its DNS address."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, findings, network, problems, stack

PODS = "clusters.main.networking.podCidr"
SERVICES = "clusters.main.networking.serviceCidr"


def networking(**changes: Any) -> dict[str, Any]:
    """The clean stack with changes to the networking of its cluster."""
    return cluster({"networking": changes})


def second(**changes: Any) -> dict[str, Any]:
    """Another cluster in the same network."""
    return {
        "kubernetesVersion": "1.35",
        "network": "main",
        "networking": {"mode": "overlay", "podCidr": "192.168.0.0/16", "serviceCidr": "172.20.0.0/16", **changes},
        "systemPool": {"subnet": "nodes"},
    }


def test_subnets_that_overlap_are_refused() -> None:
    values = network(
        {"subnets": {"a": {"cidr": "10.20.2.0/23"}, "b": {"cidr": "10.20.3.0/24"}, "c": {"cidr": "10.20.4.0/24"}}}
    )
    assert problems(values) == [
        (
            "networks.main.subnets.b.cidr: 10.20.3.0/24 overlaps networks.main.subnets.a.cidr 10.20.2.0/23;"
            " move one of them [NET-05]"
        )
    ]


def test_fixed_subnet_on_a_packed_one_before_it_is_told_to_go_first() -> None:
    values = network({"subnets": {"a": {"size": "/24"}, "b": {"cidr": "10.20.1.0/26"}}})
    assert problems(values) == [
        (
            "networks.main.subnets.b.cidr: 10.20.1.0/26 overlaps networks.main.subnets.a.size 10.20.1.0/24;"
            " declare the fixed one first, or move it [NET-05]"
        )
    ]


def test_retired_subnets_keep_their_space() -> None:
    values = network({"subnets": {"a": {"cidr": "10.20.1.0/24", "retired": True}, "b": {"cidr": "10.20.1.0/26"}}})
    assert problems(values) == [
        (
            "networks.main.subnets.b.cidr: 10.20.1.0/26 overlaps networks.main.subnets.a.cidr 10.20.1.0/24;"
            " move one of them [NET-05]"
        )
    ]


def test_address_spaces_that_overlap_are_refused() -> None:
    assert problems(network({"addressSpace": ["10.20.0.0/16", "10.30.0.0/16", "10.20.128.0/17"]})) == [
        (
            "networks.main.addressSpace[2]: 10.20.128.0/17 overlaps networks.main.addressSpace[0] 10.20.0.0/16;"
            " move one of them [NET-05]"
        )
    ]


def test_connected_range_in_the_address_space_is_refused() -> None:
    values = network({"connectedRanges": {"office": ["172.16.0.0/24", "10.20.0.0/14"]}})
    assert problems(values) == [
        (
            "networks.main.connectedRanges.office[1]: 10.20.0.0/14 overlaps networks.main.addressSpace[0] 10.20.0.0/16;"
            " move one of them [NET-06]"
        )
    ]


def test_connected_ranges_beside_everything_are_taken() -> None:
    assert (
        problems(network({"connectedRanges": {"office": ["172.16.0.0/14", "10.21.0.0/16"], "hub": ["10.0.0.0/12"]}}))
        == []
    )


def test_pods_on_a_subnet_of_the_network_are_refused() -> None:
    values = network(
        {"subnets": {"other": {"cidr": "10.20.64.0/24"}}}, main={"networking": {"podCidr": "10.20.64.0/18"}}
    )
    assert problems(values) == [
        (
            f"{PODS}: 10.20.64.0/18 overlaps networks.main.subnets.other.cidr 10.20.64.0/24;"
            " use a free range such as 100.64.0.0/18 [NET-09]"
        )
    ]


def test_pods_on_address_space_without_a_subnet_are_a_warning_about_the_free_part() -> None:
    assert problems(networking(podCidr="10.20.128.0/17")) == [
        (
            f"{PODS}: warning: 10.20.128.0/17 overlaps networks.main.addressSpace[0] 10.20.0.0/16 in 10.20.128.0/17,"
            " where no subnet is yet; use a free range such as 100.64.0.0/17 [NET-09]"
        )
    ]
    wider = network(
        {"addressSpace": ["10.20.0.0/24", "10.99.0.0/24"]}, main={"networking": {"podCidr": "10.96.0.0/14"}}
    )
    assert problems(wider) == [
        (
            f"{PODS}: warning: 10.96.0.0/14 overlaps networks.main.addressSpace[1] 10.99.0.0/24 in 10.99.0.0/24,"
            " where no subnet is yet; use a free range such as 100.64.0.0/14 [NET-09]"
        )
    ]


def test_pods_on_a_retired_subnet_are_a_warning_as_nothing_is_deployed_there() -> None:
    values = network(
        {"subnets": {"old": {"cidr": "10.20.128.0/17", "retired": True}}},
        main={"networking": {"podCidr": "10.20.128.0/18"}},
    )
    assert problems(values) == [
        (
            f"{PODS}: warning: 10.20.128.0/18 overlaps networks.main.addressSpace[0] 10.20.0.0/16 in 10.20.128.0/18,"
            " where no subnet is yet; use a free range such as 100.64.0.0/18 [NET-09]"
        )
    ]


def test_pods_beside_the_network_are_taken() -> None:
    assert problems(networking(podCidr="10.21.0.0/16")) == []


def test_pods_on_services_are_refused() -> None:
    assert problems(networking(podCidr="172.16.0.0/13")) == [
        f"{PODS}: 172.16.0.0/13 overlaps {SERVICES} 172.20.0.0/16; use a free range such as 100.64.0.0/13 [NET-10]"
    ]


def test_pods_on_a_connected_range_are_refused() -> None:
    values = network({"connectedRanges": {"office": ["192.168.128.0/24"]}})
    assert problems(values) == [
        (
            f"{PODS}: 192.168.0.0/16 overlaps networks.main.connectedRanges.office[0] 192.168.128.0/24;"
            " use a free range such as 100.64.0.0/16 [NET-10]"
        )
    ]


def test_suggested_range_is_free_of_everything_around() -> None:
    values = network({"connectedRanges": {"office": ["192.168.128.0/24", "100.64.0.0/16", "100.66.0.0/15"]}})
    assert problems(values) == [
        (
            f"{PODS}: 192.168.0.0/16 overlaps networks.main.connectedRanges.office[0] 192.168.128.0/24;"
            " use a free range such as 100.65.0.0/16 [NET-10]"
        )
    ]


def test_suggested_range_has_the_same_size_where_there_is_room() -> None:
    overlap = "overlaps networks.main.subnets.nodes.cidr 10.20.0.0/24;"
    assert findings("NET-09", networking(podCidr="10.16.0.0/12")) == [
        f"{PODS}: 10.16.0.0/12 {overlap} use a free range such as 100.64.0.0/12"
    ]
    assert findings("NET-09", networking(podCidr="10.0.0.0/8")) == [
        f"{PODS}: 10.0.0.0/8 {overlap} use a smaller range elsewhere"
    ]


def test_suggested_service_range_is_no_larger_than_aks_takes() -> None:
    assert findings("NET-14", networking(serviceCidr="10.16.0.0/12")) == [
        (
            f"{SERVICES}: 10.16.0.0/12 overlaps networks.main.subnets.nodes.cidr 10.20.0.0/24;"
            " use a free range such as 172.16.0.0/13"
        )
    ]


def test_network_that_cannot_be_planned_has_no_free_part() -> None:
    values = network({"subnets": {"large": {"size": "/15"}}}, main={"networking": {"podCidr": "10.20.0.0/18"}})
    assert [found[-8:] for found in problems(values)] == ["[PIN-02]"]


def test_clusters_of_one_network_may_have_the_same_pods_and_services() -> None:
    assert problems(stack({"cilia:clusters": {"second": second()}})) == []


def test_pods_of_one_cluster_on_services_of_another_are_taken() -> None:
    other = second(podCidr="172.20.0.0/16", serviceCidr="192.168.0.0/16")
    assert problems(stack({"cilia:clusters": {"second": other}})) == []


def test_overlap_of_each_cluster_is_reported_for_that_cluster() -> None:
    values = stack({"cilia:clusters": {"second": second(podCidr="10.20.0.0/18")}})
    assert problems(values) == [
        (
            "clusters.second.networking.podCidr: 10.20.0.0/18 overlaps networks.main.subnets.nodes.cidr 10.20.0.0/24;"
            " use a free range such as 100.64.0.0/18 [NET-09]"
        )
    ]


@pytest.mark.parametrize("pods", ["20.0.0.0/16", "172.0.0.0/11", "192.0.0.0/16"])
def test_public_pods_are_a_warning(pods: str) -> None:
    assert (
        f"{PODS}: warning: {pods} is not private, which Azure does not support for pods; use a range in 10.0.0.0/8,"
        in (findings("NET-11", networking(podCidr=pods, serviceCidr="10.96.0.0/16"))[0])
    )


def test_message_about_public_pods_names_the_private_ranges() -> None:
    assert problems(networking(podCidr="20.0.0.0/16")) == [
        (
            f"{PODS}: warning: 20.0.0.0/16 is not private, which Azure does not support for pods;"
            " use a range in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 [NET-11]"
        )
    ]


@pytest.mark.parametrize("pods", ["10.128.0.0/9", "172.24.0.0/14", "192.168.0.0/16", "100.64.0.0/10"])
def test_private_pods_are_taken(pods: str) -> None:
    assert problems(networking(podCidr=pods)) == []


@pytest.mark.parametrize("services", ["10.128.0.0/12", "100.64.0.0/10"])
def test_service_range_that_is_too_large_is_refused(services: str) -> None:
    prefix = services.partition("/")[2]
    assert problems(networking(serviceCidr=services)) == [
        f"{SERVICES}: {services} is a /{prefix}, AKS takes at most a /13; use /13 or smaller [NET-13]"
    ]


def test_largest_service_range_is_taken() -> None:
    assert problems(networking(serviceCidr="10.128.0.0/13")) == []


def test_services_on_a_subnet_are_refused() -> None:
    values = network(
        {"addressSpace": ["10.0.0.0/16"], "subnets": {"nodes": {"cidr": "10.0.8.0/24"}}},
        main={"networking": {"serviceCidr": "10.0.0.0/16"}},
    )
    assert problems(values) == [
        (
            f"{SERVICES}: 10.0.0.0/16 overlaps networks.main.subnets.nodes.cidr 10.0.8.0/24;"
            " use a free range such as 172.16.0.0/16 [NET-14]"
        )
    ]


def test_services_on_address_space_without_a_subnet_are_a_warning() -> None:
    assert problems(networking(serviceCidr="10.20.1.0/24")) == [
        (
            f"{SERVICES}: warning: 10.20.1.0/24 overlaps networks.main.addressSpace[0] 10.20.0.0/16 in 10.20.1.0/24,"
            " where no subnet is yet; use a free range such as 172.16.0.0/24 [NET-15]"
        )
    ]


def test_services_on_a_connected_range_are_refused() -> None:
    values = network({"connectedRanges": {"office": ["172.20.5.0/24"]}})
    assert problems(values) == [
        (
            f"{SERVICES}: 172.20.0.0/16 overlaps networks.main.connectedRanges.office[0] 172.20.5.0/24;"
            " use a free range such as 172.16.0.0/16 [NET-15]"
        )
    ]


def test_services_beside_everything_are_taken() -> None:
    assert problems(networking(serviceCidr="10.21.0.0/16")) == []


@pytest.mark.parametrize(
    ("address", "services", "fault", "fix"),
    [
        pytest.param("10.0.0.10", "172.20.0.0/16", "is outside serviceCidr 172.20.0.0/16", "172.20.0.10", id="outside"),
        pytest.param(
            "172.20.0.1",
            "172.20.0.0/16",
            "is the first address of serviceCidr 172.20.0.0/16, which belongs to kubernetes.default",
            "172.20.0.10",
            id="first",
        ),
        pytest.param(
            "172.20.0.0",
            "172.20.0.0/24",
            "is at the end of serviceCidr 172.20.0.0/24, where no address is usable",
            "172.20.0.10",
            id="network",
        ),
        pytest.param(
            "172.20.0.7",
            "172.20.0.0/29",
            "is at the end of serviceCidr 172.20.0.0/29, where no address is usable",
            "172.20.0.2",
            id="broadcast",
        ),
        pytest.param(
            "10.0.0.10", "172.20.0.0/30", "is outside serviceCidr 172.20.0.0/30", "a larger serviceCidr", id="no room"
        ),
    ],
)
def test_dns_address_that_aks_refuses_is_refused(address: str, services: str, fault: str, fix: str) -> None:
    assert problems(networking(dnsServiceIP=address, serviceCidr=services)) == [
        f"clusters.main.networking.dnsServiceIP: {address} {fault}; use {fix} [NET-16]"
    ]


@pytest.mark.parametrize("address", ["172.20.0.2", "172.20.0.10", "172.20.0.14"])
def test_dns_address_inside_is_taken(address: str) -> None:
    assert problems(networking(dnsServiceIP=address, serviceCidr="172.20.0.0/28")) == []


@pytest.mark.parametrize(
    ("services", "addresses"),
    [("172.20.0.0/29", 8), ("172.20.0.0/32", 1), pytest.param("255.255.255.248/29", 8, id="end of IPv4")],
)
def test_service_range_without_the_default_dns_address_is_refused(services: str, addresses: int) -> None:
    assert findings("NET-16", networking(serviceCidr=services)) == [
        f"{SERVICES}: {services} has {addresses} addresses, too few for DNS at the 10th; use /28 or larger"
    ]


def test_smallest_service_range_with_the_default_dns_address_is_taken() -> None:
    assert problems(networking(serviceCidr="172.20.0.0/28")) == []


WITHOUT_NETWORK = {"network": ..., "systemPool": {"subnet": ...}, "pools": {"user": {"subnet": ...}}}


def test_ranges_in_the_network_that_aks_makes_are_a_warning() -> None:
    values = cluster({**WITHOUT_NETWORK, "networking": {"podCidr": "10.224.0.0/16", "serviceCidr": "10.239.0.0/16"}})
    assert problems(values) == [
        (
            f"{PODS}: warning: 10.224.0.0/16 overlaps the network that AKS makes 10.224.0.0/12;"
            " use a free range such as 100.64.0.0/16 [NET-42]"
        ),
        (
            f"{SERVICES}: warning: 10.239.0.0/16 overlaps the network that AKS makes 10.224.0.0/12;"
            " use a free range such as 172.16.0.0/16 [NET-42]"
        ),
    ]


def test_ranges_beside_the_network_that_aks_makes_are_taken() -> None:
    values = cluster({**WITHOUT_NETWORK, "networking": {"podCidr": "10.244.0.0/16", "serviceCidr": "10.0.0.0/16"}})
    assert problems(values) == []


def test_pods_on_services_without_a_network_are_refused() -> None:
    values = cluster({**WITHOUT_NETWORK, "networking": {"podCidr": "172.20.0.0/16"}})
    assert problems(values) == [
        f"{PODS}: 172.20.0.0/16 overlaps {SERVICES} 172.20.0.0/16; use a free range such as 100.64.0.0/16 [NET-10]"
    ]


def test_cluster_whose_network_did_not_parse_is_not_compared_with_the_one_that_aks_makes() -> None:
    values = network({"addressSpace": "10.20.0.0/16"}, main={"networking": {"podCidr": "10.224.0.0/16"}})
    assert findings("NET-42", values) == []
