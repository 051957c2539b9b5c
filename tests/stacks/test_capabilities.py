"""What policies can rely on in a cluster follows from the cluster's own configuration, and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

import pytest

from components.problems import Problem
from policies.attachment import addon_gateways, istio_of
from policies.capabilities import Capabilities
from stacks.capabilities import capabilities_of
from stacks.check import check
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, byocni, cluster, stack


def found(values: Mapping[str, Any], http: str | None = None) -> Capabilities | Problem:
    """What the cluster of a stack can enforce."""
    view = check(parse(values), today=TODAY).view
    return capabilities_of(next(iter(view.clusters)), http)


def of(values: Mapping[str, Any], http: str | None = None) -> Capabilities:
    """The same where it can enforce something."""
    capabilities = found(values, http)
    assert isinstance(capabilities, Capabilities), capabilities
    return capabilities


def test_managed_cluster_has_the_oldest_cilium_of_its_kubernetes_and_all_its_ranges() -> None:
    assert of(stack()) == Capabilities(
        "main",
        ("cilia:clusters", "main"),
        (1, 18),
        pod_ranges=(ip_network("192.168.0.0/16"),),
        node_ranges=(ip_network("10.20.0.0/24"),),
        service_ranges=(ip_network("172.20.0.0/16"),),
    )


@pytest.mark.parametrize(
    ("kubernetes", "cilium"), [("1.31", (1, 16)), ("1.33", (1, 17)), ("1.35", (1, 18)), ("1.35.2", (1, 18))]
)
def test_cilium_follows_from_kubernetes(kubernetes: str, cilium: tuple[int, int]) -> None:
    assert of(cluster({"kubernetesVersion": kubernetes})).cilium == cilium


@pytest.mark.parametrize(
    ("acns", "expected"),
    [
        ({}, "None"),
        ({"observability": True}, "None"),
        ({"security": True}, "FQDN"),
        ({"security": True, "advancedNetworkPolicies": "L7"}, "L7"),
        ({"security": False, "advancedNetworkPolicies": "L7"}, "None"),
    ],
    ids=["nothing", "observability", "security", "L7", "L7 without security"],
)
def test_switch_of_acns_counts_only_with_security(acns: Mapping[str, Any], expected: str) -> None:
    assert of(cluster({"acns": acns})).acns == expected


def test_mesh_comes_with_its_revision_root_namespace_and_gateways() -> None:
    capabilities = of(cluster({"istio": {"revisions": ["asm-1-29"], "ingressGateways": {"internal": True}}}), "istio")
    assert capabilities.istio == istio_of("asm-1-29", addon=True)
    assert capabilities.gateways == addon_gateways(("Internal",))
    assert capabilities.http == "istio"


@pytest.mark.parametrize(
    ("istio", "label"),
    [
        ({"revisions": ["asm-1-29", "asm-1-30"]}, "asm-1-29"),
        ({"revisions": ["asm-1-29"], "tags": {"prod": "asm-1-29"}}, "prod"),
    ],
    ids=["the revision that runs", "a tag that stays"],
)
def test_namespaces_are_labelled_with_what_stays_through_an_upgrade(istio: Mapping[str, Any], label: str) -> None:
    mesh = of(cluster({"istio": istio})).istio
    assert mesh is not None
    assert mesh.revision == label


@pytest.mark.parametrize(("mode", "expected"), [("Required", True), ("Preferred", True), ("Disabled", False)])
def test_one_pool_with_local_dns_is_enough(mode: str, *, expected: bool) -> None:
    assert of(cluster({"pools": {"user": {"localDNSProfile": {"mode": mode}}}})).local_dns is expected


def test_pods_of_subnets_have_the_ranges_of_their_subnets() -> None:
    network = {"cilia:networks": {"main": {"subnets": {"pods": {"cidr": "10.20.16.0/20"}}}}}
    pools = {"systemPool": {"podSubnet": "pods"}, "pools": {"user": {"podSubnet": "pods"}}}
    mode = {"networking": {"mode": "podSubnet", "podCidr": ..., "serviceCidr": "172.20.0.0/16"}, **pools}
    capabilities = of(stack({**network, "cilia:clusters": {"main": mode}}))
    assert capabilities.pod_ranges == (ip_network("10.20.16.0/20"),)
    assert capabilities.node_ranges == (ip_network("10.20.0.0/24"),)
    assert capabilities.ranges_known


def test_pods_of_the_nodes_subnet_have_its_range() -> None:
    capabilities = of(cluster({"networking": {"mode": "nodeSubnet", "podCidr": ...}}))
    assert capabilities.pod_ranges == capabilities.node_ranges == (ip_network("10.20.0.0/24"),)


def test_nodes_of_azures_own_network_have_azures_range() -> None:
    pools = {"systemPool": {"subnet": ...}, "pools": {"user": {"subnet": ...}}}
    assert of(cluster({"network": ..., **pools})).node_ranges == (ip_network("10.224.0.0/16"),)


def test_ipv6_addresses_of_nodes_are_unknown() -> None:
    capabilities = of(cluster({"networking": {"ipFamilies": ["IPv4", "IPv6"]}}))
    assert [str(one) for one in capabilities.pod_ranges] == ["192.168.0.0/16", "fd12:3456:789a::/64"]
    assert not capabilities.ranges_known


@pytest.mark.parametrize(
    ("cilium", "field", "expected"),
    [
        ({}, "managed", False),
        ({"version": "1.18.12"}, "cilium", (1, 18)),
        ({"l7Proxy": False}, "l7_proxy", False),
        ({"values": {"l7Proxy": False}}, "l7_proxy", False),
        ({"policyEnforcementMode": "never"}, "enforcement", "never"),
        ({"policyEnforcementMode": "always"}, "enforcement", "always"),
        ({"policyCIDRMatchMode": ["nodes"]}, "cidrs_match_nodes", True),
    ],
    ids=["whose it is", "version", "proxy", "proxy by the chart's name", "never", "always", "ranges of nodes"],
)
def test_cilium_of_ones_own_has_the_switches_of_its_chart(
    cilium: Mapping[str, Any], field: str, expected: object
) -> None:
    assert getattr(of(byocni({"version": "1.19.6", **cilium})), field) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            cluster({"networking": {"dataplane": "azure"}}),
            (
                "clusters.main.networking.dataplane: dataplane azure has no Cilium, and policies need one: Kubernetes'"
                " own cannot allow without isolating; use dataplane cilium [POL-41]"
            ),
        ),
        (
            cluster({"kubernetesVersion": "1.99"}),
            (
                "clusters.main.kubernetesVersion: unknown which Cilium this is, and policies mean different things in"
                " different ones; use a known one [POL-41]"
            ),
        ),
    ],
    ids=["no Cilium", "unknown Cilium"],
)
def test_cluster_without_a_known_cilium_enforces_nothing(values: Mapping[str, Any], expected: str) -> None:
    assert str(found(values)) == expected
