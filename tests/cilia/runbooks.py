"""Stacks that have something to look at, and what their runbooks say."""

from __future__ import annotations

from pathlib import Path

from cilia.runbook_data import Runbook, runbook
from cilia.runbook_steps import RUNBOOK
from stacks.load import load_file
from tests.cilia.conftest import ROOT
from tests.test_program import TODAY

PLATFORM = ROOT / "docs" / "examples" / "stacks" / "Pulumi.platform.yaml"
ISTIO = (
    "networking: {mode: overlay",
    (
        "istio: {revisions: [asm-1-29, asm-1-30], tags: {stable: asm-1-29}, injection: {shop: stable},"
        " ingressGateways: {external: true}}\n      networking: {mode: overlay"
    ),
)
BYOCNI = (
    "network: main\n      networking: {mode: overlay, podCidr: 192.168.0.0/16, serviceCidr: 172.20.0.0/16}",
    "network: main\n      inCluster: gitops\n      networking: {mode: byocni, podCidr: 192.168.0.0/16}",
)
SHARED = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shared/providers"
_AUTHORITY = (
    f"certificateAuthority: {{keyVaultId: {SHARED}/Microsoft.KeyVault/vaults/kv, rootCertObjectName: root,"
    " certObjectName: cert, keyObjectName: key, certChainObjectName: chain}"
)
AROUND = (
    "network: main\n",
    f"""network: main
      nodeProvisioningProfile: {{mode: Auto}}
      containerRegistries: {{images: {SHARED}/Microsoft.ContainerRegistry/registries/Images}}
      monitoring: {{defender: {{workspace: {SHARED}/Microsoft.OperationalInsights/workspaces/w}}}}
      maintenanceConfigurations: {{default: {{timeInWeek: [{{day: Sunday, hourSlots: [1]}}]}}}}
      keyVaultSecretsProvider: {{}}
      istio: {{revisions: [asm-1-30], {_AUTHORITY}}}
""",
)
ZONE = ("addressSpace", "privateDnsZones: {own: {name: example.internal}}\n      addressSpace")
EGRESS = (
    "network: main\n",
    """network: main
      pools: {egress: {mode: Gateway, vmSize: Standard_D4ds_v5, subnet: nodes, count: 2, maxPods: 30,
        gatewayProfile: {publicIPPrefixSize: 31}}}
""",
)


def commands(book: Runbook, title: str) -> list[str]:
    """The commands for one capability of the one cluster of a stack."""
    (cluster,) = book.clusters
    (found,) = (capability for capability in cluster.capabilities if capability.title == title)
    return [command for step in found.steps for command in step.commands]


def book_of(file: Path) -> Runbook:
    return runbook(load_file(file, today=TODAY), RUNBOOK)
