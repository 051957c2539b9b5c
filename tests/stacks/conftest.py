"""What tests of the stack file's reader share: both YAML parsers."""

from __future__ import annotations

import pytest
import yaml

from stacks import yaml_nodes

PARSERS = {"libyaml": yaml.CSafeLoader, "pure python": yaml_nodes.PurePythonLoader}


@pytest.fixture(params=PARSERS)
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs the test with libyaml and again with the parser that is there without it."""
    monkeypatch.setattr(yaml_nodes, "LOADER", PARSERS[request.param])
