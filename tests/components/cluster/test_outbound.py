"""What each way out becomes in the cluster's request."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from components.cluster.outbound import Outbound, bootstrap_profile, outbound_profile

ADDRESS = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
    "/providers/Microsoft.Network/publicIPAddresses/a"
)
BALANCED: dict[str, Any] = {
    "allocatedOutboundPorts": 0,
    "idleTimeoutInMinutes": 30,
    "backendPoolType": "NodeIPConfiguration",
}


def outbound(written: dict[str, Any]) -> Any:
    adapter: TypeAdapter[Any] = TypeAdapter(Outbound)
    return adapter.validate_python(written)


@pytest.mark.parametrize(
    ("written", "profile"),
    [
        (
            {"type": "loadBalancer"},
            {"loadBalancerProfile": {**BALANCED, "managedOutboundIPs": {"count": 1}}},
        ),
        (
            {"type": "loadBalancer", "managedOutboundIPs": 3, "allocatedOutboundPorts": 1024},
            {
                "loadBalancerProfile": {
                    **BALANCED,
                    "managedOutboundIPs": {"count": 3},
                    "allocatedOutboundPorts": 1024,
                }
            },
        ),
        (
            {"type": "loadBalancer", "outboundIPs": [ADDRESS]},
            {"loadBalancerProfile": {**BALANCED, "outboundIPs": {"publicIPs": [{"id": ADDRESS}]}}},
        ),
        (
            {"type": "loadBalancer", "outboundIPPrefixes": [ADDRESS]},
            {"loadBalancerProfile": {**BALANCED, "outboundIPPrefixes": {"publicIPPrefixes": [{"id": ADDRESS}]}}},
        ),
        (
            {"type": "managedNATGateway", "managedOutboundIPs": 2},
            {"natGatewayProfile": {"managedOutboundIPProfile": {"count": 2}, "idleTimeoutInMinutes": 4}},
        ),
        ({"type": "userAssignedNATGateway"}, {}),
        ({"type": "userDefinedRouting"}, {}),
        ({"type": "none"}, {}),
    ],
    ids=["default", "managed", "addresses", "prefixes", "managed-nat", "own-nat", "routes", "none"],
)
def test_way_out_becomes_its_profile_and_no_other(written: dict[str, Any], profile: dict[str, Any]) -> None:
    assert outbound_profile(outbound(written)) == {"outboundType": written["type"], **profile}


def test_only_an_isolated_cluster_gets_its_images_from_a_cache() -> None:
    assert bootstrap_profile(outbound({"type": "loadBalancer"})) == {"artifactSource": "Direct"}
    assert bootstrap_profile(outbound({"type": "none"})) == {"artifactSource": "Cache"}
    assert bootstrap_profile(outbound({"type": "none", "containerRegistry": ADDRESS})) == {
        "artifactSource": "Cache",
        "containerRegistryId": ADDRESS,
    }
