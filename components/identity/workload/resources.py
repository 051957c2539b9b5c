"""The identities of a cluster's workloads, as one component."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import authorization, managedidentity

from components.identity.workload.plan import WorkloadIdentityPlan, workload_reference
from components.outputs import References, arguments
from components.values import Ref

TYPE = "cilia:identity:WorkloadIdentities"


class WorkloadIdentities(pulumi.ComponentResource):
    """Identities that service accounts of a cluster may use, with their rights.

    Attributes:
        identities: The identities by key.
        credentials: Federated credentials by key; those of one identity are written one after the other, because Azure
            refuses two at once.
        references: What other plans may refer to: each identity's id, name, client and principal.
    """

    identities: dict[str, managedidentity.UserAssignedIdentity]
    credentials: dict[str, managedidentity.FederatedIdentityCredential]
    references: dict[Ref, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        plans: Sequence[WorkloadIdentityPlan],
        references: References,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Deploys the plans.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            plans: What to deploy.
            references: Outputs that the plans refer to: the resource group and the cluster's OIDC issuer.
            opts: Options of the component; children take its providers from it.
        """
        super().__init__(TYPE, name, {}, opts)
        self.identities, self.credentials, self.references = {}, {}, {}
        for plan in plans:
            identity = managedidentity.UserAssignedIdentity(
                f"{name}-{plan.key}",
                **arguments(plan.properties, references),
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.identities[plan.key] = identity
            self.references.update(
                {
                    workload_reference(plan.cluster, plan.key): identity.id,
                    workload_reference(plan.cluster, plan.key, "name"): identity.name,
                    workload_reference(plan.cluster, plan.key, "clientId"): identity.client_id,
                    workload_reference(plan.cluster, plan.key, "principalId"): identity.principal_id,
                }
            )
            self._use(name, plan, {**references, **self.references})
        self.register_outputs({})

    def _use(self, name: str, plan: WorkloadIdentityPlan, known: References) -> None:
        before: list[pulumi.Resource] = []
        for credential in plan.credentials:
            self.credentials[credential.key] = managedidentity.FederatedIdentityCredential(
                f"{name}-{credential.key}",
                **arguments(credential.properties, known),
                opts=pulumi.ResourceOptions(parent=self, depends_on=before),
            )
            before = [self.credentials[credential.key]]
        for right in plan.role_assignments:
            authorization.RoleAssignment(
                f"{name}-{right.key}",
                **arguments(right.properties, known),
                opts=pulumi.ResourceOptions(parent=self),
            )
