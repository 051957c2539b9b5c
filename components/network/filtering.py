"""What the rules of a network security group do to traffic: in order of priority, the first rule that matches decides.

Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network, ip_network
from itertools import product
from math import prod
from typing import Literal

from components.network.config import SecurityRuleConfig

Direction = Literal["Inbound", "Outbound"]

Interval = tuple[int, int]
"""First and last of a run of addresses, ports or protocols."""

Traffic = tuple[Interval, Interval, Interval, Interval, Interval]
"""A set of packets: addresses and ports they come from, addresses and ports they go to, and protocols."""

Tags = Mapping[str, Sequence[Interval]]
"""Addresses of service tags, by name in lower case and without a region; a tag that is not here has none."""

AZURE_SERVICES = (2**32, 2**32)
"""Stands for the addresses of Azure's own services, which change: one address beyond those of IPv4."""

_EVERYWHERE = (0, 2**32)
_EVERY_PORT = (0, 65_535)
_PROTOCOLS = {"Tcp": (0, 0), "Udp": (1, 1), "Icmp": (2, 2), "Esp": (3, 3), "Ah": (4, 4), "*": (0, 4)}
TCP = _PROTOCOLS["Tcp"]
UDP = _PROTOCOLS["Udp"]
ESP = _PROTOCOLS["Esp"]
SPOKEN_PROTOCOLS = (0, 2)
"""TCP, UDP and ICMP, which is what pods and nodes speak; ESP only where nodes encrypt by IPsec."""


def interval(cidr: IPv4Network) -> Interval:
    """The addresses of a range."""
    return int(cidr.network_address), int(cidr.broadcast_address)


def traffic(
    source: Interval, destination: Interval, *, port: int | None = None, protocols: Interval = SPOKEN_PROTOCOLS
) -> Traffic:
    """Everything between two runs of addresses, from any port, to one port or all."""
    return source, _EVERY_PORT, destination, _EVERY_PORT if port is None else (port, port), protocols


def denying_rules(
    rules: Mapping[str, SecurityRuleConfig], direction: Direction, wanted: Traffic, tags: Tags
) -> Iterator[str]:
    """Names of the Deny rules that stop some of the wanted traffic, as no rule before them allows it; by priority.

    Azure's default rules come after all of these and allow everything inside a virtual network.
    """
    ordered = sorted((rule.priority, name) for name, rule in rules.items() if rule.direction == direction)
    allowed: list[Traffic] = []
    for _, name in ordered:
        matched = [part for box in _matches(rules[name], tags) if (part := _common(box, wanted)) is not None]
        if rules[name].access == "Allow":
            allowed += matched
        elif not all(_is_covered(part, allowed) for part in matched):
            yield name


def _matches(rule: SecurityRuleConfig, tags: Tags) -> Iterator[Traffic]:
    """What a rule matches; of malformed parts nothing."""
    protocol = _PROTOCOLS.get(rule.protocol)
    if protocol is None:
        return
    yield from product(
        [found for prefix in rule.source_address_prefixes for found in _addresses(prefix, tags)],
        [found for ports in rule.source_port_ranges for found in _ports(ports)],
        [found for prefix in rule.destination_address_prefixes for found in _addresses(prefix, tags)],
        [found for ports in rule.destination_port_ranges for found in _ports(ports)],
        [protocol],
    )


def _addresses(prefix: str, tags: Tags) -> Sequence[Interval]:
    if prefix in ("*", "0.0.0.0/0"):
        return [_EVERYWHERE]
    try:
        cidr = ip_network(prefix, strict=False)
    except ValueError:
        return tags.get(prefix.partition(".")[0].lower(), ())
    return [interval(cidr)] if isinstance(cidr, IPv4Network) else []


def _ports(ports: str) -> Sequence[Interval]:
    if ports == "*":
        return [_EVERY_PORT]
    first, _, last = ports.partition("-")
    return [(int(first), int(last or first))] if first.isdecimal() and (last or first).isdecimal() else []


def _common(one: Traffic, other: Traffic) -> Traffic | None:
    """What two sets have in common; None where that is nothing."""
    low = [max(a[0], b[0]) for a, b in zip(one, other, strict=True)]
    high = [min(a[1], b[1]) for a, b in zip(one, other, strict=True)]
    if any(first > last for first, last in zip(low, high, strict=True)):
        return None
    return (low[0], high[0]), (low[1], high[1]), (low[2], high[2]), (low[3], high[3]), (low[4], high[4])


def _is_covered(wanted: Traffic, allowed: Sequence[Traffic]) -> bool:
    """Whether the allowed sets together hold all of the wanted one: cut away each in turn and see what is left."""
    # the largest first: where one of them holds everything, nothing has to be cut
    largest = sorted(allowed, key=lambda box: -prod(last - first + 1 for first, last in box))
    left = [(wanted, 0)]
    while left:
        rest, start = left.pop()
        for index in range(start, len(largest)):
            common = _common(rest, largest[index])
            if common is not None:
                left += [(piece, index + 1) for piece in _without(rest, common)]
                break
        else:
            return False
    return True


def _without(box: Traffic, hole: Traffic) -> Iterator[Traffic]:
    """A set without a part of it, in disjoint pieces."""
    rest = list(box)
    for axis, (first, last) in enumerate(hole):
        low, high = rest[axis]
        for piece in ((low, first - 1), (last + 1, high)):
            if piece[0] <= piece[1]:
                cut = [*rest[:axis], piece, *rest[axis + 1 :]]
                yield cut[0], cut[1], cut[2], cut[3], cut[4]
        rest[axis] = (first, last)
