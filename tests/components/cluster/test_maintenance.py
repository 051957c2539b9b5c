"""Maintenance windows as resources of their own, and what people may write for times and dates."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from components.cluster.maintenance import MaintenanceConfigurationsConfig, plan_maintenance
from components.values import Ref
from tests.components.cluster.builder import SCOPE, plan

WINDOW = {"schedule": {"weekly": {"dayOfWeek": "Sunday"}}, "startTime": "02:00"}
_WHERE = {"resourceGroupName": Ref("resourceGroup", "rg-test", "name"), "resourceName": Ref("cluster", "main", "name")}


def planned(values: dict[str, Any]) -> dict[str, Any]:
    """The inputs of every maintenance configuration, without where it is, by its name."""
    plans = plan_maintenance("main", MaintenanceConfigurationsConfig.model_validate(values), SCOPE)
    for each in plans:
        assert {name: each.properties[name] for name in _WHERE} == _WHERE
        assert each.properties["configName"] == each.key
    return {
        each.key: {name: value for name, value in each.properties.items() if name not in (*_WHERE, "configName")}
        for each in plans
    }


def test_nothing_is_made_where_nothing_is_said() -> None:
    assert planned({}) == {}
    assert plan().maintenance == ()


def test_azures_own_releases_have_hours_of_days_and_times_without() -> None:
    default = {
        "timeInWeek": [{"day": "Saturday", "hourSlots": [0, 1]}],
        "notAllowedTime": [{"start": "2026-12-24T00:00:00Z", "end": "2026-12-27T00:00:00Z"}],
    }
    assert planned({"default": default}) == {"default": default}


def test_upgrades_of_kubernetes_and_of_nodes_have_windows_of_their_own() -> None:
    nodes = {
        "schedule": {"relativeMonthly": {"intervalMonths": 2, "weekIndex": "First", "dayOfWeek": "Monday"}},
        "durationHours": 8,
        "startTime": "22:00",
        "utcOffset": "+02:00",
        "startDate": "2026-10-01",
        "notAllowedDates": [{"start": "2026-12-20", "end": "2027-01-06"}],
    }
    sent = planned({"aksManagedAutoUpgradeSchedule": WINDOW, "aksManagedNodeOSUpgradeSchedule": nodes})
    assert sent == {
        "aksManagedAutoUpgradeSchedule": {
            "maintenanceWindow": {
                "schedule": {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Sunday"}},
                "durationHours": 4,
                "startTime": "02:00",
                "utcOffset": "+00:00",
            }
        },
        "aksManagedNodeOSUpgradeSchedule": {"maintenanceWindow": nodes},
    }


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        pytest.param(
            "startTime", "25:00", "'25:00' is not a time of day; write one in quotes, such as \"02:00\"", id="hour"
        ),
        pytest.param(
            "startTime", 120, 'the number 120 is not a time of day; write one in quotes, such as "02:00"', id="unquoted"
        ),
        pytest.param(
            "utcOffset", "2", "'2' is not a distance from UTC; write one in quotes, such as \"+02:00\"", id="offset"
        ),
        pytest.param(
            "startDate",
            "24.12.2026",
            "'24.12.2026' is not a date; write one in quotes, such as \"2026-12-24\"",
            id="date",
        ),
    ],
)
def test_time_that_azure_does_not_take_is_refused(field: str, value: object, fault: str) -> None:
    with pytest.raises(ValidationError) as caught:
        MaintenanceConfigurationsConfig.model_validate({"aksManagedAutoUpgradeSchedule": {**WINDOW, field: value}})
    (error,) = caught.value.errors()
    assert error["msg"] == fault


def test_an_override_of_upgrade_checks_is_sent() -> None:
    settings = {"overrideSettings": {"forceUpgrade": True, "until": "2026-12-24T18:00:00Z"}}
    assert plan({"upgradeSettings": settings}).properties["upgradeSettings"] == settings
    assert "upgradeSettings" not in plan().properties
