"""Numbers of nodes, pods and addresses, for several pools, several clusters, surge and autoscalers at their maximum."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.plan import ClusterPlan
from components.facts.features import MODES
from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, cluster, findings, network, problems

# 3 system nodes + 1 surge, and 20 user nodes + 7 surge
CLEAN_NEED = 31


def pool(**changes: Any) -> dict[str, Any]:
    """The clean stack with changes to its user pool."""
    return cluster({"pools": {"user": changes}})


def pools(**sizes: dict[str, Any]) -> dict[str, Any]:
    """A large network with a cluster of these pools beside its system pool of one node without surge."""
    system = {"count": 1, "maxSurge": 0, "maxPods": 110}
    values = network(
        {"addressSpace": ["10.0.0.0/8"], "subnets": {"nodes": {"cidr": "10.0.0.0/16"}}},
        main={"networking": {"podCidr": "100.64.0.0/10"}, "systemPool": system, "pools": ...},
    )
    values["cilia:clusters"]["main"]["pools"] = {name: {"subnet": "nodes", **size} for name, size in sizes.items()}
    return values


def fixed(count: int, surge: int = 0) -> dict[str, Any]:
    """A pool of so many nodes, and so many more during an upgrade."""
    return {"count": count, "maxSurge": surge, "maxUnavailable": 0 if surge else 1, "maxPods": 30}


def free_tier(nodes: int) -> dict[str, Any]:
    values = pools(user=fixed(nodes - 1))
    values["cilia:clusters"]["main"]["tier"] = "Free"
    return values


def test_more_nodes_than_a_cluster_has_are_refused() -> None:
    five = {f"p{number}": fixed(1000) for number in range(5)}
    assert findings("CAP-01", pools(**five)) == [
        "clusters.main: 5,001 nodes, a cluster has at most 5,000; lower maxCount, or split the cluster"
    ]
    assert findings("CAP-01", pools(**five | {"p4": fixed(999)})) == []


def test_autoscalers_count_with_their_maximum() -> None:
    five = {f"p{number}": {"minCount": 3, "maxCount": 1000, "maxSurge": 0, "maxUnavailable": 1} for number in range(5)}
    assert findings("CAP-01", pools(**five)) == [
        "clusters.main: 5,001 nodes, a cluster has at most 5,000; lower maxCount, or split the cluster"
    ]


def test_more_nodes_than_a_free_cluster_has_are_refused() -> None:
    values = pools(a=fixed(600), b=fixed(400))
    values["cilia:clusters"]["main"]["tier"] = "Free"
    assert findings("CAP-01", values) == [
        "clusters.main: 1,001 nodes, a cluster of tier Free has at most 1,000; use tier Standard, or lower maxCount"
    ]


def test_free_cluster_that_is_no_longer_small_is_a_warning() -> None:
    assert findings("CAP-01", free_tier(10)) == [
        "clusters.main.tier: warning: 10 nodes on tier Free, which is meant for fewer than 10; use Standard"
    ]
    assert findings("CAP-01", free_tier(9)) == []


def test_more_pools_than_a_cluster_has_are_refused() -> None:
    many = {f"p{number}": fixed(1, 1) for number in range(100)}
    assert findings("CAP-01", pools(**many)) == [
        "clusters.main.pools: 101 pools with the system pool, a cluster has at most 100; remove some"
    ]
    del many["p99"]
    assert findings("CAP-01", pools(**many)) == []


@pytest.mark.parametrize(
    ("size", "message"),
    [
        pytest.param(
            {"minCount": 3, "maxCount": 800, "maxSurge": "33%"},
            "maxCount: 800 nodes and 264 during an upgrade are 1,064, a pool has at most 1,000;",
            id="autoscaled",
        ),
        pytest.param(
            {"count": 1000, "maxSurge": 1},
            "count: 1,000 nodes and 1 during an upgrade are 1,001, a pool has at most 1,000;",
            id="fixed",
        ),
    ],
)
def test_pool_that_outgrows_its_scale_set_during_an_upgrade_is_refused(size: dict[str, Any], message: str) -> None:
    assert findings("CAP-01", pools(user=size)) == [
        f"clusters.main.pools.user.{message} lower it or maxSurge, or use more pools"
    ]


def test_pool_that_just_fits_its_scale_set_is_taken() -> None:
    assert findings("CAP-01", pools(user={"minCount": 3, "maxCount": 751, "maxSurge": "33%"})) == []


def test_more_pods_than_azure_supports_are_a_warning() -> None:
    values = pools(user={"minCount": 3, "maxCount": 800, "maxPods": 250, "maxSurge": "10%"})
    assert findings("CAP-02", values) == [
        (
            "clusters.main: warning: 200,110 pods on 801 nodes, Azure supports 200,000;"
            " lower maxPods or maxCount, or split the cluster"
        )
    ]
    fewer = pools(user={"minCount": 3, "maxCount": 799, "maxPods": 250, "maxSurge": "10%"})
    assert findings("CAP-02", fewer) == []
    fewer["cilia:clusters"]["main"]["systemPool"]["maxPods"] = 250
    assert findings("CAP-02", fewer) == []


@pytest.mark.parametrize("pods", [9, 251, 0, -1])
def test_pods_per_node_that_aks_refuses_are_refused(pods: int) -> None:
    assert findings("CAP-04", pool(maxPods=pods)) == [
        f"clusters.main.pools.user.maxPods: {pods} pods per node, AKS takes 10 to 250; use a number in between"
    ]


@pytest.mark.parametrize(
    ("pods", "nodes"),
    [pytest.param(10, 3, id="10 (published)"), (15, 2), (29, 2), (14, 3)],
)
def test_pool_without_room_for_thirty_pods_is_refused(pods: int, nodes: int) -> None:
    assert findings("CAP-04", pool(maxPods=pods, minCount=nodes - 1)) == [
        (
            f"clusters.main.pools.user.maxPods: {pods} pods on each of {nodes - 1} nodes are fewer than the 30 a pool"
            f" must hold; use at least {nodes} nodes, or maxPods 30"
        )
    ]
    assert findings("CAP-04", pool(maxPods=pods, minCount=nodes)) == []


def test_pool_of_fixed_size_without_room_for_thirty_pods_is_refused() -> None:
    assert findings("CAP-04", pools(user={"count": 1, "maxPods": 29})) == [
        (
            "clusters.main.pools.user.maxPods: 29 pods on each of 1 nodes are fewer than the 30 a pool must hold;"
            " use at least 2 nodes, or maxPods 30"
        )
    ]


def test_pool_that_may_shrink_to_nothing_is_taken_where_a_node_holds_thirty_pods() -> None:
    assert findings("CAP-04", pool(minCount=0, maxPods=30)) == []
    assert len(findings("CAP-04", pool(minCount=0, maxPods=29))) == 1


@pytest.mark.parametrize("pods", [30, 110, 250])
def test_pool_of_one_node_for_thirty_pods_is_taken(pods: int) -> None:
    assert findings("CAP-04", pools(user={"count": 1, "maxPods": pods})) == []


def planned(values: dict[str, Any]) -> ClusterPlan:
    plan = check(parse(values), today=TODAY).plan
    assert plan is not None
    return plan.clusters["main"]


@pytest.mark.parametrize("mode", MODES.values(), ids=lambda mode: mode.title)
def test_pods_per_node_have_a_default_in_every_mode(mode: Any) -> None:
    assert 30 <= mode.default_max_pods <= 250


def test_pods_per_node_are_always_sent() -> None:
    """CAP-05: Azure's own default differs by page, so it never decides."""
    plan = planned(cluster({"systemPool": {"maxPods": ...}}))
    assert plan.properties["agentPoolProfiles"][0]["maxPods"] == 250
    assert [other.properties["maxPods"] for other in plan.pools] == [250]


