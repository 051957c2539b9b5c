"""Asks the table of changes about one property, in tests."""

from __future__ import annotations

from typing import Any, Literal

from components.mutability.change import Difference, Pool, Subject, Verdict
from components.mutability.table import judge

CLUSTER = "containerservice:ManagedCluster"
POOL = "containerservice:AgentPool"
POOLS = (Pool("system", 3, 3), Pool("user", 3, 20))
SYSTEM = {"name": "system", "vnetSubnetID": "/subscriptions/a/subnets/nodes"}


def judged(
    path: str,
    before: Any,
    after: Any,
    *,
    kind: str = CLUSTER,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    users: tuple[str, ...] = (),
) -> tuple[str, Verdict]:
    """The rule's id and the verdict on a change of one property of a resource with these inputs."""
    came: Literal["add", "delete", "update"] = "add" if before is None else "delete" if after is None else "update"
    found = judge(
        Difference(path, path, path, came, before, after),
        Subject(kind, old or {}, new or old or {}, POOLS if kind in (CLUSTER, POOL) else (), users),
    )
    assert found is not None, f"no row knows {path} of {kind}"
    return found[0].id, found[1]


def effects(path: str, before: Any, after: Any, **around: Any) -> tuple[str, tuple[str, ...]]:
    """The rule's id and the effects."""
    rule, verdict = judged(path, before, after, **around)
    return rule, verdict.effects


def network(**profile: Any) -> dict[str, Any]:
    """Inputs of a cluster on a VNet of its own, with this network profile."""
    return {"networkProfile": profile, "agentPoolProfiles": [SYSTEM]}
