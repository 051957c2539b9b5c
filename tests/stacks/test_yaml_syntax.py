"""Bad YAML is one line that says where and what to do, whichever parser is installed."""

from __future__ import annotations

import pytest

from stacks.yaml_reader import read_text

TAB = "a tab where YAML wants spaces; indent with spaces"
INNER_TAB = r"a tab inside unquoted text; use spaces, or double quotes and \t"
MISFIT = "this line does not fit the block that begins in line {}; check the indentation and the quotes"
ESCAPE = (
    "in double quotes a backslash begins an escape, and this one does not exist; "
    "use single quotes, or two backslashes for one"
)
SECOND_COLON = (
    "a second `: ` in one line, a key indented too deep, or no colon in the line above; "
    "put text that holds `: ` in quotes, or correct the lines"
)
UNCLOSED = "a quotation mark opens here and never closes; close it"
BARE_COLON = "a colon without a space behind it; add the space, or put the text in quotes"
VERSION = "no version of YAML is read but 1.1; remove the line that begins with %YAML"
BAD = {
    "tab as indentation": ("config:\n\ta:b: c\n", "YML-04", 2, TAB),
    "tab after spaces": ("config:\n  a:b: c\n  \td:e: f\n", "YML-04", 3, TAB),
    "tab after a dash": ("config:\n  a:b:\n  -\tx: 1\n", "YML-04", 3, TAB),
    "tab in block text": ("config:\n  a:b: |\n  \tx\n", "YML-04", 3, TAB),
    "tab behind a block mark": ("config:\n  a:b: |\t\n   x\n", "YML-04", 2, TAB),
    "tab in unquoted text": ("config:\n  a:b: c\td\n", "YML-04", 2, INNER_TAB),
    "tab before a comma": ("config: {a:b: [c\t, d]}\n", "YML-04", 1, INNER_TAB),
    "a colon too many": ("config:\n  a:b: c: d\n", "YML-03", 2, SECOND_COLON),
    "indented too deep": ("config:\n  a:b: c\n    d:e: f\n", "YML-03", 3, SECOND_COLON),
    "indented too little": ("config:\n    a:b: c\n  d:e: f\n", "YML-03", 3, MISFIT.format(1)),
    "list item among keys": ("config:\n  a:b: c\n  - d\n", "YML-03", 3, MISFIT.format(2)),
    "list item behind a key": (
        "config:\n  a:b: - d\n",
        "YML-03",
        2,
        "a list item (`- `) stands where none can; begin it on its own line below its key",
    ),
    "no colon": ("config:\n  a:b\n  c:d: e\n", "YML-03", 3, SECOND_COLON),
    "no colon after a value": (
        "config:\n  a:b: {c: d}\n  e\n",
        "YML-03",
        3,
        "a key without `: ` behind it; add the colon and a space",
    ),
    "open double quote": ('config:\n  a:b: "c\n  d:e: f\n', "YML-03", 2, UNCLOSED),
    "open single quote": ("config:\n  a:b: 'c\n  d:e: f\n", "YML-03", 2, UNCLOSED),
    "text behind a quote": ('config:\n  a:b: "c" d\n', "YML-03", 2, MISFIT.format(2)),
    "open list": (
        "config:\n  a:b: [c, d\n  e:f: g\n",
        "YML-03",
        3,
        "the list that begins in line 2 lacks a comma or its closing ]; add it",
    ),
    "open mapping": (
        "config:\n  a:b: {c: d\n  e:f: g\n",
        "YML-03",
        3,
        "the mapping that begins in line 2 lacks a comma or its closing }; add it",
    ),
    "stray bracket": ("config: {a:b: c}\n}\n", "YML-03", 2, MISFIT.format(1)),
    "at sign": ("config:\n  a:b: @c\n", "YML-03", 2, "`@` cannot begin unquoted text; put the text in quotes"),
    "backtick": ("config:\n  a:b: `c`\n", "YML-03", 2, "``` cannot begin unquoted text; put the text in quotes"),
    "percent": ("config:\n  a:b: %c\n", "YML-03", 2, "`%` cannot begin unquoted text; put the text in quotes"),
    "unknown escape": ('config:\n  a:b: "\\d"\n', "YML-03", 2, ESCAPE),
    "escape that only libyaml knows": ('config:\n  a:b: "c\\/d"\n', "YML-03", 2, ESCAPE),
    "half a surrogate pair": ('config:\n  a:b: "\\ud800"\n', "YML-03", 2, ESCAPE),
    "question mark between brackets": (
        "config: {a:b: {url: http://c?d=e}}\n",
        "YML-03",
        1,
        "between brackets unquoted text ends before a `?`; put the text in quotes",
    ),
    "colon before a bracket": ("config: {a:b: {c:[d]}}\n", "YML-03", 1, BARE_COLON),
    "colon before a comma": ("config: {a:b: [c:, d]}\n", "YML-03", 1, BARE_COLON),
    "later YAML version": ("%YAML 1.2\n---\nconfig: {}\n", "YML-03", 1, VERSION),
    "other YAML version": ("%YAML 2.0\n---\nconfig: {}\n", "YML-03", 1, VERSION),
    "unknown tag handle": (
        "config:\n  a:b: !c!d e\n",
        "YML-11",
        2,
        "an unknown tag (text that begins with !); remove it, or put it in quotes",
    ),
    "unknown alias": (
        "config:\n  a:b: *c\n",
        "YML-03",
        2,
        "the alias *c names no anchor above it; write the value out here",
    ),
    "alias inside its anchor": (
        "config:\n  a:b: &c\n    d: *c\n",
        "YML-03",
        3,
        "the alias *c stands inside the value that it names; write the value out here",
    ),
    "second document": (
        "config: {a:b: c}\n---\nconfig: {a:b: d}\n",
        "YML-05",
        2,
        "a second document begins here, and only the first is read; remove the `---`",
    ),
    "text behind the end": (
        "config: {a:b: c}\n...\nd\n",
        "YML-03",
        3,
        "text follows the end of the document; check the quotes and brackets above",
    ),
}


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(("text", "rule", "line", "message"), BAD.values(), ids=BAD)
def test_bad_yaml_is_one_clear_line(text: str, rule: str, line: int, message: str) -> None:
    document = read_text(text.encode(), "f")
    assert [(problem.rule, problem.line, problem.message) for problem in document.problems] == [(rule, line, message)]
    assert (document.readable, document.config) == (False, {})


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    "text",
    [
        "config:\n  a:b:\tc\n",
        "config:\n  a:b: c\t\n",
        "config:\n  a:b: c\t# d\n",
        "config: {a:b:\tc}\n",
        "config:\t# d\n  a:b: c\n",
    ],
    ids=repr,
)
def test_tabs_between_a_key_and_its_value_or_at_the_end_are_harmless(text: str) -> None:
    document = read_text(text.encode(), "f")
    assert (document.config, document.problems) == ({"a:b": "c"}, ())


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize("text", ['a: "\\UFFFFFFFF"', "%YAML 1." + "9" * 5000, "&", "*", "!<", '"\\x', "%", "? - ! |"])
def test_what_breaks_parsers_is_still_one_line(text: str) -> None:
    document = read_text(text.encode(), "f")
    assert len(document.problems) >= 1
    assert all("\n" not in str(problem) for problem in document.problems)
