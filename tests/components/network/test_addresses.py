"""Address arithmetic against published vectors, and packing and overlaps against their definitions."""

from __future__ import annotations

import itertools
from ipaddress import IPv4Network, IPv6Network, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.facts.ranges import usable_addresses
from components.network.addresses import (
    NoSpace,
    Range,
    Request,
    free_ranges,
    overlapping,
    pack,
    prefix_for,
)

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


def net(text: str) -> IPv4Network:
    return IPv4Network(text)


def fixed(key: str, cidr: str) -> Request:
    return Request(key, net(cidr), 0)


def sized(key: str, prefix: int) -> Request:
    return Request(key, None, prefix)


def placed(spaces: list[str], *requests: Request) -> dict[str, str | None]:
    """Where each request lies; None where it finds no room."""
    found = pack([net(space) for space in spaces], requests)
    return {key: None if isinstance(place, NoSpace) else str(place) for key, place in found.items()}


# https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq: five addresses of every subnet are Azure's
USABLE = {29: 3, 28: 11, 27: 27, 26: 59, 25: 123, 24: 251, 23: 507, 22: 1019, 21: 2043, 20: 4091, 16: 65_531}


@pytest.mark.parametrize(("prefix", "usable"), USABLE.items())
def test_usable_addresses_are_all_but_five(prefix: int, usable: int) -> None:
    assert usable_addresses(net(f"10.0.0.0/{prefix}")) == usable


@pytest.mark.parametrize("prefix", [30, 31, 32])
def test_usable_addresses_are_never_negative(prefix: int) -> None:
    assert usable_addresses(net(f"10.0.0.0/{prefix}")) == 0


@pytest.mark.parametrize(("prefix", "usable"), USABLE.items())
def test_prefix_for_is_the_smallest_subnet_that_holds_the_need(prefix: int, usable: int) -> None:
    assert prefix_for(usable) == prefix
    assert prefix_for(usable + 1) == prefix - 1


@pytest.mark.parametrize(
    ("addresses", "prefix"),
    [
        pytest.param(0, 29, id="nothing"),
        pytest.param(1581, 21, id="50 nodes, surge 1, 30 pods each (published)"),
        pytest.param(1891, 21, id="60 nodes, surge 1, 30 pods each (published)"),
        pytest.param(133 * 31, 19, id="100 nodes, surge 33%, 30 pods each"),
        pytest.param(51 * 16, 22, id="50 nodes, surge 1, first batch of pod addresses"),
        pytest.param(51 * 48, 20, id="50 nodes, surge 1, 30 pods each in batches"),
        pytest.param(51 * 2 * 16, 21, id="50 nodes, surge 1, two blocks each"),
        pytest.param(2**30 - 5, 2, id="the largest subnet"),
        pytest.param(2**30 - 4, None, id="more than any subnet"),
    ],
)
def test_prefix_for_a_published_need(addresses: int, prefix: int | None) -> None:
    assert prefix_for(addresses) == prefix


def test_packing_goes_in_declared_order() -> None:
    first, second = sized("a", 24), sized("b", 23)
    assert placed(["10.0.0.0/16"], first, second) == {"a": "10.0.0.0/24", "b": "10.0.2.0/23"}
    assert placed(["10.0.0.0/16"], second, first) == {"b": "10.0.0.0/23", "a": "10.0.2.0/24"}


def test_packing_fills_gaps_that_alignment_left() -> None:
    requests = (sized("a", 24), sized("b", 23), sized("c", 24), sized("d", 25))
    assert placed(["10.0.0.0/16"], *requests) == {
        "a": "10.0.0.0/24",
        "b": "10.0.2.0/23",
        "c": "10.0.1.0/24",
        "d": "10.0.4.0/25",
    }


def test_packing_avoids_fixed_ranges_that_are_declared_before() -> None:
    requests = (fixed("a", "10.0.0.0/24"), fixed("c", "10.0.2.0/26"), sized("b", 24), sized("d", 26))
    assert placed(["10.0.0.0/16"], *requests) == {
        "a": "10.0.0.0/24",
        "c": "10.0.2.0/26",
        "b": "10.0.1.0/24",
        "d": "10.0.2.64/26",
    }


