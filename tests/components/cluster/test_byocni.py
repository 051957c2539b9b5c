"""The AKS half of a cluster with a Cilium of its own."""

from __future__ import annotations

from ipaddress import IPv4Network

from components.cluster.fitting import Ranges, ceilings
from components.facts.features import MODES, ModeName
from tests.components.cluster.builder import config, plan

NETWORKING = {"mode": "byocni", "podCidr": "100.64.0.0/18", "serviceCidr": "172.21.0.0/16"}


def test_network_profile_has_plugin_none_and_nothing_of_other_modes() -> None:
    assert plan({"networking": NETWORKING}).properties["networkProfile"] == {
        "networkPlugin": "none",
        "podCidr": "100.64.0.0/18",
        "serviceCidr": "172.21.0.0/16",
        "dnsServiceIP": "172.21.0.10",
        "outboundType": "loadBalancer",
        "loadBalancerSku": "standard",
        "loadBalancerProfile": {
            "managedOutboundIPs": {"count": 1},
            "allocatedOutboundPorts": 0,
            "idleTimeoutInMinutes": 30,
            "backendPoolType": "NodeIPConfiguration",
        },
    }


def test_pools_have_no_pod_subnet_and_say_how_many_pods_they_have() -> None:
    pool = plan({"networking": NETWORKING}).properties["agentPoolProfiles"][0]
    assert pool["maxPods"] == 250
    assert {"podSubnetID", "podIPAllocationMode"}.isdisjoint(pool)


def test_nodes_are_limited_by_the_parts_of_the_pool() -> None:
    assert plan({"networking": NETWORKING}).nodes.limit == 64
    assert plan({"networking": {**NETWORKING, "cilium": {"maskSize": 26}}}).nodes.limit == 256


def test_pool_is_what_runs_out_first() -> None:
    networking = config({"networking": NETWORKING}).networking
    found = ceilings(networking, Ranges(IPv4Network("10.0.0.0/16")), max_pods=None, max_surge="33%")
    assert (found[0].what, found[0].nodes, found[0].surge_nodes) == ("podCidr 100.64.0.0/18", 48, 16)


def test_azure_brings_no_dataplane() -> None:
    assert [mode for mode, facts in MODES.items() if not facts.azure_dataplane] == [ModeName.BYOCNI]
