"""What `cilia runbook` tells, as data: per cluster, the commands for what it has, real names filled in."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from stacks.load import Loaded
from stacks.plan import StackPlan
from stacks.view import ClusterView


@dataclass(frozen=True, slots=True)
class Facts:
    """One cluster as the table of steps looks at it.

    Attributes:
        view: Its configuration.
        plan: The stack's plan.
        loaded: The stack, as it was read.
    """

    view: ClusterView
    plan: StackPlan
    loaded: Loaded

    @property
    def names(self) -> dict[str, str]:
        """The names that every command may need, and tools that talk to this cluster, whichever is the current one."""
        tools = {tool: f"{tool} --context {self.view.name}" for tool in ("kubectl", "istioctl", "cilium")}
        return {"group": shlex.quote(self.plan.scope.resource_group), "cluster": self.view.name, **tools}


Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do or to look at.

    Attributes:
        title: What for.
        commands: What to type, with `%(name)s` where a name goes, or lines that depend on the cluster.
        expect: What is right; empty where that depends.
        each: Names beside the cluster's own, once for each time that the commands are needed.
    """

    title: str
    commands: tuple[str, ...]
    expect: str = ""
    each: Callable[[Facts], Iterable[Names]] = lambda _: ({},)


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that a cluster has or has not.

    Attributes:
        title: What it is called.
        has: Whether a cluster has it.
        steps: What to do about it.
    """

    title: str
    has: Callable[[Facts], bool]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step, ready to paste."""

    title: str
    commands: tuple[str, ...]
    expect: str


@dataclass(frozen=True, slots=True)
class CapabilityRow:
    """What to do about something that a cluster has."""

    title: str
    steps: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """One cluster."""

    name: str
    azure_name: str
    capabilities: tuple[CapabilityRow, ...]


@dataclass(frozen=True, slots=True)
class Runbook:
    """A stack's runbook."""

    stack: str
    resource_group: str
    clusters: tuple[ClusterRow, ...]

    def as_json(self) -> dict[str, object]:
        """It, in JSON's terms."""
        return {
            "stack": self.stack,
            "resourceGroup": self.resource_group,
            "clusters": [
                {
                    "name": cluster.name,
                    "azureName": cluster.azure_name,
                    "capabilities": [
                        {
                            "title": capability.title,
                            "steps": [
                                {"title": step.title, "commands": list(step.commands), "expect": step.expect or None}
                                for step in capability.steps
                            ],
                        }
                        for capability in cluster.capabilities
                    ],
                }
                for cluster in self.clusters
            ],
        }


def runbook(loaded: Loaded, table: tuple[Capability, ...]) -> Runbook:
    """The runbook of a stack without errors.

    Args:
        loaded: The stack.
        table: What there may be to do.
    """
    assert loaded.checked is not None
    assert loaded.plan is not None
    clusters = (Facts(view, loaded.plan, loaded) for view in loaded.checked.view.clusters)
    return Runbook(
        loaded.stack,
        loaded.plan.scope.resource_group,
        tuple(ClusterRow(facts.view.key, facts.view.name, tuple(_rows(facts, table))) for facts in clusters),
    )


def _rows(facts: Facts, table: tuple[Capability, ...]) -> Iterator[CapabilityRow]:
    for capability in table:
        if capability.has(facts):
            steps = tuple(
                _step(step, {**facts.names, **more}) for step in capability.steps for more in step.each(facts)
            )
            if steps:
                yield CapabilityRow(capability.title, steps)


def _step(step: Step, names: Names) -> StepRow:
    lines = tuple(line for command in step.commands for line in (command % names).splitlines())
    return StepRow(step.title % names, lines, step.expect % names)
