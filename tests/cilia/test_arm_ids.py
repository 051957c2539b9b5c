"""Ids are exactly what Azure makes of a path, or they are not given."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest

from cilia.arm_ids import TEMPLATES, azure_type, parameters, predict

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
# Parameters of `get_…` functions that are no part of the path.
QUERIES = {"expand", "opts", "tenant_id"}


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


@pytest.mark.parametrize("kind", sorted(TEMPLATES))
def test_every_template_takes_exactly_the_parameters_of_the_sdk_s_own_look_up(kind: str) -> None:
    module, _, name = kind.partition(":")
    look_up = getattr(importlib.import_module(f"pulumi_azure_native.{module}"), f"get_{snake(name)}")

    expected = set(inspect.signature(look_up).parameters) - QUERIES

    assert {snake(parameter) for parameter in parameters(f"azure-native:{kind}")} - {"subscription_id"} == expected


@pytest.mark.parametrize("kind", sorted(TEMPLATES))
def test_every_parameter_is_an_input_of_the_resource_under_that_very_name(kind: str) -> None:
    module, _, name = kind.partition(":")
    resource = getattr(importlib.import_module(f"pulumi_azure_native.{module}"), name)
    source = inspect.getsource(inspect.getmodule(resource.__init__) or resource)
    spelt = set(re.findall(r'@pulumi\.getter\(name="(\w+)"\)', source)) | set(re.findall(r"def (\w+)\(self\)", source))

    assert set(parameters(f"azure-native:{kind}")) - {"subscriptionId"} <= spelt


@pytest.mark.parametrize(
    ("token", "inputs", "expected"),
    [
        ("azure-native:resources:ResourceGroup", {"resourceGroupName": "rg"}, GROUP),
        (
            "azure-native:network:Subnet",
            {"resourceGroupName": "rg", "virtualNetworkName": "vnet-main", "subnetName": "nodes"},
            f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-main/subnets/nodes",
        ),
        (
            "azure-native_containerservice_v20260501:containerservice:ManagedCluster",
            {"resourceGroupName": "rg", "resourceName": "aks-main"},
            f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-main",
        ),
        (
            "azure-native:containerservice/v20260501:AgentPool",
            {"resourceGroupName": "rg", "resourceName": "aks-main", "agentPoolName": "user"},
            f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/aks-main/agentPools/user",
        ),
        (
            "azure-native:authorization:RoleAssignment",
            {"scope": f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v", "roleAssignmentName": "a"},
            f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/providers/Microsoft.Authorization/roleAssignments/a",
        ),
        (
            "azure-native:authorization:RoleAssignment",
            {"scope": "/", "roleAssignmentName": "a"},
            "/providers/Microsoft.Authorization/roleAssignments/a",
        ),
        (
            "azure-native:monitor:DiagnosticSetting",
            {"resourceUri": GROUP.removeprefix("/"), "name": "logs"},
            f"{GROUP}/providers/Microsoft.Insights/diagnosticSettings/logs",
        ),
    ],
    ids=["group", "nested", "parameterized", "explicit-version", "extension", "root-scope", "scope-without-slash"],
)
def test_an_id_follows_the_template(token: str, inputs: dict[str, object], expected: str) -> None:
    assert predict(token, inputs, SUBSCRIPTION) == expected


def test_without_a_subscription_the_id_has_zeros() -> None:
    expected = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"

    assert predict("azure-native:resources:ResourceGroup", {"resourceGroupName": "rg"}) == expected


@pytest.mark.parametrize(
    ("token", "inputs", "subscription"),
    [
        ("azure-native:storage:StorageAccount", {"resourceGroupName": "rg", "accountName": "a"}, SUBSCRIPTION),
        ("random:index:RandomId", {"resourceGroupName": "rg"}, SUBSCRIPTION),
        ("azure-native:resources:ResourceGroup", {}, SUBSCRIPTION),
        ("azure-native:resources:ResourceGroup", {"resourceGroupName": {"$unknown": "x"}}, SUBSCRIPTION),
        ("azure-native:resources:ResourceGroup", {"resourceGroupName": "rg"}, ""),
    ],
    ids=["type-without-template", "other-package", "named-by-the-provider", "unknown-name", "unknown-subscription"],
)
def test_what_is_not_certain_is_not_guessed(token: str, inputs: dict[str, object], subscription: str) -> None:
    assert predict(token, inputs, subscription) is None


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("azure-native:network:Subnet", "network:Subnet"),
        ("azure-native:network/v20240501:Subnet", "network:Subnet"),
        ("azure-native_network_v20240501:network:Subnet", "network:Subnet"),
        ("pulumi:providers:azure-native", None),
        ("kubernetes:core/v1:Namespace", None),
    ],
)
def test_all_versions_of_a_token_name_one_azure_type(token: str, expected: str | None) -> None:
    assert azure_type(token) == expected
