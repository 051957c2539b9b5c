"""Where a cluster may be moved in place, and where no way leads."""

from __future__ import annotations

from typing import Any

import pytest

from cilia.migration.targets import AlreadyThereError, NoWayError, stages
from components.cluster.config import ClusterConfig
from components.network.config import NetworkConfig


def cluster(networking: dict[str, Any], **more: Any) -> ClusterConfig:
    """A cluster on a network of its own, with this networking and a pool `user`."""
    pools: dict[str, Any] = {"systemPool": {}, "pools": {"user": {"maxPods": 60}}}
    return ClusterConfig.model_validate({"kubernetesVersion": "1.35", "networking": networking, **pools, **more})


FLAT = {"mode": "nodeSubnet", "dataplane": "azure", "networkPolicy": "calico"}
OVERLAY = {"mode": "overlay", "dataplane": "azure", "podCidr": "192.168.0.0/18"}
POD_SUBNET = {"mode": "podSubnet"}
BYOCNI = {"mode": "byocni", "podCidr": "100.64.0.0/16"}


def test_cilium_is_one_stage_from_any_mode() -> None:
    for networking in (FLAT, OVERLAY, {**POD_SUBNET, "dataplane": "azure"}):
        (stage,) = stages("cilium", cluster(networking))
        assert stage.edits == {("networking", "dataplane"): "cilium", ("networking", "networkPolicy"): None}
        assert stage.leaves == ("networkProfile.networkDataplane", "networkProfile.networkPolicy")


def test_overlay_removes_azures_policy_engine_first_and_keeps_the_pods_per_node() -> None:
    first, second = stages("overlay=192.168.0.0/16", cluster(FLAT))
    assert first.edits == {("networking", "networkPolicy"): "none"}
    assert second.edits == {
        ("networking", "mode"): "overlay",
        ("networking", "podCidr"): "192.168.0.0/16",
        ("systemPool", "maxPods"): 30,
    }
    assert second.leaves == ("networkProfile.networkPluginMode", "networkProfile.podCidr")


def test_overlay_without_a_policy_engine_is_one_stage_with_azures_range() -> None:
    (stage,) = stages("overlay", cluster({**FLAT, "networkPolicy": "none"}))
    assert stage.edits["networking", "podCidr"] == "10.244.0.0/16"


def test_pod_range_grows() -> None:
    (stage,) = stages("pod-cidr=192.168.0.0/16", cluster(OVERLAY))
    assert stage.edits == {("networking", "podCidr"): "192.168.0.0/16"}
    assert stage.leaves == ("networkProfile.podCidr",)


def test_way_out_changes_with_all_that_goes_with_it() -> None:
    (stage,) = stages("outbound=userDefinedRouting", cluster(OVERLAY, network="main"))
    assert stage.edits == {("networking", "outbound"): {"type": "userDefinedRouting"}}
    assert stage.leaves == (
        "networkProfile.outboundType",
        "networkProfile.loadBalancerProfile",
        "networkProfile.natGatewayProfile",
    )


@pytest.mark.parametrize(
    ("target", "networking", "message"),
    [
        ("overlay", POD_SUBNET, "Azure documents no way from pod subnets to overlay; make a new cluster [MUT-03]"),
        (
            "pod-cidr=192.168.0.0/19",
            OVERLAY,
            "192.168.0.0/19 does not hold all of 192.168.0.0/18 and more; Azure only lets the range grow [MUT-06]",
        ),
        ("pod-cidr", OVERLAY, "'' is no range; write one such as --to pod-cidr=192.168.0.0/17"),
        ("pod-cidr=10.0.0.0/8", FLAT, "mode nodeSubnet has no range of pods"),
        (
            "outbound=userDefinedRouting",
            OVERLAY,
            "Azure takes loadBalancer to managedNATGateway, none only [MUT-11]",
        ),
        ("cilium=fast", {"mode": "nodeSubnet"}, "cilium takes no value, and 'fast' is given; write --to cilium"),
        (
            "outbound",
            OVERLAY,
            "no way out is given; write --to outbound=TYPE with one of managedNATGateway, none",
        ),
        (
            "pod-cidr=192.168.0.0/16",
            {
                **OVERLAY,
                "ipFamilies": ["IPv4", "IPv6"],
                "ipv6PodCidr": "fd00:1::/64",
                "ipv6ServiceCidr": "fd00:2::/108",
            },
            "Azure lets the range grow on clusters with IPv4 alone; make a new cluster [MUT-06]",
        ),
        (
            "pod-cidr=100.64.0.0/14",
            BYOCNI,
            (
                "Azure would take it, but the range is Cilium's pool, of which every node holds a part; make a new"
                " cluster [CHG-15]"
            ),
        ),
        (
            "cilium",
            BYOCNI,
            "Azure documents no way from a network plugin of your own to another; make a new cluster [MUT-05]",
        ),
        (
            "kubenet",
            OVERLAY,
            (
                "kubenet is no mode of this toolkit; move such a cluster to overlay with az aks update, then describe"
                " it here"
            ),
        ),
        (
            "flannel",
            OVERLAY,
            "no target 'flannel'; the targets are cilium, overlay[=CIDR], pod-cidr=CIDR, outbound=TYPE",
        ),
    ],
)
def test_target_without_a_way_says_why(target: str, networking: dict[str, Any], message: str) -> None:
    with pytest.raises(NoWayError) as refusal:
        stages(target, cluster(networking))
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("target", "networking", "message"),
    [
        ("cilium", {"mode": "overlay"}, "the dataplane is cilium already; nothing to do"),
        ("overlay", OVERLAY, "the mode is overlay already; nothing to do"),
        ("pod-cidr=192.168.0.0/18", OVERLAY, "the range of pods is 192.168.0.0/18 already; nothing to do"),
        ("outbound=loadBalancer", OVERLAY, "the way out is loadBalancer already; nothing to do"),
    ],
)
def test_target_that_is_reached_says_so(target: str, networking: dict[str, Any], message: str) -> None:
    with pytest.raises(AlreadyThereError) as there:
        stages(target, cluster(networking))
    assert str(there.value) == message


