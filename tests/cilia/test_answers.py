"""What is certain without asking the provider is answered, and nothing else."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi_azure_native.containerservice import ManagedCluster
from pulumi_azure_native.network import VirtualNetwork
from pulumi_kubernetes.core.v1 import ConfigMap

from cilia.answers import Answers
from cilia.wire import SECRET, SIGNATURE, UNKNOWN

AZURE = {"subscriptionId": "sub", "location": "westeurope"}
IDENTITY = "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-main"
NETWORK = "azure-native:network:VirtualNetwork"
CLUSTER = "azure-native:containerservice:ManagedCluster"
NAMED: dict[str, Any] = {"resourceGroupName": "rg", "virtualNetworkName": "vnet-main"}


def preview(kind: type[Any], token: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return Answers(dry_run=True).resource(kind, token, "main", inputs, AZURE)


def update(kind: type[Any], token: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return Answers(dry_run=False).resource(kind, token, "main", inputs, AZURE)


def test_a_preview_echoes_inputs_and_predicts_id_name_and_location() -> None:
    assert preview(VirtualNetwork, NETWORK, {**NAMED, "tags": {"env": "dev"}}) == (
        "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet-main",
        {"location": "westeurope", "name": "vnet-main", "tags": {"env": "dev"}},
    )


def test_an_input_s_own_location_counts_before_the_configured_one() -> None:
    _, outputs = preview(VirtualNetwork, NETWORK, {**NAMED, "location": "northeurope"})

    assert outputs["location"] == "northeurope"


@pytest.mark.parametrize(
    "name", [UNKNOWN, {SIGNATURE: SECRET, "value": "vnet"}, None], ids=["unknown", "secret", "absent"]
)
def test_without_a_certain_name_neither_name_nor_id_is_known(name: object) -> None:
    found, outputs = preview(VirtualNetwork, NETWORK, {"resourceGroupName": "rg", "virtualNetworkName": name})

    assert (found, outputs) == ("", {"location": "westeurope"})


def test_nested_properties_that_no_input_sets_are_unknown() -> None:
    _, outputs = preview(VirtualNetwork, NETWORK, {**NAMED, "addressSpace": {"addressPrefixes": ["10.0.0.0/8"]}})

    assert outputs["addressSpace"] == {"addressPrefixes": ["10.0.0.0/8"], "ipamPoolPrefixAllocations": UNKNOWN}


def test_a_secret_keeps_its_wrapping() -> None:
    space = {SIGNATURE: SECRET, "value": {"addressPrefixes": []}}

    _, outputs = preview(VirtualNetwork, NETWORK, {**NAMED, "addressSpace": space})

    assert outputs["addressSpace"] == {
        SIGNATURE: SECRET,
        "value": {"addressPrefixes": [], "ipamPoolPrefixAllocations": UNKNOWN},
    }


def test_a_list_that_comes_back_as_a_map_is_unknown_in_a_preview_and_a_map_in_an_update() -> None:
    identity = {"identity": {"type": "UserAssigned", "userAssignedIdentities": [IDENTITY]}}

    expected = {"type": "UserAssigned", "userAssignedIdentities": UNKNOWN, "principalId": UNKNOWN, "tenantId": UNKNOWN}
    assert preview(ManagedCluster, CLUSTER, identity)[1]["identity"] == {**expected, "delegatedResources": UNKNOWN}
    identities = update(ManagedCluster, CLUSTER, identity)[1]["identity"]["userAssignedIdentities"]
    assert list(identities) == [IDENTITY]
    assert sorted(identities[IDENTITY]) == ["clientId", "principalId"]


def test_an_update_fills_in_what_azure_would_know_the_same_each_time() -> None:
    _, outputs = update(ManagedCluster, CLUSTER, {"resourceGroupName": "rg", "oidcIssuerProfile": {"enabled": True}})

    assert outputs["fqdn"] == "main.invalid"
    assert outputs["oidcIssuerProfile"] == {"enabled": True, "issuerURL": "https://main.invalid/"}
    assert outputs["identityProfile"]["kubeletidentity"]["objectId"] == "83018893-0342-5f88-9678-3cd32af7189b"
    assert outputs["maxAgentPools"] is None


def test_kubernetes_objects_are_echoed_with_an_id_only_in_an_update() -> None:
    token, inputs = (
        "kubernetes:core/v1:ConfigMap",
        {"metadata": {"namespace": "shop", "name": "map"}, "data": {"a": "b"}},
    )

    assert preview(ConfigMap, token, inputs) == ("", inputs)
    assert update(ConfigMap, token, inputs) == ("shop/map", inputs)


def test_a_kubernetes_name_that_the_provider_would_make_up_is_unknown() -> None:
    token, inputs = "kubernetes:core/v1:ConfigMap", {"metadata": {"labels": {"a": "b"}}}

    assert preview(ConfigMap, token, inputs) == ("", {"metadata": {"labels": {"a": "b"}, "name": UNKNOWN}})


def test_a_bare_resource_of_a_parameterized_package_answers_like_the_sdk_s_class() -> None:
    token = "azure-native_containerservice_v20260501:containerservice:ManagedCluster"

    _, outputs = preview(pulumi.CustomResource, token, {"oidcIssuerProfile": {"enabled": True}})

    assert outputs["oidcIssuerProfile"] == {"enabled": True, "issuerURL": UNKNOWN}


def test_credentials_are_only_known_after_an_update() -> None:
    token = "azure-native:containerservice:listManagedClusterUserCredentials"

    assert Answers(dry_run=True).invoke(token) is None
    (found,) = (Answers(dry_run=False).invoke(token) or {})["kubeconfigs"]
    assert found["name"] == "offline"
    assert Answers(dry_run=False).invoke("azure-native:network:getSubnet") is None


def test_of_an_existing_resource_the_name_is_certain() -> None:
    found = Answers(dry_run=True).existing(
        VirtualNetwork, NETWORK, "hub", "/subscriptions/s/x/virtualNetworks/vnet-hub"
    )

    assert found == {"name": "vnet-hub"}
    assert Answers(dry_run=True).existing(ConfigMap, "kubernetes:core/v1:ConfigMap", "map", "shop/map") == {}
