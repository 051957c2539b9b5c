"""A cluster's API server, identity, version, names and add-ons other than the mesh."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.mutability.judging import POOL, effects, judged

API = "apiServerAccessProfile"
INTEGRATED = {API: {"enableVnetIntegration": True, "subnetId": "a"}}


@pytest.mark.parametrize(
    ("path", "before", "after", "old", "expected"),
    [
        (f"{API}.enableVnetIntegration", False, True, {}, ("MUT-16", ("disruptive", "oneWay"))),
        (f"{API}.enableVnetIntegration", True, False, INTEGRATED, ("MUT-16", ("refused",))),
        (f"{API}.subnetId", "a", "b", INTEGRATED, ("MUT-16", ("refused",))),
        (f"{API}.enablePrivateCluster", False, True, {}, ("MUT-17", ("refused",))),
        (f"{API}.enablePrivateCluster", False, True, INTEGRATED, ("MUT-17", ("disruptive",))),
        (f"{API}.enablePrivateCluster", True, False, INTEGRATED, ("MUT-17", ("disruptive",))),
        (f"{API}.enablePrivateClusterPublicFQDN", False, True, {}, ("MUT-17", ("inPlace",))),
        (f"{API}.privateDNSZone", "system", "none", {}, ("MUT-18", ("inPlace", "oneWay"))),
        (f"{API}.privateDNSZone", "none", "system", {}, ("MUT-18", ("refused",))),
        ("dnsPrefix", "a", "b", {}, ("MUT-19", ("refused",))),
        ("location", "westeurope", "northeurope", {}, ("MUT-19", ("refused",))),
        ("nodeResourceGroup", None, "rg-nodes", {}, ("MUT-19", ("refused",))),
        ("fqdnSubdomain", "a", "b", {}, ("MUT-19", ("refused",))),
        ("resourceName", "aks-a", "aks-b", {}, ("MUT-19", ("refused",))),
        ("identity.type", "SystemAssigned", "UserAssigned", {}, ("MUT-20", ("disruptive",))),
        ("identityProfile.kubeletidentity.resourceId", "a", "b", {}, ("MUT-20", ("rolling",))),
        ("kubernetesVersion", "1.34", "1.35", {}, ("MUT-22", ("inPlace", "oneWay"))),
        ("kubernetesVersion", "1.35", "1.34", {}, ("MUT-22", ("refused",))),
        ("kubernetesVersion", "1.33", "1.35", {}, ("MUT-22", ("refused",))),
        ("kubernetesVersion", "1.34.2", "1.34.1", {}, ("MUT-22", ("refused",))),
        ("kubernetesVersion", "1.34", "1.34.2", {}, ("MUT-22", ("inPlace", "oneWay"))),
        ("agentPoolProfiles[system].orchestratorVersion", "1.34", "1.35", {}, ("MUT-22", ("rolling", "oneWay"))),
        ("agentPoolProfiles[system].orchestratorVersion", "1.35", "1.34", {}, ("MUT-22", ("refused",))),
        ("oidcIssuerProfile.enabled", False, True, {}, ("CHG-02", ("inPlace", "oneWay"))),
        ("oidcIssuerProfile.enabled", True, False, {}, ("CHG-02", ("refused",))),
        ("aadProfile.managed", None, True, {}, ("CHG-11", ("disruptive", "oneWay"))),
        ("aadProfile.managed", True, None, {}, ("CHG-11", ("refused",))),
        ("httpProxyConfig.httpProxy", "a", "b", {}, ("CHG-06", ("rolling",))),
        ("nodeProvisioningProfile.mode", "Manual", "Auto", {}, ("CHG-04", ("inPlace",))),
        ("sku.tier", "Free", "Standard", {}, ("CHG-04", ("inPlace",))),
        ("enableRBAC", True, False, {}, ("CHG-05", ("refused",))),
        ("linuxProfile.adminUsername", "a", "b", {}, ("CHG-05", ("refused",))),
        ("linuxProfile.ssh.publicKeys", [{"keyData": "a"}], [{"keyData": "b"}], {}, ("CHG-06", ("rolling",))),
        ("securityProfile.customCATrustCertificates", None, ["a"], {}, ("CHG-06", ("rolling",))),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_change_of_a_cluster_has_this_rule_and_effects(
    path: str, before: Any, after: Any, old: dict[str, Any], expected: Any
) -> None:
    assert effects(path, before, after, old=old, new=old) == expected


def test_first_subnet_of_the_api_server_comes_with_the_integration() -> None:
    assert effects(f"{API}.subnetId", None, "a") == ("MUT-16", ("inPlace",))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("1.33", "1.35", "Azure skips no minor version; 1.34 comes after 1.33"),
        ("1.35", "1.34", "Azure does not go back from 1.35 to 1.34"),
    ],
)
def test_refused_version_says_what_would_do(before: str, after: str, message: str) -> None:
    assert judged("kubernetesVersion", before, after)[1].message == message


def test_upgrade_of_a_pool_says_how_many_nodes_roll() -> None:
    _, inline = judged("agentPoolProfiles[system].orchestratorVersion", "1.34", "1.35")
    _, own = judged("orchestratorVersion", "1.34", "1.35", kind=POOL, old={"agentPoolName": "user"})
    assert inline.message == "3 nodes of pool system are replaced, one surge at a time"
    assert own.message == "3 to 20 nodes of pool user are replaced, one surge at a time"
