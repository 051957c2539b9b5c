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
KUBELET = Rule(
    "ID-03",
    "An identity for the nodes goes with an identity of one's own for the control plane",
    why="The control plane puts the nodes' identity on them, for which it needs Managed Identity Operator on it before"
    " the cluster is made; Azure refuses it beside systemAssigned.",
    fix="Use identity type userAssigned, the default.",
    source=f"{_AKS}/use-managed-identity; az aks managed_cluster_decorator.py",
)
MADE_OR_GIVEN = Rule(
    "CFG-61",
    "An identity is either made or given",
    why="An identity with an id exists and has its name already; it has to be a user-assigned identity.",
    fix="Keep name to make the identity, or id if it exists.",
    source="docs/stack-file.md",
)
ENTRA = Rule(
    "CFG-62",
    "Somebody can sign in to the cluster and administer it",
    why="Azure refuses to disable local accounts where Entra does not take their place. With Entra, without local"
    " accounts, Azure role assignments and admin groups, nobody could do anything in the cluster.",
    fix="Give aadProfile with adminGroupObjectIDs or enableAzureRBAC: true, or keep local accounts.",
    source=f"{_AKS}/manage-local-accounts-managed-azure-ad; {_AKS}/enable-authentication-microsoft-entra-id",
)
_IDENTITY_TYPE = "microsoft.managedidentity/userassignedidentities"
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


def _kubelet_identity(view: StackView) -> Iterator[Problem]:
    """ID-03."""
    for cluster in view.clusters:
        if cluster.config.kubelet_identity and isinstance(cluster.config.identity, SystemAssignedIdentityConfig):
            yield KUBELET.error(
                (*cluster.path, "kubeletIdentity"), "given beside identity systemAssigned; use type userAssigned"
            )


def _existing_identities(view: StackView) -> Iterator[Problem]:
    """CFG-61."""
    for cluster in view.clusters:
        identity = cluster.config.identity
        own = None if isinstance(identity, SystemAssignedIdentityConfig) else identity
        for field, config in (("identity", own), ("kubeletIdentity", cluster.config.kubelet_identity)):
            if config is None or config.id is None:
                continue
            path = (*cluster.path, field)
            if config.name is not None:
                yield MADE_OR_GIVEN.error((*path, "name"), "beside id; keep name to make one, or id if it exists")
            if isinstance(config.id, str) and "/".join(config.id.split("/")[6:8]).casefold() != _IDENTITY_TYPE:
                yield MADE_OR_GIVEN.error(
                    (*path, "id"),
                    f"{config.id} is no user-assigned identity;"
                    " write .../providers/Microsoft.ManagedIdentity/userAssignedIdentities/<name>",
                )


def _entra(view: StackView) -> Iterator[Problem]:
    """CFG-62."""
    for cluster in view.clusters:
        entra = cluster.config.aad_profile
        if entra is None and cluster.config.disable_local_accounts:
            yield ENTRA.error(
                (*cluster.path, "disableLocalAccounts"),
                "true without Microsoft Entra ID, so that nobody could sign in; add aadProfile, or remove it",
            )
        if entra is None or entra.enable_azure_rbac or entra.admin_group_object_ids:
            continue
        if cluster.config.local_accounts_disabled:
            yield ENTRA.error(
                (*cluster.path, "aadProfile", "adminGroupObjectIDs"),
                "none, without Azure RBAC and local accounts, so that nobody could administer the cluster; name a"
                " group, or set enableAzureRBAC: true",
            )


CHECKS = (_cluster_identity, _resource_group, _workload_identity, _kubelet_identity, _existing_identities, _entra)
