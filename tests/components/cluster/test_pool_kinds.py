"""Special pools: what spot machines, gateways and pools on their way out send."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.pool_plan import PoolPlan
from tests.components.cluster.builder import plan


def pool(values: dict[str, Any], **cluster: Any) -> PoolPlan:
    """The plan of the pool `user`."""
    (planned,) = plan({"pools": {"user": values}, **cluster}).pools
    return planned


def sent(values: dict[str, Any], *names: str) -> dict[str, Any]:
    """Some of what the pool `user` sends."""
    properties = pool(values).properties
    return {name: properties[name] for name in names if name in properties}


SPOT = ("scaleSetPriority", "scaleSetEvictionPolicy", "spotMaxPrice", "nodeTaints", "nodeLabels", "upgradeSettings")


def test_a_regular_pool_says_nothing_of_spot() -> None:
    assert sent({}, *SPOT) == {
        "scaleSetPriority": "Regular",
        "nodeTaints": [],
        "nodeLabels": {},
        "upgradeSettings": {"maxSurge": "33%"},
    }


@pytest.mark.parametrize(
    ("values", "policy", "price"),
    [
        pytest.param({}, "Delete", -1, id="defaults"),
        pytest.param({"scaleSetEvictionPolicy": "Deallocate", "spotMaxPrice": 0.05}, "Deallocate", 0.05, id="given"),
    ],
)
def test_a_spot_pool_declares_what_aks_adds_and_has_no_surge(values: dict[str, Any], policy: str, price: float) -> None:
    taint = "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"
    assert sent({"scaleSetPriority": "Spot", "nodeTaints": ["a=b:NoSchedule"], **values}, *SPOT) == {
        "scaleSetPriority": "Spot",
        "scaleSetEvictionPolicy": policy,
        "spotMaxPrice": price,
        "nodeTaints": ["a=b:NoSchedule", taint],
        "nodeLabels": {"kubernetes.azure.com/scalesetpriority": "spot"},
        "upgradeSettings": {},
    }


def test_a_spot_pool_needs_no_room_for_surge() -> None:
    values = {"minCount": 1, "maxCount": 10}
    surge = [
        plan({"pools": {"user": {**values, "scaleSetPriority": priority}}}).nodes.with_surge
        for priority in ("Regular", "Spot")
    ]
    assert surge == [18, 14]


def test_a_gateway_pool_sends_its_prefix_and_turns_on_static_egress() -> None:
    values = {"mode": "Gateway", "count": 2, "gatewayProfile": {"publicIPPrefixSize": 30}}
    assert sent(values, "mode", "gatewayProfile") == {"mode": "Gateway", "gatewayProfile": {"publicIPPrefixSize": 30}}
    assert plan({"pools": {"egress": values}}).properties["networkProfile"]["staticEgressGatewayProfile"] == {
        "enabled": True
    }


@pytest.mark.parametrize(
    ("values", "enabled"),
    [
        pytest.param({}, False, id="no-gateway"),
        pytest.param({"staticEgressGatewayProfile": {"enabled": True}}, True, id="before-its-pool"),
    ],
)
def test_static_egress_is_what_is_said(*, values: dict[str, Any], enabled: bool) -> None:
    assert plan(values).properties["networkProfile"]["staticEgressGatewayProfile"] == {"enabled": enabled}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"minCount": 3, "maxCount": 20}, (0, 20), id="autoscaled"),
        pytest.param({"minCount": 3, "maxCount": 20, "mode": "System"}, (1, 20), id="system-keeps-one"),
        pytest.param({"count": 5}, (None, None), id="fixed"),
    ],
)
def test_a_pool_on_its_way_out_takes_nothing_new_may_shrink_and_may_be_removed(
    values: dict[str, Any], expected: tuple[int | None, int | None]
) -> None:
    active, retiring = pool(values), pool({**values, "state": "retiring"})
    assert retiring.properties["nodeTaints"] == ["retiring=true:NoSchedule"]
    assert (retiring.properties.get("minCount"), retiring.properties.get("maxCount")) == expected
    assert (active.protect, retiring.protect) == (True, False)
    changed = {name for name in active.properties if active.properties[name] != retiring.properties.get(name)}
    assert changed <= {"nodeTaints", "minCount"}


def test_retiring_overrules_protection_of_the_pool() -> None:
    assert pool({"state": "retiring", "protect": True}).protect is False


def test_local_dns_is_sent_where_it_is_said() -> None:
    profile = {"mode": "Required", "vnetDNSOverrides": {".": {"protocol": "ForceTCP", "maxConcurrent": 1000}}}
    assert sent({"localDNSProfile": profile}, "localDNSProfile") == {"localDNSProfile": profile}
    assert sent({}, "localDNSProfile") == {}
