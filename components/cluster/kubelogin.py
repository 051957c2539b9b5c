"""Credentials of a cluster with Entra: the kubeconfig that Azure hands out, with another way to sign in.

What `kubelogin convert-kubeconfig --login MODE` makes of it, without asking for kubelogin where nothing is deployed.
Source: https://azure.github.io/kubelogin/concepts/login-modes/azurecli.html and .../workloadidentity.html (2026-08)
"""

from __future__ import annotations

from typing import Any

import yaml

from components.cluster.entra import LoginMode

SERVER_ID = "6dae42f8-4368-4678-94ff-3960e28e3630"
"""The Entra application of AKS API servers, the same in every tenant of Azure's public cloud."""

_SERVER_FLAG = "--server-id"
_INSTALL = "kubelogin is not on PATH; see https://azure.github.io/kubelogin/install.html"


def with_kubelogin(kubeconfig: str, login: LoginMode) -> str:
    """The same kubeconfig, in which every user signs in by kubelogin in the given mode, without being asked."""
    config: dict[str, Any] = yaml.safe_load(kubeconfig)
    users = [{**user, "user": {"exec": _call(user.get("user") or {}, login)}} for user in config.get("users") or []]
    return yaml.safe_dump({**config, "users": users}, sort_keys=False)


def _call(user: dict[str, Any], login: LoginMode) -> dict[str, Any]:
    given = (user.get("exec") or {}).get("args") or []
    server = given[given.index(_SERVER_FLAG) + 1] if _SERVER_FLAG in given[:-1] else SERVER_ID
    return {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "kubelogin",
        "args": ["get-token", "--login", login, _SERVER_FLAG, server],
        "installHint": _INSTALL,
        "provideClusterInfo": False,
    }
