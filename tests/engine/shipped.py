"""Every stack that is shipped, brought up once through the engine; each test works on a copy of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.engine.harness import REPOSITORY, Engine, Outcome

STACKS = sorted(file.name.split(".")[1] for file in (REPOSITORY / "stacks").glob("Pulumi.*.yaml"))
# The day of the version data: shipped stacks have no problems then.
TODAY = "2026-08-21"
# Writes that Azure refuses while another one runs on the same thing. Long enough for a second one to run into it.
EXCLUSIVE = {
    "network:Subnet": 0.2,
    "network:VirtualNetworkPeering": 0.2,
    "managedidentity:FederatedIdentityCredential": 0.2,
}


@dataclass(frozen=True)
class Shipped:
    """A stack after a first preview and an `up` from nothing.

    Attributes:
        name: The stack's name.
        engine: Where it lives; never to be changed, see `copy`.
        preview: What the preview of the empty stack did.
        up: What `up` did.
        preview_log: Every call between program, engine and providers during that preview.
        up_log: The same during `up`.
    """

    name: str
    engine: Engine
    preview: Outcome
    up: Outcome
    preview_log: Path
    up_log: Path

    def copy(self, folder: Path) -> Engine:
        """The deployed stack, to do with as a test likes."""
        return self.engine.copy(folder / "engine")


def stack_file(name: str) -> dict[str, Any]:
    """What a shipped stack file says."""
    text = (REPOSITORY / "stacks" / f"Pulumi.{name}.yaml").read_text()
    return dict(yaml.safe_load(text))


def written(content: dict[str, Any]) -> str:
    """A stack file's text; the order of keys stays, because that of subnets counts."""
    return str(yaml.safe_dump(content, sort_keys=False))


def deploy(name: str, engine: Engine) -> Shipped:
    """Brings a shipped stack up from nothing."""
    engine.environment["CILIA_TODAY"] = TODAY
    engine.cloud.order(operation_seconds=EXCLUSIVE)
    engine.repository((REPOSITORY / "stacks" / f"Pulumi.{name}.yaml").read_text())
    logs = [engine.folder / f"{command}.rpc.jsonl" for command in ("preview", "up")]
    preview = _logged(engine, logs[0], "preview")
    up = _logged(engine, logs[1], "up", "--skip-preview")
    return Shipped(name, engine, preview, up, *logs)


def _logged(engine: Engine, log: Path, command: str, *arguments: str) -> Outcome:
    engine.environment["PULUMI_DEBUG_GRPC"] = str(log)
    try:
        outcome: Outcome = getattr(engine, command)(*arguments)
    finally:
        del engine.environment["PULUMI_DEBUG_GRPC"]
    return outcome
