"""Advanced Container Networking Services: what goes together, on which versions and nodes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import cluster, findings, network, problems

PATH = "clusters.main.acns"
NEW = {"apiVersion": "2026-05-01"}
ALL = {"observability": True, "security": True}


def acns(values: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The clean stack with switches of ACNS, and other changes to its cluster."""
    return cluster({"acns": values, **changes})


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"observability": True}, id="observability"),
        pytest.param({"security": True}, id="security"),
        pytest.param({**ALL, "advancedNetworkPolicies": "None"}, id="no-policies"),
        pytest.param({**ALL, "advancedNetworkPolicies": "FQDN"}, id="FQDN"),
        pytest.param({**ALL, "advancedNetworkPolicies": "L7"}, id="L7"),
        pytest.param({**ALL, "transitEncryption": "WireGuard"}, id="WireGuard"),
        pytest.param({"observability": True, "accelerationMode": "BpfVeth"}, id="BpfVeth"),
        pytest.param({"advancedNetworkPolicies": "None"}, id="off-in-words"),
    ],
)
def test_switches_that_azure_takes_are_taken(values: dict[str, Any]) -> None:
    assert problems(acns(values, **NEW)) == []


def test_dataplane_azure_has_observability_alone() -> None:
    azure = {"networking": {"dataplane": "azure"}}
    assert problems(acns({"observability": True}, **azure)) == []
    assert problems(acns(ALL, **azure)) == [
        (
            f"{PATH}.security: true with dataplane azure, which has observability only;"
            " use dataplane cilium, or remove it [ACNS-02]"
        )
    ]
    assert problems(acns({"observability": True, "accelerationMode": "BpfVeth"}, **azure, **NEW)) == [
        f"{PATH}.accelerationMode: BpfVeth with dataplane azure; use dataplane cilium, or remove it [ACNS-02]"
    ]


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        pytest.param(
            {"observability": True, "advancedNetworkPolicies": "L7"},
            "advancedNetworkPolicies: L7 without security; set security to true, or remove it",
            id="policies",
        ),
        pytest.param(
            {"observability": True, "transitEncryption": "WireGuard"},
            "transitEncryption: WireGuard without security; set security to true, or remove it",
            id="encryption",
        ),
        pytest.param(
            {"accelerationMode": "BpfVeth"},
            "accelerationMode: BpfVeth without observability or security; set observability or security to true, or"
            " remove it",
            id="acceleration",
        ),
    ],
)
def test_what_belongs_to_a_switch_that_is_off_is_refused(values: dict[str, Any], fault: str) -> None:
    assert problems(acns(values, **NEW)) == [f"{PATH}.{fault} [ACNS-03]"]


@pytest.mark.parametrize(("field", "value"), [("transitEncryption", "WireGuard"), ("accelerationMode", "BpfVeth")])
def test_api_version_that_lacks_a_feature_is_refused_with_the_one_that_has_it(field: str, value: str) -> None:
    assert problems(acns({**ALL, field: value})) == [
        (
            f"{PATH}.{field}: {value} is unknown to API version 2025-09-01;"
            ' set apiVersion of the cluster to "2026-01-01" or newer [CFG-60]'
        )
    ]
    assert problems(acns({**ALL, field: value}, apiVersion="2026-01-01")) == []


def test_api_version_that_the_provider_does_not_speak_is_refused() -> None:
    assert problems(cluster({"apiVersion": "2024-01-01"})) == [
        (
            "clusters.main.apiVersion: '2024-01-01' is not allowed; use '2025-09-01', '2026-01-01', '2026-03-01' or"
            " '2026-05-01' [CFG-04]"
        )
    ]


@pytest.mark.parametrize(
    ("dataplane", "version", "taken"),
    [
        pytest.param("cilium", "1.28", False, id="too-old"),
        pytest.param("cilium", "1.29", True, id="first"),
        pytest.param("azure", "1.21", True, id="azure-first"),
        pytest.param("azure", "1.20", False, id="azure-too-old"),
    ],
)
def test_version_that_lacks_acns_is_refused(*, dataplane: str, version: str, taken: bool) -> None:
    values = acns({"observability": True}, kubernetesVersion=version, networking={"dataplane": dataplane})
    first = "1.29" if dataplane == "cilium" else "1.21"
    fault = f"{PATH}: Kubernetes {version} with dataplane {dataplane}, ACNS needs {first}; use that or newer"
    assert findings("VER-08", values) == ([] if taken else [fault])


def test_policies_by_http_need_a_version_whose_cilium_has_them() -> None:
    http = {**ALL, "advancedNetworkPolicies": "L7"}
    assert findings("VER-07", acns(http, kubernetesVersion="1.31")) == [
        (
            f"{PATH}.advancedNetworkPolicies: L7 needs Cilium 1.17, Kubernetes 1.31 may come with an older one;"
            " use Kubernetes 1.32 or newer, or FQDN"
        )
    ]
    assert findings("VER-07", acns(http, kubernetesVersion="1.32")) == []
    assert findings("VER-07", acns(ALL, kubernetesVersion="1.31")) == []


HOST_ROUTING = {"observability": True, "accelerationMode": "BpfVeth"}


