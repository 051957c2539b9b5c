"""Spot machines, gateways, pools on their way out, LocalDNS and node auto-provisioning."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, findings, network, problems

PATH = "clusters.main.pools"


def pool(name: str, values: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The clean stack with one more pool, and other changes to its cluster."""
    return cluster({"pools": {name: {"subnet": "nodes", "vmSize": "Standard_D8ds_v5", **values}}, **changes})


SPOT = {"scaleSetPriority": "Spot"}
GATEWAY = {"mode": "Gateway", "count": 2, "gatewayProfile": {"publicIPPrefixSize": 31}}


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(SPOT, id="defaults"),
        pytest.param({**SPOT, "scaleSetEvictionPolicy": "Deallocate", "spotMaxPrice": -1}, id="regular-price"),
        pytest.param({**SPOT, "spotMaxPrice": 0.12345, "minCount": 0, "maxCount": 10}, id="five-digits"),
    ],
)
def test_spot_pools_that_azure_takes_are_taken(values: dict[str, Any]) -> None:
    assert problems(pool("spot", values)) == []


@pytest.mark.parametrize(
    ("values", "field", "fault"),
    [
        pytest.param(
            {**SPOT, "mode": "System"},
            "mode",
            "System with scaleSetPriority Spot, which Azure takes in User pools only; use User",
            id="system",
        ),
        pytest.param(
            {**SPOT, "maxSurge": "10%"},
            "maxSurge",
            "given for a spot pool, whose upgrades have no surge nodes; remove it",
            id="surge",
        ),
        pytest.param(
            {**SPOT, "spotMaxPrice": 0},
            "spotMaxPrice",
            "0, Azure takes -1 or a positive price; use one of these",
            id="0",
        ),
        pytest.param(
            {**SPOT, "spotMaxPrice": 0.123456},
            "spotMaxPrice",
            "0.123456 has more than 5 digits after the point, which Azure refuses; round it",
            id="six-digits",
        ),
        pytest.param(
            {"spotMaxPrice": 1.0},
            "spotMaxPrice",
            "given for a pool that is not Spot; set scaleSetPriority: Spot, or remove it",
            id="price-of-a-regular-pool",
        ),
        pytest.param(
            {"scaleSetEvictionPolicy": "Delete"},
            "scaleSetEvictionPolicy",
            "given for a pool that is not Spot; set scaleSetPriority: Spot, or remove it",
            id="policy-of-a-regular-pool",
        ),
    ],
)
def test_spot_pool_that_azure_refuses_is_refused(values: dict[str, Any], field: str, fault: str) -> None:
    assert findings("POOL-05", pool("spot", values)) == [f"{PATH}.spot.{field}: {fault}"]


@pytest.mark.parametrize(
    ("size", "nodes"),
    [
        pytest.param(31, 2, id="31"),
        pytest.param(30, 4, id="30"),
        pytest.param(29, 8, id="29"),
        pytest.param(28, 16, id="28"),
    ],
)
def test_gateway_pool_has_one_address_per_node(size: int, nodes: int) -> None:
    fits = {**GATEWAY, "gatewayProfile": {"publicIPPrefixSize": size}, "count": nodes}
    assert problems(pool("egress", fits)) == []
    assert problems(pool("egress", {**fits, "count": nodes + 1})) == [
        (
            f"{PATH}.egress.count: {nodes + 1} nodes, a /{size} has {nodes} addresses, one per node;"
            " use a larger prefix [POOL-09]"
        )
    ]


@pytest.mark.parametrize(
    ("values", "changes", "fault"),
    [
        pytest.param(
            {"minCount": 2, "maxCount": 2},
            {},
            "maxCount: an autoscaler in a gateway pool, which Azure refuses; give count alone",
            id="autoscaler",
        ),
        pytest.param(
            {"gatewayProfile": None},
            {},
            "gatewayProfile: missing; add gatewayProfile with publicIPPrefixSize 28 to 31, one address per node",
            id="no-profile",
        ),
        pytest.param(
            {},
            {"staticEgressGatewayProfile": {"enabled": False}},
            "mode: Gateway without static egress; set staticEgressGatewayProfile.enabled to true, or remove it",
            id="static-egress-off",
        ),
        pytest.param(
            {"count": 1}, {}, "count: warning: 1 for a gateway pool, AKS recommends 2 or more; use 2", id="single-node"
        ),
        pytest.param(
            {"mode": "User"},
            {},
            "gatewayProfile: given for a pool of mode User; use mode Gateway, or remove it",
            id="profile-of-another-pool",
        ),
    ],
)
def test_gateway_pool_that_azure_refuses_is_refused(
    values: dict[str, Any], changes: dict[str, Any], fault: str
) -> None:
    assert findings("POOL-09", pool("egress", {**GATEWAY, **values}, **changes)) == [f"{PATH}.egress.{fault}"]


def test_static_egress_needs_a_mode_that_has_it() -> None:
    values = network(
        {"subnets": {"pods": {"cidr": "10.20.16.0/20"}}},
        main={
            "networking": {"mode": "podSubnet", "podCidr": ...},
            "systemPool": {"podSubnet": "pods"},
            "pools": {
                "user": {"podSubnet": "pods"},
                "egress": {"subnet": "nodes", "podSubnet": "pods", **GATEWAY},
            },
        },
    )
    assert findings("POOL-09", values) == [
        (
            "clusters.main.pools.egress.mode: static egress with mode podSubnet, which has none;"
            " use overlay or nodeSubnet"
        )
    ]


