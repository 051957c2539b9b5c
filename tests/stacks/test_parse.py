"""From plain values to models: one clear line for each thing that does not fit, and everything else parsed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from components.cluster.pools import SystemPoolConfig
from components.problems import KeyPath
from stacks.check import check
from stacks.parse import Parsed, parse
from tests.stacks.checks.builder import TODAY, cluster, stack

_MAPPING = "where a mapping is meant; write lines such as 'key: value' [CFG-02]"
_LIST = "where a list is meant; write [a, b] or lines that start with '- ' [CFG-02]"
_KEY = "cannot be a key; use 1 to 63 letters, digits, '-' and '_', a letter or digit first and last [CFG-05]"
_MODES = "'overlay', 'podSubnet', 'nodeSubnet'"


def lines(values: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in parse(values).problems]


def network(values: dict[str, Any]) -> dict[str, Any]:
    return stack({"cilia:networks": {"main": values}})


def system(values: dict[str, Any]) -> dict[str, Any]:
    return cluster({"systemPool": values})


def test_clean_stack_parses_without_a_word() -> None:
    parsed = parse(stack())
    assert (parsed.problems, parsed.skipped) == ((), ())
    assert (parsed.config.location, parsed.config.subscription_id) == ("westeurope", None)
    assert (list(parsed.config.networks), list(parsed.config.clusters)) == (["main"], ["main"])


def test_nothing_at_all_says_what_is_needed_first() -> None:
    assert lines({}) == [
        "azure-native:location: missing; add azure-native:location with a region such as westeurope [CFG-03]",
        "environment: missing; add cilia:environment with a resourceGroup [CFG-03]",
    ]


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
            ["zzz: unknown key 'zzz'; known here: accept, clusters, environment, networks, secrets [CFG-01]"],
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
            ["clusters.main.networking.outbound.x: unknown key 'x'; known here: type [CFG-01]"],
            id="below-a-choice",
        ),
        pytest.param(
            cluster({"networking": {"allocation": "dynamic"}}),
            [
                (
                    "clusters.main.networking.allocation: unknown key 'allocation'; known here: dataplane,"
                    " dnsServiceIP, mode, networkPolicy, outbound, podCidr, serviceCidr [CFG-01]"
                )
            ],
            id="of-another-mode",
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
            ["clusters.main.systemPool.count: '3' where a whole number is meant; write it without quotes [CFG-02]"],
            id="text-for-number",
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
            [f"clusters.main.networking: mode 'overlays' is not one of {_MODES}; use one of these [CFG-04]"],
            id="mode",
        ),
        pytest.param(
            cluster({"networking": {"mode": ["overlay"]}}),
            [f"clusters.main.networking: mode a list is not one of {_MODES}; use one of these [CFG-04]"],
            id="mode-as-a-list",
        ),
        pytest.param(
            cluster({"networking": {"outbound": {"type": "firewall"}}}),
            [
                (
                    "clusters.main.networking.outbound: type 'firewall' is not one of 'loadBalancer',"
                    " 'userAssignedNATGateway', 'userDefinedRouting'; use one of these [CFG-04]"
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


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param(
            stack({"azure-native:location": "West Europe"}),
            ["azure-native:location: 'West Europe' is not of the form westeurope; write it like that [CFG-05]"],
            id="location",
        ),
        pytest.param(
            stack({"azure-native:subscriptionId": 7}),
            [
                (
                    "azure-native:subscriptionId: the number 7 is not of the form"
                    " 00000000-0000-0000-0000-000000000000; write it like that [CFG-05]"
                )
            ],
            id="subscription",
        ),
        pytest.param(
            stack({"cilia:networks": {"a b": {"addressSpace": ["10.0.0.0/16"]}}}),
            [f"networks.a b: 'a b' {_KEY}"],
            id="key-of-a-network",
        ),
        pytest.param(
            stack({"cilia:networks": {"a\nb": {"addressSpace": ["10.0.0.0/16"]}}}),
            [rf"networks.a\nb: 'a\nb' {_KEY}"],
            id="key-of-two-lines",
        ),
        pytest.param(
            network({"natGateways": {"a b": {}}}), [f"networks.main.natGateways.a b: 'a b' {_KEY}"], id="key-below"
        ),
        pytest.param(
            system({"maxSurge": "33 %"}),
            [
                (
                    "clusters.main.systemPool.maxSurge: '33 %' is neither a number of nodes nor a percentage from 1%"
                    " to 100%; write one such as 33% [CFG-05]"
                )
            ],
            id="surge",
        ),
        pytest.param(
            cluster({"customCATrustCertificates": ["MIIB"]}),
            [
                (
                    "clusters.main.customCATrustCertificates[0]: a certificate is text from -----BEGIN"
                    " CERTIFICATE----- to -----END CERTIFICATE-----; write one after '|', as it is in its file [CFG-05]"
                )
            ],
            id="certificate",
        ),
        pytest.param(
            cluster({"networking": {"podCidr": "192.168.0.5/16"}}),
            [
                (
                    "clusters.main.networking.podCidr: 192.168.0.5/16 has host bits set; the range that holds this"
                    " address is 192.168.0.0/16 [NET-05]"
                )
            ],
            id="host-bits",
        ),
    ],
)
def test_malformed_value_says_the_form(values: dict[str, Any], found: list[str]) -> None:
    assert lines(values) == found


def skipped(parsed: Parsed) -> list[KeyPath]:
    return list(parsed.skipped)


def test_pool_that_does_not_parse_leaves_its_cluster() -> None:
    parsed = parse(cluster({"pools": {"bad": {"count": "3"}, "good": {"subnet": "nodes"}}}))
    assert list(parsed.config.clusters["main"].pools) == ["user", "good"]
    assert skipped(parsed) == [("cilia:clusters", "main", "pools", "bad")]


def test_cluster_that_does_not_parse_leaves_the_others() -> None:
    parsed = parse(stack({"cilia:clusters": {"bad": {"tier": "Gold"}}}))
    assert list(parsed.config.clusters) == ["main"]
    assert skipped(parsed) == [("cilia:clusters", "bad")]


def test_network_that_does_not_parse_leaves_the_clusters() -> None:
    parsed = parse(network({"addressSpace": "10.0.0.0/8"}))
    assert (list(parsed.config.networks), list(parsed.config.clusters)) == ([], ["main"])
    assert skipped(parsed) == [("cilia:networks", "main")]


def test_everything_wrong_with_a_cluster_is_said_at_once() -> None:
    values = cluster({"tier": "Gold", "systemPool": {"count": "3"}, "pools": {"user": {"minCount": "1"}}})
    assert [line.partition(":")[0] for line in lines(values)] == [
        "clusters.main.pools.user.minCount",
        "clusters.main.systemPool.count",
        "clusters.main.tier",
    ]


def test_system_pool_that_does_not_parse_takes_its_cluster_along() -> None:
    parsed = parse(system({"count": "3"}))
    assert parsed.config.clusters == {}
    assert skipped(parsed) == [("cilia:clusters", "main", "systemPool"), ("cilia:clusters", "main")]


def test_accepted_warnings_that_parse_are_kept() -> None:
    good = {"rule": "CAP-02", "path": "clusters.main", "reason": "agreed"}
    parsed = parse(stack({"cilia:accept": [{"rule": 1}, good]}))
    assert [(entry.rule, entry.path, entry.reason) for entry in parsed.config.accept] == [
        ("CAP-02", "clusters.main", "agreed")
    ]


def test_only_names_of_secrets_are_kept() -> None:
    assert parse(stack({"cilia:secrets": {"regcred": {"secure": "v1:a"}}})).config.secrets == frozenset({"regcred"})


_TEXT = st.text("ab1-_./: é\n\x00", max_size=6)
_PLAIN: st.SearchStrategy[Any] = (
    st.sampled_from([None, True, False, 0, -1, 3, 2**63, 1.5, 1e300, [], {}])
    | _TEXT
    | st.sampled_from(["10.0.0.0/8", "1.35", "/subscriptions/x", "33%", "overlay", "a\nb", "9" * 5000])
)
_JSON = _PLAIN | st.lists(_PLAIN, max_size=3) | st.dictionaries(_TEXT, _PLAIN, max_size=3)
_BASE = stack(
    {
        "azure-native:subscriptionId": "00000000-0000-0000-0000-000000000000",
        "cilia:environment": {"tags": {"a": "b"}, "protect": True},
        "cilia:secrets": {"a": {"secure": "v1:a"}},
        "cilia:accept": [{"rule": "CAP-02", "path": "clusters.main", "reason": "r"}],
        "cilia:networks": {
            "main": {
                "natGateways": {"out": {"publicIPs": 2, "zones": ["1"]}},
                "routeTables": {"out": {"routes": {"all": {"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}}}},
                "securityGroups": {
                    "nodes": {"rules": {"in": {"priority": 100, "direction": "Inbound", "access": "Allow"}}}
                },
                "connectedRanges": {"office": ["10.128.0.0/16"]},
                "subnets": {
                    "more": {"size": "/24", "natGateway": "out", "routeTable": "out", "securityGroup": "nodes"}
                },
            }
        },
        "cilia:clusters": {
            "main": {
                "identity": {"type": "userAssigned"},
                "networking": {"dnsServiceIP": "172.20.0.10", "outbound": {"type": "loadBalancer"}},
                "apiServer": {"authorizedIPRanges": ["192.88.99.0/24"]},
                "systemPool": {
                    "zones": ["1"],
                    "nodeTaints": ["CriticalAddonsOnly=true:NoSchedule"],
                    "kubeletConfig": {"podMaxPids": 100},
                    "linuxOSConfig": {"sysctls": {"vmSwappiness": 10}},
                },
            }
        },
    }
)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a stack where something else could stand."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], other: object) -> Any:
    """A stack with something else at one place."""
    if not path:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], other)
    return copy


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(places(_BASE)[1:]), _JSON)
@example(("cilia:clusters", "main", "networking", "mode"), {"a": 1})
@example(("cilia:clusters", "main", "systemPool"), [])
@example(("cilia:networks", "main", "subnets"), {"a\nb": {"size": "/24"}})
def test_whatever_stands_there_there_are_only_problems(place: tuple[Any, ...], other: object) -> None:
    """Nothing is raised, and no message is more than a line or speaks of Python."""
    checked = check(parse(replaced(_BASE, place, other)), today=TODAY)
    for line in map(str, checked.problems):
        assert "\n" not in line
        assert not any(
            word in line for word in ("<class", "Traceback", "NoneType", "dict[", "pydantic", "(?:", "[A-Za-z")
        )


def test_example_of_the_fuzzed_stack_is_json() -> None:
    """It is what Pulumi would hand over."""
    assert json.loads(json.dumps(_BASE)) == _BASE
