"""What a program told the real engine, from the engine's own log of its calls (`PULUMI_DEBUG_GRPC`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engine.wire import SIGNATURE, UNKNOWNS

MONITOR = "/pulumirpc.ResourceMonitor/"
STACK_TYPE = "pulumi:pulumi:Stack"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
SECRET_MARK = {"$secret": True}
UNKNOWN_MARK = {"$unknown": True}


@dataclass(frozen=True)
class Registration:
    """One resource as the engine was told of it; `request` has the names of pulumi's resource.proto."""

    urn: str
    request: dict[str, Any]

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs, with secrets and unknowns as `cilia preview` marks them."""
        found = self.request.get("object", self.request.get("properties", {}))
        return {name: plain(value) for name, value in found.items()}


def registrations(log: Path) -> dict[str, Registration]:
    """URN -> every resource that was registered or read, the stack itself left out."""
    found = {}
    for call in _answered(log, "RegisterResource", "ReadResource"):
        if call["request"]["type"] != STACK_TYPE:
            urn = call["response"]["urn"]
            found[urn] = Registration(urn, call["request"])
    return found


def outputs(log: Path) -> dict[str, Any]:
    """The stack's outputs, with the same marks."""
    for call in _answered(log, "RegisterResourceOutputs"):
        if f"::{STACK_TYPE}::" in call["request"]["urn"]:
            return {name: plain(value) for name, value in call["request"]["outputs"].items()}
    raise AssertionError(f"no outputs of the stack in {log}")


def _answered(log: Path, *methods: str) -> Iterator[dict[str, Any]]:
    wanted = {f"{MONITOR}{method}" for method in methods}
    for line in log.read_text().splitlines():
        call = json.loads(line)
        if call["method"] in wanted and call.get("progress") == "response_completed":
            yield call


def plain(value: Any) -> Any:
    """A value from the wire, with `{"$secret": true}` and `{"$unknown": true}` for what it only marks."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        mark = value.get(SIGNATURE)
        if mark == SECRET or (mark == OUTPUT and value.get("secret")):
            return SECRET_MARK
        if mark == OUTPUT:
            return plain(value["value"]) if "value" in value else UNKNOWN_MARK
        return {name: plain(item) for name, item in value.items() if item is not None}
    return UNKNOWN_MARK if isinstance(value, str) and value in UNKNOWNS else value
