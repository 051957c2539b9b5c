"""`cilia preview --against REV`: prints reviews and says by the exit code whether somebody has to look."""

from __future__ import annotations

import contextlib
import sys
from argparse import ArgumentParser, Namespace
from datetime import date

from cilia.errors import InputError
from cilia.findings import report
from cilia.output import document, remark, result, style_of
from cilia.project import targets
from cilia.review.review import Review, gone, review
from cilia.review.review_markdown import review_markdown
from cilia.review.review_text import review_text
from cilia.review.words import gone_line
from cilia.review.worktree import orderly_end
from components.mutability.change import EFFECTS, Effect


def add_review(parser: ArgumentParser) -> None:
    """Adds the arguments that only matter against another revision."""
    parser.add_argument("--against", metavar="REV", help="compare with a git revision: what would a deployment do")
    parser.add_argument(
        "--fail-on",
        choices=EFFECTS,
        metavar="EFFECT",
        help=f"exit code 1 at this or worse: {', '.join(EFFECTS)} (refused)",
    )


def run_review(options: Namespace, day: date) -> int:
    """Prints a review of each stack; 1 if one is as bad as `--fail-on` says or has errors, 2 if there is no answer."""
    reviews: list[Review] = []
    with (
        orderly_end() as asked,
        contextlib.closing(review(targets(options.stacks), options.against, today=day)) as found,
    ):
        for each in found:
            if asked:
                break
            _beside(each, options)
            if options.output == "text":
                _print(each, first=not reviews)
            reviews.append(each)
    stacks = [] if options.stacks else gone(options.against)
    if options.output == "json":
        content = [each.as_json() for each in reviews]
        whole = content[0] if len(content) == 1 else {"previews": content}
        document({**whole, "gone": stacks} if stacks else whole)
    elif options.output == "md":
        result(review_markdown(reviews, stacks))
    for stack in stacks if options.output == "text" else ():
        result(f"\n{gone_line(stack)}")
    if any(each.error for each in reviews):
        return 2
    return int(any(_is_bad(each, options.fail_on or "refused") for each in reviews))


def refuse_without_revision(options: Namespace) -> None:
    """Refuses what only means something against another revision.

    Raises:
        InputError: It was given without one.
    """
    given = "-o md" if options.output == "md" else "--fail-on" if options.fail_on else None
    if given:
        raise InputError(f"{given} needs a revision to compare with; add one such as --against origin/main")


def _is_bad(each: Review, limit: Effect) -> bool:
    if each.changes is None:
        return True
    return each.worst is not None and EFFECTS.index(each.worst) >= EFFECTS.index(limit)


def _beside(each: Review, options: Namespace) -> None:
    for severity, text in each.preview.remarks():
        remark(f"{each.stack}: {severity}: {text}")
    if options.debug and (each.preview.details or each.details):
        remark((each.preview.details or each.details).rstrip())
    if options.output == "json":
        return
    report(each.preview.loaded)
    if each.preview.failure:
        remark(f"cilia: {each.preview.loaded.file}: {each.preview.failure}")
    if each.failure:
        remark(f"cilia: {each.failure}")


def _print(each: Review, *, first: bool) -> None:
    if each.changes is None:
        return
    if not first:
        result("")
    for line in review_text(each, style_of(sys.stdout)):
        result(line)
