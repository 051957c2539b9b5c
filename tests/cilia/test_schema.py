"""`cilia schema`: what editors get is what the generated file holds."""

from __future__ import annotations

import json

import pytest

from cilia.main import main
from stacks import schema


def test_the_schema_is_printed_as_the_generated_file_holds_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == (schema.text(), "")
    assert json.loads(out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
