"""The file for `pulumi import --file`."""

from __future__ import annotations

import importlib.metadata

import pytest

from cilia.adoption.file import Adoptable, adoptable, import_file, label, only
from cilia.errors import InputError
from cilia.record import Resource
from tests.cilia.adoption.samples import (
    CLUSTER,
    NETWORK,
    SUBNET_ID,
    SUBSCRIPTION,
    component,
    item,
    made,
    state,
    subnet,
)

VERSION = importlib.metadata.version("pulumi-azure-native")
PROVIDER = made("pulumi:providers:kubernetes", "main", {}, parent=CLUSTER)
RELEASE = made(
    "kubernetes:helm.sh/v3:Release",
    "main-cilium",
    {"name": "cilium", "namespace": "kube-system"},
    parent=CLUSTER,
    provider=PROVIDER.urn,
)


def manifest(**metadata: object) -> Resource:
    """An object in the cluster."""
    return made("kubernetes:core/v1:Namespace", "object", {"metadata": metadata}, provider=PROVIDER.urn)


def test_parents_and_providers_in_the_state_are_named_in_the_table() -> None:
    network, cluster = component(NETWORK, "main"), component(CLUSTER, "main")
    known = state(item(network), item(cluster), item(PROVIDER, "p"))
    found, left_out = adoptable([subnet(), RELEASE], known, SUBSCRIPTION)

    assert left_out == []
    assert import_file(found, [network, cluster, PROVIDER, subnet(), RELEASE], known) == {
        "nameTable": {
            "Network main": network.urn,
            "AksCluster main": cluster.urn,
            "kubernetes main": PROVIDER.urn,
        },
        "resources": [
            {
                "type": "azure-native:network:Subnet",
                "name": "Subnet main-nodes",
                "logicalName": "main-nodes",
                "parent": "Network main",
                "id": SUBNET_ID,
                "version": VERSION,
            },
            {
                "type": "kubernetes:helm.sh/v3:Release",
                "name": "Release main-cilium",
                "logicalName": "main-cilium",
                "parent": "AksCluster main",
                "id": "kube-system/cilium",
                "provider": "kubernetes main",
            },
        ],
    }


def test_missing_parents_come_along_as_empty_components_once() -> None:
    network, other = component(NETWORK, "main"), subnet("main-pods", subnetName="pods")
    found, _ = adoptable([subnet(), other], state(), SUBSCRIPTION)

    content = import_file(found, [network, subnet(), other], state())

    assert content["nameTable"] == {}
    assert content["resources"][0] == {
        "type": NETWORK,
        "name": "Network main",
        "logicalName": "main",
        "component": True,
    }
    assert [spec["logicalName"] for spec in content["resources"]] == ["main", "main-nodes", "main-pods"]


def test_resources_of_one_name_under_different_parents_are_told_apart_by_urn() -> None:
    role = "azure-native:authorization:RoleAssignment"
    inputs: dict[str, object] = {"scope": SUBNET_ID, "roleAssignmentName": "a"}
    first = made(role, "main-x", inputs, parent=NETWORK)
    second = made(role, "main-x", {**inputs, "roleAssignmentName": "b"}, parent=CLUSTER)
    program = [component(NETWORK, "main"), component(CLUSTER, "main"), first, second]
    found, _ = adoptable([first, second], state(), SUBSCRIPTION)

    names = [spec["name"] for spec in import_file(found, program, state())["resources"]]

    assert names == ["Network main", first.urn, "AksCluster main", second.urn]


def test_what_has_no_certain_id_or_no_provider_yet_is_left_out_with_the_reason() -> None:
    unnamed = subnet(subnetName={"$unknown": "x"})
    generated = manifest()

    found, left_out = adoptable([unnamed, RELEASE, generated], state(), SUBSCRIPTION)

    assert found == []
    assert [str(each) for each in left_out] == [
        "Subnet main-nodes: its id is not known before it exists",
        "Release main-cilium: its provider, kubernetes main, is not in the state yet",
        "Namespace object: its id is not known before it exists",
    ]


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [({"name": "shop"}, "shop"), ({"namespace": "shop", "name": "deny"}, "shop/deny")],
    ids=["cluster-wide", "in a namespace"],
)
def test_ids_of_objects_are_namespace_and_name(metadata: dict[str, object], expected: str) -> None:
    found, _ = adoptable([manifest(**metadata)], state(item(PROVIDER, "p")), SUBSCRIPTION)

    assert [each.id for each in found] == [expected]


def test_the_same_thing_under_another_type_is_not_missing() -> None:
    newer = made("azure-native_network_v20260101:network:Subnet", "main-nodes", {}, parent=NETWORK)

    assert adoptable([subnet()], state(item(newer, SUBNET_ID.upper())), SUBSCRIPTION) == ([], [])


@pytest.mark.parametrize(
    "name",
    [SUBNET_ID, SUBNET_ID.lower(), "main-nodes", "Subnet main-nodes", subnet().urn],
    ids=["id", "id in other case", "name", "label", "urn"],
)
def test_resources_are_chosen_by_any_of_their_names(name: str) -> None:
    wanted = Adoptable(subnet(), SUBNET_ID)
    other = Adoptable(subnet("main-pods"), f"{SUBNET_ID}-2")

    assert only([name, name], [wanted, other]) == [wanted]


def test_name_that_stands_for_nothing_is_refused_with_the_nearest_one() -> None:
    found = [Adoptable(subnet(), SUBNET_ID)]

    with pytest.raises(InputError) as error:
        only(["Subnet main-node"], found)

    assert str(error.value) == "'Subnet main-node' is nothing that could be imported; did you mean 'Subnet main-nodes'?"


def test_label_is_the_last_part_of_the_type_and_the_name() -> None:
    assert label(RELEASE.urn) == "Release main-cilium"
