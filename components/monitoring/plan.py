"""What follows from observability: workspaces, a part of the cluster's inputs, and rules for what it sends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from components.facts import monitoring as facts
from components.facts.names import Kind
from components.manifests import Manifest
from components.monitoring.config import (
    ClusterMonitoringConfig,
    DiagnosticsConfig,
    FlowFilter,
    GrafanaConfig,
    LogsConfig,
    MetricsConfig,
    MonitoringConfig,
    NetworkLogsConfig,
)
from components.values import ArmProperties, Ref, Scope, StackOutput, is_key, referred

LOGS, METRICS, GRAFANA = "logAnalyticsWorkspace", "azureMonitorWorkspace", "grafana"
ENDPOINT, RULE = "dataCollectionEndpoint", "dataCollectionRule"


@dataclass(frozen=True, slots=True)
class MonitoredPlan:
    """One resource.

    Attributes:
        kind: What it is, as references call it.
        key: Its key among those of its component.
        properties: Its inputs.
        protect: Whether Pulumi refuses to delete it.
    """

    kind: str
    key: str
    properties: ArmProperties
    protect: bool = False

    @property
    def reference(self) -> Ref:
        """What stands for it in a plan."""
        return Ref(self.kind, self.key)


@dataclass(frozen=True, slots=True)
class CollectionPlan:
    """What collects the data of one cluster.

    Attributes:
        key: The cluster's key.
        resources: Endpoints and rules, associations, diagnostic settings; each after what it refers to.
        manifests: What is written to the cluster.
    """

    key: str
    resources: tuple[MonitoredPlan, ...]
    manifests: tuple[Manifest, ...]


def workspace_name(kind: Kind, key: str, name: str | None) -> str:
    """A workspace's Azure name."""
    return name or kind.default_name(key)


def plan_workspaces(config: MonitoringConfig, scope: Scope, *, protect: bool) -> tuple[MonitoredPlan, ...]:
    """Everything that several clusters send their data to, each after what it refers to."""
    common: ArmProperties = {"resourceGroupName": scope.group, "location": scope.location}
    return (
        *(
            MonitoredPlan(
                LOGS,
                key,
                {
                    **common,
                    "tags": {**scope.tags, **each.tags},
                    "workspaceName": workspace_name(Kind.LOG_ANALYTICS_WORKSPACE, key, each.name),
                    "sku": {"name": "PerGB2018"},
                    "retentionInDays": each.retention_in_days,
                },
                protect,
            )
            for key, each in config.log_analytics_workspaces.items()
        ),
        *(
            MonitoredPlan(
                METRICS,
                key,
                {
                    **common,
                    "tags": {**scope.tags, **each.tags},
                    "azureMonitorWorkspaceName": workspace_name(Kind.AZURE_MONITOR_WORKSPACE, key, each.name),
                },
                protect,
            )
            for key, each in config.azure_monitor_workspaces.items()
        ),
        *(_grafana(key, each, scope, common) for key, each in config.grafana.items()),
    )


def _grafana(key: str, config: GrafanaConfig, scope: Scope, common: ArmProperties) -> MonitoredPlan:
    shown = [{"azureMonitorWorkspaceResourceId": _workspace(METRICS, each)} for each in config.azure_monitor_workspaces]
    return MonitoredPlan(
        GRAFANA,
        key,
        {
            **common,
            "tags": {**scope.tags, **config.tags},
            "workspaceName": workspace_name(Kind.GRAFANA, key, config.name),
            "sku": {"name": "Standard"},
            "identity": {"type": "SystemAssigned"},
            "properties": {
                "zoneRedundancy": "Enabled" if config.zone_redundancy else "Disabled",
                "publicNetworkAccess": "Enabled",
                "grafanaIntegrations": {"azureMonitorWorkspaceIntegrations": shown},
            },
        },
    )


def monitoring_contribution(config: ClusterMonitoringConfig) -> ArmProperties:
    """The part of the cluster's inputs; what is off is said too, or Azure would leave it on."""
    metrics, logs, defender = config.metrics, config.logs, config.defender
    collected: ArmProperties = {"enabled": metrics is not None}
    if metrics is not None:
        collected["kubeStateMetrics"] = {
            "metricLabelsAllowlist": metrics.metric_labels_allowlist,
            "metricAnnotationsAllowList": metrics.metric_annotations_allow_list,
        }
    agent: ArmProperties = {"enabled": logs is not None}
    if logs is not None:
        agent["config"] = {
            "logAnalyticsWorkspaceResourceID": _workspace(LOGS, logs.workspace),
            "useAADAuth": "true",
            # Azure's name for container network logs on this profile
            "enableRetinaNetworkFlags": "true" if logs.network_logs is not None else "false",
        }
    watched: ArmProperties = {"securityMonitoring": {"enabled": defender is not None}}
    if defender is not None:
        watched["logAnalyticsWorkspaceResourceId"] = _workspace(LOGS, defender.workspace)
    return {
        "azureMonitorProfile": {"metrics": collected},
        "addonProfiles": {"omsagent": agent},
        "securityProfile": {"defender": watched},
    }


def plan_collection(
    key: str, config: ClusterMonitoringConfig, scope: Scope, *, provisioning: bool = False
) -> CollectionPlan:
    """What collects the data of the cluster `key`, whose nodes AKS may make by node auto-provisioning."""
    network_logs = config.logs.network_logs if config.logs else None
    return CollectionPlan(
        key=key,
        resources=(
            *(_metrics(key, config.metrics, scope) if config.metrics else ()),
            *(_logs(key, config.logs, scope) if config.logs else ()),
            *(_diagnostics(key, config.diagnostics, provisioning=provisioning) if config.diagnostics else ()),
        ),
        manifests=(_network_logs(network_logs),) if network_logs and network_logs.filters else (),
    )


