"""Clusters with a Cilium of their own: pool, addresses, integrations, taints, support, versions."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest

from components.cluster.modes.byocni import pool_nodes, pool_pods_per_node
from stacks.config import ByocniEntry
from tests.stacks.checks.builder import byocni, cluster, findings, problems

CILIUM = "clusters.main.networking.cilium"


def test_cluster_with_a_cilium_of_its_own_is_clean() -> None:
    assert problems(byocni()) == []


def test_pod_range_has_to_be_said() -> None:
    found = problems(byocni(networking={"podCidr": ...}))
    assert found == ["clusters.main.networking.podCidr: missing; add podCidr [CFG-03]"]


@pytest.mark.parametrize("field", ["dataplane", "networkPolicy", "allocation", "ipFamilies"])
def test_field_of_another_mode_is_not_there(field: str) -> None:
    assert field not in {each.alias or name for name, each in ByocniEntry.model_fields.items()}
    (found,) = problems(byocni(networking={field: "x"}))
    assert found.startswith(f"clusters.main.networking.{field}: unknown key {field!r}")


@pytest.mark.parametrize("mode", ["overlay", "podSubnet", "nodeSubnet"])
def test_cilium_of_ones_own_over_azures_is_refused(mode: str) -> None:
    networking = {"mode": mode, "cilium": {"version": "1.19.6"}, "podCidr": ..., "serviceCidr": ...}
    assert findings("BYO-16", cluster({"networking": networking})) == [
        (
            f"clusters.main.networking: cilium beside mode {mode}, where Azure runs the dataplane; remove it, or use"
            " mode"
            " byocni"
        )
    ]


# CAP-18


@pytest.mark.parametrize(
    ("prefix", "mask", "nodes"),
    [(16, 24, 256), (14, 24, 1024), (24, 24, 1), (25, 24, 0), (18, 26, 256), (12, 24, 4096)],
    ids=str,
)
def test_pool_holds_a_node_for_each_part_of_it(prefix: int, mask: int, nodes: int) -> None:
    assert pool_nodes(IPv4Network((0, prefix)), mask) == nodes


@pytest.mark.parametrize(("mask", "pods"), [(24, 250), (25, 122), (26, 58), (23, 506)], ids=str)
def test_part_of_a_node_has_all_but_six_addresses_for_pods(mask: int, pods: int) -> None:
    assert pool_pods_per_node(mask) == pods


def test_pool_that_just_holds_all_nodes_passes() -> None:
    # 3 + 20 nodes, 1 + 7 during an upgrade
    assert findings("CAP-18", byocni(networking={"podCidr": "192.168.0.0/19"}, pools={"user": {"maxCount": 21}})) == []


def test_pool_too_small_for_all_nodes_says_which_range_holds_them() -> None:
    assert findings("CAP-18", byocni(networking={"podCidr": "192.168.0.0/20"})) == [
        (
            "clusters.main.networking.podCidr: 192.168.0.0/20 holds 16 nodes with a /24 each, the pools need 31 (23 + 8"
            " surge); use /19 or larger, or a larger maskSize"
        )
    ]


def test_rule_about_overlay_is_not_broken_as_well() -> None:
    assert findings("CAP-06", byocni(networking={"podCidr": "192.168.0.0/20"})) == []


def test_more_pods_than_a_node_has_addresses_are_too_many() -> None:
    assert (
        findings("CAP-18", byocni({"maskSize": 26}))
        == [
            (
                "clusters.main.pools.user.maxPods: 250 pods per node, a /26 of the cluster pool has addresses for"
                " 58; use"
                " maxPods 58 or fewer, or a smaller maskSize"
            ),
            (
                "clusters.main.systemPool.maxPods: 110 pods per node, a /26 of the cluster pool has addresses for"
                " 58; use"
                " maxPods 58 or fewer, or a smaller maskSize"
            ),
        ][::-1]
    )


@pytest.mark.parametrize("mask", [15, 29])
def test_mask_size_that_leaves_no_use_is_refused(mask: int) -> None:
    (found,) = problems(byocni({"maskSize": mask}))
    assert found.startswith(f"{CILIUM}.maskSize: the number {mask} is not allowed; use ")


# several pools instead of the cluster's


def pools(*ranges: object) -> dict[str, Any]:
    """A Cilium that makes pools of these ranges."""
    made = {"default": {"ipv4": {"cidrs": list(ranges), "maskSize": 24}}}
    return byocni({"values": {"ipam": {"mode": "multi-pool", "operator": {"autoCreateCiliumPodIPPools": made}}}})


UNCOUNTED = (
    f"{CILIUM}.values.ipam.mode: warning: overrides 'cluster-pool': how many nodes and pods the pools have room for was"
    " not counted; remove it, or accept this [CFG-73]"
)


def test_pools_of_their_own_are_a_warning_because_nobody_counts_them() -> None:
    assert problems(pools("192.168.0.0/17", "192.168.128.0/17")) == [UNCOUNTED]
    small = pools("192.168.0.0/24")
    small["cilia:clusters"]["main"]["networking"]["podCidr"] = "192.168.0.0/24"
    assert problems(small) == [UNCOUNTED]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "10.20.0.0/16",
            "10.20.0.0/16 is outside podCidr 192.168.0.0/16, by which AKS reaches pods; use a range inside it",
        ),
        (
            "172.20.0.0/16",
            "172.20.0.0/16 is outside podCidr 192.168.0.0/16, by which AKS reaches pods; use a range inside it",
        ),
        (
            "192.0.0.0/8",
            "192.0.0.0/8 is outside podCidr 192.168.0.0/16, by which AKS reaches pods; use a range inside it",
        ),
        ("192.168.0.1/24", "'192.168.0.1/24' is not an address range; write one inside 192.168.0.0/16"),
        (12, "the number 12 is not an address range; write one inside 192.168.0.0/16"),
    ],
    ids=["network", "services", "larger", "host-bits", "number"],
)
def test_pools_lie_inside_the_range_by_which_aks_reaches_pods(written: object, message: str) -> None:
    path = f"{CILIUM}.values.ipam.operator.autoCreateCiliumPodIPPools.default.ipv4.cidrs[1]"
    assert problems(pools("192.168.0.0/24", written)) == [UNCOUNTED, f"{path}: {message} [BYO-02]"]


# BYO-02, BYO-04, BYO-05, BYO-06


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (
            {"ipam": {"operator": {"clusterPoolIPv4PodCIDRList": ["10.0.0.0/8"]}}},
            (
                "BYO-02 ipam.operator.clusterPoolIPv4PodCIDRList: another pool than the cluster's 192.168.0.0/16;"
                " change"
                " podCidr and maskSize, and remove this"
            ),
        ),
        (
            {"ipam": {"operator": {"clusterPoolIPv4MaskSize": 26}}},
            (
                "BYO-02 ipam.operator.clusterPoolIPv4MaskSize: another pool than the cluster's maskSize 24; change"
                " podCidr and maskSize, and remove this"
            ),
        ),
        (
            {"autoDirectNodeRoutes": True},
            "BYO-04 autoDirectNodeRoutes: true, with which agents do not start in a tunnel; remove it",
        ),
        ({"agent": False}, "BYO-06 agent: no agent, without which nodes stay NotReady; remove it"),
        (
            {"operator": {"enabled": False}},
            "BYO-06 operator.enabled: no operator, without which nodes stay NotReady; remove it",
        ),
        (
            {"cni": {"chainingMode": "generic-veth"}},
            (
                "BYO-06 cni.chainingMode: 'generic-veth' puts Cilium behind another CNI plugin, and there is none;"
                " remove it"
            ),
        ),
        ({"routingMode": "native"}, "BYO-04 routingMode: 'native' does not work on AKS; use tunnel"),
        ({"tunnelProtocol": "gre"}, "BYO-04 tunnelProtocol: 'gre' does not work on AKS; use vxlan or geneve"),
        (
            {"ipam": {"mode": "kubernetes"}},
            "BYO-05 ipam.mode: 'kubernetes' does not work on AKS; use cluster-pool or multi-pool",
        ),
        (
            {"aksbyocni": {"enabled": False}},
            "BYO-06 aksbyocni: off, and without it nothing of the rest works here; remove it",
        ),
        (
            {"azure": {"enabled": True}},
            "BYO-06 azure.enabled: azure beside aksbyocni, which excludes it; remove it",
        ),
        ({"eni": {"enabled": True}}, "BYO-06 eni.enabled: eni beside aksbyocni, which excludes it; remove it"),
    ],
    ids=["pool", "mask", "direct", "agent", "operator", "chained", "native", "gre", "ipam", "off", "azure", "aws"],
)
def test_value_that_no_aks_cluster_works_with_is_refused(values: dict[str, Any], found: str) -> None:
    rule, _, message = found.partition(" ")
    assert findings(rule, byocni({"values": values})) == [f"{CILIUM}.values.{message}"]


@pytest.mark.parametrize("value", [["192.168.0.0/16"], "192.168.0.0/16"], ids=["list", "text"])
def test_the_clusters_own_pool_may_be_repeated(value: object) -> None:
    given = {"ipam": {"operator": {"clusterPoolIPv4PodCIDRList": value}}}
    assert findings("BYO-02", byocni({"values": given})) == []


def test_pool_of_cilium_is_kept_apart_from_services_and_networks() -> None:
    assert findings("NET-10", byocni(networking={"podCidr": "172.20.0.0/16"})) == [
        (
            "clusters.main.networking.podCidr: 172.20.0.0/16 overlaps clusters.main.networking.serviceCidr"
            " 172.20.0.0/16;"
            " use a free range such as 100.64.0.0/16"
        )
    ]
    assert findings("NET-09", byocni(networking={"podCidr": "10.20.0.0/19"})) == [
        (
            "clusters.main.networking.podCidr: 10.20.0.0/19 overlaps networks.main.subnets.nodes.cidr 10.20.0.0/24;"
            " use a"
            " free range such as 100.64.0.0/19"
        )
    ]


# BYO-14, BYO-17, BYO-18, CFG-76, ACNS-16


def test_taint_that_aks_puts_back_is_refused() -> None:
    taints = ["a=b:NoSchedule", "node.cilium.io/agent-not-ready=true:NoExecute"]
    assert findings("BYO-14", byocni(pools={"user": {"nodeTaints": taints}})) == [
        (
            "clusters.main.pools.user.nodeTaints[1]: AKS puts node.cilium.io/agent-not-ready back whenever Cilium"
            " removes"
            " it; remove it"
        )
    ]


def test_what_microsoft_does_not_support_beside_a_cni_of_ones_own_is_a_warning() -> None:
    changes: dict[str, Any] = {
        "nodeProvisioningProfile": {"mode": "Auto"},
        "systemPool": {"localDNSProfile": {"mode": "Required"}},
    }
    assert findings("BYO-17", byocni(**changes)) == [
        (
            "clusters.main.nodeProvisioningProfile.mode: warning: Auto with mode byocni, which Microsoft does not"
            " support;"
            " use pools with minCount and maxCount"
        ),
        (
            "clusters.main.systemPool.localDNSProfile.mode: warning: Required with mode byocni, which LocalDNS"
            " excludes;"
            " use Disabled"
        ),
    ]


def test_cluster_that_brings_its_own_cni_has_a_way_out() -> None:
    isolated: dict[str, Any] = {
        "networking": {"outbound": {"type": "none"}},
        "apiServer": {"enablePrivateCluster": True},
    }
    assert findings("BYO-17", byocni(**isolated)) == [
        (
            "clusters.main.networking.outbound.type: warning: none with mode byocni, which AKS asks a way out to the"
            " internet for; use another type"
        )
    ]


@pytest.mark.parametrize(
    ("cilium", "kubernetes", "tested"),
    [("1.19.6", "1.32", True), ("1.19.6", "1.35", True), ("1.18.12", "1.33", True), ("1.18.12", "1.34", False)],
    ids=str,
)
def test_cilium_is_tested_with_some_versions_of_kubernetes(cilium: str, kubernetes: str, *, tested: bool) -> None:
    found = findings("BYO-18", byocni({"version": cilium}, kubernetesVersion=kubernetes))
    message = (
        f"{CILIUM}.version: warning: {cilium} is tested with Kubernetes 1.30 to 1.33, the cluster has {kubernetes};"
        " use a Cilium that is tested with it, or accept this"
    )
    assert found == ([] if tested else [message])


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("1.18", []),
        ("1.19", []),
        (
            "1.20",
            [
                (
                    f"{CILIUM}.upgradeCompatibility: 1.20 is newer than version 1.19.6; write the one that was"
                    " installed"
                    " first"
                )
            ],
        ),
        ("old", [f"{CILIUM}.upgradeCompatibility: 'old' is no minor version; write one such as '1.18'"]),
    ],
    ids=["older", "same", "newer", "text"],
)
def test_first_version_is_not_newer_than_the_chart(given: str, found: list[str]) -> None:
    assert findings("CFG-76", byocni({"upgradeCompatibility": given})) == found


def test_acns_without_azures_dataplane_is_refused() -> None:
    assert findings("ACNS-16", byocni(acns={"observability": True})) == [
        (
            "clusters.main.acns: ACNS with mode byocni, which has no dataplane of Azure's; remove it and use"
            " networking.cilium"
        )
    ]


def test_addresses_of_a_family_that_nothing_else_has_are_a_warning() -> None:
    assert findings("CFG-73", byocni({"values": {"ipv6": {"enabled": True}}})) == [
        (
            f"{CILIUM}.values.ipv6.enabled: warning: IPv6 for pods, while nodes and Services of mode byocni have IPv4"
            " only; remove it, or accept this"
        )
    ]


def test_chaining_of_ports_stays_possible() -> None:
    assert problems(byocni({"values": {"cni": {"chainingMode": "portmap"}, "agent": True}})) == []
