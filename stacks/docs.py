"""docs/rules.md, made from the rules: `python -m stacks.docs`, and with `--check` whether it is current."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

from components.rules import Rule
from stacks.catalogue import catalogue
from stacks.generated import DOCS, write_or_check

FAMILIES = {
    "YML": "what the file is",
    "CFG": "what the file says",
    "NET": "virtual networks and subnets",
    "PIN": "computed subnet ranges",
    "CAP": "capacity",
    "VER": "versions and platform",
    "OUT": "ways out",
    "API": "the API server",
    "ID": "identities",
    "NAM": "names",
    "POOL": "node pools",
    "ACNS": "Advanced Container Networking Services",
    "IST": "the Istio add-on",
    "BYO": "Cilium of your own",
    "MUT": "changes to what is deployed",
    "CHG": "further changes to what is deployed",
    "PRV": "what Pulumi and its providers do with a change",
    "POL": "network policies",
    "BND": "what a policy bundle says",
    "LINT": "what a policy bundle means",
}
"""The families in the order of the page, each with what its rules are about."""
_INTRODUCTION = """\
# Rules

What Cilia decides before anything reaches Azure. Every message ends with the id of the rule it comes from;
`cilia explain NET-05` prints what stands here. An error stops; a warning does not, and can be accepted with a reason
(see [stack-file.md](stack-file.md)). This page is made from the code by `python -m stacks.docs`.
"""
_URL = re.compile(r"https://[^\s;,)]+")
_MARKUP = re.compile(r"([\\<>*|#])")


def rules_page() -> str:
    """The page.

    Raises:
        KeyError: A rule of a family that has no heading.
    """
    order = list(FAMILIES)
    rules = sorted(catalogue().values(), key=lambda rule: (order.index(family(rule.id)), number(rule.id)))
    families = [(name, list(members)) for name, members in groupby(rules, lambda rule: family(rule.id))]
    parts = [_INTRODUCTION, *(_contents(name, members) for name, members in families), ""]
    for name, members in families:
        parts.extend(_family(name, members))
    return "\n".join(parts)


def family(rule_id: str) -> str:
    """The letters of a rule's id.

    Raises:
        KeyError: There is no heading for them.
    """
    name = rule_id.partition("-")[0]
    if name not in FAMILIES:
        raise KeyError(f"{rule_id} is of a family without a heading; add it to FAMILIES in stacks/docs.py")
    return name


def number(rule_id: str) -> int:
    """The number in a rule's id."""
    return int(rule_id.partition("-")[2])


def _contents(name: str, rules: list[Rule]) -> str:
    links = " ".join(f"[{rule.id.partition('-')[2]}](#{rule.id.lower()})" for rule in rules)
    return f"- **{name}**, {FAMILIES[name]}: {links}"


def _family(name: str, rules: Iterable[Rule]) -> Iterator[str]:
    yield f"## {name}: {FAMILIES[name]}\n"
    for rule in rules:
        yield f"### {rule.id}\n"
        yield f"**{_escaped(rule.title.rstrip('.'))}.** {_escaped(rule.why)}\n"
        yield f"- Fix: {_escaped(rule.fix)}"
        yield f"- Source: {_linked(rule.source)}\n"


def _linked(source: str) -> str:
    """Sources with each address as a link of its own."""
    return _URL.sub(r"<\g<0>>", source)


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is; what stands between backticks is code and stays."""
    pieces = text.split("`")
    return "`".join(piece if index % 2 else _MARKUP.sub(r"\\\1", piece) for index, piece in enumerate(pieces))


if __name__ == "__main__":
    sys.exit(write_or_check(DOCS / "rules.md", rules_page(), sys.argv[1:], module="stacks.docs"))
