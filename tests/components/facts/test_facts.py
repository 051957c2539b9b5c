"""Facts that are tables: complete, and consistent with each other."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from components.facts import limits, ranges
from components.facts.features import MODES, ModeName
from components.facts.roles import Role

# fmt: off
_UNITS = {
    "ADDRESS", "ADDRESSES", "CERTIFICATES", "CHARACTERS", "CREDENTIALS", "DAYS", "DECIMALS", "GB", "GIB", "HOURS",
    "IPS", "MINOR", "MINORS", "MINUTES", "MONTHS", "NODE", "NODES", "OFFSET", "PERCENT",
    "PODS", "POOLS", "PORT", "PORTS", "PREFIX", "PRIORITIES", "RANGES",
    "ROUTES", "RULES", "SIZES", "SUBNETS", "TAGS", "VCPUS", "WEEKS", "ZONES",
}
# fmt: on


def test_every_mode_has_its_facts() -> None:
    assert set(MODES) == set(ModeName)


@pytest.mark.parametrize("mode", list(ModeName), ids=lambda mode: mode.value)
def test_facts_of_a_mode_make_sense(mode: ModeName) -> None:
    facts = MODES[mode]
    assert limits.POOL_MIN_PODS_PER_NODE <= facts.default_max_pods <= limits.POOL_MAX_PODS_PER_NODE
    assert facts.source.startswith("https://")
    assert not (facts.pods_outside_vnet and facts.pod_subnets)


def test_overlay_refuses_the_dcsv2_series() -> None:
    """VER-04."""
    assert MODES[ModeName.OVERLAY].refused_vm_sizes == ("standard_dc*s_v2", "standard_dc8_v2")


def test_every_limit_is_named_with_its_unit() -> None:
    names = [name for name in vars(limits) if name.isupper()]
    assert [name for name in names if not _UNITS.intersection(name.split("_"))] == []


def test_every_limit_says_where_it_comes_from() -> None:
    """Each block of numbers begins with a comment."""
    source = Path(limits.__file__).read_text(encoding="utf-8").partition("annotations\n")[2]
    blocks = re.split(r"\n(?=#)", source.strip())
    assert [block for block in blocks if not block.startswith("#")] == []


def test_private_ranges_are_apart() -> None:
    assert [pair for pair in combinations(ranges.PRIVATE, 2) if pair[0].overlaps(pair[1])] == []


def test_azures_own_subnet_is_in_its_network() -> None:
    assert ranges.AKS_MANAGED_SUBNET.subnet_of(ranges.AKS_MANAGED_VNET)


def test_role_is_found_in_any_subscription() -> None:
    assert Role.NETWORK_CONTRIBUTOR.title == "Network Contributor"
    assert Role.NETWORK_CONTRIBUTOR.definition_id("s") == (
        "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7"
    )
