"""Sets of ports: what covers and what overlaps what."""

from __future__ import annotations

import pytest

from policies.ports import PortRange, Ports, port_set, ports_cover, ports_hold, ports_overlap, ports_text

HTTP, ALL_TCP, DNS = PortRange("TCP", 80, 80), PortRange("TCP", 1, 65535), PortRange("UDP", 53, 53)


@pytest.mark.parametrize(
    ("whole", "part", "covers", "overlaps"),
    [
        pytest.param((), (HTTP,), True, True, id="everything"),
        pytest.param((HTTP,), (), False, True, id="everything-in-a-port"),
        pytest.param((ALL_TCP,), (HTTP,), True, True, id="a-range"),
        pytest.param((HTTP,), (ALL_TCP,), False, True, id="a-port-in-a-range"),
        pytest.param((HTTP,), (PortRange("UDP", 80, 80),), False, False, id="another-protocol"),
        pytest.param((HTTP, DNS), (DNS,), True, True, id="one-of-two"),
        pytest.param((HTTP,), (HTTP, DNS), False, True, id="two-in-one"),
    ],
)
def test_covering_and_overlapping(*, whole: Ports, part: Ports, covers: bool, overlaps: bool) -> None:
    assert (ports_cover(whole, part), ports_overlap(whole, part)) == (covers, overlaps)


def test_a_set_is_sorted_and_holds_each_range_once() -> None:
    found = port_set([DNS, HTTP, DNS])
    assert found == (HTTP, DNS)
    assert ports_text(found) == "80,53/UDP"
    assert ports_hold(found, "UDP", 53)
    assert not ports_hold(found, "TCP", 53)
