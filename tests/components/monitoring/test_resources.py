"""Workspaces and what collects data, as components on their own."""

from __future__ import annotations

import functools

import pulumi_kubernetes as kubernetes

from components.monitoring.config import ClusterMonitoringConfig, MonitoringConfig
from components.monitoring.plan import plan_collection, plan_workspaces
from components.monitoring.resources import Collection, Workspaces
from components.values import Ref
from tests.components.mocks import Deployed, deploy, only
from tests.components.monitoring.test_plan import GROUP, KEPT, SCOPE

CONFIG = ClusterMonitoringConfig.model_validate(
    {
        "metrics": {"workspace": "ops"},
        "logs": {"workspace": "ops", "networkLogs": {"filters": {"dropped": {"verdict": ["dropped"]}}}},
        "diagnostics": {"workspace": "ops"},
    }
)
REFERENCES = {
    GROUP: "rg-test",
    Ref("cluster", "main"): "id of the cluster",
    Ref("logAnalyticsWorkspace", "ops"): "id of the logs",
    Ref("azureMonitorWorkspace", "ops"): "id of the metrics",
}


@functools.cache
def kept() -> list[Deployed]:
    """The workspaces, deployed."""
    plans = plan_workspaces(MonitoringConfig.model_validate(KEPT), SCOPE, protect=True)
    return deploy(lambda: Workspaces("monitoring", plans, {GROUP: "rg-test"}))


def collect(*, applied: bool) -> list[Deployed]:
    """What collects the data of a cluster, deployed."""

    def build() -> None:
        provider = kubernetes.Provider("main", kubeconfig="{}") if applied else None
        Collection("main", plan_collection("main", CONFIG, SCOPE), REFERENCES, provider=provider)

    return deploy(build)


def test_workspaces_stand_below_the_component() -> None:
    assert {each.label for each in kept() if each.parent == "Workspaces monitoring"} == {
        "Workspace monitoring-ops",
        "AzureMonitorWorkspace monitoring-ops",
        "Grafana monitoring-ops",
    }


def test_dashboards_refer_to_the_workspaces_beside_them() -> None:
    integrations = only(kept(), "Grafana monitoring-ops").inputs["properties"]["grafanaIntegrations"]
    assert integrations["azureMonitorWorkspaceIntegrations"] == [
        {"azureMonitorWorkspaceResourceId": "id of AzureMonitorWorkspace monitoring-ops"}
    ]


def test_what_holds_data_is_protected() -> None:
    assert {each.label for each in kept() if each.protect} == {
        "Workspace monitoring-ops",
        "AzureMonitorWorkspace monitoring-ops",
    }


def test_rules_are_associated_with_the_cluster() -> None:
    found = collect(applied=True)
    association = only(found, "DataCollectionRuleAssociation main-ContainerInsightsExtension")
    assert association.inputs == {
        "associationName": "ContainerInsightsExtension",
        "resourceUri": "id of the cluster",
        "dataCollectionRuleId": "id of DataCollectionRule main-logs",
    }
    assert only(found, "DiagnosticSetting main-diagnostics").inputs["workspaceId"] == "id of the logs"


def test_filters_are_written_to_the_cluster_only_where_the_program_may() -> None:
    assert only(collect(applied=True), "ContainerNetworkLog main-network-logs").provider == "main"
    assert [each for each in collect(applied=False) if each.kind == "ContainerNetworkLog"] == []
