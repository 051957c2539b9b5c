"""`cilia preview`: which resources a stack deploys, from the real program, without Azure and without the Pulumi CLI."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

from cilia.arguments import add_debug, add_format, add_today, today
from cilia.findings import report
from cilia.output import document, remark, result, style_of
from cilia.preview_data import Preview, preview_stack
from cilia.preview_text import preview_text
from cilia.project import require_root, targets
from cilia.review.verb import add_review, refuse_without_revision, run_review


def arguments(parser: ArgumentParser) -> None:
    """Adds the verb's arguments."""
    parser.add_argument("stacks", nargs="*", metavar="STACK|FILE", help="stacks or stack files; every stack if absent")
    parser.add_argument("--full", action="store_true", help="show all inputs and options, not only what matters most")
    add_review(parser)
    add_format(parser, "text", "json", "md")
    add_today(parser)
    add_debug(parser)


def run(options: Namespace) -> int:
    """Prints what each stack deploys, or what changes; 1 if one has errors, 2 if one could not be read or run."""
    day = today(options.today)
    if options.against is not None:
        return run_review(options, day)
    refuse_without_revision(options)
    previews: list[Preview] = []
    for target in targets(options.stacks):
        preview = preview_stack(target.file, require_root(target.file.parent), today=day)
        _beside(preview, options)
        if options.output == "text":
            _print(preview, options, first=not previews)
        previews.append(preview)
    if options.output == "json":
        content = [preview.as_json() for preview in previews]
        document(content[0] if len(content) == 1 else {"previews": content})
    if any(preview.error for preview in previews):
        return 2
    return int(any(preview.recording is None for preview in previews))


def _beside(preview: Preview, options: Namespace) -> None:
    """What is no result: what the program said and, when asked for, where it failed."""
    for severity, text in preview.remarks():
        remark(f"{preview.loaded.stack}: {severity}: {text}")
    if options.debug and preview.details:
        remark(preview.details.rstrip())


def _print(preview: Preview, options: Namespace, *, first: bool) -> None:
    report(preview.loaded)
    if preview.failure:
        remark(f"cilia: {preview.loaded.file}: {preview.failure}")
    if preview.recording is None:
        return
    if not first:
        result("")
    style = style_of(sys.stdout)
    title = f"{preview.loaded.stack}  {preview.loaded.file}"
    for line in preview_text(title, preview.recording, style, full=options.full):
        result(line)
