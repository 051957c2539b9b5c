"""Functions of azure-native: a cluster's credentials, who is signed in, and `get...` of anything in the catalogue."""

from __future__ import annotations

import base64
import re
from typing import Any

from tests.engine.arm import AzureError
from tests.engine.azure import Azure
from tests.engine.catalogue import KINDS, short_token

# Stands in every kubeconfig that is handed out, so that a test can look for it wherever it must not appear.
PLANTED_TOKEN = "planted-cluster-credential-6b1f"

CREDENTIALS = {"listManagedClusterUserCredentials": "clusterUser", "listManagedClusterAdminCredentials": "clusterAdmin"}


def run(azure: Azure, subscription: str, token: str, args: dict[str, Any]) -> dict[str, Any] | None:
    """The result of a function, or nothing for one that is not simulated. Raises: AzureError."""
    short, _ = short_token(token)
    module, _, function = short.partition(":")
    if short == "authorization:getClientConfig":
        return _client_config(azure, subscription)
    if short == "authorization:getClientToken":
        return {"token": PLANTED_TOKEN}
    if function in CREDENTIALS:
        return _credentials(azure, subscription, function, args)
    kind = KINDS.get(f"{module}:{function.removeprefix('get')}") if function.startswith("get") else None
    if kind is None:
        return None
    values = {"subscriptionId": subscription, **args}
    arm_id = re.sub(r"\{(\w+)\}", lambda found: str(values[found.group(1)]), kind.path)
    response = azure.get(arm_id)
    if response is None:
        raise _not_found(arm_id)
    return {"id": azure.real_id(arm_id), **response}


def _not_found(arm_id: str) -> AzureError:
    return AzureError(404, "ResourceNotFound", f"The Resource '{arm_id}' was not found.")


def _client_config(azure: Azure, subscription: str) -> dict[str, Any]:
    tenant = azure.store.control().tenant
    ids = {"clientId": "22222222-2222-2222-2222-222222222222", "objectId": "33333333-3333-3333-3333-333333333333"}
    return {**ids, "subscriptionId": subscription, "tenantId": tenant}


def _credentials(azure: Azure, subscription: str, function: str, args: dict[str, Any]) -> dict[str, Any]:
    arm_id = KINDS["containerservice:ManagedCluster"].path
    for name, value in {"subscriptionId": subscription, **args}.items():
        arm_id = arm_id.replace(f"{{{name}}}", str(value))
    cluster = azure.get(arm_id)
    if cluster is None:
        raise _not_found(arm_id)
    if function == "listManagedClusterAdminCredentials" and cluster.get("disableLocalAccounts"):
        message = "Getting static credential is not allowed because this cluster is set to disable local accounts."
        raise AzureError(400, "BadRequest", message)
    control = azure.store.control()
    text = control.kubeconfig or kubeconfig(cluster, CREDENTIALS[function], control.cluster_login or PLANTED_TOKEN)
    return {"kubeconfigs": [{"name": CREDENTIALS[function], "value": base64.b64encode(text.encode()).decode()}]}


def kubeconfig(cluster: dict[str, Any], user: str, token: str = PLANTED_TOKEN) -> str:
    """What AKS hands out: a token while there are local accounts, else a call of kubelogin."""
    name = cluster["name"]
    host = cluster.get("fqdn") or cluster["privateFQDN"]
    login = f"token: {token}"
    if cluster.get("disableLocalAccounts"):
        arguments = "[get-token, --login, azurecli, --server-id, 6dae42f8-4368-4678-94ff-3960e28e3630]"
        call = f"apiVersion: client.authentication.k8s.io/v1beta1, command: kubelogin, args: {arguments}"
        login = f"exec: {{{call}, provideClusterInfo: false}}"
    authority = base64.b64encode(f"authority of {host}".encode()).decode()
    return f"""apiVersion: v1
kind: Config
clusters:
- name: {name}
  cluster: {{server: "https://{host}:443", certificate-authority-data: {authority}}}
users:
- name: {user}_{name}
  user: {{{login}}}
contexts:
- name: {name}
  context: {{cluster: {name}, user: {user}_{name}}}
current-context: {name}
"""
