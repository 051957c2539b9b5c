"""The JSON schema of stack files takes what the tool takes, and refuses what editors can refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from stacks.generated import DOCS
from stacks.schema import stack_schema, text
from tests.source_tree import ROOT
from tests.stacks.checks.builder import stack

_VALIDATOR = Draft202012Validator(stack_schema())
_STACKS = sorted((ROOT / "stacks").glob("Pulumi.*.yaml"))


def faults(values: dict[str, Any]) -> list[str]:
    """The places that the schema refuses, each once, as people write it."""
    found = _VALIDATOR.iter_errors({"config": values})
    return list(dict.fromkeys(".".join(str(key) for key in error.absolute_path) for error in found))


def pool(values: dict[str, Any]) -> dict[str, Any]:
    return stack({"cilia:clusters": {"main": {"pools": {"user": values}}}})


def networking(values: dict[str, Any]) -> dict[str, Any]:
    return stack({"cilia:clusters": {"main": {"networking": values}}})


def test_schema_file_is_current() -> None:
    assert (DOCS / "stack.schema.json").read_text(encoding="utf-8") == text(), "run python -m stacks.schema"


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(stack_schema())


@pytest.mark.parametrize("file", [pytest.param(file, id=file.name) for file in _STACKS])
def test_shipped_stack_passes(file: Path) -> None:
    assert [error.message for error in _VALIDATOR.iter_errors(yaml.safe_load(file.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(stack(), id="clean"),
        pytest.param(stack({"kubernetes:kubeconfig": {"secure": "v1:a"}, "aws:region": "x"}), id="other-namespaces"),
        pytest.param(stack({"cilia:secrets": {"regcred": {"secure": "v1:abc"}}}), id="secret"),
        pytest.param(
            stack({"cilia:accept": [{"rule": "CAP-02", "path": "clusters.main", "reason": "r"}]}), id="accept"
        ),
        pytest.param(stack({"cilia:networks": {"main": {"subnets": {"a": {"size": "/20"}}}}}), id="size"),
        pytest.param(stack({"cilia:networks": {"main": {"subnets": {"a": {"size": "fit"}}}}}), id="fit"),
        pytest.param(networking({"outbound": {"type": "userAssignedNATGateway"}}), id="outbound"),
        pytest.param(pool({"maxSurge": 1, "zones": ["1"]}), id="surge-as-a-number"),
        pytest.param(pool({"linuxOSConfig": {"sysctls": {"vmMaxMapCount": 262144}}}), id="sysctls"),
    ],
)
def test_what_the_tool_takes_passes(values: dict[str, Any]) -> None:
    assert faults(values) == []


@pytest.mark.parametrize(
    ("values", "where"),
    [
        pytest.param(stack({"cilia:cluster": {}}), "config", id="unknown-key-of-the-project"),
        pytest.param(stack({"networks": {}}), "config", id="key-without-namespace"),
        pytest.param(stack({"azure-native:location": ...}), "config", id="no-location"),
        pytest.param(stack({"azure-native:location": "West Europe"}), "config.azure-native:location", id="location"),
        pytest.param(stack({"cilia:environment": {"owner": "me"}}), "config.cilia:environment", id="unknown-key"),
        pytest.param(
            stack({"cilia:clusters": {"main": {"kubernetesVersion": 1.35}}}),
            "config.cilia:clusters.main.kubernetesVersion",
            id="version-as-a-number",
        ),
        pytest.param(
            stack({"cilia:clusters": {"main": {"tier": "Gold"}}}), "config.cilia:clusters.main.tier", id="literal"
        ),
        pytest.param(networking({"mode": "overlays"}), "config.cilia:clusters.main.networking", id="unknown-mode"),
        pytest.param(networking({"mode": ...}), "config.cilia:clusters.main.networking", id="no-mode"),
        pytest.param(networking({"podCIDR": "10.0.0.0/8"}), "config.cilia:clusters.main.networking", id="spelling"),
        pytest.param(
            networking({"podCidr": "192.168.0.0"}), "config.cilia:clusters.main.networking", id="range-without-prefix"
        ),
        pytest.param(networking({"outbound": {}}), "config.cilia:clusters.main.networking", id="outbound-without-type"),
        pytest.param(pool({"count": "3"}), "config.cilia:clusters.main.pools.user.count", id="number-in-quotes"),
        pytest.param(pool({"maxSurge": "33 %"}), "config.cilia:clusters.main.pools.user.maxSurge", id="surge"),
        pytest.param(pool({"zones": [1]}), "config.cilia:clusters.main.pools.user.zones.0", id="zone-as-a-number"),
        pytest.param(pool({"osDiskSizeGB": 10}), "config.cilia:clusters.main.pools.user.osDiskSizeGB", id="bound"),
        pytest.param(
            stack({"cilia:clusters": {"main": {"pools": {"Big": {"subnet": "nodes"}}}}}),
            "config.cilia:clusters.main.pools",
            id="name-of-a-pool",
        ),
        pytest.param(
            stack({"cilia:networks": {"main": {"subnets": {"a": {"size": "24"}}}}}),
            "config.cilia:networks.main.subnets.a.size",
            id="size",
        ),
        pytest.param(
            stack({"cilia:networks": {"main": {"natGateways": {"a b": {}}}}}),
            "config.cilia:networks.main.natGateways",
            id="key-with-a-blank",
        ),
        pytest.param(stack({"cilia:secrets": {"a": "plain"}}), "config.cilia:secrets.a", id="secret-in-plain-text"),
        pytest.param(
            stack({"cilia:accept": [{"rule": "CAP-02", "path": "a", "reason": ""}]}),
            "config.cilia:accept.0.reason",
            id="no-reason",
        ),
    ],
)
def test_typical_mistake_is_refused_where_it_is(values: dict[str, Any], where: str) -> None:
    assert faults(values) == [where]


def test_every_union_says_which_key_chooses() -> None:
    for name in ("OverlayNetworking", "LoadBalancerOutbound", "UserAssignedIdentityConfig"):
        definition = stack_schema()["$defs"][name]
        assert set(definition["required"]) & {"mode", "type"}


def test_editors_see_no_made_up_titles_and_no_null() -> None:
    """`title` may only be the schema's own; a key that may be absent is not offered as null."""
    assert text().count('"title": ') == 1
    assert '"null"' not in text()


