"""Makes components/facts/cilium_chart/*.json: which values Cilium's chart knows, from its own schemas and templates.

    python -m tools.chart_keys SCHEMAS CHART

SCHEMAS is a directory of `values.schema-<version>.json`, each the values.schema.json of that version's chart; CHART is
the directory of a chart (install/kubernetes/cilium of cilium/cilium). A schema is made from values.yaml, which lists
some keys in comments only: those that the templates read and no schema has are added, of any type.

The tables keep names and types and nothing else. Parts that are Kubernetes' own, such as `affinity`, take any key.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).resolve().parents[1] / "components" / "facts" / "cilium_chart"
HEADER = {
    "source": "values.schema.json of the chart in cilium/charts at 009b5e9, and templates of cilium/cilium v1.19.6",
    "licence": "Apache-2.0, Copyright Authors of Cilium",
    "made by": "tools/chart_keys.py",
}
# Objects whose keys are Kubernetes' or the user's, though values.yaml has some of them.
FREE = re.compile(r"affinity|nodeSelector|.*[sS]ecurityContext|resources|.*[lL]abels|.*[aA]nnotations|updateStrategy")
ANYTHING = "any"
# Says what is no longer there.
UNREAD_TEMPLATES = ("validate.yaml", "warnings.txt")
_PATH = re.compile(r"\.Values\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)")
_KEY = re.compile(r"hasKey \.Values((?:\.[A-Za-z0-9_]+)*) \"([A-Za-z0-9_]+)\"")
_VARIABLE = re.compile(r"\$(\w+) := ([^}]*\.Values[^}]*)}}")

Node = Any
"""Allowed types with `|` between them; a list of allowed values; or a mapping of known keys to nodes."""


def reduced(schema: dict[str, Any], name: str = "") -> Node:
    """A schema's keys and types."""
    if "properties" in schema and not FREE.fullmatch(name):
        return {key: reduced(part, key) for key, part in sorted(schema["properties"].items())}
    if "enum" in schema:
        return list(schema["enum"])
    if "oneOf" in schema:
        choices = [reduced(part) for part in schema["oneOf"]]
        return [value for choice in choices for value in (choice if isinstance(choice, list) else [None])]
    kinds = schema.get("type", ANYTHING)
    return kinds if isinstance(kinds, str) else "|".join(sorted(kinds))


def read_by_templates(chart: Path) -> Iterator[tuple[str, ...]]:
    """Paths of values that a chart's templates read."""
    for file in sorted((chart / "templates").rglob("*")):
        if file.is_file() and file.name not in UNREAD_TEMPLATES:
            text = file.read_text(encoding="utf-8")
            yield from (tuple(path.split(".")) for path in _PATH.findall(text))
            yield from ((*path.split(".")[1:], key) for path, key in _KEY.findall(text))
            for variable, value in _VARIABLE.findall(text):
                keys = re.findall(rf"\${variable}\.(\w+)|hasKey \${variable} \"(\w+)\"", text)
                yield from (
                    (*path.split("."), first or second) for path in _PATH.findall(value) for first, second in keys
                )


def add(keys: Node, path: tuple[str, ...]) -> None:
    """Adds a path that the keys lack, where what it is in is a known mapping."""
    first, *rest = path
    if not isinstance(keys, dict) or FREE.fullmatch(first):
        return
    if rest:
        if first in keys:
            add(keys[first], tuple(rest))
        return
    keys.setdefault(first, ANYTHING)


def table(version: str, schema: dict[str, Any], chart: Path) -> str:
    """The text of one version's table."""
    keys = reduced(schema)
    for path in read_by_templates(chart):
        if path != ("AsMap",):
            add(keys, path)
    content = {**HEADER, "version": version, "keys": keys}
    return json.dumps(content, sort_keys=True, separators=(",", ":")).replace("},", "},\n") + "\n"


def main(arguments: list[str]) -> int:
    """Writes a table for every schema in the directory that is named."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m tools.chart_keys SCHEMAS CHART\n")
        return 2
    schemas, chart = map(Path, arguments)
    OUTPUT.mkdir(exist_ok=True)
    for file in sorted(schemas.glob("values.schema-*.json")):
        version = file.stem.removeprefix("values.schema-")
        schema = json.loads(file.read_text(encoding="utf-8"))
        (OUTPUT / f"{version}.json").write_text(table(version, schema, chart), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
