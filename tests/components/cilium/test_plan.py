"""Values of the release: what is decided, what follows from each field, and what is merged over it."""

from __future__ import annotations

from typing import Any

import pytest

from components.cilium.plan import merged, overridden, value_at, with_secrets
from components.values import Ref
from tests.components.cilium.builder import API_SERVER, plan

DEFAULTS = {
    "aksbyocni": {"enabled": True},
    "cluster": {"name": "aks-main", "id": 0},
    "ipam": {
        "mode": "cluster-pool",
        "operator": {"clusterPoolIPv4PodCIDRList": ["100.64.0.0/16"], "clusterPoolIPv4MaskSize": 24},
    },
    "routingMode": "tunnel",
    "tunnelProtocol": "vxlan",
    "kubeProxyReplacement": False,
    "hubble": {
        "enabled": True,
        "relay": {"enabled": False},
        "ui": {"enabled": False},
        "tls": {"auto": {"method": "cronJob"}},
    },
    "operator": {"replicas": 2, "rollOutPods": True},
    "rollOutCiliumPods": True,
    "encryption": {"enabled": False},
    "l7Proxy": True,
    "policyEnforcementMode": "default",
}


def test_values_of_defaults() -> None:
    assert plan().values == DEFAULTS


def test_pool_is_the_clusters_own_and_never_the_charts_default() -> None:
    assert plan(mask_size=26).values["ipam"]["operator"] == {
        "clusterPoolIPv4PodCIDRList": ["100.64.0.0/16"],
        "clusterPoolIPv4MaskSize": 26,
    }


def test_release_is_cilium_in_kube_system_from_the_official_repository() -> None:
    made = plan()
    assert (made.name, made.namespace, made.chart, made.repository, made.version) == (
        "cilium",
        "kube-system",
        "cilium",
        "https://helm.cilium.io",
        "1.19.6",
    )
    assert (made.waits, made.timeout_seconds, made.protect) == (True, 900, True)


