"""Observability: where data goes, what network logs ask of a cluster, and what things are called."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.facts import monitoring as facts
from components.facts.names import NAME_RULES, Kind
from components.facts.versions import parse_version
from components.monitoring.plan import workspace_name
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import StackOutput, is_key
from stacks.checks.net import UNKNOWN_REFERENCE, unknown_reference
from stacks.checks.network_names import NAMES
from stacks.view import ClusterView, StackView

_LOGS = "https://learn.microsoft.com/azure/aks/how-to-configure-container-network-logs"
_ROOT: KeyPath = ("cilia:monitoring",)
_LOG_ANALYTICS = "Microsoft.OperationalInsights/workspaces"
_AZURE_MONITOR = "Microsoft.Monitor/accounts"

NETWORK_LOGS = Rule(
    "VER-12",
    "Network logs are of a cluster that writes them",
    why="Flows are logged by Cilium that AKS runs, with ACNS observability, from Kubernetes"
    f" 1.{facts.NETWORK_LOGS_FIRST_MINOR} on.",
    fix="Use dataplane cilium with acns.observability and a newer Kubernetes, or remove networkLogs.",
    source=f"{_LOGS}; Azure CLI 2.91.0",
)
FILTERS = Rule(
    "ACNS-13",
    "Network logs say which flows they are about",
    why="Without a ContainerNetworkLog in the cluster nothing is logged; each filter is a part of one.",
    fix="Add a filter, such as filters: {dropped: {verdict: [dropped]}}.",
    source=_LOGS,
)
WORKSPACES = Rule(
    "CFG-93",
    "Data goes to a workspace for it",
    why="Logs are kept in Log Analytics workspaces, Prometheus metrics in Azure Monitor workspaces.",
    fix="Give a key of cilia:monitoring, or the ARM id of a workspace of the right kind.",
    source="https://learn.microsoft.com/azure/azure-monitor/containers/kubernetes-monitoring-enable",
)


def _workspaces(view: StackView) -> Iterator[Problem]:
    """CFG-06, CFG-93."""
    kept = view.config.monitoring
    logs, metrics = tuple(kept.log_analytics_workspaces), tuple(kept.azure_monitor_workspaces)
    for path, reference, kind in _references(view):
        known, what = (
            (logs, "logAnalyticsWorkspaces") if kind == _LOG_ANALYTICS else (metrics, "azureMonitorWorkspaces")
        )
        if isinstance(reference, StackOutput):
            continue
        if is_key(reference):
            if reference not in known:
                yield UNKNOWN_REFERENCE.error(path, unknown_reference(reference, what, known))
        elif not re.fullmatch(
            rf"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/{kind}/[^/]+", reference, re.IGNORECASE
        ):
            yield WORKSPACES.error(
                path,
                f"{reference} is no workspace for this; write /subscriptions/<id>/resourceGroups/<group>/providers"
                f"/{kind}/<name>",
            )


def _references(view: StackView) -> Iterator[tuple[KeyPath, str | StackOutput, str]]:
    """Workspaces that something refers to: where that is written, what stands there, and the kind it has to be."""
    for cluster in view.clusters:
        yield from _of_cluster(cluster)
    for key, grafana in view.config.monitoring.grafana.items():
        for index, reference in enumerate(grafana.azure_monitor_workspaces):
            yield (*_ROOT, "grafana", key, "azureMonitorWorkspaces", index), reference, _AZURE_MONITOR


def _of_cluster(cluster: ClusterView) -> Iterator[tuple[KeyPath, str | StackOutput, str]]:
    config = cluster.config.monitoring
    given = {
        "metrics": (config.metrics, _AZURE_MONITOR),
        "logs": (config.logs, _LOG_ANALYTICS),
        "diagnostics": (config.diagnostics, _LOG_ANALYTICS),
        "defender": (config.defender, _LOG_ANALYTICS),
    }
    for key, (part, kind) in given.items():
        if part is not None:
            yield (*cluster.path, "monitoring", key, "workspace"), part.workspace, kind


def _network_logs(view: StackView) -> Iterator[Problem]:
    """VER-12, ACNS-13."""
    for cluster in view.clusters:
        logs = cluster.config.monitoring.logs
        if logs is None or logs.network_logs is None:
            continue
        path = (*cluster.path, "monitoring", "logs", "networkLogs")
        for fault in _faults(cluster):
            yield NETWORK_LOGS.error(path, f"networkLogs {fault}, or remove networkLogs")
        if not logs.network_logs.filters:
            yield FILTERS.warning(
                path, "no filter, so that nothing is logged; add one such as dropped: {verdict: [dropped]} to filters"
            )


def _faults(cluster: ClusterView) -> Iterator[str]:
    """What keeps a cluster from logging flows, and what to do."""
    version, first = parse_version(cluster.config.kubernetes_version), facts.NETWORK_LOGS_FIRST_MINOR
    if version is not None and version.minor < first:
        yield f"need Kubernetes 1.{first}, the cluster has {cluster.config.kubernetes_version}; upgrade it"
    if not cluster.has_managed_cilium:
        yield "are of the Cilium that AKS runs, and this cluster has none; use dataplane cilium"
    elif not cluster.config.acns.observability:
        yield "need ACNS observability; set acns.observability: true"


def _names(view: StackView) -> Iterator[Problem]:
    """NET-17: names that are made of keys, or given."""
    kept = view.config.monitoring
    for key, logs in kept.log_analytics_workspaces.items():
        yield from _name(Kind.LOG_ANALYTICS_WORKSPACE, (*_ROOT, "logAnalyticsWorkspaces", key), key, logs.name)
    for key, metrics in kept.azure_monitor_workspaces.items():
        yield from _name(Kind.AZURE_MONITOR_WORKSPACE, (*_ROOT, "azureMonitorWorkspaces", key), key, metrics.name)
    for key, grafana in kept.grafana.items():
        yield from _name(Kind.GRAFANA, (*_ROOT, "grafana", key), key, grafana.name)
    for cluster in view.clusters:
        if cluster.config.monitoring.metrics is not None:
            name = Kind.DATA_COLLECTION_ENDPOINT.default_name(cluster.key, "metrics")
            yield from _name(Kind.DATA_COLLECTION_ENDPOINT, (*cluster.path, "monitoring", "metrics"), cluster.key, name)


def _name(kind: Kind, path: KeyPath, key: str, name: str | None) -> Iterator[Problem]:
    fault = NAME_RULES[kind].fault(workspace_name(kind, key, name))
    if fault:
        yield NAMES.error(path, fault)


CHECKS = (_workspaces, _network_logs, _names)
