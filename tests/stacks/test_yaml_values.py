"""A value that would not reach the program as it was written is a problem with a fix."""

from __future__ import annotations

import copy
import pickle

import pytest

from stacks.yaml_reader import SECRET, Document, read_text
from stacks.yaml_values import shown

pytestmark = pytest.mark.usefixtures("either_parser")

DATE = "without quotes is a date and reaches the program as"


def read(value: str) -> Document:
    """The document with `value` below `x:y`, in line 3."""
    return read_text(f"config:\n  x:y:\n    v: {value}\n".encode(), "f")


def findings(document: Document) -> list[str]:
    """The problems as people see them."""
    return [str(problem) for problem in document.problems]


NUMBERS = {"1e3": 1000, "0755": 493, "08": 8, "0x1F": 31, "0o17": 15, "0b11": 3, "1_000": 1000, "+5": 5}
"""Whole numbers that could be written so that they arrive; the others are too large, or most likely a version."""


@pytest.mark.parametrize(
    ("written", "rule", "what", "kept"),
    [
        ("1.30", "YML-12", "without quotes reaches the program as 1.3", "1.30"),
        ("1.0", "YML-12", "without quotes reaches the program as 1", "1.0"),
        ("1e3", "YML-12", "without quotes reaches the program as 1000", "1e3"),
        (".5", "YML-12", "without quotes reaches the program as 0.5", ".5"),
        ("0755", "YML-12", "without quotes reaches the program as 493", 493),
        ("08", "YML-12", "without quotes reaches the program as 8", "08"),
        ("0x1F", "YML-12", "without quotes reaches the program as 31", 31),
        ("0o17", "YML-12", "without quotes reaches the program as 15", 15),
        ("0b11", "YML-12", "without quotes reaches the program as 3", 3),
        ("1_000", "YML-12", "without quotes reaches the program as 1000", 1000),
        ("+5", "YML-12", "without quotes reaches the program as 5", 5),
        (
            "9223372036854775808",
            "YML-12",
            "has more than 64 bits and reaches the program as 9223372036854776000",
            2**63,
        ),
        ("2" * 20, "YML-12", "has more than 64 bits and reaches the program as 22222222222222220000", "2" * 20),
        (".inf", "YML-12", "without quotes cannot reach the program at all", ".inf"),
        (".NaN", "YML-12", "without quotes cannot reach the program at all", ".NaN"),
        ("2026-1-31", "YML-13", f"{DATE} 2026-01-31 00:00:00 +0000 UTC", "2026-1-31"),
        ("2026-01-31T10:00:00Z", "YML-13", f"{DATE} a time in another form", "2026-01-31T10:00:00Z"),
        ("2026-01-31 10:00:00", "YML-13", f"{DATE} a time in another form", "2026-01-31 10:00:00"),
    ],
)
def test_a_value_that_would_change_is_told_with_what_arrives(written: str, rule: str, what: str, kept: object) -> None:
    document = read(written)
    number = NUMBERS.get(written)
    fix = f'write {number} for the number, or "{written}" in quotes' if number else f'write "{written}" in quotes'
    assert findings(document) == [f"f:3 x:y.v: {written} {what}; {fix} [{rule}]"]
    assert (document.config, document.readable) == ({"x:y": {"v": kept}}, True)


@pytest.mark.parametrize(
    ("word", "meant"), [("yes", "true"), ("Yes", "true"), ("ON", "true"), ("no", "false"), ("Off", "false")]
)
def test_a_truth_value_of_yaml_1_1_is_told_apart_from_text(word: str, meant: str) -> None:
    document = read(word)
    message = f'{word} without quotes is text here, not {meant}; write {meant}, or "{word}" in quotes'
    assert findings(document) == [f"f:3 x:y.v: {message} [YML-14]"]
    assert document.config == {"x:y": {"v": word}}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ("1e-7", 1e-7),
        ("0", 0),
        ("-12", -12),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("1.35.2", "1.35.2"),
        ("10.20.0.0/16", "10.20.0.0/16"),
        ("33%", "33%"),
        ("/20", "/20"),
        ("12:30", "12:30"),
        ("y", "y"),
        ("'1.30'", "1.30"),
        ('"yes"', "yes"),
        ("'2026-01-31'", "2026-01-31"),
        ("!!str 1.30", "1.30"),
        ("!!map {a: 1}", {"a": 1}),
        ("!!seq [1]", [1]),
        ("|\n      a\n       b\n", "a\n b\n"),
        (">-\n      a\n      b\n", "a b"),
        ("'  a\n\n\n      b'", "  a\n\nb"),
        ("<<", "<<"),
    ],
    ids=repr,
)
def test_a_value_that_arrives_as_written_is_just_that(written: str, value: object) -> None:
    document = read(written)
    assert findings(document) == []
    assert document.config == {"x:y": {"v": value}}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("!Ref a", "the tag !Ref does not reach the program; remove it and put the text in quotes"),
        ("!!binary aGk=", "the tag !!binary does not reach the program; remove it and put the text in quotes"),
        ("!!float 1", "the tag !!float does not reach the program; remove it and put the text in quotes"),
        ("! 12", "the tag ! does not reach the program; remove it and put the text in quotes"),
        ("!!str [a]", "the tag !!str does not reach the program; remove it"),
        ("!!set {a, b}", "the tag !!set does not reach the program; remove it"),
    ],
)
def test_a_tag_that_pulumi_drops_or_acts_on_is_a_problem(written: str, message: str) -> None:
    assert findings(read(written)) == [f"f:3 x:y.v: {message} [YML-11]"]


