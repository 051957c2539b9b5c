"""What the mesh needs in its cluster, as a component on its own."""

from __future__ import annotations

import functools

import pulumi_kubernetes as kubernetes
from pulumi_azure_native import resources

from components.istio.config import IstioConfig
from components.istio.plan import plan_mesh
from components.istio.resources import Mesh
from tests.components.istio.test_plan import CLIENT, TENANT, VAULT
from tests.components.mocks import Deployed, deploy, only

CONFIG = IstioConfig.model_validate(
    {
        "revisions": ["asm-1-29", "asm-1-30"],
        "meshConfig": {"asm-1-30": {"accessLogFile": "/dev/stdout"}},
        "ingressCertificates": {"shop": {"keyVaultId": VAULT, "objectName": "shop-tls"}},
        "egressGateways": {"partner": {"pool": "gw"}},
        "injection": {"shop": "asm-1-30"},
    }
)


def build() -> Mesh:
    """The component, with a cluster's provider and a right that it waits for."""
    plan = plan_mesh("main", CONFIG, client_id=CLIENT, tenant_id=TENANT)
    right = resources.ResourceGroup("right", location="westeurope")
    provider = kubernetes.Provider("main", kubeconfig="{}")
    return Mesh("main", plan, {CLIENT: "the client", TENANT: "the tenant"}, provider=provider, depends_on=[right])


@functools.cache
def deployed() -> list[Deployed]:
    """It."""
    return deploy(build)


def test_each_object_is_of_its_kind_and_below_the_component() -> None:
    assert {each.label for each in deployed() if each.parent == "Mesh main"} == {
        "ConfigMap main-mesh-config-asm-1-30",
        "NamespacePatch main-injection-shop",
        "StaticGatewayConfiguration main-egress-partner",
        "SecretProviderClass main-certificate-shop",
        "Deployment main-keyvault-certificates",
    }


def test_everything_goes_to_the_cluster_and_waits_for_its_rights() -> None:
    children = [each for each in deployed() if each.parent == "Mesh main"]
    assert {each.provider for each in children} == {"main"}
    assert all("ResourceGroup right" in each.depends_on for each in children)


def test_references_become_what_they_stand_for() -> None:
    parameters = only(deployed(), "SecretProviderClass main-certificate-shop").inputs["spec"]["parameters"]
    assert (parameters["userAssignedIdentityID"], parameters["tenantId"]) == ("the client", "the tenant")


def test_label_of_a_namespace_is_taken_over() -> None:
    assert only(deployed(), "NamespacePatch main-injection-shop").inputs["metadata"] == {
        "name": "shop",
        "labels": {"istio.io/rev": "asm-1-30"},
        "annotations": {"pulumi.com/patchForce": "true"},
    }
