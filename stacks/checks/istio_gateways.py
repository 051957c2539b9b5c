"""Gateways of the Istio add-on: what they are called, and what egress gateways ask of the cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator

from components.cluster.modes.overlay import OverlayNetworking
from components.facts import istio as facts
from components.facts.features import ModeName
from components.problems import Problem
from components.rules import Rule
from stacks.checks.istio import meshes
from stacks.checks.net import UNKNOWN_REFERENCE, unknown_reference
from stacks.view import ClusterView, StackView

_AKS = "https://learn.microsoft.com/azure/aks"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_GATEWAY = "Gateway"

EGRESS_NAMES = Rule(
    "IST-06",
    f"Egress gateways have names that the add-on takes, and are at most {facts.EGRESS_GATEWAYS:,}",
    why=f"Azure refuses other names: a DNS name of at most {facts.EGRESS_NAME_CHARACTERS} characters. Azure CLI allows"
    " 63, the documentation does not.",
    fix="Use lowercase letters, digits, '-' and '.', a letter or digit first and last.",
    source=f"{_AKS}/istio-deploy-egress; Azure CLI 2.91.0",
)
EGRESS_POOL = Rule(
    "IST-07",
    "An egress gateway stands on a gateway pool, where static egress works",
    why="Its addresses are those of a pool of mode Gateway. Static egress does not work with pod subnets, in dual-stack"
    " clusters, or with eBPF host routing.",
    fix="Make a pool of mode Gateway; use another networking mode, one address family, or accelerationMode None.",
    source=f"{_AKS}/istio-deploy-egress; {_AKS}/configure-static-egress-gateway;"
    f" {_AKS}/container-network-performance-ebpf-host-routing",
)


def _names(view: StackView) -> Iterator[Problem]:
    """IST-06. Names are unique in the cluster, hence in every namespace: they are keys."""
    for _, path, istio in meshes(view):
        gateways = istio.egress_gateways
        if len(gateways) > facts.EGRESS_GATEWAYS:
            yield EGRESS_NAMES.error(
                (*path, "egressGateways"),
                f"{len(gateways)} egress gateways, Azure takes at most {facts.EGRESS_GATEWAYS}; share some",
            )
        for name in gateways:
            if len(name) > facts.EGRESS_NAME_CHARACTERS:
                longest = facts.EGRESS_NAME_CHARACTERS
                yield EGRESS_NAMES.error(
                    (*path, "egressGateways", name),
                    f"{name!r} has {len(name)} characters, an egress gateway's name has at most {longest}; shorten it",
                )
            elif not _NAME.fullmatch(name):
                yield EGRESS_NAMES.error(
                    (*path, "egressGateways", name),
                    f"{name!r} is not a name for an egress gateway; use lowercase letters, digits, '-' and '.', a"
                    " letter or digit first and last",
                )


def _pools(view: StackView) -> Iterator[Problem]:
    """IST-07, CFG-06: the pool of each egress gateway."""
    for cluster, path, istio in meshes(view):
        modes = {pool.name: pool.mode for pool in cluster.pools}
        for name, gateway in istio.egress_gateways.items():
            where = (*path, "egressGateways", name, "pool")
            mode = modes.get(gateway.pool)
            if mode is None:
                known = [pool for pool, other in modes.items() if other == _GATEWAY]
                yield UNKNOWN_REFERENCE.error(
                    where, unknown_reference(gateway.pool, "cluster's pools of mode Gateway", known)
                )
            elif mode != _GATEWAY:
                yield EGRESS_POOL.error(
                    where,
                    f"pool {gateway.pool} is of mode {mode}, an egress gateway needs one of mode Gateway; add one",
                )


def _surroundings(view: StackView) -> Iterator[Problem]:
    """IST-07: once per cluster and reason."""
    for cluster, path, istio in meshes(view):
        if istio.egress_gateways:
            for fault in _faults(cluster):
                yield EGRESS_POOL.error((*path, "egressGateways"), fault)


def _faults(cluster: ClusterView) -> Iterator[str]:
    networking = cluster.config.networking
    if cluster.mode.name is ModeName.POD_SUBNET:
        yield "egress gateways with mode podSubnet, which has no static egress; use overlay or nodeSubnet"
    if isinstance(networking, OverlayNetworking) and networking.dual_stack:
        yield "egress gateways in a dual-stack cluster, which has no static egress; use ipFamilies [IPv4]"
    if cluster.config.acns.acceleration_mode == "BpfVeth":
        yield "egress gateways beside accelerationMode BpfVeth, which goes around them; use accelerationMode None"


CHECKS = (_names, _pools, _surroundings)
