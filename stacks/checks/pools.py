"""Node pools: how many nodes, and on which machines."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from components.facts import limits
from components.facts.vm_sizes import VmSize, vm_size
from components.problems import Problem
from components.rules import Rule
from stacks.view import PoolView, StackView

_AKS = "https://learn.microsoft.com/azure/aks"

SYSTEM_POOLS = Rule(
    "POOL-02",
    "System pools have the nodes that Kubernetes' own pods need",
    why="AKS refuses a System pool without nodes, on B-series machines, and on machines with fewer than"
    f" {limits.SYSTEM_POOL_MIN_VCPUS} vCPUs or {limits.SYSTEM_POOL_MIN_MEMORY_GIB} GiB. One page asks for"
    f" {limits.SYSTEM_POOL_RECOMMENDED_VCPUS} vCPUs and at least two nodes, better"
    f" {limits.SYSTEM_POOL_RECOMMENDED_NODES}: with fewer, the loss of one takes DNS and metrics with it.",
    fix=f"Use {limits.SYSTEM_POOL_RECOMMENDED_NODES} or more nodes of {limits.SYSTEM_POOL_RECOMMENDED_VCPUS} or more"
    " vCPUs, such as Standard_D4ds_v5.",
    source=f"{_AKS}/use-system-pools; {_AKS}/quotas-skus-regions",
)
USER_POOLS = Rule(
    "POOL-03",
    "User pools have machines that AKS takes",
    why=f"AKS refuses machines with fewer than {limits.USER_POOL_MIN_VCPUS} vCPUs or {limits.USER_POOL_MIN_MEMORY_GIB}"
    " GiB.",
    fix="Use a larger VM size.",
    source=f"{_AKS}/quotas-skus-regions; {_AKS}/aks-virtual-machine-sizes",
)
AUTOSCALER = Rule(
    "POOL-04",
    "An autoscaler has both bounds, and the number to start with lies between them",
    why=f"AKS refuses one bound without the other, bounds outside 0 to {limits.POOL_NODES:,}, a System pool that may"
    " shrink to nothing, and a start outside the bounds.",
    fix="Give minCount and maxCount, and a count between them or none.",
    source=f"{_AKS}/cluster-autoscaler; az aks _validators.py",
)
ZONES = Rule(
    "POOL-07",
    "Zones are named once",
    why="AKS refuses a zone twice. Which zones a region has for a VM size is only known to Azure:"
    " 'az vm list-skus --zone' says.",
    fix="Name each zone once.",
    source=f"{_AKS}/availability-zones-overview",
)
TIER = Rule(
    "POOL-10",
    "The tier offers what the cluster asks for",
    why="Tier Free has no cost analysis, no SLA and no large clusters; Azure refuses costAnalysis there.",
    fix="Use tier Standard.",
    source=f"{_AKS}/free-standard-pricing-tiers; {_AKS}/cost-analysis",
)
REFUSED_SIZE = Rule(
    "VER-04",
    "Machines go with the way pods are connected",
    why="Azure CNI Overlay does not work on availability sets, which this toolkit never makes, nor on series DCsv2.",
    fix="Use confidential machines of the DCasv5 or DCadsv5 series.",
    source=f"{_AKS}/concepts-network-azure-cni-overlay",
)
KNOWN_SIZE = Rule(
    "CFG-43",
    "The VM size is one that this toolkit knows",
    why="The vCPUs and memory of another one are not known here, so rules about them did not run. It may well exist.",
    fix="Check the name with 'az vm list-skus', and accept the warning.",
    source="https://learn.microsoft.com/azure/virtual-machines/sizes/overview",
)


def _node_counts(view: StackView) -> Iterator[Problem]:
    """POOL-02: nodes of System pools."""
    for pool in view.pools:
        if pool.mode != "System":
            continue
        field, fewest = ("minCount", pool.config.min_count) if pool.config.autoscaled else ("count", pool.config.nodes)
        path = (*pool.path, field)
        if fewest is None:
            continue
        if fewest < limits.SYSTEM_POOL_MIN_NODES and not pool.config.autoscaled:
            yield SYSTEM_POOLS.error(path, f"{fewest} nodes in a System pool, which AKS refuses; use 3")
        elif limits.SYSTEM_POOL_MIN_NODES <= fewest < limits.SYSTEM_POOL_RECOMMENDED_NODES:
            nodes = "1 node" if fewest == 1 else f"{fewest} nodes"
            recommended = limits.SYSTEM_POOL_RECOMMENDED_NODES
            yield SYSTEM_POOLS.warning(
                path, f"{nodes} in a System pool, AKS recommends at least {recommended}; use {recommended} or more"
            )


def _autoscalers(view: StackView) -> Iterator[Problem]:
    """POOL-04."""
    for pool in view.pools:
        if pool.config.autoscaled:
            yield from _autoscaler(pool)


def _autoscaler(pool: PoolView) -> Iterator[Problem]:
    least, most, start = pool.config.min_count, pool.config.max_count, pool.config.count
    if least is None or most is None:
        given, lacking = ("minCount", "maxCount") if most is None else ("maxCount", "minCount")
        yield AUTOSCALER.error((*pool.path, given), f"{given} without {lacking}; give both, or neither")
        return
    allowed = range(limits.SYSTEM_POOL_MIN_NODES if pool.mode == "System" else 0, limits.POOL_NODES + 1)
    outside = [(field, count) for field, count in (("minCount", least), ("maxCount", most)) if count not in allowed]
    for field, count in outside:
        yield AUTOSCALER.error(
            (*pool.path, field),
            f"{count:,} nodes, a {pool.mode} pool has {allowed[0]} to {allowed[-1]:,}; use a number in between",
        )
    if outside:
        return
    if least > most:
        yield AUTOSCALER.error(
            (*pool.path, "minCount"), f"minCount {least} is more than maxCount {most}; exchange them"
        )
    elif start is not None and not least <= start <= most:
        yield AUTOSCALER.error(
            (*pool.path, "count"), f"{start} nodes to start with, outside {least} to {most}; use one of these or none"
        )


def _sizes(view: StackView) -> Iterator[Problem]:
    """POOL-02, POOL-03, VER-04, CFG-43: the machines."""
    for pool in view.pools:
        path, name = (*pool.path, "vmSize"), pool.config.vm_size
        if any(fnmatchcase(name.casefold(), pattern) for pattern in pool.cluster.facts.refused_vm_sizes):
            yield REFUSED_SIZE.error(
                path, f"{name} does not go with {pool.cluster.facts.title}; use a size such as Standard_DC4as_v5"
            )
            continue
        size = vm_size(name)
        if size is None:
            yield KNOWN_SIZE.warning(
                path,
                f"{name!r} is not known here, so its vCPUs and memory were not checked; check the name, or accept this",
            )
            continue
        yield from _system_size(pool, size) if pool.mode == "System" else _user_size(pool, size)


def _system_size(pool: PoolView, size: VmSize) -> Iterator[Problem]:
    path, has = (*pool.path, "vmSize"), _has(size)
    vcpus, memory = limits.SYSTEM_POOL_MIN_VCPUS, limits.SYSTEM_POOL_MIN_MEMORY_GIB
    recommended = limits.SYSTEM_POOL_RECOMMENDED_VCPUS
    if size.burstable:
        yield SYSTEM_POOLS.error(
            path,
            f"{size.name} is of the B series, which AKS refuses for System pools; use one such as Standard_D4ds_v5",
        )
    elif size.vcpus < vcpus or size.memory_gib < memory:
        yield SYSTEM_POOLS.error(
            path, f"{has}, a System pool needs {vcpus} and {memory} GiB; use a size with {recommended} vCPUs"
        )
    elif size.vcpus < recommended:
        yield SYSTEM_POOLS.warning(
            path, f"{has}, AKS asks for {recommended} vCPUs in a System pool; use one such as Standard_D4ds_v5"
        )


def _user_size(pool: PoolView, size: VmSize) -> Iterator[Problem]:
    vcpus, memory = limits.USER_POOL_MIN_VCPUS, limits.USER_POOL_MIN_MEMORY_GIB
    if size.vcpus < vcpus or size.memory_gib < memory:
        yield USER_POOLS.error(
            (*pool.path, "vmSize"),
            f"{_has(size)}, a pool needs {vcpus} and {memory} GiB; use a larger size",
        )


def _has(size: VmSize) -> str:
    return f"{size.name} has {size.vcpus} vCPU{'' if size.vcpus == 1 else 's'} and {size.memory_gib:g} GiB"


def _zones(view: StackView) -> Iterator[Problem]:
    """POOL-07."""
    for pool in view.pools:
        for index, zone in enumerate(pool.config.zones):
            if zone in pool.config.zones[:index]:
                yield ZONES.error((*pool.path, "zones", index), f"zone {zone} is named twice; remove one")


def _tier(view: StackView) -> Iterator[Problem]:
    """POOL-10; the number of nodes is CAP-01."""
    for cluster in view.clusters:
        if cluster.config.cost_analysis and cluster.config.tier == "Free":
            yield TIER.error(
                (*cluster.path, "costAnalysis"), "costAnalysis with tier Free, which has none; use tier Standard"
            )


CHECKS = (_node_counts, _autoscalers, _sizes, _zones, _tier)
