"""Functions."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import yaml

from tests.engine import samples
from tests.engine.client import CallError, Client
from tests.engine.invokes import PLANTED_TOKEN

USER = "azure-native:containerservice:listManagedClusterUserCredentials"
ADMIN = "azure-native:containerservice:listManagedClusterAdminCredentials"
CLUSTER = {**samples.IN_GROUP, "resourceName": "aks-main"}


def kubeconfig(azure: Client, function: str) -> dict[str, Any]:
    (found,) = azure.invoke(function, CLUSTER)["kubeconfigs"]
    return dict(yaml.safe_load(base64.b64decode(found["value"])))


@pytest.mark.parametrize(
    "function",
    [USER, ADMIN, USER.replace("azure-native", "azure-native_containerservice_v20260501")],
    ids=["user", "admin", "explicit version"],
)
def test_credentials_lead_to_the_cluster_and_carry_the_planted_token(azure: Client, function: str) -> None:
    samples.group(azure)
    cluster = samples.cluster(azure)

    config = kubeconfig(azure, function)

    assert config["clusters"][0]["cluster"]["server"] == f"https://{cluster.outputs['fqdn']}:443"
    assert config["users"][0]["user"] == {"token": PLANTED_TOKEN}


def test_without_local_accounts_there_is_kubelogin_and_no_admin(azure: Client) -> None:
    samples.group(azure)
    samples.cluster(azure, disableLocalAccounts=True)

    assert kubeconfig(azure, USER)["users"][0]["user"]["exec"]["command"] == "kubelogin"
    with pytest.raises(CallError, match="set to disable local accounts"):
        azure.invoke(ADMIN, CLUSTER)


def test_kubeconfig_of_a_real_server_can_be_handed_out(azure: Client) -> None:
    samples.group(azure)
    samples.cluster(azure)
    azure.store.order(kubeconfig="clusters: []")

    assert kubeconfig(azure, USER) == {"clusters": []}


def test_no_cluster_has_no_credentials(azure: Client) -> None:
    with pytest.raises(CallError, match=r"Status=404.*managedClusters/aks-main' was not found"):
        azure.invoke(USER, CLUSTER)


def test_who_is_signed_in_is_known(azure: Client) -> None:
    azure.configure(subscriptionId="44444444-4444-4444-4444-444444444444")

    found = azure.invoke("azure-native:authorization:getClientConfig", {})

    assert found["subscriptionId"] == "44444444-4444-4444-4444-444444444444"
    assert found["tenantId"] == azure.store.control().tenant


def test_anything_in_the_catalogue_can_be_looked_up(azure: Client) -> None:
    samples.group(azure)
    network = samples.network(azure)
    inputs = {**samples.IN_GROUP, "virtualNetworkName": "main"}

    found = azure.invoke("azure-native:network:getVirtualNetwork", inputs)

    assert found["id"] == network.id
    assert found["addressSpace"] == {"addressPrefixes": ["10.0.0.0/16"]}


def test_function_that_is_not_simulated_is_named(azure: Client) -> None:
    with pytest.raises(CallError, match="Invoke type azure-native:web:listSites not found"):
        azure.invoke("azure-native:web:listSites", {})
