"""Clusters without a way out."""

from __future__ import annotations

from typing import Any

from tests.stacks.checks.builder import cluster, findings, problems

PRIVATE = {"enablePrivateCluster": True}


def isolated(**changes: Any) -> dict[str, Any]:
    """The clean stack without a way out."""
    return cluster({"networking": {"outbound": {"type": "none"}}, "apiServer": PRIVATE, **changes})


def test_isolated_cluster_with_a_private_api_server_is_taken() -> None:
    assert problems(isolated()) == []


def test_isolated_cluster_needs_a_version_that_has_it() -> None:
    assert findings("VER-14", isolated(kubernetesVersion="1.29")) == [
        "clusters.main.kubernetesVersion: 1.29 with outbound type none, which needs 1.30; use that or newer"
    ]
    assert findings("VER-14", isolated(kubernetesVersion="1.30")) == []


def test_isolated_cluster_with_a_public_api_server_is_refused() -> None:
    assert problems(isolated(apiServer={})) == [
        (
            "clusters.main.apiServer.enablePrivateCluster: false with outbound type none, whose nodes reach no public"
            " API server; set it to true [VER-14]"
        )
    ]
