"""A cluster's identity and its rights, as one component."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import authorization, managedidentity

from components.identity.plan import IdentityPlan
from components.outputs import References, arguments
from components.values import Ref

TYPE = "cilia:identity:ClusterIdentity"


class ClusterIdentity(pulumi.ComponentResource):
    """The user-assigned identity of a cluster's control plane, and the role assignments it needs.

    Attributes:
        identity: The identity; None where Azure makes it with the cluster.
        role_assignments: Its rights; the cluster depends on them.
        references: What the cluster's plan refers to: the identity's id.
    """

    identity: managedidentity.UserAssignedIdentity | None
    role_assignments: list[pulumi.Resource]
    references: dict[Ref, pulumi.Output[str]]

    def __init__(
        self, name: str, plan: IdentityPlan, references: References, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Deploys the plan.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            plan: What to deploy.
            references: Outputs that the plan refers to: the resource group, the scopes of the grants and, where Azure
                makes the identity with the cluster, the cluster's principal.
            opts: Options of the component; children take its providers from it.
        """
        super().__init__(TYPE, name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.identity = None
        self.references = {}
        if plan.properties is not None:
            self.identity = managedidentity.UserAssignedIdentity(
                name, **arguments(plan.properties, references), opts=child
            )
            self.references = {
                Ref("identity", plan.key): self.identity.id,
                Ref("identity", plan.key, "principalId"): self.identity.principal_id,
                Ref("identity", plan.key, "clientId"): self.identity.client_id,
            }
        known = {**references, **self.references}
        self.role_assignments = [
            authorization.RoleAssignment(f"{name}-{grant.key}", **arguments(grant.properties, known), opts=child)
            for grant in plan.role_assignments
        ]
        self.register_outputs({"principalId": known.get(Ref("identity", plan.key, "principalId"))})
