"""`cilia values`: what somebody else brings into clusters, and the lines that do it. Never imports Pulumi.

Helm values for each Cilium of one's own; objects for clusters that this program writes nothing into.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from cilia.arguments import add_debug, add_format, add_today, today
from cilia.files import write_texts
from cilia.findings import problem_json, report, unreadable
from cilia.helm import Release
from cilia.objects import Objects
from cilia.output import document, remark, result
from cilia.project import target
from stacks.load import Loaded, load_file


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument("stack", metavar="STACK|FILE", help="a stack, or a stack file")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the files, and print the lines")
    add_format(parser, "yaml", "json")
    add_today(parser)
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints values or writes them; 1 if the stack has errors, 2 if its file could not be read."""
    loaded = load_file(target(options.stack).file, today=today(options.today))
    found: list[Release | Objects] = [*releases(loaded), *objects(loaded)]
    if options.output == "json":
        document(_json(loaded))
    else:
        report(loaded)
    if options.out is not None:
        write_texts({options.out / each.file: each.text(str(options.out / each.file)) for each in found})
        for each in found if options.output != "json" else ():
            for line in each.commands(str(options.out / each.file)):
                result(line)
    elif found and options.output != "json":
        result("---\n".join(each.text(each.file) for each in found).removesuffix("\n"))
    if loaded.plan and not found:
        remark(f"{loaded.file}: {_NOTHING}")
    if unreadable(loaded):
        return 2
    return int(loaded.plan is None)


_NOTHING = (
    "no cluster has a Cilium of its own, and none with inCluster: gitops needs objects, so there is nothing to print"
)


def releases(loaded: Loaded) -> Iterator[Release]:
    """The Cilium of each cluster that has one of its own; nothing for a stack with errors."""
    plan = loaded.plan
    if plan is None:
        return
    for key, planned in plan.cilium.items():
        cluster = plan.clusters[key]
        yield Release(
            stack=loaded.stack,
            resource_group=plan.scope.resource_group,
            cluster=cluster.name,
            plan=planned,
            entra=cluster.kubelogin is not None,
            by_others=not cluster.applies_in_cluster,
        )


def objects(loaded: Loaded) -> Iterator[Objects]:
    """What the mesh and network logs need in each cluster that this program writes nothing into."""
    plan = loaded.plan
    if plan is None:
        return
    for key, cluster in plan.clusters.items():
        around = plan.around[key]
        manifests = (
            *(around.mesh.manifests if around.mesh else ()),
            *(around.collection.manifests if around.collection else ()),
        )
        if manifests and not cluster.applies_in_cluster:
            yield Objects(
                stack=loaded.stack,
                resource_group=plan.scope.resource_group,
                cluster=cluster.name,
                key=key,
                manifests=manifests,
                entra=cluster.kubelogin is not None,
            )


def _json(loaded: Loaded) -> dict[str, object]:
    fault = unreadable(loaded)
    return {
        **({"error": fault} if fault else {}),
        "stack": loaded.stack,
        "releases": [
            {"cluster": each.plan.key, "values": each.values, "commands": list(each.commands(each.file))}
            for each in releases(loaded)
        ],
        "objects": [
            {"cluster": each.key, "objects": each.contents, "commands": list(each.commands(each.file))}
            for each in objects(loaded)
        ],
        "problems": [problem_json(problem) for problem in loaded.problems],
    }
