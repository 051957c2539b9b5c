"""YAML text as a tree of nodes with line numbers, aliases followed, within fixed limits.

Owns the parser: libyaml where PyYAML has it, else PyYAML's own, with the same outcome. Knows nothing of stack files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import yaml

from stacks.yaml_rules import ONE_DOCUMENT, SIZE, SYNTAX, TABS
from stacks.yaml_syntax import BARE_COLON, NOT_YAML, QUESTION_MARK, TAB, UNKNOWN_ESCAPE, VERSION, syntax_error
from stacks.yaml_text import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NODES = 100_000
"""Keys, values and collections, aliases expanded; a VNet's most subnets (3,000) with all their keys take about half."""
MAX_DEPTH = 100
MAX_ALIAS_SHARE = 0.99
"""yaml.v3 refuses a document of which more than this share comes from aliases (allowedAliasRatio in decode.go) ..."""
_SHARE_COUNTS_FROM = (100, 1000)
"""... once more than 100 values came from aliases and more than 1,000 were decoded."""
_SHOWN_NAME = 40

NodeKind = Literal["scalar", "mapping", "sequence"]


@dataclass(eq=False, slots=True)
class Node:
    """One value as written.

    Attributes:
        kind: What it is.
        line: Where it begins, from 1.
        tag: The explicit tag, if any.
        text: A scalar's text after unfolding and escapes.
        plain: A scalar without quotes and not in block form.
        children: A sequence's items, or a mapping's keys and values in turn, each with the line where it stands; an
            alias stands elsewhere than the node it names.
        size: Nodes in this one, itself included, aliases expanded.
        height: Levels of collections in this one.
    """

    kind: NodeKind
    line: int
    tag: str | None = None
    text: str = ""
    plain: bool = False
    children: list[tuple[int, Node]] = field(default_factory=list)
    size: int = 1
    height: int = 0


class PurePythonLoader(yaml.SafeLoader):
    """PyYAML without libyaml, brought in line with libyaml on tabs between tokens."""

    def scan_to_next_token(self) -> None:
        """Skips blanks, comments and line breaks; a tab counts as a blank where indentation is not at stake."""
        while True:
            while self.peek() == " " or (self.peek() == "\t" and (self.flow_level or not self.allow_simple_key)):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in "\0\r\n":
                    self.forward()
            if not self.scan_line_break():  # type: ignore[no-untyped-call]
                return
            if not self.flow_level:
                self.allow_simple_key = True


LOADER: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", PurePythonLoader)


def compose(text: str) -> Node | None:
    """The document's root node; None for an empty document.

    Raises:
        UnreadableError: Not YAML, several documents, or beyond the limits.
    """
    composer = _Composer(text)
    for event in _events(text):
        composer.take(event)
    return composer.root


def _events(text: str) -> Iterator[yaml.Event]:
    parser = LOADER(text)
    try:
        while (event := parser.get_event()) is not None:
            yield event
    except yaml.MarkedYAMLError as error:
        raise syntax_error(error, text) from None
    except (yaml.YAMLError, ValueError, OverflowError):
        # PyYAML's own scanner converts escapes and versions without checking their range.
        raise UnreadableError(SYNTAX, NOT_YAML, int(getattr(parser, "line", 0)) + 1) from None
    finally:
        parser.dispose()


@dataclass(slots=True)
class _Open:
    """A collection whose end the parser has not reached."""

    node: Node
    anchor: str | None
    flow: bool


