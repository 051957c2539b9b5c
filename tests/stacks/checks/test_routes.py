"""The form of routes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import network, problems

PATH = "networks.main.routeTables.t.routes"


def table(**routes: dict[str, Any]) -> dict[str, Any]:
    """The clean stack with a route table that nothing is attached to."""
    return network({"routeTables": {"t": {"routes": routes}}})


def test_appliance_without_an_address_is_refused() -> None:
    assert problems(table(a={"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"})) == [
        f"{PATH}.a: VirtualAppliance without an address; add nextHopIpAddress, the firewall's private address [CFG-27]"
    ]


@pytest.mark.parametrize("hop", ["VirtualNetworkGateway", "VnetLocal", "Internet", "None"])
def test_address_of_something_that_has_none_is_refused(hop: str) -> None:
    route = {"addressPrefix": "10.0.0.0/8", "nextHopType": hop}
    assert problems(table(a=route | {"nextHopIpAddress": "10.0.0.4"})) == [
        (
            f"{PATH}.a.nextHopIpAddress: 10.0.0.4 with {hop}, which has no address;"
            " remove it, or use VirtualAppliance [CFG-27]"
        )
    ]
    assert problems(table(a=route)) == []


def test_appliance_with_an_address_is_taken() -> None:
    route = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.0.4"}
    assert problems(table(a=route)) == []


@pytest.mark.parametrize(
    ("prefix", "fault"),
    [
        pytest.param(
            "10.0.0.0/33",
            "'10.0.0.0/33' is neither a range nor a service tag; write one such as 0.0.0.0/0 or AzureMonitor",
            id="malformed",
        ),
        pytest.param(
            "*", "'*' is neither a range nor a service tag; write one such as 0.0.0.0/0 or AzureMonitor", id="asterisk"
        ),
        pytest.param(
            "10.0.0.5/8", "10.0.0.5/8 has host bits set, which Azure refuses; write 10.0.0.0/8", id="host bits"
        ),
        pytest.param("10.0.0.5", "10.0.0.5 has no prefix length; write 10.0.0.5/32", id="address"),
    ],
)
def test_prefix_that_azure_refuses_is_refused(prefix: str, fault: str) -> None:
    assert problems(table(a={"addressPrefix": prefix, "nextHopType": "None"})) == [
        f"{PATH}.a.addressPrefix: {fault} [CFG-28]"
    ]


@pytest.mark.parametrize("prefix", ["0.0.0.0/0", "10.1.2.3/32", "AzureMonitor", "Storage.WestEurope", "fd00::/8"])
def test_prefix_that_azure_takes_is_taken(prefix: str) -> None:
    assert problems(table(a={"addressPrefix": prefix, "nextHopType": "None"})) == []


def test_second_route_for_a_prefix_is_refused() -> None:
    route = {"addressPrefix": "AzureMonitor", "nextHopType": "None"}
    assert problems(table(a=route, b=route | {"addressPrefix": "10.0.0.0/8"}, c=route)) == [
        f"{PATH}.c.addressPrefix: AzureMonitor is also the prefix of route a; remove one of them [CFG-28]"
    ]
