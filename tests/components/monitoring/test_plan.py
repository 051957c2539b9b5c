"""What follows from observability: workspaces, a part of the cluster's inputs, rules for what it sends."""

from __future__ import annotations

from typing import Any

import pytest

from components.monitoring.config import ClusterMonitoringConfig, MonitoringConfig
from components.monitoring.plan import (
    CollectionPlan,
    MonitoredPlan,
    monitoring_contribution,
    plan_collection,
    plan_workspaces,
)
from components.values import Ref, Scope

SCOPE = Scope("00000000-0000-0000-0000-000000000000", "rg-test", "westeurope", {"env": "test"})
GROUP = Ref("resourceGroup", "rg-test", "name")
EXISTING = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers"
    "/Microsoft.OperationalInsights/workspaces/central"
)
KEPT = {
    "logAnalyticsWorkspaces": {"ops": {"retentionInDays": 90, "tags": {"team": "ops"}}},
    "azureMonitorWorkspaces": {"ops": {"name": "metrics"}},
    "grafana": {"ops": {"azureMonitorWorkspaces": ["ops"]}},
}


def workspaces() -> dict[str, MonitoredPlan]:
    """One of each."""
    return {plan.kind: plan for plan in plan_workspaces(MonitoringConfig.model_validate(KEPT), SCOPE, protect=True)}


def config(**values: Any) -> ClusterMonitoringConfig:
    return ClusterMonitoringConfig.model_validate(values)


def collection(**values: Any) -> CollectionPlan:
    return plan_collection("main", config(**values), SCOPE)


def made(plan: CollectionPlan) -> list[str]:
    """What is made, in order."""
    return [f"{each.kind} {each.key}" for each in plan.resources]


def only(plan: CollectionPlan, kind: str) -> MonitoredPlan:
    (found,) = (each for each in plan.resources if each.kind == kind)
    return found


def test_workspace_of_logs_has_these_properties() -> None:
    assert workspaces()["logAnalyticsWorkspace"].properties == {
        "resourceGroupName": GROUP,
        "location": "westeurope",
        "tags": {"env": "test", "team": "ops"},
        "workspaceName": "log-ops",
        "sku": {"name": "PerGB2018"},
        "retentionInDays": 90,
    }


def test_workspace_of_metrics_may_be_called_otherwise() -> None:
    assert workspaces()["azureMonitorWorkspace"].properties["azureMonitorWorkspaceName"] == "metrics"


def test_dashboards_show_the_metrics_of_their_workspaces() -> None:
    grafana = workspaces()["grafana"].properties
    assert grafana["identity"] == {"type": "SystemAssigned"}
    assert grafana["properties"]["grafanaIntegrations"] == {
        "azureMonitorWorkspaceIntegrations": [{"azureMonitorWorkspaceResourceId": Ref("azureMonitorWorkspace", "ops")}]
    }


def test_data_is_protected_and_dashboards_are_not() -> None:
    assert {kind: plan.protect for kind, plan in workspaces().items()} == {
        "logAnalyticsWorkspace": True,
        "azureMonitorWorkspace": True,
        "grafana": False,
    }


def test_everything_is_off_and_said_to_be() -> None:
    assert monitoring_contribution(config()) == {
        "azureMonitorProfile": {"metrics": {"enabled": False}},
        "addonProfiles": {"omsagent": {"enabled": False}},
        "securityProfile": {"defender": {"securityMonitoring": {"enabled": False}}},
    }
    assert collection() == CollectionPlan("main", (), ())


def test_cluster_is_told_what_to_send() -> None:
    found = monitoring_contribution(
        config(
            metrics={"workspace": "ops", "metricLabelsAllowlist": "pods=[app]"},
            logs={"workspace": EXISTING, "networkLogs": {}},
            defender={"workspace": "ops"},
        )
    )
    assert found == {
        "azureMonitorProfile": {
            "metrics": {
                "enabled": True,
                "kubeStateMetrics": {"metricLabelsAllowlist": "pods=[app]", "metricAnnotationsAllowList": ""},
            }
        },
        "addonProfiles": {
            "omsagent": {
                "enabled": True,
                "config": {
                    "logAnalyticsWorkspaceResourceID": EXISTING,
                    "useAADAuth": "true",
                    "enableRetinaNetworkFlags": "true",
                },
            }
        },
        "securityProfile": {
            "defender": {
                "securityMonitoring": {"enabled": True},
                "logAnalyticsWorkspaceResourceId": Ref("logAnalyticsWorkspace", "ops"),
            }
        },
    }


