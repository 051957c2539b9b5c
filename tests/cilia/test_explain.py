"""`cilia explain`: every rule can be looked up, by whatever spelling comes near."""

from __future__ import annotations

import json

import pytest

from cilia.main import main
from stacks.catalogue import catalogue


def test_a_rule_is_explained_with_why_fix_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    rule = catalogue()["NET-05"]
    assert main(["explain", "NET-05"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert lines[0] == f"NET-05  {rule.title}"
    assert [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "] == ["Why", "Fix", "Source"]
    assert rule.why.split() == " ".join(lines[2:]).split(" Fix ")[0].split()[1:]
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("name", ["net-05", "NET-5", "net-5"])
def test_neither_the_case_of_an_id_nor_its_zero_matters(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name]) == 0
    assert capsys.readouterr().out.startswith("NET-05  ")


def test_several_rules_stand_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "NET-05", "CFG-01"]) == 0
    assert "\n\nCFG-01  " in capsys.readouterr().out


@pytest.mark.parametrize("name", ["CAP", "cap"])
def test_a_family_is_a_list_of_its_rules(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [each for each in catalogue() if each.startswith("CAP-")]


def test_a_family_beside_a_rule_is_explained_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "PIN", "CFG-01"]) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines() if line and line[0] != " "] == ["PIN-01", "PIN-02", "CFG-01"]


@pytest.mark.parametrize(("name", "families"), [("CPA", "did you mean 'CAP'?"), ("ZZZ", "the families are ACNS, API,")])
def test_an_unknown_family_is_answered_with_families(
    name: str, families: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", name]) == 2
    out, err = capsys.readouterr()
    assert (out, err[: len(f"cilia: no rule '{name}'; {families}")]) == ("", f"cilia: no rule '{name}'; {families}")
    assert "CAP-01" not in err


def test_an_unknown_rule_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "YMLL-03"]) == 2
    assert capsys.readouterr() == ("", "cilia: no rule 'YMLL-03'; did you mean 'YML-03'?\n")


def test_with_json_an_unknown_rule_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "YMLL-03", "-o", "json"]) == 2
    assert json.loads(capsys.readouterr().out) == {"cilia": 1, "error": "no rule 'YMLL-03'; did you mean 'YML-03'?"}


def test_without_a_rule_all_are_listed_with_their_titles(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rules = catalogue()
    assert [line.split()[0] for line in lines[1:]] == list(rules)
    assert all(line.endswith(rule.title) for line, rule in zip(lines[1:], rules.values(), strict=True))


def test_the_json_document_has_every_part_of_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    rule = catalogue()["CFG-01"]
    assert main(["explain", "CFG-01", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "cilia": 1,
        "rules": [
            {"id": "CFG-01", "title": rule.title, "why": rule.why, "fix": rule.fix, "source": rule.source},
        ],
    }


def test_without_a_rule_the_json_document_has_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "-o", "json"]) == 0
    assert [rule["id"] for rule in json.loads(capsys.readouterr().out)["rules"]] == list(catalogue())
