"""The catalogue against the SDK that is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.catalogue import KINDS, Kind, short_token
from tests.engine.shapes import Shapes, load


@pytest.fixture(scope="module")
def shapes(shapes_file: Path) -> Shapes:
    return load(shapes_file)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_names_of_a_kind_are_names_of_the_sdk(kind: Kind, shapes: Shapes) -> None:
    inputs = shapes.resources[kind.token].inputs

    assert set(kind.parameters) <= inputs.keys()
    assert set(kind.sub_resources) <= inputs.keys()
    assert {name.partition(".")[0] for name in kind.force_new} <= inputs.keys()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_deep_force_new_names_exist_one_level_down(kind: Kind, shapes: Shapes) -> None:
    for name in kind.force_new:
        top, _, leaf = name.partition(".")
        if leaf:
            assert leaf in shapes.objects[shapes.resources[kind.token].inputs[top][1]]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("azure-native:containerservice:AgentPool", ("containerservice:AgentPool", "")),
        ("azure-native:containerservice/v20260501:AgentPool", ("containerservice:AgentPool", "2026-05-01")),
        (
            "azure-native_containerservice_v20260501:containerservice:AgentPool",
            ("containerservice:AgentPool", "2026-05-01"),
        ),
        (
            "azure-native_containerservice_v20260502preview:containerservice/v20260502preview:AgentPool",
            ("containerservice:AgentPool", "2026-05-02-preview"),
        ),
    ],
    ids=["plain", "versioned", "parameterized", "parameterized preview"],
)
def test_token_decides_type_and_version(token: str, expected: tuple[str, str]) -> None:
    assert short_token(token) == expected


@pytest.mark.parametrize(
    ("token", "naming"),
    [
        ("network:VirtualNetwork", "random"),
        ("network:Subnet", "copy"),
        ("containerservice:AgentPool", "copy"),
        ("authorization:RoleAssignment", "uuid"),
    ],
)
def test_missing_name_is_made_as_the_kind_wants(token: str, naming: str) -> None:
    assert KINDS[token].naming == naming
