"""`cilia explain`: why a rule exists, what to do, and who says so. Never imports Pulumi."""

from __future__ import annotations

import difflib
import sys
import textwrap
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from cilia.arguments import add_debug, add_format
from cilia.errors import InputError, nearest
from cilia.output import Style, document, result, style_of
from cilia.table import Column, table
from components.rules import Rule
from stacks.catalogue import catalogue

_MARGIN = "  "
_LABEL_COLUMNS = 8
_TEXT_COLUMNS = 96
"""Paragraphs wider than this are hard to read, however wide the terminal is."""


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument(
        "rules",
        nargs="*",
        metavar="RULE",
        help="ids such as NET-05, families such as NET; all if absent",
    )
    add_format(parser, "text", "json")
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints the rules; raises `InputError` for an id that no rule has."""
    known = catalogue()
    rules = [rule for name in options.rules for rule in _rules(name, known)]
    if options.output == "json":
        document({"rules": [_json(rule) for rule in rules or known.values()]})
        return 0
    style = style_of(sys.stdout)
    whole_families = all("-" not in name for name in options.rules)
    lines = _list(rules or list(known.values()), style) if whole_families else _explained(rules, style)
    for line in lines:
        result(line)
    return 0


def _rules(name: str, known: dict[str, Rule]) -> list[Rule]:
    """The rule with an id, or all of a family."""
    family = [rule for rule in known.values() if rule.id.partition("-")[0] == name.upper()]
    return family or [_rule(name, known)]


def _rule(name: str, known: dict[str, Rule]) -> Rule:
    family, _, number = name.upper().rpartition("-")
    found = known.get(f"{family}-{number.zfill(2)}")
    if found is not None:
        return found
    families = list(dict.fromkeys(rule_id.partition("-")[0] for rule_id in known))
    if family in families or difflib.get_close_matches(name.upper(), known, n=1):
        raise InputError(f"no rule {name!r}; {nearest(name.upper(), known, 'the rules are')}")
    raise InputError(f"no rule {name!r}; {nearest(name.upper(), families, 'the families are')}")


def _json(rule: Rule) -> dict[str, str]:
    return {"id": rule.id, "title": rule.title, "why": rule.why, "fix": rule.fix, "source": rule.source}


def _list(rules: list[Rule], style: Style) -> Iterator[str]:
    yield from table((Column("rule"), Column("says that")), [(rule.id, rule.title) for rule in rules], style, indent="")


def _explained(rules: list[Rule], style: Style) -> Iterator[str]:
    for position, rule in enumerate(rules):
        if position:
            yield ""
        yield f"{style.paint(rule.id, 'bold')}  {rule.title}"
        yield ""
        for label, text in (("Why", rule.why), ("Fix", rule.fix), ("Source", rule.source)):
            yield from _paragraph(label, text, style)


def _paragraph(label: str, text: str, style: Style) -> Iterator[str]:
    columns = min(style.columns, _TEXT_COLUMNS) - len(_MARGIN) - _LABEL_COLUMNS
    first, *rest = textwrap.wrap(text, columns, break_long_words=False, break_on_hyphens=False) or [""]
    yield _MARGIN + style.paint(label.ljust(_LABEL_COLUMNS), "dim") + first
    for line in rest:
        yield _MARGIN + " " * _LABEL_COLUMNS + line
