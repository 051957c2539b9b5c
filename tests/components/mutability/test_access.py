"""Who reaches the API server, and with which credentials."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.mutability.judging import effects, judged

RANGES = "apiServerAccessProfile.authorizedIPRanges"
OFFICE, PIPELINE = "20.50.0.0/24", "20.60.0.8/32"
GATEWAY = {"$unknown": "ipAddress of PublicIPAddress main"}
EVERYBODY = "without authorized ranges the API server is reachable from the whole Internet again, not from"
LOCKED_OUT = "reach the API server from then on; everybody else is locked out, nodes and pipelines included"


@pytest.mark.parametrize(
    ("before", "after", "effect", "message"),
    [
        ([OFFICE, PIPELINE], None, "disruptive", f"{EVERYBODY} {OFFICE}, {PIPELINE} only"),
        ([OFFICE], [], "disruptive", f"{EVERYBODY} {OFFICE} only"),
        (None, [OFFICE], "disruptive", f"only {OFFICE} {LOCKED_OUT}"),
        ([], [OFFICE], "disruptive", f"only {OFFICE} {LOCKED_OUT}"),
        ([OFFICE], [OFFICE, PIPELINE], "inPlace", f"{PIPELINE} may reach the API server from then on"),
        (
            [OFFICE, PIPELINE],
            [OFFICE],
            "disruptive",
            f"{PIPELINE} no longer reaches the API server, nodes and pipelines included",
        ),
        (
            [OFFICE],
            [PIPELINE],
            "disruptive",
            (
                f"{OFFICE} no longer reaches the API server, nodes and pipelines included;"
                f" {PIPELINE} may reach the API server from then on"
            ),
        ),
        (["20.50.0.7"], [OFFICE], "inPlace", f"{OFFICE} may reach the API server from then on"),
        ([OFFICE, PIPELINE], [PIPELINE, OFFICE], "inPlace", "the same addresses reach the API server as before"),
        (
            [OFFICE],
            [OFFICE, GATEWAY],
            "inPlace",
            "<ipAddress of PublicIPAddress main> may reach the API server from then on",
        ),
    ],
    ids=["gone", "emptied", "came", "filled", "more", "less", "other", "wider", "another order", "not known yet"],
)
def test_authorized_ranges_say_who_is_let_in_and_who_is_locked_out(
    before: Any, after: Any, effect: str, message: str
) -> None:
    rule, verdict = judged(RANGES, before, after)
    assert (rule, verdict.effects, verdict.message) == ("CHG-03", (effect,), message)


@pytest.mark.parametrize(
    ("path", "before", "after", "effect", "message"),
    [
        (
            "disableLocalAccounts",
            False,
            True,
            "disruptive",
            (
                "az aks get-credentials --admin is refused; a certificate that somebody has already stays good until"
                " the cluster's certificates are rotated"
            ),
        ),
        (
            "disableLocalAccounts",
            True,
            False,
            "disruptive",
            (
                "az aks get-credentials --admin gives a certificate of an administrator again, which goes past"
                " Microsoft Entra and its groups"
            ),
        ),
        (
            "apiServerAccessProfile.disableRunCommand",
            None,
            True,
            "disruptive",
            "az aks command invoke is refused from then on, to people and pipelines",
        ),
        (
            "apiServerAccessProfile.disableRunCommand",
            True,
            None,
            "inPlace",
            "az aks command invoke works from then on, from everywhere, for whoever has the right to it in Azure",
        ),
    ],
    ids=["local accounts off", "local accounts on", "run command off", "run command on"],
)
def test_switch_of_a_way_in_says_what_it_opens_or_closes(
    path: str, before: Any, after: Any, effect: str, message: str
) -> None:
    rule, verdict = judged(path, before, after)
    assert (rule, verdict.effects, verdict.message) == ("CHG-03", (effect,), message)


def test_directory_settings_have_their_effects() -> None:
    assert effects("aadProfile.enableAzureRBAC", False, True) == ("CHG-03", ("disruptive",))


@pytest.mark.parametrize(
    ("before", "after", "effect", "message"),
    [
        (["a"], ["a", "b"], "inPlace", "members of b are administrators of the cluster from then on"),
        (["a", "b"], ["a"], "disruptive", "members of b are administrators of the cluster no longer"),
        (
            ["a"],
            None,
            "disruptive",
            (
                "members of a are administrators of the cluster no longer;"
                " nobody is one by a group; make sure that a role of Azure lets somebody in"
            ),
        ),
        (["a", "b"], ["b", "a"], "inPlace", "the same groups as before"),
    ],
    ids=["more", "less", "none", "another order"],
)
def test_groups_of_administrators_say_who_comes_and_who_goes(
    before: Any, after: Any, effect: str, message: str
) -> None:
    rule, verdict = judged("aadProfile.adminGroupObjectIDs", before, after)
    assert (rule, verdict.effects, verdict.message) == ("CHG-03", (effect,), message)
