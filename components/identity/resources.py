"""A cluster's identity and its rights, as one component."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import authorization, managedidentity

from components.identity.plan import IdentityPlan, UserAssignedPlan
from components.outputs import References, arguments, substitute
from components.values import Ref

TYPE = "cilia:identity:ClusterIdentity"


class ClusterIdentity(pulumi.ComponentResource):
    """The user-assigned identities of a cluster's control plane and nodes, and the role assignments they need.

    Attributes:
        identity: The identity; None where Azure makes it with the cluster.
        role_assignments: Its rights; the cluster depends on them.
        references: What the cluster's plan refers to: ids of the identities.
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
        if plan.control_plane is not None:
            self.identity = _identity(name, plan.control_plane, references, child)
            self.references.update(_answers("identity", plan.key, self.identity))
        if plan.kubelet is not None:
            kubelet = _identity(f"{name}-kubelet", plan.kubelet, references, child)
            self.references.update(_answers("kubeletIdentity", plan.key, kubelet))
        known = {**references, **self.references}
        self.role_assignments = [
            authorization.RoleAssignment(f"{name}-{grant.key}", **arguments(grant.properties, known), opts=child)
            for grant in plan.role_assignments
        ]
        self.register_outputs({"principalId": known.get(Ref("identity", plan.key, "principalId"))})


def _identity(
    name: str, plan: UserAssignedPlan, references: References, opts: pulumi.ResourceOptions
) -> managedidentity.UserAssignedIdentity:
    """The identity: made, or read where it exists."""
    if plan.properties is None:
        existing: pulumi.Input[str] = substitute(plan.existing, references)
        return managedidentity.UserAssignedIdentity.get(name, existing, opts)
    return managedidentity.UserAssignedIdentity(name, **arguments(plan.properties, references), opts=opts)


def _answers(kind: str, key: str, identity: managedidentity.UserAssignedIdentity) -> dict[Ref, pulumi.Output[str]]:
    return {
        Ref(kind, key): identity.id,
        Ref(kind, key, "principalId"): identity.principal_id,
        Ref(kind, key, "clientId"): identity.client_id,
        Ref(kind, key, "tenantId"): identity.tenant_id,
    }
