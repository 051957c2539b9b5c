"""Shows what reviewers see: a temporary repository with this project in it, some pull requests, and their comments.

    python -m tools.demo_pr [--write]

Prints the comments; with `--write` they go to docs/review-examples.md.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / "docs" / "review-examples.md"
PROJECT = ("Pulumi.yaml", "__main__.py", "components", "policies", "stacks")
TODAY = "2026-08-21"
STACK = """\
config:
  azure-native:location: westeurope
  cilia:environment:
    resourceGroup: {name: rg-shop}
    tags: {env: prod}
    protect: true
  cilia:networks:
    main:
      addressSpace: [10.20.0.0/16]
      subnets:
        nodes: {cidr: 10.20.0.0/24}
        tools: {size: /26}
        jobs: {size: /26}
  cilia:clusters:
    main:
      kubernetesVersion: "1.34"
      network: main
      networking: {mode: overlay, podCidr: 192.168.0.0/18, serviceCidr: 172.20.0.0/16}
      systemPool: {vmSize: Standard_D4ds_v5, subnet: nodes, count: 3, maxPods: 110}
      pools:
        general: {vmSize: Standard_D8ds_v5, subnet: nodes, minCount: 3, maxCount: 10, maxPods: 110}
        batch: {vmSize: Standard_D8ds_v5, subnet: jobs, minCount: 1, maxCount: 4, maxPods: 110, protect: false}
"""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A change of the stack file.

    Attributes:
        title: What its author calls it.
        edits: Text of the stack file and what takes its place.
    """

    title: str
    edits: tuple[tuple[str, str], ...]


PULL_REQUESTS = {
    "harmless": PullRequest("More room for the general pool", (("maxCount: 10", "maxCount: 14"),)),
    "rolling": PullRequest(
        "Azure Linux on the general pool", (("general: {vmSize", "general: {osSKU: AzureLinux, vmSize"),)
    ),
    "one way": PullRequest("Kubernetes 1.35", (('"1.34"', '"1.35"'),)),
    "replacing": PullRequest(
        "Larger machines for batch jobs", (("batch: {vmSize: Standard_D8", "batch: {vmSize: Standard_D16"),)
    ),
    "refused": PullRequest(
        "A larger range for pods, and for tools",
        (("192.168.0.0/18", "192.168.0.0/17"), ("tools: {size: /26}", "tools: {size: /25}")),
    ),
}


@contextmanager
def repository(stack: str, text: str) -> Iterator[Path]:
    """A repository with this project and one stack in its first commit, on branch `main`; gone afterwards."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory).resolve()
        for name in PROJECT:
            source = ROOT / name
            if source.is_dir():
                unwanted = shutil.ignore_patterns("Pulumi.*.yaml", "__pycache__")
                shutil.copytree(source, place / name, ignore=unwanted)
            else:
                shutil.copy(source, place / name)
        file = place / "stacks" / f"Pulumi.{stack}.yaml"
        file.write_text(text, encoding="utf-8")
        _git(place, "init", "--quiet", "--initial-branch=main")
        _git(place, "add", "--all")
        _git(place, "commit", "--quiet", "--message=main")
        yield place


def _git(place: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=demo", "-c", "user.email=demo@example.com", "-c", "commit.gpgSign=false")
    subprocess.run(["git", *settings, *arguments], cwd=place, check=True)  # noqa: S603, S607 - our own, from PATH


def comment(place: Path, request: PullRequest) -> str:
    """The comment on a pull request."""
    text = STACK
    for old, new in request.edits:
        if old not in text:
            sys.exit(f"demo: {old!r} is not in the stack file any more")
        text = text.replace(old, new)
    (place / "stacks" / "Pulumi.shop.yaml").write_text(text, encoding="utf-8")
    run = subprocess.run(  # noqa: S603 - this Python, this project
        [sys.executable, "-m", "cilia", "preview", "shop", "--against", "main", "-o", "md", "--today", TODAY],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if not run.stdout:
        sys.exit(f"demo: {run.stderr}")
    # the commit depends on every file of this project
    return re.sub(r"`main` \(\w{7}\)", "`main`", run.stdout).strip()


def page() -> Iterator[str]:
    """The page with all comments, piece by piece."""
    yield (
        "# Reviews by example\n\nWhat `cilia preview --against main -o md` says of five pull requests to one stack,"
        " as `make demo-pr`"
        " prints it; made by `python -m tools.demo_pr --write`.\nThe verdict comes first, dangers are open, the rest"
        " is folded."
        f" See [review.md](review.md).\n\nThe stack:\n\n```yaml\n{STACK}```\n"
    )
    with repository("shop", STACK) as place:
        for kind, request in PULL_REQUESTS.items():
            yield section(kind, request, comment(place, request))


def section(kind: str, request: PullRequest, said: str) -> str:
    """A pull request on the page: what it edits, and the comment on it as a quotation."""
    lines = "".join(f"-{old}\n+{new}\n" for old, new in request.edits)
    quoted = "".join(f"> {line}".rstrip() + "\n" for line in said.splitlines())
    quoted = quoted.replace("> ## ", "> ### ").replace("> ### shop", "> #### shop")
    return f"\n## {kind.capitalize()}: {request.title}\n\n```diff\n{lines}```\n\n{quoted}"


def main() -> None:
    """Prints the page, or writes it."""
    if "--write" in sys.argv[1:]:
        OUTPUT.write_text("".join(page()), encoding="utf-8")
        return
    for piece in page():
        sys.stdout.write(piece)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
