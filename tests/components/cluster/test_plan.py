"""Inputs of the ManagedCluster and of pools: everything that matters is sent, nothing else is decided for anybody."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from components.cluster.plan import cluster_name, dns_prefix
from components.values import Ref
from tests.components.cluster.builder import IDENTITY, POOL, config, plan

_GROUP = Ref("resourceGroup", "rg-test", "name")
_PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"


def test_cluster_with_defaults_sends_exactly_this() -> None:
    assert plan().properties == {
        "resourceGroupName": _GROUP,
        "resourceName": "aks-main",
        "location": "westeurope",
        "tags": {"env": "test"},
        "sku": {"name": "Base", "tier": "Standard"},
        "supportPlan": "KubernetesOfficial",
        "identity": IDENTITY,
        "kubernetesVersion": "1.35",
        "dnsPrefix": "aks-main",
        "apiServerAccessProfile": {
            "enablePrivateCluster": False,
            "disableRunCommand": False,
            "authorizedIPRanges": [],
        },
        "enableRBAC": True,
        "disableLocalAccounts": False,
        "agentPoolProfiles": [{"name": "system", "mode": "System", **POOL}],
        "networkProfile": {
            "networkPlugin": "azure",
            "networkPluginMode": "overlay",
            "networkDataplane": "cilium",
            "networkPolicy": "cilium",
            "podCidr": "10.244.0.0/16",
            "serviceCidr": "172.20.0.0/16",
            "dnsServiceIP": "172.20.0.10",
            "outboundType": "loadBalancer",
            "loadBalancerProfile": {
                "managedOutboundIPs": {"count": 1},
                "allocatedOutboundPorts": 0,
                "idleTimeoutInMinutes": 30,
                "backendPoolType": "NodeIPConfiguration",
            },
            "loadBalancerSku": "standard",
            "staticEgressGatewayProfile": {"enabled": False},
            "advancedNetworking": {
                "enabled": False,
                "observability": {"enabled": False},
                "security": {"enabled": False},
            },
        },
        "autoUpgradeProfile": {"upgradeChannel": "patch", "nodeOSUpgradeChannel": "NodeImage"},
        "oidcIssuerProfile": {"enabled": True},
        "securityProfile": {
            "workloadIdentity": {"enabled": True},
            "imageCleaner": {"enabled": False, "intervalHours": 168},
        },
        "nodeResourceGroupProfile": {"restrictionLevel": "Unrestricted"},
        "storageProfile": {
            "diskCSIDriver": {"enabled": True},
            "fileCSIDriver": {"enabled": True},
            "blobCSIDriver": {"enabled": False},
            "snapshotController": {"enabled": True},
        },
        "workloadAutoScalerProfile": {"keda": {"enabled": False}, "verticalPodAutoscaler": {"enabled": False}},
        "nodeProvisioningProfile": {"mode": "Manual"},
        "metricsProfile": {"costAnalysis": {"enabled": False}},
        "addonProfiles": {"azurepolicy": {"enabled": False}},
        "bootstrapProfile": {"artifactSource": "Direct"},
    }


@pytest.mark.parametrize(
    ("values", "sent"),
    [
        pytest.param({"name": "prod"}, {"resourceName": "prod", "dnsPrefix": "prod"}, id="name"),
        pytest.param({"dnsPrefix": "api"}, {"resourceName": "aks-main", "dnsPrefix": "api"}, id="dns-prefix"),
        pytest.param({"tags": {"env": "prod", "a": "b"}}, {"tags": {"env": "prod", "a": "b"}}, id="tags"),
        pytest.param(
            {"tier": "Premium", "supportPlan": "AKSLongTermSupport"},
            {"sku": {"name": "Base", "tier": "Premium"}, "supportPlan": "AKSLongTermSupport"},
            id="long-term-support",
        ),
        pytest.param({"nodeResourceGroup": "nodes"}, {"nodeResourceGroup": "nodes"}, id="node-resource-group"),
        pytest.param(
            {"nodeResourceGroupProfile": {"restrictionLevel": "ReadOnly"}},
            {"nodeResourceGroupProfile": {"restrictionLevel": "ReadOnly"}},
            id="node-resource-group-lockdown",
        ),
        pytest.param(
            {"apiServer": {"authorizedIPRanges": ["192.88.99.0/24"]}},
            {
                "apiServerAccessProfile": {
                    "enablePrivateCluster": False,
                    "disableRunCommand": False,
                    "authorizedIPRanges": ["192.88.99.0/24"],
                }
            },
            id="authorized-ranges",
        ),
        pytest.param(
            {"linuxProfile": {"sshPublicKeys": ["ssh-ed25519 AAAA"]}},
            {"linuxProfile": {"adminUsername": "azureuser", "ssh": {"publicKeys": [{"keyData": "ssh-ed25519 AAAA"}]}}},
            id="ssh",
        ),
        pytest.param(
            {"oidcIssuer": False, "workloadIdentity": False, "imageCleaner": {"enabled": True, "intervalHours": 24}},
            {
                "oidcIssuerProfile": {"enabled": False},
                "securityProfile": {
                    "workloadIdentity": {"enabled": False},
                    "imageCleaner": {"enabled": True, "intervalHours": 24},
                },
            },
            id="security",
        ),
        pytest.param(
            {"customCATrustCertificates": [_PEM + "\n"]},
            {
                "securityProfile": {
                    "workloadIdentity": {"enabled": True},
                    "imageCleaner": {"enabled": False, "intervalHours": 168},
                    "customCATrustCertificates": [b64encode(_PEM.encode()).decode()],
                }
            },
            id="authorities",
        ),
        pytest.param(
            {"storageProfile": {"diskCSIDriver": False, "blobCSIDriver": True}},
            {
                "storageProfile": {
                    "diskCSIDriver": {"enabled": False},
                    "fileCSIDriver": {"enabled": True},
                    "blobCSIDriver": {"enabled": True},
                    "snapshotController": {"enabled": True},
                }
            },
            id="storage",
        ),
        pytest.param(
            {"workloadAutoScalerProfile": {"keda": True, "verticalPodAutoscaler": True}},
            {"workloadAutoScalerProfile": {"keda": {"enabled": True}, "verticalPodAutoscaler": {"enabled": True}}},
            id="autoscalers-of-workloads",
        ),
        pytest.param(
            {"azurePolicy": True, "costAnalysis": True},
            {
                "addonProfiles": {"azurepolicy": {"enabled": True}},
                "metricsProfile": {"costAnalysis": {"enabled": True}},
            },
            id="add-ons",
        ),
    ],
)
def test_what_a_cluster_says_is_sent(values: dict[str, Any], sent: dict[str, Any]) -> None:
    properties = plan(values).properties
    assert {name: properties[name] for name in sent} == sent


@pytest.mark.parametrize(
    ("channel", "pools", "cluster_ignores", "pool_ignores"),
    [
        pytest.param("patch", {"count": 3}, (), (), id="nothing-that-azure-moves"),
        pytest.param("none", {"count": 3}, (), (), id="no-upgrades"),
        pytest.param(
            "patch",
            {"minCount": 3, "maxCount": 5},
            ("agentPoolProfiles[0].count",),
            ("count",),
            id="autoscaler",
        ),
        pytest.param(
            "stable",
            {"count": 3},
            ("kubernetesVersion", "agentPoolProfiles[0].orchestratorVersion"),
            ("orchestratorVersion",),
            id="minor-versions",
        ),
        pytest.param(
            "rapid",
            {"minCount": 3, "maxCount": 5},
            ("kubernetesVersion", "agentPoolProfiles[0].count", "agentPoolProfiles[0].orchestratorVersion"),
            ("count", "orchestratorVersion"),
            id="both",
        ),
    ],
)
def test_only_what_azure_moves_is_ignored(
    channel: str, pools: dict[str, int], cluster_ignores: tuple[str, ...], pool_ignores: tuple[str, ...]
) -> None:
    planned = plan({"autoUpgradeProfile": {"upgradeChannel": channel}, "systemPool": pools, "pools": {"user": pools}})
    assert planned.ignore_changes == cluster_ignores
    assert planned.pools[0].ignore_changes == pool_ignores


@pytest.mark.parametrize(
    ("cluster", "pool", "protected"),
    [
        pytest.param(None, None, (True, True), id="as-the-environment"),
        pytest.param(False, None, (False, False), id="as-the-cluster"),
        pytest.param(False, True, (False, True), id="as-the-pool"),
        pytest.param(None, False, (True, False), id="pool-only"),
    ],
)
def test_protection_is_inherited(*, cluster: bool | None, pool: bool | None, protected: tuple[bool, bool]) -> None:
    planned = plan({"protect": cluster, "pools": {"user": {"protect": pool}}})
    assert (planned.protect, planned.pools[0].protect) == protected


def test_plan_says_what_the_command_line_shows() -> None:
    planned = plan(
        {"inCluster": "gitops", "network": "main", "networking": {"mode": "overlay", "podCidr": "10.0.0.0/18"}}
    )
    assert (planned.key, planned.name, planned.mode.value) == ("main", "aks-main", "overlay")
    assert (str(planned.pod_cidr), str(planned.service_cidr)) == ("10.0.0.0/18", "172.20.0.0/16")
    assert (planned.nodes.max, planned.nodes.with_surge, planned.nodes.limit) == (3, 4, 64)
    assert planned.pods.max == 750
    assert planned.applies_in_cluster is False


@pytest.mark.parametrize(
    ("key", "values", "name", "prefix"),
    [
        pytest.param("main", {}, "aks-main", "aks-main", id="from-the-key"),
        pytest.param("a_b", {}, "aks-a_b", "aks-a-b", id="underscore"),
        pytest.param("x", {"name": "a" * 53 + "-" + "b" * 5}, "a" * 53 + "-" + "b" * 5, "a" * 53, id="cut-off"),
    ],
)
def test_names_of_a_cluster(key: str, values: dict[str, Any], name: str, prefix: str) -> None:
    assert (cluster_name(key, config(values)), dns_prefix(key, config(values))) == (name, prefix)


def test_kube_proxy_is_never_configured() -> None:
    """VER-03."""
    assert "kubeProxyConfig" not in plan().properties["networkProfile"]


def test_load_balancer_is_standard() -> None:
    """OUT-08."""
    assert plan().properties["networkProfile"]["loadBalancerSku"] == "standard"
