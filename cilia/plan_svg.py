"""A plan as a picture: one SVG file, to scale, readable in light and dark.

A network is drawn as a map of its address space: the space is halved once per bit of a prefix, so that every range is
a box and equal areas are equal numbers of addresses. Beside the map every subnet has a bar of what is used, free and
kept by Azure, and below are the ranges that lie outside: pods, Services and what is connected.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

from cilia import svg
from cilia.output import counted
from cilia.plan_data import PROVISIONED, ClusterRow, NetworkRow, PlanData, SubnetRow
from cilia.svg import Box
from components.facts import limits

_WIDTH = 1080
_MARGIN = 28
_MAP_WIDTH = 400
_MAP_HEIGHT = 200
_ROW = 64
_USERS_SHOWN = 92
"""Characters of a list of pools that fit below a bar; the rest is in the hint."""
_BARS_X = _MARGIN + _MAP_WIDTH + 36
_BARS_WIDTH = _WIDTH - _BARS_X - _MARGIN
_LABELLED_WIDTH = 96
"""A box narrower than this has no room for a range's name."""
_LABELLED_HEIGHT = 18
_NUMBERED_WIDTH = 9
"""And narrower than this, none for a subnet's number."""
_NUMBERED_HEIGHT = 12
_LEAD = 7
"""How far beside the map the numbers of smaller ones stand."""
_LEAD_HEIGHT = 12
_SIDE = 110
"""The longest side of a box among the ranges side by side."""


@dataclass
class _Page:
    """Shapes so far, and where the next one goes."""

    shapes: list[str] = field(default_factory=list)
    y: float = _MARGIN

    def add(self, *shapes: str) -> None:
        self.shapes.extend(shapes)


def plan_svg(plan: PlanData) -> str:
    """The picture of a plan, as the text of an SVG file."""
    page = _Page()
    page.y += 14
    page.add(
        svg.text(_MARGIN, page.y, f"Address plan of {plan.stack}", "h1"),
        svg.text(_WIDTH - _MARGIN, page.y, f"{plan.location}, resource group {plan.resource_group}", "dim end"),
    )
    page.y += 16
    _legend(page)
    for network in plan.networks:
        _network(page, network)
    for cluster in plan.clusters:
        _cluster(page, cluster)
    _side_by_side(page, plan)
    return svg.document(_WIDTH, page.y + _MARGIN, f"Address plan of {plan.stack}", page.shapes)


def _legend(page: _Page) -> None:
    page.y += 16
    entries = (
        ("used", "used at most"),
        ("room", "free in a subnet"),
        ("kept", f"kept by Azure ({limits.AZURE_RESERVED_ADDRESSES} a subnet)"),
        ("free", "in no subnet"),
        ("now", "nodes now"),
        ("growth", "to autoscaler maximum"),
        ("surge", "during an upgrade"),
    )
    # boxes as letters of one line, so that no font can make words run into them
    words = (part for look, said in entries for part in (("\N{BLACK SQUARE}", look), (f"{said}\N{EN SPACE}", "dim")))
    page.add(svg.line(_MARGIN, page.y, *words))
    page.y += 8


def _network(page: _Page, network: NetworkRow) -> None:
    page.y += 36
    spaces = ", ".join(f"{space} ({counted(space.num_addresses, 'address')})" for space in network.address_space)
    page.add(
        svg.line(
            _MARGIN, page.y, (f"Network {network.name}", "h2"), (network.azure_name, "dim mono"), (spaces, "dim mono")
        ),
    )
    top = page.y + 14
    y = top
    numbers = {subnet.name: number for number, subnet in enumerate(network.subnets, start=1)}
    for space in network.address_space:
        if isinstance(space, IPv4Network):
            page.add(*_map(space, network, numbers, y))
            y += _MAP_HEIGHT + 12
    rows = top
    for subnet in network.subnets:
        page.add(*_subnet_bar(subnet, numbers[subnet.name], rows))
        rows += _ROW
    page.y = max(y, rows)


