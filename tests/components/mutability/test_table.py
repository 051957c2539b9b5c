"""The table as a whole: every documented change has a row, and rows name properties that exist."""

from __future__ import annotations

from typing import Any

import pytest

from components.facts.mutability import PROVIDER_FORCES_NEW
from components.mutability import deployment
from components.mutability.table import TABLE
from components.rules import Rule
from tests.sdk_types import unknown_properties

NEWER_THAN_THE_SDK = {
    # of later versions of Azure's API, which packages of the provider speak
    "agentPoolProfiles[*].gpuProfile",
    "agentPoolProfiles[*].localDNSProfile",
    "gpuProfile",
    "localDNSProfile",
}
ROWS = sorted({(row.kind, path) for row in TABLE if row.kind.count(":") == 1 for path in row.paths})
FORCED = sorted((kind, path) for kind, paths in PROVIDER_FORCES_NEW.items() for path in paths)


def sample(path: str) -> dict[str, Any]:
    """Inputs that have something at a path."""
    first, _, rest = path.partition(".")
    inner: Any = sample(rest) if rest else "x"
    return {first.removesuffix("[*]"): [inner] if first.endswith("[*]") else inner}


def test_every_documented_change_has_a_row() -> None:
    documented = {f"MUT-{number:02}" for number in range(1, 27)}
    assert documented - {row.rule.id for row in TABLE} == set()


def test_rules_of_deployment_are_numbered_without_gaps() -> None:
    rules = [value for value in vars(deployment).values() if isinstance(value, Rule)]
    assert sorted(rule.id for rule in rules) == [f"PRV-{number:02}" for number in range(1, 16)]


@pytest.mark.parametrize(("kind", "path"), [row for row in ROWS if row[1] not in NEWER_THAN_THE_SDK])
def test_row_names_a_property_that_the_type_has(kind: str, path: str) -> None:
    assert unknown_properties(f"azure-native:{kind}", sample(path)) == []


@pytest.mark.parametrize(("kind", "path"), FORCED)
def test_forcing_property_is_one_that_the_type_has(kind: str, path: str) -> None:
    assert unknown_properties(f"azure-native:{kind}", sample(path)) == []
