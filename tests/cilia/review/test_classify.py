"""From two recordings to effects: what Pulumi plans, judged by what Azure makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from cilia.record import Resource
from tests.cilia.review.builder import (
    CLUSTER,
    PROVIDER,
    SUBNET,
    VNET,
    cluster,
    effects,
    judged,
    kubernetes,
    made,
    policy,
    pool,
    subnet,
    urn,
    vnet,
)

IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
VERSIONED = "azure-native_containerservice_v20260501:containerservice:ManagedCluster"
POD_CIDR = "networkProfile.podCidr"
SMALL, LARGE = {"podCidr": "10.244.0.0/18"}, {"podCidr": "10.244.0.0/16"}


def test_unchanged_program_has_no_changes() -> None:
    assert judged([vnet(), subnet(), cluster()], [vnet(), subnet(), cluster()]) == {}


def test_new_resource_is_created_and_components_are_not_mentioned() -> None:
    new = [made("cilia:network:Network"), vnet()]
    assert effects([], new) == {("main", None): ("create",)}
    assert judged([], new)["main", None].rule == "PRV-09"


def test_resource_that_is_read_or_imported_changes_nothing() -> None:
    assert effects([], [made(VNET, id="/vnet")]) == {("main", None): ("noEffect",)}
    assert effects([made(VNET, id="/vnet")], []) == {("main", None): ("noEffect",)}
    imported: dict[str, Any] = {"import": "/vnet"}
    assert effects([], [made(VNET, **imported)]) == {("main", None): ("noEffect",)}
    old, new = made(VNET, "main", {"a": 1}, id="/vnet"), made(VNET, "main", {"a": 2}, id="/vnet")
    assert effects([old], [new]) == {("main", "a"): ("noEffect",)}


def test_removed_resource_is_deleted_and_protection_refuses() -> None:
    assert effects([cluster(protect=False)], []) == {("main", None): ("delete",)}
    found = judged([cluster()], [])["main", None]
    assert (found.kind, found.effects, found.rule) == ("remove", ("delete", "refused"), "PRV-05")
    assert found.message == (
        "is deleted, and with it everything in the cluster: workloads, addresses of load balancers, volumes whose"
        " reclaim"
        " policy is Delete; protected, so Pulumi refuses: `protect: false` in one apply, this in the next"
    )


def test_removed_resource_that_is_retained_stays() -> None:
    assert effects([made(VNET, retainOnDelete=True)], []) == {("main", None): ("noEffect",)}


def test_removed_pool_says_how_many_nodes_go() -> None:
    found = judged([cluster(), pool(protect=False)], [cluster()])["user", None]
    assert found.message == "is deleted, and with it 3 to 20 nodes; their pods run on only where other pools take them"


def test_growing_pod_range_replaces_and_names_the_way_in_place() -> None:
    found = judged([cluster(SMALL)], [cluster(LARGE)])["main", POD_CIDR]
    assert (found.effects, found.rule) == (("replace", "refused"), "MUT-06")
    assert (found.before, found.after, found.kind, found.cause) == ("10.244.0.0/18", "10.244.0.0/16", "change", None)
    assert (
        "Azure can do it in place: az aks update --pod-cidr 10.244.0.0/16 (the range grows to 10.244.0.0/16 and never"
        " shrinks again); see cilia migrate; protected, so Pulumi refuses" in found.message
    )


def test_shrinking_pod_range_has_no_way_in_place() -> None:
    found = judged([cluster(LARGE, protect=False)], [cluster(SMALL, protect=False)])["main", POD_CIDR]
    assert found.effects == ("replace",)
    assert found.message.endswith(
        "; Azure takes only a larger range that holds the whole old one, and of one IPv4 range only"
    )


def test_everything_that_follows_a_replaced_cluster_has_its_cause() -> None:
    old = [cluster(SMALL, protect=False), pool(), kubernetes(), policy()]
    new = [cluster(LARGE, protect=False), pool(), kubernetes(), policy()]
    found = judged(old, new)
    assert {place: (change.effects, change.rule, change.cause) for place, change in found.items()} == {
        ("main", POD_CIDR): (("replace",), "MUT-06", None),
        ("user", "resourceName"): (("replace", "refused"), "PRV-05", urn(CLUSTER, "main")),
        ("main", "clusterIdentifier"): (("replace",), "PRV-04", urn(CLUSTER, "main")),
        ("deny", "provider"): (("replace",), "PRV-04", urn(PROVIDER, "main")),
    }
    assert found["user", "resourceName"].before == "aks"
    assert found["user", "resourceName"].after == {"$unknown": "resourceName of the new ManagedCluster main"}


def test_other_changes_of_a_replaced_resource_come_along() -> None:
    old, new = cluster(SMALL, tags={"a": "b"}, protect=False), cluster(LARGE, tags={"a": "c"}, protect=False)
    along = judged([old], [new])["main", "tags.a"]
    assert (along.effects, along.rule, along.cause) == (("replace",), "PRV-04", urn(CLUSTER, "main"))
    assert along.comes_along


def test_acns_is_switched_in_place() -> None:
    old, new = (cluster({"advancedNetworking": {"observability": {"enabled": on}}}) for on in (False, True))
    assert effects([old], [new]) == {("main", "networkProfile.advancedNetworking.observability.enabled"): ("inPlace",)}


def test_list_of_pod_ranges_is_planned_in_place_and_refused_by_azure() -> None:
    old, new = cluster({"podCidrs": ["10.0.0.0/16", "fd::/64"]}), cluster({"podCidrs": ["10.0.0.0/15", "fd::/64"]})
    found = judged([old], [new])["main", "networkProfile.podCidrs"]
    assert (found.effects, found.rule) == (("refused",), "MUT-06")


def test_whole_network_profile_is_planned_in_place_and_refused_by_azure() -> None:
    old = made(CLUSTER, "main", {"resourceName": "aks"})
    new = made(
        CLUSTER, "main", {"resourceName": "aks", "networkProfile": {"networkPlugin": "azure", "serviceCidr": "a"}}
    )
    assert effects([old], [new]) == {
        ("main", "networkProfile.networkPlugin"): ("refused",),
        ("main", "networkProfile.serviceCidr"): ("refused",),
    }


def test_max_pods_of_the_system_pool_is_planned_in_place_and_refused_by_azure() -> None:
    old = cluster()
    new = cluster(agentPoolProfiles=[{"name": "system", "count": 3, "maxPods": 60, "vnetSubnetID": "/subnets/nodes"}])
    found = judged([old], [new])["main", "agentPoolProfiles[system].maxPods"]
    assert (found.effects, found.rule, found.before, found.after) == (("refused",), "MUT-24", 110, 60)


def test_max_pods_of_a_pool_of_its_own_replaces_it() -> None:
    found = judged([cluster(), pool(protect=False)], [cluster(), pool(protect=False, maxPods=60)])["user", "maxPods"]
    assert (found.effects, found.rule) == (("replace",), "MUT-24")
    assert found.message == (
        "Pulumi deletes AgentPool user and makes it again, and with it 3 to 20 nodes; their pods run on only where"
        " other"
        " pools take them; Azure fixes maxPods of pool user at its creation (PropertyChangeNotAllowed); add a pool"
        " under"
        " another key and retire this one"
    )


def test_count_that_the_autoscaler_owns_has_no_effect() -> None:
    found = judged([cluster(), pool()], [cluster(), pool(count=7)])["user", "count"]
    assert (found.effects, found.rule) == (("noEffect",), "PRV-06")


def test_upgrade_rolls_the_nodes_that_run_now() -> None:
    old = [cluster(kubernetesVersion="1.34"), pool(orchestratorVersion="1.34")]
    new = [cluster(kubernetesVersion="1.35"), pool(orchestratorVersion="1.35", maxCount=50)]
    found = judged(old, new)
    assert found["main", "kubernetesVersion"].effects == ("inPlace", "oneWay")
    assert found["user", "orchestratorVersion"].effects == ("rolling", "oneWay")
    assert found["user", "orchestratorVersion"].message.startswith("3 to 20 nodes of pool user are replaced")


def test_prefix_of_a_subnet_that_a_cluster_uses_is_refused_by_azure() -> None:
    old = [vnet(), subnet("10.20.0.0/24"), cluster(), pool()]
    new = [vnet(), subnet("10.20.4.0/24"), cluster(), pool()]
    found = judged(old, new)["nodes", "addressPrefix"]
    assert (found.effects, found.rule) == (("refused",), "MUT-26")
    assert found.message.endswith(": ManagedCluster main, AgentPool user")


def test_prefix_of_a_subnet_without_users_moves() -> None:
    assert effects([vnet(), subnet("10.20.0.0/24")], [vnet(), subnet("10.20.4.0/24")]) == {
        ("nodes", "addressPrefix"): ("inPlace",)
    }


def test_range_under_a_subnet_is_not_taken_from_its_network() -> None:
    old, new = [vnet("10.20.0.0/16"), subnet()], [vnet("10.30.0.0/16"), subnet("10.30.0.0/24")]
    found = judged(old, new)["main", "addressSpace.addressPrefixes"]
    assert (found.effects, found.rule) == (("refused",), "MUT-26")
    assert found.message == "Azure takes no range out of a VNet under a subnet: Subnet nodes (10.20.0.0/24)"
    assert judged(old, new)["nodes", "addressPrefix"].cause == urn(VNET, "main")


def test_subnet_that_moves_within_its_network_moves_by_itself() -> None:
    found = judged([vnet(), subnet("10.20.0.0/24")], [vnet(), subnet("10.20.4.0/24")])
    assert found["nodes", "addressPrefix"].cause is None


def test_network_that_moves_takes_its_subnets_along_and_azure_refuses_while_they_are_used() -> None:
    old = [vnet(protect=False), subnet(protect=False), cluster()]
    new = [vnet(protect=False, location="northeurope"), subnet(protect=False), cluster()]
    found = judged(old, new)
    assert found["main", "location"].effects == ("replace",)
    follows = found["nodes", "virtualNetworkName"]
    assert (follows.effects, follows.cause) == (("replace", "refused"), urn(VNET, "main"))
    assert follows.message == (
        "is replaced with VirtualNetwork main, and with it the range with everything in it; Azure does not delete it"
        " while"
        " it is in use: ManagedCluster main"
    )


def test_name_replaces_whatever_the_resource_is() -> None:
    old, new = made(IDENTITY, "main", {"resourceName": "a"}), made(IDENTITY, "main", {"resourceName": "b"})
    found = judged([old], [new])["main", "resourceName"]
    assert (found.effects, found.rule) == (("replace",), "PRV-01")
    assert found.message == (
        "Pulumi deletes UserAssignedIdentity main and makes it again, and with it the principal with every right"
        " that it"
        " was granted; it is part of the resource's id"
    )


def test_replacement_that_only_the_program_asks_for() -> None:
    old, new = made(SUBNET, "a", {"x": 1}), made(SUBNET, "a", {"x": 2}, replaceOnChanges=["x"])
    assert judged([old], [new])["a", "x"].rule == "PRV-03"


def test_unknown_property_is_updated_in_place() -> None:
    found = judged([vnet()], [vnet(extra=1)])["main", "extra"]
    assert (found.effects, found.rule) == (("inPlace",), "PRV-08")


def test_rename_with_an_alias_is_a_rename() -> None:
    renamed = made(VNET, "new", dict(vnet().inputs), aliases=[{"name": "main"}], protect=True)
    found = judged([vnet()], [renamed])
    assert list(found) == [("new", "urn")]
    change = found["new", "urn"]
    assert (change.effects, change.rule, change.before, change.after) == (
        ("noEffect",),
        "PRV-07",
        urn(VNET, "main"),
        urn(VNET, "new"),
    )


def test_other_version_of_the_api_is_an_update_in_place() -> None:
    old, new = made(CLUSTER), made(VERSIONED, aliases=[{"type": CLUSTER}])
    found = judged([old], [new])["main", "azureApiVersion"]
    assert (found.effects, found.rule, found.before, found.after) == (
        ("inPlace",),
        "PRV-12",
        "the SDK's own",
        "2026-05-01",
    )


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (True, False, "the next apply may remove it"),
        (False, True, "from the next apply on Pulumi refuses to remove it"),
    ],
)
def test_protection_is_said_with_what_it_allows(*, before: bool, after: bool, message: str) -> None:
    found = judged([vnet(protect=before)], [vnet(protect=after)])["main", "options.protect"]
    assert (found.effects, found.message) == (("noEffect",), message)


def test_secret_is_never_shown() -> None:
    old, new = made(VNET, "main", {"tags": {"a": "hunter2"}}), made(VNET, "main", {"tags": {"a": {"$secret": True}}})
    assert "hunter2" not in str(judged([old], [new]))


def test_value_that_comes_from_a_replaced_resource_names_it() -> None:
    def program(name: str) -> list:  # type: ignore[type-arg]
        identity = made(IDENTITY, "main", {"resourceName": name})
        sources = {"identity": [identity.urn]}
        return [identity, made(CLUSTER, "main", {"identity": {"userAssignedIdentities": [name]}}, sources=sources)]

    found = judged(program("a"), program("b"))["main", "identity.userAssignedIdentities"]
    assert (found.effects, found.rule, found.cause) == (("disruptive",), "MUT-20", urn(IDENTITY, "main"))


def beside(name: str, prefix: str) -> Resource:
    """Another subnet of the same network."""
    inputs = {**subnet(prefix).inputs, "subnetName": name}
    return made(SUBNET, name, inputs, sources={"virtualNetworkName": [urn(VNET, "main")]})


def test_subnet_does_not_grow_into_one_that_has_not_moved_yet() -> None:
    old = [vnet(), beside("tools", "10.20.1.0/26"), beside("jobs", "10.20.1.64/26")]
    new = [vnet(), beside("tools", "10.20.1.0/25"), beside("jobs", "10.20.1.128/26")]
    found = judged(old, new)
    assert found["tools", "addressPrefix"].effects == ("refused",)
    assert found["tools", "addressPrefix"].message == (
        "Azure refuses a range that overlaps one that is still there at that moment (NetcfgSubnetRangesOverlap): Subnet"
        " jobs (10.20.1.64/26)"
    )
    assert found["jobs", "addressPrefix"].effects == ("inPlace",)


def test_subnet_moves_to_where_an_earlier_one_was() -> None:
    old = [vnet(), beside("tools", "10.20.1.0/26"), beside("jobs", "10.20.1.64/26")]
    new = [vnet(), beside("tools", "10.20.2.0/26"), beside("jobs", "10.20.1.0/26")]
    assert set(effects(old, new).values()) == {("inPlace",)}


def test_new_subnet_does_not_lie_where_one_is_that_goes_only_afterwards() -> None:
    found = judged([vnet(), beside("old", "10.20.1.0/26")], [vnet(), beside("new", "10.20.1.0/26")])
    assert (found["new", None].effects, found["new", None].rule) == (("create", "refused"), "MUT-26")
    assert found["new", None].message.endswith("Subnet old (10.20.1.0/26); let them go in an apply before")
    assert found["old", None].effects == ("delete",)


def test_subnets_of_other_networks_are_not_in_the_way() -> None:
    elsewhere = made(SUBNET, "b", {"virtualNetworkName": "other", "addressPrefix": "10.20.1.0/26"})
    assert effects([elsewhere], [elsewhere, beside("a", "10.20.1.0/26")]) == {("a", None): ("create",)}


ISOLATES = {"podSelector": {"matchLabels": {"app": "a"}}, "policyTypes": ["Ingress"]}
OPEN = {"podSelector": {"matchLabels": {"app": "a"}}, "policyTypes": ["Ingress"], "ingress": [{}]}


def test_first_policy_that_isolates_pods_is_disruptive() -> None:
    found = judged([kubernetes()], [kubernetes(), policy(spec=ISOLATES)])["deny", None]
    assert (found.effects, found.rule) == (("create", "disruptive"), "CHG-18")
    assert found.message == (
        "is created; isolates pods with app=a in shop for ingress: from then on only what policies allow goes on"
    )


def test_second_policy_for_isolated_pods_is_only_created() -> None:
    first = [kubernetes(), policy(spec=ISOLATES)]
    assert effects(first, [*first, policy("more", spec=OPEN)]) == {("more", None): ("create",)}


def test_last_policy_that_isolates_pods_lets_everybody_in() -> None:
    found = judged([kubernetes(), policy(spec=ISOLATES)], [kubernetes()])["deny", None]
    assert (found.effects, found.rule) == (("disruptive", "delete"), "CHG-18")
    assert found.message == (
        "is deleted; nothing isolates pods with app=a in shop for ingress any more: everything is allowed there"
    )


def test_edited_policy_is_disruptive_only_where_it_changes_who_is_isolated() -> None:
    def edited(spec: dict[str, Any]) -> set[tuple[str, ...]]:
        before, after = [kubernetes(), policy(spec=ISOLATES)], [kubernetes(), policy(spec=spec)]
        return set(effects(before, after).values())

    assert edited(OPEN) == {("inPlace",)}
    assert edited({**ISOLATES, "podSelector": {"matchLabels": {"app": "b"}}}) == {("disruptive",)}
    assert edited({**ISOLATES, "policyTypes": ["Ingress", "Egress"]}) == {("disruptive",)}


def test_release_of_cilium_says_how_many_nodes_restart_it() -> None:
    def program(version: str) -> list[Resource]:
        release = made(
            "kubernetes:helm.sh/v3:Release",
            "main-cilium",
            {"name": "cilium", "chart": "cilium", "version": version},
            provider=urn(PROVIDER, "main"),
        )
        return [cluster(), pool(), kubernetes(), release]

    found = judged(program("1.19.5"), program("1.19.6"))["main-cilium", "version"]
    assert (found.effects, found.rule) == (("rolling",), "CHG-14")
    assert found.message.startswith("Cilium's agents on 6 to 23 nodes restart, 2 at a time")
    jump = judged(program("1.17.9"), program("1.19.6"))["main-cilium", "version"]
    assert jump.effects == ("disruptive", "refused")


def test_other_name_in_pulumi_for_the_same_thing_is_refused_and_says_how_to_rename() -> None:
    old = made(VNET, "old", dict(vnet().inputs))
    found = judged([old], [made(VNET, "new", dict(vnet().inputs))])
    assert (found["new", None].effects, found["new", None].rule) == (("create", "refused"), "PRV-14")
    assert found["new", None].message == (
        "is what VirtualNetwork old is, which is still there then: the provider creates nothing that exists; if it is"
        f" renamed in Pulumi only: pulumi state rename '{urn(VNET, 'old')}' new"
    )
    assert found["old", None].effects == ("delete",)


def test_object_in_a_cluster_under_another_name_in_pulumi_is_refused() -> None:
    again = made(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy", "again", dict(policy().inputs), provider=urn(PROVIDER, "main")
    )
    assert judged([kubernetes(), policy()], [kubernetes(), again])["again", None].rule == "PRV-14"
    elsewhere = made(again.type, "again", dict(policy().inputs), provider=urn(PROVIDER, "other"))
    assert judged([kubernetes(), policy()], [kubernetes(), elsewhere])["again", None].rule == "PRV-09"


def test_default_that_replaces_says_how_the_replacement_is_kept_away() -> None:
    asked: dict[str, Any] = {"replaceOnChanges": ["podIPAllocationMode"]}
    old = made(pool().type, "user", {"agentPoolName": "user"})
    new = made(pool().type, "user", {"agentPoolName": "user", "podIPAllocationMode": "DynamicIndividual"}, **asked)
    found = judged([old], [new])["user", "podIPAllocationMode"]
    assert (found.effects, found.rule) == (("replace",), "CHG-13")
    assert found.message.endswith(
        ", although DynamicIndividual is what Azure does anyway; write it as it was written before"
    )
