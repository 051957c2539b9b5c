"""Aliases are followed, and nothing expands, nests or recurses without end."""

from __future__ import annotations

import pytest

from stacks import yaml_nodes
from stacks.yaml_reader import Document, read_text

pytestmark = pytest.mark.usefixtures("either_parser")

FULL = "more than 100,000 keys and values up to here, aliases expanded; split the stack"
DEEP = "nested deeper than 100 levels; flatten the value"
ALIASED = "more than 99 in 100 values up to here come from aliases, which is refused; write them out"


def refusal(document: Document) -> tuple[str, int, str]:
    """Rule, line and message of the one problem of a document that cannot be read."""
    assert not document.readable
    (problem,) = document.problems
    return problem.rule, problem.line, problem.message


def test_an_alias_is_the_value_that_its_anchor_names() -> None:
    document = read_text(b"config:\n  a:b: &x {c: [1, 2]}\n  a:d: *x\n", "f")
    assert (document.config, document.problems) == ({"a:b": {"c": [1, 2]}, "a:d": {"c": [1, 2]}}, ())


def test_an_anchor_may_be_given_again() -> None:
    document = read_text(b"config:\n  a:b: [&x 1, *x, &x 2, *x]\n", "f")
    assert document.config == {"a:b": [1, 1, 2, 2]}


def test_an_anchor_given_again_hides_the_earlier_one_from_its_first_character_on() -> None:
    message = "the alias *x stands inside the value that it names; write the value out here"
    assert refusal(read_text(b"config:\n  a:b: &x 1\n  a:c: &x\n    - *x\n", "f")) == ("YML-03", 4, message)


def test_a_problem_below_an_anchor_is_told_once() -> None:
    document = read_text(b"config:\n  a:b: &x {c: 1.30}\n  a:d: *x\n  a:e: *x\n", "f")
    assert [str(problem) for problem in document.problems] == [
        'f:2 a:b.c: 1.30 without quotes reaches the program as 1.3; write "1.30" in quotes [YML-12]'
    ]


def bomb(levels: int, width: int) -> bytes:
    """Each level is a list of aliases of the one before."""
    lines = ["config:", f"  a:l0: &l0 [{', '.join('1' * width)}]"]
    lines += [f"  a:l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * width)}]" for i in range(1, levels)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("levels", "width", "line", "message"), [(30, 10, 5, ALIASED), (100, 2, 12, ALIASED), (2, 400, 3, ALIASED)]
)
def test_an_alias_bomb_is_one_line(levels: int, width: int, line: int, message: str) -> None:
    assert refusal(read_text(bomb(levels, width), "f")) == ("YML-06", line, message)


def test_values_that_are_almost_all_aliases_are_refused_where_pulumi_refuses_them() -> None:
    written = "config:\n  a:b: &x [" + ", ".join(["1"] * 200) + "]\n  a:c: ["
    # 201 values each; 40,401 of 40,809 are just no more than 99 in 100, as yaml.v3 v3.0.1 counts.
    fine = read_text((written + ", ".join(["*x"] * 201) + "]\n").encode(), "f")
    refused = read_text((written + ", ".join(["*x"] * 202) + "]\n").encode(), "f")
    assert fine.problems == ()
    assert refusal(refused) == ("YML-06", 3, ALIASED)


def test_the_limit_of_values_is_told_at_the_line_where_it_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_nodes, "MAX_NODES", 1000)
    # The file, its key, what is below, its key and the list make 5; each item is one more.
    items = [f"  - {i}" for i in range(996)]
    assert read_text("\n".join(["config:", "  a:b:", *items[:995]]).encode(), "f").problems == ()
    refused = read_text("\n".join(["config:", "  a:b:", *items]).encode(), "f")
    assert refusal(refused) == ("YML-06", 998, FULL.replace("100,000", "1,000"))


def test_a_hundred_levels_are_read_and_one_more_is_refused() -> None:
    def nested(levels: int) -> bytes:
        return f"config:\n  a:b: {'[' * levels}{']' * levels}\n".encode()

    assert read_text(nested(98), "f").problems == ()
    assert refusal(read_text(nested(99), "f")) == ("YML-06", 2, DEEP)


def test_aliases_count_with_the_depth_of_what_they_name() -> None:
    inner = "[" * 60 + "]" * 60
    outer = "[" * 60 + "*x" + "]" * 60
    assert refusal(read_text(f"config:\n  a:b: &x {inner}\n  a:c: {outer}\n".encode(), "f")) == ("YML-06", 3, DEEP)


@pytest.mark.parametrize("unit", ["[", "{a: ", "- ", "? ", "!!seq ["])
def test_endless_nesting_is_one_line(unit: str) -> None:
    document = read_text((unit * 20_000).encode(), "f")
    assert (document.readable, len(document.problems)) == (False, 1)
