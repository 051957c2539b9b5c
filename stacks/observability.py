"""Plans of what several clusters send their data to."""

from __future__ import annotations

from dataclasses import dataclass

from components.facts.names import Kind
from components.identity.access.plan import AccessPlan, plan_reader
from components.monitoring.plan import GRAFANA, METRICS, MonitoredPlan, plan_workspaces, workspace_name
from components.references import named
from components.values import Ref, is_key, referred
from stacks.view import StackView


@dataclass(frozen=True, slots=True)
class ObservabilityPlan:
    """Workspaces and dashboards of a stack.

    Attributes:
        workspaces: All of them, each after what it refers to.
        rights: What dashboards may read, by their keys.
    """

    workspaces: tuple[MonitoredPlan, ...]
    rights: dict[str, AccessPlan]


def plan_observability(view: StackView) -> ObservabilityPlan:
    """What the stack's clusters send their data to."""
    config, scope = view.config.monitoring, view.scope
    metrics = {
        key: (
            Ref(METRICS, key),
            scope.arm_id("Microsoft.Monitor/accounts", workspace_name(Kind.AZURE_MONITOR_WORKSPACE, key, each.name)),
        )
        for key, each in config.azure_monitor_workspaces.items()
    }
    return ObservabilityPlan(
        plan_workspaces(config, scope, protect=view.protect),
        {
            key: plan_reader(
                key,
                scope,
                holder=scope.arm_id("Microsoft.Dashboard/grafana", workspace_name(Kind.GRAFANA, key, each.name)),
                principal=Ref(GRAFANA, key, "principalId"),
                workspaces={
                    name: metrics[existing] if is_key(existing) else (referred(METRICS, "", existing), str(existing))
                    for name, existing in named(each.azure_monitor_workspaces).items()
                },
            )
            for key, each in config.grafana.items()
        },
    )
