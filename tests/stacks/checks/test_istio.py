"""Revisions of the Istio add-on: support, canary upgrades, and Kubernetes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, problems

_WHERE = "clusters.main.istio.revisions"


def mesh(*revisions: str, **istio: Any) -> dict[str, Any]:
    """The clean stack with the add-on."""
    return cluster({"istio": {"revisions": list(revisions), **istio}})


@pytest.mark.parametrize(
    ("revisions", "today", "found"),
    [
        pytest.param(["asm-1-30"], date(2026, 9, 1), [], id="supported"),
        pytest.param(
            [],
            date(2026, 9, 1),
            [": no revision, so that Azure would choose one; write one such as asm-1-30 [IST-01]"],
            id="none",
        ),
        pytest.param(
            ["asm-1-29"],
            date(2026, 9, 1),
            ["[0]: warning: asm-1-29 has support until 2026-09-30, 29 days from 2026-09-01; plan the upgrade [IST-01]"],
            id="ends-soon",
        ),
        pytest.param(
            ["asm-1-28"],
            date(2026, 9, 1),
            [
                (
                    "[0]: warning: asm-1-28 has had no support since 2026-08-31 and cannot be newly installed; upgrade"
                    " to asm-1-29 or newer [IST-01]"
                )
            ],
            id="ended",
        ),
        pytest.param(
            ["asm-1-30"],
            date(2027, 1, 1),
            [
                (
                    "[0]: warning: asm-1-30 has had no support since 2026-12-31 and cannot be newly installed; upgrade"
                    " Kubernetes, then the mesh [IST-01]"
                )
            ],
            id="all-ended",
        ),
        pytest.param(
            ["asm-1-24"],
            date(2026, 9, 1),
            [
                (
                    "[0]: warning: asm-1-24 is unknown here, the revisions known on 2026-08-21 are asm-1-26 to"
                    " asm-1-30; use one of these, or update the toolkit [IST-01]"
                )
            ],
            id="unknown",
        ),
    ],
)
def test_revision_is_pinned_and_supported(revisions: list[str], today: date, found: list[str]) -> None:
    assert problems(mesh(*revisions), today) == [f"{_WHERE}{message}" for message in found]


@pytest.mark.parametrize("written", ["1-29", "asm-1.29", "asm-01-29", "stable", 29])
def test_revision_has_the_form_of_one(written: object) -> None:
    shown = f"the number {written}" if isinstance(written, int) else repr(written)
    assert problems(cluster({"istio": {"revisions": [written]}})) == [
        f"{_WHERE}[0]: {shown} is not a revision of the add-on; write one such as asm-1-30 [IST-01]"
    ]


@pytest.mark.parametrize(
    ("revisions", "found"),
    [
        pytest.param(["asm-1-29", "asm-1-30"], [], id="next"),
        pytest.param(["asm-1-28", "asm-1-30"], [], id="the-one-after-it"),
        pytest.param(
            ["asm-1-27", "asm-1-30"],
            ["asm-1-30 is 3 revisions after asm-1-27, Azure takes one or two; go to asm-1-29 at most first"],
            id="too-far",
        ),
        pytest.param(
            ["asm-1-30", "asm-1-29"],
            ["asm-1-29 is not newer than asm-1-30, and the mesh cannot be downgraded; write the new revision second"],
            id="backwards",
        ),
        pytest.param(
            ["asm-1-30", "asm-1-30"],
            ["asm-1-30 is not newer than asm-1-30, and the mesh cannot be downgraded; write the new revision second"],
            id="twice",
        ),
        pytest.param(
            ["asm-1-28", "asm-1-29", "asm-1-30"],
            ["3 revisions, Azure runs one, or two during an upgrade; finish the upgrade that is under way first"],
            id="three",
        ),
    ],
)
def test_two_revisions_are_an_upgrade_under_way(revisions: list[str], found: list[str]) -> None:
    assert [each for each in problems(mesh(*revisions)) if "[IST-02]" in each] == [
        f"{_WHERE}: {message} [IST-02]" for message in found
    ]


@pytest.mark.parametrize(
    ("version", "revision", "found"),
    [
        pytest.param("1.35", "asm-1-30", [], id="goes-together"),
        pytest.param("1.36", "asm-1-30", [], id="newest"),
        pytest.param(
            "1.36",
            "asm-1-28",
            [
                (
                    "asm-1-28 runs on Kubernetes 1.30 to 1.35, the cluster has 1.36; use one that runs on it: asm-1-29,"
                    " asm-1-30 [IST-17]"
                )
            ],
            id="kubernetes-too-new",
        ),
        pytest.param(
            "1.31",
            "asm-1-30",
            [
                (
                    "asm-1-30 runs on Kubernetes 1.32 to 1.36, the cluster has 1.31; use one that runs on it: asm-1-26,"
                    " asm-1-27, asm-1-28, asm-1-29 [IST-17]"
                )
            ],
            id="kubernetes-too-old",
        ),
        pytest.param(
            "1.37",
            "asm-1-30",
            [
                (
                    "asm-1-30 runs on Kubernetes 1.32 to 1.36, the cluster has 1.37; none known on 2026-08-21 runs on"
                    " it, so use 1.36 or older, or update the toolkit [IST-17]"
                )
            ],
            id="no-revision-yet",
        ),
    ],
)
def test_revision_runs_on_the_clusters_kubernetes(version: str, revision: str, found: list[str]) -> None:
    values = cluster({"kubernetesVersion": version, "istio": {"revisions": [revision]}})
    assert [each for each in problems(values) if "[IST-17]" in each] == [f"{_WHERE}[0]: {message}" for message in found]


def test_minor_versions_that_azure_moves_may_leave_the_mesh_behind() -> None:
    values = cluster({"autoUpgradeProfile": {"upgradeChannel": "stable"}, "istio": {"revisions": ["asm-1-30"]}})
    assert [each for each in problems(values) if "[IST-17]" in each] == [
        (
            "clusters.main.autoUpgradeProfile.upgradeChannel: warning: stable moves Kubernetes to new minor versions,"
            " whether the mesh runs on them or not; use patch [IST-17]"
        )
    ]
