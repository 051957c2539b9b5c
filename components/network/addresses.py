"""Address arithmetic: packing sized subnets, the smallest prefix for a need, and overlaps between any ranges.

Packing is append-only by construction: a sized subnet takes the lowest free aligned range, given only what is declared
before it, so declaring something after it never moves it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network, summarize_address_range

from components.facts import limits
from components.problems import KeyPath


@dataclass(frozen=True, slots=True)
class Request:
    """A subnet that wants a place.

    Attributes:
        key: Its key among the subnets.
        cidr: The fixed range, or None.
        prefix: The prefix length wanted where no range is fixed.
    """

    key: str
    cidr: IPv4Network | None
    prefix: int


@dataclass(frozen=True, slots=True)
class NoSpace:
    """A request that fits nowhere.

    Attributes:
        request: The request.
        largest_free: The largest aligned range still free where it was looked for, or None.
    """

    request: Request
    largest_free: IPv4Network | None


def prefix_for(addresses: int) -> int | None:
    """The longest prefix of an Azure subnet with at least this many usable addresses; None if no subnet has as many."""
    for prefix in range(limits.SMALLEST_SUBNET_PREFIX, limits.LARGEST_SUBNET_PREFIX - 1, -1):
        if 2 ** (32 - prefix) - limits.AZURE_RESERVED_ADDRESSES >= addresses:
            return prefix
    return None


def pack(spaces: Sequence[IPv4Network], requests: Iterable[Request]) -> dict[str, IPv4Network | NoSpace]:
    """A range for every request, in the order declared: fixed ones as they are, sized ones in the lowest free place.

    Fixed ranges are taken as given, even outside the spaces or on top of each other; overlaps are for `overlapping`.
    """
    taken: list[tuple[int, int]] = []
    placed: dict[str, IPv4Network | NoSpace] = {}
    for request in requests:
        place = request.cidr or _lowest_free(spaces, taken, request.prefix)
        if place is None:
            gaps = sorted(_gaps(spaces, taken), key=lambda gap: (gap.prefixlen, gap))
            placed[request.key] = NoSpace(request, gaps[0] if gaps else None)
            continue
        _take(taken, *_bounds(place))
        placed[request.key] = place
    return placed


def _bounds(block: IPv4Network) -> tuple[int, int]:
    return int(block.network_address), int(block.broadcast_address)


def _take(taken: list[tuple[int, int]], first: int, last: int) -> None:
    """Adds a run of addresses, merged with those it touches: the runs stay disjoint, in order, and few."""
    start = bisect_left(taken, first, key=lambda run: run[1] + 1)
    end = bisect_right(taken, last + 1, key=lambda run: run[0])
    if start < end:
        first, last = min(first, taken[start][0]), max(last, taken[end - 1][1])
    taken[start:end] = [(first, last)]


def _lowest_free(spaces: Sequence[IPv4Network], blocks: list[tuple[int, int]], prefix: int) -> IPv4Network | None:
    """The lowest aligned free block of this prefix; `blocks` are the taken bounds in order."""
    step = 2 ** (32 - prefix)
    for space in spaces:
        last = int(space.broadcast_address)
        start = -(-int(space.network_address) // step) * step
        for first_taken, last_taken in blocks:
            if start + step - 1 < first_taken:
                break
            if last_taken >= start:
                start = -(-(last_taken + 1) // step) * step
        if start + step - 1 <= last:
            return IPv4Network((start, prefix))
    return None


def free_ranges(spaces: Iterable[IPv4Network], taken: Iterable[IPv4Network]) -> Iterator[IPv4Network]:
    """What is left of the spaces, as the fewest aligned ranges, in order of address within each space."""
    return _gaps(spaces, sorted(_bounds(block) for block in taken))


def _gaps(spaces: Iterable[IPv4Network], blocks: list[tuple[int, int]]) -> Iterator[IPv4Network]:
    for space in spaces:
        start, last = int(space.network_address), int(space.broadcast_address)
        for first_taken, last_taken in blocks:
            if first_taken > last:
                break
            if first_taken > start:
                yield from summarize_address_range(IPv4Address(start), IPv4Address(first_taken - 1))
            start = max(start, last_taken + 1)
        if start <= last:
            yield from summarize_address_range(IPv4Address(start), IPv4Address(last))


@dataclass(frozen=True, slots=True)
class Range:
    """An address range that somebody named, for finding overlaps.

    Attributes:
        kind: What it is, such as `subnet` or `podCidr`; decides which rule an overlap breaks.
        owner: Whose it is: a network's or a cluster's key; empty where nobody's.
        path: Where it is written; empty for ranges that Azure keeps.
        label: How a message names it.
        network: The range.
    """

    kind: str
    owner: str
    path: KeyPath
    label: str
    network: IPv4Network | IPv6Network


def overlapping(ranges: Sequence[Range]) -> Iterator[tuple[Range, Range]]:
    """Every pair of ranges with an address in common, each pair and all pairs in the order given."""
    order = {id(item): position for position, item in enumerate(ranges)}
    pairs: list[tuple[int, int]] = []
    open_ranges: list[Range] = []
    for item in sorted(ranges, key=lambda item: (item.network.version, int(item.network.network_address))):
        start = int(item.network.network_address)
        open_ranges = [
            other
            for other in open_ranges
            if other.network.version == item.network.version and int(other.network.broadcast_address) >= start
        ]
        for other in open_ranges:
            first, second = sorted((order[id(item)], order[id(other)]))
            pairs.append((first, second))
        open_ranges.append(item)
    for first, second in sorted(pairs):
        yield ranges[first], ranges[second]
