"""Who reaches a cluster's API server, and with which credentials."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any

from components.mutability.change import Difference, Row, Subject, Verdict, always, shown
from components.rules import Rule

KIND = "containerservice:ManagedCluster"

ACCESS = Rule(
    "CHG-03",
    "Who reaches the API server, and how, changes at once",
    why="Authorized ranges, local accounts and directory settings apply to people, pipelines and, with ranges, to the"
    " nodes' own way out. Without a range everybody on the Internet reaches it; with the first one nobody else does."
    " Local accounts are certificates of an administrator that Microsoft Entra never sees; one that somebody has stays"
    " good until the cluster's certificates are rotated.",
    fix="Make sure that whoever deploys is still let in after the change, and nobody else.",
    source="https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges;"
    " https://learn.microsoft.com/azure/aks/manage-local-accounts-managed-azure-ad;"
    " https://learn.microsoft.com/azure/aks/access-private-cluster",
)


def _ranges(difference: Difference, _: Subject) -> Verdict:
    before, after = (_listed(side) for side in (difference.before, difference.after))
    if not after:
        return Verdict(
            ("disruptive",),
            f"without authorized ranges the API server is reachable from the whole Internet again, not from"
            f" {shown(before)} only",
        )
    if not before:
        return Verdict(
            ("disruptive",),
            f"only {shown(after)} reach the API server from then on; everybody else is locked out, nodes and pipelines"
            " included",
        )
    gone, new = _beyond(before, after), _beyond(after, before)
    added = f"{shown(new)} may reach the API server from then on"
    if not gone:
        return Verdict(("inPlace",), added if new else "the same addresses reach the API server as before")
    lost = f"{shown(gone)} no longer reaches the API server, nodes and pipelines included"
    return Verdict(("disruptive",), f"{lost}; {added}" if new else lost)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _beyond(ranges: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    """The ranges that lie in none of the others; what is not known yet lies only in itself."""
    return [each for each in ranges if not any(_lies_in(each, other) for other in others)]


def _lies_in(inner: Any, outer: Any) -> bool:
    if inner == outer:
        return True
    try:
        one, other = ip_network(inner, strict=False), ip_network(outer, strict=False)
    except ValueError:
        return False  # not known yet
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]


def _command(difference: Difference, _: Subject) -> Verdict:
    if difference.after is True:
        return Verdict(("disruptive",), "az aks command invoke is refused from then on, to people and pipelines")
    return Verdict(
        ("inPlace",),
        "az aks command invoke works from then on, from everywhere, for whoever has the right to it in Azure",
    )


def _local_accounts(difference: Difference, _: Subject) -> Verdict:
    if difference.after is True:
        return Verdict(
            ("disruptive",),
            "az aks get-credentials --admin is refused; a certificate that somebody has already stays good until the"
            " cluster's certificates are rotated",
        )
    return Verdict(
        ("disruptive",),
        "az aks get-credentials --admin gives a certificate of an administrator again, which goes past Microsoft Entra"
        " and its groups",
    )


def _administrators(difference: Difference, _: Subject) -> Verdict:
    before, after = _listed(difference.before), _listed(difference.after)
    gone = [each for each in before if each not in after]
    come = [each for each in after if each not in before]
    said = [f"members of {shown(gone)} are administrators of the cluster no longer"] if gone else []
    said += [f"members of {shown(come)} are administrators of the cluster from then on"] if come else []
    if not after:
        said.append("nobody is one by a group; make sure that a role of Azure lets somebody in")
    return Verdict(("disruptive" if gone else "inPlace",), "; ".join(said) or "the same groups as before")


ACCESS_ROWS: tuple[Row, ...] = (
    Row(ACCESS, KIND, ("apiServerAccessProfile.authorizedIPRanges",), _ranges),
    Row(ACCESS, KIND, ("apiServerAccessProfile.disableRunCommand",), _command),
    Row(ACCESS, KIND, ("disableLocalAccounts",), _local_accounts),
    Row(
        ACCESS,
        KIND,
        ("aadProfile.adminGroupObjectIDs",),
        _administrators,
    ),
    Row(
        ACCESS,
        KIND,
        ("aadProfile", "publicNetworkAccess"),
        always(("disruptive",), "credentials that rest on the old setting stop working"),
    ),
)
"""Rows about who is let in; whether the cluster is private stands with clusters."""
