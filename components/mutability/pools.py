"""Node pools, inline in a cluster or on their own: what is fixed, and what rolls nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.facts.mutability import POOL_FIXED_AT_CREATION
from components.mutability.change import Difference, Row, Subject, Verdict, always, item, leaf
from components.mutability.networking import LOAD_BALANCER_SKU, POD_SUBNETS
from components.rules import Rule

CLUSTER = "containerservice:ManagedCluster"
POOL = "containerservice:AgentPool"
_POOLS = "https://learn.microsoft.com/azure/aks/create-node-pools"

ALLOCATION = Rule(
    "MUT-04",
    "Dynamic and static allocation of pod addresses are different pools",
    why="Azure fixes podIPAllocationMode at a pool's creation, and both kinds cannot share a pod subnet.",
    fix="Add a pool on another pod subnet, move the pods, retire the old pool.",
    source="https://learn.microsoft.com/azure/aks/configure-azure-cni-static-block-allocation",
)
POOL_FIXED = Rule(
    "MUT-24",
    "Size, subnets, maxPods, zones and disks of a pool are fixed at its creation",
    why="Azure refuses the change (PropertyChangeNotAllowed), although the provider plans an update of most of them."
    " A pool"
    " of its own is replaced by Pulumi: deleted first, then made again. The system pool is part of the cluster, so the"
    " update is refused in the middle of the deployment.",
    fix="Add a pool under a new key, set `state: retiring` on the old one, remove it in a later apply. The system pool"
    " cannot be retired: add a pool with `mode: System` beside it, or make a new cluster.",
    source=_POOLS,
)
POOL_CHANGES = Rule(
    "MUT-25",
    "Numbers, labels, taints and upgrade settings of a pool change in place",
    why="Azure adds and removes nodes, or writes to those that are there; some settings reimage them.",
    fix="Read how many nodes move; another mode needs another System pool.",
    source="https://learn.microsoft.com/azure/aks/manage-node-pools",
)
_FIXED_TOO = ("type", "creationData", "gatewayProfile", "windowsProfile", "workloadRuntime")
_REIMAGES = ("osSKU", "enableFIPS", "securityProfile", "networkProfile", "localDNSProfile", "messageOfTheDay")


def _pool(difference: Difference, subject: Subject) -> str:
    return item(difference.path) or str(subject.old.get("agentPoolName"))


def _inputs(difference: Difference, inputs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inputs of the pool that a path is about, inline or on its own."""
    profiles = inputs.get("agentPoolProfiles")
    if not isinstance(profiles, list):
        return inputs
    return next((each for each in profiles if each.get("name") == item(difference.path)), {})


def _fixed(difference: Difference, subject: Subject) -> Verdict:
    name = _pool(difference, subject)
    way = "add a pool under another key and retire this one"
    if item(difference.path):
        way = (
            "it is the cluster's own and stays: add a pool with `mode: System` for what needs other machines, or make a"
            " new cluster"
        )
    return Verdict(
        ("refused",),
        f"Azure fixes {leaf(difference.path)} of pool {name} at its creation (PropertyChangeNotAllowed); {way}",
    )


def _vnet(difference: Difference, _: Subject) -> Verdict | None:
    if difference.kind == "update":
        return None
    return Verdict(("refused",), "Azure moves no cluster between the VNet that it made and one of your own")


def _pod_subnet(difference: Difference, subject: Subject) -> Verdict | None:
    if difference.kind == "update":
        return None
    return Verdict(("refused",), f"pool {_pool(difference, subject)}: Azure documents no way from or to pod subnets")


def _whole(difference: Difference, _: Subject) -> Verdict | None:
    """A pool that comes or goes inline, which is not how pools come and go."""
    if not difference.path.endswith("]"):
        return None
    name = item(difference.path)
    if difference.kind == "add":
        return Verdict(
            ("refused",), f"Azure takes no new pool ({name}) through the cluster; the system pool keeps its name"
        )
    return Verdict(("noEffect",), f"pool {name} leaves Pulumi's list only; Azure keeps it, and its nodes")


