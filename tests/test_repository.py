"""What holds for the repository as a whole: nothing of one machine, nothing undeclared, nothing unpinned."""

from __future__ import annotations

import fnmatch
import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.source_tree import PACKAGES, ROOT, imports_of, modules, project_files

# Written apart, so that this file does not contain what it looks for.
MACHINE_PATHS = tuple("/" + name + "/" for name in ("work", "root"))
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
    )
)
# Programs under tests/ that are run by their path or name, not imported.
TEST_PROGRAMS = ("tests/bench/*",)
# Data that lies beside code and is not part of the installed package: an environment is the user's own.
NOT_PACKAGED = ("stacks/Pulumi.*.yaml",)
# Where a distribution is not called like the module it brings.
DISTRIBUTIONS = {
    "google": "protobuf",
    "grpc": "grpcio",
    "pydantic_core": "pydantic",
    "ruamel": "ruamel-yaml",
    "yaml": "pyyaml",
}
LONGEST_FILE_LINES = 400

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = PROJECT["project"]["dependencies"]
DEVELOPMENT = PROJECT["project"]["optional-dependencies"]["dev"]


def canonical(requirement: str) -> str:
    """A distribution's name as installers compare it, from a requirement or a name."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~\[; ]", requirement)[0]).lower()


def pins() -> dict[str, str]:
    """The versions of constraints.txt by canonical name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {canonical(line): line.partition("==")[2] for line in lines if line and not line.startswith("#")}


def relative(file: Path) -> str:
    """A file's path below the project's root."""
    return file.relative_to(ROOT).as_posix()


def text_files() -> list[tuple[str, str]]:
    """Path and content of every project file that is text."""
    found = []
    for file in project_files():
        content = file.read_bytes()
        if b"\0" not in content:
            found.append((relative(file), content.decode("utf-8")))
    return found


@pytest.mark.parametrize("unwanted", [*MACHINE_PATHS, *REGISTRIES])
def test_no_file_mentions_one_machine_or_a_package_registry(unwanted: str) -> None:
    pattern = re.compile(rf"(?<![\w./-]){re.escape(unwanted)}" if unwanted.startswith("/") else re.escape(unwanted))
    found = [
        f"{path}:{number}"
        for path, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_constraints_pin_each_package_once_and_exactly() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if not line.startswith("#")]
    assert [line for line in packages if not re.fullmatch(r"[A-Za-z0-9][\w.-]*==[\w.]+", line)] == []
    assert len(pins()) == len(packages)


def test_requirements_name_only_this_project_and_its_constraints() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["-c constraints.txt", "-e ."]


@pytest.mark.parametrize("requirement", [*RUNTIME, *DEVELOPMENT, *PROJECT["build-system"]["requires"]], ids=canonical)
def test_everything_declared_is_pinned(requirement: str) -> None:
    assert canonical(requirement) in pins()


@pytest.mark.parametrize(
    ("package", "version"),
    [("pulumi", "3.272.0"), ("pulumi-azure-native", "3.29.0"), ("pulumi-kubernetes", "4.34.2"), ("pydantic", "2.14.3")],
)
def test_versions_that_the_measurements_were_made_with_stay(package: str, version: str) -> None:
    assert version == pins()[package]


def third_party(files: list[Path]) -> set[str]:
    """The distributions that files import."""
    names = {found.module.split(".")[0] for file in files for found in imports_of(file)}
    own = {file.parent.name for file in ROOT.glob("*/__init__.py")} | {"__main__"}
    return {canonical(DISTRIBUTIONS.get(name, name)) for name in names - own - sys.stdlib_module_names}


def test_the_program_imports_what_it_declares_and_nothing_else() -> None:
    assert third_party(list(modules().values())) == {canonical(name) for name in RUNTIME}


def test_tests_import_nothing_undeclared() -> None:
    files = [file for file in project_files() if file.suffix == ".py" and relative(file).startswith("tests/")]
    assert third_party(files) - {canonical(name) for name in [*RUNTIME, *DEVELOPMENT]} == set()


def test_every_file_under_tests_is_run_by_pytest_or_used_by_one_that_is() -> None:
    files = [file for file in project_files() if file.suffix == ".py" and relative(file).startswith("tests/")]
    used = {found.module for file in files for found in imports_of(file)}
    known = ("test_*.py", "conftest.py", "__init__.py")
    strays = [
        relative(file)
        for file in files
        if not any(fnmatch.fnmatch(file.name, pattern) for pattern in known)
        and not any(fnmatch.fnmatch(relative(file), pattern) for pattern in TEST_PROGRAMS)
        and relative(file).removesuffix(".py").replace("/", ".") not in used
    ]
    assert strays == []


def test_data_beside_code_is_part_of_the_installed_package() -> None:
    data = PROJECT["tool"]["setuptools"]["package-data"]
    packaged = [f"{package.replace('.', '/')}/{pattern}" for package, patterns in data.items() for pattern in patterns]
    missing = [
        relative(file)
        for file in project_files()
        if relative(file).startswith(tuple(f"{package}/" for package in PACKAGES))
        and file.suffix != ".py"
        and not any(fnmatch.fnmatch(relative(file), pattern) for pattern in [*packaged, *NOT_PACKAGED])
    ]
    assert missing == []


def test_no_source_file_is_too_long_to_be_read_in_one_go() -> None:
    long = {
        relative(file): lines
        for file in project_files()
        if file.suffix == ".py" and (lines := len(file.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE_LINES
    }
    assert long == {}


@pytest.mark.parametrize("workflow", sorted((ROOT / ".github/workflows").glob("*.yml")), ids=lambda file: file.name)
def test_workflows_pin_actions_by_commit(workflow: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", workflow.read_text(encoding="utf-8"))
    assert used
    assert [
        name + comment
        for name, comment in used
        if not name.startswith("./") and not re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", name + comment)
    ] == []


def test_the_pulumi_command_line_in_ci_has_the_version_of_the_sdk() -> None:
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert [pins()["pulumi"]] == re.findall(r"pulumi-version: (\S+)", workflow)


@pytest.mark.parametrize("page", [path for path, _ in text_files() if path.endswith(".md")])
def test_paths_that_guides_name_exist(page: str) -> None:
    top = "|".join(sorted({relative(file).split("/")[0] for file in project_files() if "/" in relative(file)}))
    named = re.findall(rf"`((?:{top})/[\w./-]*)`", (ROOT / page).read_text(encoding="utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []
