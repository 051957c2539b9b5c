"""Gateways of the Istio add-on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, problems

_WHERE = "clusters.main.istio.egressGateways"


def egress(gateways: dict[str, Any], changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """The clean stack with the add-on, egress gateways, and a pool for them."""
    return cluster(
        {
            "istio": {"revisions": ["asm-1-30"], "egressGateways": gateways},
            "pools": {"gw": {"mode": "Gateway", "subnet": "nodes", "vmSize": "Standard_D4ds_v5", "count": 2}},
            **(changes or {}),
        }
    )


def found(values: dict[str, Any]) -> list[str]:
    """What the rules about egress gateways find."""
    return [each for each in problems(values) if each.endswith(("[IST-06]", "[IST-07]", "[CFG-06]"))]


@pytest.mark.parametrize("name", ["egress", "a", "partner.bank-1", "e" * 53])
def test_egress_gateway_with_a_name_for_one_passes(name: str) -> None:
    assert found(egress({name: {"pool": "gw"}})) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "Egress",
            "'Egress' is not a name for an egress gateway; use lowercase letters, digits, '-' and '.', a letter or"
            " digit first and last",
            id="capital",
        ),
        pytest.param(
            "egress-",
            "'egress-' is not a name for an egress gateway; use lowercase letters, digits, '-' and '.', a letter or"
            " digit first and last",
            id="hyphen-last",
        ),
        pytest.param(
            "e" * 54,
            f"'{'e' * 54}' has 54 characters, an egress gateway's name has at most 53; shorten it",
            id="too-long",
        ),
    ],
)
def test_egress_gateway_is_called_what_azure_takes(name: str, message: str) -> None:
    assert found(egress({name: {"pool": "gw"}})) == [f"{_WHERE}.{name}: {message} [IST-06]"]


@pytest.mark.parametrize(("count", "refused"), [(500, False), (501, True)])
def test_there_are_at_most_500_egress_gateways(count: int, *, refused: bool) -> None:
    gateways = {f"e{number}": {"pool": "gw"} for number in range(count)}
    message = f"{_WHERE}: 501 egress gateways, Azure takes at most 500; share some [IST-06]"
    assert found(egress(gateways)) == ([message] if refused else [])


def test_egress_gateway_stands_on_a_pool_that_is_there() -> None:
    assert found(egress({"egress": {"pool": "gone"}})) == [
        (
            f"{_WHERE}.egress.pool: 'gone' is not among the cluster's pools of mode Gateway: gw; declare it or use one"
            " of these [CFG-06]"
        )
    ]


def test_egress_gateway_stands_on_a_gateway_pool() -> None:
    assert found(egress({"egress": {"pool": "user"}})) == [
        (
            f"{_WHERE}.egress.pool: pool user is of mode User, an egress gateway needs one of mode Gateway; add one"
            " [IST-07]"
        )
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"networking": {"mode": "overlay", "ipFamilies": ["IPv4", "IPv6"]}},
            "egress gateways in a dual-stack cluster, which has no static egress; use ipFamilies [IPv4]",
            id="dual-stack",
        ),
        pytest.param(
            {"networking": {"mode": "podSubnet", "podCidr": ...}},
            "egress gateways with mode podSubnet, which has no static egress; use overlay or nodeSubnet",
            id="pod-subnet",
        ),
        pytest.param(
            {"acns": {"observability": True, "accelerationMode": "BpfVeth"}, "apiVersion": "2026-01-01"},
            "egress gateways beside accelerationMode BpfVeth, which goes around them; use accelerationMode None",
            id="host-routing",
        ),
    ],
)
def test_egress_gateway_needs_static_egress(changes: dict[str, Any], message: str) -> None:
    assert f"{_WHERE}: {message} [IST-07]" in found(egress({"egress": {"pool": "gw"}}, changes))
