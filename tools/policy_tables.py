"""Makes policies/tables/*.json: which fields Cilium's and Istio's policies have, from JSON schemas of their CRDs.

    python -m tools.policy_tables DIRECTORY

DIRECTORY holds `<kind>_<version>.json` as datreeio/CRDs-catalog publishes them (cilium.io/ and security.istio.io/). The
tables keep names, types, allowed values and bounds, and nothing else; parts that occur several times are written once.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).resolve().parents[1] / "policies" / "tables"
SOURCE = "datreeio/CRDs-catalog at 7b1e26e (MIT), derived from cilium/cilium and istio/api (Apache-2.0)"
TABLES = {
    "cilium": {
        "CiliumNetworkPolicy": "ciliumnetworkpolicy_v2",
        "CiliumClusterwideNetworkPolicy": "ciliumclusterwidenetworkpolicy_v2",
    },
    "istio": {
        "AuthorizationPolicy": "authorizationpolicy_v1",
        "PeerAuthentication": "peerauthentication_v1",
        "RequestAuthentication": "requestauthentication_v1",
    },
}
# Only what people write; `status` is the cluster's.
SECTIONS = ("spec", "specs")
BOUNDS = (
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
)
# The same sets of texts, written so that matching takes linear time; None where Python lacks a class.
PATTERNS = {
    r"^([-a-zA-Z0-9_]+[.]?)+$": r"^[-a-zA-Z0-9_]+(\.[-a-zA-Z0-9_]+)*\.?$",
    r"^([-a-zA-Z0-9_*]+[.]?)+$": r"^[-a-zA-Z0-9_*]+(\.[-a-zA-Z0-9_*]+)*\.?$",
    r"^(\*?\*\.)?([-a-zA-Z0-9_]+\.?)+$": r"^(\*?\*\.)?[-a-zA-Z0-9_]+(\.[-a-zA-Z0-9_]+)*\.?$",
    r"^\PC*$": None,
}
SMALLEST_SHARED = 60
"""Characters from which a repeated part is written once and referred to."""

Node = dict[str, Any]


def reduced(schema: Node) -> Node:
    """A schema's names, types, allowed values and bounds."""
    node: Node = {key: schema[key] for key in BOUNDS if key in schema}
    pattern = schema.get("pattern")
    if pattern is not None and PATTERNS.get(pattern, pattern) is not None:
        node["pattern"] = PATTERNS.get(pattern, pattern)
    if schema.get("x-kubernetes-int-or-string"):
        return {**node, "type": "int-or-string"}
    kind = schema.get("type", "object")
    if kind == "array":
        return {**node, "type": "array", "items": reduced(schema["items"])}
    if kind != "object":
        return {**node, "type": kind}
    node["type"] = "object"
    if schema.get("properties"):
        node["fields"] = {name: reduced(part) for name, part in sorted(schema["properties"].items())}
    if schema.get("required"):
        node["required"] = sorted(schema["required"])
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        node["values"] = reduced(values)
    return node


def shared(roots: Node) -> Node:
    """The same with parts that occur several times named and written once."""
    counts: Counter[str] = Counter()
    _count(roots, counts)
    names = {
        text: str(number)
        for number, text in enumerate(t for t, n in counts.items() if n > 1 and len(t) >= SMALLEST_SHARED)
    }
    parts = {name: _referring(json.loads(text), names, own=True) for text, name in names.items()}
    return {"parts": parts, "kinds": {kind: _referring(node, names, own=False) for kind, node in roots.items()}}


def _text(node: Node) -> str:
    return json.dumps(node, sort_keys=True, separators=(",", ":"))


def _count(value: Any, counts: Counter[str]) -> None:
    if isinstance(value, dict):
        if "type" in value and not isinstance(value["type"], dict):
            counts[_text(value)] += 1
            if counts[_text(value)] > 1:
                return
        for part in value.values():
            _count(part, counts)


def _referring(value: Any, names: dict[str, str], *, own: bool) -> Any:
    """A value in which named parts are references; `own` for the part itself, which is written out."""
    if not isinstance(value, dict):
        return value
    if not own and "type" in value and not isinstance(value["type"], dict) and _text(value) in names:
        return {"part": names[_text(value)]}
    return {key: _referring(part, names, own=False) for key, part in value.items()}


def table(directory: Path, kinds: dict[str, str]) -> str:
    """The text of one table."""
    roots: Node = {}
    for kind, file in kinds.items():
        properties = json.loads((directory / f"{file}.json").read_text(encoding="utf-8"))["properties"]
        roots[kind] = {
            "type": "object",
            "fields": {name: reduced(properties[name]) for name in SECTIONS if name in properties},
        }
    content = {"source": SOURCE, "made by": "tools/policy_tables.py", **shared(roots)}
    return json.dumps(content, sort_keys=True, separators=(",", ":")).replace('},"', '},\n"') + "\n"


def main(arguments: list[str]) -> int:
    """Writes every table from the directory of schemas that is named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m tools.policy_tables DIRECTORY\n")
        return 2
    for name, kinds in TABLES.items():
        (OUTPUT / f"{name}.json").write_text(table(Path(arguments[0]), kinds), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
