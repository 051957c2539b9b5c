#!/usr/bin/env python3
"""Builds the real components that tests ask, each once, into `.conformance/`; prints the path of each.

    conformance/build.py [--modules | --where] [NAME ...]

Without names, everything. What is there already is not built again: a folder's name holds the version and a digest of
the sources. Needs Go and the network, nothing else of this project; Go keeps what it downloads and compiles in caches
of its own. It builds nothing with --modules, which prints where the sources of the components lie, as Go unpacked them,
and with --where, which prints where their programs are or would be.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parent / ".conformance"
GO = (1, 26)
NICENESS = 10
NO_GO = 3
"""Exit code where there is no Go that is new enough."""


@dataclass(frozen=True)
class Component:
    """What to build in a folder beside this file.

    Attributes:
        module: The Go module that it is about, whose version its go.mod says.
        package: What is compiled; `.` is a program of this project around the module.
        flags: What the linker puts in, with `{version}` for the module's version.
        minutes: Roughly, with two cores and nothing in Go's caches.
    """

    module: str
    package: str
    flags: str
    minutes: float


COMPONENTS = {
    "cilium": Component("github.com/cilium/cilium", ".", "", 3),
    "helm": Component("helm.sh/helm/v3", "helm.sh/helm/v3/cmd/helm", "", 1.5),
    "istio": Component("istio.io/istio", ".", "", 3),
    "etcd": Component("go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3", "", 1),
    "apiserver": Component(
        "k8s.io/kubernetes",
        "k8s.io/kubernetes/cmd/kube-apiserver",
        # it says its version by these alone, and some of its API depends on that
        "-X k8s.io/component-base/version.gitVersion={version}"
        " -X k8s.io/component-base/version.gitMajor={major} -X k8s.io/component-base/version.gitMinor={minor}",
        7,
    ),
}


def version_of(name: str) -> str:
    """The version of a component's module, as its go.mod says."""
    module = re.escape(COMPONENTS[name].module)
    text = (HERE / name / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"^(?:require\s+|\s+){module} (v\S+)", text, re.MULTILINE)
    if found is None:
        sys.exit(f"conformance/{name}/go.mod does not require {COMPONENTS[name].module}")
    return found[1]


def binary_of(name: str) -> Path:
    """Where a component's program is, or will be."""
    digest = hashlib.sha256()
    for file in sorted([*(HERE / name).glob("*.go"), HERE / name / "go.mod", HERE / name / "go.sum"]):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return OUTPUT / f"{name}-{version_of(name)}-{digest.hexdigest()[:12]}" / name


def check_go() -> None:
    """Ends the program where there is no Go that is new enough, or that could fetch one that is."""
    wanted = ".".join(map(str, GO))
    try:
        run = subprocess.run(
            ["go", "env", "GOVERSION"], cwd=HERE / "cilium", check=True, capture_output=True, text=True
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        say(f"conformance needs Go {wanted} or newer, and there is no go on PATH; install it from https://go.dev/dl/")
        sys.exit(NO_GO)
    found = re.match(r"go(\d+)\.(\d+)", run.stdout)
    if found is None or (int(found[1]), int(found[2])) < GO:
        say(f"conformance needs Go {wanted} or newer, found {run.stdout.strip()}; install it from https://go.dev/dl/")
        sys.exit(NO_GO)


def build(name: str) -> Path:
    """Builds a component unless it is there."""
    binary = binary_of(name)
    if binary.exists():
        return binary
    component, version = COMPONENTS[name], version_of(name)
    say(f"building {name} ({component.module} {version}); once, about {component.minutes:g} minutes with two cores")
    started = time.monotonic()
    binary.parent.mkdir(parents=True, exist_ok=True)
    unfinished = binary.with_suffix(".unfinished")
    major, minor = version.removeprefix("v").split(".")[:2]
    linked = f"-s -w {component.flags.format(version=version, major=major, minor=minor)}"
    command = ["go", "build", "-trimpath", "-ldflags", linked, "-o", str(unfinished), component.package]
    if subprocess.run(command, cwd=HERE / name, check=False).returncode:
        sys.exit(f"conformance: {name} could not be built")
    unfinished.rename(binary)
    for older in OUTPUT.glob(f"{name}-v*"):
        if older != binary.parent:
            shutil.rmtree(older)
    say(f"built {name} in {time.monotonic() - started:.0f} s, {binary.stat().st_size / 1e6:.0f} MB")
    return binary


def sources_of(name: str) -> str:
    """The folder in which Go unpacked a component's module."""
    module = COMPONENTS[name].module
    subprocess.run(["go", "mod", "download", module], cwd=HERE / name, check=True, stdout=sys.stderr)
    command = ["go", "list", "-m", "-f", "{{.Dir}}", module]
    return subprocess.run(command, cwd=HERE / name, check=True, capture_output=True, text=True).stdout.strip()


def say(line: str) -> None:
    """Tells a person; paths alone go to the standard output."""
    sys.stderr.write(f"{line}\n")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Build the real components that tests ask, each once.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(COMPONENTS))
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--modules", action="store_true", help="only print where their sources lie")
    instead.add_argument("--where", action="store_true", help="only print where their programs are or would be")
    arguments = parser.parse_args()
    names = arguments.names or list(COMPONENTS)
    unknown = [name for name in names if name not in COMPONENTS]
    if unknown:
        parser.error(f"{unknown[0]!r} is none of {', '.join(COMPONENTS)}")
    if arguments.where:
        sys.stdout.writelines(f"{binary_of(name)}\n" for name in names)
        return
    check_go()
    if arguments.modules:
        sys.stdout.writelines(f"{sources_of(name)}\n" for name in names)
        return
    os.nice(NICENESS)
    OUTPUT.mkdir(exist_ok=True)
    with (OUTPUT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # never two builds at once
        sys.stdout.writelines(f"{build(name)}\n" for name in names)


if __name__ == "__main__":
    main()
