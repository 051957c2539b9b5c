"""What Azure is told about the API server: public or private, its zone and its subnet."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.api_server import ApiServerConfig, api_server_profile
from components.values import Ref
from tests.components.cluster.builder import plan

ZONE = Ref("privateDnsZone", "main/aks")
SUBNETS = {"api": Ref("subnet", "main/api")}


@pytest.mark.parametrize(
    ("values", "sent"),
    [
        pytest.param(
            {},
            {"enablePrivateCluster": False, "disableRunCommand": False, "authorizedIPRanges": []},
            id="public",
        ),
        pytest.param(
            {"disableRunCommand": True},
            {"enablePrivateCluster": False, "disableRunCommand": True, "authorizedIPRanges": []},
            id="public-without-run-command",
        ),
        pytest.param(
            {"enablePrivateCluster": True},
            {
                "enablePrivateCluster": True,
                "disableRunCommand": True,
                "privateDNSZone": "system",
                "enablePrivateClusterPublicFQDN": False,
            },
            id="private",
        ),
        pytest.param(
            {"enablePrivateCluster": True, "privateDNSZone": "none"},
            {
                "enablePrivateCluster": True,
                "disableRunCommand": True,
                "privateDNSZone": "none",
                "enablePrivateClusterPublicFQDN": True,
            },
            id="private-without-zone-has-a-public-name",
        ),
        pytest.param(
            {"enablePrivateCluster": True, "privateDNSZone": "aks", "disableRunCommand": False},
            {
                "enablePrivateCluster": True,
                "disableRunCommand": False,
                "privateDNSZone": ZONE,
                "enablePrivateClusterPublicFQDN": False,
            },
            id="private-with-a-zone-of-its-own",
        ),
        pytest.param(
            {"enableVnetIntegration": True, "subnet": "api"},
            {
                "enablePrivateCluster": False,
                "disableRunCommand": False,
                "authorizedIPRanges": [],
                "enableVnetIntegration": True,
                "subnetId": Ref("subnet", "main/api"),
            },
            id="in-the-network",
        ),
    ],
)
def test_what_is_said_about_the_api_server_is_sent(values: dict[str, Any], sent: dict[str, Any]) -> None:
    assert api_server_profile(ApiServerConfig.model_validate(values), zone=ZONE, subnets=SUBNETS) == sent


def test_a_subdomain_takes_the_place_of_the_dns_prefix() -> None:
    properties = plan({"fqdnSubdomain": "shop"}).properties
    assert (properties["fqdnSubdomain"], "dnsPrefix" in properties) == ("shop", False)
