"""Names, types and values of a manifest's fields, against tables made from the CRDs.

What the API server refuses, and what it silently drops: a misspelt `fromEndpoint` leaves an empty rule, which isolates.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import shown
from policies.attribution import MANAGED_BY
from policies.config import OWN_PREFIX, RESERVED_LABEL
from policies.lint.source import API_VERSIONS, CILIUM_KINDS, Source
from policies.names import OBJECT_NAME_CHARACTERS

FIELD = Rule(
    "POL-44",
    "Manifests hold fields and values that their kind has",
    why="The API server drops unknown fields unless it is asked to be strict: a misspelt fromEndpoints leaves an"
    " empty rule, which isolates what it should open.",
    fix="Use the name that the message suggests.",
    source="CustomResourceDefinitions of cilium/cilium and istio/api; kubernetes pkg/apis/networking",
)
DENY_FIELD = Rule(
    "LINT-24",
    "Deny rules hold no L7 rules and no field that they do not have",
    why="The field is dropped and the whole port denied.",
    fix="Remove it; deny the port, or allow only the requests that are meant.",
    source="cilium pkg/policy/api/rule.go, PortDenyRule",
)
ENTITY = Rule(
    "POL-26",
    "Entities are ones that Cilium has",
    why="The API server refuses others.",
    fix="Use one that the message names.",
    source="cilium pkg/policy/api/entity.go; the CRD's enum",
)
IDENTITY = Rule(
    "POL-45",
    "A manifest says what it is and where it goes",
    why="Without a known kind and version nothing can be checked; without a namespace it lands in the current one.",
    fix="Write apiVersion, kind, metadata.name and metadata.namespace.",
    source="https://kubernetes.io/docs/concepts/overview/working-with-objects",
)

LONGEST_TEXT = 320
_TABLES = Path(__file__).resolve().parents[1] / "tables"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "int-or-string": (int, str),
}
_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "int-or-string": "a number or text",
}
Node = dict[str, Any]

_SELECTOR: Node = {
    "type": "object",
    "fields": {
        "matchLabels": {"type": "object", "values": {"type": "string"}},
        "matchExpressions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["key", "operator"],
                "fields": {
                    "key": {"type": "string"},
                    "operator": {"type": "string", "enum": ["In", "NotIn", "Exists", "DoesNotExist"]},
                    "values": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}


_TEXTS: Node = {"type": "object", "values": {"type": "string"}}


def _network_rule(key: str) -> Node:
    peer = {
        "podSelector": _SELECTOR,
        "namespaceSelector": _SELECTOR,
        "ipBlock": {
            "type": "object",
            "required": ["cidr"],
            "fields": {"cidr": {"type": "string"}, "except": {"type": "array", "items": {"type": "string"}}},
        },
    }
    port = {
        "protocol": {"type": "string", "enum": ["TCP", "UDP", "SCTP"]},
        "port": {"type": "int-or-string"},
        "endPort": {"type": "integer", "minimum": 1, "maximum": 65535},
    }
    return {
        "type": "array",
        "items": {
            "type": "object",
            "fields": {
                key: {"type": "array", "items": {"type": "object", "fields": peer}},
                "ports": {"type": "array", "items": {"type": "object", "fields": port}},
            },
        },
    }


# kubernetes pkg/apis/networking/types.go
_NETWORK_POLICY: Node = {
    "type": "object",
    "fields": {
        "spec": {
            "type": "object",
            "required": ["podSelector"],
            "fields": {
                "podSelector": _SELECTOR,
                "policyTypes": {
                    "type": "array",
                    "items": {"type": "string", "enum": ["Ingress", "Egress"]},
                    "maxItems": 2,
                },
                "ingress": _network_rule("from"),
                "egress": _network_rule("to"),
            },
        }
    },
}


@cache
def _tables() -> tuple[dict[str, Node], dict[tuple[str, str], Node]]:
    """The node of each kind, and shared parts by table and name."""
    kinds: dict[str, Node] = {"NetworkPolicy": _NETWORK_POLICY}
    parts: dict[tuple[str, str], Node] = {}
    for file in ("cilium", "istio"):
        content = json.loads((_TABLES / f"{file}.json").read_text(encoding="utf-8"))
        kinds.update({kind: {**node, "table": file} for kind, node in content["kinds"].items()})
        parts.update({(file, name): node for name, node in content["parts"].items()})
    return kinds, parts


def check_fields(source: Source) -> Iterator[Problem]:
    """What a manifest's fields have that their kind has not, and the other way round."""
    yield from _identity(source)
    node = _tables()[0].get(source.kind)
    if node is None:
        return
    body = {
        key: value for key, value in source.object.items() if key not in ("apiVersion", "kind", "metadata", "status")
    }
    yield from _check(body, node, (), str(node.get("table", "")))