@pytest.mark.parametrize("taken", ["10.0.0.0/32", "10.0.0.7/32", "10.0.0.3/32", "10.0.0.4/30"])
def test_packing_avoids_a_range_that_covers_only_a_part_of_a_place(taken: str) -> None:
    assert placed(["10.0.0.0/28"], fixed("a", taken), sized("b", 29))["b"] == "10.0.0.8/29"


def test_packing_does_not_look_at_fixed_ranges_that_are_declared_after() -> None:
    assert placed(["10.0.0.0/16"], sized("a", 24), fixed("b", "10.0.0.0/25")) == {
        "a": "10.0.0.0/24",
        "b": "10.0.0.0/25",
    }


def test_packing_takes_fixed_ranges_as_they_are() -> None:
    requests = (fixed("a", "172.16.0.0/24"), fixed("b", "10.0.0.0/24"), fixed("c", "10.0.0.0/22"), sized("d", 24))
    assert placed(["10.0.0.0/16"], *requests) == {
        "a": "172.16.0.0/24",
        "b": "10.0.0.0/24",
        "c": "10.0.0.0/22",
        "d": "10.0.4.0/24",
    }


def test_packing_goes_on_in_the_next_range_of_the_address_space() -> None:
    requests = (sized("a", 25), sized("b", 24), sized("c", 25))
    assert placed(["10.0.0.0/24", "10.9.0.0/24"], *requests) == {
        "a": "10.0.0.0/25",
        "b": "10.9.0.0/24",
        "c": "10.0.0.128/25",
    }


def test_packing_says_what_is_still_free_where_there_is_no_room() -> None:
    requests = [sized("a", 25), sized("b", 27), sized("c", 25), sized("d", 26)]
    found = pack([net("10.0.0.0/24")], requests)
    assert found["c"] == NoSpace(requests[2], net("10.0.0.192/26"))
    assert found["d"] == net("10.0.0.192/26")


def test_packing_without_anything_free_says_so() -> None:
    requests = [fixed("a", "10.0.0.0/24"), sized("b", 29)]
    assert pack([net("10.0.0.0/24")], requests)["b"] == NoSpace(requests[1], None)
    assert pack([], [requests[1]])["b"] == NoSpace(requests[1], None)


def test_packing_reaches_both_ends_of_ipv4() -> None:
    assert placed(["0.0.0.0/29", "255.255.255.248/29"], sized("a", 29), sized("b", 29), sized("c", 29)) == {
        "a": "0.0.0.0/29",
        "b": "255.255.255.248/29",
        "c": None,
    }


def test_free_ranges_are_the_fewest_that_are_left() -> None:
    taken = [net("10.0.0.64/26"), net("10.0.0.0/27"), net("10.9.0.0/16")]
    assert [str(free) for free in free_ranges([net("10.0.0.0/24"), net("10.9.0.0/24"), net("10.8.0.0/30")], taken)] == [
        "10.0.0.32/27",
        "10.0.0.128/25",
        "10.8.0.0/30",
    ]


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        pytest.param(["10.0.0.3/32"], ["10.0.0.0/31", "10.0.0.2/32"], id="last address taken"),
        pytest.param(["10.0.0.0/31", "10.0.0.2/32"], ["10.0.0.3/32"], id="last address left"),
        pytest.param(["10.0.0.0/32"], ["10.0.0.1/32", "10.0.0.2/31"], id="first address taken"),
        pytest.param(["10.0.0.0/16"], [], id="all taken"),
    ],
)
def test_free_ranges_go_to_the_last_address(taken: list[str], free: list[str]) -> None:
    assert [str(found) for found in free_ranges([net("10.0.0.0/30")], [net(cidr) for cidr in taken])] == free


def ranges(*cidrs: str) -> list[Range]:
    return [Range("subnet", "", (), str(number), ip_network(cidr)) for number, cidr in enumerate(cidrs)]


def pairs(items: list[Range]) -> list[tuple[int, int]]:
    return [(items.index(first), items.index(second)) for first, second in overlapping(items)]


def test_overlaps_come_in_the_order_given() -> None:
    assert pairs(ranges("10.0.0.128/25", "10.1.0.0/24", "10.0.0.0/16", "10.0.0.0/24", "10.0.0.129/32")) == [
        (0, 2),
        (0, 3),
        (0, 4),
        (2, 3),
        (2, 4),
        (3, 4),
    ]


def test_neighbours_do_not_overlap() -> None:
    assert pairs(ranges("10.0.0.0/25", "10.0.0.128/25", "10.0.1.0/24")) == []


