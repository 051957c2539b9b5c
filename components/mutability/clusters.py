"""A cluster apart from its networking, its mesh and its pools: API server, identity, versions, names, add-ons."""

from __future__ import annotations

import re
from typing import Any

from components.mutability.change import Difference, Row, Subject, Verdict, always, item
from components.rules import Rule

KIND = "containerservice:ManagedCluster"
POOL = "containerservice:AgentPool"
_INTEGRATION = "https://learn.microsoft.com/azure/aks/api-server-vnet-integration"
_PRIVATE = "https://learn.microsoft.com/azure/aks/private-clusters"

VNET_INTEGRATION = Rule(
    "MUT-16",
    "API server VNet integration is switched on in place and never off",
    why="The API server gets another address, and the cluster has to be stopped and started; Azure has no way back.",
    fix="Give it a subnet of its own; announce that every kubeconfig and every node reconnects.",
    source=_INTEGRATION,
)
PRIVATE = Rule(
    "MUT-17",
    "A cluster becomes private, or public again, only with API server VNet integration",
    why="Without the integration Azure refuses it, although Pulumi plans an update; with it, who reaches the API server"
    " changes at once.",
    fix="Switch API server VNet integration on first, in an apply of its own. Else make a new cluster.",
    source=_PRIVATE,
)
PRIVATE_ZONE = Rule(
    "MUT-18",
    "A private DNS zone can only be given up",
    why="Azure changes a zone to none and nothing else, and not back.",
    fix="Keep the zone, or change it to none for good.",
    source=_PRIVATE,
)
FIXED_NAMES = Rule(
    "MUT-19",
    "A cluster keeps its name, place, node resource group and DNS prefix",
    why="They are part of its id, of the API server's address or of the groups that AKS made.",
    fix="Make a new cluster beside the old one, or take the edit back.",
    source="https://learn.microsoft.com/rest/api/aks/managed-clusters/create-or-update",
)
IDENTITY = Rule(
    "MUT-20",
    "Another identity has none of the old one's rights",
    why="Azure changes a cluster's identity in place; until the new one has its role assignments, the cluster can"
    " neither"
    " join subnets nor change load balancers. Another kubelet identity reimages the nodes.",
    fix="Grant the new identity its rights in an apply before; upgrade the node images after.",
    source="https://learn.microsoft.com/azure/aks/use-managed-identity",
)
VERSION = Rule(
    "MUT-22",
    "Kubernetes goes forward one minor version at a time",
    why="Azure refuses downgrades and skipped minor versions of a control plane, although Pulumi plans an update."
    " Nodes are"
    " replaced one surge at a time.",
    fix="Upgrade by one minor version, control plane first; there is no way back but a new cluster.",
    source="https://learn.microsoft.com/azure/aks/upgrade-aks-control-plane",
)
OIDC = Rule(
    "CHG-02",
    "The OIDC issuer is never switched off again",
    why="Azure refuses it once it is on.",
    fix="Leave it on; it costs nothing.",
    source="https://learn.microsoft.com/azure/aks/use-oidc-issuer",
)
ENTRA = Rule(
    "CHG-11",
    "Microsoft Entra integration is switched on in place and never off",
    why="People sign in with Entra from then on, kubeconfigs with certificates of users stop working, and Azure has"
    " no way"
    " back.",
    fix="Give people their rights first: admin groups, or Azure roles.",
    source="https://learn.microsoft.com/azure/aks/enable-authentication-microsoft-entra-id",
)
CLUSTER_SETTINGS = Rule(
    "CHG-04",
    "Most settings of a cluster change without touching nodes",
    why="Azure writes them to the control plane.",
    fix="Nothing; read what changes.",
    source="https://learn.microsoft.com/cli/azure/aks#az-aks-update",
)
CREATE_ONLY = Rule(
    "CHG-05",
    "Some switches of a cluster are set at creation only",
    why="Azure refuses another value on a living cluster, although Pulumi may plan an update.",
    fix="Take the edit back, or make a new cluster beside the old one.",
    source="https://learn.microsoft.com/rest/api/aks/managed-clusters/create-or-update",
)
NODE_ACCESS = Rule(
    "CHG-06",
    "Another SSH key, another proxy, or other trusted certificates reach nodes by reimaging them",
    why="All of them are written to a node when it is made.",
    fix="Plan it into a maintenance window; SSH keys with `az aks update --ssh-key-value`, since the provider"
    " replaces the"
    " cluster.",
    source="https://learn.microsoft.com/azure/aks/node-access",
)


def _integration(difference: Difference, _: Subject) -> Verdict:
    if difference.after is True:
        return Verdict(
            ("disruptive", "oneWay"),
            "the API server's address changes, the cluster has to be stopped and started, and there is no way back",
        )
    return Verdict(("refused",), "Azure does not switch API server VNet integration off")


def _private(difference: Difference, subject: Subject) -> Verdict:
    profile = subject.old.get("apiServerAccessProfile")
    integrated = isinstance(profile, dict) and profile.get("enableVnetIntegration") is True
    if not integrated:
        return Verdict(("refused",), "Azure changes it only with API server VNet integration, which is not on yet")
    way = "within the network only" if difference.after else "from the Internet"
    return Verdict(("disruptive",), f"the API server is reached {way} from then on; open connections drop")


def _zone(difference: Difference, _: Subject) -> Verdict:
    if difference.before is not None and difference.after == "none":
        return Verdict(("inPlace", "oneWay"), "the private zone is given up, and there is no way back")
    return Verdict(("refused",), "Azure changes a private DNS zone to none only")


