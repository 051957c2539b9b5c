"""The example with everything around a cluster, as the whole program deploys it."""

from __future__ import annotations

import functools

import pytest

from cilia.preview_data import preview_stack, pulumi_config
from cilia.record import Recording, Resource, record
from stacks.load import load_file
from tests.sdk_types import unknown_properties
from tests.source_tree import ROOT
from tests.test_program import TODAY, depends_on

FILE = ROOT / "docs" / "examples" / "stacks" / "Pulumi.platform.yaml"


@functools.cache
def recorded() -> Recording:
    """The example, recorded."""
    preview = preview_stack(FILE, ROOT, today=TODAY)
    assert preview.recording is not None, preview.loaded.problems
    return preview.recording


def labelled() -> dict[str, Resource]:
    """Its resources by kind and name."""
    return {f"{each.type.rpartition(':')[2]} {each.name}": each for each in recorded().resources}


def waits_for(label: str) -> set[str]:
    """What a resource depends on, as kinds and names."""
    labels = {resource.urn: found for found, resource in labelled().items()}
    return {labels[urn] for urn in depends_on(labelled()[label])}


def test_every_property_is_one_that_the_provider_knows() -> None:
    azure = [each for each in recorded().resources if each.type.startswith("azure-native:")]
    assert {each.urn: unknown_properties(each.type, each.inputs) for each in azure} == {each.urn: [] for each in azure}


def test_nothing_comes_before_what_it_needs() -> None:
    seen: set[str] = set()
    for resource in recorded().resources:
        needs = {resource.parent, *depends_on(resource), resource.options.get("provider")} - {None}
        assert needs <= seen, resource.urn
        seen.add(resource.urn)


@pytest.mark.parametrize(
    ("label", "before"),
    [
        pytest.param(
            "ManagedCluster main", "Workspace monitoring-platform", id="cluster-after-the-workspace-that-it-names"
        ),
        pytest.param("RoleAssignment main-registry-images", "ManagedCluster main", id="rights-of-nodes-after-them"),
        pytest.param(
            "FederatedIdentityCredential main-backend-preview_backend",
            "FederatedIdentityCredential main-backend-shop_backend",
            id="credentials-one-after-the-other",
        ),
        pytest.param(
            "FederatedIdentityCredential main-backend-shop_backend", "ManagedCluster main", id="issuer-is-the-clusters"
        ),
        pytest.param("RoleAssignment main-alb-nodes", "ManagedCluster main", id="nodes-group-is-azures"),
        pytest.param(
            "SecretProviderClass main-certificate-shop",
            "RoleAssignment main-key-vault-kv-shop",
            id="certificate-after-the-right-to-read-it",
        ),
        pytest.param("AssociationsInterface main-subnet", "Subnet main-gateways", id="gateway-in-its-subnet"),
        pytest.param(
            "RoleAssignment grafana-platform-platform-platform",
            "Grafana monitoring-platform",
            id="rights-of-dashboards-after-them",
        ),
    ],
)
def test_order_is_what_azure_needs(label: str, before: str) -> None:
    assert before in waits_for(label)


def test_everything_in_a_cluster_goes_by_its_own_provider() -> None:
    found = {
        label: str(resource.options["provider"]).rpartition("::")[2]
        for label, resource in labelled().items()
        if resource.type.startswith("kubernetes:") and resource.custom
    }
    assert {label for label, provider in found.items() if provider != "main"} == {"Release lab-cilium"}


def test_mesh_has_settings_for_both_revisions_of_its_upgrade() -> None:
    cluster = labelled()["ManagedCluster main"].inputs["serviceMeshProfile"]
    assert isinstance(cluster, dict)
    assert cluster["istio"]["revisions"] == ["asm-1-29", "asm-1-30"]
    assert {label for label in labelled() if label.startswith("ConfigMap")} == {
        "ConfigMap main-mesh-config-asm-1-29",
        "ConfigMap main-mesh-config-asm-1-30",
    }


def test_an_update_runs_to_its_end() -> None:
    config, secret_keys = pulumi_config(load_file(FILE, today=TODAY).document)
    recording = record(ROOT, project="cilia", stack="platform", config=config, secret_keys=secret_keys, dry_run=False)
    assert len(recording.resources) == len(recorded().resources)