def test_only_values_of_azures_stable_api_are_offered() -> None:
    """VER-11, VER-18: what is in preview has no key and no value."""
    definitions = stack_schema()["$defs"]
    outbound = {
        schema["properties"]["type"]["const"] for name, schema in definitions.items() if name.endswith("Outbound")
    }
    assert outbound <= {
        "loadBalancer",
        "userDefinedRouting",
        "managedNATGateway",
        "userAssignedNATGateway",
        "none",
    }
    assert set(definitions["PoolConfig"]["properties"]["mode"]["enum"]) <= {"System", "User", "Gateway"}
    preview = ("managedNATGatewayV2", "kubeProxyConfig", "mTLS", "mtls", "kubeReserved", "nodeInitializationTaints")
    assert [word for word in preview if f'"{word}"' in text()] == []


def test_mode_without_a_pod_range_has_no_key_for_one() -> None:
    """NET-12."""
    definitions = stack_schema()["$defs"]
    with_range = {
        name
        for name, schema in definitions.items()
        if name.endswith("Networking") and "podCidr" in schema["properties"]
    }
    assert with_range <= {"OverlayNetworking", "ByoCniNetworking"}
    assert {"PodSubnetNetworking", "NodeSubnetNetworking"} <= set(definitions)


def test_ipv6_ranges_have_keys_of_their_own() -> None:
    """NET-39: the IPv4 keys take no IPv6."""
    assert faults(networking({"podCidr": "fd12::/64"})) == ["config.cilia:clusters.main.networking"]
    assert faults(networking({"ipFamilies": ["IPv4", "IPv6"], "ipv6PodCidr": "fd12::/64"})) == []
