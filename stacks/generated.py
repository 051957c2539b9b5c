"""Files below docs/ that are made from the code: written, or compared with what is there."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"


def write_or_check(file: Path, text: str, arguments: Sequence[str], *, module: str) -> int:
    """Writes a generated file; with `--check` only says whether it is current.

    Args:
        file: Where the text goes.
        text: What the file has to hold.
        arguments: The command line's.
        module: The module that makes the file, for the advice how to make it anew.

    Returns:
        The exit code: 1 where the file is not current, else 0.
    """
    parser = ArgumentParser(prog=f"python -m {module}", description=f"Writes {file.parent.name}/{file.name}.")
    parser.add_argument("--check", action="store_true", help="only say whether the file is current")
    if not parser.parse_args(arguments).check:
        file.write_text(text, encoding="utf-8")
        return 0
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{file.parent.name}/{file.name} is not current; run python -m {module}\n")
    return 1
