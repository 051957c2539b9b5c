"""Names of private API servers: zones, who writes to them, who resolves them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, findings, network, problems

PATH = "clusters.main.apiServer"
PRIVATE = {"enablePrivateCluster": True}
ZONES = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/hub/providers/Microsoft.Network"


def with_zone(zone: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The clean stack as a private cluster with a zone of its own."""
    server = {**PRIVATE, "privateDNSZone": "aks", **changes.pop("apiServer", {})}
    return network({"privateDnsZones": {"aks": zone or {}}}, main={"apiServer": server, **changes})


@pytest.mark.parametrize(
    "server",
    [
        pytest.param(PRIVATE, id="zone-of-AKS"),
        pytest.param({**PRIVATE, "privateDNSZone": "system", "enablePrivateClusterPublicFQDN": True}, id="both-names"),
        pytest.param({**PRIVATE, "privateDNSZone": "none"}, id="no-zone"),
        pytest.param(
            {**PRIVATE, "privateDNSZone": f"{ZONES}/privateDnsZones/privatelink.westeurope.azmk8s.io"}, id="existing"
        ),
        pytest.param(
            {**PRIVATE, "privateDNSZone": {"stackReference": "hub", "output": "zones.aks"}}, id="of-another-stack"
        ),
    ],
)
def test_names_that_azure_takes_are_taken(server: dict[str, Any]) -> None:
    assert problems(cluster({"apiServer": server})) == []


def test_zone_of_the_stack_is_taken() -> None:
    assert problems(with_zone()) == []
    assert problems(with_zone({"name": "shop.privatelink.westeurope.azmk8s.io"}, fqdnSubdomain="shop")) == []


@pytest.mark.parametrize(("field", "value"), [("privateDNSZone", "none"), ("enablePrivateClusterPublicFQDN", False)])
def test_private_names_of_a_public_api_server_are_refused(field: str, value: object) -> None:
    assert problems(cluster({"apiServer": {field: value}})) == [
        f"{PATH}.{field}: given for a public API server; set enablePrivateCluster: true, or remove it [API-04]"
    ]


def test_api_server_without_any_name_is_refused() -> None:
    server = {**PRIVATE, "privateDNSZone": "none", "enablePrivateClusterPublicFQDN": False}
    assert problems(cluster({"apiServer": server})) == [
        (
            f"{PATH}.enablePrivateClusterPublicFQDN: false with privateDNSZone none leaves the API server without a"
            " name; remove it, or use a zone [API-04]"
        )
    ]


@pytest.mark.parametrize(
    ("name", "integrated", "expected"),
    [
        pytest.param("example.com", False, "privatelink.westeurope.azmk8s.io", id="another-domain"),
        pytest.param(
            "privatelink.northeurope.azmk8s.io", False, "privatelink.westeurope.azmk8s.io", id="another-region"
        ),
        pytest.param("a.b.privatelink.westeurope.azmk8s.io", False, "privatelink.westeurope.azmk8s.io", id="two-parts"),
        pytest.param(
            f"{'a' * 33}.privatelink.westeurope.azmk8s.io", False, "privatelink.westeurope.azmk8s.io", id="too-long"
        ),
        pytest.param("privatelink.westeurope.azmk8s.io", True, "private.westeurope.azmk8s.io", id="VNet-integration"),
    ],
)
def test_zone_of_another_name_is_refused(*, name: str, integrated: bool, expected: str) -> None:
    values = with_zone({"name": name}, apiServer={"enableVnetIntegration": integrated})
    fault = (
        f"{PATH}.privateDNSZone: zone {name} is not one that AKS takes here; use {expected}, or one part of up to 32"
        " characters before that"
    )
    assert findings("API-05", values) == [fault]


def test_zone_that_is_something_else_is_refused() -> None:
    arm_id = f"{ZONES}/virtualNetworks/hub"
    assert problems(cluster({"apiServer": {**PRIVATE, "privateDNSZone": arm_id}})) == [
        (
            f"{PATH}.privateDNSZone: {arm_id} is no private DNS zone;"
            " write .../providers/Microsoft.Network/privateDnsZones/<name> [API-05]"
        )
    ]


