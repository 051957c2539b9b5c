"""vCPUs, memory and room for an ephemeral OS disk of Azure's VM sizes, from the compact table in vm_sizes.json.

Most sizes follow from their family: `Standard_D8ds_v5` is `Standard_D#ds_v5` with 8 vCPUs. A size that the table lacks
is not wrong, only unknown here. Read on first use and once.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("vm_sizes.json")
# family, vCPUs, vCPUs that are left where the size is constrained (E8-4ds_v5), features and version
_NAME = re.compile(r"(standard_[a-z]+)([0-9]+)(?:-([0-9]+))?([a-z]*(?:_.*)?)")

_ARM64 = re.compile(r"standard_[a-z]+[0-9]+(?:-[0-9]+)?p[a-z]*(?:_.*)?")


@dataclass(frozen=True, slots=True)
class VmSize:
    """What one VM size has.

    Attributes:
        name: Azure's name, such as `Standard_D8ds_v5`.
        vcpus: vCPUs that the operating system sees.
        memory_gib: Memory.
        ephemeral_gib: The largest OS disk that fits on the machine itself: 0 where none does, None where not known.
        burstable: Whether it has the power of its vCPUs only for a while (B series).
        arm64: Whether its processors are Arm's.
    """

    name: str
    vcpus: int
    memory_gib: float
    ephemeral_gib: float | None
    burstable: bool
    arm64: bool


def vm_size(name: str) -> VmSize | None:
    """What a VM size has, whatever the case of its name; None where the table does not know it."""
    single = _table()["sizes"].get(name.casefold())
    if single is not None:
        return _size(name, single["vCPUs"], single["memoryGiB"], None)
    match = _NAME.fullmatch(name.casefold())
    if match is None:
        return None
    family = _table()["families"].get(f"{match[1]}#{match[4]}")
    vcpus = int(match[2])
    left = int(match[3] or vcpus)
    if family is None or vcpus not in family["vCPUs"] or not 0 < left <= vcpus:
        return None
    memory = family.get("memoryGiB", {}).get(str(vcpus), vcpus * family["memoryGiBPerVCPU"])
    ephemeral = family.get("ephemeralGiBPerVCPU")
    return _size(name, left, memory, None if ephemeral is None else vcpus * ephemeral)


def _size(name: str, vcpus: int, memory_gib: float, ephemeral_gib: float | None) -> VmSize:
    small = name.casefold()
    return VmSize(
        name,
        vcpus,
        memory_gib,
        ephemeral_gib,
        burstable=small.startswith("standard_b"),
        # p among the features after the number: https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
        arm64=_ARM64.fullmatch(small) is not None,
    )


@cache
def _table() -> dict[str, dict[str, Any]]:
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return {part: {name.casefold(): row for name, row in data[part].items()} for part in ("families", "sizes")}
