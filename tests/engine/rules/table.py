"""Every rule, by lower-case ARM type. A type that is not here is stored and echoed."""

from __future__ import annotations

from tests.engine.rules import clusters, groups, identity, network, pools
from tests.engine.rules.rule import Rule

RULES: dict[str, Rule] = {
    **network.RULES,
    **identity.RULES,
    **pools.RULES,
    **clusters.RULES,
    **groups.RULES,
    "microsoft.resources/resourcegroups": groups.group_rule(network.keep),
}
