"""Reads a stack file the way `pulumi up` reads it, and keeps the line of everything in it.

Owns Pulumi's top-level keys, the form of configuration keys and the place of secrets. What the keys mean is not known
here; nothing is decrypted and nothing is written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from components.problems import PROJECT_NAMESPACE, dotted
from stacks.yaml_document import line_of
from stacks.yaml_nodes import compose
from stacks.yaml_rules import CONFIG_KEY, DUPLICATE, EMPTY_VALUE, JSON_TEXT, OFFLINE, SECURE, SHAPE, TOP_LEVEL_KEY
from stacks.yaml_scalars import number_text
from stacks.yaml_text import UnreadableError, decode, read_bytes
from stacks.yaml_values import SECRET, Entry, Secret, ValueReader, is_null, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from components.problems import KeyPath, Problem
    from stacks.yaml_nodes import Node

__all__ = ["SECRET", "Document", "Secret", "read_project_file", "read_stack_file", "read_text"]

SECRETS_KEY = f"{PROJECT_NAMESPACE}:secrets"
PULUMI_KEYS = ("config", "encryptionsalt", "secretsprovider", "encryptedkey", "environment")
"""Fields of ProjectStack in sdk/go/common/workspace/project.go; all but `config` and `environment` are text."""
_WRITE_CONFIG = "write `config:` and the keys of the stack below it"


@dataclass(frozen=True)
class Document:
    """A stack file as read.

    Attributes:
        config: What is below `config:`, in the order of the file. Keys are Pulumi's (`cilia:clusters`,
            `azure-native:location`; the project's own are completed with `cilia:`), values are dict, list, str, int,
            float, bool, None or SECRET. A single value of another namespace is text, as Pulumi hands it to providers.
            A value that would not arrive as it was written is here as it was written, and has a problem.
        problems: All of them in order of lines, with file and line.
        readable: False if the file is no stack file at all; `config` is empty then.
        secrets: Paths of the values that are SECRET.
    """

    config: Mapping[str, object] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    readable: bool = True
    secrets: frozenset[KeyPath] = frozenset()
    _lines: _Lines | None = field(default=None, repr=False, compare=False)

    def line(self, path: KeyPath) -> int:
        """The line, from 1, of the deepest part of `path` that the file has; for a key of a mapping, of the key.

        Where nothing is below `config:`, the line where that should begin; 0 for a document without a file.
        """
        return self._lines.find(path) if self._lines is not None else 0


@dataclass(frozen=True)
class _Lines:
    """Where `config:` and everything below it stand."""

    start: int
    entries: Mapping[str, Entry]
    reader: ValueReader

    def find(self, path: KeyPath) -> int:
        """The line of the deepest part of the path that is there."""
        entry = self.entries.get(str(path[0])) if path else None
        return self.start if entry is None else line_of(entry, path[1:], self.reader)


def read_stack_file(path: Path) -> Document:
    """Reads one stack file; whatever is wrong with it is a problem of the result."""
    try:
        return read_text(read_bytes(path), str(path))
    except UnreadableError as error:
        return _unreadable(error, ValueReader(str(path)))


def read_text(text: bytes, file: str) -> Document:
    """Reads the content of a stack file that problems call `file`."""
    reader = ValueReader(file)
    try:
        root = compose(decode(text))
        if root is None or is_null(root):
            reader.report(SHAPE.error((), f"the file is empty; {_WRITE_CONFIG}"), 1)
            return Document(problems=_in_order(reader), _lines=_Lines(1, {}, reader))
        return _read_document(_mapping_or_raise(root, "the file"), reader)
    except UnreadableError as error:
        return _unreadable(error, reader)


def read_project_file(path: Path) -> tuple[Problem, ...]:
    """What of Pulumi.yaml would change stacks although offline tools do not read it: a `config:` block."""
    reader = ValueReader(str(path))
    try:
        root = compose(decode(read_bytes(path)))
        if root is None or root.kind != "mapping":
            raise UnreadableError(SHAPE, "the file is no mapping; a project file begins with `name:`", 1)
    except UnreadableError as error:
        return _unreadable(error, reader).problems
    config = reader.entries(root, ()).get("config")
    # `config: <directory>` is the old form of stackConfigDir, and no configuration.
    if config is None or config.node.kind != "mapping" or not config.node.children:
        return ()
    message = "`config:` changes the stacks at `pulumi up` only; move its keys below `config:` of each stack file"
    return (replace(OFFLINE.error((), message), file=str(path), line=config.line),)


def _unreadable(error: UnreadableError, reader: ValueReader) -> Document:
    reader.report(error.problem, error.line)
    return Document(problems=_in_order(reader), readable=False, _lines=_Lines(1, {}, reader))


def _in_order(reader: ValueReader) -> tuple[Problem, ...]:
    return tuple(sorted(reader.problems, key=lambda problem: problem.line))


def _mapping_or_raise(node: Node, what: str) -> Node:
    if node.kind == "mapping":
        return node
    kind = "a list" if node.kind == "sequence" else "a single value"
    raise UnreadableError(SHAPE, f"{what} holds {kind} instead of keys with values; {_WRITE_CONFIG}", node.line)


def _read_document(root: Node, reader: ValueReader) -> Document:
    reader.check_tag(root, ())
    entries = reader.entries(root, ())
    for name, entry in entries.items():
        _check_top_level(name, entry, reader)
    config = entries.get("config")
    if config is None or is_null(config.node):
        lines = _Lines(config.line if config else 1, {}, reader)
        reader.report(SHAPE.error((), f"the file configures nothing; {_WRITE_CONFIG}"), lines.start)
        return Document(problems=_in_order(reader), _lines=lines)
    node = _mapping_or_raise(config.node, "`config:`")
    reader.check_tag(node, ())
    keys = _config_keys(node, reader)
    values = {key: value for key, entry in keys.items() for value in _config_value(key, entry, reader)}
    lines = _Lines(config.line, keys, reader)
    secrets = frozenset(_secret_paths(values))
    for path in sorted(secrets, key=dotted):
        _check_secret(path, lines, reader)
    return Document(values, _in_order(reader), secrets=secrets, _lines=lines)


def _check_secret(path: KeyPath, lines: _Lines, reader: ValueReader) -> None:
    key = str(path[0])
    if key.startswith(f"{PROJECT_NAMESPACE}:") and not (key == SECRETS_KEY and len(path) > 1):
        message = (
            f"`secure:` stands outside {SECRETS_KEY}; move it there under a name and write {{secret: <name>}} here"
        )
        reader.report(SECURE.error(path, message), lines.find(path))


def _check_top_level(name: str, entry: Entry, reader: ValueReader) -> None:
    if name == "environment" and not is_null(entry.node):
        message = "`environment:` (Pulumi ESC) cannot be read offline; write its values below `config:`"
        reader.report(OFFLINE.error((), message), entry.line)
    elif name in PULUMI_KEYS:
        if name not in ("config", "environment") and entry.node.kind != "scalar":
            reader.report(SHAPE.error((), f"`{name}:` holds text, which Pulumi writes itself; restore it"), entry.line)
    elif name.lower() in PULUMI_KEYS:
        message = f"Pulumi ignores the top-level key {shown(name)}; write `{name.lower()}:`"
        reader.report(TOP_LEVEL_KEY.error((), message), entry.line)
    else:
        message = f"Pulumi ignores the top-level key {shown(name)}; indent it below `config:`, or remove it"
        reader.report(TOP_LEVEL_KEY.error((), message), entry.line)


def _config_keys(node: Node, reader: ValueReader) -> dict[str, Entry]:
    """The entries of `config:` under their full keys."""
    keys: dict[str, Entry] = {}
    written: dict[str, str] = {}
    for name, entry in reader.entries(node, ()).items():
        key = _full_key(name)
        if key is None:
            message = f"the key {shown(name)} is not namespace:name; write {PROJECT_NAMESPACE}:networks, for example"
            reader.report(CONFIG_KEY.error((), message), entry.line)
        elif key in keys:
            first = f"{shown(written[key])} in line {keys[key].line}"
            message = f"{first} and {shown(name)} in line {entry.line} are one key to Pulumi; remove one of them"
            reader.report(DUPLICATE.error((key,), message), entry.line)
        else:
            keys[key] = entry
            written[key] = name
    return keys


def _full_key(name: str) -> str | None:
    """A configuration key as Pulumi completes it (`environment`, `cilia:config:environment`); None if it refuses it."""
    parts = name.split(":")
    if not all(parts):
        return None
    if len(parts) == 1:
        return f"{PROJECT_NAMESPACE}:{name}"
    if len(parts) == 3 and parts[1] == "config":
        return f"{parts[0]}:{parts[2]}"
    return name if len(parts) == 2 else None


def _config_value(key: str, entry: Entry, reader: ValueReader) -> Iterator[object]:
    """The value of one configuration key; none for a key without a value."""
    found = len(reader.problems)
    value = reader.value(entry.node, (key,))
    if value is None:
        message = "the key has no value, and Pulumi hands over an empty string; remove the key, or write {}"
        reader.report(EMPTY_VALUE.error((key,), message), entry.line)
    elif entry.node.kind != "scalar":
        yield value
    elif not key.startswith(f"{PROJECT_NAMESPACE}:"):
        yield _handed_over(value)
    else:
        if isinstance(value, str) and len(reader.problems) == found:
            _check_json(key, value, entry, reader)
        yield value


def _handed_over(value: object) -> str:
    """A single value as the text that Pulumi keeps for it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, (int, float)) else str(value)


def _check_json(key: str, text: str, entry: Entry, reader: ValueReader) -> None:
    """Reports text that the program, which parses it as JSON, gets as something else."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(parsed, (dict, list)):
        message = "the program reads this text as JSON; write the structure as YAML below the key"
    else:
        arrives = shown(json.dumps(parsed))[1:-1]
        message = (
            f"directly below `config:` the text {shown(text)} reaches the program as {arrives}; "
            "write that without quotes if it is meant, or put the text into a mapping"
        )
    reader.report(JSON_TEXT.error((key,), message), entry.line)


def _secret_paths(values: Mapping[str, object]) -> Iterator[KeyPath]:
    """Where SECRET stands; looks at every value, aliases expanded."""
    todo: list[tuple[KeyPath, object]] = [((key,), value) for key, value in values.items()]
    while todo:
        path, value = todo.pop()
        if value is SECRET:
            yield path
        elif isinstance(value, dict):
            todo.extend(((*path, key), child) for key, child in value.items())
        elif isinstance(value, list):
            todo.extend(((*path, i), child) for i, child in enumerate(value))
