"""Rules of network security groups: their form, and what each has to let through for clusters to work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import combinations

from components.facts import limits
from components.network.config import SecurityRuleConfig
from components.problems import KeyPath, Problem
from components.rules import Rule
from stacks.view import StackView

_OVERVIEW = "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview"

PRIORITIES = Rule(
    "CFG-23",
    "Rules of a security group have priorities of their own",
    why=f"Azure takes priorities from {limits.SECURITY_RULE_PRIORITIES[0]} to {limits.SECURITY_RULE_PRIORITIES[-1]},"
    " and each only once per direction.",
    fix="Give every rule of a direction another priority in that range; lower ones win.",
    source=_OVERVIEW,
)
PREFIXES = Rule(
    "CFG-24",
    "A security rule names ranges, or one service tag, or *",
    why="Azure refuses an empty list, service tags and * beside anything else"
    " (SecurityRuleParameterContainsUnsupportedValue),"
    " ranges with host bits (SecurityRuleInvalidAddressPrefix), ranges that overlap each other"
    " (OverlappingSubnetsNotPermittedInSecurityRule), and IPv4 beside IPv6.",
    fix="Write ranges such as 10.0.0.0/16, or one tag or *; use a rule of its own for each tag.",
    source=f"{_OVERVIEW}; https://github.com/kubernetes-sigs/cloud-provider-azure/issues/6775;"
    " https://github.com/hashicorp/terraform-provider-azurerm/issues/5617",
)
PORTS = Rule(
    "CFG-25",
    "A security rule names ports, ranges of ports, or *",
    why="Azure refuses anything else (SecurityRuleInvalidPortRange), and * beside anything else"
    " (SecurityRuleParameterContainsInvalidPortRanges).",
    fix="Write ports such as '443' and ranges such as '30000-32767', each as an entry of the list, or only *.",
    source=_OVERVIEW,
)

TAG = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*")
"""What has the form of a service tag."""
_PORTS = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_LAST_PORT = 65_535


def _rules(view: StackView) -> Iterator[tuple[KeyPath, dict[str, SecurityRuleConfig]]]:
    """The rules of every group, and where they are written."""
    for network in view.networks:
        for key, group in network.config.security_groups.items():
            yield (*network.path, "securityGroups", key, "rules"), group.rules


def _priorities(view: StackView) -> Iterator[Problem]:
    """CFG-23."""
    allowed = limits.SECURITY_RULE_PRIORITIES
    for path, rules in _rules(view):
        taken: dict[tuple[str, int], str] = {}
        for name, rule in rules.items():
            if rule.priority not in allowed:
                yield PRIORITIES.error(
                    (*path, name, "priority"),
                    f"{rule.priority} is not a priority, Azure takes {allowed[0]} to {allowed[-1]}; use one in between",
                )
            first = taken.setdefault((rule.direction, rule.priority), name)
            if first != name:
                yield PRIORITIES.error(
                    (*path, name, "priority"),
                    f"{rule.priority} is also the priority of {rule.direction} rule {first}; use another",
                )


def _forms(view: StackView) -> Iterator[Problem]:
    """CFG-24, CFG-25."""
    for path, rules in _rules(view):
        for name, rule in rules.items():
            for side, prefixes, ports in (
                ("source", rule.source_address_prefixes, rule.source_port_ranges),
                ("destination", rule.destination_address_prefixes, rule.destination_port_ranges),
            ):
                for fault in _prefix_faults(prefixes):
                    yield PREFIXES.error((*path, name, f"{side}AddressPrefixes"), fault)
                for fault in _port_faults(ports):
                    yield PORTS.error((*path, name, f"{side}PortRanges"), fault)


def _prefix_faults(prefixes: tuple[str, ...]) -> Iterator[str]:
    if not prefixes:
        yield "empty, which Azure refuses; write '*' for any address"
    cidrs: list[IPv4Network | IPv6Network] = []
    for prefix in prefixes:
        if prefix == "*" or TAG.fullmatch(prefix):
            if len(prefixes) > 1:
                yield f"{prefix} beside {len(prefixes) - 1} more, which Azure refuses; use a rule of its own for it"
            continue
        cidr = _cidr(prefix)
        if cidr is None:
            yield f"{prefix!r} is neither a range nor a service tag; write one such as 10.0.0.0/16, VirtualNetwork or *"
        elif "/" in prefix and str(cidr) != prefix and cidr.version == 4:
            yield f"{prefix} has host bits set, which Azure refuses; write {cidr}"
        else:
            cidrs.append(cidr)
    if len({cidr.version for cidr in cidrs}) > 1:
        yield "IPv4 beside IPv6, which Azure refuses; use a rule for each"
    for one, other in combinations(cidrs, 2):
        if one.overlaps(other):
            smaller = max(one, other, key=lambda cidr: cidr.prefixlen)
            yield f"{one} and {other} overlap, which Azure refuses; remove {smaller}"


def _cidr(prefix: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(prefix, strict=False)
    except ValueError:
        return None


def _port_faults(ports: tuple[str, ...]) -> Iterator[str]:
    if not ports:
        yield "empty, which Azure refuses; write '*' for any port"
    for port in ports:
        if port == "*":
            if len(ports) > 1:
                yield f"* beside {len(ports) - 1} more, which Azure refuses; use only *"
            continue
        match = _PORTS.fullmatch(port)
        if match is None:
            yield f"{port!r} is not a port; write one such as '443', a range such as '30000-32767', or *"
        elif not int(match[1]) <= int(match[2] or match[1]) <= _LAST_PORT:
            yield f"{port} is not within 0 to {_LAST_PORT:,} from low to high; write a range such as '30000-32767'"


CHECKS = (_priorities, _forms)
