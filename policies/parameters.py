"""`${name}` in a bundle's text, replaced after parsing, so that a value can never change the file's structure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from pydantic_core import PydanticCustomError

from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import parse_cidr, shown
from policies.config import ParameterConfig
from policies.names import parse_host, parse_label_name
from policies.ports import LAST_PORT

PARAMETERS = Rule(
    "BND-07",
    "Every parameter is declared, has a value of its type, and is used",
    why="A misspelt parameter would leave its `${...}` in a policy, where it matches nothing.",
    fix="Declare it under `parameters`, give it a value or a default, or remove it.",
    source="docs/policies.md",
)
_PLACE = re.compile(r"\$\{([^}]*)\}")

Value = str | int


def parameter_values(
    declared: Mapping[str, ParameterConfig], given: Mapping[str, Value], path: KeyPath, stated: KeyPath
) -> tuple[dict[str, Value], list[Problem]]:
    """The value of each parameter that has a right one, given or by default.

    Args:
        declared: The bundle's parameters.
        given: The stack's values.
        path: Where the bundle declares them.
        stated: Where the stack gives them.
    """
    problems = [
        PARAMETERS.error((*stated, name), f"the bundle declares no parameter {name!r}{_nearest(name, declared)}")
        for name in given
        if name not in declared
    ]
    values: dict[str, Value] = {}
    for name, parameter in declared.items():
        value = given.get(name, parameter.default)
        if value is None:
            message = f"the parameter {name!r} has no value; give one in cilia:policies, or a default here"
            problems.append(PARAMETERS.error((*path, name), message))
        elif fault := _fault(parameter, value):
            where = stated if name in given else path
            problems.append(PARAMETERS.error((*where, name), f"{fault}; it is a parameter of type {parameter.type}"))
        else:
            values[name] = value
    return values, problems


def _fault(parameter: ParameterConfig, value: Value) -> str | None:
    """What is wrong with a value for its type."""
    if value == "":
        return "'' is empty text, which would select or allow something else; write a value"
    try:
        match parameter.type:
            case "port":
                return _port_fault(value)
            case "host":
                parse_host(value)
            case "cidr":
                parse_cidr(value)
            case "name":
                parse_label_name(value)
            case "string":
                return None if isinstance(value, str) else f"the number {value} where text is meant; write it in quotes"
    except PydanticCustomError as error:
        return str(error.message())
    return None


def _port_fault(value: Value) -> str | None:
    if isinstance(value, int) and 1 <= value <= LAST_PORT:
        return None
    quoted = isinstance(value, str) and value.isdigit()
    return f"{shown(value)} is not a port; write a number from 1 to {LAST_PORT}{' without quotes' if quoted else ''}"


class Substitution:
    """Replaces parameters in values that were parsed.

    Attributes:
        used: Parameters that were met.
        problems: What names no parameter.
        unresolved: Where a text stays as it is; what is wrong with it as a value follows from that.
    """

    def __init__(self, values: Mapping[str, Value], declared: Iterable[str]) -> None:
        self.values = values
        self.declared = frozenset(declared)
        self.used: set[str] = set()
        self.problems: list[Problem] = []
        self.unresolved: list[KeyPath] = []

    def replace(self, value: object, path: KeyPath) -> object:
        """The value with every `${name}` in its text replaced; a text that is one parameter becomes its value."""
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, dict):
            return {key: self.replace(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.replace(item, (*path, index)) for index, item in enumerate(value)]
        return value

    def _text(self, text: str, path: KeyPath) -> object:
        names = _PLACE.findall(text)
        if any(name not in self.values for name in names):
            self.unresolved.append(path)
        for name in names:
            self.used.add(name)
            if name not in self.declared:
                message = f"${{{name}}} is not a parameter of this bundle{_nearest(name, self.declared)}"
                self.problems.append(PARAMETERS.error(path, message))
        if len(names) == 1 and text == f"${{{names[0]}}}":
            return self.values.get(names[0], text)
        for name in names:
            if "*" in str(self.values.get(name, "")):
                message = (
                    f"'*' in the value of {name} would make a pattern of {text!r}; write the pattern here, or let the"
                    " parameter be the whole text"
                )
                self.problems.append(PARAMETERS.error(path, message))
        return _PLACE.sub(lambda match: str(self.values.get(match[1], match[0])), text)

    def unused(self, path: KeyPath) -> list[Problem]:
        """A warning for each declared parameter that nothing used."""
        return [
            PARAMETERS.warning(
                (*path, name), f"the parameter {name!r} is used nowhere; remove it, or write ${{{name}}}"
            )
            for name in sorted(self.declared - self.used)
        ]


def _nearest(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the nearest one, or what there is."""
    known = sorted(known)
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if nearest:
        return f"; did you mean {nearest[0]!r}?"
    return f"; declared are {', '.join(known)}" if known else "; it declares none"
