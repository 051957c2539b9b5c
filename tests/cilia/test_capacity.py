"""`cilia capacity`: what given ranges hold."""

from __future__ import annotations

import json

import pytest

from cilia.main import main

OVERLAY = ["capacity", "overlay", "--subnet", "10.0.0.0/24", "--pod-cidr", "192.168.0.0/18", "--max-pods", "110"]


def test_the_range_that_runs_out_first_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(OVERLAY) == 0
    assert (
        capsys.readouterr().out
        == """\
48 nodes (16 more during an upgrade) and 5,280 pods, at 110 pods a node; limited by podCidr 192.168.0.0/18
  what                    nodes  surge     pods
  podCidr 192.168.0.0/18     48     16    5,280
  subnet 10.0.0.0/24        188     63   20,680
  AKS                     3,759  1,241  413,490
"""
    )


def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*OVERLAY, "-o", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["cilia"] == 1
    assert (document["what"], document["nodes"], document["pods"]) == ("podCidr 192.168.0.0/18", 48, 5280)
    assert [ceiling["nodes"] for ceiling in document["ceilings"]] == [48, 188, 3759]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["podSubnet", "--subnet", "10.0.0.0/24"], "mode podSubnet needs --pod-subnet"),
        (
            ["overlay", "--subnet", "10.0.0.0/24", "--pod-subnet", "10.0.1.0/24"],
            "mode overlay has no pod subnet; remove --pod-subnet",
        ),
        (
            ["overlay", "--subnet", "10.0.0.0/24", "--allocation", "dynamic"],
            "mode overlay has no allocation; remove that option",
        ),
        (
            ["overlay", "--subnet", "10.0.0.5/24"],
            "--subnet: 10.0.0.5/24 has host bits set; the range that holds this address is 10.0.0.0/24",
        ),
        (["overlay", "--subnet", "10.0.0.0/24", "--max-pods", "400"], "--max-pods 400: AKS takes 10 to 250"),
        (
            ["overlay", "--subnet", "10.0.0.0/24", "--max-surge", "x"],
            ("--max-surge x: 'x' is neither a number of nodes nor a percentage from 1% to 100%; write one such as 33%"),
        ),
    ],
    ids=["no-pod-subnet", "pod-subnet-too-much", "allocation-too-much", "host-bits", "max-pods", "max-surge"],
)
def test_options_that_make_no_sense_are_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main(["capacity", *words]) == 2
    assert capsys.readouterr().err == f"cilia: {message}\n"


def test_a_cilium_of_ones_own_divides_the_range_by_its_mask(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--subnet", "10.0.0.0/16", "--pod-cidr", "192.168.0.0/18"]
    assert main(["capacity", "byocni", *words, "--max-pods", "30"]) == 0
    assert capsys.readouterr().out.startswith("48 nodes (16 more during an upgrade) and 1,440 pods")
    assert main(["capacity", "byocni", *words, "--max-pods", "30", "--mask-size", "26"]) == 0
    assert capsys.readouterr().out.startswith("192 nodes (64 more during an upgrade) and 5,760 pods")


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (["byocni", "--subnet", "10.0.0.0/16"], "mode byocni needs a podCidr; give it by its option"),
        (
            ["overlay", "--subnet", "10.0.0.0/16", "--mask-size", "26"],
            "mode overlay has no maskSize; remove that option",
        ),
    ],
    ids=["range", "mask"],
)
def test_what_a_mode_lacks_or_needs_is_said(words: list[str], refusal: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["capacity", *words]) == 2
    assert capsys.readouterr().err == f"cilia: {refusal}\n"
