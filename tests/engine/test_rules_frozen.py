"""What AKS does not let anyone change, and the ways that it has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.arm import AzureError
from tests.engine.rules import frozen

OVERLAY = {
    "networkPlugin": "azure",
    "networkPluginMode": "overlay",
    "networkDataplane": "azure",
    "networkPolicy": "none",
}
CILIUM = {**OVERLAY, "networkDataplane": "cilium", "networkPolicy": "cilium"}
FLAT = {"networkPlugin": "azure", "networkDataplane": "azure", "networkPolicy": "none"}
OWN_NETWORK = {"agentPoolProfiles": [{"name": "system", "vnetSubnetID": "/subscriptions/a"}]}


def profile(base: dict[str, Any], **change: Any) -> dict[str, Any]:
    return {"networkProfile": {**base, **change}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (profile(FLAT), profile(FLAT, networkPluginMode="overlay", podCidr="192.168.0.0/16")),
        (profile(OVERLAY), profile(CILIUM)),
        (profile(OVERLAY, podCidr="10.244.0.0/16"), profile(OVERLAY, podCidr="10.244.0.0/15")),
        (
            profile({"networkPlugin": "none"}, podCidr="10.0.0.0/16"),
            profile({"networkPlugin": "none"}, podCidr="10.1.0.0/16"),
        ),
        (profile(FLAT, networkPolicy="none"), profile(FLAT, networkPolicy="calico")),
        (
            {**profile(OVERLAY, outboundType="loadBalancer"), **OWN_NETWORK},
            {**profile(OVERLAY, outboundType="userAssignedNATGateway"), **OWN_NETWORK},
        ),
        (profile(OVERLAY, outboundType="loadBalancer"), profile(OVERLAY, outboundType="managedNATGateway")),
        ({"kubernetesVersion": "1.33"}, {"kubernetesVersion": "1.34"}),
        ({"kubernetesVersion": "1.34"}, {"kubernetesVersion": "1.34.2"}),
        (
            {"apiServerAccessProfile": {"privateDNSZone": "system"}},
            {"apiServerAccessProfile": {"privateDNSZone": "none"}},
        ),
        (profile(OVERLAY, serviceCidr="10.0.0.0/16"), profile(OVERLAY)),
        ({"dnsPrefix": "Main"}, {"dnsPrefix": "main"}),
    ],
    ids=[
        "flat to overlay",
        "overlay to cilium",
        "pod range grows",
        "own plugin's pod range",
        "policy engine installed",
        "outbound on an own network",
        "outbound on a managed network",
        "next minor version",
        "patch of the same minor",
        "private zone to none",
        "omitted",
        "other case",
    ],
)
def test_way_that_aks_has_is_taken(old: dict[str, Any], new: dict[str, Any]) -> None:
    frozen.check_cluster(old, new)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (profile(OVERLAY), profile(OVERLAY, networkPluginMode=""), "networkProfile.networkPluginMode"),
        (profile(CILIUM), profile(CILIUM, networkDataplane="azure"), "networkProfile.networkDataplane"),
        (profile(FLAT), profile(CILIUM), "networkProfile.networkDataplane"),
        (profile(OVERLAY), profile(OVERLAY, networkPlugin="none"), "networkProfile.networkPlugin"),
        (
            profile(OVERLAY, podCidr="10.244.0.0/16"),
            profile(OVERLAY, podCidr="10.244.0.0/17"),
            "networkProfile.podCidr",
        ),
        (
            profile(OVERLAY, podCidr="10.244.0.0/16"),
            profile(OVERLAY, podCidr="10.245.0.0/16"),
            "networkProfile.podCidr",
        ),
        (
            profile(OVERLAY, serviceCidr="10.0.0.0/16"),
            profile(OVERLAY, serviceCidr="10.1.0.0/16"),
            "networkProfile.serviceCidr",
        ),
        (profile(FLAT, networkPolicy="calico"), profile(FLAT, networkPolicy="azure"), "networkProfile.networkPolicy"),
        (
            profile(OVERLAY, outboundType="managedNATGateway"),
            profile(OVERLAY, outboundType="loadBalancer"),
            "networkProfile.outboundType",
        ),
        (
            {**profile(OVERLAY, outboundType="loadBalancer"), **OWN_NETWORK},
            {**profile(OVERLAY, outboundType="block"), **OWN_NETWORK},
            "networkProfile.outboundType",
        ),
        ({"kubernetesVersion": "1.34"}, {"kubernetesVersion": "1.33"}, "kubernetesVersion"),
        ({"kubernetesVersion": "1.32"}, {"kubernetesVersion": "1.34"}, "kubernetesVersion"),
        ({"kubernetesVersion": "1.34.2"}, {"kubernetesVersion": "1.34.1"}, "kubernetesVersion"),
        ({"dnsPrefix": "main"}, {"dnsPrefix": "other"}, "dnsPrefix"),
        (
            {"apiServerAccessProfile": {"enablePrivateCluster": False}},
            {"apiServerAccessProfile": {"enablePrivateCluster": True}},
            "apiServerAccessProfile.enablePrivateCluster",
        ),
    ],
    ids=[
        "overlay back",
        "cilium back",
        "overlay and cilium at once",
        "own plugin",
        "pod range shrinks",
        "pod range moves",
        "service range",
        "policy engine exchanged",
        "outbound the wrong way",
        "block on an own network",
        "downgrade",
        "minor skipped",
        "patch downgrade",
        "dns prefix",
        "private",
    ],
)
def test_way_that_aks_lacks_is_refused_with_its_name(old: dict[str, Any], new: dict[str, Any], path: str) -> None:
    with pytest.raises(AzureError, match=f"PropertyChangeNotAllowed.*'{path}'"):
        frozen.check_cluster(old, new)


def test_overlay_needs_the_policy_engine_gone_first() -> None:
    with pytest.raises(AzureError, match="while using network policies with Azure CNI v1"):
        frozen.check_cluster(profile(FLAT, networkPolicy="calico"), profile(FLAT, networkPluginMode="overlay"))


def test_pool_with_its_own_pod_subnet_keeps_the_cluster_from_overlay() -> None:
    old = {**profile(FLAT), "agentPoolProfiles": [{"name": "system", "podSubnetID": "/subscriptions/a"}]}

    with pytest.raises(AzureError, match="networkPluginMode"):
        frozen.check_cluster(old, profile(FLAT, networkPluginMode="overlay"))
