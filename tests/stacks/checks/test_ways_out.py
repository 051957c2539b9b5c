"""Ways out that have settings of their own: load balancers, managed NAT gateways, and none at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, findings, problems, stack

WITHOUT_NETWORK = {"network": ..., "systemPool": {"subnet": ...}, "pools": {"user": {"subnet": ...}}}
ADDRESS = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
    "/providers/Microsoft.Network/publicIPAddresses/a"
)


def leaving(outbound: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The clean stack with a way out."""
    return cluster({"networking": {"outbound": outbound}, **changes})


@pytest.mark.parametrize(
    "outbound",
    [
        {"type": "loadBalancer", "managedOutboundIPs": 2, "allocatedOutboundPorts": 4000},
        {"type": "loadBalancer", "outboundIPs": [ADDRESS], "idleTimeoutInMinutes": 4},
    ],
    ids=["managed-addresses", "own-addresses"],
)
def test_way_out_with_sound_settings_is_fine(outbound: dict[str, Any]) -> None:
    assert problems(leaving(outbound)) == []


def test_managed_nat_gateway_goes_with_the_network_that_aks_makes() -> None:
    outbound = {"type": "managedNATGateway", "managedOutboundIPs": 2}

    assert problems(leaving(outbound, **WITHOUT_NETWORK)) == []
    assert findings("OUT-02", leaving(outbound)) == [
        (
            "clusters.main.networking.outbound.type: managedNATGateway for nodes in network main; use"
            " userAssignedNATGateway, or remove network"
        )
    ]


def test_load_balancer_has_one_kind_of_address() -> None:
    assert findings("OUT-03", leaving({"type": "loadBalancer", "managedOutboundIPs": 1, "outboundIPs": [ADDRESS]})) == [
        (
            "clusters.main.networking.outbound.outboundIPs: managedOutboundIPs and outboundIPs are both given;"
            " keep one of them"
        )
    ]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            {"allocatedOutboundPorts": 1001},
            "allocatedOutboundPorts: 1,001 is no multiple of 8; use 1,000 or 1,008",
        ),
        (
            {"allocatedOutboundPorts": 4000},
            (
                "allocatedOutboundPorts: 4,000 ports for each of 31 nodes are 124,000, 1 public IP address has 64,000;"
                " use at most 2,064, or 2 addresses"
            ),
        ),
        (
            {"allocatedOutboundPorts": 64008},
            "allocatedOutboundPorts: 64,008 is not 0 to 64,000; use a number in between",
        ),
        ({"managedOutboundIPs": 0}, "managedOutboundIPs: 0 is not 1 to 100; use a number in between"),
        ({"idleTimeoutInMinutes": 120}, "idleTimeoutInMinutes: 120 is not 4 to 100; use a number in between"),
    ],
    ids=["step", "too-many", "bounds", "addresses", "timeout"],
)
def test_ports_and_addresses_stay_in_their_bounds(setting: dict[str, int], message: str) -> None:
    found = findings("CAP-14", leaving({"type": "loadBalancer", **setting}))

    assert found[0] == f"clusters.main.networking.outbound.{message}"


@pytest.mark.parametrize(
    ("nodes", "addresses", "ports"), [(1000, 2, 128), (1000, 7, 448), (4000, 2, 32), (4000, 7, 112)]
)
def test_documented_numbers_of_ports_are_just_enough(nodes: int, addresses: int, ports: int) -> None:
    rest = nodes - 3  # the system pool has three
    counts = [min(800, rest - first) for first in range(0, rest, 800)]
    pools = {f"p{i}": {"subnet": "nodes", "count": count, "maxSurge": 0} for i, count in enumerate(counts)}

    def shortage(allocated: int) -> bool:
        outbound = {"type": "loadBalancer", "managedOutboundIPs": addresses, "allocatedOutboundPorts": allocated}
        values = stack(
            {
                "cilia:clusters": {
                    "main": {
                        "networking": {"outbound": outbound},
                        "systemPool": {"maxSurge": 0},
                        "pools": {"user": ..., **pools},
                    }
                }
            }
        )
        return bool(findings("CAP-14", values))

    assert (shortage(ports), shortage(ports + 8)) == (False, True)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"managedOutboundIPs": 17}, "managedOutboundIPs: 17 is not 1 to 16; use a number in between"),
        ({"idleTimeoutInMinutes": 121}, "idleTimeoutInMinutes: 121 is not 4 to 120; use a number in between"),
    ],
    ids=["addresses", "timeout"],
)
def test_managed_nat_gateway_stays_in_its_bounds(setting: dict[str, int], message: str) -> None:
    values = leaving({"type": "managedNATGateway", **setting}, **WITHOUT_NETWORK)

    assert findings("CAP-15", values) == [f"clusters.main.networking.outbound.{message}"]


def test_isolated_cluster_gets_node_images_only() -> None:
    profile = {"autoUpgradeProfile": {"nodeOSUpgradeChannel": "SecurityPatch"}}

    assert findings("OUT-07", leaving({"type": "none"}, **profile)) == [
        (
            "clusters.main.autoUpgradeProfile.nodeOSUpgradeChannel: SecurityPatch with outbound type none, which"
            " nothing reaches; use NodeImage or None"
        )
    ]
