"""What nodes carry and how they are set up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, findings, problems

_GROUP = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
_PREFIX = f"{_GROUP}/providers/Microsoft.Network/publicIPPrefixes/nodes"


def user(**values: Any) -> list[str]:
    """What is found about the user pool with these values, without its path."""
    found = problems(cluster({"pools": {"user": values}}))
    assert all(message.startswith("clusters.main.pools.user.") for message in found)
    return [message.removeprefix("clusters.main.pools.user.") for message in found]


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        pytest.param("team", "shop", [], id="plain"),
        pytest.param("example.com/team", "", [], id="with-prefix-and-empty-value"),
        pytest.param("node.kubernetes.io/team", "a", [], id="a-domain-that-kubelets-take"),
        pytest.param(
            "kubernetes.azure.com/mode",
            "user",
            ["label prefix 'kubernetes.azure.com' belongs to AKS; use a prefix of your own"],
            id="of-aks",
        ),
        pytest.param(
            "node-role.kubernetes.io/worker",
            "",
            [
                (
                    "label prefix 'node-role.kubernetes.io' belongs to Kubernetes, and no node starts with it; use a"
                    " prefix of your own"
                )
            ],
            id="of-kubernetes",
        ),
        pytest.param(
            "Example_/team",
            "a",
            ["label prefix 'Example_' is not a DNS name of at most 253 characters; use one such as example.com"],
            id="malformed-prefix",
        ),
        pytest.param(
            "team-",
            "a",
            ["label name 'team-' is not 1 to 63 letters, digits, '-', '_' and '.'; shorten or respell it"],
            id="malformed-name",
        ),
        pytest.param(
            "team",
            "a b",
            [
                (
                    "'a b' is no value of a label; use up to 63 letters, digits, '-', '_' and '.', starting and ending"
                    " with a letter or digit"
                )
            ],
            id="malformed-value",
        ),
    ],
)
def test_labels_are_labels_that_nodes_may_carry(key: str, value: str, found: list[str]) -> None:
    assert user(nodeLabels={key: value}) == [f"nodeLabels.{key}: {message} [NAM-05]" for message in found]


def test_workloads_have_a_pool_beside_a_system_pool_that_takes_none() -> None:
    taints = {"systemPool": {"nodeTaints": ["CriticalAddonsOnly=true:NoSchedule"]}}
    alone = (
        "clusters.main.systemPool.nodeTaints: warning: CriticalAddonsOnly=true:NoSchedule, and no other pool takes"
        " workloads; add a pool without it, or remove it"
    )
    assert findings("POOL-06", cluster(taints)) == []
    assert findings("POOL-06", cluster({**taints, "pools": {"user": ...}})) == [alone]
    assert findings("POOL-06", cluster({**taints, "pools": {"user": {"mode": "Gateway"}}})) == [alone]
    provisioned = {**taints, "pools": {"user": ...}, "nodeProvisioningProfile": {"mode": "Auto"}}
    assert findings("POOL-06", cluster(provisioned)) == []


def test_label_that_aks_adds_to_spot_pools_may_be_written() -> None:
    label = {"kubernetes.azure.com/scalesetpriority": "spot"}
    refused = (
        "nodeLabels.kubernetes.azure.com/scalesetpriority: label prefix 'kubernetes.azure.com' belongs to AKS; use a"
        " prefix of your own [NAM-05]"
    )
    assert user(nodeLabels=label, scaleSetPriority="Spot") == []
    assert user(nodeLabels=label) == [refused]
    assert user(nodeLabels={**label, "kubernetes.azure.com/scalesetpriority": "regular"}, scaleSetPriority="Spot") == [
        refused
    ]


@pytest.mark.parametrize(
    ("taints", "found"),
    [
        pytest.param(["gpu=true:NoSchedule", "gpu=true:NoExecute"], [], id="two-effects"),
        pytest.param(
            ["gpu:NoSchedule"],
            [
                (
                    "nodeTaints[0]: 'gpu:NoSchedule' is not a taint; write key=value:NoSchedule,"
                    " key=value:PreferNoSchedule or key=value:NoExecute [NAM-06]"
                )
            ],
            id="without-value",
        ),
        pytest.param(
            ["gpu=a:NoSchedule", "gpu=b:NoSchedule"],
            ["nodeTaints[1]: gpu=b:NoSchedule is the second taint gpu with effect NoSchedule; remove one [NAM-06]"],
            id="twice",
        ),
    ],
)
def test_taints_are_taints_that_nodes_may_carry(taints: list[str], found: list[str]) -> None:
    assert user(nodeTaints=taints) == found


@pytest.mark.parametrize(
    ("taint", "found"),
    [
        pytest.param("CriticalAddonsOnly=true:NoSchedule", [], id="tolerated"),
        pytest.param(
            "gpu=true:NoSchedule",
            [
                (
                    "clusters.main.systemPool.nodeTaints[0]: warning: gpu=true:NoSchedule keeps Kubernetes' own pods"
                    " away from a System pool; use CriticalAddonsOnly=true:NoSchedule or none [POOL-06]"
                )
            ],
            id="not-tolerated",
        ),
    ],
)
def test_system_pool_carries_only_the_taint_that_system_pods_tolerate(taint: str, found: list[str]) -> None:
    assert problems(cluster({"systemPool": {"nodeTaints": [taint]}})) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param({"osDiskType": "Ephemeral", "osDiskSizeGB": 300}, [], id="fits"),
        pytest.param({"osDiskType": "Managed", "osDiskSizeGB": 2048, "vmSize": "Standard_D8s_v5"}, [], id="managed"),
        pytest.param({"osDiskType": "Ephemeral", "vmSize": "Standard_F8s_v2"}, [], id="room-not-known"),
        pytest.param(
            {"osDiskType": "Ephemeral", "osDiskSizeGB": 301},
            [
                (
                    "osDiskSizeGB: 301, an ephemeral OS disk of at most 300 GiB fits on Standard_D8ds_v5; use less, or"
                    " osDiskType: Managed [CFG-48]"
                )
            ],
            id="too-large",
        ),
        pytest.param(
            {"osDiskType": "Ephemeral", "vmSize": "Standard_D8s_v5"},
            [
                (
                    "osDiskType: Ephemeral, but Standard_D8s_v5 has no disk of its own; use Managed, or a size with d"
                    " in its name [CFG-48]"
                )
            ],
            id="no-local-disk",
        ),
        pytest.param(
            {"kubeletDiskType": "Temporary", "vmSize": "Standard_D8s_v5"},
            [
                (
                    "kubeletDiskType: Temporary, but Standard_D8s_v5 has no disk of its own; use OS, or a size with d"
                    " in its name [CFG-48]"
                )
            ],
            id="kubelet-on-no-disk",
        ),
        pytest.param({"scaleDownMode": "Deallocate", "osDiskType": "Managed"}, [], id="deallocated-with-managed-disk"),
        pytest.param(
            {"scaleDownMode": "Deallocate", "osDiskType": "Ephemeral"},
            [
                (
                    "scaleDownMode: Deallocate with osDiskType Ephemeral would lose the disk; set osDiskType: Managed"
                    " [CFG-48]"
                )
            ],
            id="deallocated-with-ephemeral-disk",
        ),
        pytest.param(
            {"scaleDownMode": "Deallocate"},
            [
                (
                    "scaleDownMode: Deallocate with an OS disk of Azure's choice, ephemeral where it fits, would lose"
                    " the disk; set osDiskType: Managed [CFG-48]"
                )
            ],
            id="deallocated-with-azures-choice",
        ),
        pytest.param(
            {"osDiskSizeGB": 29}, ["osDiskSizeGB: the number 29 is not allowed; use 30 or more [CFG-04]"], id="tiny"
        ),
        pytest.param(
            {"osDiskSizeGB": 2049},
            ["osDiskSizeGB: the number 2049 is not allowed; use 2048 or less [CFG-04]"],
            id="huge",
        ),
    ],
)
def test_disks_fit_the_machine(values: dict[str, Any], found: list[str]) -> None:
    assert user(**values) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param({"kubeletConfig": {"imageGcLowThreshold": 70, "imageGcHighThreshold": 80}}, [], id="thresholds"),
        pytest.param(
            {"kubeletConfig": {"imageGcLowThreshold": 90, "imageGcHighThreshold": 80}},
            ["kubeletConfig.imageGcLowThreshold: 90 is more than imageGcHighThreshold 80; exchange them [CFG-48]"],
            id="thresholds-backwards",
        ),
        pytest.param(
            {"linuxOSConfig": {"swapFileSizeMB": 1500}, "kubeletConfig": {"failSwapOn": False}}, [], id="swap"
        ),
        pytest.param(
            {"linuxOSConfig": {"swapFileSizeMB": 1500}},
            [
                (
                    "linuxOSConfig.swapFileSizeMB: swap with a kubelet that does not start with it; set"
                    " kubeletConfig.failSwapOn: false [CFG-48]"
                )
            ],
            id="swap-refused-by-the-kubelet",
        ),
        pytest.param({"securityProfile": {"enableSecureBoot": True}}, [], id="trusted-launch"),
        pytest.param(
            {"securityProfile": {"enableVTPM": True}, "vmSize": "Standard_D8pds_v5"},
            [
                (
                    "securityProfile: Trusted Launch with Standard_D8pds_v5, an Arm64 size that has none; use another"
                    " size [CFG-48]"
                )
            ],
            id="trusted-launch-on-arm",
        ),
        pytest.param({"nodePublicIPPrefix": _PREFIX, "enableNodePublicIP": True}, [], id="prefix"),
        pytest.param(
            {"nodePublicIPPrefix": _PREFIX},
            [
                (
                    "nodePublicIPPrefix: given for nodes without public addresses; set enableNodePublicIP: true, or"
                    " remove it [CFG-48]"
                )
            ],
            id="prefix-without-addresses",
        ),
        pytest.param(
            {"networkProfile": {"nodePublicIPTags": [{"ipTagType": "RoutingPreference", "tag": "Internet"}]}},
            [
                (
                    "networkProfile.nodePublicIPTags: given for nodes without public addresses; set"
                    " enableNodePublicIP: true, or remove it [CFG-48]"
                )
            ],
            id="tags-without-addresses",
        ),
        pytest.param(
            {"networkProfile": {"allowedHostPorts": [{"portStart": 80, "portEnd": 80, "protocol": "TCP"}]}},
            [],
            id="port",
        ),
        pytest.param(
            {"networkProfile": {"allowedHostPorts": [{"portStart": 90, "portEnd": 80, "protocol": "TCP"}]}},
            ["networkProfile.allowedHostPorts[0]: port 90 to 80 runs backwards; exchange them [CFG-48]"],
            id="ports-backwards",
        ),
    ],
)
def test_settings_of_nodes_go_together(values: dict[str, Any], found: list[str]) -> None:
    assert user(**values) == found
