"""A system pool that is autoscaled keeps its number of nodes, whatever Azure's order of pools is."""

from __future__ import annotations

import pytest

from tests.engine import arm
from tests.engine.estate import POOLS
from tests.engine.harness import Engine

pytestmark = pytest.mark.engine

STACK_FILE = """
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-test}, protect: false}
  cilia:networks:
    main: {addressSpace: [10.20.0.0/16], subnets: {nodes: {cidr: 10.20.0.0/24}}}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      network: main
      networking: {mode: overlay, podCidr: 192.168.0.0/16, serviceCidr: 172.20.0.0/16}
      systemPool: {subnet: nodes, minCount: 3, maxCount: 10, nodeLabels: {edition: EDITION}}
      pools: {NAME: {subnet: nodes, count: 8}}
"""


def stack_file(name: str, edition: str = "one") -> str:
    return STACK_FILE.replace("NAME", name).replace("EDITION", edition)


def counts(engine: Engine) -> dict[str, int]:
    """Nodes of each pool."""
    pools = [found for found in engine.cloud.snapshot().values() if arm.type_of(found.id) == POOLS]
    return {pool.name: pool.body["count"] for pool in pools}


def test_edit_after_a_refresh_leaves_the_autoscalers_number_alone(engine: Engine) -> None:
    engine.environment["CILIA_TODAY"] = "2026-08-21"
    engine.repository(stack_file("work"))
    assert engine.up("--skip-preview").failures == []
    system = next(found.id for found in engine.cloud.snapshot().values() if found.id.endswith("/agentPools/system"))
    with engine.cloud.drift(system) as body:
        body["count"] = 5
    assert engine.refresh("--skip-preview").failures == []

    engine.repository(stack_file("work", "two"))
    up = engine.up("--skip-preview")

    assert up.failures == []
    assert up.ops() == {"ManagedCluster main": "update"}
    assert counts(engine) == {"system": 5, "work": 8}


def test_pool_whose_number_the_system_pool_would_get_is_refused_before_anything_happens(engine: Engine) -> None:
    engine.environment["CILIA_TODAY"] = "2026-08-21"
    engine.repository(stack_file("apps"))

    up = engine.up("--skip-preview")

    assert up.code != 0
    assert any("'apps' sorts before the system pool 'system'" in error for error in up.errors)
    assert engine.cloud.snapshot() == {}
