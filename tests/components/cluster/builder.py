"""Clusters to plan, from as little as a file may say."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

from components.cluster.config import ClusterConfig
from components.cluster.plan import ClusterPlan, plan_cluster
from components.values import Ref, Scope

SCOPE = Scope(
    subscription_id="00000000-0000-0000-0000-000000000000",
    resource_group="rg-test",
    location="westeurope",
    tags={"env": "test"},
)
IDENTITY = {"type": "UserAssigned", "userAssignedIdentities": [Ref("identity", "main")]}

POOL = {
    "osType": "Linux",
    "osSKU": "Ubuntu",
    "type": "VirtualMachineScaleSets",
    "vmSize": "Standard_D4ds_v5",
    "count": 3,
    "enableAutoScaling": False,
    "maxPods": 250,
    "orchestratorVersion": "1.35",
    "scaleSetPriority": "Regular",
    "enableEncryptionAtHost": False,
    "enableFIPS": False,
    "enableNodePublicIP": False,
    "enableUltraSSD": False,
    "nodeLabels": {},
    "nodeTaints": [],
    "upgradeSettings": {"maxSurge": "33%"},
    "scaleDownMode": "Delete",
    "securityProfile": {"enableSecureBoot": False, "enableVTPM": False},
    "tags": {"env": "test"},
}
"""What a pool of defaults sends, beside its name and mode."""


def config(values: Mapping[str, Any] | None = None) -> ClusterConfig:
    """A cluster in overlay mode with a system pool, and what is given."""
    least = {"kubernetesVersion": "1.35", "networking": {"mode": "overlay"}, "systemPool": {}}
    return ClusterConfig.model_validate({**least, **(values or {})})


def plan(values: Mapping[str, Any] | None = None) -> ClusterPlan:
    """The plan of such a cluster, called `main`, whose pools may be in the subnet `nodes`."""
    return plan_cluster(
        "main",
        config(values),
        SCOPE,
        identity=IDENTITY,
        subnets={"nodes": Ref("subnet", "main/nodes")},
        subnet_ranges={"nodes": IPv4Network("10.0.0.0/24")} if values and "network" in values else {},
        protect=True,
    )
