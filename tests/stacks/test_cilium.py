"""A cluster's own Cilium from all that is written about the cluster, and what the program makes of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cilia.preview_data import preview_stack
from components.cilium.plan import CiliumPlan
from stacks.check import check
from stacks.cilium import Enforcement, NodePort, OwnCilium, enforcement, node_ports, own_cilium
from stacks.parse import parse
from tests.stacks.checks.builder import TODAY, byocni, cluster

ROOT = Path(__file__).parents[2]
STACK = """
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-byo}}
  cilia:secrets: {ipsec: {secure: v1:aaaa}, token: {secure: v1:bbbb}}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      inCluster: WHO
      istio: {revisions: [asm-1-29], injection: {shop: asm-1-29}}
      networking:
        mode: byocni
        podCidr: 100.64.0.0/16
        cilium:
          kubeProxyReplacement: true
          encryption: {type: ipsec, key: {secret: ipsec}}
          values: {extraConfig: {token: {secret: token}}}
      systemPool: {count: 3, maxPods: 110}
encryptionsalt: v1:salt
"""


def own(cilium: dict[str, Any] | None = None, **changes: Any) -> OwnCilium:
    """The Cilium of the clean stack's cluster."""
    view = check(parse(byocni(cilium, **changes)), today=TODAY).view
    (found,) = [each for one in view.clusters if (each := own_cilium(one)) is not None]
    return found


def plan(cilium: dict[str, Any] | None = None, **changes: Any) -> CiliumPlan:
    """Its release."""
    return own(cilium, **changes).plan


def test_cluster_on_azures_dataplane_has_none_of_its_own() -> None:
    view = check(parse(cluster({})), today=TODAY).view
    assert [own_cilium(each) for each in view.clusters] == [None]


def test_pool_is_the_clusters_range_by_its_mask() -> None:
    operator = plan({"maskSize": 25}, pools={"user": {"maxPods": 110}}).values["ipam"]["operator"]
    assert operator == {"clusterPoolIPv4PodCIDRList": ["192.168.0.0/16"], "clusterPoolIPv4MaskSize": 25}


@pytest.mark.parametrize(
    ("server", "attribute"),
    [
        ({}, "fqdn"),
        ({"enablePrivateCluster": True}, "privateFQDN"),
        ({"enablePrivateCluster": True, "privateDNSZone": "none"}, "fqdn"),
    ],
    ids=["public", "private", "private-without-a-zone"],
)
def test_agents_find_the_api_server_by_the_name_that_nodes_can_resolve(server: dict[str, Any], attribute: str) -> None:
    host = plan({"kubeProxyReplacement": True}, apiServer=server).values["k8sServiceHost"]
    assert (host.kind, host.key, host.attribute) == ("cluster", "main", attribute)


@pytest.mark.parametrize(
    ("changes", "protect"), [({}, True), ({"protect": False}, False)], ids=["environment", "cluster"]
)
def test_release_is_protected_as_its_cluster_is(changes: dict[str, Any], *, protect: bool) -> None:
    assert plan(**changes).protect is protect


def test_ports_among_nodes_follow_from_what_is_on() -> None:
    assert list(node_ports(own())) == [
        NodePort("UDP", 8472, "the vxlan tunnel"),
        NodePort("TCP", 4240, "health probing"),
    ]
    ipsec = {"encryption": {"type": "ipsec", "key": {"secret": "ipsec"}}}
    assert [port.name for port in node_ports(own(ipsec))] == ["UDP 8472", "TCP 4240", "ESP"]


@pytest.mark.parametrize(
    ("cilium", "found"),
    [
        (
            {},
            Enforcement((1, 19), names=True, http=True, nodes_in_ranges=False, isolates_every_pod=False, enforces=True),
        ),
        (
            {"l7Proxy": False, "version": "1.18.12", "policyCIDRMatchMode": ["nodes"]},
            Enforcement(
                (1, 18), names=False, http=False, nodes_in_ranges=True, isolates_every_pod=False, enforces=True
            ),
        ),
        (
            {"values": {"policyEnforcementMode": "always"}},
            Enforcement((1, 19), names=True, http=True, nodes_in_ranges=False, isolates_every_pod=True, enforces=True),
        ),
        (
            {"policyEnforcementMode": "never"},
            Enforcement(
                (1, 19), names=True, http=True, nodes_in_ranges=False, isolates_every_pod=False, enforces=False
            ),
        ),
    ],
    ids=["defaults", "no-proxy", "always", "never"],
)
def test_what_it_enforces_follows_from_its_values(cilium: dict[str, Any], found: Enforcement) -> None:
    assert enforcement(own(cilium)) == found


def recorded(folder: Path, who: str) -> dict[str, Any]:
    """The preview of a stack with secrets, as JSON."""
    file = folder / "Pulumi.byo.yaml"
    file.write_text(STACK.replace("WHO", who))
    preview = preview_stack(file, ROOT, today=date(2026, 9, 1))
    assert preview.recording is not None, preview
    return preview.as_json()


def test_secrets_of_values_are_shown_as_secrets(tmp_path: Path) -> None:
    resources = recorded(tmp_path, "apply")["resources"]
    by_name = {each["name"]: each for each in resources if each["type"].startswith("kubernetes:")}
    release, key = by_name["main-cilium"], by_name["main-ipsec"]
    assert release["inputs"]["values"]["extraConfig"] == {"token": {"$secret": True}}
    assert release["inputs"]["values"]["k8sServiceHost"] == {"$unknown": "fqdn of ManagedCluster main"}
    assert key["inputs"]["stringData"] == {"$secret": True}
    assert [text for text in ("v1:aaaa", "v1:bbbb") if text in json.dumps(resources)] == []


def test_mesh_waits_for_cilium(tmp_path: Path) -> None:
    resources = recorded(tmp_path, "apply")["resources"]
    (release,) = [each for each in resources if each["type"] == "kubernetes:helm.sh/v3:Release"]
    later = [each for each in resources if (each["parent"] or "").endswith("Mesh::main")]
    assert later
    assert all(release["urn"] in each["options"]["dependsOn"] for each in later if each["custom"])


def test_under_gitops_nothing_is_installed(tmp_path: Path) -> None:
    types = {each["type"] for each in recorded(tmp_path, "gitops")["resources"]}
    assert [kind for kind in types if kind.startswith("kubernetes:") or kind == "cilia:cilium:CiliumRelease"] == []
