"""Fixtures of the real components; a test that needs one which is not built says how to get it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.conformance.apiserver import ApiServer, api_server
from tests.conformance.engines import Engines
from tests.conformance.oracles import HOW_TO_GET_IT, Oracle, program


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leaves these files alone where none of their tests runs: to list them, every bundle is compiled."""
    return True if "not conformance" in str(config.getoption("markexpr")) else None


def needs(*names: str) -> None:
    """Skips the test if one of the components is not built."""
    for name in names:
        if not program(name).exists():
            pytest.skip(f"{name} is not built: {HOW_TO_GET_IT}")


@pytest.fixture(scope="session")
def cilium() -> Iterator[Oracle]:
    """Cilium's policy engine."""
    needs("cilium")
    with Oracle("cilium") as oracle:
        yield oracle


@pytest.fixture(scope="session")
def istio() -> Iterator[Oracle]:
    """Istio's validation and authorization."""
    needs("istio")
    with Oracle("istio") as oracle:
        yield oracle


@pytest.fixture(scope="session")
def engines(cilium: Oracle, istio: Oracle) -> Engines:
    """Both, as in a cluster."""
    return Engines(cilium, istio)


@pytest.fixture(scope="session")
def engines_before_1_19(engines: Engines) -> Engines:
    """Both, with Cilium's selectors of peers as they were before 1.19."""
    return replace(engines, any_cluster=True)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """An API server with the real CRDs, and the namespaces that tests write to."""
    needs("etcd", "apiserver", "cilium", "istio")
    with api_server(tmp_path_factory.mktemp("apiserver")) as running:
        yield running
