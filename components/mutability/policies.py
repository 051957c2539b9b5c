"""Policies in a cluster: what changes for those whom they select, as soon as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
_DENIES = ("ingressDeny", "egressDeny")
_ALLOWS = ("ingress", "egress", "rules")
_NARROWS_AS_IT_GROWS = re.compile(r"selector|except|match|when|header|requires|^not", re.IGNORECASE)
"""In these more words mean less, or nothing that is certain."""
_CUT = {False: "what nothing else allows is cut", True: "it is cut, whatever allows it"}
_MAY_PASS = {False: "what did not pass may pass", True: "it may pass again, where something allows it"}
_SAYS_WHAT = re.compile(r"spec\.((ingress|egress)(Deny)?|rules)")


def judged(done: str, subject: Subject) -> Verdict | None:
    """What a policy that comes, goes or changes does to isolation; None where it changes nothing of that.

    Args:
        done: What happens to it: `is created`.
        subject: The policy, with whom it isolates and lets go.
    """
    parts: list[str] = []
    gone = bool(subject.old) and not subject.new
    if gone and subject.kind in KINDS:
        parts += _gone(subject)
    if subject.kind == MUTUAL_TLS and _is_strict(subject.new) != _is_strict(subject.old):
        parts.append(PLAIN_TEXT if _is_strict(subject.new) else LET_IN)
    if subject.isolates:
        parts.append(f"isolates {_some(subject.isolates)}: from then on only what policies allow goes on")
    if subject.releases:
        parts.append(f"nothing isolates {_some(subject.releases)} any more: everything is allowed there")
    acts = subject.isolates or subject.releases or subject.kind == MUTUAL_TLS
    return Verdict(("disruptive",) if acts else (), f"{done}; {'; '.join(parts)}") if parts else None


def _gone(subject: Subject) -> Iterator[str]:
    """What a policy did that is deleted, beside isolating."""
    specs = list(_specs(subject.old))
    denying = any(_denies(spec) for spec in specs)
    allowing = any(spec.get(name) for spec in specs for name in _ALLOWS if spec.get("action") != "DENY")
    if denying:
        yield "what it denied may pass again, where something allows it"
    if allowing and not subject.releases:
        yield "what only it allowed is cut where pods stay isolated"
    if not (denying or allowing or subject.releases):
        yield "others isolate those whom it selects"


def _denies(spec: Mapping[str, Any]) -> bool:
    return spec.get("action") == "DENY" or any(spec.get(name) for name in _DENIES)


def _specs(inputs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a policy says; Cilium's may say several things."""
    several = inputs.get("specs")
    for spec in (inputs.get("spec"), *(several if isinstance(several, list) else ())):
        if isinstance(spec, Mapping):
            yield spec


def _is_strict(inputs: Mapping[str, Any]) -> bool:
    spec = inputs.get("spec")
    mtls = spec.get("mtls") if isinstance(spec, Mapping) else None
    return isinstance(mtls, Mapping) and mtls.get("mode") == "STRICT"


def _some(whom: tuple[str, ...]) -> str:
    more = f" and {len(whom) - _LISTED} more" if len(whom) > _LISTED else ""
    return ", ".join(whom[:_LISTED]) + more


def _spec(difference: Difference, subject: Subject) -> Verdict:
    found = judged("it acts at once", subject)
    if found is not None:
        return found
    grows, shrinks = (_grows(*each) for each in _both_ways(difference))
    if grows == shrinks or not _SAYS_WHAT.fullmatch(difference.path):
        return Verdict(("inPlace",), "what it allows changes at once; nobody gains or loses isolation by it")
    denies = difference.path.endswith("Deny") or any(spec.get("action") == "DENY" for spec in _specs(subject.new))
    more = f"{'denies' if denies else 'allows'} {'more' if grows else 'less'}"
    cuts = grows == denies
    what = _CUT[denies] if cuts else _MAY_PASS[denies]
    return Verdict(("disruptive",) if cuts else ("inPlace",), f"{more} at once: {what}; isolation stays as it is")


def _both_ways(difference: Difference) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    return (difference.before, difference.after), (difference.after, difference.before)


def _grows(small: Any, large: Any) -> bool:
    """Whether a value is another one with more items in its lists, and nothing else differs.

    Empty lists say everything or nothing, depending on where they are, so that they do not grow.
    """
    if isinstance(small, Mapping) and isinstance(large, Mapping):
        unsure = (name for name in small if small.get(name) != large.get(name) and _NARROWS_AS_IT_GROWS.search(name))
        return small.keys() == large.keys() and not any(unsure) and all(_grows(small[k], large[k]) for k in small)
    if isinstance(small, list) and isinstance(large, list):
        if len(small) == len(large):
            return all(_grows(one, other) for one, other in zip(small, large, strict=True))
        return bool(small) and len(small) < len(large) and all(one in large for one in small)
    return bool(small == large)


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
