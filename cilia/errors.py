"""Input that could not be read, which is nobody's bug, and how to say what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


class InputError(Exception):
    """The command line, a name or a file that cannot be used; its text is one line that says what to do instead."""


def nearest(name: str, known: Iterable[str], lead: str) -> str:
    """What was probably meant by a name that is not known; what there is where nothing comes near.

    Args:
        name: What was written.
        known: What could have been written.
        lead: What stands before the names, such as `the stacks are`.
    """
    import difflib  # noqa: PLC0415 - only needed when something is wrong

    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"{lead} {', '.join(names)}"
