"""The modes there are. A new one is a file beside this one, a row in `components.facts.features` and a line here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from components.cluster.modes.base import Mode
from components.cluster.modes.byocni import BYOCNI, ByocniNetworking
from components.cluster.modes.node_subnet import NODE_SUBNET, NodeSubnetNetworking
from components.cluster.modes.overlay import OVERLAY, OverlayNetworking
from components.cluster.modes.pod_subnet import POD_SUBNET, PodSubnetNetworking

AnyNetworking = OverlayNetworking | PodSubnetNetworking | NodeSubnetNetworking | ByocniNetworking
Networking = Annotated[AnyNetworking, Field(discriminator="mode")]

# by the name that files spell, so that a mode's model may be extended where clusters are composed
_MODES: dict[str, Mode] = {mode.name.value: mode for mode in (OVERLAY, POD_SUBNET, NODE_SUBNET, BYOCNI)}


def mode_of(networking: AnyNetworking) -> Mode:
    """The mode that a cluster's `networking` is written for."""
    return _MODES[networking.mode]
