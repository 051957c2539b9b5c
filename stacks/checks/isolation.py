"""Clusters without a way out: what they need instead."""

from __future__ import annotations

from collections.abc import Iterator

from components.cluster.outbound import NoOutbound
from components.facts import limits
from components.facts.versions import parse_version
from components.problems import Problem
from components.rules import Rule
from stacks.view import StackView

ISOLATED = Rule(
    "VER-14",
    "A network isolated cluster is of a version that has it, and its API server is inside",
    why=f"Nodes without a way out get images from a cache from Kubernetes 1.{limits.ISOLATED_FIRST_MINOR} on, and reach"
    " only an API server with a private address.",
    fix="Set apiServer.enablePrivateCluster: true, and use a newer Kubernetes.",
    source="https://learn.microsoft.com/azure/aks/concepts-network-isolated",
)


def _isolated(view: StackView) -> Iterator[Problem]:
    """VER-14; the channel for nodes is OUT-07."""
    for cluster in view.clusters:
        if not isinstance(cluster.config.networking.outbound, NoOutbound):
            continue
        version = parse_version(cluster.config.kubernetes_version)
        if version and version.minor < limits.ISOLATED_FIRST_MINOR:
            yield ISOLATED.error(
                (*cluster.path, "kubernetesVersion"),
                f"{cluster.config.kubernetes_version} with outbound type none, which needs"
                f" 1.{limits.ISOLATED_FIRST_MINOR}; use that or newer",
            )
        if not cluster.config.api_server.enable_private_cluster:
            yield ISOLATED.error(
                (*cluster.path, "apiServer", "enablePrivateCluster"),
                "false with outbound type none, whose nodes reach no public API server; set it to true",
            )


CHECKS = (_isolated,)
