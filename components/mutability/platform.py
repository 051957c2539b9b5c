"""What stands around a cluster or is switched on in it: features, workload identities, logs."""

from __future__ import annotations

from components.mutability.change import Difference, Row, Subject, Verdict, always
from components.rules import Rule

CLUSTER = "containerservice:ManagedCluster"

FEATURES = Rule(
    "CHG-19",
    "What relies on a feature of a cluster stops with it",
    why="Azure switches add-ons, drivers, gateways and scalers on and off in place; pods, volumes and addresses that"
    " rest on one are not asked.",
    fix="Move what uses it first.",
    source="https://learn.microsoft.com/azure/aks/integrations; https://learn.microsoft.com/azure/aks/csi-storage-drivers",
)
PROVISIONING = Rule(
    "CHG-20",
    "Node autoprovisioning takes the nodes along that it made",
    why="With its default pools off, Karpenter drains and deletes the nodes of those pools.",
    fix="Make NodePools of your own that take the pods, then set defaultNodePools to None.",
    source="https://learn.microsoft.com/azure/aks/node-auto-provisioning-node-pools",
)
FEDERATION = Rule(
    "CHG-21",
    "A federated credential lets in whom it names, and nobody else",
    why="Azure compares issuer, subject and audience of a token with it; after a change, tokens of the old ones are"
    " refused, and new ones are let in after some minutes.",
    fix="Add a second credential, move the workloads, then remove the first one.",
    source="https://learn.microsoft.com/azure/aks/workload-identity-overview#limitations",
)
RETENTION = Rule(
    "CHG-22",
    "Logs that are older than the retention are gone",
    why="Azure deletes them when the number of days becomes smaller, and does not give them back.",
    fix="Export what has to stay.",
    source="https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure",
)
PROTECTION = Rule(
    "CHG-24",
    "What watches a cluster, or signs its workloads in, is missed only later",
    why="Azure switches it off in place, nothing is restarted and nothing fails at once: Defender reports no threat any"
    " more, alerts on metrics see none, a pod gets no token when it is made the next time.",
    fix="Know who relies on it; switch what takes its place on first.",
    source="https://learn.microsoft.com/azure/defender-for-cloud/defender-for-containers-enable;"
    " https://learn.microsoft.com/azure/azure-monitor/containers/kubernetes-monitoring-disable;"
    " https://learn.microsoft.com/azure/aks/workload-identity-deploy-cluster#disable-workload-identity",
)
_GUARDS = {
    "securityProfile.defender.securityMonitoring.enabled": (
        "Defender watches the cluster no longer: no alert of a threat while it runs"
    ),
    "securityProfile.workloadIdentity.enabled": (
        "pods that are made from then on get no token of a workload identity; running ones keep theirs until then"
    ),
    "securityProfile.imageCleaner.enabled": "images that nothing uses stay on the nodes, vulnerable ones too",
    "azureMonitorProfile.metrics.enabled": (
        "no metrics are collected from then on: dashboards stay empty, and alerts on them never fire"
    ),
}
"""Switch -> what is missed when it is off."""
_SWITCHES = ("addonProfiles", "ingressProfile", "storageProfile", "workloadAutoScalerProfile")


def _feature(difference: Difference, _: Subject) -> Verdict | None:
    """Something that was on and is off, or is no longer there."""
    path = difference.path.removesuffix(".enabled")
    if difference.before is not True or difference.after not in (None, False):
        return None
    return Verdict(("disruptive",), f"what relies on {path.partition('.')[2] or path} stops working")


def _guard(difference: Difference, _: Subject) -> Verdict | None:
    """The same of what nobody misses at once."""
    if difference.before is not True or difference.after not in (None, False):
        return None
    return Verdict(("disruptive",), _GUARDS[difference.path])


def _default_pools(difference: Difference, _: Subject) -> Verdict | None:
    if difference.after != "None":
        return None
    return Verdict(("rolling",), "nodes that the default NodePools made are drained and deleted")


def _retention(difference: Difference, _: Subject) -> Verdict:
    before, after = difference.before, difference.after
    if isinstance(before, int) and isinstance(after, int) and after < before:
        return Verdict(("inPlace", "oneWay"), f"logs older than {after} days are deleted")
    return Verdict(("inPlace",), f"logs are kept for {after} days from then on")


PLATFORM: tuple[Row, ...] = (
    Row(FEATURES, CLUSTER, _SWITCHES, _feature),
    Row(PROTECTION, CLUSTER, tuple(_GUARDS), _guard),
    Row(FEATURES, CLUSTER, ("networkProfile.staticEgressGatewayProfile",), _feature),
    Row(
        FEATURES,
        CLUSTER,
        ("networkProfile.staticEgressGatewayProfile",),
        always(("inPlace",), "pods may leave by the addresses of gateway pools from then on"),
    ),
    Row(PROVISIONING, CLUSTER, ("nodeProvisioningProfile.defaultNodePools",), _default_pools),
    Row(
        FEDERATION,
        "managedidentity:FederatedIdentityCredential",
        ("audiences", "issuer", "subject"),
        always(("disruptive",), "pods that sign in by the old {leaf} get no token any more"),
    ),
    Row(RETENTION, "operationalinsights:Workspace", ("retentionInDays",), _retention),
)
"""Rows about features of clusters and what stands around them."""
