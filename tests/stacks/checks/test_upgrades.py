"""What upgrades of pools have to work with, and clusters too large to be upgraded."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.pools import PoolSettings
from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, cluster, findings, problems, stack


def pool(**changes: Any) -> dict[str, Any]:
    """The clean stack with changes to its user pool."""
    return cluster({"pools": {"user": changes}})


def test_surge_is_always_sent() -> None:
    plan = check(parse(stack()), today=TODAY).plan
    assert plan is not None
    main = plan.clusters["main"]
    assert main.properties["agentPoolProfiles"][0]["upgradeSettings"]["maxSurge"] == "33%"
    assert [other.properties["upgradeSettings"]["maxSurge"] for other in main.pools] == ["33%"]


def test_pool_that_can_upgrade_nothing_is_refused() -> None:
    assert problems(pool(maxSurge=0)) == [
        (
            "clusters.main.pools.user.maxSurge: 0 while maxUnavailable is 0, so no node can be upgraded;"
            " give one of them [CAP-12]"
        )
    ]
    assert problems(pool(maxSurge=0, maxUnavailable=0)) == [
        (
            "clusters.main.pools.user.maxSurge: 0 while maxUnavailable is 0, so no node can be upgraded;"
            " give one of them [CAP-12]"
        )
    ]
    assert problems(cluster({"systemPool": {"maxSurge": 0}})) == [
        (
            "clusters.main.systemPool.maxSurge: 0 while maxUnavailable is 0, so no node can be upgraded;"
            " give maxSurge [CAP-12]"
        )
    ]


def test_pool_that_upgrades_without_extra_nodes_is_taken() -> None:
    assert problems(pool(maxSurge=0, maxUnavailable=2)) == []


def test_surge_that_azure_would_choose_is_refused() -> None:
    assert problems(pool(maxSurge=None)) == [
        (
            "clusters.main.pools.user.maxSurge: empty, so Azure would choose 1 or 10%;"
            " remove the key for 33%, or give a number [CAP-12]"
        )
    ]


def test_unavailable_nodes_of_a_system_pool_are_refused() -> None:
    assert problems(cluster({"systemPool": {"maxUnavailable": 1}})) == [
        "clusters.main.systemPool.maxUnavailable: 1 in a System pool, which AKS refuses; remove it [CAP-12]"
    ]
    assert findings("CAP-12", pool(mode="System", maxUnavailable="10%", maxSurge=0)) == [
        "clusters.main.pools.user.maxUnavailable: 10% in a System pool, which AKS refuses; remove it"
    ]
    assert problems(cluster({"systemPool": {"maxUnavailable": 0}})) == []


def test_unavailable_nodes_take_the_place_of_surge() -> None:
    assert problems(pool(maxUnavailable=1)) == []
    assert PoolSettings.model_validate({"maxUnavailable": 1}).max_surge == 0
    assert PoolSettings.model_validate({"maxUnavailable": 0}).max_surge == "33%"


def test_unavailable_nodes_beside_surge_are_a_warning() -> None:
    assert problems(pool(maxUnavailable=1, maxSurge="33%")) == [
        (
            "clusters.main.pools.user.maxUnavailable: warning: 1 beside maxSurge 33% is a preview of AKS;"
            " set maxSurge to 0, or remove it [CAP-12]"
        )
    ]


@pytest.mark.parametrize(
    ("surge", "nodes"), [pytest.param("33%", 166, id="percent"), pytest.param(101, 101, id="number")]
)
def test_large_surge_of_a_large_pool_is_a_warning(surge: int | str, nodes: int) -> None:
    assert findings("CAP-12", pool(maxCount=501, maxSurge=surge)) == [
        (
            f"clusters.main.pools.user.maxSurge: warning: {surge} of 501 nodes is a surge of {nodes},"
            " above 500 nodes AKS recommends at most 20%; use 20%"
        )
    ]


@pytest.mark.parametrize(
    ("most", "surge"),
    [pytest.param(500, "33%", id="500 nodes"), pytest.param(600, "20%", id="20%"), pytest.param(505, 101, id="101")],
)
def test_surge_of_a_pool_that_is_not_large_or_not_much_is_taken(most: int, surge: int | str) -> None:
    assert findings("CAP-12", pool(maxCount=most, maxSurge=surge)) == []


@pytest.mark.parametrize(
    ("field", "minutes", "bounds"),
    [
        ("drainTimeoutInMinutes", 0, "1 to 1440"),
        ("drainTimeoutInMinutes", 1441, "1 to 1440"),
        ("nodeSoakDurationInMinutes", -1, "0 to 30"),
        ("nodeSoakDurationInMinutes", 31, "0 to 30"),
    ],
)
def test_minutes_that_aks_refuses_are_refused(field: str, minutes: int, bounds: str) -> None:
    assert problems(pool(**{field: minutes})) == [
        f"clusters.main.pools.user.{field}: {minutes} minutes, AKS takes {bounds}; use a number in between [CAP-12]"
    ]


def test_minutes_at_the_bounds_are_taken() -> None:
    for drain, soak in ((1, 0), (1440, 30)):
        assert problems(pool(drainTimeoutInMinutes=drain, nodeSoakDurationInMinutes=soak)) == []


def large(nodes: int) -> dict[str, Any]:
    """A cluster of five pools of so many nodes and 20 to upgrade with, beside 3 system nodes and 1 to upgrade with."""
    sizes = {f"p{number}": {"subnet": "nodes", "count": nodes, "maxSurge": 20} for number in range(5)}
    return cluster({"pools": {"user": ..., **sizes}})


def test_cluster_that_cannot_be_upgraded_at_its_largest_is_a_warning() -> None:
    assert findings("CAP-13", large(980)) == [
        (
            "clusters.main: warning: 4,903 nodes and 101 during an upgrade are 5,004, above 5,000 upgrades are blocked;"
            " lower maxSurge, or scale below 3,000 before upgrades"
        )
    ]


def test_cluster_that_can_just_be_upgraded_at_its_largest_is_taken() -> None:
    assert findings("CAP-13", large(979)) == []


def test_cluster_of_as_many_nodes_as_there_may_be_is_a_warning() -> None:
    values = large(999)
    values["cilia:clusters"]["main"]["systemPool"]["count"] = 5
    assert findings("CAP-13", values) == [
        (
            "clusters.main: warning: 5,000 nodes and 102 during an upgrade are 5,102, above 5,000 upgrades are blocked;"
            " lower maxSurge, or scale below 3,000 before upgrades"
        )
    ]


def test_cluster_that_is_too_large_anyway_is_not_said_to_block_upgrades() -> None:
    assert findings("CAP-13", large(1000)) == []
    assert len(findings("CAP-01", large(1000))) == 6