def _identity(source: Source) -> Iterator[Problem]:
    versions = API_VERSIONS.get(source.kind)
    if versions is None:
        known = ", ".join(API_VERSIONS)
        yield IDENTITY.error(
            ("kind",), f"{shown(source.object.get('kind'))} is no kind of policy; raw layers take {known}"
        )
    elif source.object.get("apiVersion") not in versions:
        found = shown(source.object.get("apiVersion"))
        yield IDENTITY.error(("apiVersion",), f"{found} is not the version of {source.kind}; write {versions[0]}")
    yield from _name(source.metadata.get("name"))
    namespace = source.metadata.get("namespace")
    if source.kind == "CiliumClusterwideNetworkPolicy":
        if namespace is not None:
            yield IDENTITY.error(("metadata", "namespace"), "a clusterwide policy has no namespace; remove it")
    elif versions and not isinstance(namespace, str):
        yield IDENTITY.error(("metadata",), "the namespace is missing; add metadata.namespace")
    for key in ("labels", "annotations"):
        if source.metadata.get(key) is not None:
            yield from _check(source.metadata[key], _TEXTS, ("metadata", key), "")
    yield from _own_labels(source)


def _name(name: object) -> Iterator[Problem]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield IDENTITY.error(
            ("metadata", "name"), f"{shown(name)} is not a name; use lowercase letters, digits, '-' and '.'"
        )
    elif len(name) > OBJECT_NAME_CHARACTERS:
        message = f"the name has {len(name)} characters, and {OBJECT_NAME_CHARACTERS} may be; shorten it"
        yield IDENTITY.error(("metadata", "name"), message)


def _own_labels(source: Source) -> Iterator[Problem]:
    """Labels of attribution by hand; on a copy of what the program wrote they are as they will be."""
    labels = source.labels
    for key in labels if not MANAGED_BY.items() <= labels.items() else ():
        if key.startswith(OWN_PREFIX):
            message = f"{key} is not written by hand: it says which bundle an object is of; remove it"
            yield RESERVED_LABEL.error(("metadata", "labels", key), message)


def _resolved(node: Node, table: str) -> Node:
    return _tables()[1][table, node["part"]] if "part" in node else node


def _check(value: object, node: Node, path: KeyPath, table: str) -> Iterator[Problem]:
    node = _resolved(node, table)
    kind = node["type"]
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield _rule(path).error(path, f"{shown(value)} where {_WORDS[kind]} is meant{_quoted(value, kind)}")
        return
    yield from _bounds(value, node, path)
    if isinstance(value, dict):
        yield from _check_mapping(value, node, path, table)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _check(one, node["items"], (*path, index), table)


def _quoted(value: object, kind: str) -> str:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return f'; write "{value}" in quotes' if kind == "string" and whole else f"; write {_WORDS[kind]}"


def _rule(path: KeyPath) -> Rule:
    if any(isinstance(key, str) and key.endswith("Deny") for key in path[:-1]):
        return DENY_FIELD
    return ENTITY if "toEntities" in path or "fromEntities" in path else FIELD


def _check_mapping(value: dict[Any, Any], node: Node, path: KeyPath, table: str) -> Iterator[Problem]:
    fields: dict[str, Node] = node.get("fields", {})
    for key in node.get("required", ()):
        if key not in value:
            yield _rule((*path, key)).error(path, f"{key} is missing; add it")
    for key, one in value.items():
        where = (*path, str(key))
        if key in fields:
            yield from _check(one, fields[key], where, table)
        elif "values" in node:
            yield from _check(one, node["values"], where, table)
        elif fields:
            yield _rule(where).error(where, _unknown(str(key), fields))


def _unknown(key: str, fields: dict[str, Node]) -> str:
    nearest = difflib.get_close_matches(key, sorted(fields), n=1, cutoff=0.6)
    if nearest:
        return f"no field is called {key!r} here; did you mean {nearest[0]!r}?"
    return f"no field is called {key!r} here; there are {', '.join(sorted(fields))}"


def _bounds(value: Any, node: Node, path: KeyPath) -> Iterator[Problem]:
    rule = _rule(path)
    if "enum" in node and value not in node["enum"]:
        yield rule.error(path, f"{shown(value)} is not allowed; use one of {', '.join(map(str, node['enum']))}")
    if "minimum" in node and value < node["minimum"]:
        yield rule.error(path, f"{value} is too small; use {node['minimum']} or more")
    if "maximum" in node and value > node["maximum"]:
        yield rule.error(path, f"{value} is too large; use {node['maximum']} or less")
    if isinstance(value, str | list | dict):
        yield from _sizes(value, node, path, rule)
    if "pattern" in node and isinstance(value, str) and not _has_form(value, node["pattern"]):
        yield rule.error(path, f"{shown(value)} has a form that the API server refuses; respell it")


def _has_form(value: str, pattern: str) -> bool:
    """Whether a text has a form; none that the API knows is longer than a host name."""
    return len(value) <= LONGEST_TEXT and re.search(pattern, value) is not None


def _sizes(value: Any, node: Node, path: KeyPath, rule: Rule) -> Iterator[Problem]:
    for least in ("minLength", "minItems", "minProperties"):
        if least in node and len(value) < node[least]:
            yield rule.error(path, f"there must be at least {node[least]}; add one, or remove the field")
    for most in ("maxLength", "maxItems", "maxProperties"):
        if most in node and len(value) > node[most]:
            yield rule.error(path, f"there are {len(value)}, and at most {node[most]} may be; split it")


def is_cilium(source: Source) -> bool:
    """Whether a manifest is one of Cilium's policies."""
    return source.kind in CILIUM_KINDS
