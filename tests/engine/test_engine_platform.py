"""What is around a cluster, through the engine: all that there is at once, private names, Entra, and pools that go."""

from __future__ import annotations

from collections import Counter

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


SHARED = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shared/providers"
VAULT = f"{SHARED}/Microsoft.KeyVault/vaults/kv-shop"
REGISTRY = f"{SHARED}/Microsoft.ContainerRegistry/registries/images"
STORAGE = f"{SHARED}/Microsoft.Storage/storageAccounts/shop"

PLATFORM = f"""
config:
  azure-native:location: westeurope
  cilia:environment: {{resourceGroup: {{name: rg-test}}, tags: {{env: test}}, protect: false}}
  cilia:monitoring:
    logAnalyticsWorkspaces: {{platform: {{}}}}
    azureMonitorWorkspaces: {{platform: {{}}}}
    grafana: {{platform: {{azureMonitorWorkspaces: [platform]}}}}
  cilia:networks:
    main:
      addressSpace: [10.40.0.0/16]
      natGateways: {{egress: {{publicIPs: 1}}}}
      privateDnsZones: {{aks: {{name: shop.private.westeurope.azmk8s.io}}}}
      subnets:
        nodes: {{cidr: 10.40.0.0/24, natGateway: egress}}
        gateways: {{cidr: 10.40.1.0/24}}
        api: {{cidr: 10.40.2.0/28}}
        auto: {{cidr: 10.40.3.0/24}}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      apiVersion: "2026-05-01"
      network: main
      networking: {{mode: overlay, podCidr: 192.168.0.0/16, outbound: {{type: userAssignedNATGateway}}}}
      acns: {{observability: true, security: true, transitEncryption: WireGuard}}
      istio:
        revisions: [asm-1-29, asm-1-30]
        meshConfig: {{asm-1-29: {{accessLogFile: /dev/stdout}}, asm-1-30: {{accessLogFile: /dev/stdout}}}}
        tags: {{stable: asm-1-29}}
        injection: {{shop: stable, preview: asm-1-30}}
        gatewayAPI: true
        ingressGateways: {{external: true, internal: true}}
        ingressCertificates: {{shop: {{keyVaultId: {VAULT}, objectName: shop-tls}}}}
        egressGateways: {{partner: {{pool: egress, excludeCidrs: [10.0.0.0/8]}}}}
        certificateAuthority:
          keyVaultId: {VAULT}
          rootCertObjectName: root-cert
          certObjectName: ca-cert
          keyObjectName: ca-key
          certChainObjectName: cert-chain
      applicationRouting: {{nginx: Internal}}
      applicationGatewayForContainers: {{subnet: gateways, frontends: [web]}}
      keyVaultSecretsProvider: {{rotationPollInterval: 5m}}
      containerRegistries: {{images: {REGISTRY}}}
      workloadIdentities:
        backend:
          serviceAccounts: [shop/backend, preview/backend]
          roles: {{blobs: {{role: Storage Blob Data Reader, scope: {STORAGE}}}}}
      monitoring:
        metrics: {{workspace: platform}}
        logs: {{workspace: platform, networkLogs: {{filters: {{dropped: {{verdict: [dropped]}}}}}}}}
        diagnostics: {{workspace: platform}}
        defender: {{workspace: platform}}
      azurePolicy: true
      costAnalysis: true
      imageCleaner: {{enabled: true}}
      storageProfile: {{blobCSIDriver: true}}
      workloadAutoScalerProfile: {{keda: true, verticalPodAutoscaler: true}}
      maintenanceConfigurations:
        default: {{timeInWeek: [{{day: Sunday, hourSlots: [1, 2]}}]}}
        aksManagedAutoUpgradeSchedule: {{schedule: {{weekly: {{dayOfWeek: Sunday}}}}, startTime: "02:00"}}
        aksManagedNodeOSUpgradeSchedule: {{schedule: {{daily: {{}}}}, startTime: "02:00"}}
      systemPool: {{subnet: nodes, count: 3}}
      pools:
        user: {{subnet: nodes, minCount: 3, maxCount: 5}}
        batch: {{scaleSetPriority: Spot, subnet: nodes, minCount: 0, maxCount: 5}}
        egress: {{mode: Gateway, subnet: nodes, count: 2, gatewayProfile: {{publicIPPrefixSize: 31}}}}
    auto:
      kubernetesVersion: "1.35"
      tier: Premium
      supportPlan: AKSLongTermSupport
      network: main
      networking: {{mode: overlay, podCidr: 192.168.0.0/16}}
      apiServer: {{enablePrivateCluster: true, privateDNSZone: aks, enableVnetIntegration: true, subnet: api}}
      aadProfile: {{adminGroupObjectIDs: [11111111-2222-3333-4444-555555555555], enableAzureRBAC: true}}
      kubeletIdentity: {{}}
      nodeProvisioningProfile: {{mode: Auto}}
      monitoring: {{metrics: {{workspace: platform}}}}
      systemPool: {{subnet: auto, count: 3}}
"""
"""Every option of the platform; what excludes another one is on the second cluster."""

