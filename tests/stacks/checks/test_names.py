"""Names of clusters and what belongs to them, and tags."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.plan import dns_prefix
from components.facts.names import DNS_PREFIX
from stacks.parse import parse
from tests.stacks.checks.builder import cluster, problems, stack

_ANY = "letters, digits, '-' and '_', starting and ending with a letter or digit"
_OTHER = {
    "kubernetesVersion": "1.35",
    "networking": {"mode": "overlay", "podCidr": "192.168.0.0/16", "serviceCidr": "172.20.0.0/16"},
}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({"name": "a" * 63, "nodeResourceGroup": "nodes"}, [], id="longest"),
        pytest.param(
            {"name": "a" * 64, "nodeResourceGroup": "nodes"},
            [
                (
                    f"name: '{'a' * 64}' has 64 characters, a name of a Kubernetes cluster has 1 to 63; shorten it"
                    " [NAM-01]"
                ),
            ],
            id="too-long",
        ),
        pytest.param(
            {"name": "-main"}, [f"name: '-main' is not a name for a Kubernetes cluster; use {_ANY} [NAM-01]"], id="form"
        ),
        pytest.param({"dnsPrefix": "a" * 54}, [], id="longest-dns-prefix"),
        pytest.param(
            {"dnsPrefix": "a" * 55},
            [f"dnsPrefix: '{'a' * 55}' has 55 characters, a name of a DNS prefix has 1 to 54; shorten it [NAM-02]"],
            id="dns-prefix-too-long",
        ),
        pytest.param(
            {"dnsPrefix": "a_b"},
            [
                (
                    "dnsPrefix: 'a_b' is not a name for a DNS prefix; use letters, digits and '-', starting and ending"
                    " with a letter or digit [NAM-02]"
                )
            ],
            id="dns-prefix-form",
        ),
        pytest.param({"identity": {"type": "userAssigned", "name": "own"}}, [], id="identity"),
        pytest.param(
            {"identity": {"type": "userAssigned", "name": "ab"}},
            ["identity: 'ab' has 2 characters, a name of a user-assigned identity has 3 to 128; lengthen it [NET-17]"],
            id="identity-too-short",
        ),
        pytest.param(
            {"systemPool": {"name": "System"}},
            [
                (
                    "systemPool.name: 'System' is not a name for a Linux node pool; use lowercase letters and digits,"
                    " starting with a letter [NAM-03]"
                )
            ],
            id="system-pool-form",
        ),
        pytest.param(
            {"pools": {"abcdefghijklm": {"subnet": "nodes"}}},
            [
                (
                    "pools.abcdefghijklm: 'abcdefghijklm' has 13 characters, a name of a Linux node pool has 1 to 12;"
                    " shorten it [NAM-03]"
                )
            ],
            id="pool-too-long",
        ),
        pytest.param(
            {"systemPool": {"name": "user"}},
            ["pools.user: pool 'user' has the name of the systemPool; rename one of them [CFG-29]"],
            id="pool-called-as-the-system-pool",
        ),
    ],
)
def test_names_of_clusters_identities_and_pools(changes: dict[str, Any], found: list[str]) -> None:
    assert problems(cluster(changes)) == [f"clusters.main.{message}" for message in found]


@pytest.mark.parametrize("key", ["a", "a_b-c", "a" * 63, "a" * 53 + "_" * 8 + "b", "0"])
def test_dns_prefix_made_from_a_key_is_one_that_azure_takes(key: str) -> None:
    config = parse(stack({"cilia:clusters": {"main": ..., key: _OTHER | {"systemPool": {}}}})).config.clusters[key]
    assert DNS_PREFIX.fault(dns_prefix(key, config)) is None


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({"nodeResourceGroup": "rg-nodes"}, [], id="its-own"),
        pytest.param(
            {"nodeResourceGroup": "RG-test"},
            ["RG-test is environment.resourceGroup too; AKS makes this group, so use another name [NAM-04]"],
            id="the-stack's",
        ),
        pytest.param(
            {"nodeResourceGroup": "nodes."},
            [
                (
                    "'nodes.' is not a name for a resource group; use letters, digits, '_', '-', '(', ')' and '.', not"
                    " ending with '.' [NAM-04]"
                )
            ],
            id="form",
        ),
        pytest.param({"nodeResourceGroup": "n" * 80}, [], id="80-characters"),
        pytest.param(
            {"nodeResourceGroup": "n" * 81},
            [f"warning: {'n' * 81} has 81 characters, more than 80 may be refused; give a shorter one [NAM-04]"],
            id="81-characters",
        ),
        pytest.param(
            {"name": "a" * 59, "dnsPrefix": "main"},
            [
                (
                    f"warning: MC_rg-test_{'a' * 59}_westeurope, Azure's own choice, has 81 characters, more than 80"
                    " may be refused; give a shorter one [NAM-04]"
                )
            ],
            id="azure's-choice-of-81-characters",
        ),
    ],
)
def test_node_resource_group_is_short_and_the_clusters_own(changes: dict[str, Any], found: list[str]) -> None:
    path = "clusters.main.nodeResourceGroup: "
    assert problems(cluster(changes)) == [path + message for message in found]


def test_two_clusters_do_not_share_a_node_resource_group() -> None:
    values = stack(
        {
            "cilia:clusters": {
                "main": {"nodeResourceGroup": "nodes"},
                "other": {**_OTHER, "systemPool": {}, "nodeResourceGroup": "Nodes"},
            }
        }
    )
    assert problems(values) == [
        (
            "clusters.other.nodeResourceGroup: Nodes is clusters.main.nodeResourceGroup too; AKS makes this group, so"
            " use another name [NAM-04]"
        )
    ]


@pytest.mark.parametrize(
    ("key", "values", "found"),
    [
        pytest.param("other", {}, [], id="apart"),
        pytest.param(
            "other",
            {"name": "AKS-main"},
            ["clusters.other: clusters.main has a cluster named 'aks-main' too; rename one of them [CFG-29]"],
            id="two-clusters",
        ),
        pytest.param(
            "other",
            {"identity": {"type": "userAssigned", "name": "id-main"}},
            [
                (
                    "clusters.other.identity: clusters.main.identity has a identity named 'id-main' too; rename one of"
                    " them [CFG-29]"
                )
            ],
            id="two-identities",
        ),
    ],
)
def test_nothing_of_a_cluster_is_named_twice(key: str, values: dict[str, Any], found: list[str]) -> None:
    assert problems(stack({"cilia:clusters": {key: {**_OTHER, "systemPool": {}, **values}}})) == found


def test_role_assignments_of_two_clusters_have_different_names_in_pulumi() -> None:
    in_subnet = {**_OTHER, "network": "main", "systemPool": {"subnet": "a"}}
    values = stack(
        {
            "cilia:networks": {
                "main": {"subnets": {"subnet-a": {"cidr": "10.20.1.0/24"}, "a": {"cidr": "10.20.2.0/24"}}}
            },
            "cilia:clusters": {"main": {"systemPool": {"subnet": "subnet-a"}}, "main-subnet": in_subnet},
        }
    )
    assert problems(values) == [
        (
            "clusters.main-subnet: clusters.main has a role assignment in Pulumi named 'main-subnet-subnet-a' too;"
            " rename one of them [CFG-29]"
        )
    ]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        pytest.param("cost centre", "a" * 256, [], id="longest-value"),
        pytest.param("a" * 512, "", [], id="longest-name"),
        pytest.param("", "a", ["a tag without a name; write one"], id="no-name"),
        pytest.param(
            "a" * 513, "", ["a tag's name of 513 characters, Azure takes 512; shorten it"], id="name-too-long"
        ),
        pytest.param(
            "a", "b" * 257, ["a tag's value of 257 characters, Azure takes 256; shorten it"], id="value-too-long"
        ),
        pytest.param("team/shop", "a", ["a tag's name with /, which Azure refuses; respell it"], id="slash"),
        pytest.param("<a>", "a", ["a tag's name with < >, which Azure refuses; respell it"], id="brackets"),
        pytest.param(
            "Microsoft.x",
            "a",
            ["a tag's name that begins with 'microsoft', which belongs to Azure; rename it"],
            id="reserved",
        ),
    ],
)
@pytest.mark.parametrize(
    ("place", "path"),
    [
        pytest.param(("cilia:environment",), "environment", id="environment"),
        pytest.param(("cilia:networks", "main"), "networks.main", id="network"),
        pytest.param(("cilia:clusters", "main"), "clusters.main", id="cluster"),
        pytest.param(("cilia:clusters", "main", "systemPool"), "clusters.main.systemPool", id="system-pool"),
        pytest.param(("cilia:clusters", "main", "pools", "user"), "clusters.main.pools.user", id="pool"),
    ],
)
def test_tags_are_tags_that_azure_takes(
    place: tuple[str, ...], path: str, name: str, value: str, found: list[str]
) -> None:
    changes: dict[str, Any] = {"tags": {name: value}}
    for key in reversed(place):
        changes = {key: changes}
    assert problems(stack(changes)) == [f"{path}.tags.{name}: {message} [CFG-45]" for message in found]


def test_inherited_tags_count() -> None:
    common = {f"e{number}": "" for number in range(30)}
    own = {f"c{number}": "" for number in range(20)}
    values = stack({"cilia:environment": {"tags": common}, "cilia:clusters": {"main": {"tags": own}}})
    assert problems(values) == []
    values["cilia:clusters"]["main"]["systemPool"]["tags"] = {"p": ""}
    assert problems(values) == [
        "clusters.main.systemPool.tags: 51 tags with those inherited, Azure takes 50; remove some [CFG-45]"
    ]


def test_inherited_tag_in_other_capitals_is_the_same_tag() -> None:
    values = stack({"cilia:environment": {"tags": {"env": "a"}}, "cilia:clusters": {"main": {"tags": {"Env": "b"}}}})
    assert problems(values) == [
        (
            "clusters.main.tags.Env: tags 'env' and 'Env' differ only in capitals, and Azure takes them for one; keep"
            " one [CFG-45]"
        )
    ]


def test_inherited_tag_may_be_overridden() -> None:
    values = stack({"cilia:environment": {"tags": {"env": "a"}}, "cilia:clusters": {"main": {"tags": {"env": "b"}}}})
    assert problems(values) == []