def test_ipv4_and_ipv6_do_not_overlap() -> None:
    assert pairs(ranges("::/0", "0.0.0.0/0", "::/96")) == [(0, 2)]


SPACES = st.lists(
    st.sampled_from([net("10.0.0.0/24"), net("10.0.1.0/25"), net("10.8.0.0/23"), net("192.168.7.0/26")]),
    min_size=1,
    unique=True,
)
INSIDE = st.builds(
    lambda number, prefix: IPv4Network((int(net("10.0.0.0/16")[0]) + number, prefix), strict=False),
    st.integers(0, 1023),
    st.integers(24, 32),
)
REQUESTS = st.lists(
    st.one_of(
        st.integers(25, 29).map(lambda prefix: Request("", None, prefix)), INSIDE.map(lambda cidr: Request("", cidr, 0))
    ),
    max_size=12,
).map(lambda requests: [Request(str(number), item.cidr, item.prefix) for number, item in enumerate(requests)])


@given(SPACES, REQUESTS)
def test_sized_subnets_lie_inside_the_space_and_apart_from_all_before_them(
    spaces: list[IPv4Network], requests: list[Request]
) -> None:
    before: list[IPv4Network] = []
    for request, place in zip(requests, pack(spaces, requests).values(), strict=True):
        if request.cidr is None and isinstance(place, IPv4Network):
            assert place.prefixlen == request.prefix
            assert any(place.subnet_of(space) for space in spaces)
            assert not any(place.overlaps(other) for other in before)
        if isinstance(place, IPv4Network):
            before.append(place)


@given(SPACES, REQUESTS)
def test_sized_subnets_take_the_first_place_there_is(spaces: list[IPv4Network], requests: list[Request]) -> None:
    before: list[IPv4Network] = []
    for request, place in zip(requests, pack(spaces, requests).values(), strict=True):
        if request.cidr is None:
            places = (
                candidate
                for space in spaces
                if space.prefixlen <= request.prefix
                for candidate in space.subnets(new_prefix=request.prefix)
                if not any(candidate.overlaps(other) for other in before)
            )
            expected = next(places, None)
            assert expected == (place if isinstance(place, IPv4Network) else None)
        if isinstance(place, IPv4Network):
            before.append(place)


@given(SPACES, REQUESTS, REQUESTS)
def test_appending_never_moves_anything(
    spaces: list[IPv4Network], requests: list[Request], more: list[Request]
) -> None:
    appended = [Request(f"more-{request.key}", request.cidr, request.prefix) for request in more]
    before = pack(spaces, requests)
    after = pack(spaces, [*requests, *appended])
    assert {key: after[key] for key in before} == before


@given(SPACES, REQUESTS)
def test_growing_the_address_space_never_moves_what_had_a_place(
    spaces: list[IPv4Network], requests: list[Request]
) -> None:
    before = pack(spaces, requests)
    after = pack([*spaces, net("172.16.0.0/16")], requests)
    if not any(isinstance(place, NoSpace) for place in before.values()):
        assert after == before


@given(SPACES, st.lists(INSIDE, max_size=8))
def test_free_ranges_are_exactly_what_is_not_taken(spaces: list[IPv4Network], taken: list[IPv4Network]) -> None:
    free = list(free_ranges(spaces, taken))
    expected = {address for space in spaces for address in space} - {address for cidr in taken for address in cidr}
    assert {address for cidr in free for address in cidr} == expected
    assert sum(cidr.num_addresses for cidr in free) == len(expected)


ANY_RANGE: st.SearchStrategy[IPv4Network | IPv6Network] = st.one_of(
    INSIDE,
    st.builds(
        lambda number, prefix: IPv6Network((number, prefix), strict=False), st.integers(0, 1023), st.integers(118, 128)
    ),
)


@given(st.lists(ANY_RANGE, max_size=14))
def test_overlaps_are_all_pairs_with_an_address_in_common(cidrs: list[IPv4Network | IPv6Network]) -> None:
    items = [Range("subnet", "", (number,), "", cidr) for number, cidr in enumerate(cidrs)]
    expected = [
        (one, other)
        for one, other in itertools.combinations(items, 2)
        if one.network.version == other.network.version and one.network.overlaps(other.network)
    ]
    assert list(overlapping(items)) == expected
