"""Accepted warnings."""

from __future__ import annotations

from typing import Any

from tests.stacks.checks.builder import cluster, problems

FREE = {"tier": "Free"}
WARNING = "clusters.main.tier: warning: 23 nodes on tier Free, which is meant for fewer than 10; use Standard [CAP-01]"


def accepting(rule: str, path: str, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    """A stack on the Free tier with an accepted warning."""
    accept = {"rule": rule, "path": path, "reason": "a test"}
    return {**cluster(changes or FREE), "cilia:accept": [accept]}


def test_warning_is_given_until_it_is_accepted() -> None:
    assert problems(cluster(FREE)) == [WARNING]
    assert problems(accepting("CAP-01", "clusters.main.tier")) == []


def test_acceptance_holds_for_what_is_below() -> None:
    assert problems(accepting("CAP-01", "clusters.main")) == []
    assert len(problems(accepting("CAP-01", "clusters.mai"))) == 2


def test_acceptance_of_nothing_is_refused() -> None:
    assert problems(accepting("CAP-02", "clusters.main")) == [
        WARNING,
        "accept[0]: CAP-02 gives no warning at clusters.main; remove the entry, or correct its rule and path [CFG-07]",
    ]


def test_errors_cannot_be_accepted() -> None:
    small = {"networking": {"podCidr": "192.168.0.0/23"}}

    assert problems(accepting("CAP-06", "clusters.main.networking.podCidr", small))[1:] == [
        (
            "accept[0]: CAP-06 is an error at clusters.main.networking.podCidr, and errors cannot be accepted;"
            " mend it and remove the entry [CFG-07]"
        )
    ]
