"""The words of a judgement: effects in order, paths that cover others, numbers of nodes."""

from __future__ import annotations

import pytest

from components.mutability.change import EFFECTS, Pool, Subject, covers, in_order, item, leaf, shown, worst


def test_effects_are_ordered_mildest_first() -> None:
    order = ["noEffect", "create", "inPlace", "rolling", "disruptive", "oneWay", "replace", "delete", "refused"]
    assert list(EFFECTS) == order
    assert in_order(["refused", "replace", "refused"]) == ("replace", "refused")
    assert worst(["rolling", "noEffect"]) == "rolling"
    assert worst([]) is None


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("tags", "tags", True),
        ("tags", "tags.env", True),
        ("tags", "tagsOfOthers", False),
        ("agentPoolProfiles[*].maxPods", "agentPoolProfiles[system].maxPods", True),
        ("agentPoolProfiles[*].maxPods", "agentPoolProfiles[system].maxPodsPerNode", False),
        ("agentPoolProfiles", "agentPoolProfiles[system]", True),
        ("agentPoolProfiles[*].tags", "agentPoolProfiles[system].tags.env", True),
    ],
)
def test_pattern_covers_its_path_and_what_is_below(pattern: str, path: str, *, expected: bool) -> None:
    assert covers(pattern, path) is expected


@pytest.mark.parametrize(
    ("pools", "pool", "expected"),
    [
        ((Pool("a", 3, 3),), None, "3 nodes"),
        ((Pool("a", 1, 1),), None, "1 node"),
        ((Pool("a", 3, 3), Pool("b", 2, 9)), None, "5 to 12 nodes"),
        ((Pool("a", 3, 3), Pool("b", 2, 9)), "b", "2 to 9 nodes"),
    ],
)
def test_nodes_are_counted_over_all_pools_or_one(pools: tuple[Pool, ...], pool: str | None, expected: str) -> None:
    assert Subject("containerservice:ManagedCluster", {}, {}, pools).nodes(pool) == expected


def test_names_on_a_path() -> None:
    assert item("agentPoolProfiles[system].maxPods") == "system"
    assert leaf("networkProfile.podCidr") == "podCidr"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "nothing"),
        (True, "true"),
        (["a", "b"], "a, b"),
        ([], "nothing"),
        ({"$secret": True}, "a secret"),
        ({"$unknown": "id of X"}, "<id of X>"),
    ],
)
def test_value_inside_a_sentence(value: object, expected: str) -> None:
    assert shown(value) == expected
