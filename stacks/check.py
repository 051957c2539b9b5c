"""Runs every rule on whatever parsed of a stack, and plans it when nothing stands against that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from components.problems import KeyPath, Problem, dotted, errors
from components.rules import Rule
from stacks.checks import registry
from stacks.parse import Parsed
from stacks.plan import StackPlan, plan_networks, plan_stack, scope_of
from stacks.view import StackView

if TYPE_CHECKING:
    from policies.library import Library
    from stacks.policies import ClusterPolicies

UNUSED_ACCEPT = Rule(
    "CFG-07",
    "Every accepted warning is one that is given",
    why="An acceptance that matches nothing hides nothing today, and may hide something else tomorrow.",
    fix="Remove the entry, or correct its rule and path.",
    source="docs/stack-file.md",
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A stack that was looked at from all sides.

    Attributes:
        view: What the rules saw.
        problems: Everything found, except accepted warnings.
        skipped: Parts that did not parse or could not be planned, so that rules about them did not run.
        plan: What would be deployed; None where there are errors.
    """

    view: StackView
    problems: tuple[Problem, ...]
    skipped: tuple[KeyPath, ...]
    plan: StackPlan | None


def check(
    parsed: Parsed, *, today: date, subscription_id: str | None = None, library: Callable[[], Library] | None = None
) -> Checked:
    """Everything that is wrong with a parsed stack, and its plan if nothing is.

    Args:
        parsed: What the file said.
        today: The date that rules about dates go by.
        subscription_id: The subscription, where known from elsewhere than the file.
        library: Finds the bundles, if there are policies; those that come with this program if absent.
    """
    config = parsed.config
    view = StackView(
        config=config,
        scope=scope_of(config, subscription_id),
        today=today,
        protect=config.environment.protect if config.environment else True,
        plans={},
        skipped=parsed.skipped,
    )
    found = [*parsed.problems, *plan_networks(view)]
    for rule_check in registry.CHECKS:
        found.extend(rule_check(view))
    policies, of_policies = _policies(view, library)
    found.extend(of_policies)
    problems = _without_accepted(view, list(dict.fromkeys(found)))
    plan = None if errors(problems) else plan_stack(view, policies)
    unplanned = (network.path for network in view.networks if network.plan is None)
    return Checked(view, tuple(problems), (*parsed.skipped, *unplanned), plan)


def _policies(
    view: StackView, library: Callable[[], Library] | None
) -> tuple[dict[str, ClusterPolicies], list[Problem]]:
    """Policies and what is wrong with them; without any, not even their compilers are imported."""
    if not view.config.policies and not view.config.existing_clusters:
        return {}, []
    from policies.library import DirectoryLibrary  # noqa: PLC0415 - takes time
    from stacks.policies import plan_all  # noqa: PLC0415 - takes time

    return plan_all(view, library() if library else DirectoryLibrary())


def _without_accepted(view: StackView, problems: list[Problem]) -> list[Problem]:
    """The problems without the warnings that somebody accepted, and with a problem for each acceptance of nothing."""
    left = problems
    for index, entry in enumerate(view.config.accept):
        kept = [problem for problem in left if not _accepts(entry.rule, entry.path, problem)]
        if len(kept) == len(left):
            kept.append(UNUSED_ACCEPT.error(("cilia:accept", index), _unused(entry.rule, entry.path, problems)))
        left = kept
    return left


def _accepts(rule: str, path: str, problem: Problem, severity: str = "warning") -> bool:
    where = dotted(problem.path)
    below = where == path or where.startswith((path + ".", path + "["))
    return problem.severity == severity and problem.rule == rule and below


def _unused(rule: str, path: str, problems: list[Problem]) -> str:
    if any(_accepts(rule, path, problem, "error") for problem in problems):
        return f"{rule} is an error at {path}, and errors cannot be accepted; mend it and remove the entry"
    return f"{rule} gives no warning at {path}; remove the entry, or correct its rule and path"
