"""The Azure resources of a virtual network, as one component."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import network

from components.network.plan import NetworkPlan
from components.outputs import References, arguments
from components.values import Ref

TYPE = "cilia:network:Network"


class Network(pulumi.ComponentResource):
    """A virtual network with its subnets, security groups, route tables and NAT gateways.

    Subnets are written one after the other, because Azure refuses parallel writes to one virtual network, and each is
    written whole, with all it is attached to.

    Attributes:
        virtual_network: The VirtualNetwork.
        subnets: The deployed subnets by key.
        references: What other areas' plans may refer to: subnets, route tables, NAT gateways and their addresses.
    """

    virtual_network: network.VirtualNetwork
    subnets: dict[str, network.Subnet]
    references: dict[Ref, pulumi.Output[str]]

    def __init__(
        self, name: str, plan: NetworkPlan, references: References, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Deploys the plan.

        Args:
            name: Pulumi name of the component; children are called `<name>-<key>`.
            plan: What to deploy.
            references: Outputs that the plan refers to and that are not its own: the resource group.
            opts: Options of the component; children take its providers from it.

        Raises:
            ValueError: The plan is of a network that exists already.
        """
        super().__init__(TYPE, name, {}, opts)
        known = dict(references)

        def options(*depends_on: pulumi.Resource, protect: bool) -> pulumi.ResourceOptions:
            return pulumi.ResourceOptions(parent=self, protect=protect, depends_on=list(depends_on) or None)

        for group in plan.security_groups:
            deployed = network.NetworkSecurityGroup(
                f"{name}-{group.key}", **arguments(group.properties, known), opts=options(protect=group.protect)
            )
            known[Ref("networkSecurityGroup", f"{plan.key}/{group.key}")] = deployed.id
        for table in plan.route_tables:
            routes = network.RouteTable(
                f"{name}-{table.key}", **arguments(table.properties, known), opts=options(protect=table.protect)
            )
            known[Ref("routeTable", f"{plan.key}/{table.key}")] = routes.id
        for address in plan.public_ips:
            public_ip = network.PublicIPAddress(
                f"{name}-{address.key}", **arguments(address.properties, known), opts=options(protect=address.protect)
            )
            known[Ref("publicIP", f"{plan.key}/{address.key}")] = public_ip.id
            known[Ref("publicIP", f"{plan.key}/{address.key}", "ipAddress")] = public_ip.ip_address
        for gateway in plan.nat_gateways:
            nat = network.NatGateway(
                f"{name}-{gateway.key}", **arguments(gateway.properties, known), opts=options(protect=gateway.protect)
            )
            known[Ref("natGateway", f"{plan.key}/{gateway.key}")] = nat.id
        if plan.virtual_network is None:
            raise ValueError(f"network {plan.key} exists already and is not deployed")
        self.virtual_network = network.VirtualNetwork(
            name,
            **arguments(plan.virtual_network.properties, known),
            opts=options(protect=plan.virtual_network.protect),
        )
        known[Ref("virtualNetwork", plan.key)] = self.virtual_network.id
        known[Ref("virtualNetwork", plan.key, "name")] = self.virtual_network.name
        self.subnets = {}
        previous: list[pulumi.Resource] = []
        for subnet in plan.subnets:
            if subnet.retired:
                continue
            written = network.Subnet(
                f"{name}-{subnet.key}",
                **arguments(subnet.properties, known),
                opts=options(*previous, protect=subnet.protect),
            )
            self.subnets[subnet.key] = written
            known[Ref("subnet", f"{plan.key}/{subnet.key}")] = written.id
            previous = [written]
        self.references = {
            ref: pulumi.Output.from_input(value) for ref, value in known.items() if ref not in references
        }
        self.register_outputs({"id": self.virtual_network.id})
