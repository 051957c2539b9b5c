"""Values of Cilium's chart that people give themselves: whether the chart knows them, and what they override."""

from __future__ import annotations

import difflib
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from components.cilium.chart import SCHEMA_FILE, read_chart
from components.cilium.config import IpsecConfig, secret_name
from components.cilium.plan import overridden, value_at, with_secrets
from components.facts import cilium as facts
from components.facts.chart_keys import Keys, Misfit, chart_keys, keys_of_schema, known_charts, misfits
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import shown
from stacks.cilium import OwnCilium, own_ciliums
from stacks.view import StackView

PROJECT = Path(__file__).parents[2]
"""Where Pulumi runs the program, so that a chart's path means the same to it and to the offline tools."""

KNOWN_VALUE = Rule(
    "CFG-70",
    "Every value is one that the chart knows",
    why="Helm takes a misspelt value without a word, and the cluster runs without what it was meant to do.",
    fix="Write the chart's own name; `helm show values` lists them.",
    source="values.schema.json of cilium/charts; components/facts/cilium_chart",
)
VALUE_TYPE = Rule(
    "CFG-71",
    "Every value has a type that the chart takes",
    why="Helm refuses the release, after the cluster was made.",
    fix="Write a value of the type in the message.",
    source="values.schema.json of cilium/charts; components/facts/cilium_chart",
)
KNOWN_CHART = Rule(
    "CFG-72",
    "The chart's version is one whose values are known here",
    why="Values of other versions are passed on unchecked: a misspelt one is then found by nobody.",
    fix=f"Use {' or '.join(known_charts())}, or check the values with `helm template` and accept the warning.",
    source="components/facts/cilium_chart",
)
OVERRIDES = Rule(
    "CFG-73",
    "Values do not take back what the rest of the file decides",
    why="`values` is merged last, so its word counts: capacity, security groups and policies may then be planned for"
    " something that the cluster does not do.",
    fix="Use the field of networking.cilium, or accept the warning with the reason.",
    source="docs/byocni.md",
)
CHART = Rule(
    "CFG-74",
    "A chart of one's own is where the file says",
    why="Pulumi finds out in the middle of an update, when the cluster has no network yet.",
    fix="Write the path of a chart's directory or archive, from the project's directory; or one that begins with"
    " oci://. What a registry has is asked when it is installed.",
    source="https://helm.sh/docs/topics/charts",
)
SECRETS = Rule(
    "CFG-75",
    "Secrets that are referred to exist, and keys and passwords are secrets",
    why="A reference to nothing stops the program; a key in plain text is in Git and in every preview.",
    fix="Set it with `pulumi config set --secret --path cilia:secrets.<name>` and refer to it by {secret: <name>}.",
    source="docs/byocni.md",
)
_MOST_SHOWN = 8
# what the chart takes as a private key, password or credential
_CONFIDENTIAL = ("clientSecret", "key", "password", "token")

DECIDED_ELSEWHERE: frozenset[tuple[str, ...]] = frozenset(
    {
        ("aksbyocni", "enabled"),
        ("ipam", "mode"),
        ("ipam", "operator", "clusterPoolIPv4PodCIDRList"),
        ("ipam", "operator", "clusterPoolIPv4MaskSize"),
        ("routingMode",),
    }
)
"""Overrides that are errors, each by its own rule in `byocni`."""


def _values(view: StackView) -> Iterator[Problem]:
    """CFG-70, CFG-71, CFG-72, CFG-74: against the keys of the chart."""
    for own in own_ciliums(view):
        keys = yield from _keys(own)
        if keys is None:
            continue
        for misfit in misfits(with_secrets(own.config.values), keys):
            yield _misfit(own, misfit)


def _keys(own: OwnCilium) -> Generator[Problem, None, Keys | None]:
    """Yields why the keys are not known; returns them where they are."""
    chart = own.config.chart
    if chart is not None and not chart.startswith(facts.OCI):
        return (yield from _keys_of_file(own, chart))
    keys = chart_keys(own.config.version)
    if keys is None:
        yield KNOWN_CHART.warning(
            (*own.path, "version"),
            f"the values of {own.config.version} are unknown here, so they were not checked; use"
            f" {' or '.join(known_charts())}, or accept this",
        )
    return keys


