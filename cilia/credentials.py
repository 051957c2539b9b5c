"""The lines that let a person into a cluster, which everything else in this package that prints lines begins with.

Source: https://learn.microsoft.com/azure/aks/kubelogin-authentication (2026-08)
"""

from __future__ import annotations

from collections.abc import Iterator

GET_CREDENTIALS = "az aks get-credentials --resource-group {group} --name {cluster} --overwrite-existing"
SIGN_IN = "kubelogin convert-kubeconfig --login azurecli --context {cluster}"
"""Where people sign in with Entra, whose credentials ask for a browser otherwise."""


def credentials(group: str, cluster: str, *, entra: bool) -> Iterator[str]:
    """The lines, in order.

    Args:
        group: The cluster's resource group, as a shell reads it.
        cluster: The cluster's Azure name, likewise.
        entra: Whether people sign in with Entra.
    """
    yield GET_CREDENTIALS.format(group=group, cluster=cluster)
    if entra:
        yield SIGN_IN.format(cluster=cluster)
