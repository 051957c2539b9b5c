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


def rewritten(path: str, before: Any, after: Any, spec: dict[str, Any] | None = None) -> tuple[tuple[str, ...], str]:
    """Effects and message of a change of what a Cilium policy says."""
    found = judge(Difference(path, path, path, "update", before, after), Subject(KINDS[1], {}, {"spec": spec or {}}))
    assert found is not None
    return found[1].effects, found[1].message


ONE = {"fromEndpoints": [{"matchLabels": {"app": "a"}}], "toPorts": [{"ports": [{"port": "5432"}]}]}
TWO = {"fromEndpoints": [{"matchLabels": {"app": "a"}}], "toPorts": [{"ports": [{"port": "5432"}, {"port": "9187"}]}]}
WIDER = (("inPlace",), "allows more at once: what did not pass may pass; isolation stays as it is")
NARROWER = (
    ("disruptive",),
    "allows less at once: what nothing else allows is cut; isolation stays as it is",
)
UNSURE = (("inPlace",), "what it allows changes at once; nobody gains or loses isolation by it")


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        ("spec.ingress", [ONE], [TWO], WIDER),
        ("spec.ingress", [ONE], [ONE, TWO], WIDER),
        ("spec.ingress", [TWO], [ONE], NARROWER),
        ("spec.rules", [ONE, TWO], [TWO], NARROWER),
        (
            "spec.ingress",
            [ONE],
            [{"fromEndpoints": [{"matchLabels": {"app": "b"}}], "toPorts": ONE["toPorts"]}],
            UNSURE,
        ),
        # without ports all of them are meant
        ("spec.ingress", [{"fromEndpoints": ONE["fromEndpoints"]}], [ONE], UNSURE),
        ("spec.ingress", [{"toPorts": []}], [{"toPorts": ONE["toPorts"]}], UNSURE),
        ("spec.ingress", [{"fromCIDRSet": [{"except": ["a"]}]}], [{"fromCIDRSet": [{"except": ["a", "b"]}]}], UNSURE),
        ("spec.policyTypes", ["Ingress"], ["Ingress", "Egress"], UNSURE),
    ],
)
def test_edit_of_an_allow_says_whether_it_lets_more_or_less_through(
    path: str, before: Any, after: Any, expected: Any
) -> None:
    assert rewritten(path, before, after) == expected


def test_edit_of_a_deny_is_the_other_way_round() -> None:
    more = (
        ("disruptive",),
        "denies more at once: it is cut, whatever allows it; isolation stays as it is",
    )
    less = (("inPlace",), "denies less at once: it may pass again, where something allows it; isolation stays as it is")
    assert rewritten("spec.ingressDeny", [ONE], [TWO]) == more
    assert rewritten("spec.ingressDeny", [TWO], [ONE]) == less
    assert rewritten("spec.rules", [ONE], [TWO], {"action": "DENY"}) == more


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"ingressDeny": [ONE]}, "is deleted; what it denied may pass again, where something allows it"),
        ({"action": "DENY", "rules": [{}]}, "is deleted; what it denied may pass again, where something allows it"),
        ({"ingress": [ONE]}, "is deleted; what only it allowed is cut where pods stay isolated"),
        ({"podSelector": {}}, "is deleted; others isolate those whom it selects"),
    ],
)
def test_policy_that_goes_and_frees_nobody_says_what_it_did(spec: dict[str, Any], message: str) -> None:
    assert judged("is deleted", Subject(KINDS[1], {"spec": spec}, {})) == Verdict((), message)
    assert judged("is deleted", Subject(KINDS[1], {"specs": [spec]}, {})) == Verdict((), message)


def test_policy_that_goes_and_frees_somebody_says_both() -> None:
    gone = Subject(KINDS[1], {"spec": {"ingressDeny": [ONE]}}, {}, releases=("app=a in shop for ingress",))
    assert judged("is deleted", gone) == Verdict(
        ("disruptive",),
        "is deleted; what it denied may pass again, where something allows it; nothing isolates app=a in shop for"
        " ingress any more: everything is allowed there",
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
