"""Route tables: the form of each route."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from components.network.config import RouteConfig
from components.problems import KeyPath, Problem
from components.rules import Rule
from stacks.checks.security_groups import TAG
from stacks.view import StackView

_OVERVIEW = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview"

NEXT_HOP = Rule(
    "CFG-27",
    "A route names the address of its next hop exactly where that is an appliance",
    why="Azure refuses a VirtualAppliance route without an address, and an address with any other next hop.",
    fix="Give nextHopIpAddress with VirtualAppliance, and with nothing else.",
    source=f"{_OVERVIEW}; ARM model of routes",
)
PREFIX = Rule(
    "CFG-28",
    "Each route of a table is for a range or service tag of its own",
    why="Azure refuses a prefix that is neither a range nor a service tag, one with host bits set, and two routes for"
    " the same.",
    fix="Write a range such as 0.0.0.0/0 or a service tag such as AzureMonitor, each once per table.",
    source=_OVERVIEW,
)


def _routes(view: StackView) -> Iterator[Problem]:
    """CFG-27, CFG-28."""
    for network in view.networks:
        for key, table in network.config.route_tables.items():
            path = (*network.path, "routeTables", key, "routes")
            taken: dict[str, str] = {}
            for name, route in table.routes.items():
                yield from _next_hop((*path, name), route)
                fault = _prefix_fault(route.address_prefix)
                first = taken.setdefault(route.address_prefix.lower(), name)
                if fault:
                    yield PREFIX.error((*path, name, "addressPrefix"), fault)
                elif first != name:
                    yield PREFIX.error(
                        (*path, name, "addressPrefix"),
                        f"{route.address_prefix} is also the prefix of route {first}; remove one of them",
                    )


def _next_hop(path: KeyPath, route: RouteConfig) -> Iterator[Problem]:
    appliance = route.next_hop_type == "VirtualAppliance"
    if appliance and route.next_hop_ip_address is None:
        yield NEXT_HOP.error(
            path, "VirtualAppliance without an address; add nextHopIpAddress, the firewall's private address"
        )
    if not appliance and route.next_hop_ip_address is not None:
        yield NEXT_HOP.error(
            (*path, "nextHopIpAddress"),
            f"{route.next_hop_ip_address} with {route.next_hop_type}, which has no address; remove it, or use"
            " VirtualAppliance",
        )


def _prefix_fault(prefix: str) -> str | None:
    if TAG.fullmatch(prefix):
        return None
    try:
        cidr = ip_network(prefix, strict=False)
    except ValueError:
        return f"{prefix!r} is neither a range nor a service tag; write one such as 0.0.0.0/0 or AzureMonitor"
    if "/" not in prefix:
        return f"{prefix} has no prefix length; write {cidr}"
    if cidr.version == 4 and str(cidr) != prefix:
        return f"{prefix} has host bits set, which Azure refuses; write {cidr}"
    return None


CHECKS = (_routes,)
