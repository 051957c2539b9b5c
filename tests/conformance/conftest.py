"""Fixtures of the real components; a test that needs one which is not built says how to get it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.oracles import HOW_TO_GET_IT, Oracle, program


def needs(*names: str) -> None:
    """Skips the test if one of the components is not built."""
    for name in names:
        if not program(name).exists():
            pytest.skip(f"{name} is not built: {HOW_TO_GET_IT}")


@pytest.fixture(scope="session")
def cilium() -> Iterator[Oracle]:
    """Cilium's policy engine."""
    needs("cilium")
    with Oracle("cilium") as oracle:
        yield oracle
