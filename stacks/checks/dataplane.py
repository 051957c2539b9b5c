"""The dataplane and the network policy engine that goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from components.facts import limits
from components.problems import Problem
from components.rules import Rule
from stacks.view import StackView

# retirement note in https://learn.microsoft.com/azure/aks/use-network-policies (2026-08)
_NPM_END = date(2028, 9, 30)
_NPM = "Azure Network Policy Manager"
_POLICIES = "https://learn.microsoft.com/azure/aks/use-network-policies"

ENGINE = Rule(
    "VER-01",
    "The network policy engine is one that the dataplane has",
    why="With dataplane cilium Azure enforces policies by Cilium and refuses any other engine"
    " (CiliumDataplaneRequiresNetworkPolicyCilium); networkPolicy cilium needs dataplane cilium.",
    fix="Remove networkPolicy with dataplane cilium; use calico, azure or none with dataplane azure.",
    source="https://learn.microsoft.com/azure/aks/azure-cni-powered-by-cilium; ARM model NetworkPolicy",
)
RETIRING = Rule(
    "CFG-10",
    "The network policy engine has a future",
    why=f"{_NPM} on Linux ends on {_NPM_END.isoformat()}, and supports at most"
    f" {limits.NPM_NODES} nodes and {limits.NPM_PODS:,} pods.",
    fix="Move to dataplane cilium, which replaces the engine in place and cannot be undone.",
    source=f"{_POLICIES}; https://learn.microsoft.com/azure/aks/migrate-from-npm-to-cilium-network-policy",
)


def _engine(view: StackView) -> Iterator[Problem]:
    """VER-01."""
    for cluster in view.clusters:
        dataplane, engine = cluster.config.networking.dataplane, cluster.config.networking.network_policy
        path = (*cluster.path, "networking", "networkPolicy")
        if dataplane == "cilium" and engine not in (None, "cilium"):
            yield ENGINE.error(path, f"{engine} with dataplane cilium, which enforces policies itself; remove it")
        if dataplane == "azure" and engine == "cilium":
            yield ENGINE.error(path, "cilium with dataplane azure; use dataplane cilium, or calico or none")


def _network_policy_manager(view: StackView) -> Iterator[Problem]:
    """CFG-10."""
    for cluster in view.clusters:
        if cluster.config.networking.network_policy != "azure":
            continue
        path = (*cluster.path, "networking", "networkPolicy")
        yield RETIRING.warning(path, f"{_NPM} ends on {_NPM_END.isoformat()}; move to dataplane cilium, or use calico")
        pods = sum(pool.config.max_nodes * pool.max_pods for pool in cluster.pools)
        for number, limit, what in ((cluster.max_nodes, limits.NPM_NODES, "nodes"), (pods, limits.NPM_PODS, "pods")):
            if number > limit:
                yield RETIRING.error(path, f"{number:,} {what}, {_NPM} supports {limit:,}; move to dataplane cilium")


CHECKS = (_engine, _network_policy_manager)
