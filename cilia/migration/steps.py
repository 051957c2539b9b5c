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
from cilia.review.classify import classify, left_to_azure
from cilia.review.words import effects, label
from components.problems import PROJECT_NAMESPACE, Problem, errors
from stacks.load import Loaded, load_document
from stacks.yaml_reader import Document

if TYPE_CHECKING:
    from cilia.record import Resource

CLUSTERS = f"{PROJECT_NAMESPACE}:clusters"
_LEAVES = ("externallyChanged",)


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
    """

    stack: str
    cluster: str
    target: str
    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()
    beside: tuple[str, ...] = ()


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
        NoWayError: There is no such target, or no way to it.
        ProgramFailedError: The program cannot be run.
    """
    assert loaded.checked is not None, "only a stack that could be read is migrated"
    view = next(each for each in loaded.checked.view.clusters if each.key == cluster)
    found = Migration(loaded.stack, cluster, target)
    before, steps, beside = loaded, [_first()], []
    for stage in stages(target, view.config):
        during = _edited(before, cluster, {**stage.edits, _LEAVES: list(stage.leaves)}, today=today)
        after = _edited(before, cluster, stage.edits, today=today)
        wrong = errors(during.problems)
        if wrong:
            return replace(found, problems=tuple(wrong))
        old, new = _recorded(before, root, today=today), _recorded(during, root, today=today)
        beside += list(_beside(old, new))
        steps += _steps(stage, found, old, new, after)
        before = after
    return replace(found, steps=tuple(steps), beside=tuple(beside))


def _first() -> Step:
    return Step(
        "Begin from a stack at rest",
        commands=("pulumi preview --expect-no-changes",),
        says=("what is declared, what Pulumi knows and what Azure has are the same",),
    )


def _edited(loaded: Loaded, cluster: str, edits: Edits, *, today: date) -> Loaded:
    """The same stack with a cluster edited; nothing is written."""
    config: dict[str, Any] = {**loaded.document.config, CLUSTERS: copy.deepcopy(loaded.document.config[CLUSTERS])}
    for path, value in edits.items():
        place = config[CLUSTERS][cluster]
        for key in path[:-1]:
            place = place.setdefault(key, {})
        if value is None:
            place.pop(path[-1], None)
        else:
            place[path[-1]] = value
    document = Document(config, (), True, loaded.document.secrets)
    return load_document(document, Path(loaded.file), today=today)


def _recorded(loaded: Loaded, root: Path, *, today: date) -> Sequence[Resource]:
    preview = preview_loaded(loaded, root, today=today)
    if preview.recording is None:
        raise ProgramFailedError(preview.failure or "the program cannot be run")
    return preview.recording.resources


def _beside(old: Sequence[Resource], new: Sequence[Resource]) -> Iterator[str]:
    for change in classify(old, new):
        if change.worst != "noEffect":
            yield f"{effects(change)}: {label(change.urn)} {change.path or ''}: {change.message} [{change.rule}]"


def _steps(
    stage: Stage, found: Migration, old: Sequence[Resource], new: Sequence[Resource], after: Loaded
) -> Iterator[Step]:
    plan = after.plan
    assert plan is not None, "a stack without errors has a plan"
    place = {"group": plan.scope.resource_group, "name": plan.clusters[found.cluster].name}
    verdicts = [verdict for _, verdict in left_to_azure(old, new)]
    ways = [each for each in verdicts if each.way]
    commands = dict.fromkeys(f"{each.way} --resource-group {place['group']} --name {place['name']}" for each in ways)
    below = f"clusters.{found.cluster}"
    edits = tuple((".".join((below, *path)), _yaml(value)) for path, value in stage.edits.items())
    leave = (f"{below}.externallyChanged", _yaml(list(stage.leaves)))
    yield Step(
        f"{stage.title}: declare it, and let Pulumi leave it alone",
        (*edits, leave),
        (f"cilia preview {found.stack} --against HEAD", "pulumi up"),
        ("the review shows changes without effect only, and Azure is not touched",),
    )
    yield Step(
        f"{stage.title}: let Azure do it, in an operation of its own",
        commands=tuple(commands),
        says=tuple(dict.fromkeys(each.message for each in ways)),
        one_way=any("oneWay" in each.effects for each in ways),
    )
    yield Step(
        "Look at it before going on",
        commands=(*(check.format_map(place) for check in stage.checks), "kubectl get nodes"),
        says=("every node is Ready on its new image, and workloads answer",),
    )
    yield Step(
        "Let Pulumi know, while it still leaves it alone",
        commands=("pulumi refresh",),
        says=("from now on Pulumi knows what Azure has; without this it would plan to replace the cluster",),
    )
    yield Step(
        "Take the exception back",
        ((f"{below}.externallyChanged", ""),),
        ("pulumi preview", "pulumi up"),
        ("at most one update of the cluster, which takes other pools out of Pulumi's list; Azure keeps them",),
    )


def _yaml(value: Any) -> str:
    """A value as YAML takes it in one line."""
    return "" if value is None else json.dumps(value) if not isinstance(value, str) else value
