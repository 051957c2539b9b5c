"""VM sizes: what follows from the compact table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from components.facts import vm_sizes
from components.facts.vm_sizes import VmSize, vm_size

_TABLE = json.loads(Path(vm_sizes.__file__).with_name("vm_sizes.json").read_text(encoding="utf-8"))


def size(name: str, vcpus: int, memory_gib: float, ephemeral_gib: float | None = None) -> VmSize:
    """A size that is neither burstable nor Arm's."""
    return VmSize(name, vcpus, memory_gib, ephemeral_gib, burstable=False, arm64=False)


@pytest.mark.parametrize(
    "known",
    [
        size("Standard_D2s_v3", 2, 8, 50),
        size("Standard_D4s_v4", 4, 16, 0),
        size("Standard_D4ds_v5", 4, 16, 150),
        size("Standard_D96ads_v5", 96, 384, 3600),
        size("Standard_D8ds_v6", 8, 32, 440),
        size("Standard_D16als_v7", 16, 32, 0),
        size("Standard_E64s_v3", 64, 432),
        size("Standard_E96ds_v5", 96, 672, 3600),
        size("Standard_E96ds_v6", 96, 768),
        size("Standard_F72s_v2", 72, 144),
        size("Standard_F4as_v6", 4, 16, 0),
        size("Standard_DS2_v2", 2, 7),
        size("Standard_L8s_v3", 8, 64),
        size("Standard_NC24ads_A100_v4", 24, 220),
        size("Standard_NC4as_T4_v3", 4, 28),
        size("Standard_E8-2ds_v5", 2, 64, 300),
    ],
    ids=lambda known: known.name,
)
def test_size_that_people_use_is_known(known: VmSize) -> None:
    assert vm_size(known.name) == known


def test_case_of_a_name_does_not_matter() -> None:
    assert vm_size("STANDARD_d4DS_V5") == size("STANDARD_d4DS_V5", 4, 16, 150)


@pytest.mark.parametrize("name", ["Standard_B2s", "Standard_B4ms", "Standard_B8als_v2"])
def test_b_series_is_burstable(name: str) -> None:
    found = vm_size(name)
    assert found is not None
    assert found.burstable


@pytest.mark.parametrize("name", ["Standard_D4ps_v5", "Standard_E8pds_v6", "Standard_B2pls_v2"])
def test_p_in_a_name_is_arm(name: str) -> None:
    found = vm_size(name)
    assert found is not None
    assert found.arm64


@pytest.mark.parametrize(
    "name", ["", "D4ds_v5", "Standard_D6ds_v5", "Standard_X4", "Standard_D4ds_v5 ", "Standard_D", "Standard_E8-16ds_v5"]
)
def test_other_names_are_not_known(name: str) -> None:
    assert vm_size(name) is None


def test_every_row_of_the_table_makes_sizes() -> None:
    for family, row in _TABLE["families"].items():
        for vcpus in row["vCPUs"]:
            found = vm_size(family.replace("#", str(vcpus)))
            assert found is not None, family
            assert found.vcpus == vcpus
            assert found.memory_gib > 0
        assert {int(number) for number in row.get("memoryGiB", {})} <= set(row["vCPUs"]), family
    for name, row in _TABLE["sizes"].items():
        assert vm_size(name) == size(name, row["vCPUs"], row["memoryGiB"])


def test_series_without_a_disk_of_their_own_take_no_ephemeral_disk() -> None:
    without = [name for name, row in _TABLE["families"].items() if row.get("ephemeralGiBPerVCPU") == 0]
    assert "Standard_D#s_v5" in without
    assert all("d" not in name.split("#")[1] for name in without)


def test_table_says_as_of_when_and_from_where() -> None:
    assert _TABLE["asOf"] == "2026-08-21"
    assert set(_TABLE["sources"]) == {"vCPUs, memory", "ephemeral"}