def _map(space: IPv4Network, network: NetworkRow, numbers: dict[str, int], top: float) -> Iterator[str]:
    """One address space with its subnets and what is free, area to scale."""
    yield svg.rect(Box(_MARGIN, top, _MAP_WIDTH, _MAP_HEIGHT), "free", str(space))
    for block in network.free:
        if block.subnet_of(space):
            box = _place(space, block, top)
            yield svg.rect(box, "free", f"{block}: in no subnet")
            if box.width >= _LABELLED_WIDTH and box.height >= _LABELLED_HEIGHT:
                yield svg.text(box.x + box.width / 2, box.y + box.height / 2 + 4, str(block), "dim mono mid")
    beside: list[tuple[Box, int]] = []
    for subnet in network.subnets:
        if not subnet.cidr.subnet_of(space):
            continue
        box = _place(space, subnet.cidr, top)
        yield svg.rect(box, _look(subnet), f"{subnet.name} {subnet.cidr}")
        if box.width >= _NUMBERED_WIDTH and box.height >= _NUMBERED_HEIGHT:
            yield svg.text(box.x + box.width / 2, box.y + box.height / 2 + 4, str(numbers[subnet.name]), "badge")
        else:
            beside.append((box, numbers[subnet.name]))
    yield from _leads(beside, top)


def _leads(boxes: list[tuple[Box, int]], top: float) -> Iterator[str]:
    """The numbers of boxes that are too small for them, beside the map and in the order of the boxes."""
    edge, lowest = _MARGIN + _MAP_WIDTH, top
    for box, number in sorted(boxes, key=lambda each: (each[0].y, -each[0].x)):
        middle = box.y + box.height / 2
        y = max(middle, lowest)
        yield svg.stroke(box.x + box.width, middle, edge + _LEAD, y)
        yield svg.text(edge + 2 * _LEAD, y + 4, str(number), "badge")
        lowest = y + _LEAD_HEIGHT


def _look(subnet: SubnetRow) -> str:
    return "retired" if subnet.retired else "subnet"


def _place(space: IPv4Network, block: IPv4Network, top: float) -> Box:
    """The box of a range in the map of a space: each bit of its prefix halves the longer side."""
    x, y, width, height = float(_MARGIN), top, float(_MAP_WIDTH), float(_MAP_HEIGHT)
    address = int(block.network_address)
    for bit in range(space.prefixlen, block.prefixlen):
        second = bool(address & (1 << (31 - bit)))
        if width >= height:
            width /= 2
            x += width if second else 0
        else:
            height /= 2
            y += height if second else 0
    return Box(x, y, width, height)


def _subnet_bar(subnet: SubnetRow, number: int, top: float) -> Iterator[str]:
    """A subnet's addresses along a line: used, free, and the ones Azure keeps."""
    yield svg.rect(Box(_BARS_X, top, 20, 16), _look(subnet))
    yield svg.text(_BARS_X + 10, top + 12, str(number), "badge")
    yield svg.line(_BARS_X + 28, top + 12, (subnet.name, ""), (str(subnet.cidr), "mono dim"))
    used = ", ".join(f"{use.cluster}/{use.pool} {use.of}" for use in subnet.used_by)
    say = "retired: space kept, nothing deployed" if subnet.retired else f"{subnet.needed:,} of {subnet.usable:,} used"
    yield svg.text(_WIDTH - _MARGIN, top + 12, say, "dim end")
    if used:
        yield svg.text(_BARS_X, top + 48, used if len(used) <= _USERS_SHOWN else f"{used[:_USERS_SHOWN]}…", "dim")
    scale = _BARS_WIDTH / subnet.cidr.num_addresses
    taken = subnet.needed * scale
    kept = limits.AZURE_RESERVED_ADDRESSES * scale
    yield svg.rect(Box(_BARS_X, top + 21, _BARS_WIDTH, 12), "room", f"{subnet.free:,} free")
    yield svg.rect(Box(_BARS_X, top + 21, taken, 12), "used", f"{subnet.needed:,} used at most: {used}")
    yield svg.rect(Box(_BARS_X + _BARS_WIDTH - kept, top + 21, kept, 12), "kept", "kept by Azure")


