"""Reads any one YAML document the way stack files are read: its value, the line of every part, what is wrong with it.

The one reader of YAML that people wrote: stack files, bundles, and manifests beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.yaml_nodes import compose
from stacks.yaml_text import UnreadableError, decode
from stacks.yaml_values import Entry, ValueReader, is_null

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.problems import KeyPath, Problem
    from stacks.yaml_nodes import Node


def read(text: bytes, file: str) -> tuple[object, Callable[[KeyPath], int], tuple[Problem, ...]]:
    """One document that is no stack file: its value, what gives the line of a path, and what is wrong with it as YAML.

    The value is None for an empty document and for one that is no YAML; there are no secrets in it.

    Args:
        text: The file's content.
        file: What problems call it.
    """
    reader = ValueReader(file, of_stack=False)
    try:
        root = compose(decode(text))
    except UnreadableError as error:
        reader.report(error.problem, error.line)
        at = error.line
        return None, lambda _: at, tuple(reader.problems)
    if root is None or is_null(root):
        return None, lambda _: 1, ()
    top = Entry(root.line, root)
    value = reader.value(root, ())
    return value, lambda path: line_of(top, path, reader), tuple(sorted(reader.problems, key=lambda one: one.line))


def line_of(top: Entry, path: KeyPath, reader: ValueReader) -> int:
    """The line, from 1, of the deepest part of a path below an entry that is there; for a key of a mapping, of the key.

    Args:
        top: Where the path begins.
        path: Keys and positions below it.
        reader: What read the mappings on the way.
    """
    entry = top
    for key in path:
        below = _below(entry.node, key, reader)
        if below is None:
            break
        entry = below
    return entry.line


def _below(node: Node, key: str | int, reader: ValueReader) -> Entry | None:
    if isinstance(key, str):
        return reader.known_entries(node).get(key)
    if node.kind == "sequence" and 0 <= key < len(node.children):
        return Entry(*node.children[key])
    return None
