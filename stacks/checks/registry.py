"""The checks there are, in the order in which their findings are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from components.problems import Problem
from stacks.checks import net
from stacks.view import StackView

CHECKS: tuple[Callable[[StackView], Iterable[Problem]], ...] = (*net.CHECKS,)
