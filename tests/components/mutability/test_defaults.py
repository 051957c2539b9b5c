"""What Azure does anyway may be said or left out."""

from __future__ import annotations

from typing import Any

import pytest

from components.facts.mutability import AZURE_DEFAULTS
from components.mutability.change import Difference, Subject
from components.mutability.table import judge
from tests.components.mutability.judging import CLUSTER, POOL, effects, judged
from tests.components.mutability.test_table import sample
from tests.sdk_types import unknown_properties

SUBNET = "network:Subnet"


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        (CLUSTER, "apiServerAccessProfile.enablePrivateCluster", False),
        (CLUSTER, "networkProfile.networkDataplane", "azure"),
        (CLUSTER, "agentPoolProfiles[system].enableFIPS", False),
        (CLUSTER, "agentPoolProfiles[system].osSKU", "Ubuntu"),
        (CLUSTER, "storageProfile.diskCSIDriver.enabled", True),
        (CLUSTER, "agentPoolProfiles[system].nodeTaints", []),
        (POOL, "scaleSetPriority", "Regular"),
        (SUBNET, "serviceEndpoints", []),
    ],
)
def test_default_may_be_said_or_left_out(kind: str, path: str, value: Any) -> None:
    assert effects(path, None, value, kind=kind) == ("CHG-13", ("inPlace",))
    assert effects(path, value, None, kind=kind) == ("CHG-13", ("inPlace",))


@pytest.mark.parametrize(
    ("kind", "path", "value", "rule"),
    [
        (CLUSTER, "apiServerAccessProfile.enablePrivateCluster", True, "MUT-17"),
        (CLUSTER, "enableRBAC", False, "CHG-05"),
        (CLUSTER, "storageProfile.diskCSIDriver.enabled", False, "CHG-04"),
        (SUBNET, "defaultOutboundAccess", False, "CHG-08"),
        (POOL, "osSKU", "AzureLinux", "MUT-25"),
    ],
)
def test_anything_else_is_a_change(kind: str, path: str, value: Any, rule: str) -> None:
    assert effects(path, None, value, kind=kind)[0] == rule


@pytest.mark.parametrize("kind", ["kubernetes:helm.sh/v3:Release", "kubernetes:core/v1:ConfigMap"])
def test_defaults_of_azure_are_not_those_of_charts_and_objects(kind: str) -> None:
    subject = Subject(kind, {}, {})
    assert judge(Difference("spec.x", "spec.x", "spec.x", "add", None, after=False), subject) is None


def test_change_from_one_value_to_a_default_is_a_change() -> None:
    assert effects("osSKU", "AzureLinux", "Ubuntu", kind=POOL)[0] == "MUT-25"


def test_message_says_what_azure_does_anyway() -> None:
    _, verdict = judged("serviceMeshProfile.mode", None, "Disabled")
    assert verdict.message == "Disabled is what Azure does anyway; nothing changes there"


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind, known in AZURE_DEFAULTS.items() for path in known])
def test_default_is_of_a_property_that_the_type_has(kind: str, path: str) -> None:
    assert unknown_properties(f"azure-native:{kind}", sample(path)) == []
