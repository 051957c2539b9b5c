"""The simulated cloud on disk, shared by every process of a command and by the test that watches them.

A folder with `cloud.json` (everything that exists), `control.json` (what a test has ordered: faults, delays, refusals)
and `calls.jsonl` (every call with its times and full inputs). One lock file guards all three; nobody waits while
holding it.
"""

from __future__ import annotations

import contextlib
import copy
import fcntl
import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.engine import arm


@dataclass
class Resource:
    """One thing in the cloud.

    `order` grows with every creation and never repeats: what is made again is not what was deleted.
    """

    id: str
    token: str
    body: dict[str, Any]
    order: int
    created: float

    @property
    def name(self) -> str:
        """The last segment of the id."""
        return arm.name_of(self.id)


@dataclass
class Control:
    """What a test has ordered. Everything is off unless asked for."""

    # see faults.py
    faults: list[dict[str, Any]] = field(default_factory=list)
    # `module:Type` -> how long a write of it takes. Two writes on one lock meet only while one of them runs.
    operation_seconds: dict[str, float] = field(default_factory=dict)
    # how long a role assignment takes to count
    propagation_seconds: float = 0.0
    # "yes", "none" (not logged in) or "tenant" (with a token of another tenant)
    login: str = "yes"
    # the subscriptions that exist; empty: any
    subscriptions: list[str] = field(default_factory=list)
    tenant: str = "11111111-1111-1111-1111-111111111111"
    # vCPUs of all pools together; the simulated cloud has one region
    vcpu_quota: int | None = None
    # dotted path in a cluster's body -> the feature that it needs and that is not registered
    unregistered_features: dict[str, str] = field(default_factory=dict)
    # handed out instead of a made-up kubeconfig, for a real API server
    kubeconfig: str = ""
    # after the clusters' credentials were rotated: what kubeconfigs have now, and API servers take nothing else
    cluster_login: str = ""
    # the patch that AKS picks for a minor version
    patch_version: str = "4"


class World:
    """Everything that exists, inside one transaction."""

    def __init__(self, data: dict[str, Any], control: Control) -> None:
        self.control = control
        self.resources = {key: Resource(**resource) for key, resource in data.get("resources", {}).items()}
        self.operations: dict[str, dict[str, Any]] = data.get("operations", {})
        self.kubernetes: dict[str, dict[str, Any]] = data.get("kubernetes", {})
        self.fault_calls: dict[str, int] = data.get("fault_calls", {})
        self.order: int = data.get("order", 0)

    def data(self) -> dict[str, Any]:
        """The form that is written to disk."""
        resources = {key: vars(resource) for key, resource in self.resources.items()}
        rest = {
            "operations": self.operations,
            "kubernetes": self.kubernetes,
            "fault_calls": self.fault_calls,
            "order": self.order,
        }
        return {"resources": resources, **rest}

    def get(self, arm_id: str) -> Resource | None:
        """A resource by id, in any case."""
        return self.resources.get(arm.key(arm_id))

    def put(self, arm_id: str, token: str, body: dict[str, Any]) -> Resource:
        """Creates a resource or replaces its body."""
        old = self.get(arm_id)
        if old is not None:
            old.body = body
            return old
        self.order += 1
        resource = Resource(arm_id, token, body, self.order, time.time())
        self.resources[arm.key(arm_id)] = resource
        return resource

    def remove(self, arm_id: str) -> None:
        """Removes a resource and all below it, extensions such as role assignments included."""
        for key in [key for key in self.resources if arm.is_below(key, arm_id)]:
            del self.resources[key]

    def of_type(self, arm_type: str, below: str = "") -> list[Resource]:
        """The resources of a type, oldest first, optionally under one id only."""
        found = [
            r
            for r in self.resources.values()
            if arm.type_of(r.id) == arm_type.lower() and (not below or arm.is_below(r.id, below))
        ]
        return sorted(found, key=lambda resource: resource.order)

    def users_of(self, arm_id: str, arm_type: str = "") -> list[Resource]:
        """The resources that mention an id anywhere in their body, oldest first."""
        wanted = arm.key(arm_id)
        found = [
            r
            for r in self.resources.values()
            if (not arm_type or arm.type_of(r.id) == arm_type.lower()) and wanted in ids_in(r.body)
        ]
        return sorted(found, key=lambda resource: resource.order)


def ids_in(value: Any) -> set[str]:
    """Every ARM resource id in a body, as comparison keys; ids are found as values and as map keys."""
    if isinstance(value, dict):
        return set().union(*(ids_in(item) for item in value.values()), *(ids_in(key) for key in value))
    if isinstance(value, list):
        return set().union(*(ids_in(item) for item in value))
    if not isinstance(value, str):
        return set()
    key = arm.key(value)
    return {key} if key.startswith("/subscriptions/") and "/providers/" in key else set()


class Store:
    """The state folder. Used by the simulator and, for drift and inspection, by tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text() if path.exists() else "{}"

    def _write(self, name: str, text: str) -> None:
        scratch = self.folder / f"{name}.new"
        scratch.write_text(text)
        scratch.replace(self.folder / name)

    def _control(self) -> Control:
        return Control(**json.loads(self._read("control.json")))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[World]:
        """The world, for reading and changing. Changes are kept unless the block raises."""
        with self._locked():
            before = self._read("cloud.json")
            world = World(json.loads(before), self._control())
            yield world
            after = json.dumps(world.data())
            if after != before:
                self._write("cloud.json", after)

    def control(self) -> Control:
        """What has been ordered so far."""
        with self._locked():
            return self._control()

    def order(self, **settings: Any) -> None:
        """Changes the orders; what is not named stays. Field names of `Control`."""
        with self._locked():
            changed = Control(**{**asdict(self._control()), **settings})
            self._write("control.json", json.dumps(asdict(changed)))

    def log(self, entry: dict[str, Any]) -> None:
        """Adds one call to the log."""
        with self._locked(), (self.folder / "calls.jsonl").open("a") as handle:
            handle.write(json.dumps(entry) + "\n")

    def calls(self, method: str = "", token: str = "", *, previews: bool = False) -> list[dict[str, Any]]:
        """The logged calls in the order they ended; those of previews only when asked for.

        `token` is the end of a type token.
        """
        path = self.folder / "calls.jsonl"
        entries = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [
            entry
            for entry in entries
            if (not method or entry["method"] == method)
            and str(entry.get("type", "")).endswith(token)
            and (previews or not entry.get("preview"))
        ]

    def snapshot(self) -> dict[str, Resource]:
        """Everything that exists, by comparison key; a copy."""
        with self.transaction() as world:
            return copy.deepcopy(world.resources)

    def plant(self, arm_id: str, body: dict[str, Any], token: str = "") -> None:
        """Puts a resource into the cloud that nobody's program made."""
        with self.transaction() as world:
            world.put(arm_id, token, body)

    @contextlib.contextmanager
    def drift(self, arm_id: str) -> Iterator[dict[str, Any]]:
        """The body of an existing resource, to be changed behind the program's back.

        Raises: KeyError when it does not exist.
        """
        with self.transaction() as world:
            resource = world.get(arm_id)
            if resource is None:
                raise KeyError(arm_id)
            yield resource.body

    def forget(self, arm_id: str) -> None:
        """Deletes a resource behind the program's back, without asking Azure's rules."""
        with self.transaction() as world:
            world.remove(arm_id)
