"""Settings of something that a cluster does not have."""

from __future__ import annotations

from collections.abc import Iterator

from components.problems import Problem
from components.rules import Rule
from stacks.view import StackView

_AKS = "https://learn.microsoft.com/azure/aks"

EFFECT = Rule(
    "CFG-66",
    "Settings are of something that the cluster has",
    why="Azure takes them, and nothing reads them: whoever wrote them expects something that does not happen.",
    fix="Add what they are for, or remove them.",
    source=f"{_AKS}/cluster-autoscaler; {_AKS}/node-auto-provisioning; {_AKS}/enable-authentication-microsoft-entra-id",
)


def _autoscaler(view: StackView) -> Iterator[Problem]:
    """CFG-66: the cluster autoscaler."""
    for cluster in view.clusters:
        config = cluster.config
        if config.auto_scaler_profile is None or any(pool.config.autoscaled for pool in cluster.pools):
            continue
        fix = (
            "node auto-provisioning scales instead; remove it"
            if config.node_provisioning_profile.mode == "Auto"
            else "give a pool minCount and maxCount, or remove it"
        )
        yield EFFECT.warning(
            (*cluster.path, "autoScalerProfile"), f"no pool has an autoscaler, so that nothing reads it; {fix}"
        )


def _login(view: StackView) -> Iterator[Problem]:
    """CFG-66: signing in with Entra."""
    for cluster in view.clusters:
        if "kubelogin" in cluster.config.model_fields_set and cluster.config.aad_profile is None:
            yield EFFECT.warning(
                (*cluster.path, "kubelogin"),
                "no aadProfile, so that nobody signs in with Entra; add aadProfile, or remove it",
            )


CHECKS = (_autoscaler, _login)
