"""Features that are switched off, credentials that name somebody else, logs that are kept for less long."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.mutability.judging import CLUSTER, effects, judged

FEDERATED = "managedidentity:FederatedIdentityCredential"
WORKSPACE = "operationalinsights:Workspace"


@pytest.mark.parametrize(
    ("kind", "path", "before", "after", "expected"),
    [
        (CLUSTER, "addonProfiles.azurepolicy.enabled", True, False, ("CHG-19", ("disruptive",))),
        (CLUSTER, "addonProfiles.azurepolicy.enabled", False, True, ("CHG-04", ("inPlace",))),
        (CLUSTER, "ingressProfile.webAppRouting.enabled", True, None, ("CHG-19", ("disruptive",))),
        (CLUSTER, "storageProfile.fileCSIDriver.enabled", True, False, ("CHG-19", ("disruptive",))),
        (CLUSTER, "workloadAutoScalerProfile.keda.enabled", True, False, ("CHG-19", ("disruptive",))),
        (CLUSTER, "networkProfile.staticEgressGatewayProfile.enabled", True, False, ("CHG-19", ("disruptive",))),
        (CLUSTER, "networkProfile.staticEgressGatewayProfile.enabled", False, True, ("CHG-19", ("inPlace",))),
        (CLUSTER, "nodeProvisioningProfile.defaultNodePools", "Auto", "None", ("CHG-20", ("rolling",))),
        (CLUSTER, "nodeProvisioningProfile.defaultNodePools", "None", "Auto", ("CHG-04", ("inPlace",))),
        (FEDERATED, "subject", "a", "b", ("CHG-21", ("disruptive",))),
        (FEDERATED, "issuer", "a", "b", ("CHG-21", ("disruptive",))),
        (WORKSPACE, "retentionInDays", 90, 30, ("CHG-22", ("inPlace", "oneWay"))),
        (WORKSPACE, "retentionInDays", 30, 90, ("CHG-22", ("inPlace",))),
    ],
)
def test_change_has_this_rule_and_effects(kind: str, path: str, before: Any, after: Any, expected: Any) -> None:
    assert effects(path, before, after, kind=kind) == expected


def test_feature_is_named_without_where_it_stands() -> None:
    _, verdict = judged("ingressProfile.webAppRouting.enabled", True, False)
    assert verdict.message == "what relies on webAppRouting stops working"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "securityProfile.defender.securityMonitoring.enabled",
            "Defender watches the cluster no longer: no alert of a threat while it runs",
        ),
        (
            "securityProfile.workloadIdentity.enabled",
            "pods that are made from then on get no token of a workload identity; running ones keep theirs until then",
        ),
        (
            "securityProfile.imageCleaner.enabled",
            "images that nothing uses stay on the nodes, vulnerable ones too",
        ),
        (
            "azureMonitorProfile.metrics.enabled",
            "no metrics are collected from then on: dashboards stay empty, and alerts on them never fire",
        ),
    ],
    ids=["Defender", "workload identity", "image cleaner", "metrics"],
)
def test_guard_that_goes_says_what_is_missed(path: str, message: str) -> None:
    rule, verdict = judged(path, True, False)
    assert (rule, verdict.effects, verdict.message) == ("CHG-24", ("disruptive",), message)
    assert effects(path, False, True) == ("CHG-04", ("inPlace",))
