"""Cilium's Helm release: which versions follow which, and which values cut what."""

from __future__ import annotations

from typing import Any

import pytest

from components.facts.chart_keys import chart_keys
from components.mutability.change import Difference, Pool, Subject, Verdict
from components.mutability.cilium import CILIUM, KIND
from components.mutability.table import judge

POOLS = (Pool("system", 3, 3), Pool("user", 3, 20))
RESTART = "Cilium's agents on 6 to 23 nodes restart, 2 at a time"
TAKEN = (
    f"{RESTART}; where only the ConfigMap changes, that takes kubectl --namespace kube-system rollout restart"
    " daemonset/cilium"
)
PROXIED = "connections through Envoy (policies by HTTP and DNS name, Ingress, Gateway API) have to be made anew"


def judged(path: str, before: Any, after: Any, *, old: Any = None, new: Any = None) -> tuple[str, Verdict]:
    """The rule's id and the verdict on a change of Cilium's release with these values."""
    kind: Any = "add" if before is None else "delete" if after is None else "update"
    sides = [{"name": "cilium", "values": values} for values in (old or {}, new or {})]
    found = judge(Difference(path, path, path, kind, before, after), Subject(KIND, sides[0], sides[1], POOLS))
    assert found is not None
    return found[0].id, found[1]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("1.19.5", "1.19.6", ("rolling",)),
        ("1.19.6", "1.19.5", ("rolling",)),
        ("1.18.12", "1.19.6", ("rolling",)),
        ("1.19.6", "1.18.12", ("rolling", "disruptive")),
        ("1.17.9", "1.19.6", ("disruptive", "refused")),
        ("1.19.6", "1.17.9", ("disruptive", "refused")),
        ("1.19.6", "2.0.0", ("disruptive", "refused")),
        ("1.19.6", None, ("rolling",)),
    ],
)
def test_version_has_these_effects(before: str, after: str | None, expected: tuple[str, ...]) -> None:
    rule, verdict = judged("version", before, after)
    assert (rule, verdict.effects) == ("CHG-14", expected)


def test_skipped_version_names_the_one_between() -> None:
    assert judged("version", "1.17.9", "1.19.6")[1].message == (
        "Cilium supports no step from 1.17 to 1.19, although Helm would take it; 1.18 comes after 1.17"
    )
    assert judged("version", "1.19.6", "1.17.9")[1].message.endswith("; 1.18 comes after 1.19")


def test_patch_restarts_agents_and_what_they_proxy() -> None:
    assert judged("version", "1.19.5", "1.19.6")[1].message == f"{RESTART}; {PROXIED}"


def test_minor_version_asks_for_the_first_one_unless_it_is_said() -> None:
    assert judged("version", "1.18.12", "1.19.6")[1].message == (
        f"{RESTART}; {PROXIED}; without upgradeCompatibility the defaults of 1.19 take over: name the minor version"
        " that the cluster was first made with"
    )
    said = {"upgradeCompatibility": "1.18"}
    assert judged("version", "1.18.12", "1.19.6", new=said)[1].message == f"{RESTART}; {PROXIED}"


@pytest.mark.parametrize("door", ["gatewayAPI", "ingressController"])
def test_version_cuts_what_comes_in_through_cilium(door: str) -> None:
    assert judged("version", "1.19.5", "1.19.6", old={door: {"enabled": True}})[1].effects == ("rolling", "disruptive")


