"""How nodes and pods reach out, and what a change of that cuts."""

from __future__ import annotations

from typing import Any

from components.facts.mutability import OUTBOUND_PATHS_MANAGED_VNET, OUTBOUND_PATHS_OWN_VNET
from components.mutability.change import Difference, Row, Subject, Verdict, always
from components.rules import Rule

KIND = "containerservice:ManagedCluster"
_OUTBOUND = "https://learn.microsoft.com/azure/aks/egress-outboundtype"
_NEW_ADDRESS = (
    "the egress address changes and open connections drop; allow lists and authorized ranges need the new one"
)
_MORE_ADDRESSES = (
    "new connections may leave from an address that was not there before; the old ones stay. Allow lists and"
    " authorized ranges need the new one first"
)

OUTBOUND_MANAGED = Rule(
    "MUT-11",
    "With the VNet that AKS makes, few ways lead from one outbound type to another",
    why="AKS makes and removes the resources of each type, but not along every path; the provider replaces the cluster"
    " for any change.",
    fix="Change it with `az aks update --outbound-type` under `externallyChanged`, along a path that exists.",
    source=_OUTBOUND,
)
OUTBOUND_OWN = Rule(
    "MUT-12",
    "With a VNet of one's own, outbound types become each other, block excepted",
    why="AKS changes loadBalancer, userAssignedNATGateway, userDefinedRouting and none into each other in place; the"
    " provider replaces the cluster for any change.",
    fix="Change it with `az aks update --outbound-type` under `externallyChanged`.",
    source=_OUTBOUND,
)
EGRESS = Rule(
    "MUT-13",
    "A change of the way out changes the address that others see",
    why="Firewalls and partners allow the old address, open connections drop, and an API server with authorized ranges"
    " locks out its own nodes.",
    fix="Allow the new address everywhere first; announce the cut.",
    source=_OUTBOUND,
)
NAT_ADDRESSES = Rule(
    "MUT-15",
    "A managed NAT gateway (StandardV2) keeps its kind of addresses",
    why="Azure does not move it between managed addresses and addresses of one's own.",
    fix="Make a new cluster, or keep the kind of addresses.",
    source="https://learn.microsoft.com/azure/aks/nat-gateway",
)


def _own_vnet(inputs: Any) -> bool:
    pools = inputs.get("agentPoolProfiles")
    return any(isinstance(pool, dict) and pool.get("vnetSubnetID") for pool in pools or ())


def _outbound(difference: Difference, *, allowed: frozenset[str]) -> Verdict:
    if difference.after not in allowed or difference.before is None:
        ways = ", ".join(sorted(allowed - {str(difference.before)})) or "nothing"
        return Verdict(("refused",), f"Azure takes {difference.before} to {ways} only")
    return Verdict(("disruptive",), _NEW_ADDRESS, f"az aks update --outbound-type {difference.after}")


def _outbound_own(difference: Difference, subject: Subject) -> Verdict | None:
    return _outbound(difference, allowed=OUTBOUND_PATHS_OWN_VNET) if _own_vnet(subject.old) else None


def _outbound_managed(difference: Difference, _: Subject) -> Verdict:
    return _outbound(difference, allowed=OUTBOUND_PATHS_MANAGED_VNET.get(str(difference.before), frozenset()))


def _nat_profile(_: Difference, subject: Subject) -> Verdict | None:
    kinds = [_address_kinds(inputs) for inputs in (subject.old, subject.new)]
    if kinds[0] == kinds[1] or not all(kinds):
        return None
    return Verdict(("refused",), "Azure does not move a managed NAT gateway between managed addresses and your own")


def _address_kinds(inputs: Any) -> set[str]:
    """Which kinds of addresses a NAT gateway profile asks for."""
    profile = (inputs.get("networkProfile") or {}).get("natGatewayProfile") or {}
    kinds = {"managedOutboundIPProfile": "managed", "outboundIPs": "own", "outboundIPPrefixes": "own"}
    return {kinds[name] for name in profile if name in kinds}


def _addresses(difference: Difference, _: Subject) -> Verdict:
    """Addresses that come beside those that are there, or any other change of them."""
    before, after = difference.before, difference.after
    listed = isinstance(before, list) and isinstance(after, list)
    more = listed and all(each in after for each in before) and bool(before)
    counted = isinstance(before, int) and isinstance(after, int) and 0 < before <= after
    return Verdict(("disruptive",), _MORE_ADDRESSES if more or counted else _NEW_ADDRESS)


_CUT = always(("disruptive",), _NEW_ADDRESS)
_IDLE = always(("inPlace",), "idle connections are kept for {after} minutes from then on, not {before}")
_PORTS = always(
    ("disruptive",),
    "Azure hands out the ports of outbound connections anew; nothing says that open connections keep theirs",
)
_NAME = always(("inPlace",), "the address stays; only its name changes")

EGRESS_ROWS: tuple[Row, ...] = (
    Row(OUTBOUND_OWN, KIND, ("networkProfile.outboundType",), _outbound_own),
    Row(OUTBOUND_MANAGED, KIND, ("networkProfile.outboundType",), _outbound_managed),
    Row(NAT_ADDRESSES, KIND, ("networkProfile.natGatewayProfile",), _nat_profile),
    Row(
        EGRESS,
        KIND,
        tuple(f"networkProfile.{kind}.idleTimeoutInMinutes" for kind in ("natGatewayProfile", "loadBalancerProfile")),
        _IDLE,
    ),
    Row(
        EGRESS,
        KIND,
        tuple(f"networkProfile.loadBalancerProfile.{name}" for name in ("allocatedOutboundPorts", "backendPoolType")),
        _PORTS,
    ),
    Row(EGRESS, KIND, ("networkProfile.natGatewayProfile", "networkProfile.loadBalancerProfile"), _addresses),
    Row(EGRESS, "network:NatGateway", ("publicIpAddresses", "publicIpPrefixes"), _addresses),
    Row(EGRESS, "network:NatGateway", ("idleTimeoutInMinutes",), _IDLE),
    Row(
        EGRESS,
        "network:NatGateway",
        ("zones", "sku"),
        always(("refused",), "Azure refuses other {leaf} on a NAT gateway that exists"),
    ),
    Row(EGRESS, "network:Subnet", ("natGateway",), _CUT),
    Row(
        EGRESS,
        "network:PublicIPAddress",
        ("publicIPAllocationMethod", "zones"),
        always(("refused",), "Azure refuses other {leaf} on an address that exists"),
    ),
    Row(EGRESS, "network:PublicIPAddress", ("idleTimeoutInMinutes",), _IDLE),
    Row(EGRESS, "network:PublicIPAddress", ("dnsSettings",), _NAME),
)
"""Rows about ways out, on clusters and on what carries them."""
