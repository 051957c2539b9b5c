"""Pools, inline and on their own: what is fixed, what rolls nodes, what is only written."""

from __future__ import annotations

from typing import Any

import pytest

from components.facts.mutability import POOL_FIXED_AT_CREATION
from tests.components.mutability.judging import CLUSTER, POOL, effects, judged

OWN = {"agentPoolName": "user"}


def everywhere(name: str, before: Any, after: Any) -> list[tuple[str, tuple[str, ...]]]:
    """The same change of the system pool and of a pool of its own."""
    inline = effects(f"agentPoolProfiles[system].{name}", before, after, kind=CLUSTER)
    return [inline, effects(name, before, after, kind=POOL, old=OWN)]


@pytest.mark.parametrize("name", [name for name in POOL_FIXED_AT_CREATION if name != "podIPAllocationMode"])
def test_azure_refuses_what_is_fixed_at_creation(name: str) -> None:
    assert everywhere(name, "a", "b") == [("MUT-24", ("refused",))] * 2


def test_allocation_of_pod_addresses_is_fixed() -> None:
    assert everywhere("podIPAllocationMode", "DynamicIndividual", "StaticBlock") == [("MUT-04", ("refused",))] * 2


def test_no_way_leads_between_the_vnet_of_aks_and_ones_own() -> None:
    assert everywhere("vnetSubnetID", None, "a") == [("MUT-14", ("refused",))] * 2


def test_no_way_leads_to_pod_subnets() -> None:
    assert everywhere("podSubnetID", None, "a") == [("MUT-03", ("refused",))] * 2


@pytest.mark.parametrize(
    ("name", "before", "after", "expected"),
    [
        ("count", 3, 5, ("inPlace",)),
        ("count", 5, 3, ("rolling",)),
        ("maxCount", 20, 30, ("inPlace",)),
        ("enableAutoScaling", False, True, ("inPlace",)),
        ("nodeLabels.team", "a", "b", ("inPlace",)),
        ("nodeTaints", [], ["a=b:NoSchedule"], ("inPlace",)),
        ("nodeTaints", [], ["a=b:NoExecute"], ("disruptive",)),
        ("nodeTaints", ["a=b:NoExecute"], [], ("inPlace",)),
        ("upgradeSettings.maxSurge", "10%", "33%", ("inPlace",)),
        ("tags.env", "a", "b", ("inPlace",)),
        ("osSKU", "Ubuntu", "AzureLinux", ("rolling",)),
        ("enableFIPS", False, True, ("rolling",)),
        ("securityProfile.enableVTPM", False, True, ("rolling",)),
    ],
)
def test_change_of_a_pool_in_place(name: str, before: Any, after: Any, expected: tuple[str, ...]) -> None:
    assert everywhere(name, before, after) == [("MUT-25", expected)] * 2


def test_pool_without_its_autoscaler_becomes_its_count_from_wherever_it_is() -> None:
    new = {**OWN, "count": 5}
    rule, verdict = judged("enableAutoScaling", True, False, kind=POOL, old=OWN, new=new)
    assert (rule, verdict.effects) == ("MUT-25", ("rolling",))
    assert verdict.message == "pool user becomes exactly 5 nodes, wherever between its bounds it is now (3 to 20 nodes)"
    inline = {"agentPoolProfiles": [{"name": "system", "count": 4}]}
    _, same = judged("agentPoolProfiles[system].enableAutoScaling", True, False, new=inline)
    assert same.message == "pool system becomes exactly 4 nodes, wherever between its bounds it is now (3 nodes)"


def test_mode_changes_except_for_the_last_system_pool() -> None:
    assert effects("agentPoolProfiles[system].mode", "System", "User") == ("MUT-25", ("refused",))
    assert effects("mode", "User", "System", kind=POOL, old=OWN) == ("MUT-25", ("inPlace",))


def test_inline_pool_that_comes_is_refused_and_one_that_goes_stays_in_azure() -> None:
    assert effects("agentPoolProfiles[other]", None, {"name": "other"}) == ("MUT-24", ("refused",))
    assert effects("agentPoolProfiles[system]", {"name": "system"}, None) == ("MUT-24", ("noEffect",))


@pytest.mark.parametrize(
    ("name", "before", "after", "message"),
    [
        ("count", 5, 3, "2 nodes are drained and removed from pool user"),
        ("count", 4, 3, "1 node is drained and removed from pool user"),
        ("osSKU", "Ubuntu", "AzureLinux", "3 to 20 nodes of pool user are reimaged, one surge at a time"),
        (
            "maxPods",
            30,
            60,
            (
                "Azure fixes maxPods of pool user at its creation (PropertyChangeNotAllowed); add a pool under another"
                " key and retire this one"
            ),
        ),
    ],
)
def test_message_has_the_pool_and_its_numbers(name: str, before: Any, after: Any, message: str) -> None:
    assert judged(name, before, after, kind=POOL, old=OWN)[1].message == message


@pytest.mark.parametrize("path", ["resourceGroupName", "resourceName", "agentPoolName"])
def test_pool_keeps_its_cluster_and_its_name(path: str) -> None:
    assert effects(path, "a", "b", kind=POOL, old=OWN) == ("MUT-24", ("refused",))


def test_fixed_property_names_the_way_that_there_is_for_this_kind_of_pool() -> None:
    inline = judged("agentPoolProfiles[system].vmSize", "a", "b")[1].message
    assert inline == (
        "Azure fixes vmSize of pool system at its creation (PropertyChangeNotAllowed); it is the cluster's own and"
        " stays: add a pool with `mode: System` for what needs other machines, or make a new cluster"
    )
    own = judged("vmSize", "a", "b", kind=POOL, old={"agentPoolName": "user"})[1].message
    assert own == (
        "Azure fixes vmSize of pool user at its creation (PropertyChangeNotAllowed); add a pool under another key and"
        " retire this one"
    )
