"""The kubeconfig of a cluster with Entra, as `kubelogin convert-kubeconfig` would leave it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from components.cluster.entra import LoginMode
from components.cluster.kubelogin import with_kubelogin

# what AKS hands out since Kubernetes 1.24: somebody has to type a code into a browser
HANDED_OUT = """
apiVersion: v1
kind: Config
clusters: [{name: aks-main, cluster: {server: "https://aks-main.invalid:443", certificate-authority-data: QQ==}}]
contexts: [{name: aks-main, context: {cluster: aks-main, user: clusterUser_rg_aks-main}}]
current-context: aks-main
users:
- name: clusterUser_rg_aks-main
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: kubelogin
      args: [get-token, --environment, AzurePublicCloud, --server-id, server, --client-id, client, --login, devicecode]
      env: null
      provideClusterInfo: false
"""


def call(kubeconfig: str, login: LoginMode = "azurecli") -> dict[str, Any]:
    """How the only user signs in afterwards."""
    (user,) = yaml.safe_load(with_kubelogin(kubeconfig, login))["users"]
    found: dict[str, Any] = user["user"]["exec"]
    return found


@pytest.mark.parametrize("login", ["azurecli", "workloadidentity"])
def test_users_sign_in_without_being_asked(login: LoginMode) -> None:
    assert call(HANDED_OUT, login) == {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "kubelogin",
        "args": ["get-token", "--login", login, "--server-id", "server"],
        "installHint": "kubelogin is not on PATH; see https://azure.github.io/kubelogin/install.html",
        "provideClusterInfo": False,
    }


def test_a_static_token_goes_and_the_server_is_that_of_aks() -> None:
    text = HANDED_OUT[: HANDED_OUT.index("users:")] + "users: [{name: u, user: {token: secret}}]\n"
    assert call(text)["args"][-1] == "6dae42f8-4368-4678-94ff-3960e28e3630"
    assert "secret" not in with_kubelogin(text, "azurecli")


def test_everything_else_stays() -> None:
    before, after = yaml.safe_load(HANDED_OUT), yaml.safe_load(with_kubelogin(HANDED_OUT, "azurecli"))
    assert {key: after[key] for key in after if key != "users"} == {
        key: before[key] for key in before if key != "users"
    }
    assert after["users"][0]["name"] == "clusterUser_rg_aks-main"
