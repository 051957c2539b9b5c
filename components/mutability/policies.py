"""Policies in a cluster: what changes for those whom they select, as soon as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.mutability.change import Difference, Row, Subject, Verdict, always
from components.rules import Rule

KINDS = (
    "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    "kubernetes:cilium.io/v2:CiliumNetworkPolicy",
    "kubernetes:cilium.io/v2:CiliumClusterwideNetworkPolicy",
    "kubernetes:security.istio.io/v1:AuthorizationPolicy",
)
MUTUAL_TLS = "kubernetes:security.istio.io/v1:PeerAuthentication"
PLAIN_TEXT = "clients without a sidecar are refused at once"
LET_IN = "clients without a sidecar are let in, or as the namespace and the mesh say"

ISOLATION = Rule(
    "CHG-18",
    "Policies act at once, on connections that exist too",
    why="The first policy that isolates pods cuts everything that no policy allows; the last one that goes lets"
    " everybody in, or everything out. Nothing is restarted, and nobody asks again.",
    fix="Read whom it isolates or lets go. Allow what has to go on in an apply before the one that isolates.",
    source="https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation;"
    " https://docs.cilium.io/en/stable/security/policy/intro/;"
    " https://istio.io/latest/docs/concepts/security/#implicit-enablement",
)
_LISTED = 5


def judged(done: str, subject: Subject) -> Verdict | None:
    """What a policy that comes, goes or changes does to isolation; None where it changes nothing of that.

    Args:
        done: What happens to it: `is created`.
        subject: The policy, with whom it isolates and lets go.
    """
    parts = []
    if subject.kind == MUTUAL_TLS and _is_strict(subject.new) != _is_strict(subject.old):
        parts.append(PLAIN_TEXT if _is_strict(subject.new) else LET_IN)
    if subject.isolates:
        parts.append(f"isolates {_some(subject.isolates)}: from then on only what policies allow goes on")
    if subject.releases:
        parts.append(f"nothing isolates {_some(subject.releases)} any more: everything is allowed there")
    return Verdict(("disruptive",), f"{done}; {'; '.join(parts)}") if parts else None


def _is_strict(inputs: Mapping[str, Any]) -> bool:
    spec = inputs.get("spec")
    mtls = spec.get("mtls") if isinstance(spec, Mapping) else None
    return isinstance(mtls, Mapping) and mtls.get("mode") == "STRICT"


def _some(whom: tuple[str, ...]) -> str:
    more = f" and {len(whom) - _LISTED} more" if len(whom) > _LISTED else ""
    return ", ".join(whom[:_LISTED]) + more


def _spec(_: Difference, subject: Subject) -> Verdict:
    return judged("it acts at once", subject) or Verdict(
        ("inPlace",), "what it allows changes at once; nobody gains or loses isolation by it"
    )


def _plain_text(difference: Difference, _: Subject) -> Verdict:
    if difference.after == "STRICT":
        return Verdict(("disruptive",), PLAIN_TEXT)
    return Verdict(("disruptive",) if difference.before == "STRICT" else ("inPlace",), LET_IN)


POLICIES: tuple[Row, ...] = (
    *(Row(ISOLATION, kind, ("spec", "specs"), _spec) for kind in KINDS),
    Row(ISOLATION, MUTUAL_TLS, ("spec.mtls", "spec.portLevelMtls"), _plain_text),
    *(
        Row(
            ISOLATION,
            kind,
            ("metadata.annotations", "metadata.labels"),
            always(("inPlace",), "what it says of itself; whom it lets in stays"),
        )
        for kind in (*KINDS, MUTUAL_TLS)
    ),
)
"""Rows about policies in clusters."""
