"""The check against the SDK's types finds what it is there for."""

from __future__ import annotations

from tests.sdk_types import unknown_properties

CLUSTER = "azure-native:containerservice:ManagedCluster"


def test_known_properties_at_every_depth_are_no_finding() -> None:
    inputs = {
        "resourceName": "c",
        "tags": {"any": "thing"},
        "networkProfile": {"podCidr": "10.244.0.0/16", "advancedNetworking": {"observability": {"enabled": True}}},
        "agentPoolProfiles": [{"name": "system", "upgradeSettings": {"maxSurge": "33%"}}],
        "identity": {"$unknown": "x"},
    }
    assert unknown_properties(CLUSTER, inputs) == []


def test_unknown_properties_are_found_at_every_depth() -> None:
    inputs = {
        "resourceNames": "c",
        "networkProfile": {"podCIDR": "10.244.0.0/16", "advancedNetworking": {"observability": {"on": True}}},
        "agentPoolProfiles": [{"name": "system"}, {"upgradeSettings": {"surge": "33%"}}],
        "oidcIssuerProfile": {"enabled": {"deep": True}},
    }
    assert unknown_properties(CLUSTER, inputs) == [
        "resourceNames",
        "networkProfile.podCIDR",
        "networkProfile.advancedNetworking.observability.on",
        "agentPoolProfiles[1].upgradeSettings.surge",
        "oidcIssuerProfile.enabled",
    ]
