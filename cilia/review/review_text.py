"""A review for people on a terminal: the verdict, what is dangerous, what is not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from cilia.output import Look, Style, counted, listed
from cilia.review.changes import Change, by_danger
from cilia.review.policies import PolicyChanges, pods
from cilia.review.review import Review
from cilia.review.words import effects, grouped, is_dangerous, label, named, sides, verdict
from cilia.table import Column, table
from components.mutability.change import EFFECTS, Effect

_MARGIN = "    "
_VALUE_CHARACTERS = 200
_PROTECTED = 8
"""How many of what loses its protection are named."""
_LOOKS: dict[Effect, Look] = {"refused": "red", "delete": "red", "replace": "red", "noEffect": "dim", "create": "green"}


def review_text(review: Review, style: Style) -> Iterator[str]:
    """The lines of a review that has an answer."""
    changes = by_danger(review.changes or ())
    against = f"against {review.revision.name} ({review.revision.commit[:7]})"
    yield style.paint(f"{review.stack}  {review.preview.loaded.file}  {against}", "bold")
    yield style.paint(verdict(changes), "bold", _look(review.worst))
    for note in review.notes:
        yield from _wrapped(f"Note: {note}", "", style)
    yield from _listed("Isolation", isolation_lines(review.policies), style)
    yield from _listed("Protection", protection_lines(changes), style)
    dangerous = [change for change in changes if is_dangerous(change)]
    for group in grouped(dangerous):
        yield ""
        yield from _block(group[0], style) if len(group) == 1 else _together(group, style)
    along = [change for change in changes if change.comes_along]
    harmless = [change for change in changes if not is_dangerous(change) and not change.comes_along]
    for noun, title, rest in (("change", " with what is replaced", along), ("other change", "", harmless)):
        if rest:
            yield ""
            yield style.paint(f"{counted(len(rest), noun)}{title}", "bold")
            for change in rest:
                yield from _line(change, style)
    yield from _addresses(review, style)
    yield from _listed("Policies", intent_lines(review.policies), style)


def _look(worst: Effect | None) -> Look:
    if worst is None:
        return "green"
    return _LOOKS.get(worst, "yellow" if EFFECTS.index(worst) >= EFFECTS.index("rolling") else "green")


def _head(change: Change, style: Style) -> str:
    path = f"  {change.path}" if change.path else ""
    return f"{style.paint(effects(change), _look(change.worst))}  {style.paint(label(change.urn), 'bold')}{path}"


def _values(change: Change) -> str:
    if change.kind != "change":
        return ""
    return " -> ".join(sides(change, _VALUE_CHARACTERS))


def _block(change: Change, style: Style) -> Iterator[str]:
    yield _head(change, style)
    if change.kind == "change":
        yield from _wrapped(_values(change), _MARGIN, style)
    yield from _wrapped(f"{change.message} [{change.rule}]", _MARGIN, style)
    if change.cause and change.cause != change.urn:
        yield from _wrapped(f"because of {label(change.cause)}", _MARGIN, style)


def _together(group: Sequence[Change], style: Style) -> Iterator[str]:
    """Several resources that the same happens to, for the same reason."""
    first = group[0]
    count = style.paint(counted(len(group), "resource"), "bold")
    yield f"{style.paint(effects(first), _look(first.worst))}  {count}"
    yield from _wrapped(named(group), _MARGIN, style)
    yield from _wrapped(f"{first.message} [{first.rule}]", _MARGIN, style)
    yield from _wrapped(f"because of {label(first.cause or '')}", _MARGIN, style)


def _line(change: Change, style: Style) -> Iterator[str]:
    values = _values(change)
    if len(_head(change, Style())) + len(values) + len(_MARGIN) <= style.columns:
        yield f"  {_head(change, style)}{f': {values}' if values else ''}"
    else:
        yield f"  {_head(change, style)}"
        yield from _wrapped(values, f"  {_MARGIN}", style)
    yield from _wrapped(f"{change.message} [{change.rule}]", f"  {_MARGIN}", style)


def _wrapped(text: str, margin: str, style: Style) -> Iterator[str]:
    columns = max(style.columns - len(margin), 20)
    yield from (
        f"{margin}{line}" for line in textwrap.wrap(text, columns, break_long_words=False, break_on_hyphens=False)
    )


def _addresses(review: Review, style: Style) -> Iterator[str]:
    if review.addresses:
        yield ""
        yield style.paint("Addresses", "bold")
        rows = [(each.name, each.what, each.before or "-", each.after or "-") for each in review.addresses]
        yield from table((Column("name"), Column("range of"), Column("before"), Column("after")), rows, style)


def _listed(title: str, lines: Sequence[str], style: Style) -> Iterator[str]:
    if lines:
        yield ""
        yield style.paint(title, "bold")
        for line in lines:
            yield from _wrapped(line, "  ", style)


def protection_lines(changes: Sequence[Change]) -> Sequence[str]:
    """What loses its protection, in one line: nothing happens by it yet, and the next apply may do anything."""
    names = [label(change.urn) for change in changes if change.path == "options.protect" and not change.after]
    if not names:
        return []
    shown = names if len(names) <= _PROTECTED else [*names[:_PROTECTED], f"{len(names) - _PROTECTED} more"]
    are, them = ("is", "it") if len(names) == 1 else ("are", "them")
    return [f"{listed(shown)} {are} no longer protected: the next apply may remove or replace {them}"]


def isolation_lines(policies: PolicyChanges) -> Sequence[str]:
    """Who gains or loses isolation, one line each: it decides who reaches whom."""
    return [
        f"{_cluster(each)}: {pods(each['workloads'])} in {each['namespace'] or 'every namespace'}"
        f" {'are isolated' if each['change'] == 'gained' else 'are no longer isolated'} for {each['direction']}"
        f"{' by the mesh' if each['by'] == 'mesh' else ''}"
        for each in policies.isolation
    ]


def _cluster(isolation: Mapping[str, str]) -> str:
    context = isolation.get("context")
    return isolation["cluster"] + (f" (context {context})" if context else "")


def intent_lines(policies: PolicyChanges) -> Sequence[str]:
    """Which intents are gone or new, one line each."""
    came = [f"{each['cluster']}: new in {each['bundle']}: {each['intent']}" for each in policies.added]
    went = [f"{each['cluster']}: gone from {each['bundle']}: {each['intent']}" for each in policies.removed]
    return [*went, *came]
