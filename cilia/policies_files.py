"""A directory of manifests for GitOps: one for each cluster, all of it or nothing, and nothing in it that is not ours.

Every file begins with a comment that names the stack. A file with that comment that a run does not write again is of
an earlier run, and goes; a file without it is somebody else's, and is never touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cilia.errors import InputError
from cilia.files import remove_empty, write_texts
from cilia.policies_text import written
from policies.manifests import files
from stacks.policies import ClusterPolicies

_MARK = "# Written by `cilia policies {stack} --out`; change the bundle and run it again."
_FIRST, _LAST = _MARK.split("{stack}")


@dataclass(frozen=True, slots=True)
class Written:
    """What a run did.

    Attributes:
        files: What is there now, of every cluster.
        removed: What earlier runs had written and this one did not.
    """

    files: tuple[Path, ...]
    removed: tuple[Path, ...]


def write_directory(directory: Path, stack: str, clusters: Sequence[ClusterPolicies]) -> Written:
    """Writes `<directory>/<cluster>/`, and removes what earlier runs for the same stack left in the directory.

    Raises:
        InputError: A file that would be written is somebody else's, or cannot be written; nothing was changed then.
    """
    texts = {
        directory / cluster.cluster / name: f"{_MARK.format(stack=stack)}\n{text}"
        for cluster in clusters
        for name, text in files(cluster.manifests, written).items()
    }
    for file in texts:
        _refuse_foreign(file, stack)
    stale = tuple(sorted(file for file in _ours(directory, stack) if file not in texts))
    write_texts(texts)
    for file in stale:
        file.unlink(missing_ok=True)
        remove_empty(file.parent)
    return Written(tuple(texts), stale)


def _refuse_foreign(file: Path, stack: str) -> None:
    """Refuses to overwrite what this program did not write for this stack."""
    if not os.path.lexists(file):
        return
    owner = _stack_of(file)
    if owner is None:
        raise InputError(f"{file} exists and was not written by cilia policies; remove it, or write elsewhere")
    if owner != stack:
        raise InputError(f"{file} belongs to stack {owner}; give every stack a directory of its own")


def _ours(directory: Path, stack: str) -> Iterator[Path]:
    """Files that earlier runs for the stack wrote."""
    for file in directory.glob("*/*.yaml"):
        if _stack_of(file) == stack:
            yield file


def _stack_of(file: Path) -> str | None:
    """The stack whose run wrote a file; None for a file of somebody else."""
    try:
        with file.open(encoding="utf-8") as opened:
            line = opened.readline().rstrip("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return line[len(_FIRST) : -len(_LAST)] if line.startswith(_FIRST) and line.endswith(_LAST) else None
