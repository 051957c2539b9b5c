"""Where things stand in a stack file, and what they are called, for rules that report there."""

from __future__ import annotations

from components.network.plan import SubnetPlan
from components.problems import KeyPath
from components.values import StackOutput
from stacks.view import NetworkView


def subnet_path(network: NetworkView, subnet: SubnetPlan) -> KeyPath:
    """Where a subnet's range is decided: its `size` where it is computed, else its `cidr`."""
    return (*network.path, "subnets", subnet.key, "size" if subnet.sized else "cidr")


def called(reference: str | StackOutput) -> str:
    """A reference as a message names it: a key, the last part of an ARM id, or which output of which stack."""
    return reference.rpartition("/")[2] if isinstance(reference, str) else str(reference)