def _count(difference: Difference, subject: Subject) -> Verdict:
    before, after = difference.before, difference.after
    if isinstance(before, int) and isinstance(after, int) and after < before:
        gone = before - after
        nodes = "1 node is" if gone == 1 else f"{gone} nodes are"
        return Verdict(("rolling",), f"{nodes} drained and removed from pool {_pool(difference, subject)}")
    return Verdict(("inPlace",), f"pool {_pool(difference, subject)} grows from {before} to {after} nodes")


def _bounds(difference: Difference, subject: Subject) -> Verdict:
    if leaf(difference.path) == "enableAutoScaling" and difference.before and not difference.after:
        name = _pool(difference, subject)
        count = _inputs(difference, subject.new).get("count")
        return Verdict(
            ("rolling",),
            f"pool {name} becomes exactly {count} nodes, wherever between its bounds it is now ({subject.nodes(name)})",
        )
    return Verdict(
        ("inPlace",),
        f"the autoscaler of pool {_pool(difference, subject)} takes the new bound; it moves nodes as load asks for it",
    )


def _mode(difference: Difference, subject: Subject) -> Verdict:
    name = _pool(difference, subject)
    if difference.before == "System" and difference.path.startswith("agentPoolProfiles"):
        return Verdict(("refused",), f"pool {name} is the cluster's System pool, and a cluster keeps at least one")
    return Verdict(("inPlace",), f"pool {name} becomes a {difference.after} pool; pods stay where they are")


def _reimaged(difference: Difference, subject: Subject) -> Verdict:
    name = _pool(difference, subject)
    return Verdict(("rolling",), f"{subject.nodes(name)} of pool {name} are reimaged, one surge at a time")


def _taints(difference: Difference, subject: Subject) -> Verdict:
    name = _pool(difference, subject)
    before, after = (set(map(str, value or ())) for value in (difference.before, difference.after))
    if any(taint.endswith(":NoExecute") for taint in after - before):
        return Verdict(
            ("disruptive",), f"pods without a toleration are evicted from {subject.nodes(name)} of pool {name}"
        )
    return Verdict(
        ("inPlace",), f"written to {subject.nodes(name)} of pool {name}; new pods go by it, running ones stay"
    )


def _written(difference: Difference, subject: Subject) -> Verdict:
    return Verdict(("inPlace",), f"written to pool {_pool(difference, subject)}; no node is replaced")


def _both(*names: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The same properties where a pool stands inline, and where it is a resource."""
    return (CLUSTER, tuple(f"agentPoolProfiles[*].{name}" for name in names)), (POOL, names)


POOLS: tuple[Row, ...] = (
    *(Row(ALLOCATION, kind, paths, _fixed) for kind, paths in _both("podIPAllocationMode")),
    *(Row(LOAD_BALANCER_SKU, kind, paths, _vnet) for kind, paths in _both("vnetSubnetID")),
    *(Row(POD_SUBNETS, kind, paths, _pod_subnet) for kind, paths in _both("podSubnetID")),
    *(Row(POOL_FIXED, kind, paths, _fixed) for kind, paths in _both(*POOL_FIXED_AT_CREATION, *_FIXED_TOO)),
    *(Row(POOL_CHANGES, kind, paths, _count) for kind, paths in _both("count")),
    *(Row(POOL_CHANGES, kind, paths, _bounds) for kind, paths in _both("minCount", "maxCount", "enableAutoScaling")),
    *(Row(POOL_CHANGES, kind, paths, _mode) for kind, paths in _both("mode")),
    *(Row(POOL_CHANGES, kind, paths, _reimaged) for kind, paths in _both(*_REIMAGES)),
    *(Row(POOL_CHANGES, kind, paths, _taints) for kind, paths in _both("nodeTaints")),
    *(
        Row(POOL_CHANGES, kind, paths, _written)
        for kind, paths in _both("nodeLabels", "scaleDownMode", "upgradeSettings", "tags", "powerState")
    ),
    Row(POOL_FIXED, CLUSTER, ("agentPoolProfiles",), _whole),
    Row(
        POOL_FIXED,
        POOL,
        ("resourceGroupName", "resourceName", "agentPoolName"),
        always(("refused",), "a pool belongs to its cluster and keeps its name"),
    ),
)
"""Rows about pools, wherever they stand."""
