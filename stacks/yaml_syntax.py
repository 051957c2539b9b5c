"""What libyaml and PyYAML say about bad YAML, as one line that is the same for both and says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stacks.yaml_rules import SYNTAX, TABS, TAG
from stacks.yaml_text import LINE_BREAK, UnreadableError

if TYPE_CHECKING:
    import yaml

NOT_YAML = "this is not valid YAML; check the quotes, brackets and indentation at this line"
UNKNOWN_ESCAPE = (
    "in double quotes a backslash begins an escape, and this one does not exist; "
    "use single quotes, or two backslashes for one"
)
TAB = "a tab where YAML wants spaces; indent with spaces"
BARE_COLON = "a colon without a space behind it; add the space, or put the text in quotes"
QUESTION_MARK = "between brackets unquoted text ends before a `?`; put the text in quotes"
VERSION = "no version of YAML is read but 1.1; remove the line that begins with %YAML"
_LIST_ITEM = "a list item (`- `) stands where none can; begin it on its own line below its key"
_MISFIT = "this line does not fit the block that begins in line {start}; check the indentation and the quotes"


@dataclass(frozen=True, slots=True)
class _Translation:
    """A part of the parser's text, and what to say instead; {start} is the line where the construct begins."""

    part: str
    sentence: str
    at_start: bool = False


_TRANSLATIONS = (
    _Translation("cannot start any token", "{character} cannot begin unquoted text; put the text in quotes"),
    _Translation(
        "mapping values are not allowed",
        "a second `: ` in one line, a key indented too deep, or no colon in the line above; "
        "put text that holds `: ` in quotes, or correct the lines",
    ),
    _Translation(
        "could not find expected ':'", "a key without `: ` behind it; add the colon and a space", at_start=True
    ),
    _Translation("sequence entries are not allowed", _LIST_ITEM),
    _Translation("unexpected end of stream", "a quotation mark opens here and never closes; close it", at_start=True),
    _Translation("unexpected document", "a quotation mark opens here and never closes; close it", at_start=True),
    _Translation("incompatible YAML document", VERSION),
    _Translation("escape", UNKNOWN_ESCAPE),
    _Translation("unexpected ':'", BARE_COLON),
    _Translation("',' or ']'", "the list that begins in line {start} lacks a comma or its closing ]; add it"),
    _Translation("',' or '}'", "the mapping that begins in line {start} lacks a comma or its closing }}; add it"),
    _Translation("<block end>", _MISFIT),
    _Translation("expected key", _MISFIT),
    _Translation("'-' indicator", _MISFIT),
    _Translation("document start>", "text follows the end of the document; check the quotes and brackets above"),
)


def syntax_error(error: yaml.MarkedYAMLError, text: str) -> UnreadableError:
    """The parser's complaint about `text` in one line."""
    start = error.context_mark.line + 1 if error.context_mark else 1
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column) if mark else (1, 0)
    lines = LINE_BREAK.split(text)
    here = lines[line - 1] if line <= len(lines) else ""
    found = here[column : column + 1]
    said = error.problem or ""
    if found == "\t":
        return UnreadableError(TABS, TAB, line)
    if "undefined tag handle" in said:
        return UnreadableError(TAG, "an unknown tag (text that begins with !); remove it, or put it in quotes", line)
    if found == "?" and "',' or" in said:
        return UnreadableError(SYNTAX, QUESTION_MARK, line)
    for translation in _TRANSLATIONS:
        if translation.part in said:
            character = f"`{found}`" if found.strip() and found.isprintable() else "this character"
            message = translation.sentence.format(start=start, character=character)
            return UnreadableError(SYNTAX, message, start if translation.at_start else line)
    return UnreadableError(SYNTAX, NOT_YAML, line)
