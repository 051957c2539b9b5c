"""Settings of something that a cluster does not have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, findings

_PROFILE = {"autoScalerProfile": {"expander": "least-waste"}}
_FIXED = {"pools": {"user": {"count": 3, "minCount": ..., "maxCount": ...}}}
_UNREAD = "clusters.main.autoScalerProfile: warning: no pool has an autoscaler, so that nothing reads it;"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (_PROFILE, []),
        ({**_PROFILE, **_FIXED}, [f"{_UNREAD} give a pool minCount and maxCount, or remove it"]),
        (
            {**_PROFILE, **_FIXED, "nodeProvisioningProfile": {"mode": "Auto"}},
            [f"{_UNREAD} node auto-provisioning scales instead; remove it"],
        ),
        (_FIXED, []),
    ],
    ids=["autoscaled", "fixed", "provisioned", "nothing-written"],
)
def test_autoscaler_is_set_up_where_there_is_one(changes: dict[str, Any], found: list[str]) -> None:
    assert findings("CFG-66", cluster(changes)) == found


def test_way_to_sign_in_with_entra_is_for_clusters_with_entra() -> None:
    login = {"kubelogin": {"login": "azurecli"}}
    assert findings("CFG-66", cluster({**login, "aadProfile": {"enableAzureRBAC": True}})) == []
    assert findings("CFG-66", cluster(login)) == [
        (
            "clusters.main.kubelogin: warning: no aadProfile, so that nobody signs in with Entra; add aadProfile, or"
            " remove it"
        )
    ]
