"""`cilia values`: the values of each cluster's own Cilium, and the lines that install it. Never imports Pulumi."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from cilia.arguments import add_debug, add_format, add_today, today
from cilia.files import create_text, replace_text
from cilia.findings import problem_json, report, unreadable
from cilia.helm import Release
from cilia.output import document, remark, result
from cilia.project import target
from stacks.load import Loaded, load_file


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument("stack", metavar="STACK|FILE", help="a stack, or a stack file")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write a values file for each cluster, and print lines")
    add_format(parser, "yaml", "json")
    add_today(parser)
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints values or writes them; 1 if the stack has errors, 2 if its file could not be read."""
    loaded = load_file(target(options.stack).file, today=today(options.today))
    found = list(releases(loaded))
    if options.output == "json":
        document(_json(loaded, found))
    else:
        report(loaded)
    if options.out is not None:
        _write(found, options.out, quiet=options.output == "json")
    elif found and options.output != "json":
        result("---\n".join(release.text(release.file) for release in found).removesuffix("\n"))
    if loaded.plan and not found:
        remark(f"{loaded.file}: no cluster has a Cilium of its own, so there are no values")
    if unreadable(loaded):
        return 2
    return int(loaded.plan is None)


def releases(loaded: Loaded) -> Iterator[Release]:
    """The Cilium of each cluster that has one of its own; nothing for a stack with errors."""
    plan = loaded.plan
    if plan is None:
        return
    for key, planned in plan.cilium.items():
        yield Release(loaded.stack, plan.scope.resource_group, plan.clusters[key].name, planned)


def _write(found: list[Release], directory: Path, *, quiet: bool) -> None:
    for release in found:
        file = directory / release.file
        text = release.text(str(file))
        if file.exists():
            replace_text(file, text)
        else:
            create_text(file, text)
        for line in () if quiet else release.commands(str(file)):
            result(line)


def _json(loaded: Loaded, found: list[Release]) -> dict[str, object]:
    fault = unreadable(loaded)
    return {
        **({"error": fault} if fault else {}),
        "stack": loaded.stack,
        "releases": [
            {
                "cluster": release.plan.key,
                "values": release.values,
                "commands": list(release.commands(release.file)),
            }
            for release in found
        ],
        "problems": [problem_json(problem) for problem in loaded.problems],
    }
