"""The SDK's own classes in another package, and the settings that they take along."""

from __future__ import annotations

import pulumi
import pytest
from pulumi import _types
from pulumi_azure_native import Provider
from pulumi_azure_native.provider import ProviderArgs

from components.cluster.api.resources import PROVIDER_SETTINGS
from components.cluster.resources import AksCluster
from tests.components.cluster.builder import plan
from tests.components.cluster.test_resources import REFERENCES
from tests.components.mocks import deploy


def test_every_setting_of_the_provider_is_taken_along() -> None:
    assert set(PROVIDER_SETTINGS) == set(_types.input_type_types(ProviderArgs))


def test_a_provider_for_the_plain_package_alone_is_refused() -> None:
    """The cluster would silently go where the default settings lead, and everything else elsewhere."""

    def program() -> None:
        explicit = Provider("explicit", location="westeurope")
        AksCluster(
            "main",
            plan({"apiVersion": "2026-05-01"}),
            REFERENCES,
            opts=pulumi.ResourceOptions(providers=[explicit]),
        )

    with pytest.raises(ValueError, match="needs a provider of package azure-native_containerservice_v20260501"):
        deploy(program)
