"""Reviews as one Markdown comment for a pull request, below GitHub's limit however many changes there are.

The verdict comes first, then what is dangerous, then what follows, everything else folded. What does not fit is
counted, with the command that shows it; the least important goes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cilia.findings import problem_json
from cilia.output import counted
from cilia.review.changes import Change, by_danger
from cilia.review.review import Review
from cilia.review.review_text import intent_lines, isolation_lines, protection_lines
from cilia.review.words import EFFECT_WORDS, effects, gone_line, grouped, is_dangerous, label, named, sides, verdict
from components.mutability.change import worst

MARKER = "<!-- cilia review -->"
"""By this the comment is found again, so that there is one that is updated."""
LIMIT_CHARACTERS = 65_536
"""https://github.com/orgs/community/discussions/41331: the longest body of a comment."""
_BUDGET_CHARACTERS = 60_000
"""What is filled; the rest is for whoever adds a line of their own."""
_VALUE_CHARACTERS = 120
_GONE = 20
_ITEM_CHARACTERS = 1_500
_ESCAPED = str.maketrans({each: f"&#{ord(each)};" for each in "&<>@[]*|~"})


@dataclass(slots=True)
class _Part:
    """Lines of one kind in a section.

    Attributes:
        rank: What is cut last has the lowest.
        head: What stands before them.
        items: The lines; each stands or falls whole.
        tail: What stands after them.
        noun: What one of them is.
        kept: How many there is room for.
    """

    rank: int
    head: Sequence[str]
    items: Sequence[str]
    tail: Sequence[str]
    noun: str
    kept: int = 0


@dataclass(slots=True)
class _Section:
    """One stack."""

    head: Sequence[str]
    parts: Sequence[_Part]
    command: str


def review_markdown(reviews: Sequence[Review], gone: Sequence[str] = ()) -> str:
    """The comment for all reviews, those without changes in one line.

    Args:
        reviews: Of every stack.
        gone: Stacks that have no file any more.
    """
    ordered = sorted(reviews, key=_danger)
    quiet = [review for review in ordered if review.changes == () and not review.error and not review.notes]
    head = [MARKER, f"## Cilia: {_headline(reviews)}", ""]
    foot = ["", *(f"{_plain(gone_line(stack))}.\n" for stack in gone[:_GONE]), *_foot(reviews, quiet)]
    sections = [_section(review) for review in ordered if review not in quiet]
    shown = _fit(sections, _BUDGET_CHARACTERS - _size([*head, *foot]))
    lines = [*head, *(line for section in shown for line in _rendered(section))]
    if len(shown) < len(sections):
        lines += [f"{counted(len(sections) - len(shown), 'more stack')} not shown: no room in a comment.", ""]
    return "\n".join([*lines, *foot]).rstrip()


def _danger(review: Review) -> tuple[int, str]:
    if review.error or review.changes is None:
        return -1, review.stack
    order = list(reversed(EFFECT_WORDS))
    return order.index(review.worst) if review.worst else len(order), review.stack


def _headline(reviews: Sequence[Review]) -> str:
    failed = sum(1 for review in reviews if review.changes is None)
    changes = [change for review in reviews for change in review.changes or ()]
    found = worst(change.worst for change in changes)
    text = verdict(changes)
    if failed:
        text = f"{counted(failed, 'stack')} without an answer" + (f"; {text}" if changes else "")
    return text if found is None or failed else f"**{EFFECT_WORDS[found]}** ({text})"


def _section(review: Review) -> _Section:
    command = f"cilia preview {review.stack} --against {review.revision.name}"
    if review.changes is None:
        failure = review.error or "the stack has errors, so that nothing can be deployed"
        return _Section(
            [f"### {_plain(review.stack)}", "", f"**No answer:** {_plain(failure)}", ""], [_problems(review)], command
        )
    changes = by_danger(review.changes)
    own = [change for change in changes if is_dangerous(change) and change.cause is None]
    follow = [change for change in changes if change.cause is not None and (is_dangerous(change) or change.comes_along)]
    harmless = [change for change in changes if not is_dangerous(change) and not change.comes_along]
    head = [f"### {_plain(review.stack)}: {verdict(changes)}", ""]
    head += [line for note in review.notes for line in (f"> {_plain(note)}", "")]
    isolation = _lines(1, "Isolation", isolation_lines(review.policies))
    protection = _lines(1, "Protection", protection_lines(changes))
    parts = [
        isolation,
        protection,
        # without a title between them two lists would be one
        _Part(
            0,
            ["**Changes**", ""] if isolation.items or protection.items else [],
            [_item(*group) for group in grouped(own)],
            [""],
            "change",
        ),
        _table(review),
        _lines(2, "Policies", intent_lines(review.policies)),
        _folded(
            3,
            f"{counted(len(follow), 'change')} because of these",
            [_item(*group) for group in grouped(follow)],
            "change",
        ),
        _folded(4, counted(len(harmless), "other change"), [_item(change) for change in harmless], "change"),
        _problems(review),
    ]
    return _Section(head, parts, command)