def test_metrics_go_by_an_endpoint_and_a_rule_to_their_workspace() -> None:
    plan = collection(metrics={"workspace": "ops"})
    assert made(plan) == [
        "dataCollectionEndpoint main/metrics",
        "dataCollectionRule main/metrics",
        "association main/ContainerInsightsMetricsExtension",
    ]
    rule = only(plan, "dataCollectionRule").properties
    assert rule == {
        "resourceGroupName": GROUP,
        "location": "westeurope",
        "tags": {"env": "test"},
        "dataCollectionRuleName": "dcr-main-metrics",
        "kind": "Linux",
        "dataCollectionEndpointId": Ref("dataCollectionEndpoint", "main/metrics"),
        "dataSources": {
            "prometheusForwarder": [{"name": "PrometheusDataSource", "streams": ["Microsoft-PrometheusMetrics"]}]
        },
        "destinations": {
            "monitoringAccounts": [
                {"name": "MonitoringAccount1", "accountResourceId": Ref("azureMonitorWorkspace", "ops")}
            ]
        },
        "dataFlows": [{"streams": ["Microsoft-PrometheusMetrics"], "destinations": ["MonitoringAccount1"]}],
    }
    assert only(plan, "association").properties == {
        "resourceUri": Ref("cluster", "main"),
        "associationName": "ContainerInsightsMetricsExtension",
        "dataCollectionRuleId": Ref("dataCollectionRule", "main/metrics"),
    }


def test_logs_need_no_endpoint_unless_they_are_many() -> None:
    plan = collection(logs={"workspace": "ops"})
    assert made(plan) == ["dataCollectionRule main/logs", "association main/ContainerInsightsExtension"]
    rule = only(plan, "dataCollectionRule").properties
    assert rule["dataFlows"] == [
        {"streams": ["Microsoft-ContainerInsights-Group-Default"], "destinations": ["la-workspace"]}
    ]
    assert "dataCollectionEndpointId" not in rule


@pytest.mark.parametrize(
    ("logs", "network"),
    [
        pytest.param({"highLogScale": True}, False, id="many"),
        pytest.param({"networkLogs": {}}, True, id="of-the-network"),
    ],
)
def test_many_logs_have_an_endpoint_and_streams_of_their_own(logs: dict[str, Any], *, network: bool) -> None:
    plan = collection(logs={"workspace": "ops", **logs})
    assert made(plan) == [
        "dataCollectionEndpoint main/logs",
        "dataCollectionRule main/logs",
        "association main/ContainerInsightsExtension",
        "association main/configurationAccessEndpoint",
    ]
    (extension,) = only(plan, "dataCollectionRule").properties["dataSources"]["extensions"]
    assert "Microsoft-ContainerLogV2-HighScale" in extension["streams"]
    assert ("Microsoft-ContainerNetworkLogs" in extension["streams"]) is network


def test_rule_is_where_its_workspace_is() -> None:
    plan = collection(logs={"workspace": EXISTING, "location": "northeurope", "highLogScale": True})
    assert {each.kind: each.properties.get("location") for each in plan.resources} == {
        "dataCollectionEndpoint": "northeurope",
        "dataCollectionRule": "northeurope",
        "association": None,
    }


def test_flows_are_filtered_in_the_cluster() -> None:
    filters = {
        "dropped": {"verdict": ["dropped"]},
        "shop": {"from": {"namespacedPod": ["shop/backend"]}, "protocol": ["tcp"]},
    }
    plan = collection(logs={"workspace": "ops", "networkLogs": {"filters": filters}})
    (manifest,) = plan.manifests
    assert manifest.content == {
        "apiVersion": "acn.azure.com/v1alpha1",
        "kind": "ContainerNetworkLog",
        "metadata": {"name": "cilia"},
        "spec": {
            "includefilters": [
                {"name": "dropped", "verdict": ["dropped"]},
                {"name": "shop", "from": {"namespacedPod": ["shop/backend"]}, "protocol": ["tcp"]},
            ]
        },
    }


def test_control_planes_logs_have_tables_of_their_own() -> None:
    plan = collection(diagnostics={"workspace": "ops", "categories": ["guard"]})
    assert only(plan, "diagnosticSetting").properties == {
        "name": "control-plane",
        "resourceUri": Ref("cluster", "main"),
        "workspaceId": Ref("logAnalyticsWorkspace", "ops"),
        "logAnalyticsDestinationType": "Dedicated",
        "logs": [{"category": "guard", "enabled": True}],
    }


def test_by_default_the_costly_logs_are_left_out() -> None:
    sent = only(collection(diagnostics={"workspace": "ops"}), "diagnosticSetting").properties["logs"]
    assert [each["category"] for each in sent] == [
        "kube-audit-admin",
        "kube-controller-manager",
        "cluster-autoscaler",
        "cloud-controller-manager",
        "guard",
    ]


def test_logs_of_what_makes_nodes_are_kept() -> None:
    monitored = config(diagnostics={"workspace": "ops"})
    found = [
        [log["category"] for log in only(plan, "diagnosticSetting").properties["logs"]]
        for plan in (plan_collection("main", monitored, SCOPE, provisioning=on) for on in (False, True))
    ]
    others = ["kube-audit-admin", "kube-controller-manager"], ["cloud-controller-manager", "guard"]
    assert found == [[*others[0], maker, *others[1]] for maker in ("cluster-autoscaler", "karpenter-events")]
    explicit = config(diagnostics={"workspace": "ops", "categories": []})
    assert only(plan_collection("main", explicit, SCOPE), "diagnosticSetting").properties["logs"] == []
