"""From stages to steps that a person follows: what to edit, what to run, what it does, what to look at in between.

Checked by running the program with every edit: whatever a `pulumi up` would do beside leaving things alone is said.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cilia.migration.targets import Edits, Stage, stages
from cilia.preview_data import preview_loaded
from cilia.review.changes import Change
from cilia.review.classify import classify, left_to_azure
from cilia.review.words import effects, label
from components.mutability.change import covers
from components.problems import PROJECT_NAMESPACE, Problem, errors
from stacks.load import Loaded, load_document
from stacks.yaml_reader import Document

if TYPE_CHECKING:
    from cilia.record import Resource


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and only then the next.

    Attributes:
        title: What it is.
        edits: Paths in the stack file and what to write there, as YAML; empty text takes a key away.
        commands: What to run, in order.
        says: What happens, and what to look at.
        one_way: Whether it cannot be undone.
    """

    title: str
    edits: tuple[tuple[str, str], ...] = ()
    commands: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    one_way: bool = False

    def as_json(self) -> dict[str, object]:
        """The step as JSON."""
        return {
            "title": self.title,
            "edits": [{"path": path, "value": value or None} for path, value in self.edits],
            "commands": list(self.commands),
            "says": list(self.says),
            "oneWay": self.one_way,
        }


@dataclass(frozen=True, slots=True)
class Migration:
    """The way of one cluster to a target.

    Attributes:
        stack: The stack.
        cluster: The cluster's key.
        target: Where to.
        steps: What to do, in order; empty with problems.
        problems: What is wrong with the stack at its target.
        beside: What a `pulumi up` on the way would do beside leaving things alone.
        warnings: What the stack is warned of at its target and not as it is.
    """

    stack: str
    cluster: str
    target: str
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    beside: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()


class ProgramFailedError(Exception):
    """The stack's program cannot be run with an edit; its text is one line."""


def migrate(loaded: Loaded, root: Path, cluster: str, target: str, *, today: date) -> Migration:
    """The steps from a stack as it is to a target.

    Args:
        loaded: The stack, without errors.
        root: Its project.
        cluster: The cluster's key.
        target: Such as `overlay=192.168.0.0/16`.
        today: The date that rules go by.

    Raises:
        AlreadyThereError: The cluster is at the target.
        NoWayError: There is no such target, or no way to it.
        ProgramFailedError: The program cannot be run.
    """
    assert loaded.checked is not None, "only a stack that could be read is migrated"
    view = next(each for each in loaded.checked.view.clusters if each.key == cluster)
    network = loaded.checked.view.config.networks.get(view.config.network or "")
    found = Migration(loaded.stack, cluster, target)
    planned = stages(target, view.config, network)
    place = _Place(("clusters", cluster), ("networks", view.config.network or ""))
    steps, beside = [_first(planned)], []
    before = loaded
    for stage in planned:
        before, during, pinned = _declared(before, stage, place, today)
        wrong = errors(during.problems)
        if wrong:
            return replace(found, problems=tuple(wrong))
        after = _edited(before, place.edits(stage), today=today)
        old, new = _recorded(before, root, today=today), _recorded(during, root, today=today)
        changes = [change for change in classify(old, new) if change.worst != "noEffect"]
        expected = [change for change in changes if any(covers(path, change.path or "") for path in stage.expects)]
        beside += [_line(change) for change in changes if change not in expected]
        steps += [_pinning(loaded.stack, pinned)] if pinned else []
        steps += _steps(stage, place, _Shown(found, before, after, old, new, tuple(map(_line, expected))))
        before = after
    return replace(found, steps=tuple(steps), beside=tuple(beside), warnings=_warnings(loaded, before))


def _warnings(before: Loaded, after: Loaded) -> tuple[Problem, ...]:
    """What comes to be warned of; the lines of an edited stack are nowhere, so they do not count."""
    known = {(each.rule, each.path, each.message) for each in before.problems}
    return tuple(each for each in after.problems if (each.rule, each.path, each.message) not in known)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a stack file has the cluster and its network."""

    cluster: tuple[str, ...]
    network: tuple[str, ...]

    @property
    def leaves(self) -> tuple[str, ...]:
        """Where it says what Azure changes."""
        return (*self.cluster, "externallyChanged")

    def edits(self, stage: Stage) -> Edits:
        """What a stage writes, from the top of the stack file."""
        own = {(*self.cluster, *path): value for path, value in stage.edits.items()}
        return own | {(*self.network, *path): value for path, value in stage.network.items()}


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the steps of a stage are told from."""

    migration: Migration
    before: Loaded
    after: Loaded
    old: Sequence[Resource]
    new: Sequence[Resource]
    expected: tuple[str, ...]


def _first(planned: Sequence[Stage]) -> Step:
    needs = tuple(dict.fromkeys(need for stage in planned for need in stage.needs))
    return Step(
        "Begin from a stack at rest",
        commands=("pulumi preview --expect-no-changes",),
        says=("what is declared, what Pulumi knows and what Azure has are the same", *needs),
    )


def _declared(before: Loaded, stage: Stage, place: _Place, today: date) -> tuple[Loaded, Loaded, Edits]:
    """The stack before and with a stage's edits, and which ranges have to be written down so that they stay."""
    edits: Edits = {**place.edits(stage), place.leaves: list(stage.leaves)}
    during = _edited(before, edits, today=today)
    pins = _moved(before, during)
    if not pins:
        return before, during, {}
    before = _edited(before, pins, today=today)
    return before, _edited(before, edits, today=today), pins


