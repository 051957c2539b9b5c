"""When Azure may upgrade by itself, and what upgrades may pass over."""

from __future__ import annotations

from collections.abc import Iterator

from components.cluster.maintenance import MaintenanceWindowConfig
from components.problems import KeyPath, Problem
from components.rules import Rule
from stacks.view import ClusterView, StackView

_PAGE = "https://learn.microsoft.com/azure/aks/planned-maintenance"

SCHEDULE = Rule(
    "CFG-64",
    "A maintenance window opens",
    why="Azure takes one kind of schedule per window, a daily one for the operating system of nodes only, and days that"
    " end after they begin. Without the channel that it is for, nothing happens in a window.",
    fix="Give one of daily, weekly, absoluteMonthly and relativeMonthly; set the channel, or remove the window.",
    source=_PAGE,
)
OVERRIDE = Rule(
    "CFG-65",
    "An override of upgrade checks is still in force",
    why="Until then upgrades pass over APIs that the new version lacks; afterwards Azure checks again and the override"
    " only stands in the file.",
    fix="Remove upgradeSettings, or give a later moment.",
    source="https://learn.microsoft.com/azure/aks/stop-cluster-upgrade-api-breaking-changes",
)


def _schedules(view: StackView) -> Iterator[Problem]:
    """CFG-64."""
    for cluster in view.clusters:
        config, profile = cluster.config.maintenance_configurations, cluster.config.auto_upgrade_profile
        windows = (
            (
                "aksManagedAutoUpgradeSchedule",
                config.aks_managed_auto_upgrade_schedule,
                "upgradeChannel",
                profile.upgrade_channel,
            ),
            (
                "aksManagedNodeOSUpgradeSchedule",
                config.aks_managed_node_os_upgrade_schedule,
                "nodeOSUpgradeChannel",
                profile.node_os_upgrade_channel,
            ),
        )
        for name, window, field, channel in windows:
            if window is None:
                continue
            path = _path(cluster, name)
            yield from _window(window, path)
            if name == "aksManagedAutoUpgradeSchedule" and window.schedule.daily is not None:
                yield SCHEDULE.error(
                    (*path, "schedule", "daily"),
                    "daily, which Azure takes in aksManagedNodeOSUpgradeSchedule only; use weekly, absoluteMonthly or"
                    " relativeMonthly",
                )
            # Unmanaged: the operating system upgrades itself, whatever the window
            if channel.casefold() in ("none", "unmanaged"):
                yield SCHEDULE.warning(
                    path, f"{field} is {channel}, so that nothing happens in it; set {field}, or remove it"
                )
        for index, span in enumerate(config.default.not_allowed_time if config.default else ()):
            if span.end <= span.start:
                yield SCHEDULE.error(
                    (*_path(cluster, "default"), "notAllowedTime", index),
                    f"{span.start} to {span.end} runs backwards; exchange them",
                )


def _path(cluster: ClusterView, name: str) -> KeyPath:
    return (*cluster.path, "maintenanceConfigurations", name)


def _window(window: MaintenanceWindowConfig, path: KeyPath) -> Iterator[Problem]:
    given = list(window.schedule.given)
    if len(given) != 1:
        what = f"{' and '.join(given)} together" if given else "none of daily, weekly, absoluteMonthly, relativeMonthly"
        yield SCHEDULE.error((*path, "schedule"), f"{what}; give one of them")
    for index, span in enumerate(window.not_allowed_dates):
        if span.end < span.start:
            yield SCHEDULE.error(
                (*path, "notAllowedDates", index), f"{span.start} to {span.end} runs backwards; exchange them"
            )


def _overrides(view: StackView) -> Iterator[Problem]:
    """CFG-65."""
    for cluster in view.clusters:
        settings = cluster.config.upgrade_settings
        if settings is None:
            continue
        until = settings.override_settings.until
        if until[:10] < view.today.isoformat():
            yield OVERRIDE.warning(
                (*cluster.path, "upgradeSettings", "overrideSettings", "until"),
                f"{until} is before {view.today}, so that nothing is passed over any more; remove upgradeSettings",
            )


CHECKS = (_schedules, _overrides)
