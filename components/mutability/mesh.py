"""The Istio add-on of a cluster: what meshed traffic loses, and which steps of an upgrade Azure takes."""

from __future__ import annotations

from typing import Any

from components.facts.istio_upgrade import step_fault
from components.mutability.change import Difference, Row, Subject, Verdict
from components.rules import Rule

KIND = "containerservice:ManagedCluster"

MESH = Rule(
    "MUT-21",
    "Switching the Istio add-on cuts meshed traffic",
    why="Pods with a sidecar lose their control plane, and gateways their addresses; the source of the mesh's"
    " certificates is fixed. Revisions are upgraded side by side, one step in each deployment: Azure takes no other.",
    fix="Take namespaces out of the mesh and restart their pods first. To upgrade, write both revisions, move the"
    " workloads, then remove one of them.",
    source="https://learn.microsoft.com/azure/aks/istio-uninstall; https://learn.microsoft.com/azure/aks/istio-upgrade",
)
CERTIFICATES = Rule(
    "IST-09",
    "The mesh's certificates come from where they came from at its beginning",
    why="Azure does not change the add-on's certificate authority once the mesh is on; every sidecar trusts the old"
    " one.",
    fix="Take the edit back, or uninstall the add-on and install it again, which cuts meshed traffic.",
    source="https://learn.microsoft.com/azure/aks/istio-plugin-ca",
)


def _mesh(difference: Difference, _: Subject) -> Verdict:
    path = difference.path
    if path.endswith(".mode") and difference.after == "Istio":
        return Verdict(("inPlace",), "installs the mesh; pods join it when they are restarted")
    if path.endswith(".revisions"):
        return _revisions(difference)
    if path.endswith(".ingressGateways"):
        return _gateways(difference)
    if difference.kind == "add":
        return Verdict(("inPlace",), "adds to the mesh; what is in it stays as it is")
    return Verdict(
        ("disruptive",), "meshed traffic through what is removed stops until pods are restarted outside of it"
    )


def _gateways(difference: Difference) -> Verdict:
    before, after = (_on(side) for side in (difference.before, difference.after))
    gone, new = [each for each in before if each not in after], [each for each in after if each not in before]
    if gone:
        return Verdict(
            ("disruptive",),
            f"the {' and '.join(gone)} ingress gateway goes with its address: what comes in through it stops, and"
            " another one gets another address",
        )
    if new:
        which = " and an ".join(new)
        return Verdict(("inPlace",), f"the mesh gets an {which} ingress gateway with an address of its own")
    return Verdict(("inPlace",), "no ingress gateway comes or goes")


def _on(gateways: Any) -> list[str]:
    """The modes of the gateways that are on: `external`."""
    found = gateways if isinstance(gateways, list) else []
    return [str(each.get("mode")).lower() for each in found if isinstance(each, dict) and each.get("enabled")]


def _meshed(inputs: Any) -> bool:
    profile = inputs.get("serviceMeshProfile")
    return isinstance(profile, dict) and profile.get("mode") == "Istio"


def _revisions(difference: Difference) -> Verdict:
    before, after = ([str(each) for each in side or ()] for side in (difference.before, difference.after))
    if not before:
        return Verdict(("inPlace",), f"the mesh begins with {', '.join(after)}")
    if not after:
        return Verdict(("disruptive",), _without_control_plane(before))
    fault = step_fault(before, after)
    if fault:
        return Verdict(("refused",), f"Azure takes upgrades of the mesh step by step: {fault}")
    gone = [each for each in before if each not in after]
    if gone:
        return Verdict(("disruptive",), f"{_without_control_plane(gone)}; move them to {', '.join(after)} first")
    return Verdict(("inPlace",), "a second control plane beside the first; pods move to it when they are restarted")


def _without_control_plane(revisions: list[str]) -> str:
    return f"pods with a sidecar of revision {', '.join(revisions)} lose their control plane"


MESH_ROWS: tuple[Row, ...] = (
    Row(
        CERTIFICATES,
        KIND,
        ("serviceMeshProfile.istio.certificateAuthority",),
        lambda _, subject: (
            Verdict(("refused",), "Azure does not change where the mesh's certificates come from")
            if _meshed(subject.old) and _meshed(subject.new)
            else None
        ),
    ),
    Row(MESH, KIND, ("serviceMeshProfile",), _mesh),
)
"""Rows about `serviceMeshProfile`."""
