"""Moving a cluster between versions of Azure's API: an update in place each way, always in the same subscription."""

from __future__ import annotations

import pytest

from tests.engine.harness import Engine, Outcome

pytestmark = pytest.mark.engine

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
STACK_FILE = f"""
config:
  azure-native:location: westeurope
  azure-native:subscriptionId: {SUBSCRIPTION}
  cilia:environment: {{resourceGroup: {{name: rg-test}}}}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      API_VERSION
      networking: {{mode: overlay, podCidr: 192.168.0.0/16}}
      acns: {{observability: true, security: true ENCRYPTION}}
      systemPool: {{count: 3}}
      pools: {{user: {{count: 3}}}}
"""
CLUSTER, POOL = "ManagedCluster main", "AgentPool main-user"
ENCRYPTION = "networkProfile.advancedNetworking.security.transitEncryption"


def stack_file(version: str = "", encryption: str = "") -> str:
    """The stack file, with an API version and with what only that has."""
    said = f'apiVersion: "{version}"' if version else ""
    wanted = f", transitEncryption: {encryption}" if encryption else ""
    return STACK_FILE.replace("API_VERSION", said).replace(" ENCRYPTION", wanted)


def edited(engine: Engine, version: str = "", encryption: str = "") -> Outcome:
    """What `pulumi up` does after an edit of the stack file."""
    engine.repository(stack_file(version, encryption))
    outcome = engine.up("--skip-preview")
    assert (outcome.code, outcome.errors) == (0, [])
    return outcome


def test_a_cluster_moves_between_api_versions_in_place_and_its_pools_follow(engine: Engine) -> None:
    engine.environment["CILIA_TODAY"] = "2026-08-21"
    edited(engine)
    made = engine.resources()[CLUSTER]["id"]
    assert SUBSCRIPTION in made

    newer = edited(engine, "2026-05-01", "WireGuard")
    assert newer.ops() == {
        CLUSTER: "update",
        POOL: "update",
        "azure-native_containerservice_v20260501 main": "create",
    }
    assert engine.settled()
    resources = engine.resources()
    assert (resources[CLUSTER]["id"], resources[CLUSTER]["outputs"]["azureApiVersion"]) == (made, "2026-05-01")
    assert resources[POOL]["outputs"]["azureApiVersion"] == "2026-05-01"
    provider = resources["azure-native_containerservice_v20260501 main"]["inputs"]
    assert (provider["subscriptionId"], provider["location"]) == (SUBSCRIPTION, "westeurope")

    older = edited(engine, "2026-01-01", "WireGuard")
    (step,) = [step for step in older.steps() if step.label == CLUSTER]
    assert (step.op, step.detailed) == ("update", {"azureApiVersion": "update"})

    assert edited(engine).ops()[CLUSTER] == "update"
    assert engine.settled()
    assert engine.resources()[CLUSTER]["type"] == "azure-native:containerservice:ManagedCluster"
    assert len(engine.cloud.calls("Delete")) == 0


def test_wireguard_is_one_update_in_place_and_no_drift(engine: Engine) -> None:
    engine.environment["CILIA_TODAY"] = "2026-08-21"
    edited(engine, "2026-05-01")

    changed = edited(engine, "2026-05-01", "WireGuard")

    assert [(step.label, step.op, step.detailed) for step in changed.steps()] == [
        (CLUSTER, "update", {f"{ENCRYPTION}.type": "update"})
    ]
    assert engine.refresh("--skip-preview").drifted() == set()
    assert engine.settled()