class _Composer:
    """Builds nodes from parser events without recursion, and keeps count."""

    def __init__(self, text: str) -> None:
        self.root: Node | None = None
        self._text = text
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._nodes = 0
        self._aliased = 0

    def take(self, event: yaml.Event) -> None:
        """Takes the parser's next event.

        Raises:
            UnreadableError: The event begins something that is refused.
        """
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        if isinstance(event, yaml.ScalarEvent):
            self._count(1, line)
            self._check_scalar(event, line)
            node = Node("scalar", line, event.tag, event.value, plain=not event.style)
            self._add(node, event.anchor)
        elif isinstance(event, yaml.CollectionStartEvent):
            kind: NodeKind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
            self._begin(_Open(Node(kind, line, event.tag), event.anchor, bool(event.flow_style)))
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self._open.pop()
            done.node.size += sum(child.size for _, child in done.node.children)
            done.node.height = 1 + max((child.height for _, child in done.node.children), default=0)
            self._add(done.node, done.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._add_alias(event.anchor or "", line)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._check_document(event, line)

    def _check_document(self, event: yaml.DocumentStartEvent, line: int) -> None:
        if self.root is not None:
            raise UnreadableError(
                ONE_DOCUMENT, "a second document begins here, and only the first is read; remove the `---`", line
            )
        if event.version not in (None, (1, 1)):
            raise UnreadableError(SYNTAX, VERSION, line)

    def _check_scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        """Refuses what only one of the two parsers takes, or what both take and Pulumi's does not."""
        if not event.value.isascii() and any("\ud800" <= character <= "\udfff" for character in event.value):
            raise UnreadableError(SYNTAX, UNKNOWN_ESCAPE, line)
        if event.start_mark is None or event.end_mark is None:
            return
        written = self._text[event.start_mark.index : event.end_mark.index]
        if event.style == '"' and _ESCAPED_SLASH.search(written):
            raise UnreadableError(SYNTAX, UNKNOWN_ESCAPE, line)
        if event.style in ("|", ">") and (tail := _BLOCK_HEADER_TAIL.match(written)):
            rule, message = (SYNTAX, NOT_YAML) if tail.group(1) == "#" else (TABS, TAB)
            raise UnreadableError(rule, message, line)
        if not event.style and event.value:
            self._check_unquoted(written, event.end_mark.index, line)

    def _check_unquoted(self, written: str, end: int, line: int) -> None:
        if "\t" in written or _TAB_BEFORE_MORE.match(self._text, end):
            raise UnreadableError(TABS, "a tab inside unquoted text; use spaces, or double quotes and \\t", line)
        if not self._open or not self._open[-1].flow:
            return
        if "?" in written:
            raise UnreadableError(SYNTAX, QUESTION_MARK, line)
        if self._text[end : end + 1] == ":" and self._text[end + 1 : end + 2] in tuple(",[]{}"):
            raise UnreadableError(SYNTAX, BARE_COLON, line)

    def _begin(self, opened: _Open) -> None:
        self._open.append(opened)
        self._count(1, opened.node.line)
        _check_depth(len(self._open), opened.node.line)
        if opened.anchor is not None:
            self._anchors.pop(opened.anchor, None)

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        self._attach(node, node.line)

    def _add_alias(self, name: str, line: int) -> None:
        node = self._anchors.get(name)
        if node is None:
            inside = any(opened.anchor == name for opened in self._open)
            what = "stands inside the value that it names" if inside else "names no anchor above it"
            message = f"the alias *{name[:_SHOWN_NAME]} {what}; write the value out here"
            raise UnreadableError(SYNTAX, message, line)
        self._aliased += node.size
        self._count(1 + node.size, line)
        _check_depth(len(self._open) + node.height, line)
        enough_aliased, enough = _SHARE_COUNTS_FROM
        decoded = 1 + self._nodes  # yaml.v3 counts the document too
        if self._aliased > enough_aliased and decoded > enough and self._aliased / decoded > MAX_ALIAS_SHARE:
            message = "more than 99 in 100 values up to here come from aliases, which is refused; write them out"
            raise UnreadableError(SIZE, message, line)
        self._attach(node, line)

    def _attach(self, node: Node, line: int) -> None:
        if self._open:
            self._open[-1].node.children.append((line, node))
        else:
            self.root = node

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            message = f"more than {MAX_NODES:,} keys and values up to here, aliases expanded; split the stack"
            raise UnreadableError(SIZE, message, line)


def _check_depth(depth: int, line: int) -> None:
    if depth > MAX_DEPTH:
        raise UnreadableError(SIZE, f"nested deeper than {MAX_DEPTH} levels; flatten the value", line)


_ESCAPED_SLASH = re.compile(r"(?<!\\)(?:\\\\)*\\/")
_TAB_BEFORE_MORE = re.compile(r" *\t[ \t]*[^ \t\r\n#]")
_BLOCK_HEADER_TAIL = re.compile(
    r"(?:[&!]\S*\s+)*+[|>](?:[-+0-9]*( *\t|#)|[-+]?(?: [^\r\n]*)?(?:\r\n|\r|\n)(?: *+(?:\r\n|\r|\n))*+ *+(\t))"
)
"""What stands too close behind | or >, which libyaml lets pass, or a tab as indentation, which PyYAML lets pass."""
