"""What follows from the Istio add-on's configuration."""

from __future__ import annotations

import json
from typing import Any

from components.istio.config import IstioConfig
from components.istio.plan import key_vaults, plan_mesh, service_mesh_contribution
from components.manifests import Manifest
from components.values import ArmProperties, Ref

VAULT = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv"
CLIENT, TENANT = Ref("cluster", "main", "secretsProviderClientId"), Ref("identity", "main", "tenantId")
AUTHORITY = {
    "keyVaultId": VAULT,
    "rootCertObjectName": "root-cert",
    "certObjectName": "ca-cert",
    "keyObjectName": "ca-key",
    "certChainObjectName": "cert-chain",
}


def config(**values: Any) -> IstioConfig:
    """A mesh."""
    return IstioConfig.model_validate({"revisions": ["asm-1-30"], **values})


def contribution(**values: Any) -> ArmProperties:
    """What a mesh says about its cluster, without what is said of every mesh."""
    found: ArmProperties = service_mesh_contribution(config(**values))["serviceMeshProfile"]["istio"]
    return found


def manifests(**values: Any) -> dict[str, Manifest]:
    """What a mesh needs in its cluster."""
    plan = plan_mesh("main", config(**values), client_id=CLIENT, tenant_id=TENANT)
    return {manifest.key: manifest for manifest in plan.manifests}


def test_no_mesh_is_said_too() -> None:
    assert service_mesh_contribution(None) == {"serviceMeshProfile": {"mode": "Disabled"}}


def test_mesh_names_its_revision() -> None:
    assert service_mesh_contribution(config()) == {
        "serviceMeshProfile": {
            "mode": "Istio",
            "istio": {
                "revisions": ["asm-1-30"],
                "components": {
                    "ingressGateways": [
                        {"mode": "External", "enabled": False},
                        {"mode": "Internal", "enabled": False},
                    ]
                },
            },
        }
    }


def test_upgrade_under_way_names_both_revisions_in_order() -> None:
    assert contribution(revisions=["asm-1-29", "asm-1-30"])["revisions"] == ["asm-1-29", "asm-1-30"]


def test_ingress_gateways_are_one_of_each_and_always_said() -> None:
    assert contribution(ingressGateways={"external": True})["components"]["ingressGateways"] == [
        {"mode": "External", "enabled": True},
        {"mode": "Internal", "enabled": False},
    ]
    gateways = IstioConfig.model_json_schema(by_alias=True)["$defs"]["IngressGatewaysConfig"]["properties"]
    assert gateways.keys() == {"external", "internal"}


def test_egress_gateway_names_its_configuration_which_stands_beside_it() -> None:
    gateway = {"pool": "gw", "namespace": "shop", "excludeCidrs": ["10.0.0.0/8"]}
    assert contribution(egressGateways={"partner": gateway})["components"]["egressGateways"] == [
        {"name": "partner", "enabled": True, "namespace": "shop", "gatewayConfigurationName": "partner"}
    ]
    assert manifests(egressGateways={"partner": gateway})["egress-partner"].content == {
        "apiVersion": "egressgateway.kubernetes.azure.com/v1alpha1",
        "kind": "StaticGatewayConfiguration",
        "metadata": {"name": "partner", "namespace": "shop"},
        "spec": {"gatewayNodepoolName": "gw", "excludeCidrs": ["10.0.0.0/8"]},
    }


def test_egress_gateway_may_have_addresses_that_exist() -> None:
    prefix = VAULT.replace("KeyVault/vaults/kv", "Network/publicIPPrefixes/fixed")
    gateway = {"pool": "gw", "publicIPPrefixId": prefix, "gatewayConfigurationName": "fixed"}
    found = manifests(egressGateways={"partner": gateway})["egress-partner"].content
    assert found["metadata"] == {"name": "fixed", "namespace": "aks-istio-egress"}
    assert found["spec"] == {"gatewayNodepoolName": "gw", "publicIpPrefixId": prefix}


def test_plugin_authority_is_sent_under_azures_names() -> None:
    assert contribution(certificateAuthority=AUTHORITY)["certificateAuthority"] == {"plugin": AUTHORITY}


def test_newer_properties_are_sent_only_when_asked_for() -> None:
    mesh = config(proxyRedirectionMechanism="CNIChaining", gatewayAPI=True)
    found = service_mesh_contribution(mesh)
    assert found["serviceMeshProfile"]["istio"]["components"]["proxyRedirectionMechanism"] == "CNIChaining"
    assert found["ingressProfile"] == {"gatewayAPI": {"installation": "Standard"}}
    assert "proxyRedirectionMechanism" not in contribution()["components"]
    assert "ingressProfile" not in service_mesh_contribution(config())


def test_settings_are_of_one_revision_each() -> None:
    found = manifests(meshConfig={"asm-1-29": {"accessLogFile": "/dev/stdout"}, "asm-1-30": {}})
    assert found.keys() == {"mesh-config-asm-1-29", "mesh-config-asm-1-30"}
    old = found["mesh-config-asm-1-29"].content
    assert old["metadata"] == {"name": "istio-shared-configmap-asm-1-29", "namespace": "aks-istio-system"}
    assert json.loads(old["data"]["mesh"]) == {"accessLogFile": "/dev/stdout"}


def test_namespace_keeps_all_but_its_injection_label() -> None:
    found = manifests(tags={"stable": "asm-1-30"}, injection={"shop": "stable"})["injection-shop"]
    assert found.patches
    assert found.content["metadata"] == {"name": "shop", "labels": {"istio.io/rev": "stable"}}


def test_certificate_comes_as_a_secret_that_a_gateway_can_name() -> None:
    found = manifests(ingressCertificates={"shop": {"keyVaultId": VAULT, "objectName": "shop-tls"}})
    provider = found["certificate-shop"].content
    assert provider["metadata"] == {"name": "shop", "namespace": "aks-istio-ingress"}
    assert provider["spec"] == {
        "provider": "azure",
        "secretObjects": [
            {
                "secretName": "shop",
                "type": "kubernetes.io/tls",
                "data": [{"objectName": "shop-tls", "key": "tls.key"}, {"objectName": "shop-tls", "key": "tls.crt"}],
            }
        ],
        "parameters": {
            "useVMManagedIdentity": "true",
            "userAssignedIdentityID": CLIENT,
            "keyvaultName": "kv",
            "objects": "array:\n  - |\n    objectName: shop-tls\n    objectType: secret\n",
            "tenantId": TENANT,
        },
    }
    pod = found["keyvault-certificates"].content["spec"]["template"]["spec"]
    assert [volume["csi"]["volumeAttributes"]["secretProviderClass"] for volume in pod["volumes"]] == ["shop"]


def test_authority_of_another_stack_is_read_by_its_output() -> None:
    output = {"stackReference": "hub", "output": "vaults.mesh"}
    plugin = contribution(certificateAuthority={**AUTHORITY, "keyVaultId": output})["certificateAuthority"]["plugin"]
    assert plugin == {**AUTHORITY, "keyVaultId": Ref("stackOutput", "hub", "vaults.mesh")}


def test_without_settings_nothing_is_written_to_the_cluster() -> None:
    assert manifests() == {}


def test_each_key_vault_is_read_once() -> None:
    certificates = {"shop": {"keyVaultId": VAULT, "objectName": "shop-tls"}}
    assert key_vaults(config(certificateAuthority=AUTHORITY, ingressCertificates=certificates)) == (VAULT,)
    assert key_vaults(config()) == ()
