"""The same cluster by Azure CLI and by our program: the same requests, apart from differences that are explained."""

from __future__ import annotations

import functools
import importlib
import typing

import pytest

from tests.parity.differences import ADDED, EXPLAINED, Difference, How, differences
from tests.parity.requests import API_VERSIONS, HERE, Request, of_cli, of_program

FIXTURES = sorted(file.stem for file in (HERE / "fixtures").glob("*.json"))
# What the CLI takes for granted and our program makes.
BESIDE = {"network:Subnet", "network:VirtualNetwork"}
every_fixture = pytest.mark.parametrize("fixture", FIXTURES)


@functools.cache
def pairs(fixture: str) -> tuple[tuple[Request, Request], ...]:
    """Our requests and the CLI's that write the same thing."""
    ours = {request.path: request for request in of_program(fixture)}
    return tuple((ours[theirs.path], theirs) for theirs in of_cli(fixture))


def found(fixture: str) -> list[tuple[str, Difference]]:
    """Every difference of a fixture, with the type of the resource that has it."""
    return [(ours.kind, each) for ours, theirs in pairs(fixture) for each in differences(ours.body, theirs.body)]


def added(fixture: str) -> list[str]:
    """What our program writes and the CLI does not."""
    theirs = {request.path for request in of_cli(fixture)}
    return [each.path for each in of_program(fixture) if each.kind not in BESIDE and each.path not in theirs]


@every_fixture
def test_the_same_things_are_written_in_the_same_order(fixture: str) -> None:
    extra = added(fixture)
    ours = [
        (each.kind, each.path) for each in of_program(fixture) if each.kind not in BESIDE and each.path not in extra
    ]
    assert ours == [(each.kind, each.path) for each in of_cli(fixture)]


@every_fixture
def test_what_only_we_write_is_explained(fixture: str) -> None:
    assert [path for path in added(fixture) if not path.endswith(tuple(ADDED))] == []


@every_fixture
def test_every_difference_is_explained(fixture: str) -> None:
    assert [each for kind, each in found(fixture) if each not in EXPLAINED[kind]] == []


def test_every_explanation_is_still_needed() -> None:
    needed = {each for fixture in FIXTURES for each in found(fixture)}
    assert {(kind, each) for kind, explained in EXPLAINED.items() for each in explained} - needed == set()
    paths = [path for fixture in FIXTURES for path in added(fixture)]
    assert [end for end in ADDED if not any(path.endswith(end) for path in paths)] == []


def test_every_fixture_has_a_stack_and_every_stack_a_fixture() -> None:
    stacks = {file.stem.removeprefix("Pulumi.") for file in (HERE / "stacks").glob("*.yaml")}
    assert stacks == set(FIXTURES)


@pytest.mark.parametrize("kind", sorted(API_VERSIONS))
def test_the_api_versions_are_those_that_the_sdk_sends(kind: str) -> None:
    module, name = kind.split(":")
    resource = getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name)
    documented = [str(each.__doc__) for each in typing.get_overloads(resource.__init__)]
    assert f"Uses Azure REST API version {API_VERSIONS[kind]}." in documented[0]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 1}}, []),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, [Difference("a.c", How.ONLY_OURS)]),
        ({"a": {}}, {"a": {"b": {"c": 1}}}, [Difference("a.b", How.ONLY_THEIRS)]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, [Difference("a[0].b", How.ANOTHER_VALUE)]),
        ({"a": [1]}, {"a": [1, 2]}, [Difference("a", How.ANOTHER_VALUE)]),
        ({"a": 1}, {"a": True}, [Difference("a", How.ANOTHER_VALUE)]),
        ({"a": {}}, {"a": []}, [Difference("a", How.ANOTHER_VALUE)]),
    ],
    ids=["equal", "only ours", "only theirs", "in a list", "length", "type", "kind of empty"],
)
def test_differences_are_found_at_every_depth(ours: object, theirs: object, expected: list[Difference]) -> None:
    assert list(differences(ours, theirs)) == expected
