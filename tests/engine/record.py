"""Records what this release deploys, for later ones to preview: `python -m tests.engine.record`, once for each release.

A record is one JSON file, `states/<version>/<stack>.json`: stack file, day, state, and the simulated cloud. Its key
`changes` is empty; a later release that means to change something in stacks of this one writes there what its preview
may plan (label -> operation), and says so in the CHANGELOG.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from tests.engine import catalogue, shapes
from tests.engine.harness import PROJECT, REPOSITORY, STACK, Engine
from tests.engine.shipped import TODAY, stack_file, written

STATES = Path(__file__).with_name("states")
# The modes that differ most, and the stack with several clusters and pools.
RECORDED = ("byocni", "dev", "podsubnet", "prod")
# Where a program ran: paths and lines, which say nothing about what is deployed.
_WHERE = frozenset({"sourcePosition", "stackTrace"})
_CLOUD = "cloud.json"


def release() -> str:
    """The version of this checkout."""
    return str(tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"])


def record(stack: str, engine: Engine) -> dict[str, Any]:
    """Deploys a shipped stack and answers what is to be kept of it. Raises: SystemExit if it cannot be deployed."""
    engine.environment["CILIA_TODAY"] = TODAY
    engine.repository(written(stack_file(stack)))
    up = engine.up("--skip-preview")
    if up.failures:
        raise SystemExit("\n".join([f"{stack} cannot be deployed:", *up.failures]))
    state = json.loads(engine.export())
    for item in state["deployment"]["resources"]:
        for name in _WHERE & item.keys():
            del item[name]
    return {
        "changes": {},
        "today": TODAY,
        # with the salt, without which secrets in the state could not be read
        "stackFile": (engine.project / "stacks" / f"Pulumi.{STACK}.yaml").read_text(),
        "state": state,
        "cloud": json.loads((engine.cloud.folder / _CLOUD).read_text()),
    }


def restore(content: dict[str, Any], engine: Engine) -> None:
    """Makes the stack of an earlier release this one's: its file, its state, its cloud."""
    engine.environment["CILIA_TODAY"] = content["today"]
    engine.repository(content["stackFile"])
    made = engine.run("stack", "init", STACK)
    assert made.code == 0, made.text
    (engine.cloud.folder / _CLOUD).write_text(json.dumps(content["cloud"]))
    file = engine.folder / "state.json"
    file.write_text(json.dumps(content["state"]))
    taken = engine.run("stack", "import", "--stack", STACK, "--file", str(file))
    assert taken.code == 0, taken.text


def main() -> None:
    """Records every stack under this checkout's version."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise SystemExit("there is no `pulumi` on PATH (https://www.pulumi.com/docs/install/)")
    target = STATES / release()
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=PROJECT) as folder:
        schema = Path(folder) / "shapes.json"
        schema.write_text(shapes.describe(catalogue.KINDS))
        for stack in RECORDED:
            content = record(stack, Engine(Path(folder) / stack, pulumi, schema))
            text = json.dumps(content, separators=(",", ":"), sort_keys=True)
            assert folder not in text, f"{stack}: the record names a folder of this machine"
            (target / f"{stack}.json").write_text(text + "\n")
            sys.stderr.write(f"{target.relative_to(REPOSITORY) / stack}.json: {len(text) // 1000} kB\n")


if __name__ == "__main__":
    main()
