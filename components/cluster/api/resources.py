"""Clusters and pools at another version of Azure's API than the SDK's own, as the SDK's own classes.

The program says everything in Azure's own words, so nothing but the type token, the package and its provider differ.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pulumi
from pulumi.runtime import is_config_secret
from pulumi_azure_native import containerservice

from components.cluster.api.package import BASE_PACKAGE, ApiPackage

PROVIDER_SETTINGS = (
    "auxiliaryTenantIds",
    "clientCertificatePassword",
    "clientCertificatePath",
    "clientId",
    "clientSecret",
    "disableInstanceDiscovery",
    "disablePulumiPartnerId",
    "environment",
    "location",
    "metadataHost",
    "msiEndpoint",
    "oidcRequestToken",
    "oidcRequestUrl",
    "oidcToken",
    "oidcTokenFilePath",
    "partnerId",
    "subscriptionId",
    "tenantId",
    "useDefaultAzureCredential",
    "useMsi",
    "useOidc",
)
"""What azure-native 3.29 may be configured with; each package of it reads settings under its own name only."""


class _InPackage(pulumi.CustomResource):
    """Stands between an SDK class and Pulumi, and registers the resource in another package."""

    package: ApiPackage

    def __init__(self, _token: str, name: str, props: Any, opts: pulumi.ResourceOptions) -> None:
        token = self.package.token(type(self).__name__)
        super().__init__(token, name, props, opts, package_ref=_registered(self.package))


def classes(
    package: ApiPackage | None,
) -> tuple[type[containerservice.ManagedCluster], type[containerservice.AgentPool]]:
    """The classes of clusters and pools: the SDK's own, or the same at the version of a package."""
    if package is None:
        return containerservice.ManagedCluster, containerservice.AgentPool
    within = {"package": package}
    return (
        type("ManagedCluster", (containerservice.ManagedCluster, _InPackage), within),
        type("AgentPool", (containerservice.AgentPool, _InPackage), within),
    )


def package_provider(name: str, package: ApiPackage, parent: pulumi.ComponentResource) -> pulumi.ProviderResource:
    """The provider of a package: the one that the component was given for it, or one with azure-native's settings.

    Left to itself the engine would make one without settings, so that clusters could go to another subscription.

    Raises:
        ValueError: The component was given a provider for azure-native and none for the package, so that the cluster
            would not go where everything else goes.
    """
    given = parent.get_provider(package.token("ManagedCluster"))
    if given is not None:
        return given
    if parent.get_provider(f"{BASE_PACKAGE}:containerservice:ManagedCluster") is not None:
        raise ValueError(
            f"{name}: apiVersion {package.version} needs a provider of package {package.name} beside the one of"
            f" {BASE_PACKAGE}; add one to `providers`"
        )
    config = pulumi.Config(BASE_PACKAGE)
    settings = {
        key: config.get_secret(key) if is_config_secret(f"{BASE_PACKAGE}:{key}") else value
        for key in PROVIDER_SETTINGS
        if (value := config.get(key)) is not None
    }
    options = pulumi.ResourceOptions(parent=parent)
    return pulumi.ProviderResource(package.name, name, settings, options, package_ref=_registered(package))


async def _registered(package: ApiPackage) -> str | None:
    """What refers to the package in one registration; each needs one of its own, because it is awaited once."""
    sdk = version(f"pulumi-{BASE_PACKAGE}")
    return await pulumi.runtime.register_package(BASE_PACKAGE, sdk, "", package.name, sdk, package.parameter)
