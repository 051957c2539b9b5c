"""What the real chart makes of our values, with the real Helm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components.cilium.plan import CiliumPlan, value_at
from components.values import Ref
from tests.components.cilium.builder import plan
from tests.conformance.charts import ChartError, cilium_chart, find, releases, render
from tests.conformance.conftest import needs
from tests.conformance.oracles import run

pytestmark = pytest.mark.conformance

CHARTS_OWN_POOL = "10.0.0.0/8"


@pytest.fixture(autouse=True)
def helm() -> None:
    """Both are needed by every test here: Helm, and the module with the chart."""
    needs("helm")


@pytest.mark.parametrize("name", releases())
def test_the_chart_takes_our_values_and_keeps_to_them(name: str, tmp_path: Path) -> None:
    release = releases()[name]
    objects = render(release.values, tmp_path)
    settings = find(objects, "ConfigMap", "cilium-config")["data"]
    operator = release.values["ipam"]["operator"]
    hubble = release.values["hubble"]
    assert {
        "ipam": settings["ipam"],
        "cluster-pool-ipv4-cidr": settings["cluster-pool-ipv4-cidr"],
        "cluster-pool-ipv4-mask-size": settings["cluster-pool-ipv4-mask-size"],
        "routing-mode": settings["routing-mode"],
        "tunnel-protocol": settings["tunnel-protocol"],
        "kube-proxy-replacement": settings["kube-proxy-replacement"],
        "identity-allocation-mode": settings["identity-allocation-mode"],
        "enable-hubble": settings["enable-hubble"],
        "cluster-name": settings["cluster-name"],
    } == {
        "ipam": "cluster-pool",
        "cluster-pool-ipv4-cidr": " ".join(operator["clusterPoolIPv4PodCIDRList"]),
        "cluster-pool-ipv4-mask-size": str(operator["clusterPoolIPv4MaskSize"]),
        "routing-mode": "tunnel",
        "tunnel-protocol": release.values["tunnelProtocol"],
        "kube-proxy-replacement": str(release.values["kubeProxyReplacement"]).lower(),
        "identity-allocation-mode": "crd",
        "enable-hubble": str(hubble["enabled"]).lower(),
        "cluster-name": release.values["cluster"]["name"],
    }
    deployments = {one["metadata"]["name"] for one in objects if one["kind"] == "Deployment"}
    wanted = {"hubble-relay": hubble["relay"]["enabled"], "hubble-ui": hubble["ui"]["enabled"]}
    assert {name: name in deployments for name in wanted} == wanted
    assert CHARTS_OWN_POOL not in json.dumps(objects)


def made_by_helm(release: CiliumPlan) -> bool:
    """Whether Helm makes the certificates, which it finds again in the cluster, and here cannot."""
    return bool(value_at(release.values, "hubble", "tls", "auto", "method") == "helm")


@pytest.mark.parametrize("name", [name for name, release in releases().items() if not made_by_helm(release)])
def test_rendering_twice_gives_the_same(name: str, tmp_path: Path) -> None:
    release = releases()[name]
    assert render(release.values, tmp_path) == render(release.values, tmp_path)


def test_the_api_server_is_the_clusters_own(tmp_path: Path) -> None:
    release = plan({"kubeProxyReplacement": True})
    assert isinstance(release.values["k8sServiceHost"], Ref)
    agent = find(render(release.values, tmp_path), "DaemonSet", "cilium")
    (container,) = agent["spec"]["template"]["spec"]["containers"]
    assert [one["value"] for one in container["env"] if one["name"].startswith("KUBERNETES_SERVICE_")] == [
        "aks-main.hcp.westeurope.azmk8s.io",
        "443",
    ]


def test_own_values_reach_the_agent(tmp_path: Path) -> None:
    objects = render(plan({"values": {"bandwidthManager": {"enabled": True}}}).values, tmp_path)
    assert find(objects, "ConfigMap", "cilium-config")["data"]["enable-bandwidth-manager"] == "true"


def test_helm_refuses_a_value_of_another_type(tmp_path: Path) -> None:
    with pytest.raises(ChartError, match="at '/hubble/relay/enabled': got number, want boolean"):
        render({"hubble": {"relay": {"enabled": 3}}}, tmp_path)


def test_helm_takes_a_misspelt_value_for_nothing(tmp_path: Path) -> None:
    values = plan({"hubble": {"relay": False, "ui": False}}).values
    assert render({**values, "hubbel": {"relay": {"enabled": True}}}, tmp_path) == render(values, tmp_path)


def test_the_chart_refuses_the_kubernetes_that_helm_believes_in() -> None:
    refused = run("helm", ["template", "cilium", cilium_chart()])
    assert "chart requires kubeVersion" in refused.stderr


@pytest.mark.parametrize(
    ("chart", "place"),
    [
        pytest.param(["cilium", "--repo", "http://127.0.0.1:1"], '"http://127.0.0.1:1"', id="repository"),
        pytest.param(["oci://127.0.0.1:1/charts/cilium", "--version", "1.19.6"], "127.0.0.1:1/v2", id="registry"),
    ],
)
def test_chart_that_is_out_of_reach_is_one_line_with_the_address(chart: list[str], place: str) -> None:
    refused = run("helm", ["template", "cilium", *chart])
    (line,) = refused.stderr.splitlines()
    assert (refused.returncode, place in line, line.endswith("connection refused")) == (1, True, True)