MADE = {
    "AKS": {"ManagedCluster": 2, "AgentPool": 3, "MaintenanceConfiguration": 3},
    "rights": {"RoleAssignment": 13, "UserAssignedIdentity": 5, "FederatedIdentityCredential": 3},
    "network": {"VirtualNetwork": 1, "Subnet": 4, "NatGateway": 1, "PublicIPAddress": 1},
    "names": {"PrivateZone": 1, "VirtualNetworkLink": 1},
    "observability": {"Workspace": 1, "AzureMonitorWorkspace": 1, "Grafana": 1, "DiagnosticSetting": 1},
    "collection": {"DataCollectionEndpoint": 3, "DataCollectionRule": 3, "DataCollectionRuleAssociation": 4},
    "gateway": {"TrafficControllerInterface": 1, "AssociationsInterface": 1, "FrontendsInterface": 1},
    "in the cluster": {
        "ConfigMap": 2,
        "NamespacePatch": 2,
        "StaticGatewayConfiguration": 1,
        "SecretProviderClass": 1,
        "Deployment": 1,
        "ContainerNetworkLog": 1,
    },
}
"""How many of each type."""


def test_every_option_of_the_platform_goes_up_settles_is_found_unchanged_and_goes_down(engine: Engine) -> None:
    engine.environment["CILIA_TODAY"] = "2026-08-21"
    for arm_id in (SHARED.removesuffix("/providers"), VAULT, REGISTRY, STORAGE):
        engine.cloud.plant(arm_id, {"location": "westeurope"})
    before = set(engine.cloud.snapshot())
    engine.repository(PLATFORM)

    up = engine.up("--skip-preview")
    assert (up.failures, up.warnings) == ([], [])
    made = Counter(label.partition(" ")[0] for label in up.ops())
    assert {name: made[name] for kinds in MADE.values() for name in kinds} == {
        name: count for kinds in MADE.values() for name, count in kinds.items()
    }
    assert engine.settled()

    assert engine.refresh("--skip-preview").failures == []
    planned, again = engine.preview(), engine.up("--skip-preview")
    # pools of their own show up in the cluster's list, as the one thing to update, which changes nothing; the preview
    # does not know yet that what the cluster answers stays the same
    assert {label.partition(" ")[0] for label in planned.ops()} == {
        "ManagedCluster",
        "RoleAssignment",
        "FederatedIdentityCredential",
        "SecretProviderClass",
    }
    assert (again.failures, again.ops()) == ([], {"ManagedCluster main": "update"})
    assert {path.partition("[")[0] for step in again.steps() for path in step.detailed} == {"agentPoolProfiles"}
    assert engine.settled()

    down = engine.destroy("--skip-preview")
    assert (down.failures, set(down.ops().values())) == ([], {"delete"})
    assert (set(engine.cloud.snapshot()), engine.resources()) == (before, {})


