"""A preview for people: a tree of components and resources, what matters of each, and what comes out in the end."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cilia.highlights import arm_name, azure_name, highlights, inline, kind, words
from cilia.output import Look, Style, counted
from cilia.preview_bundles import policy_intents, policy_label

if TYPE_CHECKING:
    from cilia.record import Recording, Resource

_GAP = "  "
_LEAST_DETAIL_COLUMNS = 40
"""Where there is less room beside the names, details stand below them."""
_NARROW_MARGIN = "  "
_HIDDEN = re.compile(r"<[^<>]+>|\[secret\]")
_PLAIN_TEXT = re.compile(r"[\w./*:@%+<>()$\[\]-]([\w./*:@%+<>()$\[\], =-]*[\w./*@%+<>()$\[\]-])?")


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the tree: what it is, its name in Azure, and what matters of it; `below` are whole lines under it.

    A row that is `apart` has no columns.
    """

    branch: str
    label: str
    name: str
    details: Sequence[str]
    look: Look | None
    continuation: str
    below: Sequence[str] = field(default=())
    apart: bool = False

    @property
    def width(self) -> int:
        return 0 if self.apart else len(self.branch) + len(self.label)


def preview_text(title: str, recording: Recording, style: Style, *, full: bool = False) -> Iterator[str]:
    """The lines of a preview.

    Args:
        title: What stands above it.
        recording: What its program registered.
        style: How it looks.
        full: Whether to show all inputs and options, and whole ARM ids.
    """
    rows = list(_rows(recording, full=full))
    left = max((row.width for row in rows), default=0)
    middle = max((len(row.name) for row in rows), default=0)
    yield style.paint(title, "bold")
    for row in rows:
        yield from _row_lines(row, left, middle, style)
    yield ""
    yield from _outputs(recording.outputs, style, full=full)
    yield from _totals(recording.resources, style)


def _rows(recording: Recording, *, full: bool) -> Iterator[_Row]:
    below: dict[str | None, list[Resource]] = {}
    known = {resource.urn for resource in recording.resources}
    labels = {resource.urn: f"{kind(resource.type)} {resource.name}" for resource in recording.resources}
    for resource in recording.resources:
        below.setdefault(resource.parent if resource.parent in known else None, []).append(resource)

    def walk(parent: str | None, prefix: str) -> Iterator[_Row]:
        children = below.get(parent, [])
        for position, resource in enumerate(children):
            last = position == len(children) - 1
            branch, continuation = ("", "") if parent is None else (("└─ ", "   ") if last else ("├─ ", "│  "))
            deeper = prefix + continuation
            stem = deeper + ("│  " if below.get(resource.urn) else "   ")
            yield _resource(resource, prefix + branch, stem, labels, full=full)
            if not full:
                yield from _inline(resource, stem)
            yield from walk(resource.urn, deeper)

    return walk(None, "")


def _resource(resource: Resource, branch: str, stem: str, labels: Mapping[str, str], *, full: bool) -> _Row:
    details = [] if full else highlights(resource.type, resource.inputs)
    if resource.options.get("protect"):
        details.append("protected")
    if "id" in resource.options:
        details.append("exists already")
    look: Look = "green" if resource.custom else "bold"
    text = tuple(_everything(resource, labels)) if full else ()
    policy = policy_label(resource)
    if policy is not None:
        shown = policy + "".join(f", {detail}" for detail in details)
        return _Row(branch, shown, "", (), look, stem, (*_intents(resource, full=full), *text), apart=True)
    name = azure_name(resource.type, resource.inputs)
    return _Row(branch, f"{kind(resource.type)} {resource.name}", name, details, look, stem, text)


def _intents(resource: Resource, *, full: bool) -> Iterator[str]:
    """What an object of a bundle is for, layer first; with all inputs shown it is among those."""
    return iter(()) if full else iter(policy_intents(resource.inputs))


def _inline(resource: Resource, stem: str) -> Iterator[_Row]:
    for label, details in inline(resource.type, resource.inputs):
        yield _Row(stem, label, "", details, None, stem)


