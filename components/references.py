"""Names for references, which names of resources are made of."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from itertools import chain, count

from components.values import StackOutput


def named(
    references: Iterable[str | StackOutput], taken: Mapping[str, str | StackOutput] | None = None
) -> dict[str, str | StackOutput]:
    """References by names that other names are made of: a key, an ARM id's last part, or stack and output.

    Args:
        references: Each once, whatever its capitals.
        taken: What has its names already, which stay; what is among it is not named again.
    """
    found = dict(taken or {})
    known = {str(reference).casefold() for reference in found.values()}
    for reference in references:
        if str(reference).casefold() not in known:
            known.add(str(reference).casefold())
            found[_free(_name(reference), found)] = reference
    return found


def _name(reference: str | StackOutput) -> str:
    if isinstance(reference, StackOutput):
        return re.sub(r"[^A-Za-z0-9]+", "-", f"{reference.stack}-{reference.output}")
    return reference.rpartition("/")[2]


def _free(name: str, taken: Container[str]) -> str:
    return next(each for each in chain([name], (f"{name}-{number}" for number in count(2))) if each not in taken)