@pytest.mark.parametrize(
    ("chart", "version"),
    [("oci://registry.example/charts/cilium", "1.19.6"), ("./charts/cilium", None), ("charts/cilium-1.19.6.tgz", None)],
    ids=["oci", "directory", "archive"],
)
def test_another_chart_has_no_repository_and_a_local_one_its_own_version(chart: str, version: str | None) -> None:
    made = plan({"chart": chart})
    assert (made.chart, made.repository, made.version) == (chart, None, version)


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({"tunnelProtocol": "geneve"}, {"tunnelProtocol": "geneve"}),
        (
            {"kubeProxyReplacement": True},
            {"kubeProxyReplacement": True, "k8sServiceHost": API_SERVER, "k8sServicePort": 443},
        ),
        ({"upgradeCompatibility": "1.18"}, {"upgradeCompatibility": "1.18"}),
        ({"cluster": {"name": "shop", "id": 7}}, {"cluster": {"name": "shop", "id": 7}}),
        (
            {"operator": {"replicas": 1, "resources": {"requests": {"cpu": "50m"}}}},
            {"operator": {"replicas": 1, "rollOutPods": True, "resources": {"requests": {"cpu": "50m"}}}},
        ),
        (
            {"encryption": {"type": "wireguard", "nodeEncryption": True}},
            {"encryption": {"enabled": True, "type": "wireguard", "nodeEncryption": True}},
        ),
        (
            {"encryption": {"type": "ipsec", "key": {"secret": "ipsec"}}},
            {
                "encryption": {
                    "enabled": True,
                    "type": "ipsec",
                    "ipsec": {"secretName": "cilium-ipsec-keys", "keyFile": "keys"},
                }
            },
        ),
        ({"gatewayAPI": True}, {"gatewayAPI": {"enabled": True}}),
        ({"ingressController": True}, {"ingressController": {"enabled": True}}),
        ({"l7Proxy": False}, {"l7Proxy": False}),
        ({"policyEnforcementMode": "always"}, {"policyEnforcementMode": "always"}),
        ({"policyCIDRMatchMode": ["nodes"]}, {"policyCIDRMatchMode": ["nodes"]}),
        ({"resources": {"limits": {"memory": "1Gi"}}}, {"resources": {"limits": {"memory": "1Gi"}}}),
        (
            {"resources": {"requests": {"cpu": 0.1}, "limits": {"cpu": 1}}},
            {"resources": {"requests": {"cpu": 0.1}, "limits": {"cpu": 1}}},
        ),
        ({"istio": True}, {"socketLB": {"hostNamespaceOnly": True}, "cni": {"exclusive": False}}),
        (
            {"prometheus": True},
            {
                "prometheus": {"enabled": True},
                "operator": {"replicas": 2, "rollOutPods": True, "prometheus": {"enabled": True}},
                "envoy": {"prometheus": {"enabled": True}},
            },
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_field_becomes_these_values_and_no_others(fields: dict[str, Any], changes: dict[str, Any]) -> None:
    assert plan(fields).values == {**DEFAULTS, **changes}


def test_service_monitors_come_with_each_kind_of_metrics() -> None:
    values = plan({"prometheus": True, "serviceMonitors": True}).values
    monitor = {"enabled": True, "serviceMonitor": {"enabled": True}}
    assert [values["prometheus"], values["operator"]["prometheus"], values["envoy"]["prometheus"]] == [monitor] * 3


def test_hubble_has_relay_ui_and_metrics_where_they_are_wanted() -> None:
    hubble = plan({"hubble": {"relay": True, "ui": True, "metrics": ["dns", "drop"]}}).values["hubble"]
    assert hubble == {
        "enabled": True,
        "relay": {"enabled": True},
        "ui": {"enabled": True},
        "tls": {"auto": {"method": "cronJob"}},
        "metrics": {"enabled": ["dns", "drop"]},
    }


@pytest.mark.parametrize(
    ("version", "unattended", "method", "waits"),
    [
        ("1.19.6", False, "cronJob", True),
        ("1.19.6", True, "cronJob", True),
        ("1.18.12", False, "helm", True),
        ("1.18.12", True, "cronJob", False),
    ],
    ids=["job", "gitops", "job-is-a-hook", "job-is-a-hook-under-gitops"],
)
def test_certificates_are_made_where_neither_a_wait_nor_a_second_render_spoils_them(
    version: str, *, unattended: bool, method: str, waits: bool
) -> None:
    made = plan({"version": version}, unattended=unattended)
    assert (made.values["hubble"]["tls"]["auto"]["method"], made.waits) == (method, waits)


def test_addon_of_istio_keeps_cilium_out_of_its_way() -> None:
    values = plan(istio=True).values
    assert (values["socketLB"], values["cni"]) == ({"hostNamespaceOnly": True}, {"exclusive": False})


def test_cluster_is_called_by_its_azure_name_in_small_letters() -> None:
    assert plan(name="AKS-Main").values["cluster"]["name"] == "aks-main"


def test_registry_stands_for_quay_in_every_image() -> None:
    values = plan({"imageRegistry": "registry.azurecr.io"}).values
    repositories = {
        ".".join(path): value_at(values, *path)
        for path in (
            ("image", "repository"),
            ("operator", "image", "repository"),
            ("envoy", "image", "repository"),
            ("certgen", "image", "repository"),
            ("hubble", "relay", "image", "repository"),
            ("hubble", "ui", "frontend", "image", "repository"),
            ("hubble", "ui", "backend", "image", "repository"),
        )
    }
    assert repositories == {
        "image.repository": "registry.azurecr.io/cilium/cilium",
        "operator.image.repository": "registry.azurecr.io/cilium/operator",
        "envoy.image.repository": "registry.azurecr.io/cilium/cilium-envoy",
        "certgen.image.repository": "registry.azurecr.io/cilium/certgen",
        "hubble.relay.image.repository": "registry.azurecr.io/cilium/hubble-relay",
        "hubble.ui.frontend.image.repository": "registry.azurecr.io/cilium/hubble-ui",
        "hubble.ui.backend.image.repository": "registry.azurecr.io/cilium/hubble-ui-backend",
    }
    assert "quay.io" not in str(values)


def test_values_are_merged_last_and_deep() -> None:
    made = plan({"values": {"hubble": {"relay": {"replicas": 2}}, "tunnelProtocol": "geneve", "MTU": 1400}})
    assert made.values["hubble"]["relay"] == {"enabled": False, "replicas": 2}
    assert (made.values["tunnelProtocol"], made.values["MTU"]) == ("geneve", 1400)
    assert made.decided == DEFAULTS


def test_lists_are_replaced_as_a_whole() -> None:
    assert merged({"a": {"b": [1, 2], "c": 3}}, {"a": {"b": [4]}}) == {"a": {"b": [4], "c": 3}}


def test_what_is_overridden_is_what_says_something_else() -> None:
    given = {"tunnelProtocol": "geneve", "l7Proxy": True, "hubble": {"ui": {"enabled": True}}, "MTU": 1400}
    assert list(overridden(DEFAULTS, given)) == [("tunnelProtocol",), ("hubble", "ui", "enabled")]


def test_key_of_ipsec_is_a_reference_and_in_no_value() -> None:
    made = plan({"encryption": {"type": "ipsec", "key": {"secret": "ipsec"}}})
    assert made.ipsec_key == Ref("secret", "ipsec", "value")
    assert "Ref(" not in str(made.values)


def test_secrets_are_references_wherever_they_stand_in_values() -> None:
    assert with_secrets({"a": {"secret": "x"}, "b": [{"c": {"secret": "y"}}], "d": {"secret": {"name": "z"}}}) == {
        "a": Ref("secret", "x", "value"),
        "b": [{"c": Ref("secret", "y", "value")}],
        "d": {"secret": {"name": "z"}},
    }
