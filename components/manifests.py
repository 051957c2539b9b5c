"""Objects that a program writes into a cluster, as plain values; what may be printed instead of applied."""

from __future__ import annotations

from dataclasses import dataclass

from components.values import ArmProperties


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object.

    Attributes:
        key: What it is called among those of its component.
        content: The object under Kubernetes' own names, with references where Azure's answers are needed.
        patches: Whether only these fields of an object that somebody else makes are set.
    """

    key: str
    content: ArmProperties
    patches: bool = False

    @property
    def kind(self) -> str:
        """Its API version and kind, such as `apps/v1 Deployment`."""
        return f"{self.content['apiVersion']} {self.content['kind']}"
