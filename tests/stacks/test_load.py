"""A stack from its file, and from what Pulumi hands over: the same plan, with every problem at its line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from components.problems import ConfigError
from stacks.load import load_file, load_values, stack_file, stack_name

TODAY = date(2026, 9, 1)
STACK = """\
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-a}, protect: false}
  cilia:networks:
    main:
      addressSpace: [10.0.0.0/16]
      subnets:
        zeta: {size: /24}
        alpha: {size: /23}
"""
PLACES = {"zeta": "10.0.0.0/24", "alpha": "10.0.2.0/23"}


def written(directory: Path, text: str = STACK) -> Path:
    file = directory / "Pulumi.a.yaml"
    file.write_text(text)
    return file


def test_subnets_lie_where_the_file_has_them_although_pulumi_sorts_keys(tmp_path: Path) -> None:
    file = written(tmp_path)
    loaded = load_file(file, today=TODAY)
    handed_over = json.loads(json.dumps(loaded.document.config, sort_keys=True))
    plan, _ = load_values(handed_over, stack="a", file=file, today=TODAY, subscription_id="0")

    assert loaded.plan is not None
    for planned in (loaded.plan, plan):
        assert {subnet.key: str(subnet.cidr) for subnet in planned.networks["main"].subnets} == PLACES


def test_what_only_pulumi_knows_comes_after_what_the_file_has(tmp_path: Path) -> None:
    file = written(tmp_path)
    values = dict(load_file(file, today=TODAY).document.config)
    networks = json.loads(json.dumps(values["cilia:networks"]))
    networks["main"]["subnets"] = {"added": {"size": "/25"}, **networks["main"]["subnets"]}
    plan, _ = load_values(
        {**values, "cilia:networks": networks}, stack="a", file=file, today=TODAY, subscription_id="0"
    )

    assert {subnet.key: str(subnet.cidr) for subnet in plan.networks["main"].subnets} == {
        **PLACES,
        "added": "10.0.1.0/25",
    }


def test_problems_of_handed_over_values_have_lines(tmp_path: Path) -> None:
    file = written(tmp_path, STACK.replace("/23", "/8"))
    values = load_file(file, today=TODAY).document.config

    with pytest.raises(ConfigError) as refused:
        load_values(values, stack="a", file=file, today=TODAY, subscription_id="0")
    assert str(refused.value) == (
        f"{file}:9 networks.main.subnets.alpha.size: no room for a /8 (16,777,216 addresses) in 10.0.0.0/16:"
        " the largest free range is 10.0.128.0/17; append a range to addressSpace or ask for a smaller subnet [PIN-02]"
    )


def test_values_without_a_file_are_planned_all_the_same(tmp_path: Path) -> None:
    values = load_file(written(tmp_path), today=TODAY).document.config
    plan, problems = load_values(values, stack="b", file=tmp_path / "Pulumi.b.yaml", today=TODAY, subscription_id="0")

    assert (list(plan.networks), problems) == (["main"], ())


def test_stack_and_file_name_each_other() -> None:
    file = stack_file("prod.eu", Path("project"))

    assert file == Path("project/stacks/Pulumi.prod.eu.yaml")
    assert stack_name(file) == "prod.eu"


def test_secret_in_plain_text_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, STACK + "  cilia:secrets: {pull: hunter2, other: {secure: v1:abc}}\n")

    assert [str(problem) for problem in load_file(file, today=TODAY).problems] == [
        (
            f"{file}:10 secrets.pull: the value stands in the file for everybody to read; remove it and run:"
            " pulumi config set --secret --path 'cilia:secrets.pull' [CFG-11]"
        )
    ]


def test_one_cause_has_one_line(tmp_path: Path) -> None:
    """What the reader refuses is not refused a second time by the model."""
    file = written(tmp_path, STACK.replace("protect: false", "protect: no"))

    assert [problem.rule for problem in load_file(file, today=TODAY).problems] == ["YML-14"]
    assert [problem.rule for problem in load_file(written(tmp_path, ""), today=TODAY).problems] == ["YML-07"]