def _cluster(page: _Page, cluster: ClusterRow) -> None:
    """A cluster's nodes against its limit."""
    page.y += 36
    nodes = cluster.nodes
    where = f"network {cluster.network}" if cluster.network else "a network that AKS makes"
    page.add(
        svg.line(
            _MARGIN,
            page.y,
            (f"Cluster {cluster.name}", "h2"),
            (cluster.azure_name, "dim mono"),
            (f"{cluster.mode.value}, {where}", "dim"),
        ),
    )
    page.y += 14
    most = "in pools of fixed size" if cluster.node_auto_provisioning else "at autoscaler maximum"
    width = _WIDTH - 2 * _MARGIN
    scale = width / max(nodes.limit, nodes.with_surge)
    page.add(svg.rect(Box(_MARGIN, page.y, width, 16), "free", f"at most {counted(nodes.limit, 'node')}"))
    for count, look, words in (
        (nodes.with_surge, "surge", "during an upgrade"),
        (nodes.max, "growth", most),
        (nodes.now, "now", "now"),
    ):
        page.add(svg.rect(Box(_MARGIN, page.y, count * scale, 16), look, f"{counted(count, 'node')} {words}"))
    page.y += 34
    pods = cluster.pods
    page.add(
        svg.text(
            _MARGIN,
            page.y,
            f"nodes: {nodes.now:,} now, {nodes.max:,} {most}, {nodes.with_surge:,} during an upgrade,"
            f" limit {nodes.limit:,}",
            "dim",
        ),
        svg.text(
            _WIDTH - _MARGIN,
            page.y,
            f"pods: {pods.now:,} now, {pods.max:,} at maximum, limit {pods.limit:,}",
            "dim end",
        ),
    )
    if cluster.node_auto_provisioning:
        page.y += 18
        page.add(svg.text(_MARGIN, page.y, f"nodes: {PROVISIONED}", "dim"))
    _cluster_pool(page, cluster)


def _cluster_pool(page: _Page, cluster: ClusterRow) -> None:
    """How a Cilium of one's own divides the pod range, and which ports it needs."""
    pool = cluster.cluster_pool
    if pool is None:
        return
    page.y += 18
    words = f"pods: {cluster.pod_cidr}, {counted(cluster.pod_cidr_nodes or 0, 'node')}, {pool.each}"
    page.add(svg.text(_MARGIN, page.y, words, "dim"))
    page.y += 18
    page.add(svg.text(_MARGIN, page.y, f"ports among nodes: {pool.ports}", "dim"))


@dataclass(frozen=True)
class _Shown:
    label: str
    network: IPv4Network | IPv6Network
    look: str


def _side_by_side(page: _Page, plan: PlanData) -> None:
    """Every range of the stack as a square, areas to one scale."""
    everything = [
        *(_Shown(network.name, space, "subnet") for network in plan.networks for space in network.address_space),
        *(_Shown(f"{cluster.name} pods", cluster.pod_cidr, "pods") for cluster in plan.clusters if cluster.pod_cidr),
        *(_Shown(f"{cluster.name} services", cluster.service_cidr, "services") for cluster in plan.clusters),
        *(_Shown(name, cidr, "connected") for network in plan.networks for name, cidr in network.connected),
    ]
    ranges = [shown for shown in everything if shown.network.version == 4]
    if not ranges:
        return
    page.y += 40
    words = "equal areas are equal numbers of addresses"
    page.add(svg.line(_MARGIN, page.y, ("Ranges side by side", "h2"), (words, "dim")))
    page.y += 16
    largest = max(shown.network.num_addresses for shown in ranges)
    x = float(_MARGIN)
    step = 150
    for shown in ranges:
        if x + step > _WIDTH - _MARGIN + 1:
            x, page.y = float(_MARGIN), page.y + _SIDE + 56
        side = max(3.0, _SIDE * math.sqrt(shown.network.num_addresses / largest))
        page.add(
            svg.rect(Box(x, page.y + _SIDE - side, side, side), shown.look, f"{shown.label} {shown.network}"),
            svg.text(x, page.y + _SIDE + 18, shown.label),
            svg.text(x, page.y + _SIDE + 34, str(shown.network), "mono dim"),
        )
        x += step
    page.y += _SIDE + 40