def _public_name(difference: Difference, _: Subject) -> Verdict:
    turned = "gets" if difference.after else "loses"
    return Verdict(("inPlace",), f"the private API server {turned} a public name; its address stays private")


def _version(difference: Difference, _: Subject) -> Verdict:
    refusal = _refused_version(difference)
    if refusal:
        return refusal
    return Verdict(
        ("inPlace", "oneWay"), "the control plane is upgraded, and there is no way back; pools follow by theirs"
    )


def _node_version(difference: Difference, subject: Subject) -> Verdict:
    refusal = _refused_version(difference)
    if refusal:
        return refusal
    name = item(difference.path) or str(subject.old.get("agentPoolName"))
    return Verdict(("rolling", "oneWay"), f"{subject.nodes(name)} of pool {name} are replaced, one surge at a time")


def _refused_version(difference: Difference) -> Verdict | None:
    before, after = _parts(difference.before), _parts(difference.after)
    if not before or not after:
        return None
    if len(before) != len(after):  # a minor version stands for its newest patch
        before, after = before[:2], after[:2]
    if after < before:
        return Verdict(("refused",), f"Azure does not go back from {difference.before} to {difference.after}")
    if after[1] - before[1] > 1:
        step = f"{before[0]}.{before[1] + 1}"
        return Verdict(("refused",), f"Azure skips no minor version; {step} comes after {difference.before}")
    return None


def _parts(version: Any) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if re.fullmatch(r"\d+\.\d+(\.\d+)?", str(version)) else ()


def _oidc(difference: Difference, _: Subject) -> Verdict:
    if difference.after is True:
        return Verdict(("inPlace", "oneWay"), "the issuer is switched on and never off again")
    return Verdict(("refused",), "Azure does not switch the OIDC issuer off")


def _entra(difference: Difference, _: Subject) -> Verdict:
    if difference.after is True:
        return Verdict(
            ("disruptive", "oneWay"), "people sign in with Microsoft Entra from then on, and there is no way back"
        )
    return Verdict(("refused",), "Azure does not switch Microsoft Entra integration off")


CLUSTERS: tuple[Row, ...] = (
    Row(VNET_INTEGRATION, KIND, ("apiServerAccessProfile.enableVnetIntegration",), _integration),
    Row(
        VNET_INTEGRATION,
        KIND,
        ("apiServerAccessProfile.subnetId",),
        lambda difference, _: (
            Verdict(("inPlace",), "the API server's subnet, which comes with the integration")
            if difference.kind == "add"
            else Verdict(("refused",), "Azure leaves the API server in its subnet")
        ),
    ),
    Row(PRIVATE, KIND, ("apiServerAccessProfile.enablePrivateCluster",), _private),
    Row(PRIVATE, KIND, ("apiServerAccessProfile.enablePrivateClusterPublicFQDN",), _public_name),
    Row(PRIVATE_ZONE, KIND, ("apiServerAccessProfile.privateDNSZone",), _zone),
    Row(
        FIXED_NAMES,
        KIND,
        ("resourceGroupName", "resourceName", "location", "nodeResourceGroup", "dnsPrefix", "fqdnSubdomain"),
        always(("refused",), "Azure never changes {leaf} of a cluster"),
    ),
    Row(
        IDENTITY,
        KIND,
        ("identityProfile",),
        always(("rolling",), "another kubelet identity reimages {nodes}"),
    ),
    Row(
        IDENTITY,
        KIND,
        ("identity", "servicePrincipalProfile"),
        always(
            ("disruptive",),
            "until the new identity has its rights, the cluster can neither join subnets nor change load balancers",
        ),
    ),
    Row(VERSION, KIND, ("kubernetesVersion",), _version),
    Row(VERSION, KIND, ("agentPoolProfiles[*].orchestratorVersion",), _node_version),
    Row(VERSION, POOL, ("orchestratorVersion",), _node_version),
    Row(OIDC, KIND, ("oidcIssuerProfile",), _oidc),
    Row(ENTRA, KIND, ("aadProfile.managed",), _entra),
    Row(
        CREATE_ONLY,
        KIND,
        ("enableRBAC", "diskEncryptionSetID", "windowsProfile", "extendedLocation"),
        always(("refused",), "Azure sets {leaf} at creation only"),
    ),
    Row(
        NODE_ACCESS,
        KIND,
        ("linuxProfile.ssh",),
        always(("rolling",), "{nodes} are reimaged", "az aks update --ssh-key-value"),
    ),
    Row(CREATE_ONLY, KIND, ("linuxProfile",), always(("refused",), "Azure sets {leaf} at creation only")),
    Row(
        NODE_ACCESS,
        KIND,
        ("securityProfile.customCATrustCertificates", "httpProxyConfig"),
        always(("rolling",), "{nodes} are reimaged"),
    ),
    Row(
        CLUSTER_SETTINGS,
        KIND,
        (
            *("addonProfiles", "autoScalerProfile", "autoUpgradeProfile", "azureMonitorProfile", "bootstrapProfile"),
            *(
                "ingressProfile",
                "metricsProfile",
                "nodeProvisioningProfile",
                "nodeResourceGroupProfile",
                "securityProfile",
                "sku",
                "storageProfile",
            ),
            *("supportPlan", "upgradeSettings", "workloadAutoScalerProfile"),
        ),
        always(("inPlace",), "written to the control plane; nodes are not touched"),
    ),
)
"""Rows about clusters, networking, mesh and pools apart."""
