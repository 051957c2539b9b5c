"""Node pools, inline in a cluster or on their own: to Azure they are the same thing."""

from __future__ import annotations

import re
from typing import Any

from tests.engine import arm
from tests.engine.arm import AzureError
from tests.engine.rules import combinations, frozen, network
from tests.engine.rules.rule import Rule, Write
from tests.engine.store import Resource, World

POOLS = network.POOLS
# Azure's defaults for what a request omits. https://learn.microsoft.com/rest/api/aks/agent-pools/create-or-update
DEFAULTS: dict[str, Any] = {
    "count": 1,
    "enableAutoScaling": False,
    "enableEncryptionAtHost": False,
    "enableFIPS": False,
    "enableNodePublicIP": False,
    "enableUltraSSD": False,
    "kubeletDiskType": "OS",
    "osDiskSizeGB": 128,
    "osDiskType": "Managed",
    "osSKU": "Ubuntu",
    "osType": "Linux",
    "scaleDownMode": "Delete",
    "securityProfile": {"enableSecureBoot": False, "enableVTPM": False},
    "type": "VirtualMachineScaleSets",
    "upgradeSettings": {"maxSurge": "10%"},
}
MAX_PODS = {"overlay": 250, "kubenet": 110, "none": 250}


def of_cluster(world: World, cluster_id: str) -> list[Resource]:
    """The pools of a cluster, oldest first."""
    return world.of_type(POOLS, cluster_id)


def bodies(world: World, cluster_id: str) -> list[dict[str, Any]]:
    """The pools as a cluster lists them, each with its name: in order of names, not of creation."""
    # https://github.com/hashicorp/terraform-provider-azurerm/pull/4676 and
    # https://github.com/pulumi/pulumi-azure-native/issues/1298, where `agentpool` stands before `systempool`
    found = sorted(of_cluster(world, cluster_id), key=lambda pool: pool.name)
    return [{"name": pool.name, **pool.body} for pool in found]


def check_subnets(world: World, pool: dict[str, Any]) -> None:
    """Refuses a pool on a subnet that does not exist or that nodes cannot use."""
    for name in ("vnetSubnetID", "podSubnetID"):
        subnet_id = pool.get(name)
        if subnet_id and world.get(subnet_id) is None:
            raise missing_subnet(subnet_id)
    nodes = world.get(pool.get("vnetSubnetID") or "")
    if nodes is not None and nodes.body.get("delegations"):
        raise AzureError(
            400, "SubnetIsDelegated", f"Subnet {nodes.id} is delegated and cannot be used for nodes."
        )  # wording ours


def missing_subnet(subnet_id: str) -> AzureError:
    """What AKS says of a subnet that is not there."""
    # https://github.com/sassoftware/viya4-iac-azure/issues/163
    parent = arm.name_of(arm.parent_of(subnet_id))
    group, subscription = arm.resource_group_of(subnet_id), arm.subscription_of(subnet_id)
    message = (
        f"Could not find subnet {arm.name_of(subnet_id)} in vnet {parent} from resource "
        f"group {group} of subscription {subscription}."
    )
    return AzureError(400, "SubnetNotFound", message)


def check_quota(world: World, wanted: list[dict[str, Any]], cluster_id: str) -> None:
    """Refuses more vCPUs than the region's quota, if there is one. The vCPUs of a size are the number in its name."""
    quota = world.control.vcpu_quota
    if quota is None:
        return
    elsewhere = [pool.body for pool in world.of_type(POOLS) if not arm.is_below(pool.id, cluster_id)]
    used, asked = sum(map(_vcpus, elsewhere)), sum(map(_vcpus, wanted))
    if used + asked > quota:
        # https://github.com/1ChristianAlex/motordesk/issues/14
        message = (
            f"Insufficient vcpu quota requested {asked}, remaining {quota - used}. Surge "
            "nodes would also consume vcpu quota."
        )
        raise AzureError(400, "ErrCode_InsufficientVCPUQuota", message)