def test_pod_range_without_room_for_surge_is_refused() -> None:
    values = network(
        {}, main={"networking": {"podCidr": "10.244.0.0/18"}, "pools": {"user": {"maxCount": 57, "maxSurge": 10}}}
    )
    assert problems(values) == [
        (
            "clusters.main.networking.podCidr: 10.244.0.0/18 holds 64 nodes, the pools need 71 (60 + 11 surge);"
            " use /17 or larger [CAP-06]"
        )
    ]


NODES_OF_A_RANGE = {18: 64, 17: 128, 16: 256, 15: 512, 14: 1024, 13: 2048, 12: 4096, 11: 8192}


@pytest.mark.parametrize(("prefix", "nodes"), NODES_OF_A_RANGE.items())
def test_pod_range_holds_a_node_for_each_24(prefix: int, nodes: int) -> None:
    def with_nodes(count: int) -> dict[str, Any]:
        sizes: dict[str, Any] = {}
        rest = count - 1
        while rest:
            sizes[f"p{len(sizes)}"] = fixed(min(rest, 1000))
            rest -= min(rest, 1000)
        values = pools(**sizes)
        values["cilia:clusters"]["main"]["networking"]["podCidr"] = f"100.64.0.0/{prefix}"
        return values

    assert findings("CAP-06", with_nodes(nodes)) == []
    assert findings("CAP-06", with_nodes(nodes + 1)) == [
        (
            f"clusters.main.networking.podCidr: 100.64.0.0/{prefix} holds {nodes:,} nodes,"
            f" the pools need {nodes + 1:,} ({nodes + 1:,} + 0 surge); use /{prefix - 1} or larger"
        )
    ]


def test_five_thousand_nodes_need_an_11() -> None:
    values = pools(**{f"p{number}": fixed(1000) for number in range(4)}, last=fixed(999))
    values["cilia:clusters"]["main"]["networking"]["podCidr"] = "100.64.0.0/12"
    assert findings("CAP-06", values) == [
        (
            "clusters.main.networking.podCidr: 100.64.0.0/12 holds 4,096 nodes, the pools need 5,000 (5,000 + 0 surge);"
            " use /11 or larger"
        )
    ]


