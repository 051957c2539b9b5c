"""Where bundles and their raw manifests come from: a directory of files, read as bytes and nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class UnreadableFileError(Exception):
    """A file that is there and cannot be read; its text says why, and what to do."""


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
        """A bundle's file; None if there is none. Raises: UnreadableFileError."""

    def manifest(self, file: str) -> File | None:
        """A file of a raw layer, as it names it; None if there is none in the library. Raises: UnreadableFileError."""


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
        return tuple(sorted(file.stem for file in self.directory.glob("*.yaml") if self._place(file.name)))

    def bundle(self, name: str) -> File | None:
        """A bundle's file; None if there is none. Raises: UnreadableFileError."""
        return self._read(f"{name}.yaml") if name in self.names() else None

    def manifest(self, file: str) -> File | None:
        """A file of a raw layer; None if there is none, or if it lies outside the directory.

        Raises:
            UnreadableFileError: It is too large, or not permitted.
        """
        return self._read(file)

    def _place(self, file: str) -> Path | None:
        """Where a file is; None for what is no file, or lies outside the directory."""
        try:
            path = (self.directory / file).resolve()
            return path if path.is_relative_to(self.directory.resolve()) and path.is_file() else None
        except (OSError, ValueError):
            return None  # a name that no file can have: too long, or with a NUL character

    def _read(self, file: str) -> File | None:
        path = self._place(file)
        if path is None:
            return None
        try:
            with path.open("rb") as opened:
                text = opened.read(LARGEST_FILE_BYTES + 1)
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            raise UnreadableFileError(f"{self.label}/{file} cannot be read: {reason}; check the permissions") from None
        if len(text) > LARGEST_FILE_BYTES:
            limit = f"{LARGEST_FILE_BYTES:,} bytes"
            raise UnreadableFileError(f"{self.label}/{file} is larger than {limit}; split it")
        return File(f"{self.label}/{file}", text)
