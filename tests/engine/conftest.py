"""Fixtures of the simulated providers, and the one line that says how to get the engine tests where they cannot run."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine import catalogue, shapes
from tests.engine.client import Client, connect
from tests.engine.harness import Engine
from tests.engine.kubernetes import Kubernetes
from tests.engine.provider import AzureNative
from tests.engine.server import SHAPES_FILE, VERSIONS, Simulator, serve, simulator
from tests.engine.shipped import STACKS, Shipped, deploy
from tests.engine.store import Store

SKIPPED = pytest.StashKey[int]()
FAULTS = pytest.StashKey[dict[str, int]]()
OLDEST_PULUMI = (3, 260)  # what pulumi's SDK 3.272 was tried with
HOW_TO_GET_IT = "install 3.260 or newer (https://www.pulumi.com/docs/install/), put it on PATH, run `make engine`"


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


@pytest.fixture(scope="session")
def pulumi() -> str:
    """The CLI, new enough for the SDK. The hook below skips a test before it gets here without one."""
    found = shutil.which("pulumi")
    assert found is not None
    version = subprocess.run([found, "version"], capture_output=True, text=True, check=True).stdout.strip().lstrip("v")
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_PULUMI:
        pytest.fail(f"`pulumi` {version} at {found} is too old for the SDK: {HOW_TO_GET_IT}")
    return found


@pytest.fixture
def engine(tmp_path: Path, shapes_file: Path, pulumi: str) -> Engine:
    """A stack of its own for the real engine; skips where there is no `pulumi`."""
    return Engine(tmp_path / "engine", pulumi, shapes_file)


@pytest.fixture(scope="session", params=STACKS)
def shipped(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shapes_file: Path, pulumi: str
) -> Shipped:
    """Each shipped stack in turn, deployed once for all tests."""
    return deploy(request.param, Engine(tmp_path_factory.mktemp(request.param) / "engine", pulumi, shapes_file))


@pytest.fixture
def count(pytestconfig: pytest.Config) -> Callable[[str, int], None]:
    """Adds faults of a kind to what is printed at the end of the run."""

    def add(kind: str, number: int) -> None:
        counted = pytestconfig.stash.setdefault(FAULTS, {})
        counted[kind] = counted.get(kind, 0) + number

    return add


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips the engine tests where there is no engine."""
    if item.get_closest_marker("engine") and shutil.which("pulumi") is None:
        item.config.stash[SKIPPED] = item.config.stash.get(SKIPPED, 0) + 1
        pytest.skip("no `pulumi` on PATH")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    """Says last of all, once, how many faults there were, and that engine tests were skipped and how to get them."""
    yield
    faults = config.stash.get(FAULTS, {})
    if faults:
        kinds = ", ".join(f"{number} {kind}" for kind, number in faults.items())
        terminalreporter.line(f"{sum(faults.values())} faults were injected: {kinds}")
    skipped = config.stash.get(SKIPPED, 0)
    if skipped:
        message = (
            f"{skipped} tests through the Pulumi engine did NOT run, there is no `pulumi` on PATH: {HOW_TO_GET_IT}"
        )
        terminalreporter.line(message, red=True, bold=True)
