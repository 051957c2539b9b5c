"""azure-native's own manners."""

from __future__ import annotations

import re

import pytest

from tests.engine import samples
from tests.engine.client import CallError, Client
from tests.engine.provider import AzureNative, Naming, Urn
from tests.engine.shapes import Shapes
from tests.engine.wire import UNKNOWN

EXPLICIT = "azure-native_containerservice_v20260501:containerservice:ManagedCluster"


def test_missing_name_is_random_and_lets_the_new_come_before_the_old_goes(azure: Client) -> None:
    inputs = azure.check("network:VirtualNetwork", "main", {"resourceGroupName": "rg"})

    assert re.fullmatch(r"main[0-9a-f]{8}", inputs["virtualNetworkName"])
    assert inputs["__createBeforeDelete"] is True
    assert azure.check("network:VirtualNetwork", "main", {"resourceGroupName": "rg"}, inputs) == inputs


def test_missing_name_of_a_nested_resource_is_a_copy(azure: Client) -> None:
    inputs = azure.check("network:Subnet", "nodes", {"resourceGroupName": "rg", "virtualNetworkName": "main"})

    assert inputs["subnetName"] == "nodes"
    assert "__createBeforeDelete" not in inputs


def test_name_that_the_engine_proposes_is_taken_and_none_is_made_when_it_forbids(azure: Client) -> None:
    provider = plain_provider(azure)
    urn, given = Urn(azure.urn("network:VirtualNetwork", "main")), {"resourceGroupName": "rg"}

    named, _ = provider.check(urn, {}, given, Naming(b"", "propose", "proposed"))
    _, failures = provider.check(urn, {}, given, Naming(b"", "disable"))

    assert named["virtualNetworkName"] == "proposed"
    assert failures == [("", "missing required property 'virtualNetworkName'")]


def plain_provider(azure: Client) -> AzureNative:
    return AzureNative(azure.store, Shapes({}, {}))


def test_location_comes_from_the_inputs_then_the_configuration_then_the_group(azure: Client) -> None:
    azure.configure()
    azure.create("resources:ResourceGroup", "group", {"resourceGroupName": "rg", "location": "northeurope"})
    inputs = {"resourceGroupName": "rg", "virtualNetworkName": "main"}

    assert azure.check("network:VirtualNetwork", "main", inputs)["location"] == "northeurope"
    unknown = azure.check("network:VirtualNetwork", "main", {**inputs, "resourceGroupName": UNKNOWN})
    assert unknown["location"] == UNKNOWN
    azure.configure(location="westeurope")
    assert azure.check("network:VirtualNetwork", "main", inputs)["location"] == "westeurope"
    kept = azure.check("network:VirtualNetwork", "main", inputs, {**inputs, "location": "uksouth"})
    assert kept["location"] == "uksouth"


def test_check_adds_the_version_that_the_type_stands_for(azure: Client) -> None:
    assert (
        azure.check("containerservice:ManagedCluster", "main", samples.cluster_inputs())["azureApiVersion"]
        == "2025-09-01"
    )
    assert azure.check(EXPLICIT, "main", samples.cluster_inputs())["azureApiVersion"] == "2026-05-01"


def test_check_names_what_is_wrong(azure: Client) -> None:
    azure.check("network:Subnet", "nodes", {"resourceGroupName": "rg", "adressPrefix": "10.0.0.0/24"})

    assert azure.failures == [
        "missing required property 'virtualNetworkName'",
        "'adressPrefix' is no property of this type",
    ]


def test_explicit_version_takes_properties_that_the_sdk_does_not_know_and_answers_them(azure: Client) -> None:
    samples.group(azure)
    encryption = {"enabled": True, "transitEncryption": {"type": "WireGuard"}}
    inputs = samples.cluster_inputs(networkProfile={"advancedNetworking": {"enabled": True, "security": encryption}})
    made = azure.create(EXPLICIT, "main", inputs)

    assert made.outputs["azureApiVersion"] == "2026-05-01"
    assert made.outputs["networkProfile"]["advancedNetworking"]["security"] == encryption
    again = azure.refresh(made)
    assert again is not None
    assert again.inputs == made.inputs


def test_moving_to_an_explicit_version_is_one_update_in_place(azure: Client) -> None:
    samples.group(azure)
    made = samples.cluster(azure)
    made.urn = azure.urn(EXPLICIT, "main")

    diff = azure.diff(made, samples.cluster_inputs())

    assert (list(diff.detailedDiff), list(diff.replaces)) == (["azureApiVersion"], [])


def test_named_resource_is_deleted_before_it_is_replaced(azure: Client) -> None:
    samples.group(azure)
    network = samples.network(azure)

    diff = azure.diff(network, {**network.inputs, "location": "northeurope"})

    assert (list(diff.replaces), diff.deleteBeforeReplace) == (["location"], True)


def test_resource_with_a_random_name_is_replaced_before_it_is_deleted(azure: Client) -> None:
    samples.group(azure)
    inputs = {**samples.IN_GROUP, "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    network = azure.create("network:VirtualNetwork", "main", inputs)

    diff = azure.diff(network, {**inputs, "location": "northeurope"})

    assert (list(diff.replaces), diff.deleteBeforeReplace) == (["location"], False)


def test_value_that_azure_chose_and_the_program_now_says_is_no_replacement(azure: Client) -> None:
    samples.group(azure)
    made = samples.cluster(azure)

    diff = azure.diff(made, samples.cluster_inputs(nodeResourceGroup=made.outputs["nodeResourceGroup"]))

    assert (list(diff.detailedDiff), list(diff.replaces)) == (["nodeResourceGroup"], [])


def test_preview_of_an_update_keeps_name_and_location_known(azure: Client) -> None:
    samples.group(azure)
    network = samples.network(azure)
    provider = plain_provider(azure)

    outputs = provider.preview(Urn(network.urn), {"addressSpace": {}}, network.outputs)

    assert (outputs["name"], outputs["location"]) == ("main", "westeurope")


def test_gone_resource_reads_as_gone_and_deletes_without_an_error(azure: Client) -> None:
    samples.group(azure)
    network = samples.network(azure)
    azure.store.forget(network.id)

    assert azure.refresh(network) is None
    azure.delete(network)


def test_import_finds_inputs_in_the_id_and_the_answer(azure: Client) -> None:
    samples.group(azure)
    made = samples.subnet_inputs("nodes", "10.0.0.0/24")
    samples.network(azure)
    nodes = samples.subnet(azure, "nodes", "10.0.0.0/24")

    found = azure.read("network:Subnet", "nodes", nodes.id)

    assert found is not None
    assert {name: found.inputs[name] for name in made} == made


def test_id_of_another_type_cannot_be_imported(azure: Client) -> None:
    group = samples.group(azure)

    with pytest.raises(CallError, match="is no id of network:VirtualNetwork"):
        azure.read("network:VirtualNetwork", "main", group.id)


def test_tags_by_policy_come_back_with_a_refresh(azure: Client) -> None:
    samples.group(azure)
    network = samples.network(azure)
    with azure.store.drift(network.id) as body:
        body["tags"] = {"costCenter": "42"}

    again = azure.refresh(network)

    assert again is not None
    assert again.inputs == {**network.inputs, "tags": {"costCenter": "42"}}


def test_type_outside_the_catalogue_is_named(azure: Client) -> None:
    with pytest.raises(CallError, match=r"azure-native:web:WebApp not found.*catalogue\.py"):
        azure.check("web:WebApp", "app", {})
