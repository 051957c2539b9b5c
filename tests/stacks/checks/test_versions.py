"""Kubernetes versions: form, who upgrades them, pools behind their control plane, ends of support."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.stacks.checks.builder import TODAY, cluster, problems, stack

_LTS = {"tier": "Premium", "supportPlan": "AKSLongTermSupport"}
_MANUAL = {"autoUpgradeProfile": {"upgradeChannel": "none"}}
_FORM = 'is not a Kubernetes version; write a minor version in quotes, such as "1.35" [CFG-05]'


def pool(version: str, **cluster_values: Any) -> dict[str, Any]:
    return {**cluster_values, "pools": {"user": {"orchestratorVersion": version}}}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({"kubernetesVersion": "1.35"}, [], id="minor"),
        pytest.param({"kubernetesVersion": "1.35.2", **_MANUAL}, [], id="patch-upgraded-by-hand"),
        pytest.param(
            {"kubernetesVersion": "1.35.2", "autoUpgradeProfile": {"upgradeChannel": "node-image"}},
            [],
            id="patch-with-node-image-channel",
        ),
        pytest.param(
            {"kubernetesVersion": 1.35}, [f"clusters.main.kubernetesVersion: the number 1.35 {_FORM}"], id="number"
        ),
        pytest.param(
            {"kubernetesVersion": "v1.35"}, [f"clusters.main.kubernetesVersion: 'v1.35' {_FORM}"], id="with-v"
        ),
        pytest.param({"kubernetesVersion": "1"}, [f"clusters.main.kubernetesVersion: '1' {_FORM}"], id="major-only"),
        pytest.param(
            {"kubernetesVersion": "1.035"}, [f"clusters.main.kubernetesVersion: '1.035' {_FORM}"], id="leading-zero"
        ),
        pytest.param(
            pool("latest"), [f"clusters.main.pools.user.orchestratorVersion: 'latest' {_FORM}"], id="pool-form"
        ),
    ],
)
def test_version_has_the_form_of_one(changes: dict[str, Any], found: list[str]) -> None:
    assert problems(cluster(changes)) == found


@pytest.mark.parametrize("channel", ["patch", "stable", "rapid"])
def test_patch_version_is_refused_where_azure_installs_patches(channel: str) -> None:
    found = problems(
        cluster({"kubernetesVersion": "1.35.2", "autoUpgradeProfile": {"upgradeChannel": channel}}), date(2026, 9, 1)
    )
    assert found[0] == (
        f"clusters.main.kubernetesVersion: 1.35.2 names a patch, but upgradeChannel {channel} installs later ones, and"
        " the"
        ' next deployment would ask for a downgrade; write "1.35" [VER-15]'
    )


def test_patch_version_of_a_pool_is_refused_where_azure_installs_patches() -> None:
    assert problems(cluster(pool("1.34.1"))) == [
        (
            "clusters.main.pools.user.orchestratorVersion: 1.34.1 names a patch, but upgradeChannel patch installs"
            " later ones,"
            ' and the next deployment would ask for a downgrade; write "1.34" [VER-15]'
        )
    ]


@pytest.mark.parametrize("channel", ["stable", "rapid"])
def test_channel_that_moves_minor_versions_is_pointed_out(channel: str) -> None:
    assert problems(cluster({"autoUpgradeProfile": {"upgradeChannel": channel}})) == [
        (
            "clusters.main.kubernetesVersion: warning: 1.35 is only what a new cluster starts with: upgradeChannel"
            f" {channel} moves it on, and edits here change nothing; use upgradeChannel patch to decide minor versions"
            " here [VER-15]"
        )
    ]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param(pool("1.35"), [], id="same"),
        pytest.param(pool("1.33"), [], id="two-behind"),
        pytest.param(
            pool("1.32"),
            [
                (
                    "warning: 1.32 is 3 minor versions older than the cluster's 1.35, the description of Azure's API"
                    " allows 2; use 1.33 or newer [VER-15]"
                )
            ],
            id="three-behind",
        ),
        pytest.param(
            pool("1.31"),
            ["1.31 is 4 minor versions older than the cluster's 1.35, Kubernetes allows 3; use 1.32 or newer [VER-15]"],
            id="four-behind",
        ),
        pytest.param(
            pool("1.36"),
            ["1.36 is newer than the cluster's 1.35, which Azure refuses; use 1.35 or older [VER-15]"],
            id="newer",
        ),
        pytest.param(
            pool("1.35.3", kubernetesVersion="1.35.2", **_MANUAL),
            ["1.35.3 is newer than the cluster's 1.35.2, which Azure refuses; use 1.35.2 or older [VER-15]"],
            id="newer-patch",
        ),
        pytest.param(pool("1.35.3", **_MANUAL), [], id="patch-of-the-cluster's-minor"),
    ],
)
def test_pool_is_not_newer_nor_much_older_than_its_control_plane(changes: dict[str, Any], found: list[str]) -> None:
    path = "clusters.main.pools.user.orchestratorVersion: "
    assert problems(cluster(changes)) == [path + message for message in found]


@pytest.mark.parametrize("tier", ["Free", "Standard"])
def test_long_term_support_needs_tier_premium(tier: str) -> None:
    values = cluster({"tier": tier, "supportPlan": "AKSLongTermSupport", "pools": ..., "systemPool": {"count": 3}})
    assert problems(values) == [
        (
            f"clusters.main.supportPlan: AKSLongTermSupport with tier {tier}, Azure offers it with tier Premium only;"
            " set tier: Premium, or supportPlan: KubernetesOfficial [VER-15]"
        )
    ]


def test_long_term_support_with_tier_premium_is_fine() -> None:
    assert problems(cluster(_LTS)) == []


@pytest.mark.parametrize(
    ("changes", "today", "message"),
    [
        pytest.param({"kubernetesVersion": "1.34"}, date(2026, 10, 30), None, id="31-days-left"),
        pytest.param(
            {"kubernetesVersion": "1.34"},
            date(2026, 11, 1),
            "1.34 has community support until 2026-11-30, 29 days from 2026-11-01; plan the upgrade [CFG-41]",
            id="ends-soon",
        ),
        pytest.param(
            {"kubernetesVersion": "1.34"},
            date(2026, 11, 30),
            "1.34 has community support until 2026-11-30, 0 days from 2026-11-30; plan the upgrade [CFG-41]",
            id="last-day",
        ),
        pytest.param(
            {"kubernetesVersion": "1.34"},
            date(2026, 12, 1),
            "1.34 has had no community support since 2026-11-30; upgrade to 1.35 or newer, a minor version at a time,"
            " or use tier Premium with supportPlan AKSLongTermSupport until 2027-11-30 [CFG-41]",
            id="ended",
        ),
        pytest.param({"kubernetesVersion": "1.33", **_LTS}, TODAY, None, id="ended-but-long-term"),
        pytest.param(
            {"kubernetesVersion": "1.30", **_LTS},
            TODAY,
            "1.30 has had no long-term support since 2026-07-31; upgrade to 1.31 or newer, a minor version at a time"
            " [CFG-41]",
            id="long-term-ended",
        ),
        pytest.param(
            {"kubernetesVersion": "1.29"},
            TODAY,
            "1.29 has had no community support since 2025-03-31; upgrade to 1.34 or newer, a minor version at a time"
            " [CFG-41]",
            id="both-ended",
        ),
        pytest.param(
            {"kubernetesVersion": "1.37"},
            TODAY,
            "1.37 is a preview until 2026-10-31 at the latest; use 1.36 in production [CFG-41]",
            id="preview",
        ),
        pytest.param(
            {"kubernetesVersion": "1.24"},
            TODAY,
            "1.24 is older than 1.29, and 1.29 has had no community support since 2025-03-31; upgrade to 1.34 or newer,"
            " a minor version at a time [CFG-41]",
            id="older-than-all-that-are-known",
        ),
        pytest.param(
            {"kubernetesVersion": "1.42"},
            TODAY,
            "1.42 is unknown here, the versions known on 2026-08-21 are 1.29 to 1.37; use one of these, or update the"
            " toolkit [CFG-40]",
            id="unknown",
        ),
    ],
)
def test_support_of_the_version_on_the_day(changes: dict[str, Any], today: date, message: str | None) -> None:
    path = "clusters.main.kubernetesVersion: warning: "
    assert problems(cluster(changes), today) == ([] if message is None else [path + message])


def test_version_data_is_trusted_for_180_days() -> None:
    assert problems(stack(), date(2027, 2, 17)) == []


def test_old_version_data_is_pointed_out_once_per_stack() -> None:
    twice = stack({"cilia:clusters": {"other": {**stack()["cilia:clusters"]["main"], "name": "aks-other"}}})
    assert problems(twice, date(2027, 2, 18)) == [
        (
            "clusters: warning: the version data is of 2026-08-21, 181 days before 2027-02-18, and is trusted for 180;"
            " update the toolkit [CFG-42]"
        )
    ]


@pytest.mark.parametrize(
    ("channel", "found"),
    [
        pytest.param("NodeImage", [], id="together"),
        pytest.param(
            "SecurityPatch",
            [
                (
                    "clusters.main.autoUpgradeProfile.nodeOSUpgradeChannel: SecurityPatch beside upgradeChannel"
                    " node-image, which Azure takes with NodeImage only; use upgradeChannel none [CFG-49]"
                )
            ],
            id="apart",
        ),
    ],
)
def test_node_image_channel_goes_with_node_image_only(channel: str, found: list[str]) -> None:
    profile = {"upgradeChannel": "node-image", "nodeOSUpgradeChannel": channel}
    assert problems(cluster({"autoUpgradeProfile": profile})) == found
