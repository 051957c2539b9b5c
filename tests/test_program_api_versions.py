"""The whole program with a cluster at a newer version of Azure's API, recorded: where it goes, and what it was."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cilia.preview_data import preview_stack

ROOT = Path(__file__).parent.parent
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
STACK_FILE = f"""\
config:
  azure-native:location: westeurope
  azure-native:subscriptionId: {SUBSCRIPTION}
  cilia:environment: {{resourceGroup: {{name: rg-test}}}}
  cilia:clusters:
    main:
      kubernetesVersion: "1.35"
      apiVersion: "2026-05-01"
      networking: {{mode: overlay}}
      acns: {{security: true, transitEncryption: WireGuard}}
      systemPool: {{}}
      pools: {{user: {{}}}}
"""
PACKAGE = "azure-native_containerservice_v20260501"


def test_cluster_and_pools_are_of_the_package_and_in_the_stacks_subscription(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.new.yaml"
    file.write_text(STACK_FILE)
    preview = preview_stack(file, ROOT, today=date(2026, 8, 21))
    assert preview.recording is not None, preview.failure
    found = {resource.type: resource for resource in preview.recording.resources}

    provider = found[f"pulumi:providers:{PACKAGE}"]
    assert provider.inputs == {"location": "westeurope", "subscriptionId": SUBSCRIPTION}
    for kind in ("ManagedCluster", "AgentPool"):
        resource = found[f"{PACKAGE}:containerservice:{kind}"]
        assert resource.options["provider"] == provider.urn
        assert resource.options["aliases"] == [
            {"type": f"azure-native:containerservice:{kind}"},
            {"type": f"azure-native_containerservice_v20260101:containerservice:{kind}"},
            {"type": f"azure-native_containerservice_v20260301:containerservice:{kind}"},
        ]
