"""When Azure may upgrade a cluster by itself: maintenance windows, each a resource of its own.

Names and bounds: https://learn.microsoft.com/azure/aks/planned-maintenance (2026-08)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from components.facts import limits
from components.values import MALFORMED, ArmProperties, Listed, Model, Ref, Scope, shown

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")

WeekDay = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
Months = Annotated[int, Field(ge=limits.MAINTENANCE_MONTHS.start, le=limits.MAINTENANCE_MONTHS[-1])]


def parse_time(value: object) -> str:
    """A time of day, `02:00`; unquoted, YAML would read some of them as numbers.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str) and _TIME.fullmatch(value):
        return value
    raise MALFORMED.invalid(f'{shown(value)} is not a time of day; write one in quotes, such as "02:00"')


def parse_offset(value: object) -> str:
    """A distance from UTC, `+02:00`.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str) and _OFFSET.fullmatch(value):
        return value
    raise MALFORMED.invalid(f'{shown(value)} is not a distance from UTC; write one in quotes, such as "+02:00"')


def parse_day(value: object) -> str:
    """A date, `2026-12-24`.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else _no_day(value)
    except ValueError:
        return _no_day(value)


def _no_day(value: object) -> str:
    raise MALFORMED.invalid(f'{shown(value)} is not a date; write one in quotes, such as "2026-12-24"')


def parse_instant(value: object) -> str:
    """A moment in UTC, `2026-12-24T18:00:00Z`.

    Raises:
        PydanticCustomError: Not one (CFG-05).
    """
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return value
    raise MALFORMED.invalid(
        f'{shown(value)} is not a moment in UTC; write one in quotes, such as "2026-12-24T18:00:00Z"'
    )


Time = Annotated[str, PlainValidator(parse_time), WithJsonSchema({"type": "string", "examples": ["02:00"]})]
Offset = Annotated[str, PlainValidator(parse_offset), WithJsonSchema({"type": "string", "examples": ["+02:00"]})]
Day = Annotated[str, PlainValidator(parse_day), WithJsonSchema({"type": "string", "examples": ["2026-12-24"]})]
Instant = Annotated[
    str, PlainValidator(parse_instant), WithJsonSchema({"type": "string", "examples": ["2026-12-24T18:00:00Z"]})
]


class DailyConfig(Model):
    """Every few days."""

    interval_days: Annotated[int, Field(ge=limits.MAINTENANCE_DAYS.start, le=limits.MAINTENANCE_DAYS[-1])] = 1


class WeeklyConfig(Model):
    """Every few weeks."""

    interval_weeks: Annotated[int, Field(ge=limits.MAINTENANCE_WEEKS.start, le=limits.MAINTENANCE_WEEKS[-1])] = 1
    day_of_week: WeekDay


class AbsoluteMonthlyConfig(Model):
    """Every few months, on a day of the month."""

    interval_months: Months = 1
    day_of_month: Annotated[int, Field(ge=1, le=31)]


class RelativeMonthlyConfig(Model):
    """Every few months, such as on the first Sunday."""

    interval_months: Months = 1
    week_index: Literal["First", "Second", "Third", "Fourth", "Last"]
    day_of_week: WeekDay


class ScheduleConfig(Model):
    """How often a window opens: exactly one of these."""

    daily: DailyConfig | None = None
    weekly: WeeklyConfig | None = None
    absolute_monthly: AbsoluteMonthlyConfig | None = None
    relative_monthly: RelativeMonthlyConfig | None = None

    @property
    def given(self) -> dict[str, Model]:
        """Those that are written, by Azure's names."""
        kinds: dict[str, Model | None] = {
            "daily": self.daily,
            "weekly": self.weekly,
            "absoluteMonthly": self.absolute_monthly,
            "relativeMonthly": self.relative_monthly,
        }
        return {name: kind for name, kind in kinds.items() if kind is not None}


class DateSpanConfig(Model):
    """Days on which nothing is upgraded, such as a holiday season."""

    start: Day
    end: Day


class MaintenanceWindowConfig(Model):
    """When a planned upgrade may begin and how long it may take."""

    schedule: ScheduleConfig
    duration_hours: Annotated[int, Field(ge=limits.MAINTENANCE_HOURS.start, le=limits.MAINTENANCE_HOURS[-1])] = (
        limits.MAINTENANCE_HOURS.start
    )
    start_time: Time
    utc_offset: Offset = "+00:00"
    start_date: Day | None = Field(None, description="from when on; at once if absent")
    not_allowed_dates: Listed[DateSpanConfig] = ()


class TimeInWeekConfig(Model):
    """Hours of one day of the week, in UTC."""

    day: WeekDay
    hour_slots: Listed[Annotated[int, Field(ge=0, le=23)]]


class TimeSpanConfig(Model):
    """From one moment to another."""

    start: Instant
    end: Instant


class DefaultMaintenanceConfig(Model):
    """When Azure may roll out its own weekly releases, which fix control plane and add-ons."""

    time_in_week: Listed[TimeInWeekConfig] = ()
    not_allowed_time: Listed[TimeSpanConfig] = ()


class MaintenanceConfigurationsConfig(Model):
    """When Azure may upgrade by itself; any time where nothing is written."""

    default: DefaultMaintenanceConfig | None = Field(None, description="Azure's weekly releases")
    aks_managed_auto_upgrade_schedule: MaintenanceWindowConfig | None = Field(
        None, description="Kubernetes, by autoUpgradeProfile.upgradeChannel"
    )
    aks_managed_node_os_upgrade_schedule: MaintenanceWindowConfig | None = Field(
        None,
        alias="aksManagedNodeOSUpgradeSchedule",
        description="the nodes' operating system, by autoUpgradeProfile.nodeOSUpgradeChannel",
    )


@dataclass(frozen=True, slots=True)
class MaintenancePlan:
    """One maintenance configuration: its Azure name, which says what it is about, and its inputs."""

    key: str
    properties: ArmProperties


def plan_maintenance(
    cluster: str, config: MaintenanceConfigurationsConfig, scope: Scope
) -> tuple[MaintenancePlan, ...]:
    """Every maintenance configuration of a cluster, in Azure's order."""
    return tuple(
        MaintenancePlan(
            name,
            {
                "resourceGroupName": scope.group,
                "resourceName": Ref("cluster", cluster, "name"),
                "configName": name,
                **properties,
            },
        )
        for name, properties in _written(config)
    )


def _written(config: MaintenanceConfigurationsConfig) -> Iterator[tuple[str, ArmProperties]]:
    if config.default is not None:
        yield "default", _sent(config.default)
    schedules = {
        "aksManagedAutoUpgradeSchedule": config.aks_managed_auto_upgrade_schedule,
        "aksManagedNodeOSUpgradeSchedule": config.aks_managed_node_os_upgrade_schedule,
    }
    for name, window in schedules.items():
        if window is not None:
            yield name, {"maintenanceWindow": _sent(window)}


def _sent(config: Model) -> ArmProperties:
    return {
        key: value for key, value in config.model_dump(by_alias=True, exclude_none=True, mode="json").items() if value
    }
