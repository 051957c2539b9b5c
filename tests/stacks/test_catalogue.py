"""The catalogue names every module that declares a rule."""

from __future__ import annotations

import ast
from pathlib import Path

from stacks.catalogue import MODULES, catalogue
from tests.source_tree import ROOT, modules


def declares_rules(file: Path) -> bool:
    """Whether a module makes a `Rule` at its top level."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    values = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    return any(isinstance(value, ast.Call) and ast.unparse(value.func) == "Rule" for value in values)


def test_catalogue_names_every_module_that_declares_a_rule() -> None:
    declaring = [name for name, file in modules().items() if not name.startswith("tests.") and declares_rules(file)]
    assert list(MODULES) == sorted(declaring)


def test_rules_are_declared_at_the_top_of_modules_only() -> None:
    """A rule made inside a function would be unknown until the function runs."""
    inside = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for name, file in modules().items()
        if not name.startswith("tests.") and name != "components.rules"
        for top in ast.parse(file.read_text(encoding="utf-8")).body
        if not isinstance(top, ast.Assign)
        for node in ast.walk(top)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Rule"
    ]
    assert inside == []


def test_catalogue_is_in_order_of_id() -> None:
    assert list(catalogue()) == sorted(catalogue())


def test_every_rule_says_why_and_what_to_do_and_who_says_so() -> None:
    assert [rule.id for rule in catalogue().values() if not all((rule.title, rule.why, rule.fix, rule.source))] == []


def test_no_rule_text_runs_over_lines() -> None:
    texts = {rule.id: (rule.title, rule.why, rule.fix, rule.source) for rule in catalogue().values()}
    assert [rule for rule, parts in texts.items() if any("\n" in part or "  " in part for part in parts)] == []