def test_text_of_several_lines_that_pulumi_spoils_is_a_problem() -> None:
    broken, separated, tabbed = read('"\\na\\n"'), read('"\\u2028a\\nb"'), read('"\\ta\\nb"')
    fix = "begin it with its first line that is not empty"
    assert findings(broken) == [
        f"f:3 x:y.v: text of several lines begins with a line break, which Pulumi loses; {fix} [YML-20]"
    ]
    assert findings(separated) == findings(broken)
    assert findings(tabbed) == [
        f"f:3 x:y.v: text of several lines begins with a tab, at which Pulumi stops; {fix} [YML-20]"
    ]


@pytest.mark.parametrize(
    ("key", "message", "kept"),
    [
        ("8080", 'the key 8080 is a number to YAML; write "8080" in quotes', {"8080": 1}),
        ("1.30", 'the key 1.30 is a number to YAML; write "1.30" in quotes', {"1.30": 1}),
        ("true", 'the key true is a truth value to YAML; write "true" in quotes', {"true": 1}),
        ("2026-01-31", 'the key 2026-01-31 is a date to YAML; write "2026-01-31" in quotes', {"2026-01-31": 1}),
        ("~", "a key is empty; write its name before the colon", {}),
        ('""', "a key is empty; write its name before the colon", {}),
        ("? [a, b]\n    ", "a list stands in the place of a key; put text that begins with a bracket in quotes", {}),
        ("{a: b}", "a mapping stands in the place of a key; put text that begins with a bracket in quotes", {}),
        ('"a\\nb"', 'the key "a\\nb" holds the invisible character U+000A; remove it', {}),
        ("a\u00a0b", 'the key "a\\u00a0b" holds the invisible character U+00A0; remove it', {}),
        (
            f"? {'k' * 1001}\n    ",
            f'the key "{"k" * 40}…" has 1,001 characters; 1,000 is the limit',
            {},
        ),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_key_that_is_no_plain_text_is_a_problem(key: str, message: str, kept: dict[str, object]) -> None:
    document = read_text(f"config:\n  x:y:\n    {key}: 1\n".encode(), "f")
    assert findings(document) == [f"f:3 x:y: {message} [YML-10]"]
    assert document.config == {"x:y": kept}


def test_a_key_that_is_a_word_of_yaml_1_1_is_text() -> None:
    document = read_text(b"config:\n  x:y: {on: 1, no: 2, y: 3}\n", "f")
    assert (document.config, findings(document)) == ({"x:y": {"on": 1, "no": 2, "y": 3}}, [])


def test_a_key_written_twice_names_both_lines_and_the_first_counts() -> None:
    document = read_text(b"config:\n  x:y:\n    a: 1\n    b: 2\n    'a': 3\n  x:z: {c: 1, c: 2}\n", "f")
    assert findings(document) == [
        'f:5 x:y: the key "a" is written twice, in lines 3 and 5; remove one of them [YML-09]',
        'f:6 x:z: the key "c" is written twice, in line 6; remove one of them [YML-09]',
    ]
    assert document.config == {"x:y": {"a": 1, "b": 2}, "x:z": {"c": 1}}


def test_merged_mappings_give_way_to_what_is_written_and_to_those_before_them() -> None:
    document = read_text(
        b"config:\n"
        b"  x:a: &a {one: 1, two: 1}\n"
        b"  x:b: &b {two: 2, three: 2}\n"
        b"  x:c: {<<: [*a, *b], one: 3}\n"
        b"  x:d: {<<: {<<: *a, two: 4}}\n",
        "f",
    )
    assert findings(document) == []
    assert document.config["x:c"] == {"one": 3, "two": 1, "three": 2}
    assert document.config["x:d"] == {"two": 4, "one": 1}


@pytest.mark.parametrize(
    ("written", "messages"),
    [
        ("{<<: 5}", ["`<<` merges mappings, here it has something else; give it an alias of a mapping [YML-21]"]),
        ("{<<: [{}, a]}", ["`<<` merges mappings, here it has something else; give it an alias of a mapping [YML-21]"]),
        ("{'<<': {}}", ['"<<" merges even in quotes; write another key, or << alone [YML-21]']),
        ("{<<: {}, <<: {}}", ['the key "<<" is written twice, in line 3; remove one of them [YML-09]']),
    ],
)
def test_a_merge_that_pulumi_refuses_or_makes_unasked_is_a_problem(written: str, messages: list[str]) -> None:
    assert findings(read(written)) == [f"f:3 x:y.v: {message}" for message in messages]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{secure: 5}", "`secure:` holds no encrypted text; set it with `pulumi config set --secret --path`"),
        ("{secure: }", "`secure:` holds no encrypted text; set it with `pulumi config set --secret --path`"),
        ("{secure: {a: b}}", "`secure:` holds no encrypted text; set it with `pulumi config set --secret --path`"),
        (
            "{secure: v1:a, b: c}",
            "beside `secure:` stand other keys, so Pulumi does not decrypt it; put it into a mapping of its own",
        ),
    ],
)
def test_a_secret_that_pulumi_would_not_decrypt_is_a_problem(written: str, message: str) -> None:
    document = read(written)
    assert findings(document) == [f"f:3 x:y.v: {message} [YML-18]"]
    assert document.secrets == frozenset()


def test_a_secret_stays_one_object_and_shows_nothing() -> None:
    assert repr(SECRET) == "<secret>"
    assert copy.deepcopy({"a": SECRET})["a"] is SECRET
    assert pickle.loads(pickle.dumps(SECRET)) is SECRET  # noqa: S301


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", '"a"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("a\nb\tc", '"a\\nb\\tc"'),
        ("\x1b[31m\u202e", '"\\u001b[31m\\u202e"'),
        ("x" * 41, f'"{"x" * 40}…"'),
    ],
)
def test_text_in_a_message_is_one_printable_line(text: str, expected: str) -> None:
    assert shown(text) == expected
