"""Subnets given by size or by range, and what `fit` may be used for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import findings, network, problems, stack

PIN = "pin it with 'cilia plan --pin' or give a size"


def nodes(**changes: Any) -> dict[str, Any]:
    """The clean stack with a computed size for its node subnet."""
    return network({"subnets": {"nodes": {"cidr": ..., "size": "fit", **changes}}})


def test_subnet_with_range_and_size_is_refused() -> None:
    for size, shown in (("/24", "/24"), ("fit", "fit")):
        assert problems(network({"subnets": {"nodes": {"size": size}}})) == [
            f"networks.main.subnets.nodes.size: {shown} beside cidr 10.20.0.0/24; remove one of them [CFG-20]"
        ]


def test_subnet_with_neither_is_refused() -> None:
    assert problems(network({"subnets": {"other": {}}})) == [
        "networks.main.subnets.other: neither cidr nor size; add cidr with a range, or size such as /24 or fit [CFG-20]"
    ]


def test_subnet_with_one_of_them_is_taken() -> None:
    assert problems(network({"subnets": {"a": {"size": "/24"}, "b": {"cidr": "10.20.9.0/24"}}})) == []


def test_size_that_follows_the_pools_is_a_warning_where_subnets_are_protected() -> None:
    assert problems(nodes()) == [
        f"networks.main.subnets.nodes.size: warning: fit is 10.20.0.0/26 now and grows with its pools; {PIN} [PIN-01]"
    ]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(nodes(protect=False), id="subnet"),
        pytest.param(nodes() | {"cilia:environment": {"resourceGroup": {"name": "rg"}, "protect": False}}, id="stack"),
        pytest.param(network({"protect": False, "subnets": {"nodes": {"cidr": ..., "size": "fit"}}}), id="network"),
    ],
)
def test_size_that_follows_the_pools_is_taken_where_subnets_are_not_protected(values: dict[str, Any]) -> None:
    assert problems(values) == []


def test_protected_subnet_in_an_unprotected_stack_is_a_warning() -> None:
    values = nodes(protect=True) | {"cilia:environment": {"resourceGroup": {"name": "rg"}, "protect": False}}
    assert problems(values) == [
        f"networks.main.subnets.nodes.size: warning: fit is 10.20.0.0/26 now and grows with its pools; {PIN} [PIN-01]"
    ]


def test_retired_subnet_of_unknown_size_is_refused() -> None:
    assert problems(network({"subnets": {"old": {"size": "fit", "retired": True}}})) == [
        (
            "networks.main.subnets.old.size: fit for a retired subnet, which has no pools;"
            " give the size or cidr it had [CFG-21]"
        )
    ]
    assert problems(network({"subnets": {"old": {"size": "/24", "retired": True}}})) == []


def test_subnet_that_fits_nothing_is_a_warning() -> None:
    assert problems(network({"subnets": {"spare": {"size": "fit"}}})) == [
        (
            "networks.main.subnets.spare.size: warning: fit with no pools and no otherAddresses is 10.20.1.0/29;"
            " use the subnet, or give a size [CFG-22]"
        )
    ]


def test_subnet_that_fits_other_addresses_is_taken() -> None:
    values = network({"protect": False, "subnets": {"spare": {"size": "fit", "otherAddresses": 4}}})
    assert problems(values) == []


def test_subnet_whose_users_may_not_have_parsed_is_not_said_to_have_none() -> None:
    values = stack(
        {
            "cilia:networks": {"main": {"subnets": {"spare": {"size": "fit"}}}},
            "cilia:clusters": {"main": {"pools": {"more": {"subnet": "spare", "count": "three"}}}},
        }
    )
    assert findings("CFG-22", values) == []
