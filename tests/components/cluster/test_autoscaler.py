"""The cluster autoscaler's settings, in the types that Azure's API has for them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from components.cluster.autoscaler import AutoScalerProfileConfig
from tests.components.cluster.builder import plan


def test_settings_are_sent_as_the_text_that_azure_takes() -> None:
    values = {
        "balanceSimilarNodeGroups": True,
        "skipNodesWithLocalStorage": False,
        "daemonsetEvictionForEmptyNodes": True,
        "ignoreDaemonsetsUtilization": False,
        "expander": "least-waste",
        "maxEmptyBulkDelete": 20,
        "maxNodeProvisionTime": "15m",
        "newPodScaleUpDelay": "0s",
        "scaleDownUtilizationThreshold": 0.5,
        "scanInterval": "20s",
    }
    assert plan({"autoScalerProfile": values}).properties["autoScalerProfile"] == {
        "balanceSimilarNodeGroups": "true",
        "skipNodesWithLocalStorage": "false",
        "daemonsetEvictionForEmptyNodes": True,
        "ignoreDaemonsetsUtilization": False,
        "expander": "least-waste",
        "maxEmptyBulkDelete": "20",
        "maxNodeProvisionTime": "15m",
        "newPodScaleUpDelay": "0s",
        "scaleDownUtilizationThreshold": "0.5",
        "scanInterval": "20s",
    }
    assert "autoScalerProfile" not in plan().properties


@pytest.mark.parametrize(
    ("field", "value", "example"),
    [
        pytest.param("maxNodeProvisionTime", "15s", "10m", id="seconds-for-minutes"),
        pytest.param("scanInterval", "1m", "10s", id="minutes-for-seconds"),
        pytest.param("newPodScaleUpDelay", "soon", "30s", id="no-duration"),
    ],
)
def test_duration_in_a_unit_that_aks_does_not_take_is_refused(field: str, value: str, example: str) -> None:
    with pytest.raises(ValidationError) as caught:
        AutoScalerProfileConfig.model_validate({field: value})
    (error,) = caught.value.errors()
    assert error["msg"] == f"{value!r} is not a duration that AKS takes here; write one such as {example}"


@pytest.mark.parametrize(
    ("values", "sent"),
    [
        pytest.param({}, {"mode": "Manual"}, id="off"),
        pytest.param({"mode": "Auto"}, {"mode": "Auto", "defaultNodePools": "Auto"}, id="on"),
        pytest.param(
            {"mode": "Auto", "defaultNodePools": "None"}, {"mode": "Auto", "defaultNodePools": "None"}, id="own-pools"
        ),
    ],
)
def test_node_provisioning_is_always_said(values: dict[str, Any], sent: dict[str, Any]) -> None:
    assert plan({"nodeProvisioningProfile": values}).properties["nodeProvisioningProfile"] == sent