def test_overlay_with_cilium_keeps_it() -> None:
    (stage,) = stages("overlay", cluster({"mode": "nodeSubnet", "dataplane": "cilium"}))
    assert ("networking", "networkPolicy") not in stage.edits
    assert stage.needs[0] == "Cilium stays: Azure documents this move and the one to Cilium in either order"


def test_larger_range_of_pods_names_the_rules_of_security_groups_that_know_the_old_one() -> None:
    rule = {"priority": 300, "direction": "Inbound", "access": "Allow", "sourceAddressPrefixes": ["192.168.0.0/18"]}
    groups = {
        "nodes": {"rules": {"pods-in": rule, "https-in": {**rule, "priority": 200, "sourceAddressPrefixes": ["*"]}}}
    }
    around = NetworkConfig.model_validate({"addressSpace": ["10.20.0.0/16"], "securityGroups": groups})
    (stage,) = stages("pod-cidr=192.168.0.0/16", cluster(OVERLAY), around)
    (need,) = stage.needs
    assert need == (
        "pods beyond 192.168.0.0/18 are none of securityGroups.nodes.rules.pods-in: write 192.168.0.0/16 there in an"
        " apply before"
    )


def network(*, gateways: tuple[str, ...] = (), nodes: str | None = None) -> NetworkConfig:
    """A network with these NAT gateways, and a subnet `nodes` that may have one of them."""
    subnet = {"cidr": "10.20.0.0/24", **({"natGateway": nodes} if nodes else {})}
    made = {
        "addressSpace": ["10.20.0.0/16"],
        "subnets": {"nodes": subnet},
        "natGateways": {key: {} for key in gateways},
    }
    return NetworkConfig.model_validate(made)


ON_NODES = {"network": "main", "systemPool": {"subnet": "nodes"}, "pools": {}}
NAT_OUT = {**OVERLAY, "outbound": {"type": "userAssignedNATGateway"}}


def test_way_out_by_a_nat_gateway_puts_it_on_the_subnets_of_nodes() -> None:
    (stage,) = stages("outbound=userAssignedNATGateway", cluster(OVERLAY, **ON_NODES), network(gateways=("egress",)))
    assert stage.network == {("subnets", "nodes", "natGateway"): "egress"}
    assert stage.expects == ("natGateway", "apiServerAccessProfile.authorizedIPRanges")
    assert stage.azure_first == ""


def test_way_out_by_something_else_takes_the_nat_gateway_away() -> None:
    attached = network(gateways=("egress",), nodes="egress")
    (stage,) = stages("outbound=loadBalancer", cluster(NAT_OUT, **ON_NODES), attached)
    assert stage.network == {("subnets", "nodes", "natGateway"): None}
    assert stage.azure_first == (
        "the NAT gateway stays on the subnets until this is done, and takes everything out as before, because it goes"
        " before a load balancer. Azure documents no order for it: if it refuses while the gateway is there, nothing"
        " has changed, and removing externallyChanged is the way back; afterwards it is"
        " --to outbound=userAssignedNATGateway"
    )


def test_way_out_by_a_nat_gateway_needs_one() -> None:
    with pytest.raises(NoWayError) as refusal:
        stages("outbound=userAssignedNATGateway", cluster(OVERLAY, **ON_NODES), network())
    assert str(refusal.value) == (
        "network main has no NAT gateway; add one in an apply before, such as natGateways: {egress: {publicIPs: 1}}"
        " [MUT-12]"
    )


def test_cilium_asks_for_provisioning_to_be_off() -> None:
    (stage,) = stages("cilium", cluster(FLAT, nodeProvisioningProfile={"mode": "Auto"}))
    assert stage.needs[-1] == (
        "node autoprovisioning is off: set nodeProvisioningProfile.mode to Manual in an apply before"
    )


def test_way_out_on_a_network_of_ones_own_is_never_blocked() -> None:
    with pytest.raises(NoWayError) as refusal:
        stages("outbound=block", cluster(OVERLAY, network="main"))
    assert (
        str(refusal.value)
        == "Azure takes loadBalancer to none, userAssignedNATGateway, userDefinedRouting only [MUT-12]"
    )
