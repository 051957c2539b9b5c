"""YAML nodes as configuration values, as `pulumi up` hands them to the program.

Every value that would not arrive as it was written is a problem. Such a value stays in the result as it was written, so
that what reads the result does not find fault with it a second time.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from stacks.yaml_rules import (
    BOOLEAN_WORD,
    DATE,
    DUPLICATE,
    KEY,
    LEADING_BREAK,
    MERGE,
    NUMBER,
    SECURE,
    TAG,
)
from stacks.yaml_scalars import BOOLEAN_WORDS, INT64_MAX, INT64_MIN, Resolved, number_text, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.problems import KeyPath, Problem
    from stacks.yaml_nodes import Node, NodeKind


class Secret:
    """A value that is encrypted in the stack file; there is one instance, SECRET."""

    def __repr__(self) -> str:
        return "<secret>"

    def __reduce__(self) -> str:
        return "SECRET"  # copies are the same object


SECRET: Final = Secret()

MAX_KEY_LENGTH = 1000
"""YAML allows 1,024 characters for a key in one line; no name in Azure, Kubernetes or Helm comes near."""

_PLAIN_TAGS: dict[NodeKind, str] = {
    "scalar": "tag:yaml.org,2002:str",
    "mapping": "tag:yaml.org,2002:map",
    "sequence": "tag:yaml.org,2002:seq",
}
_KIND_NAMES = {"bool": "a truth value", "int": "a number", "float": "a number", "time": "a date"}
_SHOWN = 40
_SPOILED = ("\t", "\n", "\u2028", "\u2029")
"""What text of several lines cannot begin with: yaml.v3 writes it as a block that reads back differently."""
_DIGITS = re.compile("[-+]?[0-9_]+")


@dataclass(eq=False, slots=True)
class Entry:
    """A key of a mapping: the line of the key and the node of its value."""

    line: int
    node: Node


@dataclass(eq=False)
class ValueReader:
    """Turns nodes into values and collects what is wrong with them, each node once however often aliases name it.

    Attributes:
        file: The file that problems name.
        problems: What was found so far.
        of_stack: Whether it is a stack file: only there `secure` hides a secret, and Pulumi writes the file anew.
    """

    file: str
    problems: list[Problem] = field(default_factory=list)
    of_stack: bool = True
    _entries: dict[Node, dict[str, Entry]] = field(default_factory=dict)
    _values: dict[Node, object] = field(default_factory=dict)

    def report(self, problem: Problem, line: int) -> None:
        """Keeps a problem found at a line."""
        self.problems.append(replace(problem, file=self.file, line=line))

    def value(self, node: Node, path: KeyPath) -> object:
        """The value of a node: dict, list, str, int, float, bool, None or SECRET."""
        if node not in self._values:
            self.check_tag(node, path)
            if node.kind == "mapping":
                self._values[node] = self._mapping(node, path)
            elif node.kind == "sequence":
                self._values[node] = [self.value(item, (*path, i)) for i, (_, item) in enumerate(node.children)]
            else:
                self._values[node] = self.scalar(node, path).value
        return self._values[node]

    def entries(self, node: Node, path: KeyPath) -> Mapping[str, Entry]:
        """A mapping's keys in the order of the file, merged ones last; without those that are no text."""
        if node not in self._entries:
            self._entries[node] = self._read_entries(node, path)
        return self._entries[node]

    def known_entries(self, node: Node) -> Mapping[str, Entry]:
        """The keys of a mapping that was read before."""
        return self._entries.get(node, {})

    def scalar(self, node: Node, path: KeyPath) -> Resolved:
        """What a scalar is, with a problem if the program would get something else than is written."""
        if self.of_stack and node.text[:1] in _SPOILED and "\n" in node.text:
            what = "a tab, at which Pulumi stops" if node.text[0] == "\t" else "a line break, which Pulumi loses"
            message = f"text of several lines begins with {what}; begin it with its first line that is not empty"
            self.report(LEADING_BREAK.error(path, message), node.line)
        if not node.plain or node.tag is not None:
            return Resolved("str", node.text)
        resolved = resolve(node.text)
        problem = _check_unquoted(node.text, resolved, path)
        if problem is None:
            return resolved
        self.report(problem, node.line)
        return resolved if resolved.kind == "int" else Resolved("str", node.text)

    def _mapping(self, node: Node, path: KeyPath) -> object:
        entries = self.entries(node, path)
        if self.of_stack and "secure" in entries and self._is_secret(entries, path):
            return SECRET
        return {name: self.value(entry.node, (*path, name)) for name, entry in entries.items()}

    def _is_secret(self, entries: Mapping[str, Entry], path: KeyPath) -> bool:
        """Whether Pulumi takes the mapping for a secret; reports one that it would not decrypt."""
        entry = entries["secure"]
        if len(entries) == 1 and entry.node.kind == "scalar" and isinstance(self.value(entry.node, path), str):
            return True
        if len(entries) > 1:
            message = (
                "beside `secure:` stand other keys, so Pulumi does not decrypt it; put it into a mapping of its own"
            )
        else:
            message = "`secure:` holds no encrypted text; set it with `pulumi config set --secret --path`"
        self.report(SECURE.error(path, message), entry.line)
        return False

    def _read_entries(self, node: Node, path: KeyPath) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        merges: list[Entry] = []
        children = iter(node.children)
        for (line, key), (_, value) in zip(children, children, strict=True):
            if key.kind == "scalar" and key.text == "<<":
                self._check_merge_key(key, merges, path, line)
                merges.append(Entry(line, value))
                continue
            name = self._key(key, path, line)
            if name is None:
                continue
            if name in entries:
                self.report(_duplicate(path, name, entries[name].line, line), line)
            else:
                entries[name] = Entry(line, value)
        for merge in merges:
            self._merge(merge, entries, path)
        return entries

    def _check_merge_key(self, key: Node, merges: list[Entry], path: KeyPath, line: int) -> None:
        if not key.plain:
            self.report(MERGE.error(path, '"<<" merges even in quotes; write another key, or << alone'), line)
        if merges:
            self.report(_duplicate(path, "<<", merges[-1].line, line), line)

    def _merge(self, merge: Entry, entries: dict[str, Entry], path: KeyPath) -> None:
        """Adds what `<<` names; what is there already wins, as in yaml.v3."""
        sources = [merge.node] if merge.node.kind != "sequence" else [item for _, item in merge.node.children]
        for source in sources:
            if source.kind == "mapping":
                for name, entry in self.entries(source, path).items():
                    entries.setdefault(name, entry)
            else:
                message = "`<<` merges mappings, here it has something else; give it an alias of a mapping"
                self.report(MERGE.error(path, message), merge.line)

    def _key(self, key: Node, path: KeyPath, line: int) -> str | None:
        """The text of a key; None if it cannot be one."""
        if key.kind != "scalar":
            kind = "list" if key.kind == "sequence" else "mapping"
            message = f"a {kind} stands in the place of a key; put text that begins with a bracket in quotes"
            self.report(KEY.error(path, message), line)
            return None
        self.check_tag(key, path)
        kind = resolve(key.text).kind if key.plain and key.tag is None else "str"
        if kind == "null" or not key.text:
            self.report(KEY.error(path, "a key is empty; write its name before the colon"), line)
            return None
        if not key.text.isprintable():
            hidden = next(character for character in key.text if not character.isprintable())
            message = f"the key {shown(key.text)} holds the invisible character U+{ord(hidden):04X}; remove it"
            self.report(KEY.error(path, message), line)
            return None
        if len(key.text) > MAX_KEY_LENGTH:
            message = f"the key {shown(key.text)} has {len(key.text):,} characters; {MAX_KEY_LENGTH:,} is the limit"
            self.report(KEY.error(path, message), line)
            return None
        if kind != "str":
            message = f"the key {key.text} is {_KIND_NAMES[kind]} to YAML; write {shown(key.text)} in quotes"
            self.report(KEY.error(path, message), line)
        return key.text

    def check_tag(self, node: Node, path: KeyPath) -> None:
        """Reports a tag that changes the value or is lost."""
        if node.tag in (None, _PLAIN_TAGS[node.kind]):
            return
        assert node.tag is not None
        name = node.tag.replace("tag:yaml.org,2002:", "!!")
        quotes = " and put the text in quotes" if node.kind == "scalar" else ""
        message = f"the tag {shown(name)[1:-1]} does not reach the program; remove it{quotes}"
        self.report(TAG.error(path, message), node.line)


