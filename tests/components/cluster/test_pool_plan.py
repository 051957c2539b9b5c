"""Inputs of node pools, the same inline in the cluster and on their own."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.pools import PoolSettings
from components.facts.mutability import POOL_FIXED_AT_CREATION
from components.values import Ref
from tests.components.cluster.builder import POOL, plan

_GROUP = Ref("resourceGroup", "rg-test", "name")
_ARM = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers"


@pytest.mark.parametrize(
    ("values", "sent"),
    [
        pytest.param({"count": 5, "vmSize": "Standard_D8ds_v5"}, {"count": 5, "vmSize": "Standard_D8ds_v5"}, id="size"),
        pytest.param(
            {"minCount": 2, "maxCount": 9},
            {"count": 2, "minCount": 2, "maxCount": 9, "enableAutoScaling": True},
            id="autoscaler",
        ),
        pytest.param({"maxPods": 31}, {"maxPods": 31}, id="max-pods"),
        pytest.param(
            {
                "maxSurge": 2,
                "maxUnavailable": "10%",
                "drainTimeoutInMinutes": 60,
                "nodeSoakDurationInMinutes": 5,
                "undrainableNodeBehavior": "Cordon",
            },
            {
                "upgradeSettings": {
                    "maxSurge": "2",
                    "maxUnavailable": "10%",
                    "drainTimeoutInMinutes": 60,
                    "nodeSoakDurationInMinutes": 5,
                    "undrainableNodeBehavior": "Cordon",
                }
            },
            id="upgrades",
        ),
        pytest.param({"zones": ["3", "1"]}, {"availabilityZones": ["1", "3"]}, id="zones-in-order"),
        pytest.param({"subnet": "nodes"}, {"vnetSubnetID": Ref("subnet", "main/nodes")}, id="subnet"),
        pytest.param(
            {"nodeLabels": {"a": "b"}, "nodeTaints": ["a=b:NoSchedule"]},
            {"nodeLabels": {"a": "b"}, "nodeTaints": ["a=b:NoSchedule"]},
            id="labels-and-taints",
        ),
        pytest.param({"tags": {"env": "gpu"}}, {"tags": {"env": "gpu"}}, id="tags"),
        pytest.param({"orchestratorVersion": "1.34"}, {"orchestratorVersion": "1.34"}, id="version"),
        pytest.param(
            {"osSKU": "AzureLinux3", "osDiskType": "Ephemeral", "osDiskSizeGB": 100, "kubeletDiskType": "OS"},
            {"osSKU": "AzureLinux3", "osDiskType": "Ephemeral", "osDiskSizeGB": 100, "kubeletDiskType": "OS"},
            id="disks",
        ),
        pytest.param(
            {
                "enableEncryptionAtHost": True,
                "enableFIPS": True,
                "enableNodePublicIP": True,
                "enableUltraSSD": True,
                "scaleDownMode": "Deallocate",
            },
            {
                "enableEncryptionAtHost": True,
                "enableFIPS": True,
                "enableNodePublicIP": True,
                "enableUltraSSD": True,
                "scaleDownMode": "Deallocate",
            },
            id="switches",
        ),
        pytest.param(
            {
                "proximityPlacementGroup": f"{_ARM}/Microsoft.Compute/proximityPlacementGroups/a",
                "capacityReservationGroup": f"{_ARM}/Microsoft.Compute/capacityReservationGroups/b",
                "hostGroup": f"{_ARM}/Microsoft.Compute/hostGroups/c",
                "nodePublicIPPrefix": f"{_ARM}/Microsoft.Network/publicIPPrefixes/d",
            },
            {
                "proximityPlacementGroupID": f"{_ARM}/Microsoft.Compute/proximityPlacementGroups/a",
                "capacityReservationGroupID": f"{_ARM}/Microsoft.Compute/capacityReservationGroups/b",
                "hostGroupID": f"{_ARM}/Microsoft.Compute/hostGroups/c",
                "nodePublicIPPrefixID": f"{_ARM}/Microsoft.Network/publicIPPrefixes/d",
            },
            id="existing-things",
        ),
        pytest.param(
            {
                "networkProfile": {
                    "allowedHostPorts": [{"portStart": 80, "portEnd": 81, "protocol": "TCP"}],
                    "nodePublicIPTags": [{"ipTagType": "RoutingPreference", "tag": "Internet"}],
                }
            },
            {
                "networkProfile": {
                    "allowedHostPorts": [{"portStart": 80, "portEnd": 81, "protocol": "TCP"}],
                    "nodePublicIPTags": [{"ipTagType": "RoutingPreference", "tag": "Internet"}],
                }
            },
            id="network",
        ),
        pytest.param(
            {"securityProfile": {"enableVTPM": True}},
            {"securityProfile": {"enableSecureBoot": False, "enableVTPM": True}},
            id="trusted-launch",
        ),
        pytest.param(
            {
                "kubeletConfig": {"cpuManagerPolicy": "static", "containerLogMaxSizeMB": 20, "failSwapOn": False},
                "linuxOSConfig": {
                    "swapFileSizeMB": 1500,
                    "transparentHugePageDefrag": "defer+madvise",
                    "sysctls": {"netIpv4IpLocalPortRange": "32768  60999", "netIpv4TcpkeepaliveIntvl": 30},
                },
            },
            {
                "kubeletConfig": {"cpuManagerPolicy": "static", "containerLogMaxSizeMB": 20, "failSwapOn": False},
                "linuxOSConfig": {
                    "swapFileSizeMB": 1500,
                    "transparentHugePageDefrag": "defer+madvise",
                    "sysctls": {"netIpv4IpLocalPortRange": "32768 60999", "netIpv4TcpkeepaliveIntvl": 30},
                },
            },
            id="nodes-tuned",
        ),
        pytest.param(
            {"gpuProfile": {"driver": "None"}, "gpuInstanceProfile": "MIG1g"},
            {"gpuProfile": {"driver": "None"}, "gpuInstanceProfile": "MIG1g"},
            id="graphics",
        ),
    ],
)
def test_what_a_pool_says_is_sent_inline_and_on_its_own_alike(values: dict[str, Any], sent: dict[str, Any]) -> None:
    planned = plan({"network": "main", "systemPool": values, "pools": {"user": values}})
    assert planned.properties["agentPoolProfiles"] == [{"name": "system", "mode": "System", **POOL, **sent}]
    assert planned.pools[0].properties == {
        "resourceGroupName": _GROUP,
        "resourceName": Ref("cluster", "main", "name"),
        "agentPoolName": "user",
        "mode": "User",
        **POOL,
        **sent,
    }


def test_pool_has_the_clusters_tags_and_its_own() -> None:
    planned = plan({"tags": {"a": "cluster"}, "pools": {"user": {"tags": {"b": "pool"}}}})
    assert planned.pools[0].properties["tags"] == {"env": "test", "a": "cluster", "b": "pool"}


def test_pool_is_replaced_where_azure_would_refuse_the_change() -> None:
    """MUT-24."""
    assert plan({"pools": {"user": {}}}).pools[0].replace_on_changes == POOL_FIXED_AT_CREATION
    assert len(set(POOL_FIXED_AT_CREATION)) == len(POOL_FIXED_AT_CREATION)
    assert {"vmSize", "maxPods", "availabilityZones", "vnetSubnetID", "osDiskType", "kubeletConfig"} <= set(
        POOL_FIXED_AT_CREATION
    )


def test_every_pool_is_linux_on_scale_sets() -> None:
    """VER-02, VER-04, POOL-01, POOL-08: nobody can say otherwise, and one System pool is always there."""
    planned = plan({"pools": {"a": {}, "b": {"mode": "System"}}})
    pools = [*planned.properties["agentPoolProfiles"], *(pool.properties for pool in planned.pools)]
    assert {(pool["osType"], pool["type"]) for pool in pools} == {("Linux", "VirtualMachineScaleSets")}
    assert planned.properties["agentPoolProfiles"][0]["mode"] == "System"
    assert "windowsProfile" not in planned.properties
    assert not {"os_type", "type"} & set(PoolSettings.model_fields)


def test_max_pods_and_surge_are_always_sent() -> None:
    """CAP-05, CAP-12: Azure's own defaults differ by page."""
    profile = plan().properties["agentPoolProfiles"][0]
    assert (profile["maxPods"], profile["upgradeSettings"]) == (250, {"maxSurge": "33%"})
