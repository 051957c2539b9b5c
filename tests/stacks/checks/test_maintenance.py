"""Maintenance windows that open, and overrides that are still in force."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, findings, problems

PATH = "clusters.main.maintenanceConfigurations"
WINDOW: dict[str, Any] = {"schedule": {"weekly": {"dayOfWeek": "Sunday"}}, "startTime": "02:00"}


def windows(**configurations: Any) -> dict[str, Any]:
    """The clean stack with maintenance configurations."""
    return cluster({"maintenanceConfigurations": configurations})


def test_windows_that_open_are_taken() -> None:
    default = {"timeInWeek": [{"day": "Saturday", "hourSlots": [0, 1]}]}
    values = windows(default=default, aksManagedAutoUpgradeSchedule=WINDOW, aksManagedNodeOSUpgradeSchedule=WINDOW)
    assert problems(values) == []


@pytest.mark.parametrize(
    ("schedule", "what"),
    [
        pytest.param({}, "none of daily, weekly, absoluteMonthly, relativeMonthly", id="none"),
        pytest.param(
            {"absoluteMonthly": {"dayOfMonth": 1}, "weekly": {"dayOfWeek": "Sunday"}},
            "weekly and absoluteMonthly together",
            id="two",
        ),
    ],
)
def test_window_has_one_schedule(schedule: dict[str, Any], what: str) -> None:
    assert problems(windows(aksManagedAutoUpgradeSchedule={**WINDOW, "schedule": schedule})) == [
        f"{PATH}.aksManagedAutoUpgradeSchedule.schedule: {what}; give one of them [CFG-64]"
    ]


def test_days_without_upgrades_end_after_they_begin() -> None:
    dates = [{"start": "2026-12-24", "end": "2026-12-24"}, {"start": "2027-01-06", "end": "2026-12-20"}]
    assert problems(windows(aksManagedNodeOSUpgradeSchedule={**WINDOW, "notAllowedDates": dates})) == [
        (
            f"{PATH}.aksManagedNodeOSUpgradeSchedule.notAllowedDates[1]: 2027-01-06 to 2026-12-20 runs backwards;"
            " exchange them [CFG-64]"
        )
    ]
    times = [{"start": "2026-12-27T00:00:00Z", "end": "2026-12-24T00:00:00Z"}]
    assert problems(windows(default={"notAllowedTime": times})) == [
        (
            f"{PATH}.default.notAllowedTime[0]: 2026-12-27T00:00:00Z to 2026-12-24T00:00:00Z runs backwards;"
            " exchange them [CFG-64]"
        )
    ]


@pytest.mark.parametrize(
    ("name", "field", "channel"),
    [
        pytest.param("aksManagedAutoUpgradeSchedule", "upgradeChannel", "none", id="kubernetes"),
        pytest.param("aksManagedNodeOSUpgradeSchedule", "nodeOSUpgradeChannel", "Unmanaged", id="nodes"),
    ],
)
def test_window_in_which_nothing_happens_is_a_warning(name: str, field: str, channel: str) -> None:
    values = cluster({"maintenanceConfigurations": {name: WINDOW}, "autoUpgradeProfile": {field: channel}})
    assert problems(values) == [
        (
            f"{PATH}.{name}: warning: {field} is {channel}, so that nothing happens in it;"
            f" set {field}, or remove it [CFG-64]"
        )
    ]


def test_override_that_is_over_is_a_warning() -> None:
    values = cluster({"upgradeSettings": {"overrideSettings": {"forceUpgrade": True, "until": "2026-09-01T00:00:00Z"}}})
    assert findings("CFG-65", values, today=date(2026, 9, 1)) == []
    assert findings("CFG-65", values, today=date(2026, 9, 2)) == [
        (
            "clusters.main.upgradeSettings.overrideSettings.until: warning: 2026-09-01T00:00:00Z is before 2026-09-02,"
            " so that nothing is passed over any more; remove upgradeSettings"
        )
    ]


def test_daily_window_is_for_the_operating_system_of_nodes_only() -> None:
    window = {"schedule": {"daily": {"intervalDays": 3}}, "startTime": "02:00"}
    assert problems(windows(aksManagedNodeOSUpgradeSchedule=window)) == []
    assert problems(windows(aksManagedAutoUpgradeSchedule=window)) == [
        (
            f"{PATH}.aksManagedAutoUpgradeSchedule.schedule.daily: daily, which Azure takes in"
            " aksManagedNodeOSUpgradeSchedule only; use weekly, absoluteMonthly or relativeMonthly [CFG-64]"
        )
    ]
