"""Names that Azure and Kubernetes take."""

from __future__ import annotations

import pytest

from components.facts.names import (
    NAME_RULES,
    SERVICE_SUBNETS,
    Kind,
    label_key_fault,
    label_value_fault,
    node_resource_group,
    taint_fault,
)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Kind.RESOURCE_GROUP, ["a", "rg-1", "(x)", "a" * 90, "grüße", "_"]),
        (Kind.VIRTUAL_NETWORK, ["ab", "v.net_", "a" * 64]),
        (Kind.SUBNET, ["a", "9.a_b-c_", "a" * 80]),
        (Kind.IDENTITY, ["abc", "a_-", "a" * 128]),
        (Kind.CLUSTER, ["a", "a_b-c", "a" * 63]),
        (Kind.POOL, ["a", "a1b2", "a" * 12]),
    ],
    ids=lambda value: value.name if isinstance(value, Kind) else "",
)
def test_names_that_azure_takes(kind: Kind, names: list[str]) -> None:
    assert [NAME_RULES[kind].fault(name) for name in names] == [None] * len(names)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Kind.RESOURCE_GROUP, ["", "a.", "a b", "a/b", "a" * 91]),
        (Kind.VIRTUAL_NETWORK, ["a", "-ab", "ab-", "a" * 65]),
        (Kind.SUBNET, ["", "-a", "a.", "a" * 81]),
        (Kind.IDENTITY, ["ab", "-abc", "a.b", "a" * 129]),
        (Kind.CLUSTER, ["", "-a", "a-", "a.b", "a" * 64]),
        (Kind.POOL, ["", "A", "1a", "a-b", "a" * 13]),
    ],
    ids=lambda value: value.name if isinstance(value, Kind) else "",
)
def test_names_that_azure_refuses(kind: Kind, names: list[str]) -> None:
    assert [name for name in names if NAME_RULES[kind].fault(name) is None] == []


def test_every_kind_has_a_rule_and_a_default_name() -> None:
    assert set(NAME_RULES) == set(Kind)
    assert Kind.SECURITY_GROUP.default_name("main", "nodes") == "nsg-main-nodes"


def test_no_message_shows_a_pattern() -> None:
    faults = [rule.fault("!" * length) for rule in NAME_RULES.values() for length in (0, 5, 200)]
    assert [fault for fault in faults if fault and any(mark in fault for mark in ("[", "]", "\\", "{", "*"))] == []


def test_group_of_nodes_is_named_by_azure() -> None:
    assert node_resource_group("rg", "aks-main", "westeurope") == "MC_rg_aks-main_westeurope"


def test_gateway_subnet_belongs_to_gateways() -> None:
    assert SERVICE_SUBNETS["GatewaySubnet"] == "VPN and ExpressRoute gateways"


@pytest.mark.parametrize(
    "key", ["a", "a.b_c-d", "example.com/a", "a" * 63, f"{'a' * 63}.{'b' * 63}/x", "kubelet.kubernetes.io/a"]
)
def test_label_keys_that_nodes_take(key: str) -> None:
    assert label_key_fault(key) is None


@pytest.mark.parametrize(
    "key", ["", "a" * 64, "-a", "a/", "/a", "a/b/c", "Example.com/a", "kubernetes.io/a", "x.k8s.io/a", f"{'a' * 254}/x"]
)
def test_label_keys_that_nodes_refuse(key: str) -> None:
    assert label_key_fault(key) is not None


@pytest.mark.parametrize("value", ["", "a", "a.b_c-d", "a" * 63])
def test_label_values_that_nodes_take(value: str) -> None:
    assert label_value_fault(value) is None


@pytest.mark.parametrize("value", ["a b", "-a", "a.", "a" * 64, "ä"])
def test_label_values_that_nodes_refuse(value: str) -> None:
    assert label_value_fault(value) is not None


@pytest.mark.parametrize("taint", ["a=b:NoSchedule", "example.com/a=b.c-d_e:PreferNoSchedule", "a=b:NoExecute"])
def test_taints_that_nodes_take(taint: str) -> None:
    assert taint_fault(taint) is None


@pytest.mark.parametrize("taint", ["", "a", "a=b", "a:NoSchedule", "a=:NoSchedule", "a=b:Never", "ä=b:NoSchedule"])
def test_taints_that_nodes_refuse(taint: str) -> None:
    assert taint_fault(taint) is not None
