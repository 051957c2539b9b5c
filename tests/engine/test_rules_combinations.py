"""Settings of a cluster that do not go together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine import samples
from tests.engine.client import CallError, Client, Kept


@pytest.fixture
def nodes(azure: Client) -> Kept:
    samples.group(azure)
    samples.network(azure)
    return samples.subnet(azure, "nodes", "10.0.0.0/24")


@pytest.mark.usefixtures("nodes")
@pytest.mark.parametrize(
    ("profile", "code"),
    [
        ({"networkPolicy": "calico"}, "CiliumDataplaneRequiresNetworkPolicyCilium"),
        ({"networkDataplane": "azure"}, "InvalidNetworkPolicy"),
        ({"advancedNetworking": {"observability": {"enabled": True}}}, r"networkProfile\.advancedNetworking\.enabled"),
        ({"dnsServiceIP": "172.21.0.10"}, "DnsServiceIpOutOfServiceCidr"),
        ({"podCidr": "192.168.0.0/23"}, "InsufficientSubnetSize.*room for 2 nodes, the agent pools need 3"),
        ({"outboundType": "userDefinedRouting"}, "userDefinedRouting needs a custom virtual network"),
    ],
    ids=["other policy engine", "policy without data plane", "acns block", "dns address", "pod range", "outbound"],
)
def test_settings_that_do_not_go_together_are_refused(azure: Client, profile: dict[str, Any], code: str) -> None:
    with pytest.raises(CallError, match=code):
        samples.cluster(azure, networkProfile=profile)


@pytest.mark.parametrize(
    ("profile", "code"),
    [
        ({"serviceCidr": "10.0.0.0/16", "dnsServiceIP": "10.0.0.10"}, "ServiceCidrOverlapExistingSubnetsCidr"),
        ({"podCidr": "10.0.128.0/17"}, "NetworkProfileCIDROverlapVNET"),
        ({"outboundType": "userDefinedRouting"}, "ExistingRouteTableNotAssociatedWithSubnet"),
        ({"outboundType": "userAssignedNATGateway"}, "needs a NAT gateway on subnet"),
        ({"outboundType": "managedNATGateway"}, "not supported with a custom virtual network"),
    ],
    ids=["service range", "pod range", "route table", "nat gateway", "managed gateway"],
)
def test_settings_that_do_not_fit_the_network_are_refused(
    azure: Client, nodes: Kept, profile: dict[str, Any], code: str
) -> None:
    holder = samples.identity(azure)
    samples.grant(azure, holder, nodes.id)

    with pytest.raises(CallError, match=code):
        samples.cluster_on_subnet(azure, nodes, holder, networkProfile=profile)


def test_service_range_may_touch_network_space_that_no_subnet_uses(azure: Client, nodes: Kept) -> None:
    holder = samples.identity(azure)
    samples.grant(azure, holder, nodes.id)

    samples.cluster_on_subnet(
        azure, nodes, holder, networkProfile={"serviceCidr": "10.0.8.0/21", "dnsServiceIP": "10.0.8.10"}
    )


@pytest.mark.usefixtures("nodes")
@pytest.mark.parametrize(
    ("pool", "code"),
    [
        ({"name": "Nodes-1"}, "agentPoolProfile.name is invalid: Nodes-1"),
        ({"enableAutoScaling": True}, "lacks minCount or maxCount"),
        ({"enableAutoScaling": True, "minCount": 1, "maxCount": 3, "count": None}, "agentPoolProfile.count is invalid"),
        ({"mode": "User"}, "There has to be at least one system agent pool"),
    ],
    ids=["name", "no bounds", "no count", "no system pool"],
)
def test_pool_that_cannot_be_is_refused(azure: Client, pool: dict[str, Any], code: str) -> None:
    with pytest.raises(CallError, match=code):
        samples.cluster(azure, agentPoolProfiles=[samples.pool_profile(**pool)])


def test_overlay_has_no_pod_subnet(azure: Client, nodes: Kept) -> None:
    pods = samples.subnet(azure, "pods", "10.0.16.0/20")
    holder = samples.identity(azure)
    samples.grant(azure, holder, nodes.id)
    samples.grant(azure, holder, pods.id, number=2)
    profile = samples.pool_profile(vnetSubnetID=nodes.id, podSubnetID=pods.id)

    with pytest.raises(CallError, match="overlay cannot be used with PodSubnetID"):
        samples.cluster_on_subnet(azure, nodes, holder, agentPoolProfiles=[profile])


@pytest.mark.parametrize(
    ("own", "fits"),
    [({"networkPluginMode": None, "podCidr": None}, 8), ({}, 251)],
    ids=["pods in the subnet", "overlay"],
)
def test_subnet_of_251_addresses_holds_what_azure_allocates_ahead(
    azure: Client, nodes: Kept, own: dict[str, Any], fits: int
) -> None:
    holder = samples.identity(azure)
    samples.grant(azure, holder, nodes.id)

    def make(count: int) -> Kept:
        profile = samples.pool_profile(vnetSubnetID=nodes.id, maxPods=30, count=count)
        return samples.cluster_on_subnet(azure, nodes, holder, agentPoolProfiles=[profile], networkProfile=own)

    with pytest.raises(CallError, match="InsufficientSubnetSize"):
        make(fits + 1)
    make(fits)
