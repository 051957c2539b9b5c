"""Selectors: what makes one invalid, and labels that never match."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic_core import PydanticCustomError

from components.facts.policy_features import dropped_label
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import shown
from policies.lint.source import Object, items, mapping, texts
from policies.names import parse_label_value, parse_pod_label_key
from policies.resolve import DROPPED

SELECTOR = Rule(
    "POL-48",
    "Selectors are ones that the API server takes",
    why="The API server or Cilium's agent refuses others; the agent keeps the object and enforces nothing of it.",
    fix="Write it as the message says.",
    source="kubernetes apimachinery pkg/apis/meta/v1/validation; cilium pkg/policy/api/selector.go",
)
NAMESPACE_KEYS = ("io.kubernetes.pod.namespace", "io.cilium.k8s.namespace.labels.", "io.cilium.k8s.policy.")
_SOURCES = ("k8s:", "any:", "reserved:", "container:", "cidrgroup:")


def bare(key: str) -> str:
    """A selector's key without the source that Cilium lets people write before it."""
    for source in _SOURCES:
        if key.startswith(source):
            return key.removeprefix(source)
    return key


def selector_keys(selector: Object) -> list[str]:
    """Every key that a selector asks for, as it is written."""
    expressions = (mapping(one).get("key") for _, one in items(selector.get("matchExpressions"), ()))
    return [str(key) for key in (*mapping(selector.get("matchLabels")), *expressions)]


def check_selector(selector: Object, path: KeyPath) -> Iterator[Problem]:
    """What is wrong with a label selector by itself."""
    for key, value in mapping(selector.get("matchLabels")).items():
        yield from _check_label(str(key), value, (*path, "matchLabels", str(key)), negative=False)
    for where, one in items(selector.get("matchExpressions"), (*path, "matchExpressions")):
        expression = mapping(one)
        operator, values = expression.get("operator"), expression.get("values")
        if operator in ("In", "NotIn") and not values:
            yield SELECTOR.error(where, f"{operator} has no values; add values")
        if operator in ("Exists", "DoesNotExist") and values:
            yield SELECTOR.error(where, f"{operator} takes no values; remove them, or use In")
        name = expression.get("key")
        if isinstance(name, str):
            for text in texts(values) or ("",):
                yield from _check_label(name, text, where, negative=operator in ("NotIn", "DoesNotExist"))


def _check_label(key: str, value: object, path: KeyPath, *, negative: bool) -> Iterator[Problem]:
    name = bare(key)
    if key.startswith("reserved:") or name.startswith(NAMESPACE_KEYS):
        return
    try:
        parse_pod_label_key(name)
        parse_label_value(value)
    except PydanticCustomError as error:
        yield SELECTOR.error(path, error.message())
        return
    # the namespace's own name label is a label of the namespace, which Cilium keeps
    if dropped_label(name) and name != "kubernetes.io/metadata.name":
        effect = "so that every pod matches" if negative else "so that it matches nothing"
        yield DROPPED.error(
            path, f"Cilium leaves the label {shown(name)} out of identities, {effect}; use another label"
        )
