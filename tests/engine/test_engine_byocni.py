"""A cluster with a Cilium of its own through the real engine: made in order, settled, changed, gone."""

from __future__ import annotations

import pytest

from tests.engine.harness import Engine

pytestmark = pytest.mark.engine

STACK_FILE = """
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-byo}, protect: false}
  cilia:networks:
    main: {addressSpace: [10.34.0.0/16], subnets: {nodes: {cidr: 10.34.0.0/24}}}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      network: main
      networking:
        mode: byocni
        podCidr: 100.64.0.0/16
        cilium: {version: VERSION, kubeProxyReplacement: true, hubble: {relay: true}ENCRYPTION}
      systemPool: {subnet: nodes, count: 3, maxPods: 110}
  cilia:accept:
    - {rule: BYO-07, path: clusters.main.networking.cilium, reason: kube-proxy is stopped by hand}
"""
RELEASE = "Release main-cilium"
IPSEC = ", encryption: {type: ipsec, key: {secret: ipsec}}"
KEY = "3+ rfc4106(gcm(aes)) 0011223344556677889900112233445566778899 128"


def stack_file(version: str = "1.19.6", encryption: str = "") -> str:
    return STACK_FILE.replace("VERSION", version).replace("ENCRYPTION", encryption)


@pytest.fixture
def byocni(engine: Engine) -> Engine:
    """The stack, not deployed yet."""
    engine.environment["CILIA_TODAY"] = "2026-09-01"
    engine.repository(stack_file())
    return engine


def test_cilium_comes_after_its_cluster_settles_changes_in_place_and_goes_with_it(byocni: Engine) -> None:
    preview = byocni.preview()
    assert (preview.code, preview.errors) == (0, [])
    up = byocni.up("--skip-preview")
    assert (up.code, up.errors) == (0, [])
    made = [step.label for step in up.steps()]
    assert made.index("ManagedCluster main") < made.index("kubernetes main") < made.index(RELEASE)
    assert byocni.settled()

    values = byocni.resources()[RELEASE]["inputs"]["values"]
    assert values["ipam"]["operator"]["clusterPoolIPv4PodCIDRList"] == ["100.64.0.0/16"]
    cluster = byocni.resources()["ManagedCluster main"]["outputs"]
    assert values["k8sServiceHost"] == cluster["fqdn"]

    byocni.repository(stack_file().replace("relay: true", "relay: true, ui: true"))
    changed = byocni.up("--skip-preview")
    assert [(step.label, step.op, step.detailed) for step in changed.steps()] == [
        (RELEASE, "update", {"values.hubble.ui.enabled": "update"})
    ]

    down = byocni.destroy("--skip-preview")
    assert (down.code, down.errors) == (0, [])
    gone = [step.label for step in down.steps()]
    assert gone.index(RELEASE) < gone.index("ManagedCluster main")
    assert [call for call in byocni.cloud.calls("Delete") if "Release" in str(call)] == []
    assert byocni.cloud.snapshot() == {}


def test_key_of_ipsec_stays_secret(byocni: Engine) -> None:
    assert byocni.preview().code == 0
    byocni.repository(stack_file(encryption=IPSEC))
    assert byocni.run("config", "set", "--stack", "test", "--secret", "--path", "cilia:secrets.ipsec", KEY).code == 0

    up = byocni.up("--skip-preview")

    assert (up.code, up.errors) == (0, [])
    made = [step.label for step in up.steps()]
    assert made.index("Secret main-ipsec") < made.index(RELEASE)
    assert KEY not in up.text
    assert KEY not in (byocni.folder / "backend" / ".pulumi" / "stacks" / "cilia" / "test.json").read_text()
    assert byocni.settled()
