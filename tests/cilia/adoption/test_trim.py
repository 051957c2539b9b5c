"""The state after an import, without what the program never says."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from cilia.adoption.trim import trim
from cilia.errors import InputError
from tests.cilia.adoption.samples import CLUSTER, SUBNET_ID, item, made, state

TYPE = "azure-native:containerservice:ManagedCluster"
PLAIN_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
IMPORTED = {"resources": [{"type": CLUSTER, "component": True}, {"type": TYPE, "logicalName": "main", "id": "c"}]}


def trimmed(azure: dict[str, Any], said: dict[str, object], *more: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The inputs of a cluster after trimming, and what was left to Azure."""
    cluster = made(TYPE, "main", said, parent=CLUSTER)
    before = state(*more, item(cluster, "c", inputs=azure))
    content = copy.deepcopy(before.content)

    result = trim(before, [cluster], IMPORTED)

    assert before.content == content
    return result.content["deployment"]["resources"][-1]["inputs"], result.left_to_azure["ManagedCluster main"]


def test_what_the_program_does_not_say_goes_and_is_named() -> None:
    azure = {"dnsPrefix": "a", "nodeResourceGroup": "MC", "networkProfile": {"podCidr": "x", "podCidrs": ["x"]}}

    assert trimmed(azure, {"dnsPrefix": "b", "networkProfile": {"podCidr": "x"}}) == (
        {"dnsPrefix": "a", "networkProfile": {"podCidr": "x"}},
        ["nodeResourceGroup", "networkProfile.podCidrs"],
    )


def test_what_only_the_program_says_is_not_invented() -> None:
    assert trimmed({}, {"dnsPrefix": "b", "sku": {"tier": "Free"}}) == ({}, [])


@pytest.mark.parametrize("name", ["tags", "nodeLabels"])
def test_keys_that_people_choose_stay_so_that_their_removal_shows(name: str) -> None:
    assert trimmed({name: {"a": "1", "b": "2"}}, {name: {"a": "1"}}) == ({name: {"a": "1", "b": "2"}}, [])


def test_pools_are_matched_by_name_and_those_of_their_own_go() -> None:
    azure = {"agentPoolProfiles": [{"name": "apps", "count": 8}, {"name": "system", "count": 3, "osDiskSizeGB": 128}]}

    assert trimmed(azure, {"agentPoolProfiles": [{"name": "system", "count": 5}]}) == (
        {"agentPoolProfiles": [{"name": "system", "count": 3}]},
        ["agentPoolProfiles[system].osDiskSizeGB"],
    )


def test_named_items_of_other_lists_stay_and_come_after_those_of_the_program() -> None:
    azure = {"securityRules": [{"name": "extra", "x": 1}, {"name": "web", "priority": 200, "etag": "e"}]}

    inputs, left = trimmed(azure, {"securityRules": [{"name": "web", "priority": 100}]})

    assert inputs == {"securityRules": [{"name": "web", "priority": 200}, {"name": "extra", "x": 1}]}
    assert left == ["securityRules[web].etag"]


@pytest.mark.parametrize(
    ("azure", "said", "expected"),
    [
        ([{"id": "a", "zone": 1}], [{"id": "a"}], [{"id": "a"}]),
        ([{"id": "a", "zone": 1}], [{"id": "a"}, {"id": "b"}], [{"id": "a", "zone": 1}]),
        (["1", "2"], ["2"], ["1", "2"]),
    ],
    ids=["as many", "another number", "plain values"],
)
def test_items_without_names_are_matched_by_position_or_not_at_all(azure: Any, said: Any, expected: Any) -> None:
    assert trimmed({"list": azure}, {"list": said})[0] == {"list": expected}


@pytest.mark.parametrize("mark", [{"$unknown": "id of x"}, {"$secret": True}], ids=["unknown", "secret"])
def test_what_only_the_deployment_knows_stays_whole(mark: dict[str, object]) -> None:
    assert trimmed({"key": {"a": 1}}, {"key": mark}) == ({"key": {"a": 1}}, [])


def test_secret_in_the_state_stays_as_it_is() -> None:
    assert trimmed({"key": PLAIN_SECRET}, {"key": {"a": "b"}}) == ({"key": PLAIN_SECRET}, [])


def test_ids_are_spelt_as_in_the_state() -> None:
    subnet = {"urn": "urn:pulumi:dev::cilia::x:y:Z::s", "type": "x:y:Z", "id": SUBNET_ID}

    inputs, _ = trimmed({"vnet": {"id": SUBNET_ID.lower()}}, {"vnet": {"id": "any"}}, subnet)

    assert inputs == {"vnet": {"id": SUBNET_ID}}


def test_objects_in_a_cluster_are_left_to_their_own_provider() -> None:
    namespace = made("kubernetes:core/v1:Namespace", "shop", {"metadata": {"name": "shop"}})
    held = item(namespace, "shop", inputs={"metadata": {"name": "shop", "uid": "1"}})
    imported = {"resources": [{"type": namespace.type, "logicalName": "shop", "id": "shop"}]}

    result = trim(state(held), [namespace], imported)

    assert result.content["deployment"]["resources"][-1] == held
    assert result.left_to_azure == {}


@pytest.mark.parametrize(
    ("imported", "message"),
    [
        ([], "the file after --imported is no import file; give the one that `pulumi import` read"),
        ({"resources": ["x"]}, "the file after --imported is no import file; give the one that `pulumi import` read"),
        (
            {"resources": [{"type": TYPE, "name": "ManagedCluster main", "logicalName": "main", "id": "c"}]},
            "'ManagedCluster main' is not in the state; export the state again, after `pulumi import` of that file",
        ),
    ],
    ids=["a list", "texts", "not imported yet"],
)
def test_file_that_was_not_imported_is_refused(imported: object, message: str) -> None:
    with pytest.raises(InputError) as error:
        trim(state(), [], imported)
    assert str(error.value) == message
