"""The fleet as Cilia builds it: checked, planned, and deployed by components. A Pulumi program."""

from __future__ import annotations

from stacks.build import build
from tests.bench.fleet import plan

build(plan())
