"""Virtual networks and what is attached to them: ranges in use, filters, routes, peerings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from components.mutability.change import Difference, Row, Subject, Verdict, always
from components.mutability.filters import TRAFFIC
from components.rules import Rule

SUBNET = "network:Subnet"
VNET = "network:VirtualNetwork"
PEERING = "network:VirtualNetworkPeering"

PREFIX = Rule(
    "MUT-26",
    "A range that is in use stays where it is",
    why="Azure refuses to move the prefix of a subnet with nodes or pods in it, and to take a range out of a VNet"
    " under a"
    " subnet (InUsePrefixCannotBeDeleted), although Pulumi plans an update. Resizing under AKS is not supported. A"
    " second range beside the first one moves nothing.",
    fix="Add a subnet beside it and move the pools there; pin computed ranges with `cilia plan --pin` so that they"
    " stay.",
    source="https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet",
)
LOCATION = Rule(
    "CHG-01",
    "A resource stays in its region",
    why="Azure refuses another location of something that exists (InvalidResourceLocation), where the provider does not"
    " replace it.",
    fix="Make a new one beside it under another key.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-invalid-resource-location",
)
NETWORK_SETTINGS = Rule(
    "CHG-08",
    "Settings of networks change in place",
    why="Azure writes them without touching what is attached.",
    fix="Nothing; read what changes.",
    source="https://learn.microsoft.com/azure/virtual-network/manage-virtual-network",
)
PEERINGS = Rule(
    "CHG-09",
    "A peering keeps its networks and is synced after a range is added",
    why="A range added to a peered VNet is unknown to the other side until the peering is synced; a peering to another"
    " network is another peering. A network takes one peering to each other network"
    " (AnotherPeeringAlreadyReferencesRemoteVnet), and Pulumi creates the new one before it deletes the old one.",
    fix="Sync the peerings (`az network vnet peering sync`) after the change. Keep the key of a peering; else remove"
    " the old one in an apply before, which cuts the traffic until the new one is there.",
    source="https://learn.microsoft.com/azure/virtual-network/update-virtual-network-peering-address-space;"
    " https://learn.microsoft.com/azure/virtual-network/virtual-network-troubleshoot-peering-issues",
)
ROLE = Rule(
    "CHG-12",
    "A role assignment keeps its role and its principal",
    why="Azure refuses another role under the same name (RoleAssignmentUpdateNotPermitted), although Pulumi plans an"
    " update.",
    fix="Make another role assignment under another name.",
    source="https://learn.microsoft.com/azure/role-based-access-control/troubleshooting",
)
TAGS = Rule(
    "CHG-10",
    "Tags change nothing but tags",
    why="Azure writes them beside the resource.",
    fix="Nothing, unless a policy of your organization reads them.",
    source="https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources",
)

Range = IPv4Network | IPv6Network
OVERLAP = "Azure refuses a range that overlaps one that is still there at that moment (NetcfgSubnetRangesOverlap)"


def in_the_way(ranges: Any, neighbours: Iterable[str]) -> list[str]:
    """The neighbours of a subnet that overlap its ranges."""
    own = _ranges(ranges if isinstance(ranges, list) else [ranges])
    return [
        neighbour
        for neighbour in neighbours
        if any(_overlap(one, other) for one in own for other in _ranges_of(neighbour))
    ]


def lies_outside(prefixes: Any, space: Any) -> bool:
    """Whether a subnet lies in no range of a network any more.

    Args:
        prefixes: The subnet's range, or ranges.
        space: The network's ranges.
    """
    ranges = _ranges(space)
    own = _ranges(prefixes if isinstance(prefixes, list) else [prefixes])
    return any(not any(_within(each, one) for one in ranges) for each in own)


def _prefix(difference: Difference, subject: Subject) -> Verdict:
    before, after = (_own_ranges(inputs) for inputs in (subject.old, subject.new))
    if before and before <= after:
        added = ", ".join(sorted(map(str, after - before)))
        others = in_the_way(sorted(map(str, after - before)), subject.neighbours)
        if others:
            return Verdict(("refused",), f"{OVERLAP}: {', '.join(others)}")
        message = f"keeps its range and gets {added} beside it" if added else "the same range, in another spelling"
        return Verdict(("inPlace",), f"{message}; nothing in it moves")
    if subject.users:
        return Verdict(
            ("refused",),
            f"Azure does not move a prefix that is in use (InUsePrefixCannotBeDeleted): {', '.join(subject.users)}",
        )
    others = in_the_way(difference.after, subject.neighbours)
    if others:
        return Verdict(("refused",), f"{OVERLAP}: {', '.join(others)}")
    return Verdict(("inPlace",), "nothing of this stack is in it; Azure refuses the move if anything else is")


def _own_ranges(inputs: Mapping[str, Any]) -> set[Range]:
    """A subnet's ranges, in whichever of the two properties they stand."""
    return _ranges(inputs.get("addressPrefixes") or [inputs.get("addressPrefix")])


