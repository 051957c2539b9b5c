"""`cilia preview` says what the engine is told: for every shipped stack, in a first preview and in `up`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine import agreement, rpc
from tests.engine.agreement import EXPLAINED, Difference
from tests.engine.harness import STACK
from tests.engine.shipped import Shipped

pytestmark = pytest.mark.engine

COMMANDS = ("preview", "up")


@pytest.fixture(scope="module")
def offline() -> dict[str, dict[str, Any]]:
    """Previews by stack, each made once."""
    return {}


def previewed(shipped: Shipped, made: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What `cilia preview` says of the very stack that the engine deployed."""
    if shipped.name not in made:
        done = shipped.engine.cilia("preview", STACK, "-o", "json")
        assert done.returncode == 0, done.stderr
        made[shipped.name] = json.loads(done.stdout)
    return made[shipped.name]


def compared(shipped: Shipped, offline: dict[str, dict[str, Any]], command: str) -> list[Difference]:
    """Every difference to what the engine was told."""
    told = rpc.registrations(shipped.preview_log if command == "preview" else shipped.up_log)
    resources = previewed(shipped, offline)["resources"]
    assert sorted(resource["urn"] for resource in resources) == sorted(told)
    return [found for resource in resources for found in agreement.differences(resource, told[resource["urn"]])]


@pytest.mark.parametrize("command", COMMANDS)
def test_resources_inputs_and_options_are_those_that_the_engine_is_told(
    shipped: Shipped, offline: dict[str, dict[str, Any]], command: str
) -> None:
    explanations = [explanation for explanation in EXPLAINED if explanation.command == command]

    found = compared(shipped, offline, command)

    unexplained = [each for each in found if not any(why.covers(each) for why in explanations)]
    assert [str(each) for each in unexplained] == []
    types = {resource["type"] for resource in previewed(shipped, offline)["resources"]}
    unneeded = [why for why in explanations if why.type in types and not any(why.covers(each) for each in found)]
    assert unneeded == []


def test_everything_that_the_engines_preview_knows_is_known_offline(
    shipped: Shipped, offline: dict[str, dict[str, Any]]
) -> None:
    told = rpc.registrations(shipped.preview_log)

    unforeseen = [
        f"{resource['urn']}: {path}"
        for resource in previewed(shipped, offline)["resources"]
        for path in agreement.unforeseen(resource["inputs"], told[resource["urn"]].inputs, "inputs")
    ]

    assert unforeseen == []


@pytest.mark.parametrize("command", COMMANDS)
def test_outputs_are_those_of_the_engine(shipped: Shipped, offline: dict[str, dict[str, Any]], command: str) -> None:
    told = rpc.outputs(shipped.preview_log if command == "preview" else shipped.up_log)

    assert list(agreement.disagreements(previewed(shipped, offline)["outputs"], told, "outputs")) == []
