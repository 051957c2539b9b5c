"""Resources of a program and a state, small enough to see through."""

from __future__ import annotations

from typing import Any

from cilia.adoption.state import State
from cilia.record import Resource

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
STACK_URN = "urn:pulumi:dev::cilia::pulumi:pulumi:Stack::cilia-dev"
NETWORK = "cilia:network:Network"
CLUSTER = "cilia:cluster:AksCluster"
SUBNET_ID = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes"
)


def urn(kind: str, name: str, parent: str = "") -> str:
    """The URN of a resource below a component, or below nothing."""
    return f"urn:pulumi:dev::cilia::{f'{parent}$' if parent else ''}{kind}::{name}"


def component(kind: str, name: str) -> Resource:
    """A component of the program."""
    return Resource(urn(kind, name), kind, name, None, custom=False, inputs={}, options={})


def made(
    kind: str, name: str, inputs: dict[str, object], *, parent: str = "", owner: str = "main", **options: object
) -> Resource:
    """A resource of the program, below a component named `owner` if it has a parent's type."""
    above = urn(parent, owner) if parent else None
    return Resource(urn(kind, name, parent), kind, name, above, custom=True, inputs=inputs, options=options)


def subnet(name: str = "main-nodes", **inputs: object) -> Resource:
    """A subnet of the program."""
    own = {"resourceGroupName": "rg", "virtualNetworkName": "vnet", "subnetName": "nodes", **inputs}
    return made("azure-native:network:Subnet", name, own, parent=NETWORK)


def item(resource: Resource, arm_id: str = "", **more: Any) -> dict[str, Any]:
    """A resource in the state."""
    return {"urn": resource.urn, "type": resource.type, "custom": resource.custom, "id": arm_id, **more}


def state(*items: dict[str, Any]) -> State:
    """A state that holds the stack and these."""
    stack = {"urn": STACK_URN, "type": "pulumi:pulumi:Stack", "custom": False}
    return State({"version": 3, "deployment": {"resources": [stack, *items]}})
