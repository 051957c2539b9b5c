"""Runs a Pulumi program without an engine, and returns everything it registered as data.

The program runs in this process, as `pulumi preview` of an empty stack would run it: same SDK, same working directory,
same `sys.path`. Neither the CLI, nor a cloud, nor a cluster is asked. Owns the result and its order.

Modules that the program imports stay imported: to record another revision of the same packages, use another process.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import heapq
import runpy
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import settings as runtime

from cilia.arm_ids import NO_SUBSCRIPTION
from cilia.failures import ProgramError, Tracebacks, explain
from cilia.monitor import Engine, Invoke, Message, Monitor
from cilia.surroundings import captured_warnings, event_loop, haste, surroundings
from cilia.trace import Trace
from cilia.wire import Marks

__all__ = ["Invoke", "Message", "ProgramError", "Recording", "Resource", "record"]


@dataclass(frozen=True)
class Resource:
    """A resource as the program registered it.

    Attributes:
        parent: The URN of the enclosing component, None directly below the stack.
        custom: Whether a provider manages it; False for components.
        inputs: What the provider would receive, under its own names: secrets are `{"$secret": true}`, values known only
            after deployment `{"$unknown": what it is}`.
        options: `protect`, `dependsOn` and so on, each only when set; `id` for a resource that is read, not managed.
        sources: Per input, the URNs of the resources that it comes from.
    """

    urn: str
    type: str
    name: str
    parent: str | None
    custom: bool
    inputs: Mapping[str, object]
    options: Mapping[str, object]
    sources: Mapping[str, Collection[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Returns the resource as `cilia preview -o json` prints it."""
        return {
            "urn": self.urn,
            "type": self.type,
            "name": self.name,
            "parent": self.parent,
            "custom": self.custom,
            "inputs": dict(self.inputs),
            "options": dict(self.options),
        }


@dataclass(frozen=True)
class Recording:
    """Everything a program said. `resources` are in program order; a resource never comes before what it depends on."""

    resources: tuple[Resource, ...]
    outputs: Mapping[str, object]
    invokes: tuple[Invoke, ...]
    messages: tuple[Message, ...]


def record(
    program: Path,
    *,
    project: str,
    stack: str,
    config: Mapping[str, str],
    secret_keys: Collection[str] = (),
    dry_run: bool = True,
) -> Recording:
    """Runs a Pulumi program and returns what it registered.

    Args:
        program: The program's directory, or its file.
        project: The project's name, as in Pulumi.yaml.
        stack: The stack's name.
        config: Full keys (`azure-native:location`) to strings, objects as JSON, as Pulumi hands them to programs.
        secret_keys: The keys in `config` whose values are secret.
        dry_run: Whether to run it as a preview. In an update ids are known and placeholders stand for what Azure would
            answer, so that the functions given to `apply` run.

    Raises:
        ProgramError: The program cannot be run to its end.
    """
    main = program.resolve() / "__main__.py" if program.is_dir() else program.resolve()
    if not main.is_file():
        raise ProgramError(f"{program}: no Pulumi program here; expected a directory with a __main__.py")
    engine = Engine()
    with captured_warnings(engine.messages), haste():
        run = _Run(main, engine, project=project, stack=stack, settings=_azure_settings(config), dry_run=dry_run)
        with surroundings(main):
            # The SDK keeps its state in context variables: what is set in a copy of the context is gone afterwards.
            failure = contextvars.copy_context().run(run.execute, dict(config), list(secret_keys))
        if failure is None:
            return run.recording()
        # Python complains about what was never awaited when that goes. Here nobody hears it.
        del run
        gc.collect()
    raise failure


def _azure_settings(config: Mapping[str, str]) -> dict[str, str]:
    prefix = "azure-native:"
    own = {key.removeprefix(prefix): value for key, value in config.items() if key.startswith(prefix)}
    return {"subscriptionId": NO_SUBSCRIPTION, **{key: value for key, value in own.items() if value}}


class _Run:
    def __init__(
        self, main: Path, engine: Engine, *, project: str, stack: str, settings: Mapping[str, str], dry_run: bool
    ) -> None:
        self._main, self._engine, self._project, self._stack, self._dry_run = main, engine, project, stack, dry_run
        self._marks = Marks()
        self._trace = Trace(project=project, stack=stack, marks=self._marks)
        self._monitor = Monitor(trace=self._trace, marks=self._marks, settings=settings, dry_run=dry_run)

    def execute(self, config: dict[str, str], secret_keys: list[str]) -> ProgramError | None:
        """Runs the program on an event loop of its own. Returns what went wrong, without the exception that it was."""
        runtime.ROOT.set(None)
        pulumi.runtime.set_all_config(config, secret_keys)
        runtime.configure(
            runtime.Settings(
                project=self._project,
                stack=self._stack,
                monitor=self._monitor,
                engine=self._engine,
                dry_run=self._dry_run,
                organization="organization",
                root_directory=str(self._main.parent),
            )
        )
        tracebacks = Tracebacks()
        with event_loop() as loop:
            loop.set_task_factory(tracebacks.task)
            try:
                loop.run_until_complete(pulumi.runtime.run_in_stack(self._program))
            except Exception as error:  # noqa: BLE001 - whatever the program raises is explained
                # What failed first, where the SDK raises what it found first.
                first = runtime.SETTINGS.rpc_manager.unhandled_exception or error
                tracebacks.restore(first)
                return explain(first, self._main.parent, self._trace.place_of)
        return None

    def recording(self) -> Recording:
        """Returns what was registered, in order."""
        found = self._monitor.registrations
        resources = (found[urn] for urn in self._order())
        return Recording(
            resources=tuple(
                Resource(
                    urn=each.urn,
                    type=each.type,
                    name=each.name,
                    parent=each.parent,
                    custom=each.custom,
                    inputs=each.readable(self._marks),
                    options=each.options,
                    sources=each.sources,
                )
                for each in resources
            ),
            outputs=self._monitor.outputs,
            invokes=tuple(self._monitor.invokes),
            messages=tuple(self._engine.messages),
        )

    async def _program(self) -> None:
        self._trace.start()
        runpy.run_path(str(self._main), run_name="__main__")
        root: Any = runtime.get_root_resource()
        root.outputs = self._trace.marked(root.outputs)
        # Lets every registration begin. The SDK then waits for those, which are few, and finds all outputs resolved.
        # Otherwise it waits for the outputs, and sets up that wait again for all of them whenever one resolves.
        await asyncio.sleep(0)

    def _order(self) -> Iterator[str]:
        """URNs in the order of construction, except where a resource depends on one constructed later."""
        found, rank = self._monitor.registrations, {urn: made.rank for urn, made in self._trace.constructed.items()}
        waiting = {urn: {each for each in made.needs if each in found} for urn, made in found.items()}
        needed_by: dict[str, list[str]] = {urn: [] for urn in found}
        for urn, needs in waiting.items():
            for each in needs:
                needed_by[each].append(urn)
        ready = [(rank[urn], urn) for urn, needs in waiting.items() if not needs]
        heapq.heapify(ready)
        while ready:
            _, urn = heapq.heappop(ready)
            yield urn
            for each in needed_by[urn]:
                waiting[each].discard(urn)
                if not waiting[each]:
                    heapq.heappush(ready, (rank[each], each))
