"""What Azure changes in the system pool is left alone by its position, so the system pool has to come first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, problems

APPS: dict[str, Any] = {"subnet": "nodes", "vmSize": "Standard_D8ds_v5", "count": 8}
AUTOSCALED = {"count": ..., "minCount": 3, "maxCount": 10}
CHANNEL = {"autoUpgradeProfile": {"upgradeChannel": "stable"}}


def test_pool_that_sorts_before_an_autoscaled_system_pool_is_refused() -> None:
    (found,) = problems(cluster({"systemPool": AUTOSCALED, "pools": {"apps": APPS}}))

    assert found == (
        "clusters.main.pools.apps: 'apps' sorts before the system pool 'system', which is autoscaled: after a refresh "
        "Pulumi would give the system pool as many nodes as 'apps' has; use a name after 'system', or a fixed count "
        "for the system pool [CFG-44]"
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"pools": {"apps": APPS}}, id="fixed count"),
        pytest.param({"systemPool": AUTOSCALED, "pools": {"work": APPS}}, id="after it"),
        pytest.param({"systemPool": {**AUTOSCALED, "name": "agents"}, "pools": {"apps": APPS}}, id="renamed"),
        pytest.param({"pools": {"apps": APPS}, **CHANNEL}, id="versions that Azure keeps equal"),
        pytest.param({"pools": {"work": {**APPS, "orchestratorVersion": "1.34"}}, **CHANNEL}, id="version after it"),
        pytest.param({"pools": {"apps": {**APPS, "orchestratorVersion": "1.34"}}}, id="no automatic upgrades"),
    ],
)
def test_other_pools_are_fine(changes: dict[str, Any]) -> None:
    assert [line for line in problems(cluster(changes)) if "sorts before" in line] == []


def test_version_of_a_pool_that_sorts_first_is_refused_where_azure_upgrades_minors() -> None:
    changes = {"pools": {"apps": {**APPS, "orchestratorVersion": "1.34"}}, **CHANNEL}

    (found,) = [line for line in problems(cluster(changes)) if "sorts before" in line]

    assert found == (
        "clusters.main.pools.apps.orchestratorVersion: given for a pool that sorts before the system pool 'system' of "
        "a cluster with upgradeChannel stable: after a refresh Pulumi would give the system pool this version; use a "
        "name after 'system', or remove it [CFG-44]"
    )
