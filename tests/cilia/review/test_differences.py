"""Property paths, list items by name, secrets that never show, unknowns that are compared as such."""

from __future__ import annotations

from typing import Any

import pytest

from cilia.review.differences import differences

SECRET = {"$secret": True}


def found(old: Any, new: Any) -> list[tuple[str, str, Any, Any]]:
    """Path, kind, before and after of every difference below `x`."""
    return [(each.path, each.kind, each.before, each.after) for each in differences({"x": old}, {"x": new})]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (1, 1, []),
        (1, 2, [("x", "update", 1, 2)]),
        (1, True, [("x", "update", 1, True)]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [("x.a.b", "update", 1, 2)]),
        ({"a": 1}, {"a": 1, "b": 2}, [("x.b", "add", None, 2)]),
        ({"a": 1, "b": 2}, {"a": 1}, [("x.b", "delete", 2, None)]),
        ({}, {"a": {"b": 1, "c": 2}}, [("x.a.b", "add", None, 1), ("x.a.c", "add", None, 2)]),
        ({}, {"a": {}}, [("x.a", "add", None, {})]),
        (["a"], ["a", "b"], [("x", "update", ["a"], ["a", "b"])]),
        ([{"id": "a"}], [{"id": "b"}], [("x", "update", [{"id": "a"}], [{"id": "b"}])]),
        ([{"name": "a", "v": 1}], [{"name": "a", "v": 2}], [("x[a].v", "update", 1, 2)]),
        ([{"name": "a"}], [{"name": "a"}, {"name": "b"}], [("x[b]", "add", None, {"name": "b"})]),
        ([{"name": "a"}, {"name": "b"}], [{"name": "b"}], [("x[a]", "delete", {"name": "a"}, None)]),
        ([{"name": "a"}, {"name": "b"}], [{"name": "b"}, {"name": "a"}], []),
        ({"a": 1}, "text", [("x", "update", {"a": 1}, "text")]),
    ],
)
def test_difference_has_its_path_and_values(old: Any, new: Any, expected: Any) -> None:
    assert found(old, new) == expected


def test_list_with_two_items_of_a_name_is_compared_as_a_whole() -> None:
    old, new = [{"name": "a", "v": 1}, {"name": "a", "v": 2}], [{"name": "a", "v": 3}]
    assert found(old, new) == [("x", "update", old, new)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (SECRET, SECRET, []),
        ("hunter2", SECRET, [("x", "update", SECRET, SECRET)]),
        (SECRET, "hunter2", [("x", "update", SECRET, SECRET)]),
        (["a", SECRET], ["a", "hunter2"], [("x", "update", SECRET, SECRET)]),
        ({"deep": {"key": SECRET}}, "hunter2", [("x", "update", SECRET, SECRET)]),
        ({}, {"key": SECRET}, [("x.key", "add", None, SECRET)]),
        ({"key": SECRET}, {}, [("x.key", "delete", SECRET, None)]),
    ],
)
def test_secret_hides_the_other_side_too(old: Any, new: Any, expected: Any) -> None:
    assert found(old, new) == expected
    assert "hunter2" not in str(found(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"$unknown": "id of X"}, {"$unknown": "id of X"}, []),
        ({"$unknown": "id of X"}, {"$unknown": "id of Y"}, 1),
        ({"$unknown": "id of X"}, "/known", 1),
        ("/known", {"$unknown": "id of X"}, 1),
    ],
)
def test_unknown_is_compared_by_what_it_is(old: Any, new: Any, expected: Any) -> None:
    assert found(old, new) == ([] if expected == [] else [("x", "update", old, new)])


def test_pointer_has_positions_and_planned_is_as_the_provider_sees_it() -> None:
    old = {"pools": [{"name": "a"}, {"name": "b", "v": 1}], "p": {"q": [1]}, "list": [1]}
    new = {"pools": [{"name": "a"}, {"name": "b", "v": 2}], "r": {"s": {"t": 1}}, "p": {"q": [1, 2]}, "list": [2]}
    spelled = {each.path: (each.pointer, each.planned) for each in differences(old, new)}
    assert spelled == {
        "list": ("list", "list[]"),
        "p.q": ("p.q", "p.q[+]"),
        "pools[b].v": ("pools[1].v", "pools[].v"),
        "r.s.t": ("r.s.t", "r"),
    }
