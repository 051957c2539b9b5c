"""Which ranges of addresses come, go or move between two revisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cilia.arm_ids import azure_type
from cilia.review.pairing import pair

if TYPE_CHECKING:
    from cilia.record import Resource

_RANGES: dict[str, dict[str, tuple[str, ...]]] = {
    "network:VirtualNetwork": {"address space": ("addressSpace.addressPrefixes",)},
    "network:Subnet": {"subnet": ("addressPrefix", "addressPrefixes")},
    "containerservice:ManagedCluster": {
        "pods": ("networkProfile.podCidr",),
        "Services": ("networkProfile.serviceCidr",),
    },
}
"""Type -> what a range is for, and where it may stand."""


@dataclass(frozen=True, slots=True)
class AddressChange:
    """A range that differs.

    Attributes:
        name: The Pulumi name of the resource that has it.
        what: What it is for.
        before: The range before; empty for a new one.
        after: The range after; empty for one that goes.
    """

    name: str
    what: str
    before: str
    after: str

    def as_json(self) -> dict[str, str | None]:
        """As the review prints it."""
        return {"name": self.name, "what": self.what, "before": self.before or None, "after": self.after or None}


def address_changes(old: Sequence[Resource], new: Sequence[Resource]) -> Iterator[AddressChange]:
    """The ranges that differ, in the order of the program."""
    for each in pair(old, new):
        for what, paths in _RANGES.get(azure_type(each.either.type) or "", {}).items():
            before, after = (_first(resource, paths) for resource in (each.old, each.new))
            if before != after:
                yield AddressChange(each.either.name, what, before, after)


def _first(resource: Resource | None, paths: Iterable[str]) -> str:
    """The ranges at the first place that has any."""
    return next(filter(None, (_text(resource, path) for path in paths)), "")


def _text(resource: Resource | None, path: str) -> str:
    value: Any = resource.inputs if resource else {}
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
