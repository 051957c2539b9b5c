"""Sets of ports as intents mean them: ranges of a protocol, or everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

FIRST_PORT = 1
LAST_PORT = 65535


@dataclass(frozen=True, slots=True, order=True)
class PortRange:
    """Ports of one protocol, from `first` to `last`, both included."""

    protocol: str
    first: int
    last: int

    def __contains__(self, port: int) -> bool:
        return self.first <= port <= self.last

    def __str__(self) -> str:
        numbers = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return numbers if self.protocol == "TCP" else f"{numbers}/{self.protocol}"

    @property
    def is_range(self) -> bool:
        """Whether it is more than one port."""
        return self.first != self.last

    def covers(self, other: PortRange) -> bool:
        """Whether every port of the other is in it."""
        return self.protocol == other.protocol and self.first <= other.first and other.last <= self.last

    def overlaps(self, other: PortRange) -> bool:
        """Whether some port is in both."""
        return self.protocol == other.protocol and self.first <= other.last and other.first <= self.last


Ports = tuple[PortRange, ...]
"""Ranges, sorted; empty means every port and every protocol, ICMP as well."""


def port_set(ranges: Iterable[PortRange]) -> Ports:
    """Ranges as a set: sorted, each once."""
    return tuple(sorted(set(ranges)))


def ports_cover(whole: Ports, part: Ports) -> bool:
    """Whether every port of `part` is in `whole`."""
    if not whole:
        return True
    return bool(part) and all(any(one.covers(other) for one in whole) for other in part)


def ports_overlap(first: Ports, second: Ports) -> bool:
    """Whether some port is in both."""
    if not first or not second:
        return True
    return any(one.overlaps(other) for one in first for other in second)


def ports_hold(ports: Ports, protocol: str, port: int) -> bool:
    """Whether a port of a protocol is in the set."""
    return not ports or any(one.protocol == protocol and port in one for one in ports)


def ports_text(ports: Ports) -> str:
    """The ports as messages show them; empty for everything."""
    return ",".join(str(one) for one in ports)
