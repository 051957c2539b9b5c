"""What goes together in a Cilium of one's own, whether a field or `values` says it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stacks.checks.builder import byocni, findings, stack

CILIUM = "clusters.main.networking.cilium"
BOTH = "true while AKS keeps kube-proxy running, so both balance Services; use false, or accept this"
CRDS = "are yours to install; apply them before Cilium, and accept this"


@pytest.mark.parametrize(
    ("cilium", "where"),
    [
        ({"kubeProxyReplacement": True}, "kubeProxyReplacement"),
        ({"values": {"kubeProxyReplacement": True}}, "values.kubeProxyReplacement"),
        ({"values": {"kubeProxyReplacement": "true"}}, "values.kubeProxyReplacement"),
    ],
    ids=["field", "value", "text"],
)
def test_replacing_kube_proxy_while_it_runs_is_a_warning(cilium: dict[str, Any], where: str) -> None:
    assert findings("BYO-07", byocni(cilium)) == [f"{CILIUM}.{where}: warning: {BOTH}"]


def test_api_server_is_found_in_one_way() -> None:
    reference = {"k8sServiceHostRef": {"name": "endpoint", "key": "host"}}
    assert findings("BYO-09", byocni({"kubeProxyReplacement": True, "values": reference})) == [
        f"{CILIUM}.values.k8sServiceHostRef: beside k8sServiceHost, which is the API server's name already; remove it"
    ]
    assert findings("BYO-09", byocni({"values": reference})) == []


@pytest.mark.parametrize(
    ("cilium", "found"),
    [
        ({"hubble": {"relay": True, "ui": True}}, []),
        ({"hubble": {"ui": True}}, ["hubble.ui: the UI without relay; set hubble.relay to true, or ui to false"]),
        ({"hubble": {"ui": True}, "values": {"hubble": {"ui": {"standalone": {"enabled": True}}}}}, []),
        (
            {"hubble": {"enabled": False, "relay": True}},
            ["hubble.relay: relay without Hubble; set hubble.enabled to true, or relay to false"],
        ),
        (
            {"hubble": {"relay": True}, "values": {"hubble": {"enabled": False}}},
            ["hubble.relay: relay without Hubble; set hubble.enabled to true, or relay to false"],
        ),
        (
            {"serviceMonitors": True},
            ["serviceMonitors: ServiceMonitors without metrics; set prometheus to true"],
        ),
        (
            {"prometheus": True, "serviceMonitors": True},
            [
                (
                    "serviceMonitors: warning: Helm refuses the release where the ServiceMonitor CRD is missing;"
                    " apply it"
                    " before Cilium, and accept this"
                )
            ],
        ),
    ],
    ids=["all", "ui", "standalone", "relay", "off-by-value", "monitors", "crds"],
)
def test_parts_of_hubble_have_what_they_build_on(cilium: dict[str, Any], found: list[str]) -> None:
    assert findings("BYO-10", byocni(cilium)) == [f"{CILIUM}.{each}" for each in found]


@pytest.mark.parametrize(
    ("cilium", "found"),
    [
        ({"cluster": {"name": "a" * 32, "id": 255}}, []),
        (
            {"cluster": {"name": "a" * 33}},
            [
                f"cluster.name: '{'a' * 33}' has 33 characters, Cilium takes 32; set cluster.name to a shorter one",
            ],
        ),
        (
            {"cluster": {"name": "Shop_1"}},
            ["cluster.name: 'Shop_1' is no name for Cilium; set cluster.name to small letters, digits and '-'"],
        ),
        (
            {"cluster": {"name": "default", "id": 3}},
            ["cluster.name: name 'default' with id 3, which the chart refuses; use another name"],
        ),
        (
            {"cluster": {"id": 256}},
            ["cluster.id: the number 256 is no id of a cluster; use 1 to 255, or 0 outside a Cluster Mesh"],
        ),
        ({"cluster": {"id": 511}, "values": {"clustermesh": {"maxConnectedClusters": 511}}}, []),
        (
            {"values": {"clustermesh": {"maxConnectedClusters": 300}}},
            ["values.clustermesh.maxConnectedClusters: the number 300 is not allowed; use 255 or 511"],
        ),
    ],
    ids=["longest", "long", "letters", "default", "id", "many-clusters", "neither"],
)
def test_names_and_ids_are_those_that_cilium_takes(cilium: dict[str, Any], found: list[str]) -> None:
    assert findings("BYO-11", byocni(cilium)) == [f"{CILIUM}.{each}" for each in found]


def test_two_clusters_with_one_id_are_told_apart() -> None:
    first = byocni({"cluster": {"id": 5}})["cilia:clusters"]["main"]
    networking = {**first["networking"], "podCidr": "100.64.0.0/16", "serviceCidr": "172.21.0.0/16"}
    values = stack({"cilia:clusters": {"main": first, "other": {**first, "networking": networking}}})
    values["cilia:clusters"]["main"]["networking"] = first["networking"]
    assert findings("BYO-11", values) == [
        (
            "clusters.other.networking.cilium.cluster.id: id 5 is that of clusters.main already; use another one, or 0"
            " outside a Cluster Mesh"
        )
    ]


@pytest.mark.parametrize(
    ("cilium", "found"),
    [
        (
            {"gatewayAPI": True, "kubeProxyReplacement": True},
            [f"gatewayAPI: warning: the CRDs of the Gateway API v1.4.1 {CRDS}"],
        ),
        (
            {"gatewayAPI": True, "kubeProxyReplacement": True, "version": "1.18.12"},
            [f"gatewayAPI: warning: the CRDs of the Gateway API {CRDS}"],
        ),
        ({"ingressController": True, "kubeProxyReplacement": True}, []),
        (
            {"ingressController": True},
            [
                (
                    "ingressController: the ingress controller needs Cilium to balance Services; set"
                    " kubeProxyReplacement to true"
                )
            ],
        ),
        (
            {"ingressController": True, "kubeProxyReplacement": True, "l7Proxy": False},
            ["ingressController: the ingress controller without l7Proxy, which the chart refuses; set l7Proxy to true"],
        ),
        (
            {"values": {"ingressController": {"enabled": True}}},
            [
                (
                    "values.ingressController.enabled: the ingress controller needs Cilium to balance Services; set"
                    " kubeProxyReplacement to true"
                )
            ],
        ),
    ],
    ids=["gateway", "older", "ingress", "kube-proxy", "no-proxy", "value"],
)
def test_gateways_have_what_they_need(cilium: dict[str, Any], found: list[str]) -> None:
    assert findings("BYO-12", byocni(cilium)) == [f"{CILIUM}.{each}" for each in found]


@pytest.mark.parametrize(
    ("cilium", "found"),
    [
        ({"encryption": {"type": "wireguard"}}, []),
        (
            {"values": {"encryption": {"enabled": True, "type": "openvpn"}}},
            ["values.encryption.type: 'openvpn' is no kind of encryption; use wireguard or ipsec"],
        ),
        (
            {"version": "1.18.12", "values": {"encryption": {"enabled": True, "type": "ztunnel"}}},
            ["values.encryption.type: ztunnel comes with 1.19, not 1.18.12; use wireguard or ipsec"],
        ),
        ({"values": {"encryption": {"enabled": True, "type": "ztunnel"}}}, []),
        (
            {"values": {"encryption": {"enabled": True}}},
            [
                (
                    "encryption.type: IPsec without a key; set encryption: {type: ipsec, key: {secret: <name>}} beside"
                    " values"
                )
            ],
        ),
    ],
    ids=["wireguard", "unknown", "too-new", "ztunnel", "the-charts-default"],
)
def test_encryption_is_of_a_kind_that_works(cilium: dict[str, Any], found: list[str]) -> None:
    assert findings("BYO-13", byocni(cilium)) == [f"{CILIUM}.{each}" for each in found]


def test_ipsec_with_its_key_passes() -> None:
    values = byocni({"encryption": {"type": "ipsec", "key": {"secret": "ipsec"}}})
    values["cilia:secrets"] = {"ipsec": "[secret]"}
    assert findings("BYO-13", values) == []


def test_addon_of_istio_beside_ones_own_cilium_is_a_warning() -> None:
    assert findings("IST-15", byocni(istio={"revisions": ["asm-1-29"]})) == [
        (
            "clusters.main.istio: warning: whether AKS supports its Istio add-on with mode byocni is not documented;"
            " install Istio yourself, or accept this"
        )
    ]


def test_values_that_get_in_istios_way_are_a_warning() -> None:
    values = {"socketLB": {"hostNamespaceOnly": False}, "cni": {"exclusive": True}}
    assert findings("IST-15", byocni({"istio": True, "values": values})) == [
        (
            f"{CILIUM}.values.socketLB.hostNamespaceOnly: warning: false takes traffic from Istio; remove it, so"
            " that it is"
            " true"
        ),
        f"{CILIUM}.values.cni.exclusive: warning: true takes traffic from Istio; remove it, so that it is false",
    ]
    assert findings("IST-15", byocni({"istio": True})) == []


def test_metrics_are_ones_that_hubble_has() -> None:
    where = f"{CILIUM}.hubble.metrics"
    known = "dns, drop, flow, flows-to-world, http, httpV2, icmp, kafka, policy, port-distribution, sctp, tcp"
    assert findings("BYO-10", byocni({"hubble": {"metrics": ["dns:query;ignoreAAAA", "flows-to-world"]}})) == []
    assert findings("BYO-10", byocni({"hubble": {"metrics": ["dnss", "drop;x", "latency"]}})) == [
        f"{where}[0]: Hubble has no metric 'dnss'; did you mean 'dns'?",
        f"{where}[1]: Hubble has no metric 'drop;x'; did you mean 'drop'?",
        f"{where}[2]: Hubble has no metric 'latency'; use {known}",
    ]


def test_resources_are_requests_and_limits() -> None:
    assert findings("CFG-01", byocni({"resources": {"request": {"cpu": 1}}})) == [
        f"{CILIUM}.resources.request: unknown key 'request'; did you mean 'requests'?"
    ]
