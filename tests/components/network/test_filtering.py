"""What security rules do to traffic: priorities, directions, parts of rules, and rules that only together allow all."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from random import Random
from typing import Any

import pytest

from components.network.config import SecurityRuleConfig
from components.network.filtering import (
    AZURE_SERVICES,
    TCP,
    Direction,
    Tags,
    Traffic,
    denying_rules,
    interval,
    traffic,
)

NODES, PODS = IPv4Network("10.20.0.0/24"), IPv4Network("192.168.0.0/16")
WANTED = traffic(interval(NODES), interval(PODS))
TAGS: Tags = {"virtualnetwork": [interval(NODES)], "internet": [AZURE_SERVICES]}


def rule(priority: int, access: str, **changes: Any) -> SecurityRuleConfig:
    """An inbound rule for everything, with changes under Azure's names."""
    return SecurityRuleConfig.model_validate(
        {"priority": priority, "direction": "Inbound", "access": access, **changes}
    )


def denying(*rules: SecurityRuleConfig, wanted: Traffic = WANTED, direction: Direction = "Inbound") -> list[int]:
    """Positions of the rules that deny."""
    named = {str(position): item for position, item in enumerate(rules)}
    return [int(name) for name in denying_rules(named, direction, wanted, TAGS)]


def test_without_a_deny_rule_nothing_is_denied() -> None:
    assert denying() == []
    assert denying(rule(100, "Allow")) == []


def test_deny_rule_for_everything_denies() -> None:
    assert denying(rule(4096, "Deny")) == [0]


def test_first_match_decides_whatever_the_order_of_writing() -> None:
    assert denying(rule(200, "Deny"), rule(100, "Allow")) == []
    assert denying(rule(100, "Deny"), rule(200, "Allow")) == [0]


def test_rules_of_the_other_direction_do_not_count() -> None:
    assert denying(rule(100, "Allow", direction="Outbound"), rule(200, "Deny")) == [1]
    assert denying(rule(200, "Deny"), direction="Outbound") == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"sourceAddressPrefixes": ["10.20.0.128/25"]}, id="half of the sources"),
        pytest.param({"destinationAddressPrefixes": ["192.168.255.255"]}, id="one destination"),
        pytest.param({"destinationPortRanges": ["10250"]}, id="one port"),
        pytest.param({"sourcePortRanges": ["0-1023"]}, id="some source ports"),
        pytest.param({"protocol": "Icmp"}, id="one protocol"),
        pytest.param({"sourceAddressPrefixes": ["VirtualNetwork"]}, id="a service tag"),
        pytest.param({"destinationAddressPrefixes": ["0.0.0.0/0"]}, id="everywhere as a range"),
    ],
)
def test_deny_rule_for_a_part_denies_unless_that_part_is_allowed_before(changes: dict[str, Any]) -> None:
    assert denying(rule(200, "Deny", **changes)) == [0]
    assert denying(rule(100, "Allow", **changes), rule(200, "Deny", **changes)) == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"sourceAddressPrefixes": ["10.20.1.0/24"]}, id="other sources"),
        pytest.param({"destinationAddressPrefixes": ["10.0.0.0/8"]}, id="other destinations"),
        pytest.param({"sourceAddressPrefixes": ["Internet"]}, id="internet"),
        pytest.param({"sourceAddressPrefixes": ["AzureLoadBalancer"]}, id="tag of which nothing is known"),
        pytest.param({"sourceAddressPrefixes": ["fd00::/8"]}, id="IPv6"),
        pytest.param({"protocol": "Esp"}, id="protocol that nothing in a cluster speaks"),
        pytest.param({"destinationPortRanges": ["x"]}, id="malformed port"),
        pytest.param({"destinationPortRanges": ["443-x"]}, id="malformed range of ports"),
        pytest.param({"sourceAddressPrefixes": ["10.20.0.0/240"]}, id="malformed range"),
    ],
)
def test_deny_rule_for_other_traffic_does_not_deny(changes: dict[str, Any]) -> None:
    assert denying(rule(100, "Deny", **changes)) == []


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([{"protocol": "Tcp"}, {"protocol": "Udp"}, {"protocol": "Icmp"}], id="protocols"),
        pytest.param([{"destinationPortRanges": ["0-1023"]}, {"destinationPortRanges": ["1024-65535"]}], id="ports"),
        pytest.param([{"sourcePortRanges": ["0-1023"]}, {"sourcePortRanges": ["1024-65535"]}], id="source ports"),
        pytest.param(
            [{"sourceAddressPrefixes": ["10.20.0.0/25"]}, {"sourceAddressPrefixes": ["10.20.0.128/25"]}], id="sources"
        ),
        pytest.param(
            [
                {"protocol": "Tcp"},
                {"protocol": "Udp", "sourceAddressPrefixes": ["VirtualNetwork"]},
                {"protocol": "Icmp"},
            ],
            id="protocols and a tag",
        ),
    ],
)
def test_rules_that_only_together_allow_everything_do(parts: list[dict[str, Any]]) -> None:
    allows = [rule(100 + number, "Allow", **part) for number, part in enumerate(parts)]
    assert denying(*allows, rule(4000, "Deny")) == []
    for missing in range(len(allows)):
        rest = [item for number, item in enumerate(allows) if number != missing]
        assert denying(*rest, rule(4000, "Deny")) == [len(rest)]


