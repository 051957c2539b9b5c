"""Writing files whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cilia.errors import InputError


def create_text(file: Path, text: str) -> None:
    """Writes a file that does not exist yet.

    Raises:
        InputError: It exists, or cannot be written.
    """
    if os.path.lexists(file):
        raise InputError(f"{file} exists already; remove it first, or write elsewhere with --out")
    with _unfinished(file, text) as unfinished:
        unfinished.rename(file)


def replace_text(file: Path, text: str) -> None:
    """Writes a file that exists, keeping its permissions; a symbolic link stays one.

    Raises:
        InputError: It cannot be written.
    """
    real = file.resolve()
    with _unfinished(real, text) as unfinished:
        unfinished.chmod(real.stat().st_mode)
        unfinished.replace(real)


def write_texts(texts: Mapping[Path, str]) -> None:
    """Writes files that belong together, new or again: none of them, and no directory, unless all can be written.

    Raises:
        InputError: One cannot be written; everything is as it was.
    """
    made = [directory for file in texts for directory in _missing(file.parent)]
    try:
        with ExitStack() as stack:
            ready = [(stack.enter_context(_unfinished(file, text)), file) for file, text in texts.items()]
            for _, file in ready:
                if file.is_dir():
                    raise InputError(f"{file} cannot be written: is a directory")
            for unfinished, file in ready:
                unfinished.replace(file)
    except InputError:
        for directory in sorted(set(made), reverse=True):
            remove_empty(directory)
        raise


def remove_empty(directory: Path) -> None:
    """Removes a directory that is there and holds nothing."""
    if directory.is_dir() and not any(directory.iterdir()):
        directory.rmdir()


def _missing(directory: Path) -> list[Path]:
    """The directories that have to be made for one."""
    return [each for each in (directory, *directory.parents) if not each.exists()]


@contextmanager
def _unfinished(file: Path, text: str) -> Iterator[Path]:
    """A complete file beside the one that is wanted; gone afterwards, whatever happens."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with unfinished.open("x", encoding="utf-8", newline="") as written:
                written.write(text)
            yield unfinished
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{file} cannot be written: {(error.strerror or str(error)).lower()}") from None
