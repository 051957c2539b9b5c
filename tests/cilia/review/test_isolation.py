"""Whom selectors select, and who is new among them, however it is written."""

from __future__ import annotations

from typing import Any

import pytest

from cilia.review.isolation import Selector, gained


def labels(**given: str) -> Selector:
    """A selector of these labels."""
    return Selector.of({"matchLabels": given})


def requirement(key: str, operator: str, *values: str) -> Selector:
    """A selector with one expression."""
    return Selector.of({"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]})


ALL = Selector.of({})


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        (Selector.of(None), "all"),
        (labels(b="2", a="1"), "a=1, b=2"),
        (requirement("a", "In", "y", "x"), "a in (x, y)"),
        (requirement("a", "NotIn", "x"), "a!=x"),
        (requirement("a", "NotIn", "x", "y"), "a not in (x, y)"),
        (requirement("a", "Exists"), "any a"),
        (requirement("a", "DoesNotExist"), "no a"),
        (Selector.of({"matchLabels": {"k8s:app": "x", "any:tier": "y"}}), "app=x, tier=y"),
    ],
)
def test_selector_in_words(selector: Selector, text: str) -> None:
    assert selector.text == text


@pytest.mark.parametrize(
    ("selector", "pod", "expected"),
    [
        (requirement("a", "NotIn", "x"), {}, True),
        (requirement("a", "NotIn", "x"), {"a": "x"}, False),
        (requirement("a", "In", "x"), {}, False),
        (requirement("a", "Exists"), {"a": "x"}, True),
        (requirement("a", "DoesNotExist"), {"a": "x"}, False),
        (labels(a="x", b="y"), {"a": "x"}, False),
        (requirement("a", "Near", "x"), {"a": "x"}, False),
    ],
)
def test_selector_selects_pods_by_their_labels(selector: Selector, pod: dict[str, Any], *, expected: bool) -> None:
    assert selector.selects(pod) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param([], [ALL], ["all"], id="first"),
        pytest.param([ALL], [], [], id="last"),
        pytest.param([ALL], [labels(app="a"), requirement("app", "NotIn", "a")], [], id="in two parts"),
        pytest.param([labels(app="a"), requirement("app", "NotIn", "a")], [ALL], [], id="in one part"),
        pytest.param([labels(app="a")], [ALL], ["app!=a"], id="the rest"),
        pytest.param([labels(app="a")], [requirement("app", "In", "a", "b")], ["app=b"], id="one more"),
        pytest.param([labels(app="a")], [labels(tier="x")], ["app!=a, tier=x"], id="by another label"),
        pytest.param([requirement("app", "Exists")], [ALL], ["no app"], id="without"),
        pytest.param([labels(app="a")], [labels(app="a"), labels(app="b")], ["app=b"], id="beside"),
        pytest.param([], [labels(app="b"), ALL], ["all"], id="within"),
        pytest.param([labels(app="a")], [requirement("app", "NotIn", "a"), labels(app="b")], ["app!=a"], id="part"),
    ],
)
def test_pods_that_are_newly_selected(before: list[Selector], after: list[Selector], expected: list[str]) -> None:
    assert gained(before, after) == expected


def test_selectors_with_very_many_labels_are_compared_as_they_are_written() -> None:
    wide = [labels(**{f"label-{n}": str(value)}) for n in range(12) for value in range(3)]
    assert gained(wide, [*wide, ALL]) == ["all"]