IPAM = "values.ipam.operator"
ON, OFF = {"encryption": {"enabled": True}}, {"encryption": {"enabled": False}}


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        (f"{IPAM}.clusterPoolIPv4MaskSize", 24, 25, ("CHG-15", ("disruptive", "refused"))),
        (f"{IPAM}.clusterPoolIPv4PodCIDRList", ["a"], ["b"], ("CHG-15", ("disruptive", "refused"))),
        (f"{IPAM}.clusterPoolIPv4PodCIDRList", ["a", "b"], ["a"], ("CHG-15", ("disruptive", "refused"))),
        (f"{IPAM}.clusterPoolIPv4PodCIDRList", ["a"], ["a", "b"], ("CHG-15", ("inPlace",))),
        ("values.ipam.mode", "cluster-pool", "multi-pool", ("CHG-15", ("disruptive", "refused"))),
        ("values.tunnelProtocol", "vxlan", "geneve", ("CHG-16", ("rolling", "disruptive"))),
        ("values.kubeProxyReplacement", False, True, ("CHG-16", ("rolling", "disruptive"))),
        ("values.cluster.id", 0, 1, ("CHG-16", ("rolling", "disruptive"))),
        ("values.clustermesh.maxConnectedClusters", 255, 511, ("CHG-16", ("disruptive", "refused"))),
        ("values.policyEnforcementMode", "default", "always", ("CHG-16", ("rolling", "disruptive"))),
        ("values.l7Proxy", True, False, ("CHG-16", ("rolling", "disruptive"))),
        ("values.l7Proxy", False, True, ("CHG-16", ("rolling",))),
        ("values.gatewayAPI.enabled", None, True, ("CHG-16", ("rolling",))),
        ("values.gatewayAPI.enabled", True, None, ("CHG-16", ("rolling", "disruptive"))),
        ("values.upgradeCompatibility", "1.18", "1.19", ("CHG-14", ("rolling", "disruptive"))),
        ("values.hubble.relay.enabled", False, True, ("CHG-17", ("inPlace",))),
        ("values.operator.replicas", 2, 3, ("CHG-17", ("inPlace",))),
        ("values.bandwidthManager.enabled", None, False, ("CHG-17", ("rolling",))),
        ("values.hubble.enabled", True, False, ("CHG-17", ("rolling",))),
        ("timeout", 900, 600, ("CHG-17", ("inPlace",))),
        ("chart", "cilium", "oci://example.com/cilium", ("CHG-17", ("rolling",))),
    ],
)
def test_value_has_this_rule_and_effects(path: str, before: Any, after: Any, expected: Any) -> None:
    rule, verdict = judged(path, before, after)
    assert (rule, verdict.effects) == expected


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (OFF, ON, "connections between nodes may drop until all encrypt; security groups have to let it through"),
        (
            ON,
            OFF,
            "traffic between nodes is no longer encrypted; connections drop while some nodes still do it",
        ),
        (ON, ON, "connections between nodes may drop while some encrypt the old way and some the new one"),
    ],
    ids=["on", "off", "another"],
)
def test_encryption_says_what_it_cuts(old: Any, new: Any, message: str) -> None:
    rule, verdict = judged("values.encryption.type", "ipsec", "wireguard", old=old, new=new)
    assert (rule, verdict.effects, verdict.message) == ("CHG-16", ("rolling", "disruptive"), f"{message}; {TAKEN}")


def test_other_tunnel_names_its_port() -> None:
    assert judged("values.tunnelProtocol", "vxlan", "geneve")[1].message == (
        "pods on nodes with geneve and on nodes with vxlan do not reach each other until all have changed; security"
        f" groups have to let UDP 6081 through between nodes; {TAKEN}"
    )


def test_value_of_the_config_map_waits_for_a_restart_unless_the_chart_is_told() -> None:
    path = "values.bandwidthManager.enabled"
    assert judged(path, False, True)[1].message == TAKEN
    assert judged(path, False, True, new={"rollOutCiliumPods": True})[1].message == RESTART


def test_release_of_another_chart_is_not_judged_as_cilium() -> None:
    other = Subject(KIND, {"name": "redis"}, {"name": "redis"})
    assert judge(Difference("version", "version", "version", "update", "1.0.0", "3.0.0"), other) is None


@pytest.mark.parametrize(
    "path", [path for row in CILIUM for path in row.paths if path.startswith("values.")], ids=lambda path: path
)
def test_row_names_a_value_that_the_chart_has(path: str) -> None:
    keys: Any = chart_keys("1.19.6")
    for name in path.split(".")[1:]:
        assert name in keys
        keys = keys[name]