UPGRADED = """
config:
  azure-native:location: westeurope
  cilia:environment: {resourceGroup: {name: rg-test}}
  cilia:networks:
    main: {addressSpace: [10.20.0.0/16], subnets: {nodes: {cidr: 10.20.0.0/24}}}
  cilia:clusters:
    main:
      kubernetesVersion: "VERSION"
      network: main
      networking: {mode: overlay, podCidr: 192.168.0.0/16}
      systemPool: {subnet: nodes, count: 3}
      pools: {user: {subnet: nodes, minCount: 3, maxCount: 5}}
      MESH
"""


def upgraded(engine: Engine, version: str, mesh: str = "") -> Outcome:
    """What `pulumi up` does with this version of Kubernetes and this mesh in the stack file."""
    engine.environment["CILIA_TODAY"] = "2026-08-21"
    engine.repository(UPGRADED.replace("VERSION", version).replace("MESH", mesh))
    return engine.up("--skip-preview")


def running(engine: Engine) -> dict[str, str]:
    """The Kubernetes version of the control plane and of each pool in Azure."""
    return {
        arm_id.rpartition("/")[2]: str(found.body.get("kubernetesVersion") or found.body.get("orchestratorVersion"))
        for arm_id, found in engine.cloud.snapshot().items()
        if arm_id.rpartition("/")[0].endswith(("/managedclusters", "/agentpools"))
    }


def test_kubernetes_goes_up_control_plane_and_system_pool_first_and_never_two_minors_at_once(engine: Engine) -> None:
    assert upgraded(engine, "1.34").failures == []

    refused = upgraded(engine, "1.36")
    assert refused.code != 0
    assert running(engine) == {"aks-main": "1.34", "system": "1.34", "user": "1.34"}

    up = upgraded(engine, "1.35")
    assert (up.failures, [step.label for step in up.steps()]) == ([], ["ManagedCluster main", "AgentPool main-user"])
    assert running(engine) == {"aks-main": "1.35", "system": "1.35", "user": "1.35"}
    assert engine.settled()


def istio(revisions: str, settings: str, injection: str) -> str:
    """A mesh with settings of its own for each revision, and one namespace in it."""
    of_each = ", ".join(f"{revision}: {{accessLogFile: /dev/stdout}}" for revision in settings.split())
    return f"istio: {{revisions: [{revisions}], meshConfig: {{{of_each}}}, injection: {{shop: {injection}}}}}"


OLD, NEW = "asm-1-29", "asm-1-30"
ONE, BOTH = "ManagedCluster main", f"{OLD}, {NEW}"


def test_mesh_is_upgraded_step_by_step_and_its_settings_are_there_before_who_reads_them(engine: Engine) -> None:
    assert upgraded(engine, "1.35", istio(OLD, OLD, OLD)).failures == []

    steps = (
        ("prepare", istio(OLD, f"{OLD} {NEW}", OLD), {f"ConfigMap main-mesh-config-{NEW}": "create"}),
        ("start", istio(BOTH, f"{OLD} {NEW}", OLD), {ONE: "update"}),
        ("move", istio(BOTH, f"{OLD} {NEW}", NEW), {"NamespacePatch main-injection-shop": "update"}),
        ("complete", istio(NEW, f"{OLD} {NEW}", NEW), {ONE: "update"}),
        ("clean up", istio(NEW, NEW, NEW), {f"ConfigMap main-mesh-config-{OLD}": "delete"}),
    )
    for name, mesh, expected in steps:
        done = upgraded(engine, "1.35", mesh)
        # the inline list of pools is what a cluster's update sends along
        assert (name, done.failures, done.ops()) == (name, [], expected)
    assert engine.settled()


def test_step_of_a_meshs_upgrade_out_of_order_is_refused_before_anything_happens(engine: Engine) -> None:
    assert upgraded(engine, "1.35", istio(OLD, OLD, OLD)).failures == []
    before = engine.cloud.calls("Update")

    for mesh in (istio(BOTH, OLD, OLD), istio(BOTH, f"{OLD} {NEW}", "asm-1-28"), istio(NEW, NEW, OLD)):
        refused = upgraded(engine, "1.35", mesh)
        assert refused.code != 0
        assert any("the stack file cannot be deployed" in error for error in refused.errors)
    assert engine.cloud.calls("Update") == before
