"""Observability: where data goes, and what network logs ask of a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import problems, stack

_GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers"
_LOGS = f"{_GROUP}/Microsoft.OperationalInsights/workspaces/central"
_METRICS = f"{_GROUP}/Microsoft.Monitor/accounts/central"
_NETWORK_LOGS = "clusters.main.monitoring.logs.networkLogs"
_FILTERS = {"dropped": {"verdict": ["dropped"]}}


def monitored(cluster: dict[str, Any], kept: dict[str, Any] | None = None) -> dict[str, Any]:
    """The clean stack with workspaces, and changes to its cluster."""
    workspaces = {"logAnalyticsWorkspaces": {"ops": {}}, "azureMonitorWorkspaces": {"ops": {}}, **(kept or {})}
    return stack({"cilia:monitoring": workspaces, "cilia:clusters": {"main": cluster}})


def logged(network_logs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The clean stack with network logs."""
    return monitored(
        {
            "acns": {"observability": True},
            "monitoring": {"logs": {"workspace": "ops", "networkLogs": network_logs}},
            **changes,
        }
    )


@pytest.mark.parametrize(
    ("monitoring", "found"),
    [
        pytest.param({"metrics": {"workspace": "ops"}, "logs": {"workspace": "ops"}}, [], id="keys"),
        pytest.param({"metrics": {"workspace": _METRICS}, "defender": {"workspace": _LOGS}}, [], id="existing"),
        pytest.param({"logs": {"workspace": {"stackReference": "hub", "output": "logs"}}}, [], id="output"),
        pytest.param(
            {"diagnostics": {"workspace": "opps"}},
            [
                (
                    "clusters.main.monitoring.diagnostics.workspace: 'opps' is not among the logAnalyticsWorkspaces:"
                    " ops; declare it or use one of these [CFG-06]"
                )
            ],
            id="unknown-key",
        ),
        pytest.param(
            {"metrics": {"workspace": _LOGS}},
            [
                (
                    f"clusters.main.monitoring.metrics.workspace: {_LOGS} is no workspace for this; write"
                    " /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Monitor/accounts/<name> [CFG-93]"
                )
            ],
            id="workspace-of-another-kind",
        ),
    ],
)
def test_data_goes_to_a_workspace_for_it(monitoring: dict[str, Any], found: list[str]) -> None:
    assert problems(monitored({"monitoring": monitoring})) == found


@pytest.mark.parametrize(
    "workspace", ["ops", _METRICS, {"stackReference": "hub", "output": "metrics"}], ids=["key", "existing", "output"]
)
def test_dashboards_show_workspaces_of_any_owner(workspace: object) -> None:
    assert problems(monitored({}, {"grafana": {"ops": {"azureMonitorWorkspaces": [workspace]}}})) == []


def test_dashboard_shows_metrics_only() -> None:
    assert problems(monitored({}, {"grafana": {"ops": {"azureMonitorWorkspaces": [_LOGS]}}})) == [
        (
            f"monitoring.grafana.ops.azureMonitorWorkspaces[0]: {_LOGS} is no workspace for this; write"
            " /subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Monitor/accounts/<name> [CFG-93]"
        )
    ]


def test_dashboards_show_workspaces_that_there_are() -> None:
    values = monitored({}, {"grafana": {"ops": {"azureMonitorWorkspaces": ["opps"]}}})
    assert problems(values) == [
        (
            "monitoring.grafana.ops.azureMonitorWorkspaces[0]: 'opps' is not among the azureMonitorWorkspaces: ops;"
            " declare it or use one of these [CFG-06]"
        )
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"kubernetesVersion": "1.32"}, "need Kubernetes 1.33, the cluster has 1.32; upgrade it", id="kubernetes"
        ),
        pytest.param(
            {"acns": {"observability": False}}, "need ACNS observability; set acns.observability: true", id="acns"
        ),
        pytest.param(
            {"networking": {"dataplane": "azure"}},
            "are of the Cilium that AKS runs, and this cluster has none; use dataplane cilium",
            id="dataplane",
        ),
    ],
)
def test_network_logs_are_of_a_cluster_that_writes_them(changes: dict[str, Any], message: str) -> None:
    found = [each for each in problems(logged({"filters": _FILTERS}, **changes)) if "[VER-12]" in each]
    assert found == [f"{_NETWORK_LOGS}: networkLogs {message}, or remove networkLogs [VER-12]"]


def test_network_logs_with_a_filter_pass() -> None:
    assert problems(logged({"filters": _FILTERS})) == []


def test_network_logs_are_of_kubernetes_1_33_on() -> None:
    found = problems(logged({"filters": _FILTERS}, kubernetesVersion="1.33"))
    assert [each for each in found if "[VER-12]" in each] == []


def test_network_logs_without_a_filter_log_nothing() -> None:
    assert problems(logged({})) == [
        (
            f"{_NETWORK_LOGS}: warning: no filter, so that nothing is logged; add one such as dropped:"
            f" {{verdict: [dropped]}} to filters [ACNS-13]"
        )
    ]


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        pytest.param(
            {"logAnalyticsWorkspaces": {"ops": {"name": "log"}}},
            "logAnalyticsWorkspaces.ops: 'log' has 3 characters, a name of a Log Analytics workspace has 4 to 63;"
            " lengthen it",
            id="logs",
        ),
        pytest.param(
            {"azureMonitorWorkspaces": {"ops": {"name": "metrics_ops"}}},
            "azureMonitorWorkspaces.ops: 'metrics_ops' is not a name for a Azure Monitor workspace; use letters, digits"
            " and '-', starting and ending with a letter or digit",
            id="metrics",
        ),
        pytest.param(
            {"grafana": {"g": {"name": "dashboards-of-everything", "azureMonitorWorkspaces": ["ops"]}}},
            "grafana.g: 'dashboards-of-everything' has 24 characters, a name of a Grafana workspace has 2 to 23;"
            " shorten it",
            id="grafana",
        ),
    ],
)
def test_workspaces_are_called_what_azure_takes(kept: dict[str, Any], found: str) -> None:
    assert problems(monitored({}, kept)) == [f"monitoring.{found} [NET-17]"]


def test_endpoint_of_a_cluster_with_a_long_key_has_no_name() -> None:
    key = "c" * 33
    values = monitored({})
    values["cilia:clusters"] = {
        key: {**values["cilia:clusters"]["main"], "monitoring": {"metrics": {"workspace": "ops"}}}
    }
    assert [each for each in problems(values) if "[NET-17]" in each] == [
        (
            f"clusters.{key}.monitoring.metrics: 'dce-{key}-metrics' has 45 characters, a name of a data collection"
            " endpoint has 3 to 44; shorten it [NET-17]"
        )
    ]


@pytest.mark.parametrize(("days", "refused"), [(29, True), (30, False), (730, False), (731, True)])
def test_logs_are_kept_as_long_as_azure_allows(days: int, *, refused: bool) -> None:
    values = monitored({}, {"logAnalyticsWorkspaces": {"ops": {"retentionInDays": days}}})
    bound = "use 30 or more" if days < 30 else "use 730 or less"
    message = (
        f"monitoring.logAnalyticsWorkspaces.ops.retentionInDays: the number {days} is not allowed; {bound} [CFG-04]"
    )
    assert problems(values) == ([message] if refused else [])
