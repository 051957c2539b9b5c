"""An Application Gateway for Containers, as one component."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import servicenetworking

from components.ingress.plan import ApplicationGatewayPlan
from components.outputs import References, arguments
from components.values import Ref

TYPE = "cilia:ingress:ApplicationGateway"


class ApplicationGateway(pulumi.ComponentResource):
    """The gateway with its place in the subnet and its frontends.

    Attributes:
        gateway: The traffic controller.
        frontends: Its frontends by name.
        references: What other plans may refer to: the gateway's id and name.
    """

    gateway: servicenetworking.TrafficControllerInterface
    frontends: dict[str, servicenetworking.FrontendsInterface]
    references: dict[Ref, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        plan: ApplicationGatewayPlan,
        references: References,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Deploys the plan.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            plan: What to deploy.
            references: Outputs that the plan refers to: the resource group and the subnet.
            opts: Options of the component; children take its providers from it.
        """
        super().__init__(TYPE, name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.gateway = servicenetworking.TrafficControllerInterface(
            name, **arguments(plan.properties, references), opts=child
        )
        self.references = {
            Ref("trafficController", plan.key): self.gateway.id,
            Ref("trafficController", plan.key, "name"): self.gateway.name,
        }
        known = {**references, **self.references}
        servicenetworking.AssociationsInterface(
            f"{name}-{plan.association.key}", **arguments(plan.association.properties, known), opts=child
        )
        self.frontends = {
            frontend.key: servicenetworking.FrontendsInterface(
                f"{name}-{frontend.key}", **arguments(frontend.properties, known), opts=child
            )
            for frontend in plan.frontends
        }
        self.register_outputs({})
