"""What a rule about one ARM type may do: judge a write, add what Azure adds, judge a deletion, clean up after one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.engine import arm
from tests.engine.store import Resource, World

NAMESPACE = uuid.UUID("c111a000-0000-4000-8000-000000000000")


@dataclass
class Write:
    """A PUT that Azure is judging.

    `old` is a copy of what existed under the id; `stored` is what exists once the write is taken.
    """

    world: World
    id: str
    body: dict[str, Any]
    old: Resource | None
    _stored: Resource | None = None

    @property
    def stored(self) -> Resource:
        """What the write made or changed; its body is `body`, so completing one completes the other."""
        assert self._stored is not None, "nothing is stored while a write is being judged"
        return self._stored

    def store(self, token: str) -> None:
        """Takes the write."""
        self._stored = self.world.put(self.id, token, self.body)

    @property
    def name(self) -> str:
        """The last segment of the id."""
        return arm.name_of(self.id)


def nothing(*_: Any) -> None:
    """A rule that has no opinion."""


def own_lock(arm_id: str) -> str:
    """Writes exclude each other on the resource itself only."""
    return arm.key(arm_id)


def busy(arm_id: str) -> arm.AzureError:
    """What Azure says to a write that meets another one. Words: https://github.com/Azure/bicep/issues/5132 ."""
    operation = uuid.uuid5(NAMESPACE, arm_id)
    subscription = arm.subscription_of(arm_id)
    uri = f"https://management.azure.com/subscriptions/{subscription}/providers/Microsoft.Network/locations/operations/{operation}"
    return arm.AzureError(
        409,
        "AnotherOperationInProgress",
        "Another operation on this or dependent resource is in progress. To retrieve "
        f"status of the operation use uri: {uri}.",
    )


@dataclass(frozen=True)
class Rule:
    """The behaviour of one ARM type beside storing and echoing."""

    check: Callable[[Write], None] = nothing  # before the write; raises AzureError
    complete: Callable[[Write], None] = nothing  # with the write: what Azure adds, to the body and elsewhere
    answer: Callable[[World, Resource, dict[str, Any]], None] = nothing  # on every read: fills the answer
    refuse_delete: Callable[[World, Resource], None] = nothing  # before a deletion; raises AzureError
    deleted: Callable[[World, Resource], None] = nothing  # after a deletion: what disappears elsewhere
    lock: Callable[[str], str] = own_lock  # which writes exclude each other
    busy: Callable[[str], arm.AzureError] = busy


def stable_uuid(resource: Resource, purpose: str) -> str:
    """A UUID that stays for the life of a resource and differs once it is made again."""
    return str(uuid.uuid5(NAMESPACE, f"{arm.key(resource.id)} {resource.order} {purpose}"))