def _lines(rank: int, title: str, lines: Sequence[str]) -> _Part:
    return _Part(rank, [f"**{title}**", ""], [f"- {_plain(line)}" for line in lines], [""], "line")


def _folded(rank: int, title: str, items: Sequence[str], noun: str) -> _Part:
    return _Part(rank, ["<details>", f"<summary>{_plain(title)}</summary>", ""], items, ["", "</details>", ""], noun)


def _table(review: Review) -> _Part:
    rows = [
        f"| {_plain(each.name)} | {each.what} | {_code(each.before or '-')} | {_code(each.after or '-')} |"
        for each in review.addresses
    ]
    return _Part(1, ["| Range | of | before | after |", "|---|---|---|---|"], rows, [""], "range")


def _problems(review: Review) -> _Part:
    problems = [problem_json(problem) for problem in review.preview.loaded.problems]
    items = [
        f"- {each['severity']}: {_where(each)}{_code(each['path'])} {_plain(each['message'])} [{each['rule']}]"
        for each in problems
    ]
    return _folded(5, counted(len(items), "problem") + " of the stack file", items, "problem")


def _where(problem: Mapping[str, object]) -> str:
    """The file of a problem with the line, as far as it has them."""
    if not problem["file"]:
        return ""
    place = str(problem["file"]) + (f":{problem['line']}" if problem["line"] else "")
    return f"{_code(place)} "


def _item(change: Change, *others: Change) -> str:
    path = f" {_code(change.path)}" if change.path else ""
    values = ""
    if change.kind == "change":
        before, after = map(_code, sides(change, _VALUE_CHARACTERS))
        values = f": {before} → {after}"
    because = f" Because of {_plain(label(change.cause))}." if change.cause and change.cause != change.urn else ""
    head = f"- **{effects(change)}** {_plain(label(change.urn))}{path}{values}"
    if others:
        head = f"- **{effects(change)}** {counted(len(others) + 1, 'resource')}: {_plain(named((change, *others)))}"
    text = f"{head}<br>{_plain(change.message)} [{change.rule}].{because}"
    return text if len(text) <= _ITEM_CHARACTERS else f"{text[: _ITEM_CHARACTERS - 1]}…"


def _fit(sections: Sequence[_Section], budget: int) -> list[_Section]:
    """The sections there is room for, each with as many lines as there is room for, the important ones first."""
    shown: list[_Section] = []
    for section in sections:
        frame = _size(
            [*section.head, *(line for part in section.parts if part.items for line in _frame(part, section))]
        )
        if frame > budget:
            break
        budget -= frame
        shown.append(section)
    waiting = sorted((part for section in shown for part in section.parts), key=lambda part: part.rank)
    for part in waiting:
        for line in part.items:
            budget -= len(line) + 1
            if budget < 0:
                return shown
            part.kept += 1
    return shown


def _size(lines: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _frame(part: _Part, section: _Section) -> list[str]:
    """What a part needs beside its lines, with the line about what was cut."""
    return [*part.head, *_cut(part, section, len(part.items)), *part.tail]


def _rendered(section: _Section) -> list[str]:
    lines = list(section.head)
    for part in section.parts:
        if part.items:
            missing = len(part.items) - part.kept
            lines += [*part.head, *part.items[: part.kept], *_cut(part, section, missing), *part.tail]
    return lines


def _cut(part: _Part, section: _Section, missing: int) -> list[str]:
    if not missing:
        return []
    return ["", f"{counted(missing, f'more {part.noun}')} not shown, no room in a comment: {_code(section.command)}"]


def _foot(reviews: Sequence[Review], quiet: Sequence[Review]) -> list[str]:
    lines = []
    if quiet:
        names = ", ".join(review.stack for review in quiet[:50])
        more = f" and {len(quiet) - 50} more" if len(quiet) > 50 else ""
        lines += [f"No changes: {_plain(names)}{more}.", ""]
    revision = reviews[0].revision
    rules = sorted({change.rule for review in reviews for change in review.changes or () if is_dangerous(change)})
    hint = f" More about a rule: {_code(f'cilia explain {rules[0]}')}." if rules else ""
    return [*lines, f"Compared with {_code(revision.name)} ({revision.commit[:7]}), without credentials.{hint}"]


def _plain(text: Any) -> str:
    """Text that is no Markdown, no HTML and calls nobody, in one line."""
    return "".join(each if each.isprintable() else " " for each in str(text)).translate(_ESCAPED)


def _code(text: Any) -> str:
    """Text as code, whatever backticks are in it, also in a table."""
    line = "".join(each if each.isprintable() else " " for each in str(text)).replace("|", "\\|")
    if "`" not in line:
        return f"`{line}`"
    return f"`` {line.replace('``', '` `')} ``"