def test_host_routing_needs_a_version_that_has_it() -> None:
    pools = {"systemPool": {"osSKU": "Ubuntu2404"}, "pools": {"user": {"osSKU": "AzureLinux3"}}}
    assert findings("VER-10", acns(HOST_ROUTING, kubernetesVersion="1.32", **NEW, **pools)) == [
        (f"{PATH}.accelerationMode: BpfVeth needs Kubernetes 1.33, the cluster has 1.32; use that or newer, or None")
    ]
    assert findings("VER-10", acns(HOST_ROUTING, kubernetesVersion="1.33", **NEW, **pools)) == []


@pytest.mark.parametrize(
    ("sku", "version", "taken"),
    [
        pytest.param("Ubuntu", "1.34", False, id="Ubuntu-22.04-by-default"),
        pytest.param("Ubuntu", "1.35", True, id="Ubuntu-24.04-by-default"),
        pytest.param("Ubuntu2204", "1.35", False, id="Ubuntu-22.04"),
        pytest.param("Ubuntu2404", "1.33", True, id="Ubuntu-24.04"),
        pytest.param("AzureLinux", "1.33", True, id="Azure-Linux"),
        pytest.param("AzureLinux3", "1.33", True, id="Azure-Linux-3.0"),
    ],
)
def test_host_routing_needs_its_operating_system_on_every_node(*, sku: str, version: str, taken: bool) -> None:
    values = acns(
        HOST_ROUTING,
        **NEW,
        kubernetesVersion=version,
        systemPool={"osSKU": "AzureLinux3"},
        pools={"user": {"osSKU": sku}},
    )
    fault = (
        f"clusters.main.pools.user.osSKU: {sku} on Kubernetes {version} is neither Ubuntu 24.04 nor Azure Linux 3.0,"
        " which BpfVeth needs on every node; use Ubuntu2404 or AzureLinux3"
    )
    assert findings("VER-10", values) == ([] if taken else [fault])


def test_host_routing_does_not_work_on_confidential_machines() -> None:
    values = acns(HOST_ROUTING, **NEW, pools={"user": {"vmSize": "Standard_DC8as_v5"}})
    assert findings("VER-10", values) == [
        (
            "clusters.main.pools.user.vmSize: Standard_DC8as_v5 is a confidential machine, which BpfVeth does not work"
            " on; use another size, or accelerationMode None"
        )
    ]


def test_host_routing_wants_nodes_to_spare() -> None:
    values = acns(HOST_ROUTING, **NEW, pools={"user": {"maxSurge": 0, "maxUnavailable": 1}})
    assert problems(values) == [
        (
            "clusters.main.pools.user.maxSurge: warning: no surge nodes, and a change of accelerationMode replaces"
            " every node; give maxSurge such as 33% [ACNS-12]"
        )
    ]


def test_wireguard_with_fips_is_a_warning() -> None:
    encrypted = {**ALL, "transitEncryption": "WireGuard"}
    assert problems(acns(encrypted, **NEW, pools={"user": {"enableFIPS": True}})) == [
        (
            "clusters.main.pools.user.enableFIPS: warning: true beside transitEncryption WireGuard, which is not FIPS"
            " compliant; remove one of them [ACNS-10]"
        )
    ]


@pytest.mark.parametrize(
    ("count", "max_pods", "warned"),
    [
        pytest.param(1000, 250, False, id="few-nodes"),
        pytest.param(998, 30, False, id="few-pods"),
        pytest.param(998, 40, True, id="more-than-both"),
    ],
)
def test_l7_policies_on_a_large_cluster_are_a_warning(*, count: int, max_pods: int, warned: bool) -> None:
    values = acns(
        {**ALL, "advancedNetworkPolicies": "L7"},
        systemPool={"count": 3, "maxPods": 110},
        pools={"user": {"minCount": 1, "maxCount": count - 3 if count == 1000 else count, "maxPods": max_pods}},
    )
    fault = (
        f"{PATH}.advancedNetworkPolicies: warning: L7 with up to 1,001 nodes and 40,250 pods, AKS supports 1,000 nodes"
        " or 40,000 pods; use FQDN, or smaller clusters"
    )
    assert findings("CAP-17", values) == ([fault] if warned else [])


def test_security_group_that_denies_wireguard_is_refused() -> None:
    rule = {"priority": 200, "direction": "Inbound", "access": "Deny", "protocol": "Udp"}
    values = network(
        {
            "securityGroups": {"nodes": {"rules": {"no-udp": {**rule, "destinationPortRanges": ["51871"]}}}},
            "subnets": {"nodes": {"securityGroup": "nodes"}},
        },
        main={"acns": {**ALL, "transitEncryption": "WireGuard"}, **NEW},
    )
    assert findings("NET-33", values) == [
        (
            "networks.main.securityGroups.nodes.rules.no-udp: denies UDP 51871 from 10.20.0.0/24 to 10.20.0.0/24, which"
            " WireGuard of clusters.main needs; allow it before priority 200"
        )
    ]
    values["cilia:clusters"]["main"]["acns"] = ALL
    assert findings("NET-33", values) == []
