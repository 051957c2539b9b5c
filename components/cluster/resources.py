"""An AKS cluster with its pools and a way into it, as one component."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_azure_native import containerservice

from components.cluster.api.resources import classes, package_provider
from components.cluster.entra import LoginMode
from components.cluster.kubelogin import with_kubelogin
from components.cluster.plan import ClusterPlan
from components.outputs import References, arguments, substitute
from components.values import Ref

TYPE = "cilia:cluster:AksCluster"
SECRETS_PROVIDER = "azureKeyvaultSecretsProvider"
"""The add-on that reads key vaults, as ARM calls it."""


class AksCluster(pulumi.ComponentResource):
    """A managed cluster with its system pool inline and every other pool as a resource of its own.

    Attributes:
        cluster: The ManagedCluster.
        pools: The other pools by key.
        kubeconfig: Credentials for the cluster, always secret; None, and never asked for, where something else writes
            to the cluster.
        provider: The Kubernetes provider; None there too.
        references: What other areas' plans may refer to: the cluster's id, name, identities and OIDC issuer.
    """

    cluster: containerservice.ManagedCluster
    pools: dict[str, containerservice.AgentPool]
    kubeconfig: pulumi.Output[str] | None
    provider: kubernetes.Provider | None
    references: dict[Ref, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        plan: ClusterPlan,
        references: References,
        *,
        depends_on: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Deploys the plan.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            plan: What to deploy.
            references: Outputs that the plan refers to: the resource group, subnets and identity.
            depends_on: What must be there before the cluster: the role assignments of its identity.
            opts: Options of the component; children take its providers from it.
        """
        super().__init__(TYPE, name, {}, opts)
        provider = package_provider(name, plan.api_package, self) if plan.api_package else None
        cluster_type, pool_type = classes(plan.api_package)
        self.cluster = cluster_type(
            name,
            **arguments(plan.properties, references),
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=provider,
                aliases=[pulumi.Alias(type_=former) for former in plan.former_types],
                protect=plan.protect,
                depends_on=list(depends_on),
                ignore_changes=list(plan.ignore_changes),
            ),
        )
        self.references = _answers(plan.key, self.cluster)
        known = {**references, **self.references}
        self.pools = {
            pool.key: pool_type(
                f"{name}-{pool.key}",
                **arguments(pool.properties, known),
                opts=pulumi.ResourceOptions(
                    parent=self,
                    provider=provider,
                    aliases=[pulumi.Alias(type_=former) for former in plan.former_pool_types],
                    protect=pool.protect,
                    ignore_changes=list(pool.ignore_changes),
                    replace_on_changes=list(pool.replace_on_changes),
                ),
            )
            for pool in plan.pools
        }
        for window in plan.maintenance:
            containerservice.MaintenanceConfiguration(
                f"{name}-{window.key}",
                **arguments(window.properties, known),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.kubeconfig = self.provider = None
        if plan.applies_in_cluster:
            self.kubeconfig = _kubeconfig(
                substitute(plan.properties["resourceGroupName"], known), self.cluster, plan.kubelogin
            )
            self.provider = kubernetes.Provider(
                name,
                kubeconfig=self.kubeconfig,
                # without it a rotated credential, or a cluster not made yet, would replace everything in the cluster
                cluster_identifier=self.cluster.id,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.cluster]),
            )
        self.register_outputs({"id": self.cluster.id, "name": self.cluster.name})


def _answers(key: str, cluster: containerservice.ManagedCluster) -> dict[Ref, pulumi.Output[str]]:
    """What only Azure knows of a cluster; empty text where the cluster does not have it."""
    secrets = cluster.addon_profiles.apply(lambda profiles: (profiles or {}).get(SECRETS_PROVIDER))
    return {
        Ref("cluster", key): cluster.id,
        Ref("cluster", key, "name"): cluster.name,
        Ref("cluster", key, "nodeResourceGroup"): cluster.node_resource_group.apply(lambda name: name or ""),
        # apart, because to a preview what a resource does not have is unknown
        Ref("cluster", key, "fqdn"): cluster.fqdn,
        Ref("cluster", key, "privateFQDN"): cluster.private_fqdn,
        Ref("cluster", key, "principalId"): cluster.identity.apply(lambda own: own.principal_id if own else ""),
        Ref("cluster", key, "tenantId"): cluster.identity.apply(lambda own: own.tenant_id if own else ""),
        Ref("cluster", key, "oidcIssuerUrl"): cluster.oidc_issuer_profile.apply(
            lambda profile: profile.issuer_url if profile else ""
        ),
        Ref("cluster", key, "kubeletPrincipalId"): cluster.identity_profile.apply(
            lambda profile: profile["kubeletidentity"].object_id if profile else ""
        ),
        Ref("cluster", key, "secretsProviderPrincipalId"): secrets.apply(
            lambda profile: profile.identity.object_id if profile and profile.identity else ""
        ),
        Ref("cluster", key, "secretsProviderClientId"): secrets.apply(
            lambda profile: profile.identity.client_id if profile and profile.identity else ""
        ),
    }


def _kubeconfig(
    resource_group: pulumi.Input[str], cluster: containerservice.ManagedCluster, login: LoginMode | None
) -> pulumi.Output[str]:
    """The cluster's user credentials, marked as the secret they are: azure-native returns them plain."""
    credentials = containerservice.list_managed_cluster_user_credentials_output(
        resource_group_name=resource_group,
        resource_name=cluster.name,
        format=None if login is None else "exec",
        opts=pulumi.InvokeOutputOptions(depends_on=[cluster]),
    )

    def text(entries: list[Any]) -> str:
        given = base64.b64decode(entries[0].value).decode()
        return given if login is None else with_kubelogin(given, login)

    return pulumi.Output.secret(credentials.kubeconfigs.apply(text))
