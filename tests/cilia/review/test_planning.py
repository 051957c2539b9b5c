"""What Pulumi replaces: names, forced properties, what follows, and what stops it."""

from __future__ import annotations

from typing import Any

import pytest

from cilia.record import Resource
from cilia.review.differences import differences
from cilia.review.pairing import pair
from cilia.review.planning import Planned, forces_new, plan
from tests.cilia.review.builder import (
    CLUSTER,
    GROUP,
    POLICY,
    POOL,
    PROVIDER,
    SUBNET,
    VNET,
    cluster,
    kubernetes,
    made,
    policy,
    pool,
    subnet,
    urn,
    vnet,
)

ADDRESS = "azure-native:network:PublicIPAddress"
IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
ROLE = "azure-native:authorization:RoleAssignment"
VERSIONED = "azure-native_containerservice_v20260501:containerservice:ManagedCluster"


def forced(token: str, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether the provider replaces a resource for any of the differences."""
    return any(forces_new(token, each) for each in differences(old, new))


@pytest.mark.parametrize(
    ("token", "old", "new", "expected"),
    [
        (CLUSTER, {"networkProfile": {"podCidr": "a"}}, {"networkProfile": {"podCidr": "b"}}, True),
        (VERSIONED, {"networkProfile": {"podCidr": "a"}}, {"networkProfile": {"podCidr": "b"}}, True),
        (CLUSTER, {"networkProfile": {"podCidrs": ["a"]}}, {"networkProfile": {"podCidrs": ["b"]}}, False),
        (CLUSTER, {"networkProfile": {}}, {"networkProfile": {"podCidrs": ["b"]}}, True),
        (CLUSTER, {}, {"networkProfile": {"podCidr": "b"}}, False),
        (CLUSTER, {"networkProfile": {"podCidr": "b"}}, {}, False),
        (CLUSTER, {"networkProfile": {"loadBalancerSku": "a"}}, {"networkProfile": {"loadBalancerSku": "b"}}, False),
        (
            CLUSTER,
            {"linuxProfile": {"ssh": {"keys": [{"k": "a"}]}}},
            {"linuxProfile": {"ssh": {"keys": [{"k": "b"}]}}},
            True,
        ),
        (CLUSTER, {"linuxProfile": {"ssh": {"keys": ["a"]}}}, {"linuxProfile": {"ssh": {"keys": ["a", "b"]}}}, False),
        (CLUSTER, {"linuxProfile": {"a": "b"}}, {"linuxProfile": {"a": "b", "c": "d"}}, False),
        (CLUSTER, {"resourceName": "a"}, {"resourceName": "b"}, True),
        (
            CLUSTER,
            {"agentPoolProfiles": [{"name": "a", "vmSize": "b"}]},
            {"agentPoolProfiles": [{"name": "a", "vmSize": "c"}]},
            False,
        ),
        (POOL, {"vmSize": "a"}, {"vmSize": "b"}, True),
        (POOL, {"maxPods": 30}, {"maxPods": 60}, False),
        (POOL, {"agentPoolName": "a"}, {"agentPoolName": "b"}, True),
        (SUBNET, {"addressPrefix": "a"}, {"addressPrefix": "b"}, False),
        (SUBNET, {"virtualNetworkName": "a"}, {"virtualNetworkName": "b"}, True),
        (VNET, {"location": "a"}, {"location": "b"}, True),
        (ADDRESS, {"sku": {"name": "Basic"}}, {"sku": {"name": "Standard"}}, True),
        (ADDRESS, {"tags": {"a": "b"}}, {"tags": {"a": "c"}}, False),
        (ROLE, {"principalId": "a"}, {"principalId": "b"}, True),
        (ROLE, {"scope": "a"}, {"scope": "b"}, True),
        ("azure-native:compute:Disk", {"resourceGroupName": "a"}, {"resourceGroupName": "b"}, True),
        (POLICY, {"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}, True),
        (POLICY, {"metadata": {"namespace": "a"}}, {"metadata": {"namespace": "b"}}, True),
        (POLICY, {"metadata": {"labels": {"a": "b"}}}, {"metadata": {"labels": {"a": "c"}}}, False),
        (POLICY, {"spec": {"podSelector": {}}}, {"spec": {"podSelector": {"matchLabels": {"a": "b"}}}}, False),
        ("kubernetes:apps/v1:Deployment", {"spec": {"selector": {"a": "b"}}}, {"spec": {"selector": {"a": "c"}}}, True),
        ("kubernetes:core/v1:Secret", {"data": {"a": "b"}}, {"data": {"a": "c"}}, True),
        ("kubernetes:helm.sh/v3:Release", {"namespace": "a"}, {"namespace": "b"}, True),
        ("kubernetes:helm.sh/v3:Release", {"values": {"a": 1}}, {"values": {"a": 2}}, False),
        (PROVIDER, {"clusterIdentifier": "a"}, {"clusterIdentifier": "b"}, True),
        (PROVIDER, {}, {"clusterIdentifier": "b"}, False),
        ("random:index:Pet", {"name": "a"}, {"name": "b"}, False),
    ],
)
def test_provider_replaces_for_these(token: str, old: dict[str, Any], new: dict[str, Any], *, expected: bool) -> None:
    assert forced(token, old, new) is expected


def planned(old: list[Resource], new: list[Resource]) -> dict[str, Planned]:
    """What is planned, by Pulumi name."""
    return {
        f"{each.pair.either.type.rpartition(':')[2]} {each.pair.either.name}": each for each in plan(pair(old, new))
    }


def replaced(old: list[Resource], new: list[Resource]) -> dict[str, str | None]:
    """The replaced resources and the label of their cause."""
    found = {name: each.replacement for name, each in planned(old, new).items()}
    return {name: why.cause and why.cause.rpartition("::")[2] for name, why in found.items() if why}


EVERYTHING = [vnet(), subnet(), cluster(), pool(), kubernetes(), policy()]


def test_pod_range_takes_pools_provider_and_policies_along() -> None:
    new = [vnet(), subnet(), cluster({"podCidr": "b"}), pool(), kubernetes(), policy()]
    old = [vnet(), subnet(), cluster({"podCidr": "a"}), pool(), kubernetes(), policy()]
    assert replaced(old, new) == {
        "ManagedCluster main": None,
        "AgentPool user": "main",
        "kubernetes main": "main",
        "NetworkPolicy deny": "main",
    }


def test_acns_switch_replaces_nothing() -> None:
    old, new = ([cluster({"advancedNetworking": {"enabled": on}}), pool()] for on in (False, True))
    assert replaced(old, new) == {}


def test_network_that_moves_takes_subnets_and_pools_along_and_leaves_the_cluster() -> None:
    new = [vnet(location="northeurope"), *EVERYTHING[1:]]
    assert replaced(EVERYTHING, new) == {"VirtualNetwork main": None, "Subnet nodes": "main", "AgentPool user": "nodes"}


def test_subnet_that_is_replaced_is_held_by_the_cluster_in_it() -> None:
    new = [vnet(location="northeurope"), *EVERYTHING[1:]]
    why = planned(EVERYTHING, new)["Subnet nodes"].replacement
    assert why is not None
    assert why.held_by == (urn(CLUSTER, "main"),)


def test_nothing_is_held_by_what_is_deleted_before_it() -> None:
    group = made(GROUP, "main", {"resourceGroupName": "rg", "location": "westeurope"})
    below = {"resourceGroupName": [group.urn]}
    old = [group, *(_with_sources(each, below) for each in EVERYTHING)]
    moved = made(GROUP, "main", {"resourceGroupName": "rg", "location": "northeurope"})
    new = [moved, *old[1:]]
    found = planned(old, new)
    held = {
        name: each.replacement.held_by for name, each in found.items() if each.replacement and each.replacement.held_by
    }
    assert held == {}
    assert {name for name, each in found.items() if each.replacement} == set(found)


def _with_sources(resource: Resource, more: dict[str, list[str]]) -> Resource:
    if "resourceGroupName" not in resource.inputs:
        return resource
    sources = {name: list(urns) for name, urns in resource.sources.items()}
    options: dict[str, Any] = dict(resource.options)
    return made(resource.type, resource.name, dict(resource.inputs), sources={**sources, **more}, **options)


def test_ignored_property_replaces_nothing() -> None:
    ignoring: dict[str, Any] = {"ignoreChanges": ["networkProfile.podCidr"]}
    old = made(CLUSTER, "main", {"networkProfile": {"podCidr": "a"}}, **ignoring)
    new = made(CLUSTER, "main", {"networkProfile": {"podCidr": "b"}}, **ignoring)
    found = planned([old], [new])["ManagedCluster main"]
    assert found.replacement is None
    assert [each.path for each in found.ignored] == ["networkProfile.podCidr"]


@pytest.mark.parametrize(
    ("pattern", "ignored"),
    [("agentPoolProfiles[0].count", True), ("agentPoolProfiles[*].count", True), ("agentPoolProfiles[1].count", False)],
)
def test_ignored_path_counts_positions(pattern: str, *, ignored: bool) -> None:
    old, new = (
        made(CLUSTER, "main", {"agentPoolProfiles": [{"name": "system", "count": count}]}, ignoreChanges=[pattern])
        for count in (3, 5)
    )
    assert bool(planned([old], [new])["ManagedCluster main"].ignored) is ignored


def test_property_that_the_program_says_so_of_replaces() -> None:
    assert replaced([pool()], [pool(maxPods=60)]) == {"AgentPool user": None}
    assert replaced([made(VNET, "main", {"a": 1})], [made(VNET, "main", {"a": 2}, replaceOnChanges=["*"])]) == {
        "VirtualNetwork main": None
    }


@pytest.mark.parametrize(
    ("before", "after", "stopped"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_own_replacement_is_stopped_by_protection_before_and_after(*, before: bool, after: bool, stopped: bool) -> None:
    found = planned([cluster({"podCidr": "a"}, protect=before)], [cluster({"podCidr": "b"}, protect=after)])
    why = found["ManagedCluster main"].replacement
    assert why is not None
    assert why.protected is stopped


@pytest.mark.parametrize(
    ("before", "after", "stopped"), [(True, True, True), (True, False, True), (False, True, False)]
)
def test_replacement_along_with_another_is_stopped_by_protection_before(
    *, before: bool, after: bool, stopped: bool
) -> None:
    old = [cluster({"podCidr": "a"}, protect=False), pool(protect=before)]
    new = [cluster({"podCidr": "b"}, protect=False), pool(protect=after)]
    why = planned(old, new)["AgentPool user"].replacement
    assert why is not None
    assert why.protected is stopped


def test_spelling_that_azure_reads_alike_is_no_difference() -> None:
    old = made(VNET, "main", {"resourceGroupName": "RG", "location": "West Europe"})
    new = made(VNET, "main", {"resourceGroupName": "rg", "location": "westeurope"})
    found = planned([old], [new])["VirtualNetwork main"]
    assert (found.effective, found.replacement) == ((), None)


def test_unknown_of_a_renamed_resource_is_the_same_unknown() -> None:
    identity = made(IDENTITY, "new", {"resourceName": "id"}, aliases=[{"name": "old"}])
    old = [
        made(IDENTITY, "old", {"resourceName": "id"}),
        made(ROLE, "role", {"principalId": {"$unknown": "principalId of UserAssignedIdentity old"}}),
    ]
    new = [identity, made(ROLE, "role", {"principalId": {"$unknown": "principalId of UserAssignedIdentity new"}})]
    assert replaced(old, new) == {}


def test_role_follows_an_identity_that_is_made_again() -> None:
    def with_role(name: str) -> list[Resource]:
        identity = made(IDENTITY, "main", {"resourceName": name, "resourceGroupName": "rg"})
        principal = {"principalId": {"$unknown": "principalId of UserAssignedIdentity main"}}
        return [identity, made(ROLE, "role", principal, sources={"principalId": [identity.urn]})]

    assert replaced(with_role("id-a"), with_role("id-b")) == {
        "UserAssignedIdentity main": None,
        "RoleAssignment role": "main",
    }


def test_what_is_only_read_is_never_replaced() -> None:
    old, new = (made(VNET, "main", {"location": place}, id="/vnet") for place in ("a", "b"))
    assert replaced([old], [new]) == {}
