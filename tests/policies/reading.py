"""How tests read bundles: the stack file's reader of values, on documents that are no stack files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.problems import KeyPath, Problem
from policies.bundle import Reading
from policies.library import File
from stacks.wording import problems_of
from stacks.yaml_nodes import Node, compose
from stacks.yaml_text import UnreadableError, decode
from stacks.yaml_values import ValueReader


def read(text: bytes, file: str) -> tuple[object, object, tuple[Problem, ...]]:
    """One YAML document: its value, the line of a path in it, and what is wrong with it as YAML."""
    reader = ValueReader(file)
    try:
        root = compose(decode(text))
    except UnreadableError as error:
        reader.report(error.problem, error.line)
        at = error.line
        return None, lambda _: at, tuple(reader.problems)
    if root is None:
        return None, lambda _: 1, ()
    value = reader.value(root, ())
    return value, lambda path: _line(root, path, reader), tuple(reader.problems)


def _line(root: Node, path: KeyPath, reader: ValueReader) -> int:
    """The line of the deepest part of a path that is there."""
    node, line = root, root.line
    for key in path:
        if isinstance(key, str) and node.kind == "mapping":
            entry = reader.known_entries(node).get(key)
            if entry is None:
                break
            node, line = entry.node, entry.line
        elif isinstance(key, int) and node.kind == "sequence" and key < len(node.children):
            line, node = node.children[key]
        else:
            break
    return line


@dataclass(frozen=True)
class Texts:
    """A library of texts."""

    bundles: Mapping[str, str]
    manifests: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """Every bundle that there is."""
        return tuple(self.bundles)

    def bundle(self, name: str) -> File | None:
        """A bundle's file."""
        return File(f"bundles/{name}.yaml", self.bundles[name].encode()) if name in self.bundles else None

    def manifest(self, file: str) -> File | None:
        """A file of a raw layer."""
        return File(f"bundles/{file}", self.manifests[file].encode()) if file in self.manifests else None


def reading(bundles: Mapping[str, str], manifests: Mapping[str, str] | None = None) -> Reading:
    """A reading of texts."""
    return Reading(read, problems_of, Texts(bundles, manifests or {}))  # type: ignore[arg-type]