def _keys_of_file(own: OwnCilium, chart: str) -> Generator[Problem, None, Keys | None]:
    path = (*own.path, "chart")
    if "://" in chart:
        yield CHART.error(path, f"{chart!r} is an address, of which only oci:// is one of a chart; use that or a path")
        return None
    found = read_chart(PROJECT / chart)
    if found.fault:
        yield CHART.error(path, f"{chart!r} {found.fault}; write the path of a chart from the project's directory")
    elif found.schema is None:
        yield KNOWN_CHART.warning(
            path, f"{chart!r} has no {SCHEMA_FILE}, so values were not checked; add one, or accept this"
        )
    return keys_of_schema(found.schema) if found.schema is not None else None


def _misfit(own: OwnCilium, misfit: Misfit) -> Problem:
    path: KeyPath = (*own.path, "values", *misfit.path)
    if misfit.fault == "unknown":
        return _unknown(path, misfit)
    if misfit.fault == "value":
        return VALUE_TYPE.error(path, f"{shown(misfit.value)} is not allowed; use {' or '.join(misfit.expected)}")
    meant = " or ".join(_WORDS[kind] for kind in misfit.expected if kind != "null")
    return VALUE_TYPE.error(path, f"{shown(misfit.value)} where the chart takes {meant}; write that")


_WORDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping",
    "string": "text",
}


def _unknown(path: KeyPath, misfit: Misfit) -> Problem:
    """An error where somebody clearly meant another key; else the chart may know more than its schema says."""
    key = misfit.path[-1]
    nearest = difflib.get_close_matches(key, misfit.expected, n=1, cutoff=0.6)
    if nearest:
        return KNOWN_VALUE.error(path, f"the chart has no value {key!r}; did you mean {nearest[0]!r}?")
    known = sorted(misfit.expected)
    listed = f"known here: {', '.join(known)}" if len(known) <= _MOST_SHOWN else "'helm show values' lists them"
    return KNOWN_VALUE.warning(path, f"the chart is not known to have a value {key!r}; {listed}")


def _overrides(view: StackView) -> Iterator[Problem]:
    """CFG-73."""
    for own in own_ciliums(view):
        given = with_secrets(own.config.values)
        for path in overridden(own.plan.decided, given):
            if path not in DECIDED_ELSEWHERE:
                decided = value_at(own.plan.decided, *path)
                yield OVERRIDES.warning(
                    (*own.path, "values", *path),
                    f"overrides {shown(decided)}, which follows from the rest of the file; use the field of"
                    " networking.cilium, or accept this",
                )


def _secrets(view: StackView) -> Iterator[Problem]:
    """CFG-75."""
    for own in own_ciliums(view):
        encryption = own.config.encryption
        if isinstance(encryption, IpsecConfig):
            yield from _exists(view, encryption.key.key, (*own.path, "encryption", "key"))
        yield from _secrets_in(view, own.config.values, (*own.path, "values"))


def _secrets_in(view: StackView, values: Any, path: KeyPath) -> Iterator[Problem]:
    name = secret_name(values)
    if name is not None:
        yield from _exists(view, name, path)
    elif isinstance(values, Mapping):
        for key, value in values.items():
            here = (*path, str(key))
            if isinstance(value, str) and value and _is_confidential(str(key), value):
                yield SECRETS.error(
                    here,
                    "looks like a key in plain text; put it below cilia:secrets and write {secret: <its name>}",
                )
            else:
                yield from _secrets_in(view, value, here)
    elif isinstance(values, list | tuple):
        for index, value in enumerate(values):
            yield from _secrets_in(view, value, (*path, index))


def _is_confidential(key: str, value: str) -> bool:
    """A private key wherever it stands; what is called a password. A label's `key` is short and no secret."""
    if "PRIVATE KEY-----" in value:
        return True
    return key in _CONFIDENTIAL and (key != "key" or len(value) > 200)  # a certificate's key, not the key of a taint


def _exists(view: StackView, name: str, path: KeyPath) -> Iterator[Problem]:
    if name not in view.config.secrets:
        yield SECRETS.error(
            path,
            f"no secret {name!r} below cilia:secrets; set it with 'pulumi config set --secret --path"
            f" cilia:secrets.{name}'",
        )


CHECKS = (_values, _overrides, _secrets)
