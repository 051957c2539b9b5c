"""What pydantic finds wrong with a value, in our words."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.pools import SystemPoolConfig
from stacks.parse import parse
from tests.stacks.checks.builder import cluster, stack

_MAPPING = "where a mapping is meant; write lines such as 'key: value' [CFG-02]"
_LIST = "where a list is meant; write [a, b] or lines that start with '- ' [CFG-02]"
_MODES = "'overlay', 'podSubnet', 'nodeSubnet', 'byocni'"


def lines(values: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in parse(values).problems]


def network(values: dict[str, Any]) -> dict[str, Any]:
    return stack({"cilia:networks": {"main": values}})


def system(values: dict[str, Any]) -> dict[str, Any]:
    return cluster({"systemPool": values})


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param(
            stack({"cilia:network": {}}),
            ["network: unknown key 'network'; did you mean 'networks'? [CFG-01]"],
            id="top-level-with-a-neighbour",
        ),
        pytest.param(
            stack({"cilia:zzz": {}}),
            [
                (
                    "zzz: unknown key 'zzz'; known here: accept, clusters, environment, existingClusters, monitoring,"
                    " networks, policies, secrets [CFG-01]"
                )
            ],
            id="top-level-without-one",
        ),
        pytest.param(stack({"kubernetes:zzz": 1}), [], id="other-namespaces-are-others'-business"),
        pytest.param(
            system({"vmsize": "x"}),
            ["clusters.main.systemPool.vmsize: unknown key 'vmsize'; did you mean 'vmSize'? [CFG-01]"],
            id="nested",
        ),
        pytest.param(
            system({"zzzz": 1}),
            [
                (
                    "clusters.main.systemPool.zzzz: unknown key 'zzzz'; known here:"
                    f" {len(SystemPoolConfig.model_fields)}"
                    " keys, see docs/stack.schema.json [CFG-01]"
                )
            ],
            id="too-many-to-list",
        ),
        pytest.param(
            cluster({"networking": {"outbound": {"type": "loadBalancer", "x": 1}}}),
            [
                (
                    "clusters.main.networking.outbound.x: unknown key 'x'; known here: allocatedOutboundPorts,"
                    " backendPoolType, idleTimeoutInMinutes, managedOutboundIPs, outboundIPPrefixes, outboundIPs, type"
                    " [CFG-01]"
                )
            ],
            id="below-a-choice",
        ),
        pytest.param(
            cluster({"networking": {"allocation": "dynamic"}}),
            [
                (
                    "clusters.main.networking.allocation: unknown key 'allocation' with overlay, it goes with"
                    " podSubnet; remove it, or choose that [CFG-01]"
                )
            ],
            id="of-another-mode",
        ),
        pytest.param(
            cluster({"networking": {"outbound": {"type": "managedNATGateway", "allocatedOutboundPorts": 8}}}),
            [
                (
                    "clusters.main.networking.outbound.allocatedOutboundPorts: unknown key 'allocatedOutboundPorts'"
                    " with managedNATGateway, it goes with loadBalancer; remove it, or choose that [CFG-01]"
                )
            ],
            id="of-another-type-below-a-mode",
        ),
        pytest.param(
            network({"natGateways": {"a": {"publicIps": 2}}}),
            ["networks.main.natGateways.a.publicIps: unknown key 'publicIps'; did you mean 'publicIPs'? [CFG-01]"],
            id="below-a-name",
        ),
    ],
)
def test_unknown_key_names_the_nearest(values: dict[str, Any], found: list[str]) -> None:
    assert lines(values) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param(
            cluster({"tags": {"a": 1}}),
            ['clusters.main.tags.a: the number 1 where text is meant; write it in quotes, "1" [CFG-02]'],
            id="number-for-text",
        ),
        pytest.param(
            cluster({"tags": {"a": True}}),
            ["clusters.main.tags.a: true where text is meant; write it in quotes [CFG-02]"],
            id="truth-for-text",
        ),
        pytest.param(
            system({"count": "3"}),
            ["clusters.main.systemPool.count: '3' where a whole number is meant; write 3 without quotes [CFG-02]"],
            id="text-for-number",
        ),
        pytest.param(
            system({"count": "03"}),
            ["clusters.main.systemPool.count: '03' where a whole number is meant; write 3 without quotes [CFG-02]"],
            id="number-with-a-zero-in-front",
        ),
        pytest.param(
            system({"count": "three"}),
            ["clusters.main.systemPool.count: 'three' where a whole number is meant; write one such as 3 [CFG-02]"],
            id="word-for-number",
        ),
        pytest.param(
            system({"count": 3.5}),
            [
                (
                    "clusters.main.systemPool.count: the number 3.5 where a whole number is meant; write one such as 3"
                    " [CFG-02]"
                )
            ],
            id="fraction",
        ),
        pytest.param(
            system({"count": 3.0}),
            [
                (
                    "clusters.main.systemPool.count: the number 3.0 where a whole number is meant; write one such as 3"
                    " [CFG-02]"
                )
            ],
            id="fraction-of-nothing",
        ),
        pytest.param(
            cluster({"oidcIssuer": "yes"}),
            [
                (
                    "clusters.main.oidcIssuer: 'yes' where true or false is meant; write one of these without quotes"
                    " [CFG-02]"
                )
            ],
            id="text-for-truth",
        ),
        pytest.param(system({"zones": "1"}), [f"clusters.main.systemPool.zones: '1' {_LIST}"], id="text-for-list"),
        pytest.param(
            system({"nodeLabels": ["a"]}),
            [f"clusters.main.systemPool.nodeLabels: a list {_MAPPING}"],
            id="list-for-mapping",
        ),
        pytest.param(
            cluster({"networking": "overlay"}),
            [f"clusters.main.networking: 'overlay' {_MAPPING}"],
            id="text-for-choice",
        ),
        pytest.param(
            stack({"cilia:clusters": {"main": None}}), [f"clusters.main: nothing {_MAPPING}"], id="empty-cluster"
        ),
        pytest.param(cluster({"systemPool": None}), [f"clusters.main.systemPool: nothing {_MAPPING}"], id="empty-pool"),
        pytest.param(stack({"cilia:environment": "rg"}), [f"environment: 'rg' {_MAPPING}"], id="environment"),
        pytest.param(
            stack({"cilia:networks": ["main"]}),
            ["networks: a list where a mapping of names is meant; write 'name: ...' [CFG-02]"],
            id="list-of-networks",
        ),
        pytest.param(
            stack({"cilia:accept": {"rule": "CAP-02"}}),
            ["accept: a mapping where a list is meant; write '- rule: ...' [CFG-02]"],
            id="mapping-of-accepted",
        ),
        pytest.param(stack({"cilia:accept": ["CAP-02"]}), [f"accept[0]: 'CAP-02' {_MAPPING}"], id="text-for-accepted"),
        pytest.param(
            stack({"cilia:secrets": ["a"]}),
            ["secrets: a list where a mapping of names is meant; write 'name: ...' [CFG-02]"],
            id="list-of-secrets",
        ),
    ],
)
def test_value_of_another_type_says_what_is_meant(values: dict[str, Any], found: list[str]) -> None:
    assert lines(values) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param(
            cluster({"kubernetesVersion": ..., "systemPool": ...}),
            [
                "clusters.main.kubernetesVersion: missing; add kubernetesVersion [CFG-03]",
                "clusters.main.systemPool: missing; add systemPool [CFG-03]",
            ],
            id="two-of-a-cluster",
        ),
        pytest.param(
            cluster({"networking": {"mode": ...}}),
            ["clusters.main.networking: missing mode; add mode to say which kind it is [CFG-03]"],
            id="what-chooses",
        ),
        pytest.param(
            cluster({"networking": {"mode": ..., "Mode": "overlay"}}),
            ["clusters.main.networking: missing mode; did you mean it by 'Mode'? [CFG-03]"],
            id="what-chooses-misspelt",
        ),
        pytest.param(
            stack({"cilia:environment": {"resourceGroup": ...}}),
            ["environment.resourceGroup: missing; add resourceGroup [CFG-03]"],
            id="of-the-environment",
        ),
        pytest.param(
            stack({"cilia:accept": [{"rule": "CAP-02", "path": "clusters.main"}]}),
            ["accept[0].reason: missing; add reason [CFG-03]"],
            id="reason",
        ),
    ],
)
def test_missing_key_is_named(values: dict[str, Any], found: list[str]) -> None:
    assert lines(values) == found


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param(
            cluster({"tier": "Gold"}),
            ["clusters.main.tier: 'Gold' is not allowed; use 'Free', 'Standard' or 'Premium' [CFG-04]"],
            id="literal",
        ),
        pytest.param(
            cluster({"tier": 3}),
            ["clusters.main.tier: the number 3 is not allowed; use 'Free', 'Standard' or 'Premium' [CFG-04]"],
            id="literal-of-another-type",
        ),
        pytest.param(
            cluster({"networking": {"mode": "overlays"}}),
            [
                (
                    "clusters.main.networking.mode: 'overlays' is no mode; did you mean 'overlay'? Allowed are"
                    f" {_MODES} [CFG-04]"
                )
            ],
            id="mode",
        ),
        pytest.param(
            cluster({"networking": {"mode": "podsubnet"}}),
            [
                (
                    "clusters.main.networking.mode: 'podsubnet' is no mode; did you mean 'podSubnet'? Allowed are"
                    f" {_MODES} [CFG-04]"
                )
            ],
            id="mode-in-other-capitals",
        ),
        pytest.param(
            cluster({"tier": "standart"}),
            [
                (
                    "clusters.main.tier: 'standart' is not allowed; did you mean 'Standard'? Allowed are 'Free',"
                    " 'Standard' or 'Premium' [CFG-04]"
                )
            ],
            id="misspelt",
        ),
        pytest.param(
            cluster({"networking": {"mode": ["overlay"]}}),
            [f"clusters.main.networking.mode: a list is no mode; use {_MODES} [CFG-04]"],
            id="mode-as-a-list",
        ),
        pytest.param(
            cluster({"networking": {"outbound": {"type": "firewall"}}}),
            [
                (
                    "clusters.main.networking.outbound.type: 'firewall' is no type; use 'loadBalancer',"
                    " 'managedNATGateway', 'userAssignedNATGateway', 'userDefinedRouting', 'none' [CFG-04]"
                )
            ],
            id="type-below-a-mode",
        ),
        pytest.param(
            network({"subnets": {"nodes": {"otherAddresses": -1}}}),
            ["networks.main.subnets.nodes.otherAddresses: the number -1 is not allowed; use 0 or more [CFG-04]"],
            id="too-small",
        ),
        pytest.param(
            network({"subnets": {"nodes": {"otherAddresses": 65537}}}),
            ["networks.main.subnets.nodes.otherAddresses: the number 65537 is not allowed; use 65536 or less [CFG-04]"],
            id="too-large",
        ),
        pytest.param(
            stack({"cilia:accept": [{"rule": "CAP-02", "path": "clusters.main", "reason": ""}]}),
            ["accept[0].reason: '' is not allowed; use at least 1 character [CFG-04]"],
            id="too-short",
        ),
        pytest.param(
            network(
                {
                    "securityGroups": {
                        "a": {
                            "rules": {
                                "r": {
                                    "priority": 100,
                                    "direction": "Inbound",
                                    "access": "Allow",
                                    "description": "d" * 141,
                                }
                            }
                        }
                    }
                }
            ),
            [
                (
                    f"networks.main.securityGroups.a.rules.r.description: '{'d' * 55}...' is not allowed; use at most"
                    " 140 characters [CFG-04]"
                )
            ],
            id="too-long",
        ),
        pytest.param(
            cluster({"customCATrustCertificates": ["-----BEGIN CERTIFICATE-----a-----END CERTIFICATE-----"] * 11}),
            ["clusters.main.customCATrustCertificates: a list is not allowed; use at most 10 entries [CFG-04]"],
            id="too-many",
        ),
    ],
)
def test_value_that_is_not_allowed_says_which_are(values: dict[str, Any], found: list[str]) -> None:
    assert lines(values) == found


def test_ids_are_given_by_names() -> None:
    values = cluster({"containerRegistries": ["/subscriptions/x"], "keyVaultSecretsProvider": {"keyVaults": ["x"]}})
    assert lines(values) == [
        (
            "clusters.main.keyVaultSecretsProvider.keyVaults: a list where a mapping is meant; write lines such as"
            " 'apps: /subscriptions/...' [CFG-02]"
        ),
        (
            "clusters.main.containerRegistries: a list where a mapping is meant; write lines such as"
            " 'images: /subscriptions/...' [CFG-02]"
        ),
    ]
