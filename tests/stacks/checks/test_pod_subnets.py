"""Subnets for pods, and pods in the nodes' subnet."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, findings, problems, stack

NAT: dict[str, Any] = {"outbound": {"type": "userAssignedNATGateway"}}


def pod_subnets(
    pods: dict[str, Any] | None = None,
    system: dict[str, Any] | None = None,
    user: dict[str, Any] | None = None,
    **networking: Any,
) -> dict[str, Any]:
    """The clean stack with pods in a subnet of their own; `pods` changes that subnet, the others their pools."""
    return stack(
        {
            "cilia:networks": {"main": {"subnets": {"pods": {"cidr": "10.20.64.0/18", **(pods or {})}}}},
            "cilia:clusters": {
                "main": {
                    "networking": {"mode": "podSubnet", "podCidr": ..., **networking},
                    "systemPool": {"podSubnet": "pods", **(system or {})},
                    "pools": {"user": {"podSubnet": "pods", **(user or {})}},
                }
            },
        }
    )


STATIC: dict[str, Any] = {"allocation": "staticBlock", "system": {"maxPods": 31}, "user": {"maxPods": 31}}


def test_pods_in_subnets_of_their_own_are_fine() -> None:
    assert problems(pod_subnets()) == []
    assert problems(pod_subnets(**STATIC)) == []


def test_pod_subnet_is_declared_as_azure_makes_it() -> None:
    plan = check(parse(pod_subnets()), today=TODAY).plan

    assert plan is not None
    subnet = plan.networks["main"].subnet("pods")
    assert subnet is not None
    assert subnet.properties["delegations"] == [
        {
            "name": "Microsoft.ContainerService/managedClusters",
            "serviceName": "Microsoft.ContainerService/managedClusters",
        }
    ]
    assert [assignment.key for assignment in plan.identities["main"].role_assignments] == [
        "subnet-nodes",
        "subnet-pods",
    ]


def test_every_pool_has_a_pod_subnet_or_the_mode_is_another() -> None:
    assert findings("NET-24", pod_subnets(user={"podSubnet": ...})) == [
        "clusters.main.pools.user.podSubnet: pool user has no podSubnet; add one"
    ]


@pytest.mark.parametrize("mode", ["overlay", "nodeSubnet"])
def test_only_one_mode_has_pod_subnets(mode: str) -> None:
    values = pod_subnets(mode=mode, user={"podSubnet": ..., "allocation": "dynamic"})

    assert findings("NET-25", values) == [
        f"clusters.main.systemPool.podSubnet: podSubnet with mode {mode}; remove it, or use mode podSubnet",
        f"clusters.main.pools.user.allocation: allocation with mode {mode}; remove it, or use mode podSubnet",
    ]


def test_pod_subnet_is_a_subnet_of_the_network() -> None:
    assert findings("CFG-06", pod_subnets(user={"podSubnet": "podz"})) == [
        (
            "clusters.main.pools.user.podSubnet: 'podz' is not among the subnets of network main: nodes, pods;"
            " declare it or use one of these"
        )
    ]
    assert findings("CFG-06", pod_subnets({"retired": True}))[0] == (
        "clusters.main.systemPool.podSubnet: subnet pods is retired and not deployed; use another"
    )


def test_nodes_are_not_in_a_pod_subnet() -> None:
    assert findings("NET-22", pod_subnets(user={"podSubnet": "nodes"})) == [
        (
            "clusters.main.pools.user.podSubnet: nodes is the node subnet of clusters.main pool system;"
            " use a subnet of its own for pods"
        )
    ]


def test_other_services_are_not_in_a_pod_subnet() -> None:
    assert findings("NET-22", pod_subnets({"delegations": ["Microsoft.Web/serverFarms"]})) == [
        (
            "networks.main.subnets.pods.delegations: Microsoft.Web/serverFarms in the pod subnet of clusters.main pool"
            " system; remove it"
        )
    ]


def test_one_subnet_has_one_allocation() -> None:
    assert findings("NET-23", pod_subnets(user={"allocation": "staticBlock", "maxPods": 31})) == [
        (
            "clusters.main.pools.user.podSubnet: pods is used with StaticBlock, and by clusters.main pool system with"
            " DynamicIndividual; use another subnet"
        )
    ]


def test_pods_that_leave_by_a_nat_gateway_have_one() -> None:
    values = pod_subnets(**NAT)
    values["cilia:networks"]["main"]["natGateways"] = {"egress": {}}
    values["cilia:networks"]["main"]["subnets"]["nodes"]["natGateway"] = "egress"

    assert problems(values) == [
        (
            "networks.main.subnets.pods.natGateway: missing, but pods of clusters.main pool system leave by it;"
            " add natGateway [NET-28]"
        )
    ]


@pytest.mark.parametrize(
    ("pods", "message"),
    [
        ("10.20.64.0/24", "10.20.64.0/24 has 251 usable addresses, nodes take 496 as they start; use /23 or larger"),
        (
            "10.20.64.0/22",
            "warning: 10.20.64.0/22 has 1,019 usable addresses, full nodes take 7,856; use /19 or larger",
        ),
    ],
    ids=["too-small-to-start", "too-small-when-full"],
)
def test_batches_of_every_node_find_room(pods: str, message: str) -> None:
    assert findings("CAP-09", pod_subnets({"cidr": pods}, user={"maxPods": 250})) == [
        f"networks.main.subnets.pods.cidr: {message}"
    ]


def test_blocks_of_every_node_find_room() -> None:
    assert findings("CAP-10", pod_subnets({"cidr": "10.20.64.0/23"}, **STATIC)) == [
        "networks.main.subnets.pods.cidr: 10.20.64.0/23 has 32 blocks, nodes take 62; use /22 or larger"
    ]


def test_blocks_at_both_ends_are_not_counted_on() -> None:
    values = pod_subnets({"cidr": "10.20.64.0/22"}, **{**STATIC, "user": {"maxPods": 31, "maxCount": 21}})

    assert findings("CAP-11", values) == [
        (
            "networks.main.subnets.pods.cidr: warning: 10.20.64.0/22 has 64 blocks, nodes take 64, and Azure keeps"
            " addresses of two; use /21"
        )
    ]


@pytest.mark.parametrize(
    ("max_pods", "message"),
    [
        (32, ["warning: 32 pods leave 15 addresses of 3 blocks unused on every node; use 47 or 31"]),
        (64, ["warning: 64 pods leave 15 addresses of 5 blocks unused on every node; use 79 or 63"]),
        (30, []),
        (250, []),
    ],
)
def test_blocks_that_stay_half_empty_are_warned_about(max_pods: int, message: list[str]) -> None:
    values = pod_subnets({"cidr": "10.20.64.0/18"}, **{**STATIC, "user": {"maxPods": max_pods}})

    assert findings("CAP-10", values) == [f"clusters.main.pools.user.maxPods: {line}" for line in message]


def test_pods_in_the_nodes_subnet_need_addresses_there() -> None:
    values = stack(
        {
            "cilia:clusters": {
                "main": {
                    "networking": {"mode": "nodeSubnet", "podCidr": ...},
                    "systemPool": {"maxPods": 30},
                    "pools": {"user": {"maxPods": 30}},
                }
            }
        }
    )

    assert problems(values) == [
        (
            "networks.main.subnets.nodes.cidr: 10.20.0.0/24 has 251 usable addresses, 961 are needed (main/user 837,"
            " main/system 124); use /22 or larger [CAP-08]"
        )
    ]


def test_documented_node_subnet_of_50_nodes_needs_a_21() -> None:
    pools = {"user": {"count": 47, "minCount": ..., "maxCount": ..., "maxPods": 30, "maxSurge": 1}}
    values = stack(
        {
            "cilia:networks": {"main": {"subnets": {"nodes": {"cidr": "10.20.0.0/22"}}}},
            "cilia:clusters": {
                "main": {
                    "networking": {"mode": "nodeSubnet", "podCidr": ...},
                    "systemPool": {"maxPods": 30, "maxSurge": 0, "maxUnavailable": ...},
                    "pools": pools,
                }
            },
        }
    )

    assert findings("CAP-08", values) == [
        (
            "networks.main.subnets.nodes.cidr: 10.20.0.0/22 has 1,019 usable addresses, 1,581 are needed (main/user"
            " 1,488, main/system 93); use /21 or larger"
        )
    ]


def test_network_holds_so_many_addresses() -> None:
    values = pod_subnets({"cidr": "10.21.0.0/16"}, user={"maxPods": 250, "maxCount": 300, "minCount": 3})
    values["cilia:networks"]["main"]["addressSpace"] = ["10.20.0.0/15"]
    values["cilia:networks"]["main"]["subnets"]["nodes"]["cidr"] = "10.20.0.0/22"

    assert findings("CAP-03", values) == [
        (
            "networks.main: nodes and pods take 109,443 addresses, a network has at most 65,536; use static blocks or"
            " overlay, or fewer pods per node"
        )
    ]