def _space(difference: Difference, subject: Subject) -> Verdict:
    lost = _ranges(difference.before) - _ranges(difference.after)
    after = _ranges(difference.after)
    inside = [user for user in subject.users if any(_lies_in(user, gone, after) for gone in lost)]
    if inside:
        return Verdict(("refused",), f"Azure takes no range out of a VNet under a subnet: {', '.join(inside)}")
    if lost:
        return Verdict(("inPlace",), "no subnet of this stack lies in what goes")
    return Verdict(("inPlace",), "a range is added; peerings have to be synced before the other side reaches it")


def _lies_in(user: str, gone: Range, left: Iterable[Range]) -> bool:
    """Whether a subnet, as `name (range, range)`, lies in a range that goes, and in none that is left."""
    return any(_within(each, gone) and not any(_within(each, other) for other in left) for each in _ranges_of(user))


def _ranges_of(subnet: str) -> set[Range]:
    """The ranges in `Subnet a (10.0.0.0/24, fd00::/64)`."""
    return _ranges(subnet.rpartition("(")[2].rstrip(")").split(", "))


def _overlap(one: Range, other: Range) -> bool:
    return _within(one, other) or _within(other, one)


def _within(inner: Range, outer: Range) -> bool:
    if isinstance(inner, IPv4Network):
        return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and inner.subnet_of(outer)


def _ranges(value: Any) -> set[Range]:
    found: set[Range] = set()
    for each in value or () if isinstance(value, list) else ():
        try:
            found.add(ip_network(each))
        except ValueError:
            continue  # not known yet
    return found


def _delegation(difference: Difference, subject: Subject) -> Verdict:
    if difference.kind != "add" and subject.users and _names(difference.before) - _names(difference.after):
        return Verdict(("refused",), f"Azure keeps a delegation that is in use: {', '.join(subject.users)}")
    return Verdict(("inPlace",), "nothing that is in the subnet moves")


def _names(value: Any) -> set[str]:
    entries = value if isinstance(value, list) else [value]
    return {str(entry.get("serviceName")) for entry in entries if isinstance(entry, dict)}


def _peering(difference: Difference, _: Subject) -> Verdict:
    if difference.path.startswith("remoteVirtualNetwork"):
        return Verdict(("refused",), "Azure leads no existing peering to another network; make one under another key")
    return Verdict(("disruptive",), f"traffic that rests on {difference.path} is cut or let through at once")


NETWORKS: tuple[Row, ...] = (
    Row(TAGS, "*", ("tags",), always(("inPlace",), "only the tag changes")),
    Row(PREFIX, SUBNET, ("addressPrefix", "addressPrefixes"), _prefix),
    Row(PREFIX, VNET, ("addressSpace",), _space),
    Row(NETWORK_SETTINGS, SUBNET, ("delegations",), _delegation),
    Row(
        NETWORK_SETTINGS,
        SUBNET,
        ("defaultOutboundAccess",),
        always(("disruptive",), "what has no other way out loses, or gets, Azure's default one when it restarts"),
    ),
    Row(
        NETWORK_SETTINGS,
        SUBNET,
        ("serviceEndpoints", "serviceEndpointPolicies"),
        always(("disruptive",), "open connections to the services drop, and come from other addresses"),
    ),
    Row(
        NETWORK_SETTINGS,
        SUBNET,
        ("privateEndpointNetworkPolicies", "privateLinkServiceNetworkPolicies"),
        always(("inPlace",), "filters apply to private endpoints of the subnet, or no longer"),
    ),
    Row(
        TRAFFIC,
        VNET,
        ("dhcpOptions",),
        always(
            ("disruptive",),
            "nodes take other DNS servers when they restart; until then half of them resolve differently",
        ),
    ),
    Row(
        NETWORK_SETTINGS,
        VNET,
        ("enableDdosProtection", "ddosProtectionPlan", "enableVmProtection", "encryption", "flowTimeoutInMinutes"),
        always(("inPlace",), "nothing that is attached moves"),
    ),
    Row(
        TRAFFIC,
        "network:RouteTable",
        ("routes", "disableBgpRoutePropagation"),
        always(("disruptive",), "traffic of every subnet that uses it takes another way, or none, at once"),
    ),
    Row(PEERINGS, PEERING, ("remoteVirtualNetwork", "allowVirtualNetworkAccess", "allowForwardedTraffic"), _peering),
    Row(PEERINGS, PEERING, ("allowGatewayTransit", "useRemoteGateways"), _peering),
)
"""Rows about networks, and about tags of anything."""
ANYWHERE: tuple[Row, ...] = (
    Row(
        ROLE,
        "authorization:RoleAssignment",
        ("roleDefinitionId", "principalId", "scope"),
        always(("refused",), "Azure does not change {leaf} of a role assignment (RoleAssignmentUpdateNotPermitted)"),
    ),
    Row(LOCATION, "*", ("location",), always(("refused",), "Azure moves nothing that exists to {after}")),
)
"""Rows that hold for any type that has none of its own."""
