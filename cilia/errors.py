"""The one error of the command line that is nobody's bug: input that could not be read."""

from __future__ import annotations


class InputError(Exception):
    """The command line, a name or a file that cannot be used; its text is one line that says what to do instead."""
