"""Identities of workloads, and what clusters read from registries and key vaults."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from components.facts import limits
from components.problems import KeyPath, Problem
from components.rules import Rule
from components.values import StackOutput
from stacks.view import ClusterView, StackView

_AKS = "https://learn.microsoft.com/azure/aks"
_IDS = {
    "Microsoft.ContainerRegistry/registries": "container registry",
    "Microsoft.KeyVault/vaults": "key vault",
}

CREDENTIALS = Rule(
    "CFG-90",
    f"An identity has 1 to {limits.FEDERATED_CREDENTIALS} service accounts, each once",
    why=f"Each is a federated credential; Azure takes at most {limits.FEDERATED_CREDENTIALS} per identity, and no two"
    " for the same service account.",
    fix="Spread service accounts over several identities with the same roles.",
    source=f"{_AKS}/workload-identity-overview",
)
TOKENS = Rule(
    "CFG-91",
    "Identities of workloads stand on the cluster's own tokens",
    why="A service account proves who it is by a token of the cluster's OIDC issuer, which the workload identity"
    " webhook puts into pods.",
    fix="Set oidcIssuer and workloadIdentity to true, the defaults.",
    source=f"{_AKS}/workload-identity-deploy-cluster",
)
READS = Rule(
    "CFG-92",
    "A cluster reads registries and key vaults",
    why="The right that is granted, AcrPull or Key Vault Secrets User, means nothing on other things.",
    fix="Give the ARM id of a registry or key vault.",
    source=f"{_AKS}/cluster-container-registry-integration; {_AKS}/csi-secrets-store-identity-access",
)


def _service_accounts(view: StackView) -> Iterator[Problem]:
    """CFG-90."""
    for cluster in view.clusters:
        for key, identity in cluster.config.workload_identities.items():
            path = (*cluster.path, "workloadIdentities", key, "serviceAccounts")
            count, most = len(identity.service_accounts), limits.FEDERATED_CREDENTIALS
            if count == 0:
                yield CREDENTIALS.error(path, "no service account, so that nobody can use it; add one or remove it")
            elif count > most:
                yield CREDENTIALS.error(
                    path, f"{count} service accounts, Azure takes {most} per identity; give {count - most} another one"
                )
            for account, times in Counter(identity.service_accounts).items():
                if times > 1:
                    yield CREDENTIALS.error(path, f"{account} is written {times} times; keep it once")


def _tokens(view: StackView) -> Iterator[Problem]:
    """CFG-91."""
    for cluster in view.clusters:
        off = [
            key
            for key, on in (
                ("oidcIssuer", cluster.config.oidc_issuer),
                ("workloadIdentity", cluster.config.workload_identity),
            )
            if not on
        ]
        if cluster.config.workload_identities and off:
            yield TOKENS.error(
                (*cluster.path, "workloadIdentities"),
                f"workloadIdentities without {' and '.join(off)}; set {' and '.join(f'{key}: true' for key in off)}",
            )


def _reads(view: StackView) -> Iterator[Problem]:
    """CFG-92; what another stack's output holds, only that stack knows."""
    for cluster in view.clusters:
        for path, kind, existing in _existing(cluster):
            if isinstance(existing, StackOutput):
                continue
            pattern = rf"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/{re.escape(kind)}/[^/]+"
            if not re.fullmatch(pattern, existing, re.IGNORECASE):
                yield READS.error(
                    path,
                    f"{existing} is no {_IDS[kind]}; write /subscriptions/<id>/resourceGroups/<group>/providers/{kind}"
                    "/<name>",
                )


def _existing(cluster: ClusterView) -> Iterator[tuple[KeyPath, str, str | StackOutput]]:
    for key, registry in cluster.config.container_registries.items():
        yield (*cluster.path, "containerRegistries", key), "Microsoft.ContainerRegistry/registries", registry
    provider = cluster.config.key_vault_secrets_provider
    for key, vault in (provider.key_vaults if provider else {}).items():
        path = (*cluster.path, "keyVaultSecretsProvider", "keyVaults", key)
        yield path, "Microsoft.KeyVault/vaults", vault


CHECKS = (_service_accounts, _tokens, _reads)
