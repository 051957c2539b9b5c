"""The private DNS zones of one network, as one component: all linked networks must be there before."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_azure_native import privatedns

from components.network.zones.plan import ZonePlan
from components.outputs import References, arguments
from components.values import Ref

TYPE = "cilia:network:PrivateDnsZones"


class PrivateDnsZones(pulumi.ComponentResource):
    """Private DNS zones, each with its links.

    Attributes:
        links: Every link; nodes resolve names of a zone once these are there.
        references: What other areas' plans may refer to: ids and names of the zones.
    """

    links: list[pulumi.Resource]
    references: dict[Ref, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        plans: Sequence[ZonePlan],
        references: References,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Deploys the plans.

        Args:
            name: Key of the network and Pulumi name of the component; zones are called `<name>-<key>`, links
                `<name>-<key>-<link>`.
            plans: What to deploy.
            references: Outputs that the plans refer to: the resource group, networks, outputs of other stacks.
            opts: Options of the component; children take its providers from it.
        """
        super().__init__(TYPE, name, {}, opts)
        self.links = []
        self.references = {}
        for plan in plans:
            zone = privatedns.PrivateZone(
                f"{name}-{plan.zone.key}",
                **arguments(plan.zone.properties, references),
                opts=pulumi.ResourceOptions(parent=self, protect=plan.zone.protect),
            )
            self.references[Ref("privateDnsZone", f"{name}/{plan.zone.key}")] = zone.id
            self.references[Ref("privateDnsZone", f"{name}/{plan.zone.key}", "name")] = zone.name
            known = {**references, **self.references}
            for link in plan.links:
                written = privatedns.VirtualNetworkLink(
                    f"{name}-{plan.zone.key}-{link.key}",
                    **arguments(link.properties, known),
                    opts=pulumi.ResourceOptions(parent=self, protect=link.protect),
                )
                self.links.append(written)
        self.register_outputs({})
