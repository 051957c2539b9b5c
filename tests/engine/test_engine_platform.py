"""What is around a cluster, through the engine: identities, private names, Entra, windows, and pools that go."""

from __future__ import annotations

import pytest

from tests.engine.harness import Engine, Outcome

pytestmark = pytest.mark.engine

STACK_FILE = """
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-test}}
  cilia:networks:
    hub: {addressSpace: [10.0.0.0/16]}
    main:
      addressSpace: [10.20.0.0/16]
      privateDnsZones: {aks: {name: shop.private.westeurope.azmk8s.io, linkedNetworks: {hub: hub}}}
      subnets: {nodes: {cidr: 10.20.0.0/24}, api: {cidr: 10.20.1.0/28}}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      network: main
      networking: {mode: overlay, podCidr: 192.168.0.0/16}
      apiServer: {enablePrivateCluster: true, privateDNSZone: aks, enableVnetIntegration: true, subnet: api}
      aadProfile: {adminGroupObjectIDs: [11111111-2222-3333-4444-555555555555]}
      kubeletIdentity: {}
      maintenanceConfigurations:
        aksManagedAutoUpgradeSchedule: {schedule: {weekly: {dayOfWeek: Sunday}}, startTime: "02:00"}
      systemPool: {subnet: nodes, count: 3}
      pools:
        batch: {scaleSetPriority: Spot, subnet: nodes, minCount: 0, maxCount: 5}
        POOL
"""
USER = "user: {subnet: nodes, minCount: 3, maxCount: 5 STATE}"


def edited(engine: Engine, pool: str = "") -> Outcome:
    """What `pulumi up` does after an edit of the stack file."""
    engine.environment["CILIA_TODAY"] = "2026-08-21"
    engine.repository(STACK_FILE.replace("POOL", pool))
    return engine.up("--skip-preview")


def test_private_cluster_with_everything_around_it_goes_up_and_settles(engine: Engine) -> None:
    up = edited(engine)
    assert (up.code, up.errors) == (0, [])
    made = up.ops()
    assert {label for label in made if label.startswith(("PrivateZone", "VirtualNetworkLink", "Maintenance"))} == {
        "PrivateZone main-aks",
        "VirtualNetworkLink main-aks-own",
        "VirtualNetworkLink main-aks-hub",
        "MaintenanceConfiguration main-aksManagedAutoUpgradeSchedule",
    }
    assert engine.settled()
    resources = engine.resources()
    cluster = resources["ManagedCluster main"]["inputs"]
    zone, kubelet = resources["PrivateZone main-aks"]["id"], resources["UserAssignedIdentity main-kubelet"]
    assert cluster["apiServerAccessProfile"]["privateDNSZone"] == zone
    assert cluster["identityProfile"]["kubeletidentity"] == {
        "resourceId": kubelet["id"],
        "clientId": kubelet["outputs"]["clientId"],
        "objectId": kubelet["outputs"]["principalId"],
    }
    assert cluster["disableLocalAccounts"] is True
    order = [step.label for step in up.steps()]
    before = order.index("ManagedCluster main")
    for right in ("main-zone-aks", "main-network-main", "main-subnet-api", "main-kubelet-identity"):
        assert order.index(f"RoleAssignment {right}") < before
    assert order.index("VirtualNetworkLink main-aks-hub") < before


def test_pool_goes_in_two_steps_and_not_in_one(engine: Engine) -> None:
    assert edited(engine, USER.replace(" STATE", "")).code == 0

    refused = edited(engine)
    assert refused.code != 0
    assert any("main-user" in error and "protect" in error for error in refused.errors)

    retired = edited(engine, USER.replace(" STATE", ", state: retiring"))
    assert (retired.code, retired.ops()) == (0, {"AgentPool main-user": "update"})
    (step,) = retired.steps()
    assert {path.partition("[")[0] for path in step.detailed} == {"minCount", "nodeTaints"}

    gone = edited(engine)
    assert (gone.code, gone.errors, gone.ops()) == (0, [], {"AgentPool main-user": "delete"})
    assert engine.settled()