def _vcpus(pool: dict[str, Any]) -> int:
    size = re.search(r"_[A-Z]+(\d+)", pool.get("vmSize") or "")
    return int(pool.get("count") or 0) * int(size.group(1) if size else 2)


def keep_a_system_pool(pools: list[dict[str, Any]]) -> None:
    """Refuses a cluster without a system pool, in the words of https://github.com/Azure/azure-cli/issues/13420 ."""
    if not any(pool.get("mode") == "System" and pool.get("osType", "Linux") == "Linux" for pool in pools):
        raise AzureError(400, "BadRequest", "There has to be at least one system agent pool.")


def running_version(world: World, asked: str) -> str:
    """The version that runs when one was asked for: a minor version means the patch that Azure has."""
    return asked if asked.count(".") > 1 else f"{asked}.{world.control.patch_version}"


def complete(world: World, cluster: dict[str, Any], pool: dict[str, Any], old: dict[str, Any] | None) -> None:
    """Adds what Azure adds to a pool, what it had or else the defaults, and takes over the subnet of its pods."""
    profile = cluster.get("networkProfile") or {}
    mode = profile.get("networkPluginMode") or profile.get("networkPlugin")
    defaults = {
        **DEFAULTS,
        "mode": "User",
        "maxPods": MAX_PODS.get(mode or "", 30),
        "orchestratorVersion": cluster.get("kubernetesVersion"),
    }
    for name, value in {**defaults, **_kept(old)}.items():
        pool.setdefault(name, value)
    pool["upgradeSettings"] = {**DEFAULTS["upgradeSettings"], **pool["upgradeSettings"]}
    if pool.get("podSubnetID"):
        network.delegate_to_aks(world, pool["podSubnetID"])
    asked = str(pool["orchestratorVersion"])
    unchanged = old is not None and old.get("orchestratorVersion") == asked
    pool["currentOrchestratorVersion"] = (
        old["currentOrchestratorVersion"] if old and unchanged else running_version(world, asked)
    )
    pool["nodeImageVersion"] = (old or {}).get("nodeImageVersion", "AKSUbuntu-2204gen2containerd-202509.01.0")
    pool["powerState"] = {"code": "Running"}
    pool["provisioningState"] = "Succeeded"


def _kept(old: dict[str, Any] | None) -> dict[str, Any]:
    """What a write that omits it leaves alone.

    Labels, taints and tags are emptied by omission, as is everything else.
    """
    names = [*frozen.POOL_FROZEN, "orchestratorVersion", "mode", "osSKU"]
    return {name: old[name] for name in names if old and name in old}


def _check(write: Write) -> None:
    cluster = write.world.get(arm.parent_of(write.id))
    if cluster is None:
        return
    mine = {**write.body, "name": write.name}
    others = [pool for pool in bodies(write.world, cluster.id) if pool["name"] != write.name]
    check_subnets(write.world, mine)
    if others and bool(others[0].get("vnetSubnetID")) != bool(mine.get("vnetSubnetID")):
        # https://github.com/Azure/AKS/issues/2927
        without = others[0]["name"] if mine.get("vnetSubnetID") else write.name
        raise AzureError(400, "InvalidParameter", f"The Agentpool {without} does not have subnet defined.")
    if write.old is not None:
        frozen.check_pool(write.old.body, write.body, "properties")
    mode = mine.get("mode") or (write.old.body.get("mode") if write.old else "User")
    keep_a_system_pool([*others, {**mine, "mode": mode}])
    check_quota(write.world, [*others, mine], cluster.id)
    combinations.check(write.world, cluster.body, [*others, mine])


def _complete(write: Write) -> None:
    cluster = write.world.get(arm.parent_of(write.id))
    if cluster is not None:
        complete(write.world, cluster.body, write.body, write.old.body if write.old else None)


def _keep_last(world: World, pool: Resource) -> None:
    keep_a_system_pool([other.body for other in of_cluster(world, arm.parent_of(pool.id)) if other.id != pool.id])


RULES = {POOLS: Rule(check=_check, complete=_complete, refuse_delete=_keep_last)}
