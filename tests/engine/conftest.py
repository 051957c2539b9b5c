"""Fixtures of the simulated providers, and the one line that says how to get the engine tests where they cannot run."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine import catalogue, shapes
from tests.engine.client import Client, connect
from tests.engine.harness import Engine
from tests.engine.kubernetes import Kubernetes
from tests.engine.provider import AzureNative
from tests.engine.server import SHAPES_FILE, VERSIONS, Simulator, serve, simulator
from tests.engine.store import Store

SKIPPED = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def shapes_file(request: pytest.FixtureRequest) -> Path:
    """The schema of every type in the catalogue; made anew when the SDK, the catalogue or its reader changes."""
    sources = [Path(module.__file__ or "").read_bytes() for module in (shapes, catalogue)]
    version = importlib.metadata.version("pulumi-azure-native").encode()
    digest = hashlib.sha256(version + b"".join(sources)).hexdigest()[:16]
    assert request.config.cache is not None
    path = request.config.cache.mkdir("engine") / f"shapes-{digest}.json"
    if not path.exists():
        path.write_text(shapes.describe(catalogue.KINDS))
    return path


@pytest.fixture(scope="session")
def served(shapes_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Simulator, Any]]]:
    """One server for each provider, with its stub; every test gives them a cloud of its own."""
    folder = tmp_path_factory.mktemp("nowhere")
    shutil.copy(shapes_file, folder / SHAPES_FILE)
    with contextlib.ExitStack() as stack:
        result = {}
        for package in VERSIONS:
            # a crash must not take the test run along: the caller sees the call fail
            made = simulator(package, folder, lambda: None)
            server, port = serve(made)
            channel, stub = connect(port)
            stack.callback(server.stop, 0)
            stack.callback(channel.close)
            result[package] = (made, stub)
        yield result


@pytest.fixture
def cloud(tmp_path: Path) -> Store:
    """An empty simulated cloud."""
    return Store(tmp_path / "cloud")


@pytest.fixture
def azure(cloud: Store, served: dict[str, tuple[Simulator, Any]]) -> Client:
    """azure-native behind its stub, configured for westeurope."""
    made, stub = served["azure-native"]
    assert isinstance(made.provider, AzureNative)
    made.store, made.provider = cloud, AzureNative(cloud, made.provider.shapes)
    client = Client(stub, cloud)
    client.configure(location="westeurope")
    return client


@pytest.fixture
def kubernetes(cloud: Store, served: dict[str, tuple[Simulator, Any]]) -> Client:
    """The kubernetes provider behind its stub, not configured."""
    made, stub = served["kubernetes"]
    made.store, made.provider = cloud, Kubernetes(cloud)
    return Client(stub, cloud, "kubernetes")


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path, shapes_file: Path) -> Engine:
    """A stack of its own for the real engine; skips where there is no `pulumi`."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        request.config.stash[SKIPPED] = request.config.stash.get(SKIPPED, 0) + 1
        pytest.skip("no `pulumi` on PATH")
    return Engine(tmp_path / "engine", pulumi, shapes_file)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says once, at the end, that engine tests were skipped and how to get them."""
    skipped = config.stash.get(SKIPPED, 0)
    if skipped:
        how = "install it (https://www.pulumi.com/docs/install/, 3.260 or newer), put it on PATH and run `make engine`"
        terminalreporter.section("SKIPPED: the engine tests", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{skipped} tests through the Pulumi engine did not run: no `pulumi` on PATH; {how}", red=True
        )
