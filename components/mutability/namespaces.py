"""Labels of namespaces that decide which pods are let in, and which mesh they join."""

from __future__ import annotations

from components.mutability.change import Difference, Row, Subject, Verdict
from components.rules import Rule

KIND = "kubernetes:core/v1:Namespace"
_STANDARDS = "metadata.labels.pod-security.kubernetes.io/enforce"
_REVISION = "metadata.labels.istio.io/rev"
LEVELS = ("privileged", "baseline", "restricted")
"""Loosest first. https://kubernetes.io/docs/concepts/security/pod-security-standards/"""

ADMISSION = Rule(
    "CHG-25",
    "Labels of a namespace decide about pods that are made from then on",
    why="Kubernetes looks at a pod when it is made: a stricter level refuses pods at their next restart or roll-out and"
    " leaves those that run; a looser one lets pods in that may reach the node. Sidecars are injected at the same"
    " moment.",
    fix="Try a stricter level with `kubectl label --dry-run=server` first; restart pods after another revision.",
    source="https://kubernetes.io/docs/concepts/security/pod-security-admission/;"
    " https://learn.microsoft.com/azure/aks/istio-upgrade",
)
_MEANING = {
    "privileged": "any pod is let in, with every right on its node",
    "baseline": "pods that reach into their node are refused, those that run as root are let in",
    "restricted": "only pods that give up every right they do not need are let in",
}


def _standard(difference: Difference, _: Subject) -> Verdict | None:
    before, after = (str(side or "privileged") for side in (difference.before, difference.after))
    if before not in LEVELS or after not in LEVELS:
        return None
    if LEVELS.index(after) < LEVELS.index(before):
        return Verdict(("disruptive",), f"looser at once: {_MEANING[after]}")
    if after == before:
        return Verdict(("inPlace",), "says what holds without it")
    return Verdict(
        ("disruptive",), f"stricter from then on: {_MEANING[after]}; running pods stay until they are made again"
    )


def _revision(difference: Difference, _: Subject) -> Verdict:
    if difference.after is None:
        return Verdict(("disruptive",), "pods lose their sidecar when they are made again, and with it the mesh")
    if difference.before is None:
        return Verdict(("disruptive",), f"pods get a sidecar of revision {difference.after} when they are made again")
    return Verdict(
        ("disruptive",),
        f"pods move to revision {difference.after} when they are made again; until then they stay with"
        f" {difference.before}",
    )


NAMESPACES: tuple[Row, ...] = (
    Row(ADMISSION, KIND, (_STANDARDS,), _standard),
    Row(ADMISSION, KIND, (_REVISION,), _revision),
)
"""Rows about namespaces."""
