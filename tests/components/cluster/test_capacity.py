"""Nodes and pods of a cluster: to start with, at most, during an upgrade, and what there is room for."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest

from components.cluster.capacity import Counts, max_pods, needed_addresses, node_counts, pod_counts
from components.cluster.modes.overlay import pod_range_nodes
from tests.components.cluster.builder import config


@pytest.mark.parametrize(
    ("prefix", "nodes"),
    [(18, 64), (17, 128), (16, 256), (15, 512), (14, 1024), (13, 2048), (12, 4096), (11, 8192), (24, 1), (25, 0)],
)
def test_overlay_pod_range_holds_a_node_for_each_24(prefix: int, nodes: int) -> None:
    assert pod_range_nodes(IPv4Network((0, prefix))) == nodes


def test_5000_nodes_need_an_overlay_range_of_11() -> None:
    assert pod_range_nodes(IPv4Network("0.0.0.0/12")) < 5000 <= pod_range_nodes(IPv4Network("0.0.0.0/11"))


def test_pods_per_node_are_the_pools_own_or_the_modes() -> None:
    built = config({"pools": {"few": {"maxPods": 31}}})
    assert (max_pods(built, built.system_pool), max_pods(built, built.pools["few"])) == (250, 31)


def test_overlay_node_takes_one_address_of_its_subnet() -> None:
    built = config({"pools": {"user": {"minCount": 3, "maxCount": 60, "maxPods": 250}}})
    assert needed_addresses(built, built.pools["user"]) == 60 + 20


_POOLS: dict[str, Any] = {
    "systemPool": {"count": 3, "maxPods": 110},
    "pools": {"user": {"minCount": 3, "maxCount": 20, "maxPods": 60}},
}


def in_subnets(*, pods: bool = False) -> dict[str, Any]:
    """The two pools, each in a node subnet of its own and, if asked for, both with pods in a third."""
    extra = {"podSubnet": "pods"} if pods else {}
    return {
        "network": "main",
        "systemPool": {**_POOLS["systemPool"], "subnet": "a", **extra},
        "pools": {"user": {**_POOLS["pools"]["user"], "subnet": "b", **extra}},
    }


_LARGE = {"mode": "overlay", "podCidr": "10.0.0.0/8"}
_A, _B, _PODS = (IPv4Network(text) for text in ("10.1.0.0/26", "10.1.1.0/25", "10.2.0.0/22"))


@pytest.mark.parametrize(
    ("values", "subnets", "limit"),
    [
        pytest.param({}, {}, 256, id="pod-range"),
        pytest.param(in_subnets(), {"a": _A, "b": _B}, 59 + 123, id="subnets-together"),
        pytest.param({"networking": _LARGE}, {}, 5000, id="aks"),
        pytest.param({"networking": _LARGE, "tier": "Free"}, {}, 1000, id="tier-free"),
        pytest.param(
            {**in_subnets(), "networking": {"mode": "nodeSubnet"}},
            {"a": _A, "b": _B},
            123 // 61,
            id="pods-in-node-subnets",
        ),
        pytest.param(
            {**in_subnets(pods=True), "networking": {"mode": "podSubnet"}},
            {"a": _A, "b": _B, "pods": _PODS},
            1019 // 80,
            id="pods-in-a-subnet-in-batches",
        ),
        pytest.param(
            {**in_subnets(pods=True), "networking": {"mode": "podSubnet", "allocation": "staticBlock"}},
            {"a": _A, "b": _B, "pods": _PODS},
            1019 // 64,
            id="pods-in-a-subnet-in-blocks",
        ),
    ],
)
def test_nodes_of_a_cluster(values: dict[str, Any], subnets: dict[str, IPv4Network], limit: int) -> None:
    assert node_counts(config({**_POOLS, **values}), subnets) == Counts(now=6, max=23, with_surge=31, limit=limit)


def test_pods_of_a_cluster() -> None:
    built = config(_POOLS)
    nodes = node_counts(built)
    assert pod_counts(built, nodes) == Counts(
        now=3 * 110 + 3 * 60, max=3 * 110 + 20 * 60, with_surge=4 * 110 + 27 * 60, limit=256 * 110
    )


def test_pods_of_a_large_cluster_are_limited_by_what_azure_tests() -> None:
    built = config({"networking": {"mode": "overlay", "podCidr": "10.0.0.0/8"}})
    assert pod_counts(built, node_counts(built)).limit == 200_000
