"""Policies act at once: what is said of whom they isolate, and of mutual TLS."""

from __future__ import annotations

from typing import Any

import pytest

from components.mutability.change import Difference, Subject, Verdict
from components.mutability.policies import KINDS, MUTUAL_TLS, judged
from components.mutability.table import judge

STRICT: dict[str, Any] = {"spec": {"mtls": {"mode": "STRICT"}}}


def changed(kind: str, path: str, after: Any, **more: Any) -> tuple[str, Verdict]:
    """The rule's id and the verdict on a change of a policy."""
    found = judge(Difference(path, path, path, "update", "a", after), Subject(kind, {}, {}, **more))
    assert found is not None
    return found[0].id, found[1]


@pytest.mark.parametrize("kind", KINDS)
def test_policy_that_isolates_nobody_anew_changes_in_place(kind: str) -> None:
    rule, verdict = changed(kind, "spec.ingress", "b")
    assert (rule, verdict.effects) == ("CHG-18", ("inPlace",))
    assert verdict.message == "what it allows changes at once; nobody gains or loses isolation by it"


@pytest.mark.parametrize("kind", KINDS)
def test_policy_that_isolates_or_lets_go_is_disruptive(kind: str) -> None:
    _, verdict = changed(kind, "spec.podSelector", "b", isolates=("app=b in shop for ingress",))
    assert verdict.effects == ("disruptive",)
    assert verdict.message == (
        "it acts at once; isolates app=b in shop for ingress: from then on only what policies allow goes on"
    )
    assert changed(kind, "spec.podSelector", "b", releases=("app=a in shop for ingress",))[1].message == (
        "it acts at once; nothing isolates app=a in shop for ingress any more: everything is allowed there"
    )


def test_of_many_the_first_are_named() -> None:
    verdict = judged("is created", Subject(KINDS[0], {}, {}, isolates=tuple("abcdefg")))
    assert verdict is not None
    assert verdict.message.startswith("is created; isolates a, b, c, d, e and 2 more: ")


@pytest.mark.parametrize("path", ["metadata.labels.team", "metadata.annotations.cilia/intents"])
@pytest.mark.parametrize("kind", [*KINDS, MUTUAL_TLS])
def test_words_about_a_policy_change_nothing(kind: str, path: str) -> None:
    assert changed(kind, path, "b")[1].message == "what it says of itself; whom it lets in stays"


def test_mutual_tls_refuses_plain_text_once_it_is_strict() -> None:
    assert changed(MUTUAL_TLS, "spec.mtls.mode", "STRICT")[1].effects == ("disruptive",)
    assert changed(MUTUAL_TLS, "spec.mtls.mode", "PERMISSIVE")[1].effects == ("inPlace",)
    created = judged("is created", Subject(MUTUAL_TLS, {}, STRICT))
    assert created is not None
    assert created.message == "is created; clients without a sidecar are refused at once"
    deleted = judged("is deleted", Subject(MUTUAL_TLS, STRICT, {}))
    assert deleted is not None
    assert deleted.message.startswith("is deleted; clients without a sidecar are let in")