def _row_lines(row: _Row, left: int, middle: int, style: Style) -> Iterator[str]:
    label = style.paint(row.label, *([row.look] if row.look else [])) + " " * (left - row.width)
    name = style.paint(row.name, "cyan") + " " * (middle - len(row.name))
    head = style.paint(row.branch, "dim") + _GAP.join((label, name))
    stem = style.paint(row.continuation, "dim")
    start = left + len(_GAP) + middle + len(_GAP)
    if style.columns - start >= _LEAST_DETAIL_COLUMNS:
        first, *rest = _wrap(row.details, style.columns - start) or [""]
        yield (head + _GAP + _painted(first, style)).rstrip()
        margin = stem + " " * (start - len(row.continuation))
    else:
        rest = _wrap(row.details, style.columns - len(row.continuation) - len(_NARROW_MARGIN))
        yield head.rstrip()
        margin = stem + _NARROW_MARGIN
    yield from (margin + _painted(line, style) for line in rest)
    yield from (stem + _painted(line, style) for line in row.below)


def _wrap(details: Sequence[str], columns: int) -> list[str]:
    """Details in as few lines as fit, each detail whole, a comma after all but the last."""
    lines: list[str] = []
    for detail in details:
        if lines and len(f"{lines[-1]}, {detail},") <= columns:
            lines[-1] += f", {detail}"
        else:
            lines = [*lines[:-1], *(f"{line}," for line in lines[-1:]), detail]
    return lines


def _painted(text: str, style: Style) -> str:
    """Text in which what cannot be seen offline looks different from what can."""
    if not style.coloured:
        return text
    shown = _HIDDEN.sub(lambda match: style.paint(match[0], "yellow"), text)
    return re.sub(r"\bprotected$", style.paint("protected", "dim"), shown)


def _everything(resource: Resource, labels: Mapping[str, str]) -> Iterator[str]:
    """All inputs and options, as YAML would have them; what is not known is in angle brackets."""
    yield from _yaml(resource.inputs, "")
    options = {name: _option(value, labels) for name, value in resource.options.items()}
    if options:
        yield from _yaml({"options": options}, "")


def _option(value: object, labels: Mapping[str, str]) -> object:
    if isinstance(value, list):
        return [_option(item, labels) for item in value]
    return labels.get(value, value) if isinstance(value, str) else value


def _yaml(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, item in value.items():
        yield from _entry(f"{indent}{key}:", item, f"{indent}  ")


def _entry(lead: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value and not {"$secret", "$unknown"} & value.keys():
        yield lead
        yield from _yaml(value, indent)
    elif isinstance(value, list) and any(isinstance(item, Mapping) and item for item in value):
        yield lead
        for item in value:
            first, *rest = _yaml(item, f"{indent}  ") if isinstance(item, Mapping) else [f"{indent}  {_scalar(item)}"]
            yield f"{indent}- {first.lstrip()}"
            yield from rest
    else:
        yield f"{lead} {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, Mapping):
        return words(value) if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_scalar(item) for item in value)}]"
    if isinstance(value, str) and _PLAIN_TEXT.fullmatch(value) and not _reads_as_something_else(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _reads_as_something_else(text: str) -> bool:
    """Whether text without quotes looks like a number, a truth value or nothing."""
    return text in ("true", "false", "null", "[]", "{}") or text.replace(".", "", 1).removeprefix("-").isdecimal()


def _outputs(outputs: Mapping[str, Any], style: Style, *, full: bool) -> Iterator[str]:
    flat = list(_flat(outputs, ""))
    if not flat:
        return
    width = max(len(name) for name, _ in flat)
    yield style.paint("Outputs", "bold")
    for name, value in flat:
        short = arm_name(value)
        shown = value if full or short == value else f"…/{short}"
        yield f"  {name.ljust(width)}  {_painted(shown, style)}"
    yield ""


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and not {"$secret", "$unknown"} & value.keys():
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else key)
    elif value is not None:
        yield path, value if isinstance(value, str) else words(value)


def _totals(resources: Sequence[Resource], style: Style) -> Iterator[str]:
    own = [resource for resource in resources if resource.custom]
    components = len(resources) - len(own)
    protected = sum(1 for resource in own if resource.options.get("protect"))
    inside = f" in {counted(components, 'component')}" if components else ""
    yield style.paint(f"{counted(len(own), 'resource')}{inside}, {protected or 'none'} protected", "bold")
    numbers = [f"{number} {name}" for name, number in Counter(kind(resource.type) for resource in own).most_common()]
    for line in _wrap(numbers, style.columns - len(_GAP)):
        yield _GAP + line
