"""What Azure upgrades by itself in a cluster: Kubernetes, and the images of nodes."""

from __future__ import annotations

from components.mutability.change import Difference, Effect, Row, Subject, Verdict
from components.rules import Rule

KIND = "containerservice:ManagedCluster"

CHANNELS = Rule(
    "CHG-23",
    "A channel lets Azure upgrade the cluster by itself",
    why="With `stable` and `rapid` AKS moves control plane and nodes to the next minor versions as soon as the channel"
    " has them, and no minor version is ever taken back; with every other channel but `none` it replaces or reimages"
    " nodes, in the maintenance window if there is one.",
    fix="Set a maintenance window first; keep `patch` where somebody decides about minor versions.",
    source="https://learn.microsoft.com/azure/aks/auto-upgrade-cluster#cluster-auto-upgrade-channels;"
    " https://learn.microsoft.com/azure/aks/auto-upgrade-node-os-image",
)
_MINORS = "AKS moves control plane and {nodes} to new minor versions by itself, and there is no way back"
_VERSIONS: dict[str, tuple[tuple[Effect, ...], str]] = {
    "rapid": (("rolling", "oneWay"), _MINORS),
    "stable": (("rolling", "oneWay"), _MINORS),
    "patch": (("rolling", "oneWay"), "AKS moves control plane and {nodes} to new patch versions by itself"),
    "node-image": (("rolling",), "AKS reimages {nodes} by itself when there is a new image"),
}
_IMAGES: dict[str, tuple[tuple[Effect, ...], str]] = {
    "NodeImage": (("rolling",), "AKS reimages {nodes} by itself when there is a new image"),
    "SecurityPatch": (
        ("rolling",),
        "AKS patches {nodes} by itself, and reimages them where a patch asks for it",
    ),
    "Unmanaged": (("inPlace",), "nodes patch themselves; nobody restarts those that ask for it"),
}


def _channel(difference: Difference, subject: Subject) -> Verdict:
    known = {**_VERSIONS, **_IMAGES}
    found = known.get(str(difference.after))
    if found is None:
        return Verdict(("inPlace",), "AKS upgrades nothing by itself from then on; somebody has to")
    effects, message = found
    if (difference.before, difference.after) in (("stable", "patch"), ("rapid", "patch")):
        return Verdict(("inPlace",), "from then on AKS moves to new patch versions only; minor ones are yours again")
    return Verdict(effects, f"from then on {message.format(nodes=subject.nodes())}")


CHANNEL_ROWS: tuple[Row, ...] = (
    Row(CHANNELS, KIND, ("autoUpgradeProfile.upgradeChannel", "autoUpgradeProfile.nodeOSUpgradeChannel"), _channel),
)
"""Rows about channels."""
