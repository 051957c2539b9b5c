"""What AKS asks of a cluster's surroundings and what it adds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine import samples
from tests.engine.client import CallError, Client, Kept
from tests.engine.rules import identity


@pytest.fixture
def group(azure: Client) -> Kept:
    return samples.group(azure)


@pytest.fixture
def nodes(azure: Client, group: Kept) -> Kept:  # noqa: ARG001 - it has to be there
    samples.network(azure)
    return samples.subnet(azure, "nodes", "10.0.0.0/24")


def network_id(nodes: Kept) -> str:
    return nodes.id.partition("/subnets/")[0]


def test_identity_must_have_its_role_on_the_subnet_before_the_cluster(azure: Client, nodes: Kept) -> None:
    holder = samples.identity(azure)
    with pytest.raises(CallError, match=r"Status=403.*LinkedAuthorizationFailed.*subnets/nodes"):
        samples.cluster_on_subnet(azure, nodes, holder)

    samples.grant(azure, holder, network_id(nodes))
    samples.cluster_on_subnet(azure, nodes, holder)


def test_role_that_has_not_propagated_fails_the_first_attempt_only(azure: Client, nodes: Kept) -> None:
    holder = samples.identity(azure)
    samples.grant(azure, holder, nodes.id)
    azure.store.order(propagation_seconds=3600.0)
    with pytest.raises(CallError, match="LinkedAuthorizationFailed"):
        samples.cluster_on_subnet(azure, nodes, holder)

    azure.store.order(propagation_seconds=0.0)
    samples.cluster_on_subnet(azure, nodes, holder)


def test_unknown_subnet_and_unknown_identity_are_named(azure: Client, nodes: Kept) -> None:
    gone = nodes.id.replace("nodes", "gone")
    with pytest.raises(CallError, match=r"SubnetNotFound.*subnet gone in vnet main from resource group rg-test"):
        samples.cluster(azure, agentPoolProfiles=[samples.pool_profile(vnetSubnetID=gone)])

    nobody = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/nobody"
    with pytest.raises(CallError, match=r"FailedIdentityOperation.*nobody was not found"):
        samples.cluster(azure, identity={"type": "UserAssigned", "userAssignedIdentities": [nobody]})


def test_cluster_answers_what_only_azure_knows(azure: Client, nodes: Kept) -> None:
    holder = samples.identity(azure)
    samples.grant(azure, holder, network_id(nodes))
    made = samples.cluster_on_subnet(azure, nodes, holder, oidcIssuerProfile={"enabled": True})
    out = made.outputs

    assert out["fqdn"].endswith(".hcp.westeurope.azmk8s.io")
    assert out["currentKubernetesVersion"] == "1.34.4"
    assert out["kubernetesVersion"] == "1.34"
    assert out["oidcIssuerProfile"]["issuerURL"].startswith("https://westeurope.oic.prod-aks.azure.com/")
    assert out["nodeResourceGroup"] == "MC_rg-test_aks-main_westeurope"
    assert out["identity"]["userAssignedIdentities"][holder.id]["principalId"] == holder.outputs["principalId"]
    kubelet = out["identityProfile"]["kubeletidentity"]
    assert kubelet["resourceId"].endswith("/userAssignedIdentities/aks-main-agentpool")
    assert azure.store.snapshot()[kubelet["resourceId"].lower()].body["principalId"] == kubelet["objectId"]


@pytest.mark.usefixtures("group")
def test_refresh_right_after_a_create_changes_no_input(azure: Client) -> None:
    made = samples.cluster(azure, oidcIssuerProfile={"enabled": True}, tags={"env": "test"})

    again = azure.refresh(made)

    assert again is not None
    assert again.inputs == made.inputs


@pytest.mark.usefixtures("group")
def test_new_cluster_has_a_new_address_and_issuer(azure: Client) -> None:
    first = samples.cluster(azure, oidcIssuerProfile={"enabled": True})
    azure.delete(first)
    second = samples.cluster(azure, oidcIssuerProfile={"enabled": True})

    assert first.outputs["fqdn"] != second.outputs["fqdn"]
    assert first.outputs["oidcIssuerProfile"] != second.outputs["oidcIssuerProfile"]


@pytest.mark.usefixtures("group")
def test_private_cluster_has_a_private_name(azure: Client) -> None:
    access = {"enablePrivateCluster": True, "privateDNSZone": "system", "enablePrivateClusterPublicFQDN": False}
    made = samples.cluster(azure, apiServerAccessProfile=access)

    assert "fqdn" not in made.outputs
    assert made.outputs["privateFQDN"].endswith(".privatelink.westeurope.azmk8s.io")


def test_zone_of_ones_own_needs_its_own_role(azure: Client, nodes: Kept) -> None:
    zone_inputs = {**samples.IN_GROUP, "privateZoneName": "privatelink.westeurope.azmk8s.io", "location": "global"}
    zone = azure.create("privatedns:PrivateZone", "zone", zone_inputs)
    holder = samples.identity(azure)
    samples.grant(azure, holder, network_id(nodes))
    access = {"enablePrivateCluster": True, "privateDNSZone": zone.id}

    with pytest.raises(CallError, match="CustomPrivateDNSZoneMissingPermissionError"):
        samples.cluster_on_subnet(azure, nodes, holder, apiServerAccessProfile=access)
    samples.grant(azure, holder, zone.id, identity.PRIVATE_DNS_ZONE_CONTRIBUTOR, number=2)
    samples.cluster_on_subnet(azure, nodes, holder, apiServerAccessProfile=access)


@pytest.mark.usefixtures("group")
def test_kubelet_identity_of_ones_own_needs_the_operator_role(azure: Client) -> None:
    holder, kubelet = samples.identity(azure), samples.identity(azure, "kubelet")
    own: dict[str, Any] = {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": [holder.id]},
        "identityProfile": {"kubeletidentity": {"resourceId": kubelet.id}},
    }

    with pytest.raises(CallError, match="CustomKubeletIdentityMissingPermissionError"):
        samples.cluster(azure, **own)
    samples.grant(azure, holder, kubelet.id, identity.MANAGED_IDENTITY_OPERATOR)
    made = samples.cluster(azure, **own)
    assert made.outputs["identityProfile"]["kubeletidentity"]["objectId"] == kubelet.outputs["principalId"]


@pytest.mark.usefixtures("group")
def test_pool_is_not_introduced_through_the_cluster(azure: Client) -> None:
    made = samples.cluster(azure)
    two = [samples.pool_profile(), samples.pool_profile("user", mode="User")]

    with pytest.raises(CallError, match=r"BadRequest.*A new agent pool was introduced"):
        azure.update(made, samples.cluster_inputs(agentPoolProfiles=two))


@pytest.mark.usefixtures("group")
def test_pool_of_its_own_is_listed_after_a_refresh_and_stays_when_the_cluster_omits_it(azure: Client) -> None:
    made = samples.cluster(azure)
    user = samples.pool(azure)

    again = azure.refresh(made)
    assert again is not None
    assert [pool["name"] for pool in again.inputs["agentPoolProfiles"]] == ["system", "user"]
    diff = azure.diff(again, samples.cluster_inputs())
    assert (list(diff.detailedDiff), list(diff.replaces)) == (["agentPoolProfiles[1]"], [])

    settled = azure.update(again, samples.cluster_inputs())
    assert [pool["name"] for pool in settled.outputs["agentPoolProfiles"]] == ["system", "user"]
    assert azure.refresh(user) is not None


def test_pools_are_listed_by_name_and_not_by_age(azure: Client) -> None:
    samples.group(azure)
    made = samples.cluster(azure)
    samples.pool(azure, "apps")

    again = azure.refresh(made)

    assert again is not None
    assert [pool["name"] for pool in again.inputs["agentPoolProfiles"]] == ["apps", "system"]


@pytest.mark.usefixtures("group")
def test_edit_of_the_inline_pool_reaches_azure(azure: Client) -> None:
    made = samples.cluster(azure)

    edited = azure.update(made, samples.cluster_inputs(agentPoolProfiles=[samples.pool_profile(count=5)]))

    assert edited.outputs["agentPoolProfiles"][0]["count"] == 5


@pytest.mark.usefixtures("group")
def test_quota_counts_every_pool_of_the_region(azure: Client) -> None:
    azure.store.order(vcpu_quota=20)
    samples.cluster(azure)

    with pytest.raises(CallError, match=r"ErrCode_InsufficientVCPUQuota.*requested 24, remaining 20"):
        samples.pool(azure, count=2, vmSize="Standard_D6ds_v5")
    samples.pool(azure, count=1)


@pytest.mark.usefixtures("group")
def test_feature_that_is_not_registered_is_refused_only_where_it_is_used(azure: Client) -> None:
    feature = "Microsoft.ContainerService/IstioPreview"
    azure.store.order(unregistered_features={"serviceMeshProfile.mode": feature})

    with pytest.raises(CallError, match=f"The feature '{feature}' is not registered for subscription"):
        samples.cluster(azure, serviceMeshProfile={"mode": "Istio", "istio": {"revisions": ["asm-1-27"]}})
    samples.cluster(azure)


@pytest.mark.usefixtures("group")
def test_issuer_cannot_be_switched_off(azure: Client) -> None:
    made = samples.cluster(azure, oidcIssuerProfile={"enabled": True})

    with pytest.raises(CallError, match="OIDCIssuerFeatureCannotBeDisabled"):
        azure.update(made, samples.cluster_inputs(oidcIssuerProfile={"enabled": False}))
    kept = azure.update(made, samples.cluster_inputs())
    assert kept.outputs["oidcIssuerProfile"] == made.outputs["oidcIssuerProfile"]


def test_cluster_takes_its_pools_and_its_node_group_along(azure: Client, group: Kept) -> None:
    made = samples.cluster(azure)
    samples.pool(azure)

    azure.delete(made)

    assert list(azure.store.snapshot()) == [group.id.lower()]


@pytest.mark.usefixtures("group")
def test_id_of_a_cluster_is_spelt_as_aks_spells_it(azure: Client) -> None:
    assert "/resourcegroups/rg-test/" in samples.cluster(azure).id
