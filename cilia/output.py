"""Where results go and how they look: text for people, JSON for programs.

Results go to stdout, everything else to stderr. Colour only where somebody looks: on a terminal, unless the environment
says otherwise (https://no-color.org, https://force-color.org).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TextIO

FORMAT_VERSION = 1
"""Version of every JSON document; it changes with its shapes only."""
PIPED_COLUMNS = 120
"""Width of text that nobody looks at directly: the same everywhere, so that two runs can be compared."""
_WIDEST_COLUMNS = 160
"""Beyond this, the eye loses the line."""

_CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}
_ASCII = str.maketrans({"├": "|", "└": "`", "│": "|", "─": "-", "…": "."})
"""The characters of our own that an old terminal may lack."""

Look = Literal["bold", "dim", "red", "green", "yellow", "cyan"]


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks on one stream.

    Attributes:
        coloured: Whether it has colours.
        columns: How wide it may be.
    """

    coloured: bool = False
    columns: int = PIPED_COLUMNS

    def paint(self, text: str, *looks: Look) -> str:
        """The text in these looks; as it is where there are no colours."""
        if not self.coloured or not text or not looks:
            return text
        return f"\x1b[{';'.join(str(_CODES[look]) for look in looks)}m{text}\x1b[0m"


def style_of(stream: TextIO) -> Style:
    """How text looks on a stream, by the environment and by what the stream is."""
    terminal = stream.isatty()
    columns = _columns(stream) if terminal else PIPED_COLUMNS
    if os.environ.get("NO_COLOR"):
        return Style(columns=columns)
    if os.environ.get("FORCE_COLOR"):
        return Style(coloured=True, columns=columns)
    return Style(coloured=terminal and os.environ.get("TERM") != "dumb", columns=columns)


def _columns(terminal: TextIO) -> int:
    try:
        return min(os.get_terminal_size(terminal.fileno()).columns or PIPED_COLUMNS, _WIDEST_COLUMNS)
    except (OSError, ValueError):
        return PIPED_COLUMNS


def result(text: str) -> None:
    """Writes lines of a result."""
    _write(sys.stdout, text)


def remark(text: str) -> None:
    """Writes a line that is no result."""
    sys.stdout.flush()  # so that both come in order where they end up in one place
    _write(sys.stderr, text)


def document(content: Mapping[str, object]) -> None:
    """Writes a result as a JSON document."""
    result(json.dumps({"cilia": FORMAT_VERSION, **content}, indent=2, ensure_ascii=False))


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(f"{text}\n")
    except UnicodeEncodeError:
        plain = text.translate(_ASCII).encode(stream.encoding, "replace").decode(stream.encoding)
        stream.write(f"{plain}\n")


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`, `1,024 addresses`."""
    plural = noun + ("es" if noun.endswith("s") else "s")
    return f"{number:,} {noun if number == 1 else plural}"


def listed(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)
