"""Misspelt keys, read as they were meant."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.parse import parse
from stacks.spelling import nearest
from tests.stacks.checks.builder import byocni, cluster, network, problems, stack


@pytest.mark.parametrize(
    ("written", "known", "meant"),
    [
        ("vmsize", ["subnet", "vmSize"], "vmSize"),
        ("SUBNET", ["subnet", "podSubnet"], "subnet"),
        ("subnett", ["podSubnet", "subnet"], "subnet"),
        ("zzz", ["subnet"], None),
        ("x", [], None),
    ],
)
def test_nearest_name_is_found_whatever_its_capitals(written: str, known: list[str], meant: str | None) -> None:
    assert nearest(written, known) == meant


def test_misspelt_key_of_the_system_pool_leaves_the_cluster_to_all_other_rules() -> None:
    values = cluster(
        {
            "networking": {"podCidr": "10.20.0.0/16"},
            "systemPool": {"subnet": ..., "subnett": "nodes"},
        }
    )
    assert problems(values) == [
        "clusters.main.systemPool.subnett: unknown key 'subnett'; did you mean 'subnet'? [CFG-01]",
        (
            "clusters.main.networking.podCidr: 10.20.0.0/16 overlaps networks.main.subnets.nodes.cidr 10.20.0.0/24; use"
            " a free range such as 100.64.0.0/16 [NET-09]"
        ),
    ]
    assert parse(values).skipped == ()


def test_key_that_is_not_near_any_is_left_out_and_the_rest_is_checked() -> None:
    values = cluster({"zzzzzz": 1, "apiServer": {"authorizedIPRanges": ["10.0.0.0/8"]}})
    assert [found.rpartition(" ")[2] for found in problems(values)] == ["[CFG-01]", "[API-02]"]


def test_required_key_that_is_misspelt_is_not_missing_as_well() -> None:
    values = byocni(networking={"podCidr": ..., "podCidrr": "192.168.0.0/16"})
    assert problems(values) == [
        "clusters.main.networking.podCidrr: unknown key 'podCidrr'; did you mean 'podCidr'? [CFG-01]"
    ]


def test_value_below_a_guessed_name_is_not_judged() -> None:
    rule = {"priority": 100, "direction": "Inbound", "access": "Allow", "destinationPortRange": "443"}
    values = network({"securityGroups": {"nodes": {"rules": {"https": rule}}}})
    where = "networks.main.securityGroups.nodes.rules.https.destinationPortRange"
    parsed = parse(values)
    assert [str(problem) for problem in parsed.problems] == [
        f"{where}: unknown key 'destinationPortRange'; did you mean 'destinationPortRanges'? [CFG-01]"
    ]
    assert parsed.skipped == (("cilia:networks", "main"),)


@pytest.mark.parametrize(
    ("pool", "known"),
    [
        pytest.param({"count": 3, "coutn": 5}, 3, id="beside-the-right-one"),
        pytest.param({"count": ..., "coutn": 5, "countt": 7}, 5, id="twice"),
    ],
)
def test_key_that_is_there_already_stays_as_it_is(pool: dict[str, Any], known: int) -> None:
    parsed = parse(cluster({"systemPool": pool}))
    assert parsed.config.clusters["main"].system_pool.count == known
    assert {problem.rule for problem in parsed.problems} == {"CFG-01"}


def test_misspelt_key_in_a_list_is_mended_there() -> None:
    accept = [{"rule": "CAP-02", "path": "clusters.main", "reasn": "agreed"}]
    parsed = parse(stack({"cilia:accept": accept}))
    assert [str(problem) for problem in parsed.problems] == [
        "accept[0].reasn: unknown key 'reasn'; did you mean 'reason'? [CFG-01]"
    ]
    assert parsed.config.accept[0].reason == "agreed"


def test_order_of_keys_stays_that_of_the_file() -> None:
    subnets = {"a": {"cdir": "10.20.1.0/24"}, "b": {"cidr": "10.20.2.0/24"}, "nodes": {"cidr": "10.20.0.0/24"}}
    parsed = parse(stack({"cilia:networks": {"main": {"subnets": subnets}}}))
    assert sorted(parsed.config.networks["main"].subnets) == ["a", "b", "nodes"]
    assert str(parsed.config.networks["main"].subnets["a"].cidr) == "10.20.1.0/24"


def test_key_of_another_mode_is_left_out_and_not_taken_for_a_slip() -> None:
    parsed = parse(byocni(networking={"dataplane": "cilium"}))
    assert [str(problem) for problem in parsed.problems] == [
        (
            "clusters.main.networking.dataplane: unknown key 'dataplane' with byocni, it goes with overlay or podSubnet"
            " or nodeSubnet; remove it, or choose that [CFG-01]"
        )
    ]
    assert parsed.skipped == ()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (
            {"systemPool": {"scaleSetPriority": "Spot"}},
            (
                "systemPool.scaleSetPriority: unknown key 'scaleSetPriority', Spot machines are for pools beside the"
                " system pool; remove it"
            ),
        ),
        (
            {"systemPool": {"osType": "Linux"}},
            "systemPool.osType: unknown key 'osType', nodes run Linux only; remove it",
        ),
        (
            {"bootstrapProfile": {"artifactSource": "Cache"}},
            (
                "bootstrapProfile: unknown key 'bootstrapProfile', it follows from networking.outbound.type none;"
                " remove it"
            ),
        ),
        (
            {"apiServer": {"fqdnSubdomain": "shop"}},
            "apiServer.fqdnSubdomain: unknown key 'fqdnSubdomain' here; it goes one level up, beside apiServer",
        ),
        (
            {"aadProfile": {"enableAzureRBAC": True, "kubelogin": {}}},
            "aadProfile.kubelogin: unknown key 'kubelogin' here; it goes one level up, beside aadProfile",
        ),
        (
            {"networking": {"outbound": {"type": "loadBalancer", "acns": {}}}},
            "networking.outbound.acns: unknown key 'acns' here; it goes 2 levels up, beside networking",
        ),
        ({"podCidr": "10.0.0.0/8"}, "podCidr: unknown key 'podCidr' here; it goes below networking"),
        ({"minCount": 3}, "minCount: unknown key 'minCount' here; it goes below systemPool or pools.<name>"),
    ],
    ids=["spot", "linux", "bootstrap", "subdomain", "kubelogin", "two-up", "below", "two-places"],
)
def test_key_of_another_place_is_sent_there(changes: dict[str, Any], found: str) -> None:
    assert problems(cluster(changes)) == [f"clusters.main.{found} [CFG-01]"]


def test_name_that_is_like_none_is_not_guessed() -> None:
    rule = {"priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "http2"}
    assert problems(network({"securityGroups": {"nodes": {"rules": {"web": rule}}}})) == [
        (
            "networks.main.securityGroups.nodes.rules.web.protocol: 'http2' is not allowed; use 'Tcp', 'Udp', 'Icmp',"
            " 'Esp', 'Ah' or '*' [CFG-04]"
        )
    ]
