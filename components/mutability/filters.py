"""Security groups and their rules: what is let through or refused from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.mutability.change import Difference, Row, Subject, Verdict, item, shown
from components.rules import Rule

GROUP = "network:NetworkSecurityGroup"
SUBNET = "network:Subnet"

TRAFFIC = Rule(
    "CHG-07",
    "Filters and routes act on traffic at once",
    why="A rule or a route that goes, or takes precedence, closes or opens a way for every subnet that uses it. A"
    " security group remembers connections that exist: another rule meets new ones."
    " Without a group nothing is filtered.",
    fix="Read which traffic it was; open the new way before closing the old one.",
    source="https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
)


def _rules(difference: Difference, subject: Subject) -> Verdict:
    name = item(difference.path)
    if not name:
        return Verdict(("disruptive",), "the filter of every subnet that uses it changes at once")
    before, after = (_rule(inputs, name) for inputs in (subject.old, subject.new))
    if before and after:
        said = f"rule {name}: {_said(before)} before, {_said(after)} from then on"
        if _said(before) == _said(after):
            if before.get("priority") == after.get("priority"):
                return Verdict(("inPlace",), f"rule {name} still {_does(after)}")
            said = f"rule {name}, which {_does(after)}, comes {_earlier(before, after)} than before among the rules"
        return Verdict(("disruptive",), f"{said}; new connections of every subnet that uses it go by that at once")
    if after:
        return Verdict(("disruptive",), f"rule {name} {_does(after)} from then on, in every subnet that uses it")
    opened = before.get("access") == "Deny"
    end = (
        "what it refused is let through where a later rule allows it"
        if opened
        else "new connections that only it allowed"
    )
    end = end if opened else f"{end} are refused"
    return Verdict(("disruptive",), f"rule {name}, which {_does(before)}, goes from every subnet that uses it: {end}")


def _rule(inputs: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A rule of a group by its name; empty where there is none."""
    rules: Any = inputs.get("securityRules") or ()
    return next((each for each in rules if isinstance(each, Mapping) and each.get("name") == name), {})


def _does(rule: Mapping[str, Any]) -> str:
    """What a rule does, after its name: `allows inbound Tcp from Internet to * port 443`."""
    return f"{'refuses' if rule.get('access') == 'Deny' else 'allows'} {_what(rule)}"


def _said(rule: Mapping[str, Any]) -> str:
    """The same without a subject: `Allow inbound Tcp from Internet to * port 443`."""
    return f"{rule.get('access')} {_what(rule)}"


def _what(rule: Mapping[str, Any]) -> str:
    protocol = "anything" if rule.get("protocol") == "*" else shown(rule.get("protocol"))
    source, target = _end(rule, "source"), _end(rule, "destination")
    ports = _both(rule, "destinationPortRange", "destinationPortRanges")
    on = "every port" if ports == "*" else f"port {ports}"
    return f"{str(rule.get('direction')).lower()} {protocol} from {source} to {target} on {on}"


def _end(rule: Mapping[str, Any], side: str) -> str:
    found = _both(rule, f"{side}AddressPrefix", f"{side}AddressPrefixes")
    return "anywhere" if found == "*" else found


def _both(rule: Mapping[str, Any], one: str, several: str) -> str:
    return shown(rule.get(several) or rule.get(one))


def _earlier(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """A smaller number is looked at first."""
    return "earlier" if (after.get("priority") or 0) < (before.get("priority") or 0) else "later"


def _group(difference: Difference, _: Subject) -> Verdict:
    before, after = (shown(side).rpartition("/")[2] for side in (difference.before, difference.after))
    if difference.kind == "delete":
        return Verdict(
            ("disruptive",),
            f"the subnet loses security group {before}: nothing filters its traffic any more, and what the group"
            " refused is let through at once",
        )
    if difference.kind == "add":
        return Verdict(
            ("disruptive",),
            f"the subnet gets security group {after}: nothing passes from then on but what it lets through",
        )
    return Verdict(("disruptive",), f"the subnet goes by security group {after} at once, and no longer by {before}")


def _routes(difference: Difference, _: Subject) -> Verdict:
    before, after = (shown(side).rpartition("/")[2] for side in (difference.before, difference.after))
    if difference.kind == "delete":
        return Verdict(
            ("disruptive",), f"the subnet loses route table {before}: its traffic takes Azure's own routes at once"
        )
    if difference.kind == "add":
        return Verdict(("disruptive",), f"the subnet gets route table {after}: its traffic takes these routes at once")
    return Verdict(("disruptive",), f"the subnet goes by route table {after} at once, and no longer by {before}")


FILTERS: tuple[Row, ...] = (
    Row(TRAFFIC, GROUP, ("securityRules",), _rules),
    Row(TRAFFIC, SUBNET, ("networkSecurityGroup",), _group),
    Row(TRAFFIC, SUBNET, ("routeTable",), _routes),
)
"""Rows about filters, and about what a subnet goes by."""
