"""The modes there are. A new one is a file beside this one, a row in `components.facts.features` and a line here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from components.cluster.modes.base import Mode
from components.cluster.modes.node_subnet import NODE_SUBNET, NodeSubnetNetworking
from components.cluster.modes.overlay import OVERLAY, OverlayNetworking
from components.cluster.modes.pod_subnet import POD_SUBNET, PodSubnetNetworking

Networking = Annotated[OverlayNetworking | PodSubnetNetworking | NodeSubnetNetworking, Field(discriminator="mode")]

_MODES: dict[type, Mode] = {
    OverlayNetworking: OVERLAY,
    PodSubnetNetworking: POD_SUBNET,
    NodeSubnetNetworking: NODE_SUBNET,
}


def mode_of(networking: OverlayNetworking | PodSubnetNetworking | NodeSubnetNetworking) -> Mode:
    """The mode that a cluster's `networking` is written for."""
    return _MODES[type(networking)]
