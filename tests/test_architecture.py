"""Who may import whom: imports point down only, and what answers offline never loads Pulumi."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cilia.main import VERBS
from tests.source_tree import PACKAGES, ROOT, Import, imports_of, loaded_by, modules

BASE = ("components.facts", "components.manifests", "components.problems", "components.rules", "components.values")
AREAS = sorted(
    f"components.{file.parent.name}"
    for file in (ROOT / "components").glob("*/__init__.py")
    if file.parent.name != "facts"
)
# Per part, which parts of the project it may import beside itself. The longest name that fits a module decides.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "__main__": ("stacks",),
    "cilia": ("stacks", "components", "policies"),
    "stacks": ("components", "policies"),
    "policies": BASE,
    "components": (),
    **dict.fromkeys(AREAS, BASE),
    "components.outputs": ("components.values",),
    "components.manifests": ("components.values",),
    "components.in_cluster": ("components.manifests", "components.outputs"),
    "components.values": ("components.facts", "components.rules"),
    "components.rules": ("components.problems",),
    "components.problems": (),
    "components.facts": (),
}
RESOURCE_FILES = tuple(name for name in modules() if name.endswith(".resources"))
# Where outputs take the place of references; everything else works on plain values.
MAY_IMPORT.update(dict.fromkeys(RESOURCE_FILES, (*BASE, "components.in_cluster", "components.outputs")))

PULUMI = ("pulumi", "pulumi_azure_native", "pulumi_kubernetes", "grpc", "google")
# The only files that speak to Pulumi themselves: the program, and the recorder that takes the engine's place.
SPEAKS_PULUMI = {
    "__main__",
    "components.in_cluster",
    "components.outputs",
    "stacks.build",
    *RESOURCE_FILES,
    *(
        f"cilia.{name}"
        for name in ("answers", "failures", "monitor", "options", "record", "surroundings", "trace", "wire")
    ),
}
# Verbs that run the program; the others answer without Pulumi.
RUNS_THE_PROGRAM = {"preview"}


def part_of(module: str) -> str:
    """The row of the table that a module belongs to."""
    return max((part for part in MAY_IMPORT if within(module, part)), key=len)


def within(module: str, *parts: str) -> bool:
    """Whether a module is one of the parts, or below one."""
    return any(module == part or module.startswith(f"{part}.") for part in parts)


def own_part(module: str) -> str:
    """What a module may always import from: its area, its package, or its directory of facts."""
    return module.removesuffix(".resources") if module in RESOURCE_FILES else part_of(module)


def pulumi_loaded_by(module: str) -> dict[str, str]:
    """What importing a module loads of Pulumi, and which module brings each in."""
    return {name: by for name, by in loaded_by(module).items() if within(name, *PULUMI)}


def listed(module: str, found: Import) -> str:
    """An import as a failing test shows it."""
    return f"{modules()[module].relative_to(ROOT)}:{found.line} imports {found.module}"


def test_imports_point_down_only() -> None:
    upwards = [
        listed(module, found)
        for module, file in modules().items()
        for found in imports_of(file)
        if within(found.module, *PACKAGES, "tests", "__main__")
        and not within(found.module, own_part(module), *MAY_IMPORT[part_of(module)])
    ]
    assert upwards == []


def test_no_area_imports_another_area() -> None:
    across = [
        listed(module, found)
        for area in AREAS
        for module, file in modules().items()
        if within(module, area)
        for found in imports_of(file)
        if within(found.module, *AREAS) and not within(found.module, area)
    ]
    assert across == []


def test_configuration_knows_nothing_of_what_follows_from_it() -> None:
    backwards = [
        listed(module, found)
        for module, file in modules().items()
        if module.endswith(".config")
        for found in imports_of(file)
        if found.module.endswith((".plan", ".resources", ".build"))
    ]
    assert backwards == []


def test_facts_and_plans_need_nothing_but_the_standard_library() -> None:
    third_party = [
        listed(module, found)
        for module, file in modules().items()
        if within(module, "components.facts") or module.endswith(".plan")
        for found in imports_of(file)
        if not within(found.module, *PACKAGES) and found.module.split(".")[0] not in sys.stdlib_module_names
    ]
    assert third_party == []


def test_only_the_program_and_the_recorder_import_pulumi() -> None:
    speakers = {
        module for module, file in modules().items() for found in imports_of(file) if within(found.module, *PULUMI)
    }
    assert speakers - SPEAKS_PULUMI == set()


@pytest.mark.parametrize(
    "module", sorted(name for name in modules() if name not in SPEAKS_PULUMI and not within(name, "cilia"))
)
def test_everything_below_the_command_line_loads_without_pulumi(module: str) -> None:
    assert pulumi_loaded_by(module) == {}


@pytest.mark.parametrize("verb", ["main", *sorted(set(VERBS) - RUNS_THE_PROGRAM)])
def test_verbs_that_do_not_run_the_program_load_without_pulumi(verb: str) -> None:
    assert pulumi_loaded_by(f"cilia.{verb}") == {}


def test_validate_of_every_stack_leaves_pulumi_unloaded() -> None:
    program = (
        "import json, sys\n"
        "from cilia.main import main\n"
        "code = main(['validate', '-o', 'json'])\n"
        "json.dump({'code': code, 'modules': sorted(sys.modules)}, sys.stderr)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    seen = json.loads(run.stderr.splitlines()[-1])
    assert seen["code"] in (0, 1), run.stdout
    assert [name for name in seen["modules"] if within(name, *PULUMI)] == []


@pytest.mark.parametrize(
    "file",
    sorted(str(file.relative_to(ROOT)) for package in PACKAGES for file in (ROOT / package).rglob("__init__.py")),
)
def test_package_files_are_empty(file: str) -> None:
    assert Path(ROOT, file).read_bytes() == b""
