"""How many nodes a pool has, may have, and needs during an upgrade."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from components.cluster.pools import PoolConfig, PoolSettings, SystemPoolConfig


def pool(**values: Any) -> PoolConfig:
    return PoolConfig.model_validate(values)


@pytest.mark.parametrize(
    ("values", "autoscaled", "nodes", "max_nodes"),
    [
        pytest.param({}, False, 3, 3, id="three-if-nothing-is-said"),
        pytest.param({"count": 5}, False, 5, 5, id="count"),
        pytest.param({"count": 0}, False, 0, 0, id="none"),
        pytest.param({"minCount": 2, "maxCount": 9}, True, 2, 9, id="autoscaled-starts-at-its-minimum"),
        pytest.param({"minCount": 2, "maxCount": 9, "count": 4}, True, 4, 9, id="autoscaled-starts-at-count"),
        pytest.param({"minCount": 0, "maxCount": 9}, True, 0, 9, id="autoscaled-from-none"),
    ],
)
def test_nodes_of_a_pool(values: dict[str, Any], *, autoscaled: bool, nodes: int, max_nodes: int) -> None:
    built = pool(**values)
    assert (built.autoscaled, built.nodes, built.max_nodes) == (autoscaled, nodes, max_nodes)


@pytest.mark.parametrize(
    ("nodes", "surge", "extra"),
    [
        pytest.param(4, "50%", 2, id="half"),
        pytest.param(100, "33%", 33, id="a-third"),
        pytest.param(10, "33%", 4, id="rounded-up"),
        pytest.param(1, "1%", 1, id="at-least-one"),
        pytest.param(7, "100%", 7, id="all"),
        pytest.param(50, 1, 1, id="number"),
        pytest.param(50, "1", 1, id="number-as-text"),
        pytest.param(3, 10, 3, id="never-more-than-the-pool"),
        pytest.param(0, "33%", 0, id="empty-pool"),
        pytest.param(10, 0, 0, id="none"),
        pytest.param(10, None, 0, id="not-given"),
    ],
)
def test_surge_nodes(nodes: int, surge: int | str | None, extra: int) -> None:
    assert pool(count=nodes, maxSurge=surge).surge_nodes == extra


def test_surge_of_five_pools_is_the_documented_one() -> None:
    """5 pools of 4 nodes at 50% need 10 more.

    Source: https://learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling
    """
    assert sum(pool(count=4, maxSurge="50%").surge_nodes for _ in range(5)) == 10


def test_surge_counts_from_the_largest_size() -> None:
    assert pool(minCount=3, maxCount=60).surge_nodes == 20


@pytest.mark.parametrize("surge", ["0%", "101%", "33 %", "a third", "", -1, 1.5, True, "12345", "٣", [], {}])
def test_surge_that_is_neither_number_nor_percentage_is_refused(surge: object) -> None:
    with pytest.raises(ValidationError, match="neither a number of nodes nor a percentage from 1% to 100%"):
        pool(maxSurge=surge)


def test_default_machine_is_one_that_system_pools_may_use() -> None:
    assert (PoolSettings().vm_size, SystemPoolConfig().name, PoolConfig().mode) == (
        "Standard_D4ds_v5",
        "system",
        "User",
    )
