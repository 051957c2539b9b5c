"""The table of changes: which property means what, for every type that this toolkit deploys.

One home for what a change does. The first row that has something to say wins; rows of a family stand together.
"""

from __future__ import annotations

from components.mutability.access import ACCESS_ROWS
from components.mutability.change import Difference, Row, Subject, Verdict
from components.mutability.cilium import CILIUM
from components.mutability.clusters import CLUSTERS
from components.mutability.defaults import DEFAULT, says_the_default
from components.mutability.egress import EGRESS_ROWS
from components.mutability.filters import FILTERS
from components.mutability.mesh import MESH_ROWS
from components.mutability.namespaces import NAMESPACES
from components.mutability.networking import NETWORKING
from components.mutability.networks import ANYWHERE, NETWORKS
from components.mutability.platform import PLATFORM
from components.mutability.policies import POLICIES
from components.mutability.pools import POOLS
from components.mutability.upgrades import CHANNEL_ROWS
from components.rules import Rule

TABLE: tuple[Row, ...] = (
    *NETWORKING,
    *EGRESS_ROWS,
    *MESH_ROWS,
    *PLATFORM,
    *CHANNEL_ROWS,
    *CLUSTERS,
    *ACCESS_ROWS,
    *POOLS,
    *FILTERS,
    *NETWORKS,
    *CILIUM,
    *NAMESPACES,
    *POLICIES,
    *ANYWHERE,
)


def judge(difference: Difference, subject: Subject) -> tuple[Rule, Verdict] | None:
    """What Azure does with a change that is written in place; None where no row knows it."""
    same = says_the_default(difference, subject.kind)
    if same is not None:
        return DEFAULT, same
    for row in TABLE:
        verdict = row.verdict(difference, subject)
        if verdict is not None:
            return row.rule, verdict
    return None