def test_pod_range_that_is_suggested_may_be_full() -> None:
    values = pools(user=fixed(127))
    values["cilia:clusters"]["main"]["networking"]["podCidr"] = "100.64.0.0/18"
    assert findings("CAP-06", values) == [
        (
            "clusters.main.networking.podCidr: 100.64.0.0/18 holds 64 nodes, the pools need 128 (128 + 0 surge);"
            " use /17 or larger"
        )
    ]


def test_surge_of_each_pool_is_added() -> None:
    """The published vector: five pools of four nodes at 50% surge by ten."""
    half = {"count": 4, "maxSurge": "50%"}
    values = pools(**{f"p{number}": half for number in range(5)})
    values["cilia:clusters"]["main"]["networking"]["podCidr"] = "100.64.0.0/20"
    assert findings("CAP-06", values) == [
        (
            "clusters.main.networking.podCidr: 100.64.0.0/20 holds 16 nodes, the pools need 31 (21 + 10 surge);"
            " use /19 or larger"
        )
    ]


@pytest.mark.parametrize(("prefix", "nodes"), [(25, 0), (24, 1), (32, 0)])
def test_pod_range_smaller_than_a_node_needs_is_refused(prefix: int, nodes: int) -> None:
    assert findings("CAP-06", cluster({"networking": {"podCidr": f"192.168.0.0/{prefix}"}})) == [
        (
            f"clusters.main.networking.podCidr: 192.168.0.0/{prefix} holds {nodes} nodes,"
            f" the pools need {CLEAN_NEED} (23 + 8 surge); use /19 or larger"
        )
    ]


def test_more_nodes_than_any_pod_range_holds_are_refused() -> None:
    found = findings("CAP-06", pool(maxCount=10**9, maxSurge=0, maxUnavailable=1))
    assert found[0].endswith("the pools need 1,000,000,004 (1,000,000,003 + 1 surge); use fewer nodes")


def test_subnet_without_room_for_surge_is_refused() -> None:
    assert problems(network({"subnets": {"nodes": {"cidr": "10.20.0.0/27"}}})) == [
        (
            "networks.main.subnets.nodes.cidr: 10.20.0.0/27 has 27 usable addresses, 31 are needed"
            " (main/user 27, main/system 4); use /26 or larger [CAP-07]"
        )
    ]


def test_subnet_that_is_full_to_the_last_address_is_taken() -> None:
    assert problems(network({"subnets": {"nodes": {"cidr": "10.20.0.0/26", "otherAddresses": 59 - CLEAN_NEED}}})) == []
    assert problems(network({"subnets": {"nodes": {"cidr": "10.20.0.0/26", "otherAddresses": 60 - CLEAN_NEED}}})) == [
        (
            "networks.main.subnets.nodes.cidr: 10.20.0.0/26 has 59 usable addresses, 60 are needed"
            " (main/user 27, main/system 4, otherAddresses 29); use /25 or larger [CAP-07]"
        )
    ]


def test_subnet_is_measured_for_all_clusters_in_it() -> None:
    other = {
        "kubernetesVersion": "1.35",
        "network": "main",
        "networking": {"mode": "overlay", "podCidr": "192.168.0.0/16", "serviceCidr": "172.20.0.0/16"},
        "systemPool": {"subnet": "nodes", "count": 3, "maxSurge": 1},
        "pools": {name: {"subnet": "nodes", "count": 20, "maxSurge": 2} for name in ("a", "b", "c")},
    }
    values = network({"subnets": {"nodes": {"size": "/26", "cidr": ...}}}, other=other)
    assert problems(values) == [
        (
            "networks.main.subnets.nodes.size: 10.20.0.0/26 has 59 usable addresses, 101 are needed"
            " (main/user 27, other/a 22, other/b 22, other/c 22, 2 more pools 8); use /25 or larger [CAP-07]"
        )
    ]


def test_subnet_of_pods_and_nodes_is_measured_with_the_addresses_of_pods() -> None:
    """The published vector: 50 nodes, one more to upgrade with, 30 pods each need 1,581 addresses and a /21."""
    values = network(
        {"subnets": {"nodes": {"cidr": "10.20.0.0/22"}}},
        main={
            "networking": {"mode": "nodeSubnet", "podCidr": ...},
            "systemPool": {"count": 50, "maxSurge": 1, "maxPods": 30},
            "pools": ...,
        },
    )
    assert findings("CAP-08", values) == [
        (
            "networks.main.subnets.nodes.cidr: 10.20.0.0/22 has 1,019 usable addresses, 1,581 are needed"
            " (main/system 1,581); use /21 or larger"
        )
    ]


def test_subnet_that_fits_grows_with_everything_in_it() -> None:
    values = network({"protect": False, "subnets": {"nodes": {"cidr": ..., "size": "fit", "otherAddresses": 29}}})
    plan = check(parse(values), today=TODAY).plan
    assert plan is not None
    assert str(plan.networks["main"].subnets[0].cidr) == "10.20.0.0/25"
    assert problems(values) == []


def test_retired_subnet_is_not_measured() -> None:
    assert problems(network({"subnets": {"old": {"size": "/29", "retired": True, "otherAddresses": 100}}})) == []
