"""What follows from the Istio add-on's configuration: a part of the cluster's inputs, and objects in the cluster."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from components.facts import istio as facts
from components.facts.policy_features import ADDON_INGRESS_NAMESPACE, ADDON_ROOT_NAMESPACE
from components.istio.config import EgressGatewayConfig, IstioConfig
from components.manifests import Manifest
from components.values import ArmProperties, Ref, StackOutput, referred

_SYNC = "keyvault-certificates"
_SYNC_IMAGE = "mcr.microsoft.com/oss/kubernetes/pause:3.9"
"""Microsoft's mirror of the pause container, which every node runs: it does nothing, and stays."""


@dataclass(frozen=True, slots=True)
class MeshPlan:
    """What the mesh needs inside the cluster.

    Attributes:
        key: The cluster's key.
        manifests: The objects, in order.
    """

    key: str
    manifests: tuple[Manifest, ...]


def service_mesh_contribution(config: IstioConfig | None) -> ArmProperties:
    """The part of the cluster's inputs that is the mesh; without one it says so, or Azure would leave one running."""
    if config is None:
        return {"serviceMeshProfile": {"mode": "Disabled"}}
    components: ArmProperties = {
        "ingressGateways": [
            {"mode": "External", "enabled": config.ingress_gateways.external},
            {"mode": "Internal", "enabled": config.ingress_gateways.internal},
        ]
    }
    if config.egress_gateways:
        components["egressGateways"] = [
            {
                "name": name,
                "enabled": True,
                "namespace": gateway.namespace,
                "gatewayConfigurationName": gateway.gateway_configuration_name or name,
            }
            for name, gateway in config.egress_gateways.items()
        ]
    if config.proxy_redirection_mechanism is not None:
        components["proxyRedirectionMechanism"] = config.proxy_redirection_mechanism
    istio: ArmProperties = {"revisions": list(config.revisions), "components": components}
    if config.certificate_authority is not None:
        authority = config.certificate_authority
        vault = referred("", "", authority.key_vault_id)
        names = authority.model_dump(by_alias=True, exclude={"key_vault_id"})
        istio["certificateAuthority"] = {"plugin": {"keyVaultId": vault, **names}}
    contribution: ArmProperties = {"serviceMeshProfile": {"mode": "Istio", "istio": istio}}
    if config.gateway_api:
        contribution["ingressProfile"] = {"gatewayAPI": {"installation": "Standard"}}
    return contribution


def key_vaults(config: IstioConfig) -> tuple[str | StackOutput, ...]:
    """The key vaults that the add-on for secrets reads from for the mesh, each once."""
    authority = [config.certificate_authority.key_vault_id] if config.certificate_authority else []
    certificates = [certificate.key_vault_id for certificate in config.ingress_certificates.values()]
    return tuple(dict.fromkeys((*authority, *certificates)))


def plan_mesh(key: str, config: IstioConfig, *, client_id: Ref, tenant_id: Ref) -> MeshPlan:
    """What the mesh of the cluster `key` needs inside it.

    Args:
        key: The cluster's key.
        config: The mesh.
        client_id: The client id of the identity that reads key vaults.
        tenant_id: The tenant of the key vaults, which is the cluster's.
    """
    return MeshPlan(key, tuple(_manifests(config, client_id, tenant_id)))


def _manifests(config: IstioConfig, client_id: Ref, tenant_id: Ref) -> Iterator[Manifest]:
    for revision, settings in config.mesh_config.items():
        yield _mesh_config(revision, settings)
    for namespace, revision in config.injection.items():
        yield Manifest(
            f"injection-{namespace}",
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": namespace, "labels": {facts.INJECTION_LABEL: revision}},
            },
            patches=True,
        )
    for name, gateway in config.egress_gateways.items():
        yield _static_gateway(name, gateway)
    for name, certificate in config.ingress_certificates.items():
        vault = certificate.key_vault_id.rpartition("/")[2]
        yield _secret_provider(name, vault, certificate.object_name, client_id, tenant_id)
    if config.ingress_certificates:
        yield _certificate_sync(tuple(config.ingress_certificates))


def _mesh_config(revision: str, settings: ArmProperties) -> Manifest:
    """Istio reads YAML, and JSON is YAML."""
    return Manifest(
        f"mesh-config-{revision}",
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": facts.mesh_config_map(revision), "namespace": ADDON_ROOT_NAMESPACE},
            "data": {"mesh": json.dumps(settings, indent=2)},
        },
    )


def _static_gateway(name: str, gateway: EgressGatewayConfig) -> Manifest:
    spec: ArmProperties = {"gatewayNodepoolName": gateway.pool}
    if gateway.exclude_cidrs:
        spec["excludeCidrs"] = [str(cidr) for cidr in gateway.exclude_cidrs]
    if gateway.public_ip_prefix_id is not None:
        spec["publicIpPrefixId"] = gateway.public_ip_prefix_id
    return Manifest(
        f"egress-{name}",
        {
            "apiVersion": "egressgateway.kubernetes.azure.com/v1alpha1",
            "kind": "StaticGatewayConfiguration",
            "metadata": {"name": gateway.gateway_configuration_name or name, "namespace": gateway.namespace},
            "spec": spec,
        },
    )


def _secret_provider(name: str, vault: str, certificate: str, client_id: Ref, tenant_id: Ref) -> Manifest:
    """What copies a certificate with its key into a TLS secret.

    Source: https://learn.microsoft.com/azure/aks/csi-secrets-store-nginx-tls: only `objectType: secret` brings the key
    """
    return Manifest(
        f"certificate-{name}",
        {
            "apiVersion": "secrets-store.csi.x-k8s.io/v1",
            "kind": "SecretProviderClass",
            "metadata": {"name": name, "namespace": ADDON_INGRESS_NAMESPACE},
            "spec": {
                "provider": "azure",
                "secretObjects": [
                    {
                        "secretName": name,
                        "type": "kubernetes.io/tls",
                        "data": [{"objectName": certificate, "key": key} for key in ("tls.key", "tls.crt")],
                    }
                ],
                "parameters": {
                    "useVMManagedIdentity": "true",
                    "userAssignedIdentityID": client_id,
                    "keyvaultName": vault,
                    "objects": f"array:\n  - |\n    objectName: {certificate}\n    objectType: secret\n",
                    "tenantId": tenant_id,
                },
            },
        },
    )


def _certificate_sync(names: tuple[str, ...]) -> Manifest:
    """A pod that mounts every certificate: the driver copies only what some pod mounts."""
    labels = {"app": _SYNC}
    mounts = [{"name": name, "mountPath": f"/certificates/{name}", "readOnly": True} for name in names]
    volumes = [
        {
            "name": name,
            "csi": {
                "driver": "secrets-store.csi.k8s.io",
                "readOnly": True,
                "volumeAttributes": {"secretProviderClass": name},
            },
        }
        for name in names
    ]
    return Manifest(
        _SYNC,
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": _SYNC,
                "namespace": ADDON_INGRESS_NAMESPACE,
                # the right to read the key vault may take minutes to get there
                "annotations": {"pulumi.com/skipAwait": "true"},
            },
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "automountServiceAccountToken": False,
                        "containers": [{"name": "hold", "image": _SYNC_IMAGE, "volumeMounts": mounts}],
                        "volumes": volumes,
                    },
                },
            },
        },
    )
