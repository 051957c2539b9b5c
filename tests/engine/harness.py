"""Runs the real Pulumi engine on a program, with the simulated providers as its plugins.

Every engine test gets a folder of its own: project, file backend, Pulumi home with two plugin shims, and the simulated
cloud. Nothing of the machine's own Pulumi or Azure settings reaches it.

    def test_…(engine: Engine) -> None:
        engine.repository(STACK_FILE)  # this repository's program; `engine.program(source, config)` for one of your own
        engine.cloud.order(propagation_seconds=3600.0)  # what goes wrong: fields of `Control`, faults.py
        assert "LinkedAuthorizationFailed" in engine.up("--skip-preview").errors[0]
        engine.cloud.order(propagation_seconds=0.0)
        assert engine.up().ops()["ManagedCluster main"] == "create"
        assert engine.settled()

A command takes seconds, a failing `up` longest; `--skip-preview` halves an `up` whose plan is of no interest.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.engine.server import SHAPES_FILE, STATE
from tests.engine.store import Store

REPOSITORY = Path(__file__).parents[2]
# Plugin name and the SDK distribution whose version the engine asks for.
PLUGINS = {"azure-native": "pulumi-azure-native", "kubernetes": "pulumi-kubernetes"}
PROJECT = "cilia"
STACK = "test"
# Of the environment, only these reach the engine and the program.
PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE")
# The repository's own program: what it consists of.
PROGRAM = ("__main__.py", "components", "policies", "stacks")
EXPECT_NO_CHANGES_VIOLATED = 7  # exit code of `preview --expect-no-changes`; pulumi 3.260


@dataclass(frozen=True)
class Step:
    """One thing the engine planned or did to a resource."""

    op: str
    urn: str
    type: str
    detailed: dict[str, str]  # property path -> kind of difference
    planning: bool

    @property
    def label(self) -> str:
        """The last part of the type and the Pulumi name, such as `Subnet main-nodes`."""
        return label(self.urn)


@dataclass(frozen=True)
class Outcome:
    """What a command did.

    Judge by these, never by the tail of the text: a failing `up` often ends in a traceback of the language host.
    """

    command: tuple[str, ...]
    code: int
    events: list[dict[str, Any]]
    text: str
    seconds: float

    def steps(self, *, planning: bool | None = None) -> list[Step]:
        """What was done to resources; of a preview, and of the plan before if asked (`planning`), what would be.

        Unchanged ones, the stack and default providers are left out.
        """
        found = [_step(event["resourcePreEvent"]) for event in self.events if "resourcePreEvent" in event]
        plan = self.command[0] == "preview" if planning is None else planning
        wanted = [step for step in found if step.planning == plan and step.op != "same"]
        return [step for step in wanted if not _is_scenery(step)]

    def ops(self, *, planning: bool | None = None) -> dict[str, str]:
        """Label -> what was done to the resource last."""
        return {step.label: step.op for step in self.steps(planning=planning)}

    def drifted(self) -> set[str]:
        """Labels of what a refresh found changed or gone."""
        found = [event["resOutputsEvent"]["metadata"] for event in self.events if "resOutputsEvent" in event]
        return {label(data["urn"]) for data in found if data["op"] in ("update", "delete") or data.get("diffs")}

    @property
    def errors(self) -> list[str]:
        """The error messages, plain; those of the language host's traceback are among them."""
        found = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return [_plain(item["message"]).strip() for item in found if item["severity"] == "error"]

    @property
    def failures(self) -> list[str]:
        """Why a command did not do all it should: its exit code and the errors. Empty when all is well."""
        return [f"exit code {self.code}", *self.errors] if self.code or self.errors else []

    @property
    def warnings(self) -> list[str]:
        """The warning messages, plain."""
        found = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return [_plain(item["message"]).strip() for item in found if item["severity"] == "warning"]

    @property
    def counts(self) -> dict[str, int]:
        """The engine's own summary: operation -> number of resources."""
        found = [event["summaryEvent"] for event in self.events if "summaryEvent" in event]
        return dict(found[-1].get("resourceChanges") or {}) if found else {}


