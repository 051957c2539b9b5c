"""Node pools: how many nodes, on which machines, in which tier and zones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, problems

_NOT_KNOWN = "is not known here, so its vCPUs and memory were not checked; check the name, or accept this [CFG-43]"


def system(**values: Any) -> dict[str, Any]:
    return {"systemPool": values}


def user(**values: Any) -> dict[str, Any]:
    return {"pools": {"user": values}}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param(system(count=3), [], id="three"),
        pytest.param(system(count=..., minCount=3, maxCount=5), [], id="autoscaled-from-three"),
        pytest.param(
            system(count=0),
            ["clusters.main.systemPool.count: 0 nodes in a System pool, which AKS refuses; use 3 [POOL-02]"],
            id="none",
        ),
        pytest.param(
            system(count=1),
            [
                (
                    "clusters.main.systemPool.count: warning: 1 node in a System pool, AKS recommends at least 3; use"
                    " 3 or more [POOL-02]"
                )
            ],
            id="one",
        ),
        pytest.param(
            system(count=..., minCount=2, maxCount=5),
            [
                (
                    "clusters.main.systemPool.minCount: warning: 2 nodes in a System pool, AKS recommends at least 3;"
                    " use 3 or more [POOL-02]"
                )
            ],
            id="autoscaled-from-two",
        ),
        pytest.param(
            {"pools": {"more": {"mode": "System", "subnet": "nodes", "count": 0}}},
            ["clusters.main.pools.more.count: 0 nodes in a System pool, which AKS refuses; use 3 [POOL-02]"],
            id="another-system-pool",
        ),
        pytest.param(user(count=0, minCount=..., maxCount=...), [], id="a-user-pool-may-be-empty"),
    ],
)
def test_system_pool_has_nodes(changes: dict[str, Any], found: list[str]) -> None:
    assert problems(cluster(changes)) == found


@pytest.mark.parametrize(
    ("size", "found"),
    [
        pytest.param("Standard_D4ds_v5", [], id="recommended"),
        pytest.param("standard_d4DS_v5", [], id="whatever-its-case"),
        pytest.param(
            "Standard_D2ds_v5",
            [
                (
                    "warning: Standard_D2ds_v5 has 2 vCPUs and 8 GiB, AKS asks for 4 vCPUs in a System pool; use one"
                    " such as Standard_D4ds_v5 [POOL-02]"
                )
            ],
            id="two-vcpus",
        ),
        pytest.param(
            "Standard_E8-2ds_v5",
            [
                (
                    "warning: Standard_E8-2ds_v5 has 2 vCPUs and 64 GiB, AKS asks for 4 vCPUs in a System pool; use"
                    " one such as Standard_D4ds_v5 [POOL-02]"
                )
            ],
            id="constrained-vcpus",
        ),
        pytest.param(
            "Standard_DS1_v2",
            [
                (
                    "Standard_DS1_v2 has 1 vCPU and 3.5 GiB, a System pool needs 2 and 4 GiB; use a size with 4 vCPUs"
                    " [POOL-02]"
                )
            ],
            id="too-small",
        ),
        pytest.param(
            "Standard_B4ms",
            [
                (
                    "Standard_B4ms is of the B series, which AKS refuses for System pools; use one such as"
                    " Standard_D4ds_v5 [POOL-02]"
                )
            ],
            id="b-series",
        ),
        pytest.param("Standard_X9", [f"warning: 'Standard_X9' {_NOT_KNOWN}"], id="unknown"),
        pytest.param("Standard_D6ds_v5", [f"warning: 'Standard_D6ds_v5' {_NOT_KNOWN}"], id="unknown-in-known-family"),
        pytest.param(
            "Standard_DC4s_v2",
            ["Standard_DC4s_v2 does not go with Azure CNI Overlay; use a size such as Standard_DC4as_v5 [VER-04]"],
            id="dcsv2-in-overlay",
        ),
    ],
)
def test_system_pool_has_machines_for_it(size: str, found: list[str]) -> None:
    assert problems(cluster(system(vmSize=size))) == [
        f"clusters.main.systemPool.vmSize: {message}" for message in found
    ]


@pytest.mark.parametrize(
    ("size", "found"),
    [
        pytest.param("Standard_B2s", [], id="two-vcpus-four-gib"),
        pytest.param(
            "Standard_B2ats_v2",
            ["Standard_B2ats_v2 has 2 vCPUs and 1 GiB, a pool needs 2 and 2 GiB; use a larger size [POOL-03]"],
            id="too-little-memory",
        ),
        pytest.param(
            "Standard_DS1_v2",
            ["Standard_DS1_v2 has 1 vCPU and 3.5 GiB, a pool needs 2 and 2 GiB; use a larger size [POOL-03]"],
            id="one-vcpu",
        ),
        pytest.param(
            "Standard_DC8_v2",
            ["Standard_DC8_v2 does not go with Azure CNI Overlay; use a size such as Standard_DC4as_v5 [VER-04]"],
            id="dcsv2-in-overlay",
        ),
    ],
)
def test_user_pool_has_machines_that_aks_takes(size: str, found: list[str]) -> None:
    assert problems(cluster(user(vmSize=size))) == [f"clusters.main.pools.user.vmSize: {message}" for message in found]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param(user(minCount=0, maxCount=0), [], id="zero-to-zero"),
        pytest.param(user(minCount=3, maxCount=20, count=20), [], id="starts-at-the-top"),
        pytest.param(
            user(minCount=...),
            ["pools.user.maxCount: maxCount without minCount; give both, or neither [POOL-04]"],
            id="no-minimum",
        ),
        pytest.param(
            user(maxCount=...),
            ["pools.user.minCount: minCount without maxCount; give both, or neither [POOL-04]"],
            id="no-maximum",
        ),
        pytest.param(
            user(minCount=5, maxCount=3),
            ["pools.user.minCount: minCount 5 is more than maxCount 3; exchange them [POOL-04]"],
            id="backwards",
        ),
        pytest.param(
            user(minCount=-1),
            ["pools.user.minCount: -1 nodes, a User pool has 0 to 1,000; use a number in between [POOL-04]"],
            id="negative",
        ),
        pytest.param(
            system(count=..., minCount=0, maxCount=5),
            ["systemPool.minCount: 0 nodes, a System pool has 1 to 1,000; use a number in between [POOL-04]"],
            id="system-pool-down-to-none",
        ),
        pytest.param(
            user(count=21),
            ["pools.user.count: 21 nodes to start with, outside 3 to 20; use one of these or none [POOL-04]"],
            id="starts-outside",
        ),
    ],
)
def test_autoscaler_has_both_bounds_around_its_start(changes: dict[str, Any], found: list[str]) -> None:
    assert problems(cluster(changes)) == [f"clusters.main.{message}" for message in found]


def test_autoscaler_has_at_most_1000_nodes() -> None:
    message = (
        "clusters.main.pools.user.maxCount: 1,001 nodes, a User pool has 0 to 1,000; use a number in between [POOL-04]"
    )
    assert message in problems(cluster(user(maxCount=1001)))


@pytest.mark.parametrize(
    ("zones", "found"),
    [
        pytest.param(["3", "1"], [], id="two"),
        pytest.param(
            ["1", "2", "1"],
            ["clusters.main.pools.user.zones[2]: zone 1 is named twice; remove one [POOL-07]"],
            id="one-twice",
        ),
        pytest.param(
            ["4"],
            ["clusters.main.pools.user.zones[0]: '4' is not allowed; use '1', '2' or '3' [CFG-04]"],
            id="no-such-zone",
        ),
    ],
)
def test_zones_are_azures_and_named_once(zones: list[str], found: list[str]) -> None:
    assert problems(cluster(user(zones=zones))) == found


@pytest.mark.parametrize(
    ("tier", "found"),
    [
        pytest.param("Standard", [], id="standard"),
        pytest.param(
            "Free",
            ["clusters.main.costAnalysis: costAnalysis with tier Free, which has none; use tier Standard [POOL-10]"],
            id="free",
        ),
    ],
)
def test_cost_analysis_needs_a_paid_tier(tier: str, found: list[str]) -> None:
    assert problems(cluster({"costAnalysis": True, "tier": tier, "pools": ...})) == found
