"""What earlier releases deployed previews clean with this one, and can be refreshed and taken down.

Until a release is out, its own record may be made anew (`make states`). After that it stays as it is: a difference is
something that users will see when they move on, see record.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.harness import STACK, Engine
from tests.engine.record import STATES, restore

pytestmark = pytest.mark.engine

FILES = sorted(STATES.glob("*/*.json"))


@pytest.mark.parametrize("file", FILES, ids=[f"{file.parent.name} {file.stem}" for file in FILES])
def test_state_of_an_earlier_release_previews_clean(engine: Engine, file: Path) -> None:
    content: dict[str, Any] = json.loads(file.read_text())
    restore(content, engine)

    preview = engine.preview()
    refresh = engine.refresh("--skip-preview")

    assert (preview.failures, preview.ops()) == ([], content["changes"])
    assert refresh.failures == []
    assert engine.run("state", "unprotect", "--all", "--yes", "--stack", STACK).code == 0
    assert engine.destroy("--skip-preview").failures == []
    assert engine.cloud.snapshot() == {}


def test_there_is_a_record_of_an_earlier_release() -> None:
    assert FILES != []
