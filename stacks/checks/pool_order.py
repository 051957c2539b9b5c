"""Azure's order of a cluster's pools, which decides what Pulumi leaves alone in the system pool."""

from __future__ import annotations

from collections.abc import Iterator

from components.cluster.pool_plan import upgrades_minor_versions
from components.problems import Problem
from components.rules import Rule
from stacks.view import ClusterView, StackView

FIRST_POOL = Rule(
    "CFG-44",
    "What Azure changes in the system pool belongs to the first pool of the cluster",
    why="Pulumi leaves alone what the autoscaler and automatic upgrades change in the system pool, by its position in"
    " the cluster's list of pools: the first. Azure lists pools by name, and after a refresh Pulumi's state does, too."
    " If another pool comes first then, its number of nodes and its version are what Pulumi keeps, and sends for the"
    " system pool.",
    fix="Give pools names that sort after the system pool's, or the system pool a fixed count; before it exists,"
    " systemPool.name can change instead.",
    source="https://github.com/hashicorp/terraform-provider-azurerm/issues/3835;"
    " https://github.com/pulumi/pulumi-azure-native/issues/1298; ignoreChanges:"
    " https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/",
)


def _order(view: StackView) -> Iterator[Problem]:
    """CFG-44."""
    for cluster in view.clusters:
        yield from _cluster(cluster)


def _cluster(cluster: ClusterView) -> Iterator[Problem]:
    system, pools = cluster.config.system_pool, cluster.config.pools
    for name, pool in pools.items():
        if name > system.name:
            continue
        after = f"{name!r} sorts before the system pool {system.name!r}"
        if system.autoscaled:
            yield FIRST_POOL.error(
                (*cluster.path, "pools", name),
                f"{after}, which is autoscaled: after a refresh Pulumi would give the system pool as many nodes as"
                f" {name!r} has; use a name after {system.name!r}, or a fixed count for the system pool",
            )
        elif upgrades_minor_versions(cluster.config) and pool.orchestrator_version is not None:
            yield FIRST_POOL.error(
                (*cluster.path, "pools", name, "orchestratorVersion"),
                f"given for a pool that sorts before the system pool {system.name!r} of a cluster with upgradeChannel"
                f" {cluster.config.auto_upgrade_profile.upgrade_channel}: after a refresh Pulumi would give the system"
                f" pool this version; use a name after {system.name!r}, or remove it",
            )


CHECKS = (_order,)
