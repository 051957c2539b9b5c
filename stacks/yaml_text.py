"""The text of a YAML file: size, encoding and characters, before any of it is parsed."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from stacks.yaml_rules import ENCODING, UNREADABLE

if TYPE_CHECKING:
    from pathlib import Path

    from components.problems import Problem
    from components.rules import Rule

MAX_BYTES = 10_000_000
LINE_BREAK = re.compile(r"\r\n|\r|\n")

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"
_REFUSED_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What YAML refuses, plus NEL, U+2028, U+2029 and a second byte order mark, which readers take differently."""


class UnreadableError(Exception):
    """The input is no YAML document within the limits.

    Attributes:
        problem: Says why.
        line: Where, from 1; 0 where the file as a whole is meant.
    """

    def __init__(self, rule: Rule, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.problem: Problem = rule.error((), message)
        self.line = line


def read_bytes(path: Path) -> bytes:
    """The content of a regular file of acceptable size; never waits for a pipe or a device.

    Raises:
        UnreadableError: There is no such file, it cannot be read, or it is too large.
    """
    try:
        if path.is_dir():
            raise UnreadableError(UNREADABLE, "this is a directory; name a file in it")
        if path.exists() and not path.is_file():
            raise UnreadableError(UNREADABLE, "this is a pipe or a device; name a file")
        with path.open("rb") as stream:
            _check_size(os.fstat(stream.fileno()).st_size)
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        # ValueError: a name with a NUL character.
        reason = (error.strerror if isinstance(error, OSError) else None) or "no possible file name"
        message = f"cannot be read: {reason[0].lower()}{reason[1:]}; check the name and the permissions"
        raise UnreadableError(UNREADABLE, message) from None


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        message = f"the file has {size:,} bytes, the limit is {MAX_BYTES:,}; split the stack"
        raise UnreadableError(UNREADABLE, message)


def decode(data: bytes) -> str:
    """The text of UTF-8 bytes with or without a byte order mark.

    Raises:
        UnreadableError: Too large, another encoding, or a character that does not belong in a YAML file.
    """
    _check_size(len(data))
    if data.startswith(_UTF16_MARKS):
        raise UnreadableError(ENCODING, "the file is UTF-16 or UTF-32; save it as UTF-8", 1)
    data = data.removeprefix(_UTF8_MARK)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"the byte 0x{data[error.start]:02X} is not UTF-8; save the file as UTF-8"
        raise UnreadableError(ENCODING, message, line) from None
    refused = _REFUSED_CHARACTER.search(text)
    if refused is not None:
        line = len(LINE_BREAK.findall(text, 0, refused.start())) + 1
        name = "NUL" if refused.group() == "\0" else "control or invisible"
        message = f"the {name} character U+{ord(refused.group()):04X}; remove it, or write an escape in double quotes"
        raise UnreadableError(ENCODING, message, line)
    return text
