"""What an unquoted YAML scalar is to Pulumi: a transcription of resolve.go of gopkg.in/yaml.v3 v3.0.1.

Owns the meaning of unquoted text and the form in which a number reaches the program. Reports nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

ScalarKind = Literal["null", "bool", "int", "float", "time", "str"]

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
_UINT64_MAX = 2**64 - 1
_DECIMAL_DIGITS = 20
"""Digits of the largest unsigned 64-bit integer; a longer decimal is out of range whatever its digits are."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """One scalar as yaml.v3 decodes it without a type hint; a `time` keeps its text as value."""

    kind: ScalarKind
    value: bool | int | float | str | None


_WORDS: dict[str, Resolved] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), Resolved("null", None)),
    **dict.fromkeys(("true", "True", "TRUE"), Resolved("bool", True)),
    **dict.fromkeys(("false", "False", "FALSE"), Resolved("bool", False)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), Resolved("float", float("nan"))),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), Resolved("float", float("inf"))),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), Resolved("float", float("-inf"))),
}

BOOLEAN_WORDS = frozenset(
    word for base in ("yes", "no", "on", "off") for word in (base, base.capitalize(), base.upper())
)
"""Text to yaml.v3, true or false to readers of YAML 1.1."""

_INTEGER = re.compile(r"([-+]?)(?:(0[xX])([0-9a-fA-F]+)|(0[bB])([01]+)|(0[oO])([0-7]+)|0([0-7]*)|([1-9][0-9]*))")
_SIGN_AFTER_PREFIX = re.compile(r"0b([-+])([01]+)|0o([-+])([0-7]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_DOT_FLOAT = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_DATE = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:(?:[Tt]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(?:Z|[-+]([0-9]{2}):([0-9]{2})))"
    r"|(?: +([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?))?"
)
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def resolve(text: str) -> Resolved:
    """What yaml.v3 makes of `text` written without quotes, a tag or a type hint."""
    word = _WORDS.get(text)
    if word is not None:
        return word
    if text[0] == ".":
        # strconv.ParseFloat takes underscores between digits; the other branch has removed them all by then.
        return _resolve_float(text, _DOT_FLOAT) or Resolved("str", text)
    if text[0] not in "+-0123456789":
        return Resolved("str", text)
    if _is_time(text):
        return Resolved("time", text)
    plain = text.replace("_", "")
    integer = _parse_integer(plain)
    if integer is not None:
        return Resolved("int", integer)
    return _resolve_float(plain, _FLOAT) or _resolve_late_sign(plain) or Resolved("str", text)


def number_text(number: float) -> str:
    """The JSON text of a finite number as Go's encoder writes it, which is what the program parses.

    An integer outside signed 64 bits goes through a float on its way (unmarshalObject of Pulumi's config package).
    """
    if isinstance(number, int) and INT64_MIN <= number <= INT64_MAX:
        return str(number)
    value = float(number)
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e21:  # the range that encoding/json writes without an exponent
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    return repr(value).replace("e-0", "e-")


def _parse_integer(plain: str) -> int | None:
    """strconv.ParseInt, then ParseUint, with base 0; None if neither takes the text."""
    match = _INTEGER.fullmatch(plain)
    if match is None:
        return None
    sign, _, hexadecimal, _, binary, _, octal, legacy_octal, decimal = match.groups()
    if decimal is not None:
        value = int(decimal) if len(decimal) <= _DECIMAL_DIGITS else _UINT64_MAX + 1
    elif legacy_octal is not None:
        value = int(legacy_octal or "0", 8)
    else:
        digits, base = next(pair for pair in ((hexadecimal, 16), (binary, 2), (octal, 8)) if pair[0] is not None)
        value = int(digits, base)
    value = -value if sign == "-" else value
    if INT64_MIN <= value <= INT64_MAX or (not sign and value <= _UINT64_MAX):
        return value
    return None


def _resolve_late_sign(plain: str) -> Resolved | None:
    """`0b-1` and `0o-7`, which yaml.v3 accepts after everything else."""
    match = _SIGN_AFTER_PREFIX.fullmatch(plain)
    if match is None:
        return None
    binary_sign, binary, octal_sign, octal = match.groups()
    value = int(binary, 2) if binary else int(octal, 8)
    value = -value if "-" in (binary_sign, octal_sign) else value
    return Resolved("int", value) if INT64_MIN <= value <= INT64_MAX else None


def _resolve_float(text: str, form: re.Pattern[str]) -> Resolved | None:
    if form.fullmatch(text) is None:
        return None
    value = float(text)
    # strconv.ParseFloat fails where the number is out of range, and yaml.v3 then takes the text.
    return Resolved("float", value) if abs(value) != float("inf") else None


def _is_time(text: str) -> bool:
    """Whether one of yaml.v3's four layouts parses the text, with the ranges that Go's time.Parse checks."""
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups()[:3])
    clock = [int(part) for part in match.groups()[3:] if part is not None]
    if not 1 <= month <= 12:
        return False
    leap_day = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= day <= _MONTH_DAYS[month - 1] + leap_day:
        return False
    return all(part <= limit for part, limit in zip(clock, (23, 59, 59, 24, 60), strict=False))