def is_null(node: Node) -> bool:
    """Whether nothing is written there, or null."""
    return node.plain and node.tag is None and resolve(node.text).kind == "null"


def shown(text: str) -> str:
    """A text in double quotes for a message: one line, printable, and not too long."""
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    escaped = short.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _duplicate(path: KeyPath, name: str, first: int, second: int) -> Problem:
    where = f"in lines {first} and {second}" if first != second else f"in line {first}"
    return DUPLICATE.error(path, f"the key {shown(name)} is written twice, {where}; remove one of them")


def _check_unquoted(text: str, resolved: Resolved, path: KeyPath) -> Problem | None:
    """What is wrong with writing this text without quotes."""
    if resolved.kind in ("null", "bool") or (resolved.kind == "str" and text not in BOOLEAN_WORDS):
        return None
    quoted, bare = shown(text), shown(text)[1:-1]
    if resolved.kind == "time":
        parts = text.split("-")
        midnight = "-".join(part.zfill(2) for part in parts) + " 00:00:00 +0000 UTC"
        arrives = midnight if len(parts) == 3 and parts[2].isdigit() else "a time in another form"
        message = f"{bare} without quotes is a date and reaches the program as {arrives}; write {quoted} in quotes"
        return DATE.error(path, message)
    if resolved.kind == "str":
        meant = "true" if text.lower() in ("yes", "on") else "false"
        message = f"{bare} without quotes is text here, not {meant}; write {meant}, or {quoted} in quotes"
        return BOOLEAN_WORD.error(path, message)
    assert isinstance(resolved.value, (int, float))
    what = _number_trouble(text, resolved.value)
    if not what:
        return None
    number = _plain_number(text, resolved.value)
    fix = f"write {number} for the number, or {quoted} in quotes" if number else f"write {quoted} in quotes"
    return NUMBER.error(path, f"{bare} {what}; {fix}")


def _plain_number(text: str, value: float) -> str:
    """A whole number in the form that arrives as it is written; empty for others, which are mostly versions."""
    whole = math.isfinite(value) and value == int(value) and INT64_MIN <= value <= INT64_MAX and "." not in text
    return number_text(value) if whole else ""


def _number_trouble(text: str, value: float) -> str:
    """Why a number does not arrive as it is written; empty if it does."""
    if not math.isfinite(value):
        return "without quotes cannot reach the program at all"
    arrives = number_text(value)
    if _DIGITS.fullmatch(text) and not INT64_MIN <= value <= INT64_MAX:
        return f"has more than 64 bits and reaches the program as {arrives}"
    return f"without quotes reaches the program as {arrives}" if arrives != text else ""
