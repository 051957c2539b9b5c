"""From plain values to models: one clear line for each thing that does not fit, and everything else parsed."""

from __future__ import annotations

from typing import Any

import pytest

from components.problems import KeyPath
from stacks.parse import Parsed, parse
from tests.stacks.checks.builder import cluster, stack

_KEY = "cannot be a key; use 1 to 63 letters, digits, '-' and '_', a letter or digit first and last [CFG-05]"


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
