"""Ranges that come, go or move."""

from __future__ import annotations

from cilia.review.addresses import address_changes
from tests.cilia.review.builder import cluster, made, subnet, vnet


def test_ranges_that_differ_are_listed_with_what_they_are_for() -> None:
    old = [vnet("10.20.0.0/16"), subnet("10.20.0.0/24"), cluster({"podCidr": "a", "serviceCidr": "s"})]
    new = [vnet("10.30.0.0/16"), subnet("10.30.0.0/24"), cluster({"podCidr": "b", "serviceCidr": "s"})]
    found = [(each.name, each.what, each.before, each.after) for each in address_changes(old, new)]
    assert found == [
        ("main", "address space", "10.20.0.0/16", "10.30.0.0/16"),
        ("nodes", "subnet", "10.20.0.0/24", "10.30.0.0/24"),
        ("main", "pods", "a", "b"),
    ]


def test_new_and_gone_ranges_have_one_side() -> None:
    came = next(iter(address_changes([], [subnet()])))
    went = next(iter(address_changes([subnet()], [])))
    assert came.as_json() == {"name": "nodes", "what": "subnet", "before": None, "after": "10.20.0.0/24"}
    assert went.as_json() == {"name": "nodes", "what": "subnet", "before": "10.20.0.0/24", "after": None}


def test_renamed_subnet_is_no_move() -> None:
    renamed = made(subnet().type, "workers", dict(subnet().inputs), aliases=[{"name": "nodes"}])
    assert list(address_changes([subnet()], [renamed])) == []


def test_second_family_beside_a_range_is_one_line() -> None:
    one, both = subnet(), made(subnet().type, "nodes", {"addressPrefixes": ["10.20.0.0/24", "fd00::/64"]})
    found = [(each.what, each.before, each.after) for each in address_changes([one], [both])]
    assert found == [("subnet", "10.20.0.0/24", "10.20.0.0/24, fd00::/64")]
