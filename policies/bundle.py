"""A bundle for one cluster: its file read, and its part of what all of the cluster's bundles become."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from components.problems import PROJECT_NAMESPACE, KeyPath, Problem, errors
from components.rules import Rule
from components.values import shown
from policies.attachment import BundleReference
from policies.intents import Layer, Meaning, in_bundle
from policies.joint import Joint
from policies.library import Library, UnreadableFileError
from policies.lint.source import Source
from policies.manifests import Manifest, adopt, in_order, is_addressed
from policies.parse import ParsedBundle, Wording, parse_bundle
from policies.resolve import speaks_http, unknown

NO_FILE = Rule(
    "BND-21",
    "Every bundle and every raw manifest that is named is a file",
    why="Nothing can be applied of what is not there.",
    fix="Correct the name, or add the file.",
    source="docs/policies.md",
)
ONE_MANIFEST = Rule(
    "BND-22",
    "A raw file holds one manifest",
    why="Each object is attributed, ordered and written on its own.",
    fix="Write a mapping with apiVersion, kind, metadata and spec; one file for each object.",
    source="docs/policies.md",
)

_BARE_PARAMETER = re.compile(r"""(?<!["'\w.-])\$\{[^}"']*\}""")
Line = Callable[[KeyPath], int]
Read = Callable[[bytes, str], tuple[object, Line, tuple[Problem, ...]]]
"""Reads one YAML document: its value, the line of a path in it, and what is wrong with it as YAML."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read and findings put into words; the stack's reader does both.

    Attributes:
        read: Reads one YAML document.
        wording: Puts pydantic's findings into words.
        library: Where bundles are.
    """

    read: Read
    wording: Wording
    library: Library


@dataclass(frozen=True, slots=True)
class BundlePlan:
    """A bundle for one cluster.

    Attributes:
        bundle: Its name.
        file: Its file.
        meaning: What it says itself; None where the file could not be read.
        parsed: What the file said; None likewise.
        manifests: What lands in the cluster, in that order; empty where there are errors.
        sources: The same for lints, with the lines of what people wrote.
        problems: Everything found, with file and line.
    """

    bundle: str
    file: str
    meaning: Meaning | None = None
    parsed: ParsedBundle | None = None
    manifests: tuple[Manifest, ...] = ()
    sources: tuple[Source, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def ports(self) -> dict[str, dict[str, tuple[str, int]]]:
        """Protocol and number of declared ports, by workload and name."""
        workloads = self.parsed.config.workloads if self.parsed else {}
        return {
            name: {port: (one.protocol, one.port) for port, one in workload.ports.items()}
            for name, workload in workloads.items()
        }

    @property
    def http_ports(self) -> dict[str, frozenset[int]]:
        """Numbers of ports that speak HTTP, by workload."""
        workloads = self.parsed.config.workloads if self.parsed else {}
        return {
            name: frozenset(one.port for port, one in workload.ports.items() if speaks_http(port, one))
            for name, workload in workloads.items()
        }

    @property
    def host_network(self) -> frozenset[str]:
        """Workloads that share their node's network."""
        workloads = self.parsed.config.workloads if self.parsed else {}
        return frozenset(name for name, workload in workloads.items() if workload.host_network)


@dataclass(frozen=True, slots=True)
class BundleFile:
    """A bundle's file as read.

    Attributes:
        bundle: The bundle.
        file: Its file; empty where there is none.
        parsed: What it said; None where it could not be read.
        line: Line of a path in it.
        problems: What is wrong with it as a file.
    """

    bundle: str
    file: str
    parsed: ParsedBundle | None
    line: Line
    problems: tuple[Problem, ...]


def read_bundle(reference: BundleReference, path: KeyPath, reading: Reading) -> BundleFile:
    """A bundle's file with this environment's parameters put in.

    Args:
        reference: The bundle's name, and the parameters.
        path: Where the stack file says so.
        reading: How and where files are read.
    """
    try:
        file = reading.library.bundle(reference.name)
    except UnreadableFileError as error:
        return _no_file(reference.name, NO_FILE.error((*path, "name"), str(error)))
    if file is None:
        message = unknown("bundle", reference.name, reading.library.names())
        return _no_file(reference.name, NO_FILE.error((*path, "name"), message))
    value, line, unreadable = reading.read(file.text, file.label)
    if errors(unreadable):
        return BundleFile(reference.name, file.label, None, line, _unquoted(unreadable, file.text))
    parsed = parse_bundle(value, reference.parameters, reading.wording, (*path, "parameters"))
    return BundleFile(reference.name, file.label, parsed, line, unreadable)


def _unquoted(problems: tuple[Problem, ...], text: bytes) -> tuple[Problem, ...]:
    """What is wrong with a file as YAML; where a parameter without quotes is the reason, with that said."""
    lines = dict(enumerate(text.decode(errors="replace").splitlines(), 1))
    found = []
    for problem in problems:
        bare = _BARE_PARAMETER.search(lines.get(problem.line or 0, ""))
        message = f'{problem.message}; inside brackets write "{bare[0]}" in quotes' if bare else problem.message
        found.append(replace(problem, message=message))
    return tuple(found)


def _no_file(bundle: str, problem: Problem) -> BundleFile:
    return BundleFile(bundle, "", None, lambda _: 1, (problem,))


def plan_bundle(file: BundleFile, joint: Joint, reading: Reading) -> BundlePlan:
    """A bundle's part of what all bundles of a cluster become; of raw layers all that is a manifest.

    Args:
        file: Its file.
        joint: All bundles that could be read.
        reading: How and where files are read.
    """
    meaning = joint.parts.get(file.bundle)
    if meaning is None:
        return BundlePlan(file.bundle, file.file, problems=file.problems)
    raw, missing = read_raw(meaning, reading)
    problems = [*file.problems, *_placed((*joint.problems[file.bundle], *missing), file.file, file.line)]
    adopted = [adopt(file.bundle, layer, one.object, path) for layer, path, one in raw if is_addressed(one.object)]
    manifests = joint.manifests.get(file.bundle, ())
    return BundlePlan(
        file.bundle,
        file.file,
        meaning,
        file.parsed,
        () if errors(problems) else in_order([*manifests, *adopted]),
        (*(source for *_, source in raw), *(_compiled(one, file) for one in manifests)),
        tuple(dict.fromkeys(problems)),
    )


def read_raw(
    meaning: Meaning, reading: Reading
) -> tuple[tuple[tuple[Layer, KeyPath, Source], ...], tuple[Problem, ...]]:
    """The manifests that raw layers name, with their layer and the place there, and what is wrong with their files."""
    found: list[tuple[Layer, KeyPath, Source]] = []
    problems: list[Problem] = []
    for layer, path, name in meaning.raw:
        try:
            file = reading.library.manifest(name)
        except UnreadableFileError as error:
            problems.append(NO_FILE.error(in_bundle(path)[1], str(error)))
            continue
        if file is None:
            message = f"there is no file {name!r} beside the bundle; correct the name, or add it"
            problems.append(NO_FILE.error(in_bundle(path)[1], message))
            continue
        value, line, unreadable = reading.read(file.text, file.label)
        problems.extend(unreadable)
        if errors(unreadable):
            continue
        if not isinstance(value, dict):
            message = f"{shown(value)} where a manifest is meant; write apiVersion, kind, metadata and spec"
            problems.append(replace(ONE_MANIFEST.error((), message), file=file.label, line=1))
            continue
        found.append((layer, path, Source(value, file.label, line)))
    return tuple(found), tuple(problems)


def _placed(problems: Iterable[Problem], file: str, line: Line) -> Iterator[Problem]:
    """Problems of a bundle at their lines; those about the stack file stay as they are."""
    for problem in problems:
        elsewhere = problem.file or (problem.path and str(problem.path[0]).startswith(f"{PROJECT_NAMESPACE}:"))
        yield problem if elsewhere else replace(problem, file=file, line=line(problem.path))


def _compiled(manifest: Manifest, file: BundleFile) -> Source:
    return Source(manifest.object, file.file, file.line, written=False, place=manifest.path)
