"""Pulumi's wire values become JSON that people can read."""

from __future__ import annotations

import pytest
from google.protobuf.struct_pb2 import Struct

from cilia.wire import (
    ARCHIVE,
    ASSET,
    OUTPUT,
    RESOURCE,
    SECRET,
    SIGNATURE,
    UNKNOWN,
    Marks,
    decode,
    encode,
    is_certain,
    is_pending,
    readable,
)


def show(value: object, marks: Marks | None = None) -> object:
    return readable(value, (marks or Marks()).describe, "whatever")


def test_values_survive_the_way_there_and_back() -> None:
    values: dict[str, object] = {
        "text": "a",
        "yes": True,
        "no": False,
        "whole": 3,
        "part": 0.5,
        "nothing": None,
        "list": ["a", [], {}],
        "map": {"b": 1, "a": {}},
    }

    assert decode(encode(values)) == values
    assert repr(decode(encode({"whole": 3.0, "part": 0.5}))) == "{'part': 0.5, 'whole': 3}"


def test_keys_come_sorted_because_messages_have_no_order() -> None:
    struct = Struct()
    struct.update({"b": 1, "c": 2, "a": {"z": 1, "y": 2}})

    assert list(decode(struct)) == ["a", "b", "c"]
    assert list(decode(struct)["a"]) == ["y", "z"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        (UNKNOWN, {"$unknown": "whatever"}),
        ([UNKNOWN, 1], [{"$unknown": "whatever"}, 1]),
        ({SIGNATURE: SECRET, "value": {"deep": "hunter2"}}, {"$secret": True}),
        ({SIGNATURE: SECRET, "value": UNKNOWN}, {"$secret": True}),
        ({SIGNATURE: ASSET, "path": "a.txt"}, {"$asset": {"path": "a.txt"}}),
        (
            {SIGNATURE: ARCHIVE, "assets": {"a": {SIGNATURE: ASSET, "text": "x"}}},
            {"$archive": {"assets": {"a": {"$asset": {"text": "x"}}}}},
        ),
        ({SIGNATURE: RESOURCE, "urn": "urn:a", "id": "/id"}, "/id"),
        ({SIGNATURE: RESOURCE, "urn": "urn:a"}, "urn:a"),
        ({SIGNATURE: RESOURCE, "urn": "urn:a", "id": UNKNOWN}, {"$unknown": "whatever"}),
        ({SIGNATURE: OUTPUT, "value": 1, "dependencies": ["urn:a"]}, 1),
        ({SIGNATURE: OUTPUT}, {"$unknown": "whatever"}),
        ({SIGNATURE: OUTPUT, "value": "hunter2", "secret": True}, {"$secret": True}),
    ],
)
def test_signatures_become_json_that_people_can_read(value: object, expected: object) -> None:
    assert show(value) == expected


def test_a_mark_tells_what_it_stands_for_alone_and_within_text() -> None:
    marks = Marks()
    marks.pending("the first")
    pending, hidden = marks.pending("id of a"), marks.hidden("tenant")

    assert show(pending, marks) == {"$unknown": "id of a"}
    assert show(f"x/{hidden}/{hidden}", marks) == {"$unknown": "x/<tenant>/<tenant>"}


def test_a_pending_value_is_an_unknown_to_the_sdk_and_a_hidden_one_a_text() -> None:
    marks = Marks()
    pending, hidden = marks.pending("id of a"), marks.hidden("tenant")

    assert decode(encode({"a": pending, "b": [pending], "c": hidden})) == {"a": UNKNOWN, "b": [UNKNOWN], "c": hidden}
    assert [is_pending(value) for value in (pending, UNKNOWN, hidden, "text", 1)] == [True, True, False, False, False]
    assert [is_certain(value) for value in (pending, UNKNOWN, f"x{hidden}", "text", 1)] == [
        False,
        False,
        False,
        True,
        False,
    ]


def test_a_reference_to_a_resource_is_echoed_as_what_the_provider_sees() -> None:
    reference = {SIGNATURE: RESOURCE, "urn": "urn:a", "id": "/id"}

    assert decode(encode({"a": reference, "b": [{**reference, "id": ""}]})) == {"a": "/id", "b": ["urn:a"]}
