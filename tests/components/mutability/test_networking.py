"""How pods are connected: which changes Azure takes in place, and which it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.mutability.judging import effects, judged, network

FLAT = network(networkPlugin="azure", networkPolicy="none")
OVERLAY = network(networkPlugin="azure", networkPluginMode="overlay", networkDataplane="azure", podCidr="10.244.0.0/16")
CILIUM = network(networkPlugin="azure", networkPluginMode="overlay", networkDataplane="cilium", networkPolicy="cilium")
POD_SUBNET = {**FLAT, "agentPoolProfiles": [{"name": "system", "podSubnetID": "/subscriptions/a/subnets/pods"}]}
BYO = network(networkPlugin="none", podCidr="100.64.0.0/14")
ACNS = "networkProfile.advancedNetworking"
ACNS_ON = network(advancedNetworking={"enabled": True, "security": {"enabled": True, "advancedNetworkPolicies": "L7"}})


@pytest.mark.parametrize(
    ("path", "before", "after", "around", "expected"),
    [
        ("networkPluginMode", None, "overlay", (FLAT, OVERLAY), ("MUT-01", ("rolling", "oneWay"))),
        ("networkPluginMode", "overlay", None, (OVERLAY, FLAT), ("MUT-01", ("refused",))),
        ("networkDataplane", "azure", "cilium", (OVERLAY, CILIUM), ("MUT-02", ("rolling", "oneWay"))),
        ("networkDataplane", "cilium", "azure", (CILIUM, OVERLAY), ("MUT-02", ("refused",))),
        ("networkPolicy", "none", "cilium", (OVERLAY, CILIUM), ("MUT-02", ("rolling", "oneWay"))),
        ("networkPolicy", "cilium", "none", (CILIUM, OVERLAY), ("MUT-02", ("refused",))),
        ("networkPluginMode", None, "overlay", (POD_SUBNET, OVERLAY), ("MUT-03", ("refused",))),
        ("networkPluginMode", "overlay", None, (OVERLAY, POD_SUBNET), ("MUT-03", ("refused",))),
        ("networkPlugin", "none", "azure", (BYO, OVERLAY), ("MUT-05", ("refused",))),
        ("networkPlugin", "azure", "none", (OVERLAY, BYO), ("MUT-05", ("refused",))),
        ("podCidr", "10.244.0.0/16", "10.244.0.0/15", (OVERLAY, OVERLAY), ("MUT-06", ("inPlace", "oneWay"))),
        ("podCidr", "10.244.0.0/16", "10.244.0.0/17", (OVERLAY, OVERLAY), ("MUT-06", ("refused",))),
        ("podCidr", "10.244.0.0/16", "10.245.0.0/16", (OVERLAY, OVERLAY), ("MUT-06", ("refused",))),
        ("podCidr", None, "10.244.0.0/16", (FLAT, OVERLAY), ("MUT-06", ("inPlace", "oneWay"))),
        ("podCidr", None, "10.244.0.0/16", (OVERLAY, OVERLAY), ("MUT-06", ("refused",))),
        ("podCidrs", ["10.0.0.0/16"], ["10.0.0.0/15"], (OVERLAY, OVERLAY), ("MUT-06", ("refused",))),
        ("podCidr", "100.64.0.0/14", "100.0.0.0/16", (BYO, BYO), ("MUT-07", ("inPlace",))),
        ("serviceCidr", "172.20.0.0/16", "172.21.0.0/16", (OVERLAY, OVERLAY), ("MUT-08", ("refused",))),
        ("dnsServiceIP", "172.20.0.10", "172.20.0.11", (OVERLAY, OVERLAY), ("MUT-08", ("refused",))),
        ("networkPolicy", "none", "calico", (FLAT, FLAT), ("MUT-09", ("rolling",))),
        ("networkPolicy", "calico", "none", (FLAT, FLAT), ("MUT-09", ("rolling",))),
        ("ipFamilies", None, ["IPv4", "IPv6"], (OVERLAY, OVERLAY), ("MUT-10", ("refused",))),
        ("loadBalancerSku", "standard", "basic", (OVERLAY, OVERLAY), ("MUT-14", ("refused",))),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_change_of_networking_has_this_rule_and_effects(
    path: str, before: Any, after: Any, around: tuple[Any, Any], expected: Any
) -> None:
    old, new = around
    assert effects(f"networkProfile.{path}", before, after, old=old, new=new) == expected


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        ("enabled", False, True, ("inPlace",)),
        ("observability.enabled", True, False, ("inPlace",)),
        ("security.enabled", False, True, ("inPlace",)),
        ("security.enabled", True, False, ("disruptive",)),
        ("enabled", True, False, ("disruptive",)),
        ("security.advancedNetworkPolicies", "FQDN", "L7", ("inPlace",)),
        ("security.advancedNetworkPolicies", "L7", "FQDN", ("disruptive",)),
        ("security.advancedNetworkPolicies", "L7", "None", ("disruptive",)),
        ("security.transitEncryption.type", "None", "WireGuard", ("disruptive",)),
        ("security.transitEncryption.type", "WireGuard", "None", ("disruptive",)),
        ("performance.accelerationMode", "None", "BpfVeth", ("rolling",)),
        ("performance.accelerationMode", "BpfVeth", "None", ("rolling",)),
    ],
)
def test_switch_of_acns_has_these_effects(path: str, before: Any, after: Any, expected: Any) -> None:
    assert effects(f"{ACNS}.{path}", before, after, old=ACNS_ON) == ("MUT-23", expected)


def test_acns_without_security_is_switched_off_without_harm() -> None:
    old = network(advancedNetworking={"enabled": True, "security": {"enabled": False}})
    assert effects(f"{ACNS}.enabled", True, False, old=old) == ("MUT-23", ("inPlace",))


def test_way_to_overlay_is_named_with_its_numbers_and_what_comes_first() -> None:
    old = network(networkPlugin="azure", networkPolicy="calico")
    _, verdict = judged("networkProfile.networkPluginMode", None, "overlay", old=old, new=OVERLAY)
    assert verdict.way == "az aks update --network-plugin-mode overlay --pod-cidr 10.244.0.0/16"
    assert verdict.message == (
        "all pools are reimaged at once (6 to 23 nodes), as in a node image upgrade, and there is no way back; policy"
        " engine calico has to be removed first"
    )


def test_way_to_overlay_keeps_cilium_which_nobody_can_remove() -> None:
    old = network(networkPlugin="azure", networkDataplane="cilium", networkPolicy="cilium")
    _, verdict = judged("networkProfile.networkPluginMode", None, "overlay", old=old, new=CILIUM)
    assert verdict.message == (
        "all pools are reimaged at once (6 to 23 nodes), as in a node image upgrade, and there is no way back"
    )


def test_way_to_cilium_excludes_a_change_of_mode_in_the_same_operation() -> None:
    _, together = judged("networkProfile.networkDataplane", "azure", "cilium", old=FLAT, new=CILIUM)
    _, alone = judged("networkProfile.networkDataplane", "azure", "cilium", old=OVERLAY, new=CILIUM)
    assert together.message.endswith("; not in the same operation as the change of mode")
    assert alone.message.endswith("replaces the engine that is there now")
    assert alone.way == "az aks update --network-dataplane cilium"


def test_engines_are_exchanged_by_way_of_none() -> None:
    _, verdict = judged("networkProfile.networkPolicy", "azure", "calico", old=FLAT)
    assert verdict.message.endswith("; by way of none, in two steps")


def test_pod_range_of_a_dual_stack_cluster_does_not_grow() -> None:
    old = network(networkPlugin="azure", networkPluginMode="overlay", podCidrs=["10.244.0.0/16", "fd12::/64"])
    assert effects("networkProfile.podCidr", "10.244.0.0/16", "10.244.0.0/15", old=old) == ("MUT-06", ("refused",))


def test_first_pod_range_says_what_azure_measures_it_by() -> None:
    _, chosen = judged("networkProfile.podCidr", None, "10.244.0.0/16", old=OVERLAY)
    assert chosen.message == (
        "no range was written before, so Azure chose one; it takes only a larger one that holds all of that"
    )
    _, moved = judged("networkProfile.podCidr", None, "10.244.0.0/16", old=FLAT, new=OVERLAY)
    assert moved.message == "pods get addresses of 10.244.0.0/16 with the new mode"