def test_static_egress_that_is_written_is_found_there() -> None:
    networking = {"podCidr": "192.168.0.0/16", "ipFamilies": ["IPv4", "IPv6"]}
    values = cluster({"networking": networking, "staticEgressGatewayProfile": {"enabled": True}})
    assert findings("POOL-09", values) == [
        (
            "clusters.main.staticEgressGatewayProfile: static egress in a dual-stack cluster, which has none; use"
            " ipFamilies [IPv4]"
        )
    ]


def test_host_routing_goes_around_static_egress() -> None:
    acns = {"observability": True, "accelerationMode": "BpfVeth"}
    values = pool("egress", GATEWAY, acns=acns, apiVersion="2026-05-01")
    assert findings("VER-10", values) == [
        (
            "clusters.main.acns.accelerationMode: BpfVeth goes around static egress gateways, which the cluster has;"
            " use None, or remove them"
        )
    ]


@pytest.mark.parametrize(
    ("mode", "changes", "fault"),
    [
        pytest.param(
            "Required",
            {"kubernetesVersion": "1.30"},
            "Required on Kubernetes 1.30, LocalDNS needs 1.31; use that or newer, or Disabled",
            id="version",
        ),
        pytest.param(
            "Required",
            {"vmSize": "Standard_D2ds_v5"},
            "Required on Standard_D2ds_v5 with 2 vCPUs, LocalDNS needs 4; use a larger size, or Disabled",
            id="machine",
        ),
        pytest.param(
            "Preferred",
            {"acns": {"security": True}},
            "warning: Preferred beside advancedNetworkPolicies FQDN: policies by DNS name were reported broken with"
            " LocalDNS; test them, or use Disabled",
            id="policies-by-name",
        ),
        pytest.param("Preferred", {"kubernetesVersion": "1.30"}, None, id="preferred-where-it-is-not"),
        pytest.param("Disabled", {"acns": {"security": True}}, None, id="off"),
        pytest.param("Required", {}, None, id="on"),
    ],
)
def test_local_dns_runs_where_it_can(mode: str, changes: dict[str, Any], fault: str | None) -> None:
    size = {"vmSize": changes.pop("vmSize")} if "vmSize" in changes else {}
    values = pool("dns", {"localDNSProfile": {"mode": mode}, **size}, **changes)
    path = f"{PATH}.dns.localDNSProfile.mode"
    assert findings("VER-13", values) == ([f"{path}: {fault}"] if fault else [])


AUTO = {"nodeProvisioningProfile": {"mode": "Auto"}, "pools": {"user": {"minCount": ..., "maxCount": ..., "count": 3}}}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        pytest.param({}, None, id="alone"),
        pytest.param(
            {"networking": {"dataplane": "azure", "networkPolicy": "calico"}},
            ("nodeProvisioningProfile.mode: networkPolicy calico", "use another networkPolicy"),
            id="calico",
        ),
        pytest.param(
            {"pools": {"user": {"minCount": 1, "maxCount": 5, "count": ...}}},
            ("pools.user.maxCount: the autoscaler of pool user", "use count instead of minCount and maxCount"),
            id="autoscaler",
        ),
    ],
)
def test_node_provisioning_goes_with_the_rest(changes: dict[str, Any], fault: tuple[str, str] | None) -> None:
    refused = [
        f"clusters.main.{what} with node auto-provisioning, which Azure refuses; {fix}, or nodeProvisioningProfile.mode"
        " Manual"
        for what, fix in ([fault] if fault else [])
    ]
    assert findings("VER-16", cluster({**AUTO, **changes})) == refused


def test_node_provisioning_does_not_go_with_pod_subnets() -> None:
    values = network(
        {"subnets": {"pods": {"cidr": "10.20.16.0/20"}}},
        main={
            **AUTO,
            "networking": {"mode": "podSubnet", "podCidr": ...},
            "systemPool": {"podSubnet": "pods"},
            "pools": {"user": {"podSubnet": "pods", "minCount": ..., "maxCount": ...}},
        },
    )
    assert findings("VER-16", values) == [
        (
            "clusters.main.nodeProvisioningProfile.mode: mode podSubnet with node auto-provisioning, which Azure"
            " refuses; use mode overlay, or nodeProvisioningProfile.mode Manual"
        )
    ]


def test_pool_on_its_way_out_leaves_its_pods_somewhere_to_go() -> None:
    alone = {
        "systemPool": {"nodeTaints": ["CriticalAddonsOnly=true:NoSchedule"]},
        "pools": {"user": {"state": "retiring"}},
    }
    assert problems(cluster(alone)) == [
        (
            f"{PATH}.user.state: warning: retiring, and no other pool takes its pods;"
            " add the pool that takes its place first [CFG-63]"
        )
    ]
    assert problems(cluster({"pools": {"user": {"state": "retiring"}}})) == []
    assert problems(pool("next", {}, **{key: alone[key] for key in ("systemPool",)})) == []