def _end_session(leader: int) -> None:
    """Ends a CLI that was killed or takes too long, with the plugins and language hosts that it leaves behind."""
    listed = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, text=True, check=True).stdout
    for pid in map(int, listed.split()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getsid(pid) == leader:
                os.kill(pid, signal.SIGKILL)


def _is_scenery(step: Step) -> bool:
    return step.type == "pulumi:pulumi:Stack" or (step.type.startswith("pulumi:providers:") and "::default" in step.urn)


def label(urn: str) -> str:
    """How tests name a resource: a Pulumi name alone is often that of a component too."""
    return f"{urn.split('::')[2].rpartition(':')[2]} {urn.split('::', 3)[3]}"


def _step(event: Mapping[str, Any]) -> Step:
    data = event["metadata"]
    detailed = {path: item["diffKind"] for path, item in (data.get("detailedDiff") or {}).items()}
    return Step(data["op"], data["urn"], data["type"], detailed, bool(event.get("planning")))


def _plain(text: str) -> str:
    return re.sub(r"<\{%[^%]*%\}>", "", text)


@dataclass
class Engine:
    """A stack in a folder of its own.

    `cloud` is the simulated Azure: order faults, plant resources, cause drift, read the call log.
    """

    folder: Path
    pulumi: str
    shapes: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("project", "backend", "home"):
            (self.folder / name).mkdir(parents=True)
        self.project = self.folder / "project"
        self.cloud = Store(self.folder / "cloud")
        shutil.copy(self.shapes, self.cloud.folder / SHAPES_FILE)
        for name, distribution in PLUGINS.items():
            self.install(name, importlib.metadata.version(distribution))

    def install(self, name: str, version: str, binary: Path | None = None) -> None:
        """Makes a plugin available: a real one, or else the simulated one as a script that starts it."""
        path = self.folder / "home" / "plugins" / f"resource-{name}-v{version}" / f"pulumi-resource-{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if binary is not None:
            path.symlink_to(binary)
            return
        # -P: a folder `tests` in the project must not be taken for ours
        path.write_text(
            f'#!/bin/sh\nPYTHONPATH="{REPOSITORY}" exec "{sys.executable}" -P -m tests.engine.server {name} "$@"\n'
        )
        path.chmod(0o755)

    def copy(self, folder: Path) -> Engine:
        """The same stack, state and cloud in another folder: what happens to one never reaches the other."""
        made = Engine(folder, self.pulumi, self.shapes, dict(self.environment))
        for name in ("project", "backend", "cloud"):
            shutil.copytree(self.folder / name, folder / name, dirs_exist_ok=True)
        made._write_project(yaml.safe_load((made.project / "Pulumi.yaml").read_text()))
        return made

    def program(self, source: str, config: Mapping[str, Any] | None = None) -> None:
        """Writes a program of one file, and its stack's configuration (full keys, such as `azure-native:location`)."""
        (self.project / "__main__.py").write_text(source)
        self._write_project({"name": PROJECT, "runtime": {"name": "python", "options": {"toolchain": "pip"}}})
        self.configure(config or {})

    def configure(self, config: Mapping[str, Any]) -> None:
        """Replaces the configuration of a program of one file."""
        self._write_stack(self.project, yaml.safe_dump({"config": dict(config)}))

    def repository(self, stack_file: str) -> None:
        """Uses the repository's own program with this text as its stack file; called again, it edits the file."""
        for name in PROGRAM:
            source, target = REPOSITORY / name, self.project / name
            if source.is_dir():
                unwanted = shutil.ignore_patterns("Pulumi.*.yaml")  # bytecode comes along: it saves every test a second
                shutil.copytree(source, target, ignore=unwanted, dirs_exist_ok=True)
            else:
                shutil.copy(source, target)
        project = yaml.safe_load((REPOSITORY / "Pulumi.yaml").read_text())
        assert project["name"] == PROJECT
        self._write_project(project)
        self._write_stack(self.project / project["stackConfigDir"], stack_file)

    def _write_project(self, project: dict[str, Any]) -> None:
        """Writes Pulumi.yaml with the Python that runs the tests."""
        options = project["runtime"]["options"]
        options.pop("virtualenv", None)
        if sys.prefix != sys.base_prefix:
            options["virtualenv"] = os.path.relpath(sys.prefix, self.project)
        (self.project / "Pulumi.yaml").write_text(yaml.safe_dump(project))

    def _write_stack(self, folder: Path, text: str) -> None:
        """Writes the stack file. The salt that Pulumi put into it stays, or the state could not be read any more."""
        path = folder / f"Pulumi.{STACK}.yaml"
        old = path.read_text().splitlines() if path.exists() else []
        salt = [line for line in old if line.startswith("encryptionsalt:")]
        path.write_text("\n".join([text.rstrip("\n"), *salt, ""]))

    def settings(self) -> dict[str, str]:
        """The environment in which Pulumi and the program run."""
        kept = {name: os.environ[name] for name in PASSED if name in os.environ}
        return {
            **kept,
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "passphrase",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_COMMANDS": "true",  # for --event-log
            STATE: str(self.cloud.folder),
            **self.environment,
        }

    def run(self, *arguments: str, timeout: float = 300) -> Outcome:
        """Runs a command of the CLI in the project. Raises: subprocess.TimeoutExpired after `timeout` seconds."""
        log = self.folder / "events.jsonl"
        log.unlink(missing_ok=True)
        started = time.monotonic()
        process = subprocess.Popen(
            [self.pulumi, *arguments, "--non-interactive"],
            cwd=self.project,
            env=self.settings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            output, errors = process.communicate(timeout=timeout)
        finally:
            if process.returncode is None or process.returncode < 0:
                _end_session(process.pid)
        lines = log.read_text().splitlines(keepends=True) if log.exists() else []
        events = [json.loads(line) for line in lines if line.endswith("\n")]  # the last one may be cut off
        return Outcome(arguments, process.returncode, events, output + errors, time.monotonic() - started)

    def cilia(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Runs the project's own command line on this stack; `text` is what it reads from stdin."""
        return subprocess.run(
            [sys.executable, "-m", "cilia", *arguments],
            cwd=self.project,
            env={**self.settings(), "PYTHONPATH": str(REPOSITORY)},
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )

    def _operate(self, command: str, *arguments: str, flags: Iterable[str] = ()) -> Outcome:
        if not (self.folder / "backend" / ".pulumi" / "stacks" / PROJECT / f"{STACK}.json").exists():
            made = self.run("stack", "init", STACK)
            assert made.code == 0, made.text
        log = str(self.folder / "events.jsonl")
        return self.run(command, "--stack", STACK, "--event-log", log, *flags, *arguments)

    def up(self, *arguments: str) -> Outcome:
        """`pulumi up` without a question."""
        return self._operate("up", *arguments, flags=("--yes",))

    def preview(self, *arguments: str) -> Outcome:
        """`pulumi preview`."""
        return self._operate("preview", *arguments)

    def refresh(self, *arguments: str) -> Outcome:
        """`pulumi refresh` without a question."""
        return self._operate("refresh", *arguments, flags=("--yes",))

    def destroy(self, *arguments: str) -> Outcome:
        """`pulumi destroy` without a question."""
        return self._operate("destroy", *arguments, flags=("--yes",))

    def settled(self) -> bool:
        """Whether a preview finds nothing to do."""
        outcome = self.preview("--expect-no-changes")
        assert outcome.code in (0, EXPECT_NO_CHANGES_VIOLATED), outcome.text
        return outcome.code == 0

    def export(self) -> str:
        """The state as `pulumi stack export` writes it; secrets encrypted."""
        return self.run("stack", "export", "--stack", STACK).text

    def deployment(self) -> dict[str, Any]:
        """The part of the state that says what there is: `resources`, `pending_operations`."""
        return dict(json.loads(self.export())["deployment"])

    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources in the state, by label; secrets as the state has them, encrypted."""
        return {label(item["urn"]): item for item in self.deployment().get("resources") or []}

    def outputs(self, *, secrets: bool = False) -> dict[str, Any]:
        """The stack's outputs; a secret one is `[secret]` unless asked for."""
        shown = self.run("stack", "output", "--stack", STACK, "--json", *(["--show-secrets"] if secrets else []))
        return dict(json.loads(shown.text))
