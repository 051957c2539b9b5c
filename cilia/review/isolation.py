"""Whom policies isolate, and who gains or loses that between two sets of them.

Two selectors may say the same in different words, or one may hold what several held before. So pods are told apart by
the labels that selectors mention: every combination of mentioned values, and everything else, is one kind of pod, which
a selector selects or does not.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_OTHER = "\0other"
_MOST_KINDS = 50_000
"""From here on selectors are compared as they are written, which may call a rewording a loss and a gain."""
# Cilium's prefixes for where a label comes from, of which pods have one
_SOURCES = ("k8s:", "any:", "k8s.", "any.")

Kind = tuple[str | None, ...]
"""A kind of pod: for each label that matters its value; None where the pod lacks it."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Which pods a policy selects.

    Attributes:
        requirements: Label, operator as Kubernetes spells it, values; all of them hold.
    """

    requirements: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @staticmethod
    def of(written: Mapping[str, Any] | None) -> Selector:
        """What a `matchLabels` and `matchExpressions` say."""
        written = written or {}
        labels = [(_plain(key), "In", (str(value),)) for key, value in (written.get("matchLabels") or {}).items()]
        expressions = [
            (_plain(str(each.get("key"))), str(each.get("operator")), tuple(sorted(map(str, each.get("values") or ()))))
            for each in written.get("matchExpressions") or ()
        ]
        return Selector(tuple(sorted([*labels, *expressions])))

    def selects(self, labels: Mapping[str, str | None]) -> bool:
        """Whether it selects pods with these labels."""
        return all(_holds(labels.get(key), operator, values) for key, operator, values in self.requirements)

    @property
    def text(self) -> str:
        """What it says, for people: `all`, `app=shop`, `app not in (a, b)`."""
        return ", ".join(_requirement(*each) for each in self.requirements) or "all"


def _plain(key: str) -> str:
    return next((key.removeprefix(source) for source in _SOURCES if key.startswith(source)), key)


def _holds(value: str | None, operator: str, values: tuple[str, ...]) -> bool:
    match operator:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False


def _requirement(key: str, operator: str, values: tuple[str, ...]) -> str:
    match operator:
        case "In" if len(values) == 1:
            return f"{key}={values[0]}"
        case "NotIn" if len(values) == 1:
            return f"{key}!={values[0]}"
        case "In" | "NotIn":
            return f"{key} {'in' if operator == 'In' else 'not in'} ({', '.join(values)})"
        case "Exists":
            return f"any {key}"
    return f"no {key}"


def gained(before: Iterable[Selector], after: Iterable[Selector]) -> list[str]:
    """The pods that `after` selects and `before` does not, as few words as selectors have for them.

    Args:
        before: What isolates in one place and direction.
        after: What isolates there afterwards.
    """
    old, new = list(dict.fromkeys(before)), list(dict.fromkeys(after))
    fresh = [selector for selector in new if selector not in old]
    if not fresh:
        return []
    domains = _domains([*old, *new])
    if math.prod(map(len, domains.values())) > _MOST_KINDS:
        return [selector.text for selector in fresh]
    kinds = [dict(zip(domains, kind, strict=True)) for kind in itertools.product(*domains.values())]
    missing = [not any(selector.selects(kind) for selector in old) for kind in kinds]
    whole: dict[Selector, set[int]] = {}
    parts: dict[str, int] = {}
    for selector in fresh:
        selected = {number for number, kind in enumerate(kinds) if selector.selects(kind)}
        added = {number for number in selected if missing[number]}
        if added and added == selected:
            whole[selector] = added
        else:
            parts |= {_described(kinds[number], domains): number for number in sorted(added)}
    largest = [each for each in whole if not any(whole[each] < other for other in whole.values())]
    return [
        *(selector.text for selector in largest),
        *(text for text, number in parts.items() if not any(number in whole[selector] for selector in largest)),
    ]


def _domains(selectors: Sequence[Selector]) -> dict[str, list[str | None]]:
    """For each label the values that matter: those that are mentioned, any other, and none."""
    mentioned: dict[str, set[str]] = {}
    for selector in selectors:
        for key, _, values in selector.requirements:
            mentioned.setdefault(key, set()).update(values)
    about_presence = {
        key for selector in selectors for key, operator, _ in selector.requirements if operator not in ("In", "NotIn")
    }
    return {
        key: [*sorted(values), _OTHER, *([None] if key in about_presence else [])]
        for key, values in sorted(mentioned.items())
    }


def _described(kind: Mapping[str, str | None], domains: Mapping[str, Sequence[str | None]]) -> str:
    return ", ".join(_label(key, value, domains[key]) for key, value in kind.items()) or "all"


def _label(key: str, value: str | None, domain: Sequence[str | None]) -> str:
    if value is None:
        return f"no {key}"
    if value != _OTHER:
        return f"{key}={value}"
    known = tuple(each for each in domain if each is not None and each != _OTHER)
    return _requirement(key, "NotIn", known) if known else f"any {key}"


def isolations(kind: str, namespace: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Selector]]:
    """What one policy object isolates: namespace (empty: every one), by whom, direction, whom.

    Args:
        kind: Its kind in Kubernetes.
        namespace: Its namespace; empty without one.
        inputs: The object.
    """
    by = "mesh" if kind == "AuthorizationPolicy" else "network"
    for spec in _specs(inputs):
        for direction in _directions(kind, spec):
            yield namespace, by, direction, Selector.of(spec.get(_SELECTORS.get(kind, "endpointSelector")))


_SELECTORS = {"NetworkPolicy": "podSelector", "AuthorizationPolicy": "selector"}
POLICY_KINDS = frozenset({*_SELECTORS, "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"})
"""Kinds of objects that may isolate."""


def _specs(inputs: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = inputs.get("specs")
    found = [inputs.get("spec"), *(given if isinstance(given, list) else ())]
    return [spec for spec in found if isinstance(spec, Mapping)]


def _directions(kind: str, spec: Mapping[str, Any]) -> Iterator[str]:
    if kind == "NetworkPolicy":
        # kubernetes pkg/apis/networking/v1/defaults.go
        types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
        yield from (str(each).lower() for each in types)
    elif kind in ("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"):
        # cilium 1.19.6 pkg/policy/api/rule_validation.go; without any rule nothing isolates, whatever the flag says
        flags = spec.get("enableDefaultDeny") or {}
        for direction in ("ingress", "egress"):
            if (spec.get(direction) or spec.get(f"{direction}Deny")) and flags.get(direction) is not False:
                yield direction
    elif kind == "AuthorizationPolicy" and spec.get("action", "ALLOW") == "ALLOW":
        yield "ingress"
