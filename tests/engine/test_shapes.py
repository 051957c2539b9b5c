"""The schema that is read from the SDK."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.shapes import Shapes, load
from tests.engine.wire import UNKNOWN

CLUSTER = "containerservice:ManagedCluster"
SUBNET = "network:Subnet"


@pytest.fixture(scope="module")
def shapes(shapes_file: Path) -> Shapes:
    return load(shapes_file)


def test_versions_are_those_of_the_sdk(shapes: Shapes) -> None:
    assert shapes.resources[CLUSTER].api_version == "2025-09-01"
    assert shapes.resources[SUBNET].api_version == "2024-05-01"


def test_defaults_are_those_that_the_sdk_injects(shapes: Shapes) -> None:
    assert shapes.resources[SUBNET].defaults == {
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
    }


def test_preview_knows_inputs_and_nothing_that_only_azure_knows(shapes: Shapes) -> None:
    outputs = shapes.preview(CLUSTER, {"dnsPrefix": "a", "oidcIssuerProfile": {"enabled": True}})

    assert outputs["dnsPrefix"] == "a"
    assert outputs["oidcIssuerProfile"] == {"enabled": True, "issuerURL": UNKNOWN}
    assert outputs["fqdn"] == UNKNOWN


def test_preview_does_not_take_a_list_of_identities_for_the_map_that_azure_answers(shapes: Shapes) -> None:
    outputs = shapes.preview(CLUSTER, {"identity": {"userAssignedIdentities": ["/subscriptions/a"]}})

    assert outputs["identity"]["userAssignedIdentities"] == UNKNOWN


def test_outputs_are_projected_onto_inputs(shapes: Shapes) -> None:
    outputs = {
        "fqdn": "a",
        "oidcIssuerProfile": {"enabled": True, "issuerURL": "b"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {"z": {"clientId": "c"}, "a": {}}},
    }

    assert shapes.as_inputs(CLUSTER, outputs) == {
        "oidcIssuerProfile": {"enabled": True},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": ["a", "z"]},
    }


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"networkProfile": {"podCIDR": "a"}}, "'networkProfile.podCIDR' is no property of this type"),
        ({"agentPoolProfiles": {"name": "a"}}, "'agentPoolProfiles' should be of type 'array' but got an object"),
        (
            {"agentPoolProfiles": [{"count": "3"}]},
            "'agentPoolProfiles[0].count' should be of type 'integer' but got a string",
        ),
        ({"enableRBAC": 1}, "'enableRBAC' should be of type 'boolean' but got a number"),
        ({"tags": {"a": 1}}, "'tags.a' should be of type 'string' but got a number"),
    ],
    ids=["misspelt", "no list", "text for a number", "number for a boolean", "number in a map"],
)
def test_wrong_inputs_are_named(shapes: Shapes, inputs: dict[str, object], reason: str) -> None:
    assert [found for _, found in shapes.failures(CLUSTER, {"resourceGroupName": "rg", **inputs})] == [reason]


def test_missing_required_input_is_named(shapes: Shapes) -> None:
    assert shapes.failures(CLUSTER, {}) == [("", "missing required property 'resourceGroupName'")]


def test_unknown_values_are_not_judged(shapes: Shapes) -> None:
    assert shapes.failures(CLUSTER, {"resourceGroupName": UNKNOWN, "agentPoolProfiles": UNKNOWN}) == []


def test_newer_version_keeps_properties_that_the_sdk_lacks_and_still_hides_what_is_no_input(shapes: Shapes) -> None:
    newer = shapes.for_newer_versions()
    outputs = {
        "fqdn": "a",
        "networkProfile": {"advancedNetworking": {"enabled": True, "transitEncryption": {"type": "WireGuard"}}},
    }

    assert newer.as_inputs(CLUSTER, outputs) == {"networkProfile": outputs["networkProfile"]}
    assert newer.as_outputs(CLUSTER, outputs) == outputs
    assert newer.failures(CLUSTER, {"resourceGroupName": "rg", "networkProfile": outputs["networkProfile"]}) == []
    assert shapes.as_outputs(CLUSTER, outputs)["networkProfile"] == {"advancedNetworking": {"enabled": True}}


def test_without_a_file_everything_is_echoed(tmp_path: Path) -> None:
    shapes = load(tmp_path / "none.json")

    assert shapes.preview(CLUSTER, {"a": 1}) == {"a": 1}
    assert shapes.failures(CLUSTER, {"a": 1}) == []
