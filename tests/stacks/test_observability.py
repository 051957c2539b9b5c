"""Plans of what several clusters send their data to."""

from __future__ import annotations

from components.values import Ref
from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, stack

_EXISTING = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Monitor/accounts/central"
)
_OUTPUT = {"stackReference": "hub", "output": "metrics"}


def test_dashboard_may_read_every_workspace_that_it_shows() -> None:
    kept = {
        "azureMonitorWorkspaces": {"own": {}},
        "grafana": {"ops": {"azureMonitorWorkspaces": ["own", _EXISTING, _OUTPUT]}},
    }
    plan = check(parse(stack({"cilia:monitoring": kept})), today=TODAY).plan
    assert plan is not None
    rights = plan.observability.rights["ops"].role_assignments
    assert {right.key: right.properties["scope"] for right in rights} == {
        "ops-own": Ref("azureMonitorWorkspace", "own"),
        "ops-central": _EXISTING,
        "ops-hub-metrics": Ref("stackOutput", "hub", "metrics"),
    }
    (dashboard,) = (each for each in plan.observability.workspaces if each.kind == "grafana")
    shown = dashboard.properties["properties"]["grafanaIntegrations"]["azureMonitorWorkspaceIntegrations"]
    assert [each["azureMonitorWorkspaceResourceId"] for each in shown] == [
        right.properties["scope"] for right in rights
    ]
