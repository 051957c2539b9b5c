"""How tests read bundles: as stacks do, from texts instead of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.bundle import Reading
from policies.library import File
from stacks.wording import problems_of
from stacks.yaml_document import read


@dataclass(frozen=True)
class Texts:
    """A library of texts."""

    bundles: Mapping[str, str]
    manifests: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """Every bundle that there is."""
        return tuple(self.bundles)

    def bundle(self, name: str) -> File | None:
        """A bundle's file."""
        return File(f"bundles/{name}.yaml", self.bundles[name].encode()) if name in self.bundles else None

    def manifest(self, file: str) -> File | None:
        """A file of a raw layer."""
        return File(f"bundles/{file}", self.manifests[file].encode()) if file in self.manifests else None


def reading(bundles: Mapping[str, str], manifests: Mapping[str, str] | None = None) -> Reading:
    """A reading of texts."""
    return Reading(read, problems_of, Texts(bundles, manifests or {}))
