"""Which resource is which: by URN, by alias, and by the alias of what is above."""

from __future__ import annotations

from cilia.record import Resource
from cilia.review.pairing import pair
from tests.cilia.review.builder import CLUSTER, SUBNET, made, urn

NETWORK = "cilia:network:Network"
OLD_TYPE = "azure-native_containerservice_v20260501:containerservice:ManagedCluster"


def paired(old: list[Resource], new: list[Resource]) -> list[tuple[str | None, str | None]]:
    """The names of each pair."""
    return [(each.old.name if each.old else None, each.new.name if each.new else None) for each in pair(old, new)]


def test_same_urn_is_the_same_resource_whatever_the_order() -> None:
    one, two = made(SUBNET, "one"), made(SUBNET, "two")
    assert paired([one, two], [two, one]) == [("two", "two"), ("one", "one")]


def test_what_is_gone_comes_last() -> None:
    assert paired([made(SUBNET, "one")], [made(SUBNET, "two")]) == [(None, "two"), ("one", None)]


def test_name_of_another_type_is_another_resource() -> None:
    assert paired([made(SUBNET)], [made(CLUSTER)]) == [(None, "main"), ("main", None)]


def test_alias_by_name_urn_and_type() -> None:
    assert paired([made(SUBNET, "old")], [made(SUBNET, "new", aliases=[{"name": "old"}])]) == [("old", "new")]
    assert paired([made(SUBNET, "old")], [made(SUBNET, "new", aliases=[urn(SUBNET, "old")])]) == [("old", "new")]
    assert paired([made(OLD_TYPE)], [made(CLUSTER, aliases=[{"type": OLD_TYPE}])]) == [("main", "main")]


def test_alias_by_parent() -> None:
    above = urn(NETWORK, "main")
    moved = made(SUBNET, "nodes", parent=above, aliases=[{"noParent": True}])
    assert paired([made(SUBNET, "nodes")], [made(NETWORK), moved]) == [(None, "main"), ("nodes", "nodes")]
    out = made(SUBNET, "nodes", aliases=[{"parentUrn": above}])
    old = [made(NETWORK), made(SUBNET, "nodes", parent=above)]
    assert paired(old, [made(NETWORK), out]) == [("main", "main"), ("nodes", "nodes")]


def test_alias_of_a_component_holds_for_what_is_below_with_its_old_name_in_theirs() -> None:
    old = [made(NETWORK, "old"), made(SUBNET, "old-nodes", parent=urn(NETWORK, "old"))]
    renamed = made(NETWORK, "new", aliases=[{"name": "old"}])
    new = [renamed, made(SUBNET, "new-nodes", parent=urn(NETWORK, "new"))]
    assert paired(old, new) == [("old", "new"), ("old-nodes", "new-nodes")]


def test_alias_of_a_component_and_of_a_child_work_together() -> None:
    old = [made(NETWORK, "old"), made(SUBNET, "nodes", parent=urn(NETWORK, "old"))]
    renamed = made(NETWORK, "new", aliases=[{"name": "old"}])
    child = made(SUBNET, "workers", parent=urn(NETWORK, "new"), aliases=[{"name": "nodes"}])
    assert paired(old, [renamed, child]) == [("old", "new"), ("nodes", "workers")]


def test_alias_to_another_stack() -> None:
    old = Resource(urn(SUBNET, "main").replace(":dev:", ":prod:"), SUBNET, "main", None, True, {}, {})
    assert paired([old], [made(SUBNET, aliases=[{"stack": "prod"}])]) == [("main", "main")]


def test_alias_that_another_resource_has_as_its_urn_is_no_pair() -> None:
    old = [made(SUBNET, "one")]
    new = [made(SUBNET, "two", aliases=[{"name": "one"}]), made(SUBNET, "one")]
    assert paired(old, new) == [(None, "two"), ("one", "one")]
