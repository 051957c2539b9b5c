"""Options are listed when the program set them, under the names of the contract."""

from __future__ import annotations

import pytest
from pulumi.runtime.proto.alias_pb2 import Alias
from pulumi.runtime.proto.resource_pb2 import RegisterResourceRequest

from cilia.options import options

CLUSTER = "azure-native:containerservice:ManagedCluster"


def test_only_what_the_program_set_is_listed() -> None:
    assert options(RegisterResourceRequest(type=CLUSTER, protect=False)) == {}


def test_every_option_has_its_name_in_the_contract() -> None:
    request = RegisterResourceRequest(
        type=CLUSTER,
        protect=True,
        dependencies=["urn:b", "urn:a"],
        ignoreChanges=["b", "a"],
        replaceOnChanges=["d", "c"],
        retainOnDelete=True,
        deleteBeforeReplace=True,
        deleteBeforeReplaceDefined=True,
        deletedWith="urn:c",
        provider="urn:pulumi:dev::cilia::pulumi:providers:azure-native::own::04da6b54",
        importId="/id",
    )

    assert options(request) == {
        "protect": True,
        "dependsOn": ["urn:a", "urn:b"],
        "ignoreChanges": ["b", "a"],
        "replaceOnChanges": ["d", "c"],
        "retainOnDelete": True,
        "deleteBeforeReplace": True,
        "deletedWith": "urn:c",
        "provider": "urn:pulumi:dev::cilia::pulumi:providers:azure-native::own",
        "import": "/id",
    }


def test_creating_before_deleting_is_a_choice_as_well() -> None:
    assert options(RegisterResourceRequest(deleteBeforeReplaceDefined=True)) == {"deleteBeforeReplace": False}


@pytest.mark.parametrize(
    ("kind", "alias", "expected"),
    [
        (CLUSTER, Alias(urn="urn:old"), ["urn:old"]),
        (CLUSTER, Alias(spec=Alias.Spec(name="old")), [{"name": "old"}]),
        (CLUSTER, Alias(spec=Alias.Spec(name="old", parentUrn="urn:p")), [{"name": "old", "parentUrn": "urn:p"}]),
        (CLUSTER, Alias(spec=Alias.Spec(noParent=True)), [{"noParent": True}]),
        ("cilia:b:Net", Alias(spec=Alias.Spec(type="cilia:a:Net")), [{"type": "cilia:a:Net"}]),
        (
            "azure-native_containerservice_v20260501:containerservice:ManagedCluster",
            Alias(spec=Alias.Spec(type=CLUSTER)),
            [{"type": CLUSTER}],
        ),
        (CLUSTER, Alias(spec=Alias.Spec(type="azure-native:containerservice/v20240101:ManagedCluster")), []),
        (
            "azure-native_containerservice_v20260501:containerservice:ManagedCluster",
            Alias(spec=Alias.Spec(type="azure-native:containerservice/v20240101:ManagedCluster")),
            [],
        ),
        (
            CLUSTER,
            Alias(spec=Alias.Spec(type="azure-native:containerservice/v20240101:ManagedCluster", name="old")),
            [{"name": "old", "type": "azure-native:containerservice/v20240101:ManagedCluster"}],
        ),
        (
            "azure-native:monitor:DiagnosticSetting",
            Alias(spec=Alias.Spec(type="azure-native:insights:DiagnosticSetting")),
            [],
        ),
        ("kubernetes:apps/v1:Deployment", Alias(spec=Alias.Spec(type="kubernetes:apps/v1beta1:Deployment")), []),
    ],
    ids=[
        "urn",
        "name",
        "name-and-parent",
        "no-parent",
        "type-of-a-component",
        "plain-type-of-a-parameterized-package",
        "sdk-api-version",
        "sdk-api-version-of-a-parameterized-package",
        "api-version-and-name",
        "sdk-older-module",
        "sdk-kubernetes",
    ],
)
def test_the_program_s_aliases_stay_and_the_sdk_s_go(kind: str, alias: Alias, expected: list[object]) -> None:
    assert options(RegisterResourceRequest(type=kind, aliases=[alias])).get("aliases", []) == expected
