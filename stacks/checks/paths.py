"""Where things stand in a stack file, for rules that report there."""

from __future__ import annotations

from components.network.plan import SubnetPlan
from components.problems import KeyPath
from stacks.view import NetworkView


def subnet_path(network: NetworkView, subnet: SubnetPlan) -> KeyPath:
    """Where a subnet's range is decided: its `size` where it is computed, else its `cidr`."""
    return (*network.path, "subnets", subnet.key, "size" if subnet.sized else "cidr")
