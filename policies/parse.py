"""From a bundle file's plain values to models: each namespace, workload and layer on its own, all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import PydanticCustomError

from components.problems import KeyPath, Problem
from components.rules import declared_rules
from components.values import Model
from policies.config import (
    BundleConfig,
    LayerConfig,
    NamespaceConfig,
    ParameterConfig,
    Several,
    WorkloadConfig,
)
from policies.names import parse_label_name
from policies.parameters import PARAMETERS, Substitution, Value, parameter_values

Wording = Callable[[ValidationError, type[BaseModel], KeyPath], Iterable[Problem]]
"""Puts pydantic's findings into words: one problem for each."""

ModelT = TypeVar("ModelT", bound=BaseModel)


class _Shell(Model):
    """A bundle file's top level, before its parts are looked at."""

    description: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    namespaces: dict[str, Any] = Field(default_factory=dict)
    workloads: dict[str, Any] = Field(default_factory=dict)
    layers: Several[Any]


@dataclass(frozen=True, slots=True)
class ParsedBundle:
    """What a bundle file said.

    Attributes:
        config: Whatever parsed.
        positions: Where each parsed layer stands in the file's list.
        problems: What did not parse.
        skipped: Paths of whole parts that did not; what refers to them is not reported again.
    """

    config: BundleConfig
    positions: tuple[int, ...]
    problems: tuple[Problem, ...]
    skipped: tuple[KeyPath, ...]


class _Parser:
    """Parses part by part and collects problems."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.problems: list[Problem] = []
        self.skipped: list[KeyPath] = []

    def model(self, model: type[ModelT], value: object, path: KeyPath) -> ModelT | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self.problems.extend(self.wording(error, model, path))
            self.skipped.append(path)
            return None

    def named(self, model: type[ModelT], values: Mapping[str, object], section: str) -> dict[str, ModelT]:
        """A mapping of names to models; names are checked as well."""
        parsed = {}
        for name, value in values.items():
            path = (section, name)
            try:
                parse_label_name(name)
            except PydanticCustomError as error:
                self.problems.append(declared_rules()[error.type].error(path, error.message()))
            found = self.model(model, {} if value is None else value, path)
            if found is not None:
                parsed[name] = found
        return parsed


def parse_bundle(
    value: object, given: Mapping[str, Value], wording: Wording, stated: KeyPath = ("parameters",)
) -> ParsedBundle:
    """The bundle in a file's value, with this environment's parameters put in.

    Args:
        value: What the file holds: dicts, lists and scalars.
        given: Parameters that the stack gives.
        wording: Puts pydantic's findings into words.
        stated: Where the stack gives them.
    """
    parser = _Parser(wording)
    shell = parser.model(_Shell, value, ())
    if shell is None:
        return ParsedBundle(BundleConfig(), (), tuple(parser.problems), ((),))
    declared = {
        name: parameter
        for name, text in shell.parameters.items()
        if (parameter := parser.model(ParameterConfig, {} if text is None else text, ("parameters", name)))
    }
    values, problems = parameter_values(declared, given, ("parameters",), stated)
    parser.problems.extend(problems)
    substitution = Substitution(values, shell.parameters)
    parts = {
        section: substitution.replace(part, (section,))
        for section, part in (
            ("namespaces", dict(shell.namespaces)),
            ("workloads", dict(shell.workloads)),
            ("layers", list(shell.layers)),
        )
    }
    parser.problems.extend((*substitution.problems, *substitution.unused(("parameters",))))
    return _assemble(shell, parts, parser, substitution.unresolved)


def _assemble(shell: _Shell, parts: Mapping[str, Any], parser: _Parser, unresolved: Iterable[KeyPath]) -> ParsedBundle:
    layers = {
        position: layer
        for position, item in enumerate(parts["layers"])
        if (layer := parser.model(LayerConfig, item, ("layers", position)))
    }
    config = BundleConfig(
        description=shell.description,
        namespaces=parser.named(NamespaceConfig, parts["namespaces"], "namespaces"),
        workloads=parser.named(WorkloadConfig, parts["workloads"], "workloads"),
        layers=tuple(layers.values()),
    )
    told = tuple(unresolved)
    problems = (one for one in parser.problems if one.rule == PARAMETERS.id or not _below(one.path, told))
    return ParsedBundle(config, tuple(layers), tuple(problems), tuple(parser.skipped))


def _below(path: KeyPath, places: Iterable[KeyPath]) -> bool:
    return any(path[: len(place)] == place for place in places)