def test_zone_of_the_stack_with_an_identity_of_azures_is_refused() -> None:
    assert findings("API-05", with_zone(identity={"type": "systemAssigned"})) == [
        (
            "clusters.main.identity: systemAssigned has no rights on the private DNS zone before the cluster is made;"
            " use type userAssigned"
        )
    ]


def test_zone_that_nobody_declares_is_refused() -> None:
    assert problems(cluster({"apiServer": {**PRIVATE, "privateDNSZone": "ask"}})) == [
        (
            f"{PATH}.privateDNSZone: 'ask' is not among the privateDnsZones of the cluster's network: none, system;"
            " declare it or use one of these [CFG-06]"
        )
    ]


def test_subdomain_without_a_zone_of_ones_own_is_refused() -> None:
    assert problems(cluster({"fqdnSubdomain": "shop", "apiServer": PRIVATE})) == [
        (
            "clusters.main.fqdnSubdomain: given without a private DNS zone of your own;"
            " use dnsPrefix, or name the zone as privateDNSZone [API-06]"
        )
    ]


def test_subdomain_beside_a_dns_prefix_is_refused() -> None:
    assert problems(with_zone(fqdnSubdomain="shop", dnsPrefix="shop")) == [
        "clusters.main.fqdnSubdomain: beside dnsPrefix shop; remove one of them [API-06]"
    ]


DNS = {"dnsServers": ["10.0.0.4"]}


def test_dns_servers_without_a_link_to_their_network_are_a_warning() -> None:
    assert problems(network(DNS, main={"apiServer": PRIVATE})) == [
        unresolved(
            "use a zone of privateDnsZones with the network of these servers under linkedNetworks, or privateDNSZone"
            " none"
        )
    ]
    assert problems(network(DNS, main={"apiServer": {**PRIVATE, "privateDNSZone": "none"}})) == []
    assert problems(network(DNS, main={})) == []
    linked = with_zone({"linkedNetworks": {"hub": f"{ZONES}/virtualNetworks/hub"}})
    linked["cilia:networks"]["main"].update(DNS)
    assert problems(linked) == []
    unlinked = with_zone()
    unlinked["cilia:networks"]["main"].update(DNS)
    assert problems(unlinked) == [
        unresolved("add the network of these servers to linkedNetworks of privateDnsZones.aks")
    ]
    zone = {"privateDNSZone": f"{ZONES}/privateDnsZones/privatelink.westeurope.azmk8s.io"}
    assert problems(network(DNS, main={"apiServer": {**PRIVATE, **zone}})) == [
        unresolved("link the network of these servers to the zone, and accept this")
    ]


def unresolved(fix: str) -> str:
    """The warning about DNS servers elsewhere."""
    return (
        f"{PATH}.privateDNSZone: warning: nodes ask 10.0.0.4 in another network, and none is known to be linked to the"
        f" zone; {fix} [API-08]"
    )


@pytest.mark.parametrize("server", ["10.20.0.100", "168.63.129.16"], ids=["own-network", "azure"])
def test_dns_servers_that_see_the_zone_are_no_warning(server: str) -> None:
    assert problems(network({"dnsServers": [server]}, main={"apiServer": PRIVATE})) == []
    own = with_zone()
    own["cilia:networks"]["main"]["dnsServers"] = [server]
    assert problems(own) == []
    both = network({"dnsServers": [server, "10.0.0.4"]}, main={"apiServer": PRIVATE})
    assert [each.partition(":")[2].partition(" in ")[0] for each in problems(both)] == [" warning: nodes ask 10.0.0.4"]


def test_link_to_a_network_that_is_not_there_is_refused() -> None:
    assert problems(with_zone({"linkedNetworks": {"hub": "hbu"}})) == [
        (
            "networks.main.privateDnsZones.aks.linkedNetworks.hub: 'hbu' is not among the other networks of this file,"
            " of which there are none; declare it [CFG-06]"
        )
    ]
