"""`cilia schema`: the JSON schema of stack files, for editors. Never imports Pulumi."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cilia.arguments import add_debug, add_format
from cilia.output import result
from stacks import schema


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    add_format(parser, "json")
    add_debug(parser)


def run(_: Namespace) -> int:
    """Prints the schema as it is: a document of JSON Schema, none of this tool's own."""
    result(schema.text().removesuffix("\n"))
    return 0
