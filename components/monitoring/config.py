"""What a person writes about observability: where data is kept, and what a cluster sends there."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from components.facts import limits
from components.facts.monitoring import DiagnosticCategory
from components.values import Listed, Model, Reference

RetentionDays = Annotated[int, Field(ge=limits.LOG_RETENTION_DAYS.start, le=limits.LOG_RETENTION_DAYS[-1])]


class LogAnalyticsWorkspaceConfig(Model):
    """Where logs are kept."""

    name: str | None = Field(None, description="name in Azure; log-<key> if absent")
    retention_in_days: RetentionDays = 30
    tags: dict[str, str] = Field(default_factory=dict)


class AzureMonitorWorkspaceConfig(Model):
    """Where Prometheus metrics are kept."""

    name: str | None = Field(None, description="name in Azure; amw-<key> if absent")
    tags: dict[str, str] = Field(default_factory=dict)


class GrafanaConfig(Model):
    """Dashboards; people still need the role Grafana Viewer, Editor or Admin on it."""

    name: str | None = Field(None, description="name in Azure; amg-<key> if absent")
    azure_monitor_workspaces: Listed[Reference] = Field(
        description="whose metrics it shows: azureMonitorWorkspaces keys, or existing ones' ARM ids"
    )
    zone_redundancy: bool = Field(False, description="cannot be changed later")
    tags: dict[str, str] = Field(default_factory=dict)


class MonitoringConfig(Model):
    """What several clusters send their data to."""

    log_analytics_workspaces: dict[str, LogAnalyticsWorkspaceConfig] = Field(default_factory=dict)
    azure_monitor_workspaces: dict[str, AzureMonitorWorkspaceConfig] = Field(default_factory=dict)
    grafana: dict[str, GrafanaConfig] = Field(default_factory=dict)


class MetricsConfig(Model):
    """Managed Prometheus."""

    workspace: Reference = Field(description="an azureMonitorWorkspaces key, or an existing one's ARM id")
    metric_labels_allowlist: str = Field(
        "", description="Kubernetes labels on metrics, such as pods=[app],namespaces=[team]"
    )
    metric_annotations_allow_list: str = Field("", description="Kubernetes annotations on metrics, in the same form")


class FlowEnd(Model):
    """One end of the flows that a filter lets through."""

    namespaced_pod: Listed[str] = Field((), description="<namespace>/<pod>")
    ip: Listed[str] = Field((), description="addresses or ranges")
    label_selector: dict[str, Any] | None = Field(None, description="a Kubernetes label selector")


class FlowFilter(Model):
    """Flows that are logged; what is absent does not filter."""

    from_: FlowEnd | None = Field(None, alias="from")
    to: FlowEnd | None = None
    protocol: Listed[Literal["tcp", "udp", "dns"]] = ()
    verdict: Listed[Literal["forwarded", "dropped"]] = ()


class NetworkLogsConfig(Model):
    """Logs of network flows, kept in the workspace's table ContainerNetworkLogs."""

    filters: dict[str, FlowFilter] = Field(
        default_factory=dict, description="by name, which flows; none are logged without"
    )


class LogsConfig(Model):
    """Container Insights: logs and inventory of the cluster."""

    workspace: Reference = Field(description="a logAnalyticsWorkspaces key, or an existing one's ARM id")
    location: str | None = Field(None, description="region of an existing workspace, where it is not the stack's")
    high_log_scale: bool = Field(False, description="for more than 10,000 log lines a second; on with networkLogs")
    network_logs: NetworkLogsConfig | None = Field(None, description="needs ACNS observability; off if absent")


class DiagnosticsConfig(Model):
    """Logs of the control plane."""

    workspace: Reference = Field(description="a logAnalyticsWorkspaces key, or an existing one's ARM id")
    categories: Listed[DiagnosticCategory] | None = Field(
        None, description="without the audit logs of reads and of the API server, most of the volume, if absent"
    )


class DefenderConfig(Model):
    """Microsoft Defender for Containers watches the nodes."""

    workspace: Reference = Field(description="a logAnalyticsWorkspaces key, or an existing one's ARM id")


class ClusterMonitoringConfig(Model):
    """What a cluster sends where; what is absent is off."""

    metrics: MetricsConfig | None = None
    logs: LogsConfig | None = None
    diagnostics: DiagnosticsConfig | None = None
    defender: DefenderConfig | None = None
