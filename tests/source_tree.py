"""The project's own files and imports, for tests about the project itself."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("components", "policies", "stacks", "cilia")


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement's target.

    Attributes:
        module: What is imported: a module of the project in full, else the name as written.
        line: Where.
        on_load: Whether importing the file imports it: neither inside a function nor for type checkers only.
    """

    module: str
    line: int
    on_load: bool


@functools.cache
def project_files() -> tuple[Path, ...]:
    """Every file that belongs to the project: what git tracks or would offer to add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(sorted(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()))


@functools.cache
def modules() -> dict[str, Path]:
    """The project's modules without its tests, by their full names."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return {_module_name(file): file for file in sorted([ROOT / "__main__.py", *files])}


def _module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def imports_of(file: Path) -> tuple[Import, ...]:
    """Everything a file imports, wherever the statement stands."""
    return tuple(_imports(ast.parse(file.read_text(encoding="utf-8")), on_load=True))


def _imports(node: ast.AST, *, on_load: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, on_load)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                submodule = f"{child.module}.{alias.name}"
                yield Import(submodule if _is_module(submodule) else str(child.module), child.lineno, on_load)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _for_type_checkers(child):
            yield from _imports(child, on_load=False)
        else:
            yield from _imports(child, on_load=on_load)


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def loaded_by(module: str) -> dict[str, str]:
    """Every module that importing one loads, and the module that brings it in."""
    brought: dict[str, str] = {}
    waiting = [module]
    while waiting:
        current = waiting.pop()
        file = modules().get(current)
        for found in imports_of(file) if file else ():
            if found.on_load and found.module not in brought:
                brought[found.module] = current
                waiting.append(found.module)
    return brought
