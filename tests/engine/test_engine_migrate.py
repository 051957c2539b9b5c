"""That a cluster is moved in place by the steps of a migration, and Pulumi replaces nothing on the way."""

from __future__ import annotations

import pytest

from tests.engine.harness import Engine

pytestmark = pytest.mark.engine

FLAT = """\
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-test}}
  cilia:networks:
    main:
      addressSpace: [10.20.0.0/16]
      subnets:
        nodes: {cidr: 10.20.0.0/22}
  cilia:clusters:
    main:
      kubernetesVersion: "1.34"
      network: main
      networking: {mode: nodeSubnet, dataplane: azure, networkPolicy: none, serviceCidr: 172.20.0.0/16}
      systemPool: {vmSize: Standard_D4ds_v5, subnet: nodes, count: 3, maxPods: 30}
      pools:
        user: {vmSize: Standard_D4ds_v5, subnet: nodes, minCount: 1, maxCount: 3, maxPods: 30}
"""
OVERLAY = FLAT.replace("mode: nodeSubnet,", "mode: overlay, podCidr: 192.168.0.0/16,")
CILIUM = FLAT.replace("dataplane: azure, networkPolicy: none,", "dataplane: cilium,")
LEFT_ALONE = "      externallyChanged: [{}]\n      systemPool:"
UPDATED_POOL_LIST = {"ManagedCluster main": "update"}
"""A refresh puts pools of their own among the inline ones; one update takes them out of Pulumi's list again."""


@pytest.mark.parametrize(
    ("text", "leaves", "azure"),
    [
        (
            OVERLAY,
            ("networkProfile.networkPluginMode", "networkProfile.podCidr"),
            {"networkPluginMode": "overlay", "podCidr": "192.168.0.0/16"},
        ),
        (
            CILIUM,
            ("networkProfile.networkDataplane", "networkProfile.networkPolicy"),
            {"networkDataplane": "cilium", "networkPolicy": "cilium"},
        ),
    ],
    ids=["overlay", "cilium"],
)
def test_cluster_is_moved_in_place(text: str, leaves: tuple[str, ...], azure: dict[str, str], engine: Engine) -> None:
    engine.repository(FLAT)
    assert engine.up("--skip-preview").code == 0
    engine.repository(text.replace("      systemPool:", LEFT_ALONE.format(", ".join(leaves))))
    assert engine.up("--skip-preview").ops() == {}
    with engine.cloud.drift(engine.resources()["ManagedCluster main"]["id"]) as body:
        body["networkProfile"].update(azure)
    assert engine.refresh("--skip-preview").code == 0
    engine.repository(text)
    applied = engine.up("--skip-preview")
    assert (applied.code, applied.ops()) == (0, UPDATED_POOL_LIST)
    assert engine.settled()


def test_without_the_exception_pulumi_would_replace_the_cluster(engine: Engine) -> None:
    engine.repository(FLAT)
    assert engine.up("--skip-preview").code == 0
    engine.repository(OVERLAY)
    refused = engine.preview()
    assert refused.code != 0
    assert "unable to replace resource" in refused.text
