"""What is a change, what replaces, what a refresh takes over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.catalogue import KINDS
from tests.engine.diff import Change, changes, refreshed

CLUSTER = KINDS["containerservice:ManagedCluster"]
POOL = KINDS["containerservice:AgentPool"]
SUBNET = KINDS["network:Subnet"]
ADDRESS = KINDS["network:PublicIPAddress"]


def seen(found: list[Change]) -> list[tuple[str, str, bool]]:
    return [(change.path, change.kind, change.replace) for change in found]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"podCidr": "a"}, {"podCidr": "b"}, [("networkProfile.podCidr", "UPDATE", True)]),
        ({"podCidr": "a"}, {}, [("networkProfile.podCidr", "DELETE", True)]),
        ({}, {"podCidr": "a"}, [("networkProfile.podCidr", "ADD", True)]),
        ({"podCidrs": ["a"]}, {"podCidrs": ["b"]}, [("networkProfile.podCidrs[0]", "UPDATE", False)]),
        ({"podCidrs": ["a"]}, {"podCidrs": ["a", "b"]}, [("networkProfile.podCidrs[1]", "ADD", False)]),
        ({}, {"podCidrs": ["a"]}, [("networkProfile.podCidrs", "ADD", True)]),
        (
            {"advancedNetworking": {"enabled": False}},
            {"advancedNetworking": {"enabled": True}},
            [("networkProfile.advancedNetworking.enabled", "UPDATE", False)],
        ),
    ],
    ids=["changed", "removed", "added", "list changed", "list grown", "list added", "acns"],
)
def test_network_profile_is_replaced_by_its_named_leaves_only(
    old: dict[str, Any], new: dict[str, Any], expected: list[tuple[str, str, bool]]
) -> None:
    assert seen(changes(CLUSTER, {"networkProfile": old}, {"networkProfile": new}, {})) == expected


def test_whole_network_profile_added_is_no_replacement() -> None:
    assert seen(changes(CLUSTER, {}, {"networkProfile": {"podCidr": "a"}}, {})) == [("networkProfile", "ADD", False)]


def test_forced_object_forces_updates_below_it_but_no_additions() -> None:
    found = changes(ADDRESS, {"sku": {"name": "Basic"}}, {"sku": {"name": "Standard", "tier": "Regional"}}, {})

    assert seen(found) == [("sku.name", "UPDATE", True), ("sku.tier", "ADD", False)]


@pytest.mark.parametrize("parameter", SUBNET.parameters)
def test_path_parameter_always_replaces(parameter: str) -> None:
    assert seen(changes(SUBNET, {parameter: "a"}, {parameter: "b"}, {})) == [(parameter, "UPDATE", True)]


@pytest.mark.parametrize("name", ["maxPods", "vnetSubnetID", "osDiskType"])
def test_pool_property_that_azure_freezes_is_planned_as_an_update(name: str) -> None:
    assert seen(changes(POOL, {name: "a"}, {name: "b"}, {})) == [(name, "UPDATE", False)]


def test_pool_size_replaces() -> None:
    assert seen(changes(POOL, {"vmSize": "a"}, {"vmSize": "b"}, {})) == [("vmSize", "UPDATE", True)]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("location", "West Europe", "westeurope"),
        ("resourceGroupName", "RG", "rg"),
        ("sku", {"name": "Basic", "tier": "Paid"}, {"name": "Base", "tier": "Standard"}),
    ],
    ids=["location", "group", "cluster sku"],
)
def test_spelling_that_azure_takes_for_the_same_is_no_change(name: str, old: object, new: object) -> None:
    assert changes(CLUSTER, {name: old}, {name: new}, {}) == []


def test_added_default_is_no_change_and_another_value_is() -> None:
    defaults = {"privateEndpointNetworkPolicies": "Disabled"}

    assert changes(SUBNET, {}, {"privateEndpointNetworkPolicies": "Disabled"}, defaults) == []
    assert len(changes(SUBNET, {}, {"privateEndpointNetworkPolicies": "Enabled"}, defaults)) == 1


def test_marks_of_the_provider_never_count() -> None:
    assert changes(SUBNET, {"__createBeforeDelete": True}, {}, {}) == []


@pytest.mark.parametrize(
    ("inputs", "old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1, "b": 1}, {"a": 1, "b": 1}, {"a": 1}),
        ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 1}, {}, {}),
        ({"a": {"x": 1}}, {"a": {"x": 1, "y": 1}}, {"a": {"x": 1, "y": 2}}, {"a": {"x": 1, "y": 2}}),
        (
            {"l": [{"x": 1}]},
            {"l": [{"x": 1, "y": 1}]},
            {"l": [{"x": 1, "y": 1}, {"z": 1}]},
            {"l": [{"x": 1}, {"z": 1}]},
        ),
        ({"l": [1, 2]}, {"l": [1, 2]}, {"l": [1]}, {"l": [1]}),
    ],
    ids=["default stays out", "changed", "appeared", "gone", "deep", "list grown", "list shrunk"],
)
def test_refresh_puts_only_what_changed_in_azure_upon_the_inputs(
    inputs: dict[str, Any], old: dict[str, Any], new: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert refreshed(inputs, old, new) == expected
