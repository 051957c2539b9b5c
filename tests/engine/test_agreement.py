"""Comparing a previewed resource with what the engine was told of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.agreement import differences, disagreements, unforeseen
from tests.engine.rpc import OUTPUT, SECRET, Registration, plain
from tests.engine.wire import SIGNATURE, UNKNOWN

VNET = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/main"
STACK = "urn:pulumi:test::cilia::pulumi:pulumi:Stack::cilia-test"
URN = "urn:pulumi:test::cilia::azure-native:network:Subnet::nodes"


def previewed(**changed: Any) -> dict[str, Any]:
    """A resource as `cilia preview` prints it."""
    resource = {"type": "azure-native:network:Subnet", "name": "nodes", "parent": None, "custom": True}
    return {**resource, "inputs": {"vnet": VNET}, "options": {"dependsOn": ["b"]}, **changed}


def told(**changed: Any) -> Registration:
    """The same resource as the engine's log has it."""
    request = {"type": "azure-native:network:Subnet", "parent": STACK, "custom": True, "version": "3.29.0"}
    return Registration(URN, {**request, "object": {"vnet": VNET}, "dependencies": ["b"], **changed})


def lines(offline: dict[str, Any], engine: Registration) -> list[str]:
    """The differences as people read them."""
    return [str(found) for found in differences(offline, engine)]


def test_the_same_resource_has_no_differences() -> None:
    aliases = [{"spec": {"type": "azure-native:network/v20230601:Subnet", "parentUrn": ""}}]

    assert lines(previewed(), told(aliases=aliases)) == []


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"object": {"vnet": "other"}}, f"inputs.vnet: offline {VNET}, the engine other"),
        ({"object": {"vnet": VNET, "a": 1}}, "inputs.a: offline nothing, the engine 1"),
        ({"parent": "urn:pulumi:test::cilia::cilia:network:Network::main"},
         "parent: offline nothing, the engine urn:pulumi:test::cilia::cilia:network:Network::main"),
        ({"custom": False}, "custom: offline True, the engine False"),
        ({"dependencies": ["b", "a"]}, "options.dependsOn: offline ['b'], the engine ['a', 'b']"),
        ({"protect": True}, "options.protect: offline nothing, the engine True"),
        ({"ignoreChanges": ["count"]}, "options.ignoreChanges: offline nothing, the engine ['count']"),
        ({"provider": "urn:p::id"}, "options.provider: offline nothing, the engine urn:p"),
        ({"deleteBeforeReplace": False, "deleteBeforeReplaceDefined": True},
         "options.deleteBeforeReplace: offline nothing, the engine False"),
        ({"aliases": [{"spec": {"name": "old"}}]}, "options.aliases: offline nothing, the engine [{'name': 'old'}]"),
        ({"deletedWith": "urn:c"}, "options.deletedWith: offline nothing, the engine urn:c"),
    ],
    ids=[
        "value",
        "input",
        "parent",
        "custom",
        "dependencies",
        "protect",
        "ignoreChanges",
        "provider",
        "deleteBeforeReplace",
        "aliases",
        "one that is not shown",
    ],
)  # fmt: skip
def test_each_difference_is_named(changed: dict[str, Any], line: str) -> None:
    assert lines(previewed(), told(**changed)) == [f"Subnet nodes: {line}"]


@pytest.mark.parametrize(
    ("offline", "engine", "path"),
    [
        ({"$secret": True}, "plain", "x"),
        ("plain", {SIGNATURE: SECRET, "value": "p"}, "x"),
        ({"a": [1, 2]}, {"a": [1]}, "x.a"),
        ({"a": True}, {"a": 1}, "x.a"),
        (VNET, VNET.replace("main", "other"), "x"),
    ],
    ids=["secret offline only", "secret in the engine only", "shorter list", "another type", "another id"],
)
def test_values_that_cannot_both_be_right_are_found(offline: Any, engine: Any, path: str) -> None:
    assert [found[0] for found in disagreements(offline, plain(engine), "x")] == [path]


@pytest.mark.parametrize(
    ("offline", "engine"),
    [
        ({"$secret": True}, {SIGNATURE: SECRET, "value": UNKNOWN}),
        ({"$secret": True}, {SIGNATURE: OUTPUT, "value": "p", "secret": True}),
        ({"$unknown": "id of a"}, "anything"),
        (VNET, UNKNOWN),
        (VNET, {SIGNATURE: OUTPUT}),
        (VNET, VNET.lower()),
        (3, 3.0),
    ],
    ids=["secret", "secret output", "unknown offline", "unknown to the engine", "unknown output", "case", "numbers"],
)
def test_values_that_may_both_be_right_are_let_pass(offline: Any, engine: Any) -> None:
    assert list(disagreements(offline, plain(engine), "x")) == []


def test_what_only_the_engine_knows_is_found() -> None:
    offline = {"a": {"$unknown": "id of a"}, "b": [{"$unknown": "id of b"}], "c": VNET}

    assert sorted(unforeseen(offline, plain({"a": VNET, "b": [UNKNOWN], "c": UNKNOWN}), "inputs")) == ["inputs.a"]
