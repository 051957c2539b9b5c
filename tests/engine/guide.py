"""Follows the guides under docs/: runs the commands that a section shows, as they stand there.

So a guide cannot say what does not work. Words in capitals stand for names: `STACK` for the stack's, others as the
section says. `cilia` and `az` are small scripts: the one of this repository, and one that knows the subscription.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.engine.harness import REPOSITORY, STACK, Engine
from tests.engine.provider import DEFAULT_SUBSCRIPTION

SCRIPTS = {
    "cilia": f'PYTHONPATH="{REPOSITORY}" exec "{sys.executable}" -P -m cilia "$@"',
    "az": f'case "$*" in "account show --query id --output tsv") echo {DEFAULT_SUBSCRIPTION};; *) exit 1;; esac',
}


def commands(page: str, heading: str) -> str:
    """The shell lines of the one section whose heading contains a text.

    Raises:
        LookupError: There is no such section, or several, or it shows no command.
    """
    found = [text for title, text in _sections((REPOSITORY / "docs" / page).read_text()) if heading in title]
    if len(found) != 1:
        raise LookupError(f"docs/{page} has {len(found)} headings with {heading!r}")
    blocks: list[str] = re.findall(r"^```sh\n(.*?)^```", found[0], re.MULTILINE | re.DOTALL)
    if not blocks:
        raise LookupError(f"docs/{page} shows no command under {heading!r}")
    return "".join(blocks)


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Headings with what follows them, up to the next one of any level."""
    parts = re.split(r"^#+ (.*)$", text, flags=re.MULTILINE)
    yield from zip(parts[1::2], parts[2::2], strict=True)


def follow(engine: Engine, page: str, heading: str, **words: Sequence[str]) -> str:
    """Runs what a section shows, and answers what was printed. Stops at the first command that fails."""
    script = commands(page, heading)
    for word, names in {"STACK": [STACK], **words}.items():
        script, times = re.subn(rf"\b{word}\b", lambda _, names=names: shlex.join(names), script)  # type: ignore[misc]
        assert times or word == "STACK", f"docs/{page} does not say {word} under {heading!r}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=engine.project,
        env=_environment(engine),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}"
    return done.stdout


def _environment(engine: Engine) -> dict[str, str]:
    folder = engine.folder / "bin"
    folder.mkdir(exist_ok=True)
    for name, text in SCRIPTS.items():
        _script(folder / name, text)
    _script(folder / "pulumi", f'exec "{engine.pulumi}" "$@"')
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    return {**engine.settings(), "PATH": path, "PULUMI_SKIP_CONFIRMATIONS": "true"}


def _script(path: Path, text: str) -> None:
    if not path.exists():
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