def test_every_deny_rule_that_denies_something_is_named_by_priority() -> None:
    rules = (rule(300, "Deny"), rule(100, "Deny", protocol="Tcp"), rule(200, "Allow", protocol="Udp"))
    assert denying(*rules) == [1, 0]


def test_azure_services_are_beyond_every_range_but_within_everywhere() -> None:
    outside = traffic(interval(NODES), AZURE_SERVICES, port=443, protocols=TCP)
    assert denying(rule(100, "Deny", destinationAddressPrefixes=["Internet"]), wanted=outside) == [0]
    assert denying(rule(100, "Deny", destinationAddressPrefixes=["*"]), wanted=outside) == [0]
    assert denying(rule(100, "Deny", destinationAddressPrefixes=["128.0.0.0/1"]), wanted=outside) == []
    assert denying(rule(100, "Deny", destinationPortRanges=["80"]), wanted=outside) == []
    regional = rule(100, "Allow", destinationAddressPrefixes=["Internet.westeurope"], destinationPortRanges=["443"])
    assert denying(regional, rule(200, "Deny"), wanted=outside) == []


def random_rules(random: Random) -> list[SecurityRuleConfig]:
    def prefix() -> str:
        return random.choice(["*", "10.20.0.0/30", "10.20.0.0/31", "10.20.0.2/31", "10.20.0.1", "10.20.0.3/32"])

    def ports() -> str:
        return random.choice(["*", "0-1", "1", "1-2", "2-65535"])

    return [
        rule(
            100 + number,
            random.choice(["Allow", "Allow", "Deny"]),
            protocol=random.choice(["*", "Tcp", "Udp"]),
            sourceAddressPrefixes=[prefix()],
            destinationAddressPrefixes=[prefix()],
            destinationPortRanges=[ports()],
        )
        for number in range(random.randrange(1, 9))
    ]


def packet_denied_by(rules: list[SecurityRuleConfig], source: int, target: int, port: int, protocol: str) -> int | None:
    """The definition: the first rule that matches one packet, if it denies it."""

    def within(address: int, prefix: str) -> bool:
        return prefix == "*" or IPv4Address(address) in IPv4Network(prefix)

    def matches(item: SecurityRuleConfig) -> bool:
        first, _, last = item.destination_port_ranges[0].partition("-")
        return (
            item.protocol in ("*", protocol)
            and within(source, item.source_address_prefixes[0])
            and within(target, item.destination_address_prefixes[0])
            and (first == "*" or int(first) <= port <= int(last or first))
        )

    decisive = next((number for number, item in enumerate(rules) if matches(item)), None)
    return decisive if decisive is not None and rules[decisive].access == "Deny" else None


@pytest.mark.parametrize("seed", range(60))
def test_denying_rules_are_those_that_deny_some_packet_no_rule_allows(seed: int) -> None:
    """Against each packet on its own; a Deny rule after another one that denies the same packets is named too."""
    rules = random_rules(Random(seed))  # noqa: S311 - the same rules every time are what is wanted
    small = IPv4Network("10.20.0.0/30")
    packets = [
        (int(source), int(target), port, protocol)
        for source in small
        for target in small
        for port in (0, 1, 2, 3)
        for protocol in ("Tcp", "Udp", "Icmp")
    ]
    expected = [
        number
        for number, item in enumerate(rules)
        if item.access == "Deny"
        and any(
            packet_denied_by([other for other in rules[:number] if other.access == "Allow"] + [item], *packet)
            is not None
            for packet in packets
        )
    ]
    assert denying(*rules, wanted=traffic(interval(small), interval(small))) == expected
