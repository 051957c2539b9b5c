"""`cilia policies`: the objects that a stack's bundles become in each cluster, and why. Never imports Pulumi."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cilia.arguments import add_debug, add_format, add_today, today
from cilia.errors import InputError, nearest
from cilia.findings import problem_json, report, unreadable
from cilia.output import counted, document, remark, result, style_of
from cilia.project import target
from stacks.load import Loaded, load_file

if TYPE_CHECKING:
    from stacks.policies import ClusterPolicies


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument("stack", metavar="STACK|FILE", help="a stack, or a stack file")
    parser.add_argument("--cluster", metavar="KEY", help="only the policies of this cluster")
    parser.add_argument("--explain", action="store_true", help="say for each object why it is there, and of its kind")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write DIR/<cluster>/ for GitOps: a file per object, a kustomization"
    )
    add_format(parser, "text", "json", "yaml")
    add_today(parser)
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints the objects or writes them; 1 if the stack has errors, 2 if its file could not be read."""
    if options.out is not None and options.output == "yaml":
        raise InputError("--out writes YAML files, and nothing to the terminal; leave -o yaml out")
    loaded = load_file(target(options.stack).file, today=today(options.today))
    clusters = _clusters(loaded, options.cluster)
    if options.output == "json":
        document(_json(loaded, clusters))
    else:
        report(loaded)
    if unreadable(loaded):
        return 2
    if loaded.plan is None:
        return 1
    quiet = options.output == "json"
    if options.out is not None:
        _write(loaded, clusters, options, quiet=quiet)
    elif not quiet:
        for line in _lines(clusters, options):
            result(line)
    if not clusters and not quiet:
        remark(f"{loaded.file}: no cluster has policies; attach bundles under cilia:policies")
    return 0


def _clusters(loaded: Loaded, wanted: str | None) -> Sequence[ClusterPolicies]:
    """The clusters that have policies; nothing for a stack with errors.

    Raises:
        InputError: No cluster with policies has the key that is wanted.
    """
    found = loaded.plan.policies if loaded.plan else {}
    if wanted is None or loaded.plan is None:
        return list(found.values())
    if wanted not in found:
        raise InputError(f"cluster {wanted!r} has no policies; {nearest(wanted, found, 'those that have some are')}")
    return [found[wanted]]


def _lines(clusters: Sequence[ClusterPolicies], options: Namespace) -> Iterator[str]:
    from cilia.policies_text import explanation, policies_text, stream  # noqa: PLC0415 - only for stacks that have some

    if options.output == "yaml":
        return stream(clusters, explained=options.explain)
    style = style_of(sys.stdout)
    lines = list(explanation(clusters, style) if options.explain else policies_text(clusters, style))
    return iter(lines[:-1])


def _write(loaded: Loaded, clusters: Sequence[ClusterPolicies], options: Namespace, *, quiet: bool) -> None:
    from cilia.policies_files import write_directory  # noqa: PLC0415 - only where something is written

    if options.cluster:
        raise InputError(
            "--out writes all clusters of a stack, so that what is gone can be removed; leave --cluster out"
        )
    done = write_directory(options.out, loaded.stack, clusters)
    for cluster in clusters if not quiet else ():
        if cluster.applied:
            remark(f"{cluster.cluster}: pulumi up applies these too; set inCluster: gitops, or there are two writers")
    if quiet:
        return
    for file in done.removed:
        result(f"removed {file}")
    result(f"wrote {counted(len(done.files), 'file')} to {options.out}")


def _json(loaded: Loaded, clusters: Sequence[ClusterPolicies]) -> dict[str, object]:
    fault = unreadable(loaded)
    return {
        **({"error": fault} if fault else {}),
        "stack": loaded.stack,
        "manifests": [
            {
                "cluster": cluster.cluster,
                "bundle": manifest.bundle,
                "layer": manifest.layer,
                "intents": list(manifest.intents),
                "why": manifest.why,
                "object": manifest.object,
            }
            for cluster in clusters
            for manifest in cluster.manifests
        ],
        "problems": [problem_json(problem) for problem in loaded.problems],
    }
