"""Labels of namespaces: which pods are let in, and which mesh they join."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.mutability.judging import judged

KIND = "kubernetes:core/v1:Namespace"
ENFORCE, REVISION = "metadata.labels.pod-security.kubernetes.io/enforce", "metadata.labels.istio.io/rev"
ANY = "any pod is let in, with every right on its node"
SOME = "pods that reach into their node are refused, those that run as root are let in"
FEW = "only pods that give up every right they do not need are let in"
STAY = "running pods stay until they are made again"


@pytest.mark.parametrize(
    ("before", "after", "effect", "message"),
    [
        ("restricted", "privileged", "disruptive", f"looser at once: {ANY}"),
        ("restricted", "baseline", "disruptive", f"looser at once: {SOME}"),
        ("baseline", None, "disruptive", f"looser at once: {ANY}"),
        ("privileged", "baseline", "disruptive", f"stricter from then on: {SOME}; {STAY}"),
        (None, "restricted", "disruptive", f"stricter from then on: {FEW}; {STAY}"),
        (None, "privileged", "inPlace", "says what holds without it"),
    ],
    ids=["to anything", "to baseline", "gone", "from anything", "came", "said"],
)
def test_level_of_pod_security_says_which_pods_are_let_in(before: Any, after: Any, effect: str, message: str) -> None:
    rule, verdict = judged(ENFORCE, before, after, kind=KIND)
    assert (rule, verdict.effects, verdict.message) == ("CHG-25", (effect,), message)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (None, "asm-1-28", "pods get a sidecar of revision asm-1-28 when they are made again"),
        ("asm-1-28", None, "pods lose their sidecar when they are made again, and with it the mesh"),
        (
            "asm-1-28",
            "asm-1-29",
            "pods move to revision asm-1-29 when they are made again; until then they stay with asm-1-28",
        ),
    ],
    ids=["came", "gone", "moved"],
)
def test_revision_of_a_namespace_says_what_pods_get_when_they_are_made(before: Any, after: Any, message: str) -> None:
    rule, verdict = judged(REVISION, before, after, kind=KIND)
    assert (rule, verdict.effects, verdict.message) == ("CHG-25", ("disruptive",), message)
