"""How many nodes given ranges hold: the capacity tables of Azure's documentation, read backwards."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest
from pydantic import TypeAdapter

from components.cluster.fitting import Ceiling, Ranges, ceilings
from components.cluster.modes.registry import Networking

SMALL = IPv4Network("10.0.0.0/24")
LARGE = IPv4Network("10.0.0.0/16")


def networking(**written: str) -> Any:
    adapter: TypeAdapter[Any] = TypeAdapter(Networking)
    return adapter.validate_python(written)


def test_node_subnet_of_251_addresses_holds_7_nodes_and_one_more() -> None:
    found = ceilings(networking(mode="nodeSubnet"), Ranges(SMALL), max_pods=30, max_surge=1)

    assert found[0] == Ceiling("subnet 10.0.0.0/24", 7, 1)


def test_overlay_range_gives_a_24_to_every_node() -> None:
    found = ceilings(networking(mode="overlay", podCidr="192.168.0.0/18"), Ranges(LARGE), max_pods=110, max_surge="33%")

    assert found[0] == Ceiling("podCidr 192.168.0.0/18", 48, 16)


@pytest.mark.parametrize(
    ("allocation", "max_pods", "nodes"), [("staticBlock", 31, 126), ("staticBlock", 32, 84), ("dynamic", 30, 84)]
)
def test_pod_subnet_holds_blocks_or_batches(allocation: str, max_pods: int, nodes: int) -> None:
    ranges = Ranges(LARGE, IPv4Network("10.1.0.0/20"))
    found = ceilings(networking(mode="podSubnet", allocation=allocation), ranges, max_pods=max_pods, max_surge=1)

    assert found[0] == Ceiling("podSubnet 10.1.0.0/20", nodes + (allocation == "staticBlock" and max_pods == 31), 1)


def test_aks_itself_is_a_ceiling() -> None:
    huge = Ranges(IPv4Network("10.0.0.0/8"))
    found = ceilings(networking(mode="overlay", podCidr="100.64.0.0/10"), huge, max_pods=10, max_surge=0)

    assert [ceiling.what for ceiling in found] == ["AKS", "podCidr 100.64.0.0/10", "subnet 10.0.0.0/8"]
    assert (found[0].nodes, found[1].nodes) == (5000, 16384)


def test_addresses_for_others_are_not_for_nodes() -> None:
    found = ceilings(networking(mode="overlay"), Ranges(SMALL, other_addresses=200), max_pods=110, max_surge=1)

    assert found[0] == Ceiling("subnet 10.0.0.0/24", 50, 1)


def test_range_too_small_for_anything_holds_nothing() -> None:
    found = ceilings(networking(mode="nodeSubnet"), Ranges(IPv4Network("10.0.0.0/29")), max_pods=30, max_surge=1)

    assert found[0] == Ceiling("subnet 10.0.0.0/29", 0, 0)
