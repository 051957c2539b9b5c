"""Identities of clusters and workloads, and the resource group that everything goes to."""

from __future__ import annotations

from collections.abc import Iterator

from components.identity.config import SystemAssignedIdentityConfig
from components.problems import Problem
from components.rules import Rule
from stacks.view import StackView

_AKS = "https://learn.microsoft.com/azure/aks"

OWN_IDENTITY = Rule(
    "ID-02",
    "A cluster in a network of your own has an identity of its own",
    why="The identity that Azure makes with the cluster has its rights on subnets and route tables only after the"
    " cluster wants to use them. With userDefinedRouting Azure refuses it.",
    fix="Use identity type userAssigned, the default: its rights are granted before the cluster is made.",
    source=f"{_AKS}/configure-azure-cni; {_AKS}/egress-outboundtype; az aks managed_cluster_decorator.py",
)
ONE_GROUP = Rule(
    "CFG-46",
    "The resource group is either made or given",
    why="With both there is no telling which one is meant, with neither there is none; a group of another subscription"
    " would be looked for in the stack's own.",
    fix="Give name to make a group, or id for an existing one.",
    source="docs/stack-file.md",
)
ISSUER = Rule(
    "CFG-47",
    "Workload identity has an OIDC issuer",
    why="Workloads get tokens from the cluster's issuer; Azure refuses workload identity without one.",
    fix="Set oidcIssuer: true, or workloadIdentity: false.",
    source=f"{_AKS}/workload-identity-deploy-cluster",
)
# /subscriptions/<id>/resourceGroups/<name>, split at the slashes
_GROUP_ID_PARTS = 5


def _cluster_identity(view: StackView) -> Iterator[Problem]:
    """ID-02. That each subnet and route table has its role assignment (ID-01) is true by construction."""
    for cluster in view.clusters:
        if cluster.config.network is None or not isinstance(cluster.config.identity, SystemAssignedIdentityConfig):
            continue
        path, outbound = (*cluster.path, "identity"), cluster.config.networking.outbound.type
        if outbound == "userDefinedRouting":
            yield OWN_IDENTITY.error(
                path, f"systemAssigned with outbound {outbound}, which Azure refuses; use type userAssigned"
            )
        else:
            yield OWN_IDENTITY.warning(
                path,
                f"systemAssigned in network {cluster.config.network} gets its rights on the subnets after the cluster"
                " is there; use type userAssigned",
            )


def _resource_group(view: StackView) -> Iterator[Problem]:
    """CFG-46."""
    environment = view.config.environment
    if environment is None:
        return
    path, group = ("cilia:environment", "resourceGroup"), environment.resource_group
    if group.name is not None and group.id is not None:
        yield ONE_GROUP.error(path, "both name and id; keep name to make the group, or id if it exists")
    elif group.id is None and group.name is None:
        yield ONE_GROUP.error(path, "neither name nor id; give name to make a group, or id for an existing one")
    if group.id is None:
        return
    parts = group.id.split("/")
    if len(parts) != _GROUP_ID_PARTS:
        yield ONE_GROUP.error(
            (*path, "id"), f"{group.id} is no resource group; write /subscriptions/<id>/resourceGroups/<name>"
        )
    elif view.config.subscription_id and parts[2].casefold() != view.config.subscription_id.casefold():
        yield ONE_GROUP.error(
            (*path, "id"),
            f"the group is in subscription {parts[2]}, the stack goes to {view.config.subscription_id}; use one of"
            " both",
        )


def _workload_identity(view: StackView) -> Iterator[Problem]:
    """CFG-47."""
    for cluster in view.clusters:
        if cluster.config.workload_identity and not cluster.config.oidc_issuer:
            yield ISSUER.error(
                (*cluster.path, "workloadIdentity"),
                "workloadIdentity without an OIDC issuer; set oidcIssuer: true, or workloadIdentity: false",
            )


CHECKS = (_cluster_identity, _resource_group, _workload_identity)
