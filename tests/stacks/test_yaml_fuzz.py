"""Whatever is in a stack file, the outcome is configuration or problems of one line each, never an exception."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stacks import yaml_nodes
from stacks.yaml_reader import SECRET, Document, read_text

# The same examples on every run, and nothing kept between runs.
quick = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

VALID = """\
encryptionsalt: v1:abc=
config:
  azure-native:location: westeurope   # region
  cilia:secrets: {regcred: {secure: v1:xyz}}
  cilia:networks:
    main: &main
      addressSpace: [10.20.0.0/16]
      subnets:
        # packed in this order
        nodes: {cidr: 10.20.0.0/24, natGateway: egress}
        pods:
          size: /20
  cilia:clusters:
    flat:
      <<: *main
      kubernetesVersion: "1.35"
      count: 3
      note: >-
        folded
        text
  cilia:accept: [{rule: CAP-02, reason: "agreed, with: team"}]
"""
PIECES = (
    *(
        "config:",
        "cilia:a: ",
        "x: ",
        "- ",
        "? ",
        ": ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "<<: ",
        "secure: ",
        "&a ",
        "*a",
        "!t ",
    ),
    *(
        "!!str ",
        "|",
        ">-",
        "'",
        '"',
        "\\",
        "#",
        " # c",
        "@",
        "`",
        "%",
        "---",
        "...",
        "\n",
        "\n  ",
        "\n    ",
        "\r\n",
        "\t",
    ),
    *(
        "1.30",
        "0x1F",
        "0755",
        "1e3",
        "9" * 30,
        ".inf",
        "2026-01-31",
        "yes",
        "~",
        "true",
        "text",
        "é",
        "\u2028",
        "\ud7ff",
    ),
    *('"\\u0007"', '"\\ud800"', '"\\/"', "\ufeff", "\0", "\x7f", "a" * 1100),
)


def check_outcome(document: Document) -> None:
    """What holds of every document."""
    for problem in document.problems:
        assert "\n" not in str(problem)
        assert str(problem).isprintable()
        assert problem.file == "f"
        assert problem.severity == "error"
    assert document.readable or (document.problems and not document.config)
    lines = [problem.line for problem in document.problems]
    assert lines == sorted(lines)
    # What is handed on is what JSON can carry, and secrets.
    json.dumps(dict(document.config), default=lambda value: {SECRET: "secret"}[value])
    for path in document.secrets:
        value: object = document.config
        for key in path:
            value = value[key] if isinstance(value, (Mapping, list)) else None  # type: ignore[index]
        assert value is SECRET
        assert document.line(path) >= 1


def read_with_both_parsers(data: bytes) -> None:
    """Reads with libyaml and without; both find something wrong, or both read the same."""
    outcomes = []
    for parser in (yaml.CSafeLoader, yaml_nodes.PurePythonLoader):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml_nodes, "LOADER", parser)
            document = read_text(data, "f")
        check_outcome(document)
        outcomes.append(None if document.problems else (dict(document.config), document.secrets))
    assert outcomes[0] == outcomes[1]


@quick
@given(st.binary(max_size=200))
@example(b"\xff\xfe\0")
@example(b"%YAML 1." + b"9" * 5000)
def test_arbitrary_bytes(data: bytes) -> None:
    read_with_both_parsers(data)


@quick
@given(st.text(max_size=200))
def test_arbitrary_text(text: str) -> None:
    read_with_both_parsers(text.encode("utf-8", "surrogatepass"))


@quick
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_pieces_of_yaml(pieces: list[str]) -> None:
    read_with_both_parsers(("config:\n  cilia:a: " + "".join(pieces)).encode())
    read_with_both_parsers("".join(pieces).encode())


@quick
@given(
    st.lists(
        st.tuples(st.integers(0, len(VALID)), st.integers(0, 6), st.sampled_from(["", *PIECES])),
        min_size=1,
        max_size=4,
    )
)
def test_a_valid_file_with_edits(edits: list[tuple[int, int, str]]) -> None:
    text = VALID
    for position, length, replacement in edits:
        text = text[:position] + replacement + text[position + length :]
    read_with_both_parsers(text.encode("utf-8", "surrogatepass"))


@quick
@given(st.integers(0, len(VALID)))
def test_a_valid_file_cut_off(length: int) -> None:
    read_with_both_parsers(VALID[:length].encode())


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4),
    max_leaves=12,
)


@quick
@given(st.dictionaries(st.text(max_size=10), JSON_VALUES, max_size=4))
def test_any_structure_as_yaml_is_read_back_or_has_problems(values: dict[str, object]) -> None:
    stack = {"config": {"x:y": values}}
    for text in (json.dumps(stack), json.dumps(stack, indent=2, ensure_ascii=False), yaml.safe_dump(stack)):
        document = read_text(text.encode(), "f")
        check_outcome(document)
        if not document.problems:
            assert document.config == {"x:y": values}
