"""The modes there are. A new one is a file beside this one, a row in `components.facts.features` and a line here."""

from __future__ import annotations

from components.cluster.modes.base import Mode
from components.cluster.modes.overlay import OVERLAY, OverlayNetworking

Networking = OverlayNetworking

_MODES: dict[type, Mode] = {OverlayNetworking: OVERLAY}


def mode_of(networking: Networking) -> Mode:
    """The mode that a cluster's `networking` is written for."""
    return _MODES[type(networking)]
