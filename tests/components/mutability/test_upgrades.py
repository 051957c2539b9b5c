"""Channels: what Azure upgrades by itself from then on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.mutability.judging import judged

VERSIONS, IMAGES = "autoUpgradeProfile.upgradeChannel", "autoUpgradeProfile.nodeOSUpgradeChannel"
MINORS = (
    "from then on AKS moves control plane and 6 to 23 nodes to new minor versions by itself, and there is no way back"
)
REIMAGES = "from then on AKS reimages 6 to 23 nodes by itself when there is a new image"
NOTHING = "AKS upgrades nothing by itself from then on; somebody has to"


@pytest.mark.parametrize(
    ("path", "before", "after", "effects", "message"),
    [
        (VERSIONS, "patch", "stable", ("rolling", "oneWay"), MINORS),
        (VERSIONS, None, "rapid", ("rolling", "oneWay"), MINORS),
        (
            VERSIONS,
            "none",
            "patch",
            ("rolling", "oneWay"),
            "from then on AKS moves control plane and 6 to 23 nodes to new patch versions by itself",
        ),
        (
            VERSIONS,
            "stable",
            "patch",
            ("inPlace",),
            "from then on AKS moves to new patch versions only; minor ones are yours again",
        ),
        (VERSIONS, "none", "node-image", ("rolling",), REIMAGES),
        (VERSIONS, "stable", "none", ("inPlace",), NOTHING),
        (VERSIONS, "stable", None, ("inPlace",), NOTHING),
        (IMAGES, "None", "NodeImage", ("rolling",), REIMAGES),
        (
            IMAGES,
            "NodeImage",
            "SecurityPatch",
            ("rolling",),
            "from then on AKS patches 6 to 23 nodes by itself, and reimages them where a patch asks for it",
        ),
        (
            IMAGES,
            "None",
            "Unmanaged",
            ("inPlace",),
            "from then on nodes patch themselves; nobody restarts those that ask for it",
        ),
        (IMAGES, "NodeImage", "None", ("inPlace",), NOTHING),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else None,
)
def test_channel_says_what_azure_does_by_itself(
    path: str, before: Any, after: Any, effects: tuple[str, ...], message: str
) -> None:
    rule, verdict = judged(path, before, after)
    assert (rule, verdict.effects, verdict.message) == ("CHG-23", effects, message)
