"""The form of security rules: priorities, address prefixes and ports."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import network, problems

RULE = {"priority": 100, "direction": "Inbound", "access": "Allow"}
PATH = "networks.main.securityGroups.g.rules"


def group(**rules: dict[str, Any]) -> dict[str, Any]:
    """The clean stack with a security group that nothing is attached to."""
    return network({"securityGroups": {"g": {"rules": {name: RULE | rule for name, rule in rules.items()}}}})


@pytest.mark.parametrize("priority", [99, 4097, 0, -1, 65_000])
def test_priority_that_azure_refuses_is_refused(priority: int) -> None:
    assert problems(group(a={"priority": priority})) == [
        f"{PATH}.a.priority: {priority} is not a priority, Azure takes 100 to 4096; use one in between [CFG-23]"
    ]


def test_first_and_last_priority_are_taken() -> None:
    assert problems(group(a={"priority": 100}, b={"priority": 4096})) == []


def test_priority_of_two_rules_of_a_direction_is_refused() -> None:
    assert problems(group(a={}, b={"priority": 200}, c={})) == [
        f"{PATH}.c.priority: 100 is also the priority of Inbound rule a; use another [CFG-23]"
    ]
    assert problems(group(a={}, b={"direction": "Outbound"})) == []


@pytest.mark.parametrize("side", ["source", "destination"])
@pytest.mark.parametrize(
    ("prefixes", "fault"),
    [
        pytest.param([], "empty, which Azure refuses; write '*' for any address", id="none"),
        pytest.param(
            ["10.0.0.0/24", "*"], "* beside 1 more, which Azure refuses; use a rule of its own for it", id="asterisk"
        ),
        pytest.param(
            ["10.0.0.0/24", "VirtualNetwork", "10.0.1.0/24"],
            "VirtualNetwork beside 2 more, which Azure refuses; use a rule of its own for it",
            id="service tag",
        ),
        pytest.param(
            ["10.0.0.0/33"],
            "'10.0.0.0/33' is neither a range nor a service tag; write one such as 10.0.0.0/16, VirtualNetwork or *",
            id="malformed range",
        ),
        pytest.param(
            ["10.0.0"],
            "'10.0.0' is neither a range nor a service tag; write one such as 10.0.0.0/16, VirtualNetwork or *",
            id="malformed address",
        ),
        pytest.param(
            ["10.0.0.0/24,10.0.1.0/24"],
            "'10.0.0.0/24,10.0.1.0/24' is neither a range nor a service tag;"
            " write one such as 10.0.0.0/16, VirtualNetwork or *",
            id="list in one text",
        ),
        pytest.param(
            ["50.206.209.68/27"],
            "50.206.209.68/27 has host bits set, which Azure refuses; write 50.206.209.64/27",
            id="host bits",
        ),
        pytest.param(
            ["1.1.0.22/32", "1.1.0.0/24"],
            "1.1.0.22/32 and 1.1.0.0/24 overlap, which Azure refuses; remove 1.1.0.22/32",
            id="overlap",
        ),
        pytest.param(
            ["10.0.0.0/24", "fd00::/64"], "IPv4 beside IPv6, which Azure refuses; use a rule for each", id="families"
        ),
    ],
)
def test_prefixes_that_azure_refuses_are_refused(side: str, prefixes: list[str], fault: str) -> None:
    assert problems(group(a={f"{side}AddressPrefixes": prefixes})) == [
        f"{PATH}.a.{side}AddressPrefixes: {fault} [CFG-24]"
    ]


@pytest.mark.parametrize(
    "prefixes",
    [
        pytest.param(["*"], id="asterisk"),
        pytest.param(["VirtualNetwork"], id="service tag"),
        pytest.param(["Storage.WestEurope"], id="regional service tag"),
        pytest.param(["0.0.0.0/0"], id="everywhere"),
        pytest.param(["10.0.0.4"], id="address"),
        pytest.param(["10.0.0.0/24", "10.0.1.0/24", "10.0.2.4"], id="ranges"),
        pytest.param(["fd00:0::/64"], id="IPv6"),
    ],
)
def test_prefixes_that_azure_takes_are_taken(prefixes: list[str]) -> None:
    assert problems(group(a={"sourceAddressPrefixes": prefixes, "destinationAddressPrefixes": prefixes})) == []


@pytest.mark.parametrize("side", ["source", "destination"])
@pytest.mark.parametrize(
    ("ports", "fault"),
    [
        pytest.param([], "empty, which Azure refuses; write '*' for any port", id="none"),
        pytest.param(["443", "*"], "* beside 1 more, which Azure refuses; use only *", id="asterisk"),
        pytest.param(
            ["80,443"],
            "'80,443' is not a port; write one such as '443', a range such as '30000-32767', or *",
            id="list",
        ),
        pytest.param(
            ["any"], "'any' is not a port; write one such as '443', a range such as '30000-32767', or *", id="word"
        ),
        pytest.param(
            ["65536"],
            "65536 is not within 0 to 65,535 from low to high; write a range such as '30000-32767'",
            id="large",
        ),
        pytest.param(
            ["443-80"],
            "443-80 is not within 0 to 65,535 from low to high; write a range such as '30000-32767'",
            id="backwards",
        ),
    ],
)
def test_ports_that_azure_refuses_are_refused(side: str, ports: list[str], fault: str) -> None:
    assert problems(group(a={f"{side}PortRanges": ports})) == [f"{PATH}.a.{side}PortRanges: {fault} [CFG-25]"]


@pytest.mark.parametrize("ports", [["*"], ["443"], ["0-65535"], ["80", "443", "30000-32767"]])
def test_ports_that_azure_takes_are_taken(ports: list[str]) -> None:
    assert problems(group(a={"sourcePortRanges": ports, "destinationPortRanges": ports})) == []
