"""Documents that are no stack files, read the way stack files are."""

from __future__ import annotations

import pytest

from components.problems import KeyPath
from stacks.yaml_document import read

TEXT = b"""\
metadata:
  labels: &labels {secure: v1}
specs:
  - endpointSelector:
      matchLabels: *labels
    ingress:
      - {}
"""


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read(text.encode(), "f")[2]]


def test_value_is_what_is_written_and_nothing_is_a_secret() -> None:
    value, _, found = read(TEXT, "f")
    assert value == {
        "metadata": {"labels": {"secure": "v1"}},
        "specs": [{"endpointSelector": {"matchLabels": {"secure": "v1"}}, "ingress": [{}]}],
    }
    assert found == ()


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("metadata", "labels"), 2),
        (("metadata", "labels", "secure"), 2),
        (("metadata", "name"), 1),
        (("specs", 0), 4),
        (("specs", 0, "endpointSelector", "matchLabels"), 5),
        (("specs", 0, "ingress", 0), 7),
        (("specs", 3), 3),
        (("absent",), 1),
    ],
)
def test_line_is_that_of_the_deepest_part_that_is_there(path: KeyPath, line: int) -> None:
    assert read(TEXT, "f")[1](path) == line


@pytest.mark.parametrize("text", ["", "# nothing but this\n", "null\n"])
def test_document_without_content_is_nothing_and_no_problem(text: str) -> None:
    value, line, found = read(text.encode(), "f")
    assert (value, line(("a",)), found) == (None, 1, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "a: 1\n---\na: 2\n",
            "f:2: a second document begins here, and only the first is read; remove the `---` [YML-05]",
            id="two documents",
        ),
        pytest.param("a:\n\t- b\n", "f:2: a tab where YAML wants spaces; indent with spaces [YML-04]", id="tab"),
        pytest.param(
            "a: *b\n", "f:1: the alias *b names no anchor above it; write the value out here [YML-03]", id="alias"
        ),
        pytest.param(
            "a: 1\na: 2\n",
            'f:2: the key "a" is written twice, in lines 1 and 2; remove one of them [YML-09]',
            id="twice",
        ),
        pytest.param(
            "a: yes\n",
            'f:1 a: yes without quotes is text here, not true; write true, or "yes" in quotes [YML-14]',
            id="a word for true",
        ),
    ],
)
def test_what_is_wrong_is_one_line(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_text_that_only_pulumi_would_spoil_is_taken() -> None:
    assert problems('a: "\\n b"\n') == []
