"""A cluster as a component on its own: inputs, pools, order, credentials and the caller's provider."""

from __future__ import annotations

import functools
from typing import Any

import pulumi
import pytest
from pulumi_azure_native import Provider, containerservice, resources

from components.cluster.resources import AksCluster
from components.facts.mutability import POOL_FIXED_AT_CREATION
from components.values import Ref
from tests.components.cluster.builder import POOL, plan
from tests.components.mocks import Deployed, deploy, only

REFERENCES = {
    Ref("resourceGroup", "rg-test", "name"): "rg-test",
    Ref("subnet", "main/nodes"): "id of the subnet",
    Ref("identity", "main"): "id of the identity",
}
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
WITH_A_POOL = {
    "network": "main",
    "systemPool": {"subnet": "nodes"},
    "pools": {"user": {"subnet": "nodes", "minCount": 1, "maxCount": 5}},
}


def build(values: dict[str, Any] | None = None, **options: Any) -> AksCluster:
    """The component, for a cluster with a pool unless something else is given."""
    return AksCluster("main", plan(WITH_A_POOL if values is None else values), REFERENCES, **options)


@functools.cache
def deployed() -> list[Deployed]:
    """It, by default."""
    return deploy(build)


def test_the_cluster_its_pools_and_its_provider_are_made_below_the_component() -> None:
    children = {each.label for each in deployed() if each.parent == "AksCluster main"}
    assert children == {"ManagedCluster main", "AgentPool main-user", "kubernetes main"}
    assert [each.label for each in deployed() if not each.parent] == ["AksCluster main"]


def test_references_in_the_plan_become_what_they_stand_for() -> None:
    cluster = only(deployed(), "ManagedCluster main").inputs
    assert cluster["resourceGroupName"] == "rg-test"
    assert cluster["identity"] == {"type": "UserAssigned", "userAssignedIdentities": ["id of the identity"]}
    assert [pool["vnetSubnetID"] for pool in cluster["agentPoolProfiles"]] == ["id of the subnet"]


def test_everything_planned_is_sent_and_nothing_else() -> None:
    planned = plan(WITH_A_POOL).properties
    sent = only(deployed(), "ManagedCluster main").inputs
    assert sent.keys() == planned.keys()
    assert sent["networkProfile"] == planned["networkProfile"]


def test_a_pool_is_a_resource_of_its_own_in_the_cluster() -> None:
    pool = only(deployed(), "AgentPool main-user")
    assert "ManagedCluster main" in pool.depends_on
    assert pool.inputs == {
        **POOL,
        "resourceGroupName": "rg-test",
        "resourceName": "aks-main",
        "agentPoolName": "user",
        "mode": "User",
        "count": 1,
        "minCount": 1,
        "maxCount": 5,
        "enableAutoScaling": True,
        "vnetSubnetID": "id of the subnet",
    }


def test_the_system_pool_is_not_made_twice() -> None:
    assert [each.label for each in deployed() if each.kind == "AgentPool"] == ["AgentPool main-user"]


def test_cluster_and_pools_are_protected_as_planned() -> None:
    assert {each.label for each in deployed() if each.protect} == {"ManagedCluster main", "AgentPool main-user"}


def test_a_pool_is_replaced_by_what_cannot_change_and_its_nodes_are_the_autoscalers() -> None:
    pool = only(deployed(), "AgentPool main-user")
    assert pool.replace_on_changes == POOL_FIXED_AT_CREATION
    assert pool.ignore_changes == ("count",)


def test_of_an_autoscaled_system_pool_only_the_count_is_ignored() -> None:
    found = deploy(lambda: build({"systemPool": {"minCount": 3, "maxCount": 5}}))
    assert only(found, "ManagedCluster main").ignore_changes == ("agentPoolProfiles[0].count",)


def test_credentials_are_secret_and_the_provider_is_known_by_its_cluster() -> None:
    provider = only(deployed(), "kubernetes main")
    assert provider.inputs["kubeconfig"] == "[secret]"
    assert provider.inputs["clusterIdentifier"] == "id of ManagedCluster main"
    assert "ManagedCluster main" in provider.depends_on


def test_without_writing_to_the_cluster_there_is_no_provider_and_nobody_asks_for_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(containerservice, "list_managed_cluster_user_credentials_output", lambda **_: asked.append(_))
    made: list[AksCluster] = []
    found = deploy(lambda: made.append(build({"inCluster": "gitops"})))
    assert [each.label for each in found if each.kind == "kubernetes"] == []
    assert (made[0].provider, made[0].kubeconfig, asked) == (None, None, [])


def test_the_cluster_waits_for_what_it_is_told_to_wait_for() -> None:
    def program() -> None:
        right = resources.ResourceGroup("right", location="westeurope")
        build(depends_on=[right])

    assert "ResourceGroup right" in only(deploy(program), "ManagedCluster main").depends_on


def test_the_callers_provider_is_used_for_azure() -> None:
    def program() -> None:
        build(opts=pulumi.ResourceOptions(providers=[Provider("explicit", location="westeurope")]))

    found = [each for each in deploy(program) if each.kind in ("ManagedCluster", "AgentPool")]
    assert [each.provider for each in found] == ["explicit", "explicit"]


def test_what_others_refer_to_is_there() -> None:
    made: list[AksCluster] = []
    deploy(lambda: made.append(build()))
    assert made[0].references.keys() == {
        Ref("cluster", "main"),
        Ref("cluster", "main", "name"),
        Ref("cluster", "main", "fqdn"),
        Ref("cluster", "main", "privateFQDN"),
        Ref("cluster", "main", "principalId"),
        Ref("cluster", "main", "tenantId"),
        Ref("cluster", "main", "nodeResourceGroup"),
        Ref("cluster", "main", "oidcIssuerUrl"),
        Ref("cluster", "main", "kubeletPrincipalId"),
        Ref("cluster", "main", "secretsProviderPrincipalId"),
        Ref("cluster", "main", "secretsProviderClientId"),
    }


def test_another_api_version_is_another_package_for_cluster_and_pools_with_azures_settings() -> None:
    def program() -> None:
        settings = {"azure-native:subscriptionId": SUBSCRIPTION, "azure-native:clientSecret": "hush"}
        pulumi.runtime.set_all_config(settings, ["azure-native:clientSecret"])
        build({**WITH_A_POOL, "apiVersion": "2026-05-01"})

    found = deploy(program)
    package = "azure-native_containerservice_v20260501"
    provider = only(found, f"{package} main")
    assert provider.inputs == {"subscriptionId": SUBSCRIPTION, "clientSecret": "[secret]"}
    used = {each.label: each.provider for each in found if each.kind in ("ManagedCluster", "AgentPool")}
    assert used == {"ManagedCluster main": "main", "AgentPool main-user": "main"}


def test_maintenance_windows_are_resources_of_their_own_in_the_cluster() -> None:
    window = {"schedule": {"daily": {}}, "startTime": "02:00"}
    found = deploy(lambda: build({"maintenanceConfigurations": {"aksManagedAutoUpgradeSchedule": window}}))
    made = only(found, "MaintenanceConfiguration main-aksManagedAutoUpgradeSchedule")
    assert (made.parent, made.protect) == ("AksCluster main", False)
    assert "ManagedCluster main" in made.depends_on
    assert made.inputs["configName"] == "aksManagedAutoUpgradeSchedule"
    assert made.inputs["maintenanceWindow"]["schedule"] == {"daily": {"intervalDays": 1}}
