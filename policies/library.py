"""Where bundles and their raw manifests come from: a directory of files, read as bytes and nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

SHIPPED = Path(__file__).parent / "bundles"
LARGEST_FILE_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class File:
    """A file as read.

    Attributes:
        label: What problems call it.
        text: Its content.
    """

    label: str
    text: bytes


class Library(Protocol):
    """Bundles by name."""

    def names(self) -> tuple[str, ...]:
        """Every bundle that there is."""

    def bundle(self, name: str) -> File | None:
        """A bundle's file; None if there is none."""

    def manifest(self, file: str) -> File | None:
        """A file of a raw layer, as the layer names it; None if there is none inside the library."""


@dataclass(frozen=True, slots=True)
class DirectoryLibrary:
    """Bundles in a directory: `<name>.yaml`, and manifests below it.

    Attributes:
        directory: Where they are.
        label: What problems call the directory.
    """

    directory: Path = SHIPPED
    label: str = "policies/bundles"

    def names(self) -> tuple[str, ...]:
        """Every bundle that there is."""
        return tuple(sorted(file.stem for file in self.directory.glob("*.yaml")))

    def bundle(self, name: str) -> File | None:
        """A bundle's file; None if there is none."""
        return self._read(f"{name}.yaml") if name in self.names() else None

    def manifest(self, file: str) -> File | None:
        """A file of a raw layer; None if there is none, or if it lies outside the directory."""
        return self._read(file)

    def _read(self, file: str) -> File | None:
        path = (self.directory / file).resolve()
        if not path.is_relative_to(self.directory.resolve()) or not path.is_file():
            return None
        if path.stat().st_size > LARGEST_FILE_BYTES:
            return None
        return File(f"{self.label}/{file}", path.read_bytes())
