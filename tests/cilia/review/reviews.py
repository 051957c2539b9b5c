"""Reviews without a repository: what tests of their looks begin with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from cilia.preview_data import Preview
from cilia.review.addresses import AddressChange
from cilia.review.changes import Change
from cilia.review.policies import NO_POLICY_CHANGES, PolicyChanges
from cilia.review.review import Review
from cilia.review.worktree import Revision
from components.mutability.change import Effect, in_order
from stacks.load import Loaded, load_text
from tests.cilia.conftest import STACK
from tests.cilia.review.builder import CLUSTER, urn

REVISION = Revision("origin/main", "0123456789abcdef0123456789abcdef01234567", "2026-08-01")


def change(
    *effects: Effect,
    name: str = "main",
    before: Any = "a",
    after: Any = "b",
    message: str = "this happens",
    **more: Any,
) -> Change:
    """A change of a cluster."""
    path = more.pop("path", "tags.env")
    token = more.pop("type", CLUSTER)
    kind = more.pop("kind", "change")
    rule = more.pop("rule", "MUT-06")
    return Change(urn(token, name), token, name, kind, path, before, after, in_order(effects), rule, message, **more)


def review(
    *changes: Change,
    stack: str = "dev",
    text: str = "",
    notes: tuple[str, ...] = (),
    addresses: tuple[AddressChange, ...] = (),
    policies: PolicyChanges = NO_POLICY_CHANGES,
    **more: Any,
) -> Review:
    """A review of a stack file with this text, with an answer unless told otherwise."""
    loaded = replace(_loaded(text or STACK), stack=stack, file=f"stacks/Pulumi.{stack}.yaml")
    found = more.pop("found", changes)
    return Review(Preview(loaded), REVISION, found, addresses, policies, notes, **more)


@cache
def _loaded(text: str) -> Loaded:
    return load_text(text.encode(), Path("stacks/Pulumi.dev.yaml"), today=date(2026, 8, 21))
