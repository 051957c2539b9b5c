"""Settings of the mesh: what a revision reads, which namespaces get sidecars, and what is read from key vaults."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

from components.facts import istio as facts
from components.facts.policy_features import SYSTEM_NAMESPACES
from components.facts.versions import version_data
from components.istio.config import IstioConfig
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import StackOutput, shown
from policies.injection import REVISION_LABEL
from stacks.checks.istio import meshes
from stacks.view import StackView

_AKS = "https://learn.microsoft.com/azure/aks"
_VAULT = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.KeyVault/vaults/[^/]+", re.IGNORECASE
)

KEY_VAULTS = Rule(
    "IST-08",
    "What the mesh reads from a key vault can be read",
    why="Azure takes a plugin CA as five names together, of one key vault, and only beside the add-on that reads it."
    " Certificates of ingress gateways come by the same add-on, into a namespace that only such a gateway"
    " brings.",
    fix="Add keyVaultSecretsProvider, and write the key vault's ARM id.",
    source=f"{_AKS}/istio-plugin-ca; {_AKS}/istio-secure-gateway; Azure CLI 2.91.0",
)
MESH_CONFIG = Rule(
    "IST-10",
    "Mesh settings are ones that the add-on takes, and are there before their revision",
    why="The add-on's admission refuses every other field, and Istio other values. A control plane reads its settings"
    " when it starts: without them the new revision of an upgrade behaves differently from the old one.",
    fix="Remove the field; give settings for the new revision, and deploy them before it is in revisions.",
    source=f"{_AKS}/istio-meshconfig",
)


def _key_vaults(view: StackView) -> Iterator[Problem]:
    """IST-08. That all five names are there, the model says."""
    for cluster, path, istio in meshes(view):
        vaults = _vaults(path, istio)
        for where, what, vault in vaults:
            if isinstance(vault, str) and not _VAULT.fullmatch(vault):
                yield KEY_VAULTS.error(
                    (*where, "keyVaultId"),
                    f"{vault} is no key vault; write /subscriptions/<id>/resourceGroups/<group>/providers"
                    "/Microsoft.KeyVault/vaults/<name>",
                )
            if cluster.config.key_vault_secrets_provider is None:
                yield KEY_VAULTS.error(
                    where,
                    f"{what} of a key vault, and no add-on that reads it; add keyVaultSecretsProvider: {{}} to the"
                    " cluster",
                )


def _certificates(view: StackView) -> Iterator[Problem]:
    """IST-08: gateways that use certificates."""
    for _, path, istio in meshes(view):
        gateways = istio.ingress_gateways
        if istio.ingress_certificates and not (gateways.external or gateways.internal):
            yield KEY_VAULTS.error(
                (*path, "ingressCertificates"),
                "certificates for ingress gateways, and none is on; set ingressGateways.external or internal to true",
            )


def _vaults(path: KeyPath, istio: IstioConfig) -> list[tuple[KeyPath, str, str | StackOutput]]:
    """What is read from key vaults: where that is written, what it is, and the key vault."""
    authority = istio.certificate_authority
    own: list[tuple[KeyPath, str, str | StackOutput]] = (
        [((*path, "certificateAuthority"), "certificates", authority.key_vault_id)] if authority else []
    )
    ingress = [
        ((*path, "ingressCertificates", name), "a certificate", certificate.key_vault_id)
        for name, certificate in istio.ingress_certificates.items()
    ]
    return [*own, *ingress]


def _mesh_config(view: StackView) -> Iterator[Problem]:
    """IST-10: fields."""
    for _, path, istio in meshes(view):
        for revision, settings in istio.mesh_config.items():
            where = (*path, "meshConfig", revision)
            if facts.parse_revision(revision) is None:
                yield MESH_CONFIG.error(
                    where,
                    f"{revision!r} is not a revision of the add-on; write one such as {version_data().newest_revision}",
                )
            yield from _fields(where, settings, facts.MESH_CONFIG_FIELDS)
            yield from _nested(where, settings)
            proxy = settings.get("defaultConfig")
            if isinstance(proxy, Mapping):
                yield from _fields((*where, "defaultConfig"), proxy, facts.PROXY_CONFIG_FIELDS)
                if proxy.get("concurrency") == 0:
                    yield MESH_CONFIG.warning(
                        (*where, "defaultConfig", "concurrency"),
                        "0 lets every sidecar use all cores; remove it, and the CPU limit decides",
                    )


def _fields(path: KeyPath, settings: Mapping[str, object], allowed: Mapping[str, facts.FieldKind]) -> Iterator[Problem]:
    for name, value in settings.items():
        if name not in allowed:
            nearest = difflib.get_close_matches(name, allowed, n=1)
            fix = f"did you mean {nearest[0]!r}?" if nearest else "remove it"
            yield MESH_CONFIG.error((*path, name), f"the add-on blocks {name}; {fix}")
        elif not facts.fits(value, allowed[name]):
            yield MESH_CONFIG.error((*path, name), _misfit(value, allowed[name]))


def _nested(path: KeyPath, settings: Mapping[str, object]) -> Iterator[Problem]:
    """What is allowed one level down."""
    for (name, field), kind in facts.NESTED_FIELDS.items():
        value = _below(settings, name).get(field)
        if not facts.fits(value, kind):
            yield MESH_CONFIG.error((*path, name, field), _misfit(value, kind))
    for name, value in _below(_below(settings, "defaultConfig"), "proxyMetadata").items():
        if not facts.fits(value, facts.TEXT):
            yield MESH_CONFIG.error((*path, "defaultConfig", "proxyMetadata", str(name)), _misfit(value, facts.TEXT))


def _below(settings: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = settings.get(name)
    return found if isinstance(found, Mapping) else {}


_MEANT = {
    facts.NUMBER: "a whole number is meant; write one such as 15001",
    facts.TEXT: "text is meant; write it in quotes",
    facts.TIME: "a time is meant; write one such as 10s",
    facts.ON_OR_OFF: "true or false is meant; write one of these without quotes",
    facts.LIST: "a list is meant; write [a, b] or lines that start with '- '",
    facts.MAPPING: "a mapping is meant; write lines such as 'key: value'",
}


def _misfit(value: object, kind: facts.FieldKind) -> str:
    """What is wrong with a value, and what to write."""
    if isinstance(kind, tuple):
        return f"{shown(value)} is not allowed; use {' or '.join(kind)}"
    return f"{shown(value)} where {_MEANT[kind]}"


def _mesh_config_revisions(view: StackView) -> Iterator[Problem]:
    """IST-10: which revisions have settings."""
    for _, path, istio in meshes(view):
        if not istio.revisions:
            continue
        oldest, newest = istio.revisions[0], istio.revisions[-1]
        if len(istio.revisions) > 1 and oldest in istio.mesh_config and newest not in istio.mesh_config:
            yield MESH_CONFIG.error(
                (*path, "meshConfig"),
                f"{newest} would start without the settings of {oldest}; add them for {newest}, and deploy them before"
                f" {newest} is in revisions",
            )
        for revision in istio.mesh_config:
            if (facts.parse_revision(revision) or (1, 1000)) < (facts.parse_revision(oldest) or (0, 0)):
                yield MESH_CONFIG.warning(
                    (*path, "meshConfig", revision), f"{revision} is older than all that runs, {oldest}; remove it"
                )


def _injection(view: StackView) -> Iterator[Problem]:
    """IST-11."""
    for _, path, istio in meshes(view):
        running = ", ".join(istio.revisions)
        for tag, revision in istio.tags.items():
            if revision not in istio.revisions:
                yield REVISION_LABEL.error(
                    (*path, "tags", tag), f"{revision} does not run, {running} does; point the tag at what runs"
                )
        for namespace, label in istio.injection.items():
            where = (*path, "injection", namespace)
            if namespace in SYSTEM_NAMESPACES:
                yield REVISION_LABEL.error(where, f"{namespace} is the system's, where sidecars break it; remove it")
            elif label not in istio.revisions and label not in istio.tags:
                known = ", ".join((*istio.revisions, *istio.tags))
                yield REVISION_LABEL.error(
                    where, f"{label!r} injects no sidecar, what runs is: {known}; use one of these, or add the tag"
                )


CHECKS = (_key_vaults, _certificates, _mesh_config, _mesh_config_revisions, _injection)
