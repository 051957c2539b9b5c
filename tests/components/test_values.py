"""Value types: what is taken, what is refused, and in which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Network

import pytest
from pydantic import TypeAdapter
from pydantic_core import PydanticCustomError

from components.values import (
    Cidr,
    Ipv4,
    Joined,
    Ref,
    Scope,
    camel,
    parse_arm_id,
    parse_cidr,
    parse_ipv4_address,
    parse_ipv4_cidr,
    parse_ipv6_cidr,
    parse_key,
    parse_kubernetes_version,
    shown,
)

_SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"


def refusal(parse: Callable[[object], object], value: object) -> tuple[str, str]:
    """The rule and the words that a value is refused with."""
    with pytest.raises(PydanticCustomError) as caught:
        parse(value)
    return caught.value.type, caught.value.message()


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        pytest.param(parse_cidr, "10.0.0.0/16", IPv4Network("10.0.0.0/16"), id="ipv4-range"),
        pytest.param(parse_cidr, "fd00:db8::/64", IPv6Network("fd00:db8::/64"), id="ipv6-range"),
        pytest.param(parse_ipv4_cidr, "10.0.0.0/16", IPv4Network("10.0.0.0/16"), id="ipv4-range-only"),
        pytest.param(parse_ipv6_cidr, "fd00:db8::/64", IPv6Network("fd00:db8::/64"), id="ipv6-range-only"),
        pytest.param(parse_ipv4_address, "10.0.0.10", IPv4Address("10.0.0.10"), id="address"),
        pytest.param(
            parse_arm_id, f"{_SUBSCRIPTION}/resourceGroups/rg", f"{_SUBSCRIPTION}/resourceGroups/rg", id="group"
        ),
        pytest.param(
            parse_arm_id,
            f"{_SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s",
            f"{_SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s",
            id="subnet",
        ),
        pytest.param(parse_key, "a-b_C9", "a-b_C9", id="key"),
        pytest.param(parse_kubernetes_version, "1.35", "1.35", id="minor-version"),
        pytest.param(parse_kubernetes_version, "1.35.2", "1.35.2", id="patch-version"),
    ],
)
def test_value_is_taken(parse: Callable[[object], object], text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize("parse", [parse_cidr, parse_ipv4_cidr])
def test_parsed_range_is_taken_as_it_is(parse: Callable[[object], object]) -> None:
    assert parse(IPv4Network("10.0.0.0/16")) == IPv4Network("10.0.0.0/16")


def test_parsed_address_is_taken_as_it_is() -> None:
    assert parse_ipv4_address(IPv4Address("10.0.0.1")) == IPv4Address("10.0.0.1")


@pytest.mark.parametrize(
    ("parse", "value", "rule", "message"),
    [
        pytest.param(
            parse_cidr,
            10,
            "CFG-05",
            "the number 10 is not an address range; write one such as 10.0.0.0/16 as text",
            id="range-as-a-number",
        ),
        pytest.param(
            parse_cidr,
            "10.0.0.0",
            "CFG-05",
            "'10.0.0.0' has no prefix length; write a range such as 10.0.0.0/16",
            id="range-without-prefix",
        ),
        pytest.param(
            parse_cidr,
            "10.0.0/16",
            "CFG-05",
            "'10.0.0/16' is not an address range; write one such as 10.0.0.0/16",
            id="range-of-three-bytes",
        ),
        pytest.param(
            parse_cidr,
            "10.0.0.0/33",
            "CFG-05",
            "'10.0.0.0/33' is not an address range; write one such as 10.0.0.0/16",
            id="prefix-too-long",
        ),
        pytest.param(
            parse_cidr,
            "10.20.0.5/24",
            "NET-05",
            "10.20.0.5/24 has host bits set; the range that holds this address is 10.20.0.0/24",
            id="host-bits",
        ),
        pytest.param(
            parse_ipv4_cidr,
            "fd00:db8::/64",
            "CFG-05",
            "fd00:db8::/64 is IPv6 where an IPv4 range is meant; write one such as 10.0.0.0/16",
            id="ipv6-for-ipv4",
        ),
        pytest.param(
            parse_ipv6_cidr,
            "10.0.0.0/16",
            "CFG-05",
            "10.0.0.0/16 is IPv4 where an IPv6 range is meant; write one such as fd00:db8::/64",
            id="ipv4-for-ipv6",
        ),
        pytest.param(
            parse_ipv4_address,
            "10.0.0.256",
            "CFG-05",
            "'10.0.0.256' is not an IPv4 address; write one such as 10.0.0.10 as text",
            id="no-address",
        ),
        pytest.param(
            parse_ipv4_address,
            167772170,
            "CFG-05",
            "the number 167772170 is not an IPv4 address; write one such as 10.0.0.10 as text",
            id="address-as-a-number",
        ),
        pytest.param(
            parse_arm_id,
            "/subscriptions/x/resourceGroups/rg",
            "CFG-05",
            "'/subscriptions/x/resourceGroups/rg' is not an ARM id; write it as the portal shows it,"
            " /subscriptions/<id>/resourceGroups/<group>/providers/<namespace>/<type>/<name>",
            id="no-arm-id",
        ),
        pytest.param(
            parse_key,
            "a b",
            "CFG-05",
            "'a b' cannot be a key; use 1 to 63 letters, digits, '-' and '_', a letter or digit first and last",
            id="key-with-a-blank",
        ),
        pytest.param(
            parse_key,
            "a" * 64,
            "CFG-05",
            f"'{'a' * 55}...' cannot be a key; use 1 to 63 letters, digits, '-' and '_', a letter or digit first and"
            " last",
            id="key-too-long",
        ),
        pytest.param(
            parse_kubernetes_version,
            "1.35.2.1",
            "CFG-05",
            "'1.35.2.1' is not a Kubernetes version; write a minor version in quotes, such as \"1.35\"",
            id="no-version",
        ),
    ],
)
def test_value_is_refused_with_a_way_to_write_it(
    parse: Callable[[object], object], value: object, rule: str, message: str
) -> None:
    assert refusal(parse, value) == (rule, message)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "true"),
        (False, "false"),
        (3, "the number 3"),
        (1.5, "the number 1.5"),
        ({}, "a mapping"),
        ([], "a list"),
        ((), "a list"),
        ("a\nb", r"'a\nb'"),
        ("it's", '"it\'s"'),
        ("x" * 58, f"'{'x' * 58}'"),
        ("x" * 59, f"'{'x' * 55}...'"),
        (Ref("secret", "ipsec", "value"), "a secret"),
        (Ref("cluster", "main", "fqdn"), "what only a deployment knows"),
    ],
)
def test_shown_is_short_and_in_yamls_terms(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("name", "alias"), [("a", "a"), ("pod_cidr", "podCidr"), ("fs_aio_max_nr", "fsAioMaxNr"), ("ipv4_x", "ipv4X")]
)
def test_camel(name: str, alias: str) -> None:
    assert camel(name) == alias


def test_ranges_and_addresses_are_text_again_in_json() -> None:
    assert json.loads(TypeAdapter(Cidr).dump_json(IPv4Network("10.0.0.0/16"))) == "10.0.0.0/16"
    assert json.loads(TypeAdapter(Ipv4).dump_json(IPv4Address("10.0.0.1"))) == "10.0.0.1"


def test_reference_says_what_it_stands_for() -> None:
    assert str(Ref("subnet", "main/nodes")) == "<subnet main/nodes: id>"
    assert Joined(("a", Ref("cluster", "main"))).parts == ("a", Ref("cluster", "main"))


def test_scope_makes_arm_ids() -> None:
    scope = Scope("s", "rg", "westeurope", {})
    assert scope.arm_id("Microsoft.Network/virtualNetworks/subnets", "vnet", "nodes") == (
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes"
    )


def test_scope_needs_a_name_for_each_type() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Scope("s", "rg", "westeurope", {}).arm_id("Microsoft.Network/virtualNetworks/subnets", "vnet")


def test_group_is_a_reference_where_the_stack_makes_it() -> None:
    assert Scope("s", "rg", "l", {}).group == Ref("resourceGroup", "rg", "name")
    assert Scope("s", "rg", "l", {}, deploys_resource_group=False).group == "rg"
