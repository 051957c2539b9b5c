"""How fast the toolkit is, as ratios of two times taken in the same run: `make bench`.

A ratio holds on any machine; the times beside it are this one's, in seconds of processor time, which on an idle machine
is the time one waits. The two sides of a ratio run in turn, each in a fresh process, and their medians are compared, so
that neither a slow start nor another program's load is on one side only.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import yaml

from tools.demo_pr import repository

ROOT = Path(__file__).parent.parent.parent
STACK_FILE = ROOT / "stacks" / "Pulumi.prod.yaml"
TODAY = "2026-08-21"
PYDANTIC = "import pydantic; pydantic.BaseModel"
COMMAND_REPEATS = 15
FLEET_REPEATS = 3
REVIEW_REPEATS = 5


@dataclass(frozen=True, slots=True)
class Ratio:
    """One comparison.

    Attributes:
        title: What is compared with what.
        target: The ratio that is aimed at, or below.
        repeats: How often each side runs.
        ours: Runs our side once and returns its seconds.
        theirs: Runs the other side once and returns its seconds.
    """

    title: str
    target: float
    repeats: int
    ours: Callable[[], float]
    theirs: Callable[[], float]

    def measure(self) -> tuple[float, float]:
        """The two medians, in seconds; a first run of each only warms up where it is cheap."""
        if self.repeats >= COMMAND_REPEATS:
            self.ours()
            self.theirs()
        pairs = [(self.ours(), self.theirs()) for _ in range(self.repeats)]
        return median(ours for ours, _ in pairs), median(theirs for _, theirs in pairs)


def python(*arguments: str, place: Path = ROOT) -> str:
    """Runs this Python in the project, or in a copy of it, and returns what it printed.

    Raises:
        SystemExit: It failed, so that there is nothing to measure.
    """
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        sys.exit(
            f"bench: {' '.join(arguments)[:200]} failed with exit code {run.returncode}\n{run.stderr or run.stdout}"
        )
    return run.stdout


def seconds(*arguments: str, place: Path = ROOT) -> float:
    """What this Python takes for something, start and end of the process included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    python(*arguments, place=place)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cilia(*words: str) -> list[str]:
    """The arguments that run a command of the toolkit."""
    return ["-m", "cilia", *words, "--today", TODAY]


def without_policies(directory: Path) -> Path:
    """The production stack's file, or a copy without its policies."""
    content = yaml.safe_load(STACK_FILE.read_text(encoding="utf-8"))
    if "cilia:policies" not in content["config"]:
        return STACK_FILE
    del content["config"]["cilia:policies"]
    file = directory / STACK_FILE.name
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def sdk_imports(stack_file: Path) -> str:
    """A program that imports the SDK modules that a preview loads, all of them, and does nothing else."""
    seen = python(
        "-c",
        "import sys\n"
        "from cilia.main import main\n"
        f"code = main({cilia('preview', str(stack_file))[2:]!r} + ['-o', 'json'])\n"
        "sdk = ('pulumi', 'pulumi_azure_native', 'pulumi_kubernetes')\n"
        "print('\\n' + ' '.join(name for name in sys.modules if name.split('.')[0] in sdk))\n"
        "sys.exit(code)",
    ).splitlines()[-1]
    # one by one: importing a service alone leaves a stand-in that loads nothing until it is touched
    return f"import importlib\nfor name in {seen!r}.split():\n    importlib.import_module(name)"


def fleet(program: str, made: dict[str, dict[str, int]]) -> float:
    """What one of the two programs of the fleet takes, in seconds; `made` gets what it made."""
    answer = json.loads(python("-m", "tests.bench.fleet", program))
    made[program] = answer["resources"]
    return float(answer["seconds"])


def main() -> None:
    """Measures everything and prints a table."""
    made: dict[str, dict[str, int]] = {}
    content = STACK_FILE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as directory, repository("prod", content) as edited:
        (edited / "stacks" / STACK_FILE.name).write_text(
            content.replace("env: prod", "env: production"), encoding="utf-8"
        )
        stack_file = without_policies(Path(directory))
        imports = sdk_imports(stack_file)
        ratios = (
            Ratio(
                "validate of prod / importing pydantic",
                4.0,
                COMMAND_REPEATS,
                lambda: seconds(*cilia("validate", str(STACK_FILE))),
                lambda: seconds("-c", PYDANTIC),
            ),
            Ratio(
                "preview of prod without policies / importing its SDK modules",
                1.3,
                COMMAND_REPEATS,
                lambda: seconds(*cilia("preview", str(stack_file))),
                lambda: seconds("-c", imports),
            ),
            Ratio(
                "preview of prod against another revision / preview of prod",
                2.5,
                REVIEW_REPEATS,
                lambda: seconds(*cilia("preview", "prod", "--against", "main", "-o", "json"), place=edited),
                lambda: seconds(*cilia("preview", "prod", "-o", "json"), place=edited),
            ),
            Ratio(
                "program of 100 clusters / the same resources flat, with aliases",
                0.15,
                FLEET_REPEATS,
                lambda: fleet("components", made),
                lambda: fleet("flat", made),
            ),
        )
        write(f"{'':64}{'ours':>9}{'theirs':>9}{'ratio':>8}{'target':>8}")
        for ratio in ratios:
            ours, theirs = ratio.measure()
            verdict = "PASS" if ours / theirs <= ratio.target else "over"
            write(f"{ratio.title:64}{ours:8.2f}s{theirs:8.2f}s{ours / theirs:8.3f}{ratio.target:8.2f}  {verdict}")
    if made["components"] != made["flat"]:
        sys.exit(f"bench: the two fleets differ: {made['components']} and {made['flat']}")


def write(line: str) -> None:
    """One line of the result, at once."""
    sys.stdout.write(f"{line.rstrip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
