"""A runbook for people: text to read in a terminal, Markdown to keep."""

from __future__ import annotations

from collections.abc import Iterator

from cilia.output import Style
from cilia.runbook_data import CapabilityRow, Runbook


def runbook_text(book: Runbook, style: Style) -> Iterator[str]:
    """The lines of a runbook: what a step is for as a comment, so that whole blocks can be pasted."""
    yield f"{style.paint(book.stack, 'bold')}  resource group {book.resource_group}"
    for cluster in book.clusters:
        yield ""
        yield f"{style.paint(f'Cluster {cluster.name}', 'bold')}  {cluster.azure_name}"
        for capability in cluster.capabilities:
            yield ""
            yield f"  {style.paint(capability.title, 'cyan')}"
            for line in _commands(capability):
                yield "    " + (style.paint(line, "dim") if line.startswith("#") else line)


def runbook_markdown(book: Runbook) -> Iterator[str]:
    """The lines of a runbook."""
    yield f"# Runbook of {book.stack}"
    yield ""
    yield f"Resource group `{book.resource_group}`"
    for cluster in book.clusters:
        yield ""
        yield f"## Cluster {cluster.name} (`{cluster.azure_name}`)"
        for capability in cluster.capabilities:
            yield ""
            yield f"### {capability.title}"
            yield ""
            yield "```bash"
            yield from _commands(capability)
            yield "```"


def _commands(capability: CapabilityRow) -> Iterator[str]:
    for step in capability.steps:
        yield f"# {step.title}" + (f"; expect: {step.expect}" if step.expect else "")
        yield from step.commands