def _workspace(kind: str, reference: str | StackOutput) -> str | Ref:
    return Ref(kind, reference) if is_key(reference) else referred(kind, "", reference)


def _metrics(cluster: str, config: MetricsConfig, scope: Scope) -> Iterator[MonitoredPlan]:
    """Source: Azure CLI, command_modules/acs/azuremonitormetrics/dc."""
    yield _endpoint(cluster, "metrics", scope, scope.location)
    yield MonitoredPlan(
        RULE,
        f"{cluster}/metrics",
        {
            **_named(cluster, "metrics", scope, scope.location),
            "dataCollectionEndpointId": Ref(ENDPOINT, f"{cluster}/metrics"),
            "dataSources": {
                "prometheusForwarder": [{"name": "PrometheusDataSource", "streams": [facts.METRICS_STREAM]}]
            },
            "destinations": {
                "monitoringAccounts": [
                    {"name": "MonitoringAccount1", "accountResourceId": _workspace(METRICS, config.workspace)}
                ]
            },
            "dataFlows": [{"streams": [facts.METRICS_STREAM], "destinations": ["MonitoringAccount1"]}],
        },
    )
    yield _association(cluster, facts.METRICS_ASSOCIATION, {"dataCollectionRuleId": Ref(RULE, f"{cluster}/metrics")})


def _logs(cluster: str, config: LogsConfig, scope: Scope) -> Iterator[MonitoredPlan]:
    """Source: Azure CLI, command_modules/acs/addonconfiguration.py."""
    location = config.location or scope.location
    high_scale = config.high_log_scale or config.network_logs is not None
    streams = list(facts.HIGH_SCALE_STREAMS if high_scale else facts.DEFAULT_STREAMS)
    if config.network_logs is not None:
        streams.append(facts.NETWORK_LOGS_STREAM)
    rule: ArmProperties = {
        **_named(cluster, "logs", scope, location),
        "dataSources": {
            "extensions": [
                {
                    "name": "ContainerInsightsExtension",
                    "extensionName": "ContainerInsights",
                    "streams": streams,
                    "extensionSettings": {"dataCollectionSettings": {"enableContainerLogV2": True}},
                }
            ]
        },
        "destinations": {
            "logAnalytics": [{"name": "la-workspace", "workspaceResourceId": _workspace(LOGS, config.workspace)}]
        },
        "dataFlows": [{"streams": streams, "destinations": ["la-workspace"]}],
    }
    if high_scale:
        yield _endpoint(cluster, "logs", scope, location)
        rule["dataCollectionEndpointId"] = Ref(ENDPOINT, f"{cluster}/logs")
    yield MonitoredPlan(RULE, f"{cluster}/logs", rule)
    yield _association(cluster, facts.LOGS_ASSOCIATION, {"dataCollectionRuleId": Ref(RULE, f"{cluster}/logs")})
    if high_scale:
        endpoint = {"dataCollectionEndpointId": Ref(ENDPOINT, f"{cluster}/logs")}
        yield _association(cluster, facts.ENDPOINT_ASSOCIATION, endpoint)


def _named(cluster: str, what: str, scope: Scope, location: str) -> ArmProperties:
    return {
        "resourceGroupName": scope.group,
        "location": location,
        "tags": dict(scope.tags),
        "dataCollectionRuleName": Kind.DATA_COLLECTION_RULE.default_name(cluster, what),
        "kind": "Linux",
    }


def _endpoint(cluster: str, what: str, scope: Scope, location: str) -> MonitoredPlan:
    properties = {
        "resourceGroupName": scope.group,
        "location": location,
        "tags": dict(scope.tags),
        "dataCollectionEndpointName": Kind.DATA_COLLECTION_ENDPOINT.default_name(cluster, what),
        "kind": "Linux",
        "networkAcls": {"publicNetworkAccess": "Enabled"},
    }
    return MonitoredPlan(ENDPOINT, f"{cluster}/{what}", properties)


def _association(cluster: str, name: str, of: ArmProperties) -> MonitoredPlan:
    properties = {"resourceUri": Ref("cluster", cluster), "associationName": name, **of}
    return MonitoredPlan("association", f"{cluster}/{name}", properties)


def _diagnostics(cluster: str, config: DiagnosticsConfig, *, provisioning: bool) -> Iterator[MonitoredPlan]:
    categories = config.categories
    if categories is None:
        categories = facts.recommended_categories(provisioning=provisioning)
    yield MonitoredPlan(
        "diagnosticSetting",
        f"{cluster}/diagnostics",
        {
            "name": "control-plane",
            "resourceUri": Ref("cluster", cluster),
            "workspaceId": _workspace(LOGS, config.workspace),
            # tables of their own instead of one for everything
            "logAnalyticsDestinationType": "Dedicated",
            "logs": [{"category": category, "enabled": True} for category in categories],
        },
    )


def _network_logs(config: NetworkLogsConfig) -> Manifest:
    """Source: https://learn.microsoft.com/azure/aks/how-to-configure-container-network-logs (2026-08)."""
    return Manifest(
        "network-logs",
        {
            "apiVersion": "acn.azure.com/v1alpha1",
            "kind": "ContainerNetworkLog",
            "metadata": {"name": "cilia"},
            "spec": {"includefilters": [_filter(name, each) for name, each in config.filters.items()]},
        },
    )


def _filter(name: str, config: FlowFilter) -> ArmProperties:
    given = config.model_dump(by_alias=True, mode="json", exclude_none=True, exclude_defaults=True)
    return {"name": name, **given}
