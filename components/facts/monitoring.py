"""What Azure Monitor collects of a cluster: streams of data, categories of logs.

Source of all: the page or file that each block names (read 2026-08).
"""

from __future__ import annotations

from typing import Literal, get_args

# https://learn.microsoft.com/azure/aks/how-to-configure-container-network-logs
NETWORK_LOGS_FIRST_MINOR = 33

# Azure CLI, command_modules/acs/addonconfiguration.py: everything that Container Insights can collect, at high scale
HIGH_SCALE_STREAMS = (
    "Microsoft-ContainerLog",
    "Microsoft-ContainerLogV2-HighScale",
    "Microsoft-KubeEvents",
    "Microsoft-KubePodInventory",
    "Microsoft-KubeNodeInventory",
    "Microsoft-KubePVInventory",
    "Microsoft-KubeServices",
    "Microsoft-KubeMonAgentEvents",
    "Microsoft-InsightsMetrics",
    "Microsoft-ContainerInventory",
    "Microsoft-ContainerNodeInventory",
    "Microsoft-Perf",
)
NETWORK_LOGS_STREAM = "Microsoft-ContainerNetworkLogs"
# the same file: the same, without high scale
DEFAULT_STREAMS = ("Microsoft-ContainerInsights-Group-Default",)
# the same module, azuremonitormetrics
METRICS_STREAM = "Microsoft-PrometheusMetrics"
# names that the agents in the cluster look for; the same module
LOGS_ASSOCIATION = "ContainerInsightsExtension"
METRICS_ASSOCIATION = "ContainerInsightsMetricsExtension"
ENDPOINT_ASSOCIATION = "configurationAccessEndpoint"

DiagnosticCategory = Literal[
    "kube-apiserver",
    "kube-audit",
    "kube-audit-admin",
    "kube-controller-manager",
    "kube-scheduler",
    "cluster-autoscaler",
    "karpenter-events",
    "cloud-controller-manager",
    "guard",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
]
"""Logs of the control plane; https://learn.microsoft.com/azure/aks/monitor-aks-reference#resource-logs."""
DIAGNOSTIC_CATEGORIES: tuple[DiagnosticCategory, ...] = get_args(DiagnosticCategory)
# without kube-audit and kube-apiserver, which are most of the volume: https://learn.microsoft.com/azure/aks/monitor-aks
_RECOMMENDED_CATEGORIES: tuple[DiagnosticCategory, ...] = (
    "kube-audit-admin",
    "kube-controller-manager",
    "cluster-autoscaler",
    "cloud-controller-manager",
    "guard",
)


def recommended_categories(*, provisioning: bool) -> tuple[DiagnosticCategory, ...]:
    """What is worth its price: of what makes nodes, the autoscaler's, or node auto-provisioning's."""
    node_makers: dict[DiagnosticCategory, DiagnosticCategory] = {"cluster-autoscaler": "karpenter-events"}
    return tuple(node_makers.get(each, each) if provisioning else each for each in _RECOMMENDED_CATEGORIES)
