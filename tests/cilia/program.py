"""Runs small Pulumi programs in tests: source in, recording out."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from cilia.record import Recording, Resource, record

PREAMBLE = """\
import pulumi
import pulumi_azure_native as azure
import pulumi_kubernetes as k8s
from pulumi import Alias, ResourceOptions as Options
"""
PREAMBLE_LINES = PREAMBLE.count("\n")
"""How many lines come before a program's own first line."""


def write(directory: Path, source: str) -> Path:
    """Puts a program's `__main__.py` into a directory, below the usual imports."""
    (directory / "__main__.py").write_text(PREAMBLE + dedent(source).lstrip("\n"))
    return directory


def run(
    directory: Path,
    source: str,
    *,
    config: dict[str, str] | None = None,
    secret_keys: tuple[str, ...] = (),
    dry_run: bool = True,
    stack: str = "dev",
) -> Recording:
    """Records a program that is written down as its source."""
    return record(
        write(directory, source),
        project="cilia",
        stack=stack,
        config=config or {},
        secret_keys=secret_keys,
        dry_run=dry_run,
    )


def named(recording: Recording, name: str) -> Resource:
    """The one resource with a name."""
    (found,) = (resource for resource in recording.resources if resource.name == name)
    return found