def _moved(before: Loaded, during: Loaded) -> Edits:
    """Edits that write computed ranges down, where any of them would be another one."""
    if before.plan is None or during.plan is None:
        return {}
    sized = {
        (network.key, subnet.key): str(subnet.cidr)
        for network in before.plan.networks.values()
        for subnet in network.subnets
        if subnet.sized
    }
    then = {
        (network.key, subnet.key): str(subnet.cidr)
        for network in during.plan.networks.values()
        for subnet in network.subnets
    }
    if all(then.get(name) == cidr for name, cidr in sized.items()):
        return {}
    edits: Edits = {}
    for (network, subnet), cidr in sized.items():
        edits |= {("networks", network, "subnets", subnet, "size"): None}
        edits |= {("networks", network, "subnets", subnet, "cidr"): cidr}
    return edits


def _pinning(stack: str, pins: Edits) -> Step:
    written = tuple((".".join(path), str(value)) for path, value in pins.items() if value is not None)
    return Step(
        "Write computed ranges down, because the next step would compute others",
        written,
        (f"cilia plan {stack} --pin", "pulumi preview --expect-no-changes"),
        ("the command makes these edits; nothing changes by them",),
    )


def _edited(loaded: Loaded, edits: Edits, *, today: date) -> Loaded:
    """The same stack edited; nothing is written."""
    config: dict[str, Any] = copy.deepcopy(dict(loaded.document.config))
    for path, value in edits.items():
        place = config[f"{PROJECT_NAMESPACE}:{path[0]}"]
        for key in path[1:-1]:
            place = place.setdefault(key, {})
        if value is None:
            place.pop(path[-1], None)
        else:
            place[path[-1]] = value
    document = Document(config, (), True, loaded.document.secrets)
    return load_document(document, Path(loaded.file), today=today)


def _is_there(loaded: Loaded, path: tuple[str, ...]) -> bool:
    place: Any = loaded.document.config.get(f"{PROJECT_NAMESPACE}:{path[0]}")
    for key in path[1:]:
        place = place.get(key) if isinstance(place, dict) else None
    return place is not None


def _recorded(loaded: Loaded, root: Path, *, today: date) -> Sequence[Resource]:
    preview = preview_loaded(loaded, root, today=today)
    if preview.recording is None:
        raise ProgramFailedError(preview.failure or "the program cannot be run")
    return preview.recording.resources


def _line(change: Change) -> str:
    path = f" {change.path}" if change.path else ""
    return f"{effects(change)}: {label(change.urn)}{path}: {change.message} [{change.rule}]"


def _steps(stage: Stage, place: _Place, shown: _Shown) -> Iterator[Step]:
    leave = ((".".join(place.leaves), _yaml(list(stage.leaves))),)
    declaration = _declaration(stage, place, shown)
    know = Step(
        "Let Pulumi know, while it still leaves it alone",
        commands=("pulumi refresh",),
        says=("from now on Pulumi knows what Azure has; without this it would plan to replace the cluster",),
    )
    if stage.azure_first:
        yield _applied(f"{stage.title}: let Pulumi leave it alone", leave, shown, ())
        yield from _at_azure(stage, shown)
        yield know
        yield _applied(f"{stage.title}: declare it", declaration, shown, shown.expected)
    else:
        title = f"{stage.title}: declare it, and let Pulumi leave it alone"
        yield _applied(title, (*declaration, *leave), shown, shown.expected)
        yield from _at_azure(stage, shown)
        yield know
    yield Step(
        "Take the exception back",
        ((".".join(place.leaves), ""),),
        ("pulumi preview", "pulumi up"),
        ("at most one update of the cluster, which takes other pools out of Pulumi's list; Azure keeps them",),
    )


def _declaration(stage: Stage, place: _Place, shown: _Shown) -> tuple[tuple[str, str], ...]:
    """What the stack file says from now on, as text."""
    return tuple(
        (".".join(path), _yaml(value))
        for path, value in place.edits(stage).items()
        if value is not None or _is_there(shown.before, path)
    )


def _applied(title: str, edits: tuple[tuple[str, str], ...], shown: _Shown, expected: tuple[str, ...]) -> Step:
    """Edits, with what `pulumi up` does because of them."""
    only = "the review shows changes without effect only, and Azure is not touched"
    if expected:
        only = "beside changes without effect the review shows only what belongs to this:"
    return Step(title, edits, (f"cilia preview {shown.migration.stack} --against HEAD", "pulumi up"), (only, *expected))


def _at_azure(stage: Stage, shown: _Shown) -> Iterator[Step]:
    """What Azure does, and what shows that it is done."""
    plan = shown.after.plan
    assert plan is not None, "a stack without errors has a plan"
    azure = {"group": plan.scope.resource_group, "name": plan.clusters[shown.migration.cluster].name}
    ways = [verdict for _, verdict in left_to_azure(shown.old, shown.new) if verdict.way]
    rolls = any("rolling" in each.effects for each in ways)
    commands = dict.fromkeys(f"{each.way} --resource-group {azure['group']} --name {azure['name']}" for each in ways)
    does = (stage.azure_first,) if stage.azure_first else tuple(dict.fromkeys(each.message for each in ways))
    yield Step(
        f"{stage.title}: let Azure do it, in an operation of its own",
        commands=tuple(commands),
        says=does,
        one_way=any("oneWay" in each.effects for each in ways),
    )
    yield Step(
        "Look at it before going on",
        commands=(*(check.format_map(azure) for check in stage.checks), "kubectl get nodes"),
        says=(f"every node is Ready{' on its new image' if rolls else ''}, and workloads answer",),
    )


def _yaml(value: Any) -> str:
    """A value as YAML takes it in one line."""
    return "" if value is None else json.dumps(value) if not isinstance(value, str) else value
