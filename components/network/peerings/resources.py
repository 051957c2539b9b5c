"""The peerings of one network, as one component: both networks must be there before."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import network

from components.network.peerings.plan import PeeringPlan
from components.outputs import References, arguments

TYPE = "cilia:network:Peerings"


class Peerings(pulumi.ComponentResource):
    """The peerings of a virtual network, written one after the other: Azure refuses parallel writes to a network.

    Attributes:
        peerings: The deployed peerings by key.
    """

    peerings: dict[str, network.VirtualNetworkPeering]

    def __init__(
        self,
        name: str,
        plans: Sequence[PeeringPlan],
        references: References,
        *,
        depends_on: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Deploys the plans.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            plans: What to deploy.
            references: Outputs that the plans refer to: networks of this stack, outputs of other stacks.
            depends_on: The last writes to the networks: their last subnets, and peerings made before.
            opts: Options of the component; children take its providers from it.
        """
        super().__init__(TYPE, name, {}, opts)
        self.peerings = {}
        previous = list(depends_on)
        for plan in plans:
            written = network.VirtualNetworkPeering(
                f"{name}-{plan.key}",
                **arguments(plan.properties, references),
                opts=pulumi.ResourceOptions(parent=self, protect=plan.protect, depends_on=previous),
            )
            self.peerings[plan.key] = written
            previous = [written]
        self.register_outputs({})
