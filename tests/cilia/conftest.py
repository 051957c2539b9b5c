"""A project in a directory of its own, in which the working directory is, at a fixed date and without colours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cilia.arguments import TODAY_VARIABLE

TODAY = "2026-08-21"
ROOT = Path(__file__).parents[2]
STACK = """\
config:
  azure-native:location: westeurope
  cilia:environment:
    resourceGroup: {name: rg-test}
  cilia:networks:
    main:
      addressSpace: [10.20.0.0/16]
      subnets:
        nodes: {cidr: 10.20.0.0/24}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      network: main
      networking: {mode: overlay, podCidr: 192.168.0.0/16, serviceCidr: 172.20.0.0/16}
      systemPool: {vmSize: Standard_D4ds_v5, subnet: nodes, count: 3, maxPods: 110}
"""
SHIPPED = sorted(file.name.split(".")[1] for file in (ROOT / "stacks").glob("Pulumi.*.yaml"))
"""The stacks that come with the project; each is listed by name in tests/test_program.py."""
WriteStack = Callable[..., Path]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same surroundings on every machine."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(TODAY_VARIABLE, TODAY)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the working directory."""
    (tmp_path / "Pulumi.yaml").write_text("name: cilia\nruntime: python\nstackConfigDir: stacks\n")
    (tmp_path / "stacks").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write_stack(project: Path) -> WriteStack:
    """Writes a stack file of the project: a clean one, in which pieces of text are replaced."""

    def write(name: str, *changes: tuple[str, str], text: str = STACK) -> Path:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = project / "stacks" / f"Pulumi.{name}.yaml"
        file.write_text(text)
        return file

    return write


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The real project, as the working directory."""
    monkeypatch.chdir(ROOT)
    return ROOT
