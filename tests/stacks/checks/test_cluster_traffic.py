"""Deny rules on node and pod subnets: what they must let through, for one subnet, several, and several clusters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import byocni, findings, network, problems

PATH = "networks.main.securityGroups.g.rules"
NODES, PODS = "10.20.0.0/24", "192.168.0.0/16"
BETWEEN = {"sourceAddressPrefixes": [NODES, PODS], "destinationAddressPrefixes": [NODES, PODS]}


def allow(priority: int, direction: str, **changes: Any) -> dict[str, Any]:
    return {"priority": priority, "direction": direction, "access": "Allow", **changes}


def deny(priority: int, direction: str, **changes: Any) -> dict[str, Any]:
    return {"priority": priority, "direction": direction, "access": "Deny", **changes}


def guarded(
    subnets: dict[str, Any] | None = None, clusters: dict[str, Any] | None = None, **rules: Any
) -> dict[str, Any]:
    """The clean stack with a security group of these rules on its node subnet."""
    group = {"securityGroups": {"g": {"rules": rules}}}
    return network({**group, "subnets": {"nodes": {"securityGroup": "g"}, **(subnets or {})}}, **(clusters or {}))


def denies(rule: str, direction: str, what: str, pair: str, priority: int, *, cluster: str = "main") -> str:
    traffic = f"{PATH}.{rule}: denies {direction} {what} traffic of clusters.{cluster}"
    return f"{traffic}; allow all of {pair} before priority {priority}"


ALL = "node to node, node to pod and pod to pod"


def test_security_group_without_rules_lets_clusters_work() -> None:
    assert problems(guarded()) == []


@pytest.mark.parametrize("direction", ["Inbound", "Outbound"])
def test_deny_rule_for_everything_is_refused(direction: str) -> None:
    assert findings("NET-32", guarded(all=deny(4096, direction))) == [
        denies("all", direction.lower(), ALL, f"{NODES} to {NODES}", 4096)
    ]


@pytest.mark.parametrize("direction", ["Inbound", "Outbound"])
def test_deny_rule_after_rules_for_nodes_and_pods_is_taken(direction: str) -> None:
    assert findings("NET-32", guarded(cluster=allow(100, direction, **BETWEEN), all=deny(4096, direction))) == []


def test_deny_rule_before_rules_for_nodes_and_pods_is_refused() -> None:
    values = guarded(cluster=allow(200, "Inbound", **BETWEEN), all=deny(100, "Inbound"))
    assert findings("NET-32", values) == [denies("all", "inbound", ALL, f"{NODES} to {NODES}", 100)]


@pytest.mark.parametrize(
    ("allowed", "what", "pair"),
    [
        pytest.param({"sourceAddressPrefixes": [NODES]}, "pod to pod", f"{PODS} to {PODS}", id="from nodes"),
        pytest.param(
            {"sourceAddressPrefixes": [PODS]}, "node to node and node to pod", f"{NODES} to {NODES}", id="from pods"
        ),
        pytest.param(
            {**BETWEEN, "destinationAddressPrefixes": [PODS]}, "node to node", f"{NODES} to {NODES}", id="to pods"
        ),
        pytest.param({**BETWEEN, "protocol": "Tcp"}, ALL, f"{NODES} to {NODES}", id="TCP alone"),
        pytest.param(
            {**BETWEEN, "destinationPortRanges": ["1-65535"]}, ALL, f"{NODES} to {NODES}", id="all ports but 0"
        ),
    ],
)
def test_traffic_that_no_rule_allows_before_is_named(allowed: dict[str, Any], what: str, pair: str) -> None:
    values = guarded(some=allow(100, "Inbound", **allowed), all=deny(4096, "Inbound"))
    assert findings("NET-32", values) == [denies("all", "inbound", what, pair, 4096)]


def test_rule_for_the_virtual_network_may_not_hold_pods() -> None:
    values = guarded(network=allow(100, "Inbound", sourceAddressPrefixes=["VirtualNetwork"]), all=deny(4096, "Inbound"))
    assert findings("NET-32", values) == [
        (
            f"{PATH}.all: warning: denies inbound pod to pod traffic of clusters.main, unless VirtualNetwork holds"
            f" pods, which Azure leaves open; allow all of {PODS} to {PODS} before priority 4096"
        )
    ]


def test_deny_rule_for_the_virtual_network_is_refused_for_nodes() -> None:
    values = guarded(network=deny(100, "Inbound", sourceAddressPrefixes=["VirtualNetwork"]))
    assert findings("NET-32", values) == [
        denies("network", "inbound", "node to node and node to pod", f"{NODES} to {NODES}", 100)
    ]


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(deny(100, "Inbound", sourceAddressPrefixes=["Internet"]), id="from the internet"),
        pytest.param(deny(100, "Inbound", sourceAddressPrefixes=["10.20.1.0/24"]), id="from another subnet"),
        pytest.param(
            deny(100, "Outbound", destinationAddressPrefixes=["Internet"], destinationPortRanges=["25"]), id="mail"
        ),
    ],
)
def test_deny_rule_for_other_traffic_is_taken(rule: dict[str, Any]) -> None:
    assert problems(guarded(other=rule)) == []


def test_nodes_in_several_subnets_must_reach_each_other() -> None:
    values = guarded(
        {"more": {"cidr": "10.20.1.0/24"}},
        {"main": {"pools": {"user": {"subnet": "more"}}}},
        nodes=allow(100, "Inbound", **BETWEEN),
        all=deny(4096, "Inbound"),
    )
    assert findings("NET-32", values) == [
        denies("all", "inbound", "node to node and node to pod", f"10.20.1.0/24 to {NODES}", 4096)
    ]
    wide = {"sourceAddressPrefixes": ["10.20.0.0/23", PODS]}
    allowed = guarded(
        {"more": {"cidr": "10.20.1.0/24"}},
        {"main": {"pools": {"user": {"subnet": "more"}}}},
        nodes=allow(100, "Inbound", **wide),
        all=deny(4096, "Inbound"),
    )
    assert findings("NET-32", allowed) == []


def test_each_cluster_in_a_subnet_needs_its_own_pods() -> None:
    other = {
        "kubernetesVersion": "1.35",
        "network": "main",
        "networking": {"mode": "overlay", "podCidr": "100.64.0.0/16", "serviceCidr": "172.20.0.0/16"},
        "systemPool": {"subnet": "nodes"},
    }
    values = guarded({}, {"other": other}, main=allow(100, "Inbound", **BETWEEN), all=deny(4096, "Inbound"))
    assert findings("NET-32", values) == [
        denies("all", "inbound", "node to pod and pod to pod", f"{NODES} to 100.64.0.0/16", 4096, cluster="other")
    ]


def in_pod_subnet(guarded_subnet: str, **rules: Any) -> dict[str, Any]:
    """A cluster with its pods in a subnet of their own, and a security group on one of its subnets."""
    values = network(
        {"securityGroups": {"g": {"rules": rules}}, "subnets": {"pods": {"cidr": "10.20.8.0/21"}}},
        main={
            "networking": {"mode": "podSubnet", "podCidr": ...},
            "systemPool": {"podSubnet": "pods"},
            "pools": {"user": {"podSubnet": "pods"}},
        },
    )
    values["cilia:networks"]["main"]["subnets"][guarded_subnet]["securityGroup"] = "g"
    return values


def test_pods_in_subnets_of_their_own_are_guarded_there() -> None:
    values = in_pod_subnet("pods", all=deny(4096, "Inbound"))
    assert findings("NET-32", values) == [
        denies("all", "inbound", "node to pod and pod to pod", f"{NODES} to 10.20.8.0/21", 4096)
    ]
    assert findings("CFG-30", values) == []
    assert findings("NET-35", in_pod_subnet("pods", all=deny(4096, "Outbound"))) == []


def test_nodes_of_pods_in_subnets_of_their_own_need_the_way_to_them() -> None:
    values = in_pod_subnet("nodes", all=deny(4096, "Outbound"))
    assert findings("NET-32", values) == [
        denies("all", "outbound", "node to node and node to pod", f"{NODES} to {NODES}", 4096)
    ]
    assert findings("NET-32", in_pod_subnet("nodes", all=deny(4096, "Inbound"))) == [
        denies("all", "inbound", "node to node", f"{NODES} to {NODES}", 4096)
    ]


def test_pods_in_the_subnet_of_nodes_are_nodes_to_a_security_group() -> None:
    values = guarded(
        {"nodes": {"cidr": "10.20.0.0/20", "securityGroup": "g"}},
        {"main": {"networking": {"mode": "nodeSubnet", "podCidr": ...}, "pools": {"user": {"maxPods": 30}}}},
        all=deny(4096, "Outbound"),
    )
    assert findings("NET-32", values) == [
        denies("all", "outbound", "node to node", "10.20.0.0/20 to 10.20.0.0/20", 4096)
    ]


def test_security_group_on_a_subnet_without_nodes_is_taken() -> None:
    values = network(
        {
            "securityGroups": {"g": {"rules": {"all": deny(4096, "Inbound")}}},
            "subnets": {"endpoints": {"cidr": "10.20.9.0/24", "securityGroup": "g"}},
        }
    )
    assert problems(values) == []


def test_rules_that_are_not_known_are_said_to_be_unknown_once_for_each_subnet() -> None:
    arm_id = (
        f"/subscriptions/{'0' * 8}-0000-0000-0000-{'0' * 12}/resourceGroups/hub/providers/Microsoft.Network"
        "/networkSecurityGroups/nsg-hub"
    )
    values = network(
        {"subnets": {"nodes": {"securityGroup": arm_id}, "spare": {"cidr": "10.20.9.0/24", "securityGroup": arm_id}}}
    )
    assert problems(values) == [
        (
            "networks.main.subnets.nodes.securityGroup: warning: rules of nsg-hub are not known here;"
            " make sure they allow all traffic among nodes and pods of clusters.main [NET-32]"
        )
    ]


INSIDE = {"in": allow(100, "Inbound", **BETWEEN), "out": allow(100, "Outbound", **BETWEEN)}
PROBES = {"probes": allow(110, "Inbound", sourceAddressPrefixes=["AzureLoadBalancer"])}


@pytest.mark.parametrize("target", ["*", "Internet", "AzureCloud", "AzureMonitor", "0.0.0.0/0"])
def test_deny_rule_that_stops_diagnostics_is_a_warning(target: str) -> None:
    values = guarded(**INSIDE, all=deny(4096, "Outbound", destinationAddressPrefixes=[target]))
    assert problems(values) == [
        (
            f"{PATH}.all: warning: denies TCP 443 from {NODES} to AzureMonitor, which Cilium's diagnostics need;"
            " allow it before priority 4096 [NET-35]"
        )
    ]


@pytest.mark.parametrize("target", ["AzureMonitor", "AzureCloud", "AzureCloud.westeurope", "Internet", "*"])
def test_deny_rule_after_a_rule_for_diagnostics_is_taken(target: str) -> None:
    https = allow(200, "Outbound", protocol="Tcp", destinationAddressPrefixes=[target], destinationPortRanges=["443"])
    assert problems(guarded(**INSIDE, https=https, all=deny(4096, "Outbound"))) == []


def test_diagnostics_of_the_azure_dataplane_do_not_count() -> None:
    values = guarded({}, {"main": {"networking": {"dataplane": "azure"}}}, **INSIDE, all=deny(4096, "Outbound"))
    assert findings("NET-35", values) == []


def test_deny_rule_that_stops_probes_is_a_warning() -> None:
    assert problems(guarded(**INSIDE, all=deny(4096, "Inbound"))) == [
        (
            f"{PATH}.all: warning: denies probes of Azure's load balancer to {NODES}, so LoadBalancer Services get no"
            " traffic; allow AzureLoadBalancer before priority 4096 [CFG-30]"
        )
    ]


def test_deny_rule_after_a_rule_for_probes_is_taken() -> None:
    assert problems(guarded(**INSIDE, **PROBES, all=deny(4096, "Inbound"))) == []


def own_cilium(cilium: dict[str, Any], **rules: Any) -> dict[str, Any]:
    """A cluster with a Cilium of its own behind a security group of these rules."""
    values = guarded(**rules)
    return {**values, "cilia:clusters": byocni(cilium)["cilia:clusters"]}


@pytest.mark.parametrize(
    ("protocol", "port", "cilium", "what"),
    [
        ("Udp", 8472, {}, "the vxlan tunnel"),
        ("Udp", 6081, {"tunnelProtocol": "geneve"}, "the geneve tunnel"),
        ("Udp", 9999, {"values": {"tunnelPort": 9999}}, "the vxlan tunnel"),
        ("Tcp", 4240, {}, "health probing"),
        ("Tcp", 4244, {"hubble": {"relay": True}}, "Hubble relay"),
        ("Udp", 51871, {"encryption": {"type": "wireguard"}}, "WireGuard"),
    ],
    ids=["vxlan", "geneve", "own-port", "health", "relay", "wireguard"],
)
def test_port_that_ones_own_cilium_needs_may_not_be_denied(
    protocol: str, port: int, cilium: dict[str, Any], what: str
) -> None:
    rule = deny(200, "Inbound", protocol=protocol, sourceAddressPrefixes=[NODES], destinationPortRanges=[str(port)])
    assert findings("NET-34", own_cilium(cilium, closed=rule)) == [
        (
            f"{PATH}.closed: denies {protocol.upper()} {port} from {NODES} to {NODES}, which {what} of clusters.main"
            " needs;"
            " allow it before priority 200"
        )
    ]


def test_ipsec_needs_its_protocol() -> None:
    ipsec = {"encryption": {"type": "ipsec", "key": {"secret": "ipsec"}}}
    rule = deny(200, "Inbound", protocol="Esp", sourceAddressPrefixes=[NODES])
    denied = (
        f"{PATH}.closed: denies ESP from {NODES} to {NODES}, which IPsec of clusters.main needs; allow it before"
        " priority 200"
    )
    assert findings("NET-34", own_cilium(ipsec, closed=rule)) == [denied]
    assert findings("NET-34", own_cilium({"encryption": {"type": "wireguard"}}, closed=rule)) == []
    open_but_esp = {
        protocol.lower(): allow(100 + number, "Inbound", protocol=protocol)
        for number, protocol in enumerate(("Tcp", "Udp", "Icmp"))
    }
    everything = deny(200, "Inbound", sourceAddressPrefixes=[NODES])
    assert findings("NET-34", own_cilium(ipsec, **open_but_esp, closed=everything)) == [denied]
    assert findings("NET-34", own_cilium({}, **open_but_esp, closed=everything)) == []


@pytest.mark.parametrize("port", [6081, 4244, 51871])
def test_port_that_ones_own_cilium_does_not_use_may_be_denied(port: int) -> None:
    rule = deny(200, "Inbound", sourceAddressPrefixes=[NODES], destinationPortRanges=[str(port)])
    assert findings("NET-34", own_cilium({}, closed=rule)) == []


def test_clusters_on_azures_dataplane_need_no_ports_of_cilium() -> None:
    rule = deny(200, "Inbound", protocol="Udp", sourceAddressPrefixes=[NODES], destinationPortRanges=["8472"])
    assert findings("NET-34", guarded(closed=rule)) == []


def test_security_group_never_sees_pods_in_a_tunnel() -> None:
    rule = deny(200, "Inbound", sourceAddressPrefixes=[PODS])
    assert findings("NET-32", own_cilium({}, closed=rule)) == []
