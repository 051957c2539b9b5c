"""docs/rules.md is made from the rules."""

from __future__ import annotations

import re

import pytest

from stacks.catalogue import catalogue
from stacks.docs import FAMILIES, family, rules_page
from stacks.generated import DOCS


def test_rules_page_is_current() -> None:
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == rules_page(), "run python -m stacks.docs"


def test_rules_page_has_each_rule_once_in_order_of_families() -> None:
    headings = re.findall(r"^### (.+)$", rules_page(), flags=re.MULTILINE)
    families = [heading.partition("-")[0] for heading in headings]
    assert sorted(headings) == sorted(catalogue())
    assert list(dict.fromkeys(families)) == [name for name in FAMILIES if name in families]


def test_rules_page_links_to_each_rule() -> None:
    assert re.findall(r"\]\(#(.+?)\)", rules_page()) == [
        heading.lower() for heading in re.findall(r"^### (.+)$", rules_page(), flags=re.MULTILINE)
    ]


def test_rules_page_shows_what_markdown_would_swallow() -> None:
    assert "/subscriptions/\\<id\\>" in rules_page() or "cilia:\\<name\\>" in rules_page()


def test_rule_of_an_unknown_family_is_refused() -> None:
    with pytest.raises(KeyError, match="XYZ-01 is of a family without a heading"):
        family("XYZ-01")
