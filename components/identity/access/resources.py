"""Rights of identities that Azure makes by itself, as one component."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import authorization

from components.identity.access.plan import AccessPlan
from components.outputs import References, arguments

TYPE = "cilia:identity:Access"


class Access(pulumi.ComponentResource):
    """Rights that can only be granted once their holder is there: a cluster's add-ons and nodes, Grafana.

    Attributes:
        role_assignments: The rights.
    """

    role_assignments: list[pulumi.Resource]

    def __init__(
        self, name: str, plan: AccessPlan, references: References, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Deploys the plan.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            plan: What to deploy.
            references: Outputs that the plan refers to: the cluster's identities.
            opts: Options of the component; children take its providers from it.
        """
        super().__init__(TYPE, name, {}, opts)
        self.role_assignments = [
            authorization.RoleAssignment(
                f"{name}-{right.key}",
                **arguments(right.properties, references),
                opts=pulumi.ResourceOptions(parent=self),
            )
            for right in plan.role_assignments
        ]
        self.register_outputs({})
